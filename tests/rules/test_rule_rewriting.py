"""Text to copy for what stands in a rule file in the wrong form."""

import pytest

from rules.rewriting import as_mapping
from rules.yaml_positions import Scalar, resolve


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Speed limit", "write `{en: Speed limit}`"),
        ("Danger: moose", 'write `{en: "Danger: moose"}`'),
        ("30", 'write `{en: "30"}`'),
        ("true", 'write `{en: "true"}`'),
    ],
)
def test_a_name_that_is_copied_is_text(text, advice):
    assert as_mapping(Scalar(1, 1, len(text), text, resolve(text)), "en") == advice
