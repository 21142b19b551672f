"""The learning curve: a table that grows with the run, and its picture."""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping
from pathlib import Path

CURVE = "curve.csv"
"""In a run's folder."""
_LOG_EVERY = 50


class CurveWriter:
    """Gathers the losses of a run's steps; every 50 steps their means become a line of the table.

    Args:
        folder: of the run.
        step: how many steps the run has made before.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._path = folder / CURVE
        self._begin(step)

    def _begin(self, step: int) -> None:
        self._sums: dict[str, float] = {}
        self._first, self._started = step, time.monotonic()

    def add(self, step: int, losses: Mapping[str, float]) -> dict[str, float] | None:
        """Take the losses of the step that has just been made; the means if it ends a line.

        Raises:
            OSError: the table cannot be written.
        """
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        if step % _LOG_EVERY:
            return None
        taken = step - self._first  # fewer where an interrupted run goes on
        means = {name: value / taken for name, value in self._sums.items()}
        append_to_curve(self._path, step, means, (time.monotonic() - self._started) / taken)
        self._begin(step)
        return means


def append_to_curve(
    path: Path, step: int, losses: Mapping[str, float], seconds_per_step: float
) -> None:
    """Add one line to the table of the learning curve.

    Raises:
        OSError: it cannot be written.
    """
    new = not path.exists() or not path.stat().st_size
    is_cut = not new and not path.read_bytes().endswith(b"\n")
    with path.open("a", newline="") as file:
        if is_cut:  # as by a full disk
            file.write("\n")
        writer = csv.writer(file)
        if new:
            writer.writerow(["step", *losses, "seconds_per_step"])
        values = (f"{v:.4f}" for v in losses.values())
        writer.writerow([step, *values, f"{seconds_per_step:.3f}"])


def draw_curve(table: Path, picture: Path) -> None:
    """Draw the losses of ``curve.csv`` against the step, one line a head, into a PNG.

    Raises:
        OSError: the table cannot be read or the picture not written.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    with table.open(newline="") as file:
        # An interrupted run takes the steps since its checkpoint again; the later ones count.
        # The last line of one that was cut off may lack some of its columns.
        whole = (row for row in csv.DictReader(file) if all(row.values()))
        by_step = {int(row["step"]): row for row in whole}
    steps = sorted(by_step)
    rows = [by_step[step] for step in steps]
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    for name in rows[0] if rows else ():
        if name not in ("step", "seconds_per_step"):
            axes.plot(steps, [float(row[name]) for row in rows], label=name, linewidth=1.2)
    axes.set(xlabel="step", ylabel=f"loss, mean of {_LOG_EVERY} batches", yscale="log")
    axes.grid(alpha=0.3, which="both")
    figure.legend(loc="outside right center", frameon=False)
    figure.savefig(picture, dpi=110)
    plt.close(figure)
