"""Crops per second of the whole path, beside torchvision's small networks in the same run.

``python benchmarks/speed.py`` (extra ``bench``). The rivals get crops already resized at their
own 224 pixels and only run their network, as torchvision gives it and, since ours is loaded so,
with batch norms folded into the convolutions; both also in bfloat16, which is what ours calculates
in by default where the CPU multiplies it natively. Ours starts at BGR crops of 42 pixels (GTSRB's
median) and ends at answers, which are not asked to explain themselves. All crops are noise: what
is answered takes no longer on signs. Rounds alternate between all, and medians are compared,
because the machine's speed drifts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
import torchvision
from torch.fx.experimental.optimization import fuse

from attributes.precision import fast_precision
from recognizer import Recognizer

_BATCH = 64


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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 256, (42, 42, 3), np.uint8) for _ in range(_BATCH)]
    plain, fast = Recognizer(precision="float32"), Recognizer(precision="bfloat16")
    readings = plain.read(crops)
    runners: dict[str, Callable[[], object]] = {
        "signrules, whole path, float32": lambda: plain.recognize(crops),
        "signrules, whole path, bfloat16": lambda: fast.recognize(crops),
        "  of it: rules, matcher, answers": lambda: plain.judge(readings),
        "mobilenet_v3_small at 224 px": rival("mobilenet_v3_small", 224),
        "  in bfloat16": rival("mobilenet_v3_small", 224, dtype=torch.bfloat16),
        "  batch norms folded": rival("mobilenet_v3_small", 224, is_folded=True),
        "  both": rival("mobilenet_v3_small", 224, is_folded=True, dtype=torch.bfloat16),
        "mobilenet_v3_small at 64 px": rival("mobilenet_v3_small", 64),
        "resnet18 at 224 px": rival("resnet18", 224),
        "resnet18 at 64 px": rival("resnet18", 64),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    for round_number in range(arguments.rounds + 2):
        for name, run in runners.items():
            started = time.perf_counter()
            run()
            if round_number >= 2:  # the first two warm up
                seconds[name].append(time.perf_counter() - started)
    reference = statistics.median(seconds["mobilenet_v3_small at 224 px"])
    print(f"batch {_BATCH}, {arguments.threads} threads, {arguments.rounds} rounds, medians")
    print(f"by default, ours calculates in {fast_precision()} on this CPU")
    print(f"{'':<34}{'crops/s':>10}{'x mobilenet_v3_small at 224 px':>34}")
    for name, times in seconds.items():
        median = statistics.median(times)
        print(f"{name:<34}{_BATCH / median:10.0f}{reference / median:34.2f}")


if __name__ == "__main__":
    main()
