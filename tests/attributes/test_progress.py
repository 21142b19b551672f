"""Progress is shown to people and never mixes with results."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

SCRIPT = "from attributes.progress import track\nfor k in track(range(3), 'work'): print('line', k)"


def test_results_reach_a_pipe_while_a_bar_is_shown_on_the_terminal():
    terminal, stderr = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=stderr, check=True
        )
        assert done.stdout.decode().split("\n") == ["line 0", "line 1", "line 2", ""]
        assert b"work" in os.read(terminal, 4096)
    finally:
        os.close(stderr)
        os.close(terminal)


def test_no_bar_is_shown_where_no_terminal_is():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True)
    assert done.stderr == b""
