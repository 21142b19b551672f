"""What tests of frames share: a recognizer that finds nothing by itself, and a look for threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from road_scenes import NoFinds

from recognizer import Recognizer


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    recognizer = Recognizer()
    recognizer.localizer = NoFinds()
    return recognizer


@pytest.fixture
def no_thread_is_left() -> Iterator[None]:
    """Whoever opened a source has ended its thread."""
    before = set(threading.enumerate())
    yield
    left = [t.name for t in set(threading.enumerate()) - before if t.name.startswith(OUR_THREADS)]
    assert not left


OUR_THREADS = ("decode ", "read ")
