"""Training crops per second that the renderer makes, beside what the network learns from.

``python benchmarks/renderer_speed.py [--cores N]`` (extra ``train``). Batches are those of the
configuration ``templates-only``, which needs no data set. Rendering is measured in one process of
as many threads as there are cores, and in as many processes of one thread, as training runs side
by side have it. The training step beside the former is a whole one, rendering included, as the
learning curve has it, so that the ratio says how long training waits for its pictures.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Final

import torch
from plain_errors import run_plainly
from rendering import fresh_materials
from torch import Generator

from attributes.memory import keep_freed_memory
from attributes.training import loop
from attributes.training.batches import make_batch
from attributes.training.configuration import Configuration, load

ROUNDS: Final = 50
"""Steps between two lines of the learning curve."""


def main() -> None:
    """Print the speeds, measured in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cores", type=int, default=2, help="of the CPU, that shall be used")
    cores = parser.parse_args().cores
    torch.set_num_threads(cores)
    configuration = load("templates-only").model_copy(
        update={"steps": ROUNDS, "restarts": (), "seed": 0}
    )
    crops, rendering = _rendered(configuration)
    print(f"rendering {crops / rendering:7,.0f} crops/s, 1 process of {cores} threads")
    whole = _seconds_of_training(configuration)
    print(f"training  {crops / whole:7,.0f} crops/s, the same, rendering included")
    print(f"rendering takes {rendering / whole:.0%} of a training step")
    crops, rendering = _rendered_side_by_side(configuration, cores)
    print(f"rendering {crops / rendering:7,.0f} crops/s, {cores} processes of 1 thread")


def _rendered(configuration: Configuration, start: Barrier | None = None) -> tuple[int, float]:
    """How many crops some batches have, and the seconds that it took to render them."""
    keep_freed_memory()  # as training does
    _, materials = fresh_materials()
    size = configuration.input_size
    make_batch(Generator(), materials, configuration, size)
    if start is not None:
        start.wait()
    started = time.perf_counter()
    crops = 0
    for seed in range(ROUNDS):
        g = Generator().manual_seed(seed)
        crops += len(make_batch(g, materials, configuration, size).images)
    return crops, time.perf_counter() - started


def _seconds_of_training(configuration: Configuration) -> float:
    """Seconds for as many training steps as batches are rendered."""
    _, materials = fresh_materials()
    with tempfile.TemporaryDirectory() as folder:
        loop.train(configuration, materials, Path(folder))
        with (Path(folder) / "curve.csv").open(encoding="utf-8", newline="") as curve:
            return ROUNDS * float(next(csv.DictReader(curve))["seconds_per_step"])


def _rendered_side_by_side(configuration: Configuration, processes: int) -> tuple[int, float]:
    """The crops of all processes, and the seconds of the slowest."""
    context = multiprocessing.get_context("spawn")
    with (
        context.Manager() as manager,
        ProcessPoolExecutor(processes, context, torch.set_num_threads, (1,)) as executor,
    ):
        start = manager.Barrier(processes)
        tasks = [executor.submit(_rendered, configuration, start) for _ in range(processes)]
        rendered = [task.result() for task in tasks]
    return sum(crops for crops, _ in rendered), max(seconds for _, seconds in rendered)


if __name__ == "__main__":
    run_plainly(main)
