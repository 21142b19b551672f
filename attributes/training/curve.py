"""The learning curve as a picture."""

from __future__ import annotations

import csv
from pathlib import Path


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
    axes.set(xlabel="step", ylabel="loss, mean of 50 batches", yscale="log")
    axes.grid(alpha=0.3, which="both")
    figure.legend(loc="outside right center", frameon=False)
    figure.savefig(picture, dpi=110)
    plt.close(figure)
