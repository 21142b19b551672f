"""What is a URL among the names that people give, and how it may be shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def is_url(name: str) -> bool:
    """Whether a name means something in a network (or ``file://``), rather than a path."""
    return "://" in name


def without_password(url: str) -> str:
    """The URL as messages and result files may show it."""
    try:
        parts = urlsplit(url)
        password, _ = parts.password, parts.port  # most pieces of a password would be no port
    except ValueError:  # nobody knows what is what in it
        return _without_all_before_host(url)
    if password:
        return url.replace(f":{password}@", ":***@", 1)
    # A password with one of /?# ends the host too early, at digits that might be a port.
    behind = url.partition(parts.netloc)[2] if parts.netloc else ""
    return _without_all_before_host(url) if ":" in parts.netloc and "@" in behind else url


def _without_all_before_host(url: str) -> str:
    return re.sub("://.*@", "://***@", url)
