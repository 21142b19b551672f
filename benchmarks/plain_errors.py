"""Benchmarks tell what a user can mend in one line, as the command line does."""

from __future__ import annotations

import sys
from collections.abc import Callable

from attributes.errors import UserError


def run_plainly(main: Callable[[], None]) -> None:
    """Run a benchmark; a missing data set or package ends it with its message and exit code 3."""
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
