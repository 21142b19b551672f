"""Whether a csv or json is damaged so badly that it is not known as a list of pictures."""

from __future__ import annotations

import os
from pathlib import Path

_WINDOW = 4096


def is_damaged(path: Path) -> bool:
    """Whether it is empty, is UTF-16, as Windows likes to save text, or breaks off.

    Only its beginning and end are looked at; whatever else it holds is no damage.
    """
    with path.open("rb") as file:
        head = file.read(_WINDOW)
        file.seek(max(0, os.fstat(file.fileno()).st_size - _WINDOW))
        tail = file.read().rstrip()
    if not tail or b"\0" in head:
        return True
    return path.suffix.lower() == ".json" and tail[-1:] not in b"}]"
