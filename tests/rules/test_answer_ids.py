"""Ids of answers: a sign, and its value behind it."""

from rules.answer_ids import split_id


def test_an_answer_is_a_sign_and_perhaps_its_value() -> None:
    assert split_id("de.274[60]") == ("de.274", "60")
    assert split_id("de.276") == ("de.276", None)
