"""GTSDB's layout: frames, a list of their boxes, and what is known to be GTSDB itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_files import labels_of, picture

from recognizer.validation.datasets import (
    Box,
    Dataset,
    DatasetError,
    Sample,
    gtsdb,
    open_dataset,
)

GTSDB = Path(__file__).resolve().parents[3] / "shared" / "data" / "gtsdb"


def take_for_gtsdb(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Store the digest of this folder's list as that of GTSDB."""
    digest = gtsdb._list_digest(open_dataset(folder).samples)
    monkeypatch.setattr(gtsdb, "_LIST_DIGEST", digest)


@pytest.mark.parametrize("inner", ["", "FullIJCNN2013"])
def test_gtsdb(tmp_path: Path, inner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / inner
    for number in (0, 1, 499, 500):
        picture(folder / f"{number:05}.jpg", 100, 80)
    picture(folder / "07" / "00000.ppm")  # the official archive has crops of each class beside
    lines = ["00500.ppm;10;20;30;40;13", "", "00001.ppm;1;2;3;4;7", "00001.ppm;5;6;7;8;42"]
    (folder / "gt.txt").write_text("\n".join(lines))
    take_for_gtsdb(monkeypatch, tmp_path)
    dataset = open_dataset(tmp_path)
    assert dataset.samples == (
        Sample(str(folder / "00001.jpg"), "7", Box(1, 2, 3, 4)),
        Sample(str(folder / "00001.jpg"), "42", Box(5, 6, 7, 8)),
        Sample(str(folder / "00500.jpg"), "13", Box(10, 20, 30, 40)),
    )
    assert [Path(f).stem for f in dataset.frames] == ["00000", "00001", "00499", "00500"]
    assert "--split validation" in dataset.caution
    assert open_dataset(folder / "gt.txt") == dataset
    held_out = open_dataset(tmp_path, "validation")
    assert [Path(f).stem for f in held_out.frames] == ["00500"]
    assert labels_of(held_out) == [("00500.jpg", "13")]
    assert "--split" not in held_out.caution
    assert len(open_dataset(tmp_path, "training").frames) == 3


def test_a_frame_that_is_listed_but_missing_stays_listed(tmp_path: Path) -> None:
    (tmp_path / "gt.txt").write_text("00001.ppm;1;2;3;4;7\n")
    assert open_dataset(tmp_path).frames == (str(tmp_path / "00001.ppm"),)


@pytest.mark.parametrize("name", ["drive-1", "00002"])
def test_only_gtsdb_itself_has_parts_and_signs_without_a_box(tmp_path: Path, name: str) -> None:
    picture(tmp_path / f"{name}.png")
    (tmp_path / "gt.txt").write_text(f"{name}.png;1;2;3;4;7\n")
    dataset = open_dataset(tmp_path)
    assert not dataset.caution
    picture(tmp_path / "more.png")
    told = "1 of 2 frames is not in gt.txt: taken as a frame without signs"
    assert open_dataset(tmp_path).caution == told
    assert not dataset.ignored  # GTSDB has such a sign in its frame 00002
    with pytest.raises(DatasetError, match="and for GTSDB"):
        open_dataset(tmp_path, "validation")


def test_frames_that_a_list_lacks_are_counted_as_it_may_have_been_cut_off(tmp_path: Path) -> None:
    for number in range(5):
        picture(tmp_path / f"{number:05}.png")
    lines = [f"{number:05}.ppm;1;2;3;4;7\n" for number in (*range(5), 8)]  # the last is missing
    (tmp_path / "gt.txt").write_text("".join(lines))
    assert not open_dataset(tmp_path).caution
    (tmp_path / "gt.txt").write_text("".join(lines[:2]))
    told = "3 of 5 frames are not in gt.txt: taken as frames without signs"
    assert open_dataset(tmp_path).caution == told


def test_of_gtsdb_only_frames_after_the_end_of_its_list_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (0, 1, 598, 599):  # 1 and 599 are without signs
        picture(tmp_path / f"{number:05}.jpg")
    listed = "00000.ppm;1;2;3;4;7\n00598.ppm;1;2;3;4;7\n"
    (tmp_path / "gt.txt").write_text(listed)
    take_for_gtsdb(monkeypatch, tmp_path)
    for split in ("all", "validation"):
        assert "gt.txt" not in open_dataset(tmp_path, split).caution
    for number in (600, 700, 899):
        picture(tmp_path / f"{number:05}.jpg")
    told = "3 of 5 frames are not in gt.txt: taken as frames without signs"
    assert open_dataset(tmp_path, "validation").caution.endswith(f"; {told}")
    assert "gt.txt" not in open_dataset(tmp_path, "training").caution
    (tmp_path / "gt.txt").write_text(f"{listed}00700.ppm;1;2;3;4;7\n")
    told = "1 of 7 frames is not in gt.txt: taken as a frame without signs"
    assert open_dataset(tmp_path).caution.endswith(f"; {told}")
    (tmp_path / "gt.txt").write_text(f"{listed}00899.ppm;1;2;3;4;7\n")
    assert "gt.txt" not in open_dataset(tmp_path).caution


def test_gtsdb_is_known_by_the_boxes_of_its_first_600_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listed(*lines: str) -> Dataset:
        (tmp_path / "gt.txt").write_text("\r\n".join(lines))
        return open_dataset(tmp_path)

    first, second = "00000.ppm;774;411;815;446;11", "00002.ppm;1;2;3;4;7"
    listed(first, second)
    take_for_gtsdb(monkeypatch, tmp_path)
    assert "shipped weights" in listed(second, first).caution
    assert "shipped weights" in listed(first, second, "00899.ppm;9;9;19;19;1").caution  # all 900
    assert not listed(first).caution
    assert not listed(first, second.replace(";7", ";8")).caution
    assert not listed(first, second, "00599.ppm;9;9;19;19;1").caution


@pytest.mark.parametrize(
    "line", ["f;1;2;3;4", "f;1;2;x;4;5", "f;1;2;3;4;stop", ";1;2;3;4;5", "f;1;nan;3;4;5",
             "f;1;2;3;4;5;6", "f,1,2,3,4,5"],
)  # fmt: skip
def test_a_damaged_line_of_gtsdb_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "gt.txt").write_text(f"00001.ppm;1;2;3;4;7\n{line}\n")
    with pytest.raises(DatasetError, match=rf"gt\.txt:2: expected .*, got `{line}`"):
        open_dataset(tmp_path)


