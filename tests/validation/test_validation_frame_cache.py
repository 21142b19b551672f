"""What was found and read in frames is kept: nothing is searched or read twice."""

from __future__ import annotations

import pytest
from frame_world import STOP, FrameWorld, StandInFinder, of_frames

SWAPPED = (
    ("pictogram: left}", "pictogram: XX}"),
    ("pictogram: right}", "pictogram: left}"),
    ("pictogram: XX}", "pictogram: right}"),
)


def test_an_edit_touches_neither_localizer_nor_network(street: FrameWorld) -> None:
    first = street.validate()
    street.predictor.calls.clear()
    street.finder.calls = 0
    again = street.validate(street.rules(*SWAPPED, name="edited.yaml"))
    assert street.finder.calls == 0
    assert street.predictor.calls == []
    assert of_frames(again).found == of_frames(first).found
    timing = again.pictures.timing
    assert (timing.network_crops, timing.located_frames) == (0, 0)


def test_another_localizer_searches_again_but_reads_only_other_boxes(street: FrameWorld) -> None:
    street.validate()
    street.predictor.calls.clear()
    other = StandInFinder("other")
    other.finds = {**street.finder.finds, 3: [(STOP, 0.9)]}
    street.finder = other
    street.validate()
    assert other.calls == 3
    assert sum(street.predictor.calls) == 1


def test_finds_are_kept_though_reading_is_interrupted(street: FrameWorld) -> None:
    predict = street.predictor.predict

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    street.predictor.predict = interrupted  # type: ignore[assignment, method-assign]
    with pytest.raises(KeyboardInterrupt):
        street.validate()
    street.predictor.predict = predict  # type: ignore[method-assign]
    calls = street.finder.calls
    assert calls == 3
    assert of_frames(street.validate()).found.right == 4
    assert street.finder.calls == calls


def test_damaged_finds_are_searched_again(
    street: FrameWorld, caplog: pytest.LogCaptureFixture
) -> None:
    expected = of_frames(street.validate())
    (shard,) = (street.folder / "cache").rglob("finds.npy")
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    assert of_frames(street.validate()) == expected
    assert street.finder.calls == 6
    assert "damaged" in caplog.text
