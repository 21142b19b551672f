"""Replacing a file in one step: whoever reads it sees the old one or the new one."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from threading import get_ident


def replace_text(file: Path, text: str) -> None:
    """Write ``text`` to ``file`` in UTF-8; line breaks stay as they are.

    Raises:
        OSError: see :func:`replace_bytes`.
    """
    replace_bytes(file, text.encode())


def replace_bytes(file: Path, content: bytes) -> None:
    """Write ``content`` to ``file``.

    A symbolic link stays one, what it leads to is replaced. Permissions stay, too. Of several
    processes or threads that write at once, the last one's content stays.

    Raises:
        OSError: that cannot be done; it names ``file``, and nothing has changed.
    """
    target = Path(os.path.realpath(file))
    # Beside it, or a rename is no single step; each writer has its own.
    new = target.with_name(f".{target.name}.{os.getpid()}-{get_ident()}.new")
    try:
        # Not tempfile: a new file shall have the permissions that the user's other files have.
        with new.open("wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())  # a machine that is lost must not leave an empty file
        if target.exists():
            shutil.copymode(target, new)
        os.replace(new, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None
    finally:
        with suppress(OSError):  # of its folder, too, which is told above
            new.unlink(missing_ok=True)
