"""Words of counts and thresholds: their examples hold."""

import doctest

import pytest

from recognizer import digits_apart, plurals
from recognizer.validation import words


@pytest.mark.parametrize("module", [digits_apart, plurals, words])
def test_the_examples_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
