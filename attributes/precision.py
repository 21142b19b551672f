"""The arithmetic that a network calculates in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

Precision = Literal["float32", "bfloat16"]


@cache
def fast_precision() -> Precision:
    """``bfloat16`` on a CPU that multiplies it natively (AVX512-BF16), else ``float32``."""
    cpuinfo = Path("/proc/cpuinfo")
    native = cpuinfo.exists() and "avx512_bf16" in cpuinfo.read_text()
    return "bfloat16" if native else "float32"
