"""Batches that no training step sees, drawn as those of training are."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from torch import Generator

from attributes.training.batches import Batch, make_batch
from attributes.training.configuration import Configuration
from attributes.training.materials import Materials


class Purpose(IntEnum):
    """What the batches are for: the first of the seeds that are kept for it.

    All lie beyond those of training steps (seed * 1,000,003 + step, of seeds below 2,000) and, as
    a generator takes 32 bits of a seed, below those of benchmarks (from 3 * 2**30 on).
    """

    TEMPERATURES = 2**31
    DIRECTIONS = 2**31 + 2**28
    STATISTICS = 2**31 + 2**29


def fresh_batches(
    purpose: Purpose, count: int, materials: Materials, configuration: Configuration, size: int
) -> Iterator[Batch]:
    """``count`` batches of the configured composition, for a network of input ``size``."""
    for number in range(count):
        g = Generator().manual_seed(purpose + configuration.seed * count + number)
        yield make_batch(g, materials, configuration, size)
