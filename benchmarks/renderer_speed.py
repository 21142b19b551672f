"""Training crops per second that the renderer makes, beside what the network learns from.

``python benchmarks/renderer_speed.py [--threads N]`` (extra ``train``). Batches are those of the
configuration ``templates-only``, which needs no data set. The training step beside it is a whole
one, rendering included, as the learning curve has it, so that the ratio says how long training
waits for its pictures.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from pathlib import Path

import torch
from plain_errors import run_plainly
from rendering import fresh_materials
from torch import Generator

from attributes.training import loop
from attributes.training.batches import make_batch
from attributes.training.configuration import load

ROUNDS = 50
"""Steps between two lines of the learning curve."""


def main() -> None:
    """Print both speeds, measured in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=2, help="of the CPU")
    torch.set_num_threads(parser.parse_args().threads)
    _, materials = fresh_materials()
    configuration = load("templates-only").model_copy(
        update={"steps": ROUNDS, "restarts": (), "seed": 0}
    )
    size = configuration.input_size
    crops = len(make_batch(Generator(), materials, configuration, size).images)
    started = time.perf_counter()
    for seed in range(ROUNDS):
        make_batch(Generator().manual_seed(seed), materials, configuration, size)
    rendering = (time.perf_counter() - started) / ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        loop.train(configuration, materials, Path(folder))
        with (Path(folder) / "curve.csv").open(encoding="utf-8", newline="") as curve:
            whole = float(next(csv.DictReader(curve))["seconds_per_step"])
    print(f"rendering {crops / rendering:7,.0f} crops/s, batches of {crops}")
    print(f"training  {crops / whole:7,.0f} crops/s, rendering included")
    print(f"rendering takes {rendering / whole:.0%} of a training step")


if __name__ == "__main__":
    run_plainly(main)
