"""Whether what a web server sends has an end: of a recording it states the length."""

from __future__ import annotations

import re
from base64 import b64encode
from http.client import HTTPException
from typing import Final
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

_PLAYLIST: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:#EXTM3U|<)")
"""How HLS and DASH begin; what they name may go on, though they themselves have a length."""
_BYTES_LOOKED_AT: Final = 64


def has_stated_length(url: str, timeout: float) -> bool:
    """Whether an HTTP server says how long its answer is, as it does of files, not of streams.

    Args:
        url: a user name and password in it are sent as RFC 7617 (*Basic*) says.
        timeout: seconds to wait for the answer.

    Returns:
        False for playlists and other schemes, too, and if there is no answer: some cameras serve
        one client only.
    """
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https"):
        return False
    host = parts.netloc.rpartition("@")[2]
    request = Request(parts._replace(netloc=host, fragment="").geturl())
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        # Unredirected: another host shall not learn it.
        request.add_unredirected_header(
            "Authorization", f"Basic {b64encode(login.encode()).decode()}"
        )
    try:
        with urlopen(request, timeout=timeout) as answer:
            if answer.length is None or answer.headers.get_content_maintype() == "multipart":
                return False
            return _PLAYLIST.match(answer.read(_BYTES_LOOKED_AT)) is None
    except (OSError, HTTPException, ValueError):
        return False
