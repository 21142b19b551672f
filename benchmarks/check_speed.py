"""How long loading and checking a large catalogue take.

``python benchmarks/check_speed.py`` makes a catalogue of 1,500 signs, loads it and runs all checks
but the comparison of exemplars, which needs the network. Targets: load below 1 s, check below 2 s.
The times are the median of several runs, with the processor time beside it, which other programs
on the machine do not lengthen.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

from plain_errors import run_plainly
from synthetic_catalogue import catalogue_text

from attributes import vocabulary
from rules import load_catalogue
from rules.checks import CHECKS, ReadableVocabulary, Subject, run_checks
from rules.checks.report_formats import FORMATS, Printable

Result = TypeVar("Result")
READABLE = ReadableVocabulary.from_card(vocabulary.describe())


def main() -> None:
    """Print the times of each step, JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signs", type=int, default=1500)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    runs: int = arguments.runs
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalogue.yaml")
        path.write_text(catalogue_text(arguments.signs), encoding="utf-8")
        catalogue, load = timed(lambda: load_catalogue(path), runs)
        ranked_path = Path(folder, "ranked.yaml")
        ranked_path.write_text(ranked(catalogue_text(arguments.signs)), encoding="utf-8")
        ranked_catalogue = load_catalogue(ranked_path)
    # A new subject each time, so that what the checks share is made anew.
    report, check = timed(lambda: run_checks(Subject(catalogue, READABLE)), runs)
    _, check_ranked = timed(lambda: run_checks(Subject(ranked_catalogue, READABLE)), runs)
    printable = Printable(report, path.name, [catalogue.sources])
    times = {"load": load, "check": check, "check, three priorities": check_ranked}
    for name, render in FORMATS.items():
        _, times[f"render {name}"] = timed(partial(render, printable), runs)
    figures = {
        "signs": len(catalogue.signs),
        "checks": len(CHECKS) - len(report.skipped),
        "findings": len(report.findings),
        "seconds": times,
    }
    print(json.dumps(figures, indent=2))


def ranked(text: str) -> str:
    """The same catalogue with priorities, so that signs can be masked and values be lost."""
    numbers = itertools.count()
    return re.sub(
        "^    when:", lambda when: f"    priority: {next(numbers) % 3}\n{when[0]}", text, flags=re.M
    )


def timed(work: Callable[[], Result], runs: int) -> tuple[Result, dict[str, float]]:
    """The result of ``work``, and the median seconds on the wall clock and of the processor."""
    wall, processor = [], []
    for _ in range(runs):
        before, spent = perf_counter(), process_time()
        result = work()
        wall.append(perf_counter() - before)
        processor.append(process_time() - spent)
    return result, {
        "wall": round(statistics.median(wall), 3),
        "processor": round(statistics.median(processor), 3),
    }


if __name__ == "__main__":
    run_plainly(main)
