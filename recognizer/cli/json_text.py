"""JSON as the command line prints it."""

from __future__ import annotations

import codecs
import json
import re
import sys


def as_json(data: object, indent: int | None = None) -> str:
    """JSON text that stdout can print as it is, see :func:`printable`."""
    return printable(json.dumps(data, ensure_ascii=False, indent=indent))


def printable(text: str) -> str:
    """JSON text, in which all beyond ASCII is escaped where stdout is not UTF-8.

    As that, programs expect it (RFC 8259).
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if codecs.lookup(encoding).name == "utf-8":
        return text
    return re.sub("[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text)