def test_a_line_of_gtsdb_that_comes_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "00001.png").touch()
    lines = ["00001.ppm;1;2;30;40;7\n"] * 2 + ["00001.ppm;1;2;30;41;7\n"]
    (tmp_path / "gt.txt").write_text("".join(lines))
    assert len(open_dataset(tmp_path).samples) == 2


@pytest.mark.parametrize("name", ["00001.ppm", "./00001.png"])  # which is there is looked up
def test_a_box_of_gtsdb_that_is_of_two_classes_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "00001.png").touch()
    listed = "00001.ppm;1;2;30;40;7\n\n"
    (tmp_path / "gt.txt").write_text(f"{listed}{name}; 1.0;2;30;40;8\n")
    with pytest.raises(DatasetError) as refused:
        open_dataset(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}/gt.txt:3: the box 1.0, 2, 30, 40 in `{name}` is of class 8, in line 1 of 7; "
        "keep the line that is right"
    )
    (tmp_path / "gt.txt").write_text(f"{listed}{name};1;2;30;40;7\n")
    assert len(open_dataset(tmp_path).samples) == 1


@pytest.mark.skipif(not GTSDB.is_dir(), reason="shared/data/gtsdb is not here")
def test_the_real_frames() -> None:
    everything, held_out = open_dataset(GTSDB), open_dataset(GTSDB, "validation")
    # The list has 852 lines, one of them twice.
    assert (len(everything.frames), len(everything.samples)) == (600, 851)
    assert (len(held_out.frames), len(held_out.samples)) == (100, 71)
    assert set(held_out.ignored) < set(held_out.frames)
    assert any(held_out.ignored.values())
    assert "gt.txt" not in everything.caution + held_out.caution
