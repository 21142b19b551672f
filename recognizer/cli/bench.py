"""``signrules bench [SOURCE]``: how fast this machine recognizes."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import numpy as np

from recognizer.cli.exit_codes import FINE
from recognizer.cli.json_text import as_json
from recognizer.cli.options import add_format_option, add_recognizer_options, recognizer_from
from recognizer.frames.sources.opening import open_source

_CROP_SIDE = 42
"""Median side of GTSRB's crops, pixels."""
_FRAME_SIZE = (800, 1360)
_BATCH = 64
_WARM_UP = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "source", nargs="?", metavar="SOURCE", help="video to follow signs in, beside made-up crops"
    )
    add_recognizer_options(parser, for_frames=True)
    add_format_option(parser)
    parser.add_argument(
        "--rounds", type=_rounds, default=10, metavar="N", help="of each timing (%(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Time one crop, a batch, one frame and, if given, the frames of a source."""
    recognizer = recognizer_from(arguments)
    rng = np.random.default_rng(0)
    crops = list(rng.integers(0, 256, (_BATCH, _CROP_SIDE, _CROP_SIDE, 3), np.uint8))
    frame = rng.integers(0, 256, (*_FRAME_SIZE, 3), np.uint8)
    rounds = arguments.rounds
    rows: dict[str, float] = {}
    if arguments.source is not None:  # first: it may turn out to be none
        with open_source(arguments.source) as source:  # closed, or it would run on meanwhile
            results = islice(recognizer.stream(source), rounds + _WARM_UP)
            rows[f"a frame of {source.name}"] = _between(results)
    rows["one crop"] = _milliseconds(lambda: recognizer.recognize(crops[0]), rounds)
    rows[f"{_BATCH} crops"] = _milliseconds(lambda: recognizer.recognize(crops), rounds)
    height, width = _FRAME_SIZE
    rows[f"finding signs in {width}x{height}"] = _milliseconds(
        lambda: recognizer.localizer.locate(frame), rounds
    )
    if arguments.format == "json":
        print(as_json({name: round(ms, 3) for name, ms in rows.items()}))
    else:
        for name, milliseconds in rows.items():
            print(f"{name:<40}{milliseconds:10.2f} ms")
    return FINE


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of rounds, 1 or more")
    return int(text)


def _milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Median time of one call."""
    times = []
    for _ in range(rounds + _WARM_UP):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return _median(times)


def _between(results: Iterable[object]) -> float:
    """Median time from one result to the next; a source of one frame gives that of the frame."""
    times = []
    started = time.perf_counter()
    for _ in results:
        now = time.perf_counter()
        times.append(now - started)
        started = now
    return _median(times)


def _median(seconds: Sequence[float]) -> float:
    return 1000 * statistics.median(seconds[_WARM_UP:] or seconds)
