"""Benchmarks tell what a user can mend in one line, as the command line does."""

from __future__ import annotations

import sys
from collections.abc import Callable

from attributes.errors import UserError


def run_plainly(main: Callable[[], int | None]) -> None:
    """Run a benchmark, and end with the exit code it returns, if it does.

    A missing data set or package ends it with its message and exit code 3.
    """
    try:
        if code := main():
            sys.exit(code)
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
