"""How this process asks the system for memory."""

from __future__ import annotations

import ctypes


def keep_freed_memory() -> None:
    """Tell glibc to reuse large blocks, for the whole process; elsewhere nothing happens.

    Maps of a whole frame, or of a batch of crops, are megabytes to tens of them, and fresh pages
    cost a part of the time, or more than the arithmetic on them: reading crops takes nine tenths,
    finding signs in a frame half the time with this.
    """
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:
        return
    mmap_threshold, trim_threshold = -3, -1
    libc.mallopt(mmap_threshold, 1 << 30)
    libc.mallopt(trim_threshold, (1 << 31) - 1)
