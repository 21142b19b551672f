"""Replacing a file: what is told when that cannot be done."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from attributes.replacing import replace_bytes, replace_text


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


def test_threads_may_replace_a_file_at_once(tmp_path):
    path = tmp_path / "a.bin"
    contents = [bytes([number]) * 1_000_000 for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda content: replace_bytes(path, content), contents * 20))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_replaced_is_named_as_it_was_given(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "a.txt"
    with pytest.raises(OSError, match="Not a directory") as raised:
        replace_text(path, "new")
    assert raised.value.filename == str(path)
