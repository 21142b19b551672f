"""Two numbers with as many digits as tell them from each other."""

from __future__ import annotations

_FEWEST, _MOST = 4, 9


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Both, with four digits behind the point, or as many more as they differ in, up to nine.

    >>> told_apart(0.5, 0.6), told_apart(0.979592, 0.97962)
    (('0.5000', '0.6000'), ('0.97959', '0.97962'))
    """
    places = _FEWEST
    while places < _MOST and f"{one:.{places}f}" == f"{other:.{places}f}":
        places += 1
    return f"{one:.{places}f}", f"{other:.{places}f}"
