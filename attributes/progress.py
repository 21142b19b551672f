"""Progress of long work: on stderr, and silent where stderr is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

Item = TypeVar("Item")


class _RateColumn(ProgressColumn):
    """How many items are done per second; empty until the first is."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.4g}/s" if speed else "", style="progress.data.speed")


def progress_bar() -> Progress:
    """A progress display to be used as a context manager."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        # Lines printed meanwhile go above the bar, but not when they are meant for a file or pipe.
        redirect_stdout=sys.stdout.isatty(),
    )


def track(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield ``items`` while a bar shows how far they are; a spinner's bar without a length."""
    with progress_bar() as progress:
        yield from progress.track(items, total=total, description=description)
