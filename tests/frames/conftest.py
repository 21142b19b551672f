"""A recognizer that finds no signs by itself, for tests that say where they are."""

from __future__ import annotations

import pytest
from road_scenes import NoFinds

from recognizer import Recognizer


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    recognizer = Recognizer()
    recognizer.localizer = NoFinds()
    return recognizer
