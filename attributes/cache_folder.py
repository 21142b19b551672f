"""Where signrules keeps what it can fetch or work out again."""

from __future__ import annotations

import os
from pathlib import Path


def user_cache_folder() -> Path:
    """``$SIGNRULES_CACHE``; else ``signrules`` in ``$XDG_CACHE_HOME``, else in ``~/.cache``.

    Of a user without a home folder, as in some containers, what begins with ``~`` stays so.
    """
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = os.environ.get("SIGNRULES_CACHE") or os.path.join(base, "signrules")
    return Path(os.path.expanduser(folder))  # which no shell has done in a file of settings
