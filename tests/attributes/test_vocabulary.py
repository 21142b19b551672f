"""The vocabulary: one place for names and values, free of torch."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attributes import vocabulary
from attributes.vocabulary import ATTRIBUTES, TEXT

strings = st.text(TEXT.alphabet, max_size=TEXT.max_length)


def test_attribute_names_and_values_are_unique():
    names = [a.name for a in ATTRIBUTES]
    assert len(set(names)) == len(names)
    for attribute in vocabulary.CATEGORICAL:
        assert len(set(attribute.values)) == len(attribute.values)


@given(strings)
def test_every_string_survives_encoding(string):
    assert TEXT.decode(TEXT.encode(string)) == string


@given(strings, strings)
def test_different_strings_are_decided_by_different_slots(one, other):
    if one != other:
        codes, others = TEXT.encode(one), TEXT.encode(other)
        assert any(a != b for a, b in zip(codes, others, strict=False))


@pytest.mark.parametrize("string", ["1234567", "50km", "ß"])
def test_strings_that_no_sign_can_show_are_refused(string):
    with pytest.raises(ValueError, match=r"longer|outside"):
        TEXT.encode(string)


@pytest.mark.parametrize("module", ["attributes.vocabulary", "attributes.readings", "rules"])
def test_rules_need_neither_torch_nor_opencv(module):
    code = f"import sys, {module}; assert not {{'torch', 'cv2'}} & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
