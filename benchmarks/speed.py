"""Crops per second of the whole path, beside torchvision's small networks in the same run.

``python benchmarks/speed.py`` (extra ``bench``). The rivals get crops already resized at their
own 224 pixels and only run their network, as torchvision gives it and, since ours is loaded so,
with batch norms folded into the convolutions; both also in bfloat16, which is what ours calculates
in by default where the CPU multiplies it natively. Ours starts at BGR crops of 42 pixels (GTSRB's
median) and ends at answers, which are not asked to explain themselves. All crops are noise: what
is answered takes no longer on signs.

Ours keeps freed memory for the whole process (:mod:`attributes.memory`). To a rival that shares
the process it would give half as much again, which its users do not have; so rivals run in one of
their own, as they come, and in another that keeps freed memory, too. Rounds alternate between all,
and medians are compared, because the machine's speed drifts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

import numpy as np
import torch
import torchvision
from plain_errors import run_plainly
from torch.fx.experimental.optimization import fuse

from attributes.memory import keep_freed_memory
from attributes.precision import fast_precision
from recognizer import Recognizer

_BATCH = 64
_REFERENCE = "mobilenet_v3_small at 224 px"
_Runners = dict[str, Callable[[], object]]


def rival(
    name: str, side: int, is_folded: bool = False, dtype: torch.dtype = torch.float32
) -> Callable[[], object]:
    """One pass of a torchvision network over a batch."""
    network = torchvision.models.get_model(name, weights=None).eval()
    if is_folded:
        network = fuse(network)
    network = network.to(dtype=dtype, memory_format=torch.channels_last)
    batch = torch.rand(_BATCH, 3, side, side).to(dtype, memory_format=torch.channels_last)

    def run() -> object:
        with torch.inference_mode():
            return network(batch)

    return run


def ours() -> _Runners:
    """The whole path in both precisions."""
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 256, (42, 42, 3), np.uint8) for _ in range(_BATCH)]
    plain, fast = Recognizer(precision="float32"), Recognizer(precision="bfloat16")
    readings = plain.read(crops)
    return {
        "signrules, whole path, float32": lambda: plain.recognize(crops),
        "signrules, whole path, bfloat16": lambda: fast.recognize(crops),
        "  of it: rules, matcher, answers": lambda: plain.judge(readings),
    }


def reference() -> _Runners:
    """The network that ours is measured by."""
    name = "mobilenet_v3_small"
    return {
        _REFERENCE: rival(name, 224),
        "  in bfloat16": rival(name, 224, dtype=torch.bfloat16),
        "  batch norms folded": rival(name, 224, is_folded=True),
        "  both": rival(name, 224, is_folded=True, dtype=torch.bfloat16),
    }


def reference_that_keeps_freed_memory() -> _Runners:
    """The same in a process that reuses large blocks."""
    keep_freed_memory()
    return reference()


def rivals() -> _Runners:
    """All networks of others."""
    return {
        **reference(),
        "mobilenet_v3_small at 64 px": rival("mobilenet_v3_small", 64),
        "resnet18 at 224 px": rival("resnet18", 224),
        "resnet18 at 64 px": rival("resnet18", 64),
    }


def _serve(pipe: Connection, make: Callable[[], _Runners], threads: int) -> None:
    """In a process: tell the names, then time what is asked for until nobody asks any more."""
    torch.set_num_threads(threads)
    runners = make()
    pipe.send(list(runners))
    with suppress(EOFError):
        while True:
            run = runners[pipe.recv()]
            started = time.perf_counter()
            run()
            pipe.send(time.perf_counter() - started)


@contextmanager
def _process(make: Callable[[], _Runners], threads: int) -> Iterator[Connection]:
    """A process that times what ``make`` gives."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, make, threads), daemon=True)
    process.start()
    there.close()  # so that a process that ends is noticed
    try:
        yield here
    finally:
        here.close()
        process.join()


def _timed(pipe: Connection, name: str) -> float:
    pipe.send(name)
    seconds: float = pipe.recv()
    return seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    with (
        _process(ours, arguments.threads) as own,
        _process(rivals, arguments.threads) as others,
        _process(reference_that_keeps_freed_memory, arguments.threads) as keeping,
    ):
        asked = [(pipe, name) for pipe in (own, others, keeping) for name in pipe.recv()]
        seconds: dict[tuple[Connection, str], list[float]] = {key: [] for key in asked}
        for round_number in range(arguments.rounds + 2):
            for pipe, name in asked:
                taken = _timed(pipe, name)
                if round_number >= 2:  # the first two warm up
                    seconds[pipe, name].append(taken)
        median = {key: statistics.median(times) for key, times in seconds.items()}
        print(f"batch {_BATCH}, {arguments.threads} threads, {arguments.rounds} rounds, medians")
        print(f"by default, ours calculates in {fast_precision()} on this CPU")
        print(f"{'':<34}{'crops/s':>10}  x {_REFERENCE}, as it comes and keeping freed memory")
        for pipe, name in asked:
            if pipe is keeping and name == _REFERENCE:
                print("the same, keeping freed memory")
            taken = median[pipe, name]
            ratios = [median[other, _REFERENCE] / taken for other in (others, keeping)]
            print(f"{name:<34}{_BATCH / taken:10.0f}{ratios[0]:10.2f}{ratios[1]:8.2f}")


if __name__ == "__main__":
    run_plainly(main)
