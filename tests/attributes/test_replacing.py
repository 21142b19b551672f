"""Replacing a file: what is told when that cannot be done."""

import pytest

from attributes.replacing import replace_text


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old and long")
    replace_text(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    replace_text(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_replaced_is_named_as_it_was_given(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "a.txt"
    with pytest.raises(OSError, match="Not a directory") as raised:
        replace_text(path, "new")
    assert raised.value.filename == str(path)
