"""How long a validation takes, first and again after an edit of the rule file.

    python benchmarks/validation_speed.py ../shared/data/gtsrb --labels labels/gtsrb.yaml

The first run reads every picture with the network (minutes on a CPU); ``--cache DIR`` keeps what
was read, so that a second call of this script measures only the runs after it. Every further run
follows an edit of the rule file and is a process of its own, as a user would start it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from plain_errors import run_plainly

from attributes.errors import UserError
from recognizer.default_catalogue import default_catalogue
from recognizer.gallery import gallery_path
from recognizer.thresholds_file import thresholds_path

_EDITED = "multiple_of: 5"
"""What is changed in the rule file between two runs, and back again."""


def timed_run(data: str, rules: Path, cache: Path, more: list[str]) -> tuple[float, dict[str, Any]]:
    """Seconds of a whole ``signrules validate`` process, and its figures."""
    command = [sys.executable, "-m", "recognizer.cli.main", "validate", data, "--catalogue",
               str(rules), "--cache", str(cache), "--format", "json", *more]  # fmt: skip
    start = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(done.stderr.strip())
    return perf_counter() - start, json.loads(done.stdout)


def show(words: str, seconds: float, figures: dict[str, Any]) -> None:
    """One line of the table."""
    timing = figures["timing"]
    print(
        f"{words:<28}{seconds:8.2f} s process {timing['total']:8.2f} s validation  "
        f"{timing['network_crops']:6} crops by the network, overhead {timing['overhead']:6.1%}, "
        f"accuracy {figures['figures']['accuracy']['value']:.4%}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--labels", required=True)
    parser.add_argument("--catalogue", type=Path, default=None)
    parser.add_argument("--weights")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    catalogue = arguments.catalogue or default_catalogue()
    more = ["--labels", arguments.labels]
    if arguments.weights:
        more += ["--weights", arguments.weights]
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / catalogue.name
        shutil.copy(catalogue, rules)
        for beside in (gallery_path, thresholds_path):
            if beside(catalogue).is_file():
                shutil.copy(beside(catalogue), beside(rules))
        cache = arguments.cache or Path(folder) / "cache"
        first, figures = timed_run(arguments.data, rules, cache, more)
        show("first run", first, figures)
        was_empty = figures["timing"]["network_crops"] == figures["figures"]["pictures"]
        text = rules.read_text(encoding="utf-8")
        if _EDITED not in text:
            raise UserError(f"{catalogue}: no `{_EDITED}` in it, which is edited between the runs")
        again, inside = [], []
        for edit in range(arguments.repeat):
            # One rule is narrowed and widened again, so that every run follows an edit.
            step = _EDITED if edit % 2 else "multiple_of: 10"
            rules.write_text(text.replace(_EDITED, step, 1), encoding="utf-8")
            seconds, figures = timed_run(arguments.data, rules, cache, more)
            show("after an edit", seconds, figures)
            again.append(seconds)
            inside.append(figures["timing"]["total"])
    process, validation = statistics.median(again), statistics.median(inside)
    print(f"median after an edit: {process:.2f} s process, {validation:.2f} s validation")
    if was_empty:
        print(f"ratio of the first run to it: {first / process:.0f}")


if __name__ == "__main__":
    run_plainly(main)
