"""The arithmetic that a network calculates in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, get_args

Precision = Literal["float32", "bfloat16"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


def check_precision(precision: str) -> None:
    """Refuse what is no :data:`Precision`.

    Raises:
        ValueError: with those that there are.
    """
    if precision not in PRECISIONS:
        expected = " or ".join(PRECISIONS)
        raise ValueError(f"precision: expected {expected}, got {precision!r}")


@cache
def fast_precision() -> Precision:
    """``bfloat16`` on a CPU that multiplies it natively (AVX512-BF16), else ``float32``."""
    cpuinfo = Path("/proc/cpuinfo")
    native = cpuinfo.exists() and "avx512_bf16" in cpuinfo.read_text()
    return "bfloat16" if native else "float32"
