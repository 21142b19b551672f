"""What people read when a rule file is wrong, compared literally.

``UPDATE_GOLDEN=1 pytest tests/rules/test_rule_messages.py`` writes the messages anew; look at the
diff before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rules import CatalogueError, load_catalogue

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.stem for path in GOLDEN.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_every_mistake_is_told_with_place_line_and_advice(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(GOLDEN)
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(f"{case}.yaml")
    message = str(raised.value) + "\n"
    expected = GOLDEN / f"{case}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(message)
    assert message == expected.read_text()
