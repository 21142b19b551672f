"""A page in a real browser, and what a script finds in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--virtual-time-budget=2000")  # fmt: skip


def drive(page: str, script: str, folder: Path) -> Any:
    """Open a page with a script at its end; what that writes into ``<pre id="found">``, as data."""
    driven = folder / "driven.html"
    driven.write_text(page.replace("</body>", script + "</body>"))
    assert CHROMIUM is not None
    dom = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", driven.as_uri()],
        capture_output=True, text=True, timeout=300, check=True,
    ).stdout  # fmt: skip
    match = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert match is not None
    return json.loads(match[1].replace("&amp;", "&"))
