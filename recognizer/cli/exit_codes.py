"""What the command line's exit codes mean."""

from typing import Final

FINE: Final = 0
FINDINGS: Final = 1
"""It worked, and what was looked for was found: a check failed, a test did not pass."""
USAGE: Final = 2
"""The command was not understood (argparse's own code), or an option does not fit its input."""
UNREADABLE: Final = 3
"""Some input could not be read; what could be was worked on all the same."""
INTERRUPTED: Final = 130
"""Somebody pressed Ctrl-C (128 + SIGINT)."""
BROKEN_PIPE: Final = 141
"""Nobody read all that was printed, as in ``| head``: whatever was found, it is not all told. What
a shell reports of a program that the system ends for it (128 + SIGPIPE)."""
