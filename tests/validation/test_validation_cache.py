"""The attribute cache: the network is asked once for each picture, and never a wrong number."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from validation_world import LABELS, StandInPredictor, World

from attributes.flat_readings import flatten, unflatten
from attributes.network import Architecture, AttributeNetwork
from attributes.readings import Readings
from attributes.vocabulary import EMBEDDING_DIMENSIONS
from attributes.weights_file import describe_network, save_weights
from recognizer import reading_code
from recognizer.gallery import Gallery
from recognizer.late_predictor import LatePredictor
from recognizer.reading_code import code_digest
from recognizer.validation.datasets import Dataset, DatasetError, open_dataset
from recognizer.validation.file_digests import FileDigests
from recognizer.validation.ingestion import ReadPictures, read_pictures
from recognizer.validation.late_localizer import LateLocalizer
from recognizer.validation.readings_cache import ReadingsCache, default_cache
from recognizer.validation.shards import CacheError, ShardFolder


def read(world: World, predictor: StandInPredictor, folder: Path | None = None) -> ReadPictures:
    folder = folder or world.folder / "cache"
    cache = ReadingsCache(folder, predictor.identity)
    return read_pictures(open_dataset(world.data), predictor, cache, folder)


def texts(pictures: ReadPictures) -> np.ndarray:
    return flatten(pictures.cache.readings(pictures.rows).arrays)


def test_the_second_run_does_not_touch_the_network(world: World) -> None:
    world.draw_all()
    first = texts(read(world, world.predictor))
    second = StandInPredictor()
    again = read(world, second)
    assert second.calls == []
    assert again.timing.network_crops == 0
    np.testing.assert_array_equal(texts(again), first)


def test_readings_survive_flattening(world: World) -> None:
    world.draw_all(1)
    pictures = read(world, world.predictor)
    readings = pictures.cache.readings(pictures.rows)
    again = Readings.from_arrays(unflatten(flatten(readings.arrays)))
    np.testing.assert_array_equal(again.text, readings.text)
    np.testing.assert_array_equal(again.presence, readings.presence)
    np.testing.assert_array_equal(again.categorical["bar"], readings.categorical["bar"])


def test_other_weights_share_nothing(world: World) -> None:
    world.draw_all()
    read(world, world.predictor)
    other = StandInPredictor("other weights")
    read(world, other)
    assert sum(other.calls) == 64


def test_a_moved_data_set_is_known_by_its_content(world: World) -> None:
    world.draw_all()
    read(world, world.predictor)
    moved = world.folder / "moved"
    world.data.rename(moved)
    world.data = moved
    second = StandInPredictor()
    read(world, second)
    assert second.calls == []


def test_a_changed_picture_is_read_again(world: World) -> None:
    world.draw_all()
    before = world.validate()
    path = world.data / "c50" / "000.png"
    old = path.stat()
    world.draw(path, "limit-60")
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))  # as a careless copy would do
    after = world.validate()
    assert before.figures.accuracy.value == 1
    assert after.figures.accuracy.right == 63
    assert world.predictor.calls[-1] == 1


def test_a_file_that_changed_just_now_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    digests = FileDigests(tmp_path / "cache", tmp_path)
    digests.read(str(path))
    assert digests.known(str(path)) is None


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that was written ten seconds ago, by the clock that is asked."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 10_000_000_000)
    return path


def test_a_file_that_settled_is_not_read_again(tmp_path: Path, settled: Path) -> None:
    digests = FileDigests(tmp_path / "cache", tmp_path)
    _, digest = digests.read(str(settled))
    digests.save()
    again = FileDigests(tmp_path / "cache", tmp_path)
    assert again.known(str(settled)) == digest
    settled.write_bytes(b"two")
    assert again.known(str(settled)) is None


@pytest.mark.parametrize("damaged", [lambda text: text.replace('"]', 'x"]'), lambda _: "[" * 99999])
def test_a_damaged_list_of_digests_only_means_reading_more(
    tmp_path: Path, settled: Path, damaged: Callable[[str], str]
) -> None:
    digests = FileDigests(tmp_path / "cache", tmp_path)
    digests.read(str(settled))
    digests.save()
    (kept,) = (tmp_path / "cache").rglob("*.json")
    kept.write_text(damaged(kept.read_text()))
    assert FileDigests(tmp_path / "cache", tmp_path).known(str(settled)) is None


def test_a_file_whose_time_was_set_back_is_read_again(tmp_path: Path, settled: Path) -> None:
    digests = FileDigests(tmp_path / "cache", tmp_path)
    digests.read(str(settled))
    old = settled.stat()
    time.sleep(0.02)
    settled.write_bytes(b"two")
    os.utime(settled, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert digests.known(str(settled)) is None


def shards(world: World) -> list[Path]:
    return sorted(p.parent for p in (world.folder / "cache").rglob("readings.npy"))


@pytest.mark.parametrize("name", ["readings.npy", "keys.npy", "checksum"])
def test_a_damaged_shard_is_ignored(
    world: World, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.draw_all()
    first = texts(read(world, world.predictor))
    (shard,) = shards(world)
    content = bytearray((shard / name).read_bytes())
    content[-1] ^= 1
    (shard / name).write_bytes(content)
    again = StandInPredictor()
    np.testing.assert_array_equal(texts(read(world, again)), first)
    assert sum(again.calls) == 64
    assert "damaged" in caplog.text


def test_a_damaged_shard_is_told_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.draw_all()
    read(world, world.predictor)
    (shard,) = shards(world)
    (shard / "checksum").write_text("1")
    for told in (True, False):
        read(world, StandInPredictor())
        assert ("damaged" in caplog.text) == told
        caplog.clear()


def test_readings_of_older_code_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    now = LatePredictor().identity, LateLocalizer().identity
    assert now == (LatePredictor().identity, LateLocalizer().identity)
    for module in ("late_predictor", "validation.late_localizer"):
        monkeypatch.setattr(f"recognizer.{module}.code_digest", lambda _: "older")
    older = LatePredictor().identity, LateLocalizer().identity
    assert not set(now) & set(older)


def test_readings_depend_on_the_precision_and_the_calibration_too(tmp_path: Path) -> None:
    weights = tmp_path / "w.safetensors"
    network = AttributeNetwork(Architecture(widths=(8, 8, 8), blocks=(1, 1, 1), text_width=8))
    save_weights(network, describe_network(network, "tiny"), weights)
    first = LatePredictor(weights).identity
    assert LatePredictor(weights, "float32").identity == first
    assert LatePredictor(weights, "bfloat16").identity != first
    card = weights.with_suffix(".json")
    calibration = {"temperatures": {"shape": 2.0}}
    card.write_text(json.dumps({**json.loads(card.read_text()), "calibration": calibration}))
    assert LatePredictor(weights).identity != first


def test_the_code_that_readings_depend_on_is_that_of_the_network_and_of_decoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_from = []

    def remember(parts: Iterable[bytes]) -> str:
        read_from.extend(parts)
        return ""

    monkeypatch.setattr(reading_code, "digest_of_all", remember)
    code_digest("attributes")
    decoding = {b"pictures.py", b"orientation.py"}
    assert {b"predictor.py", b"needless_pixels.py", b"network.py", *decoding} <= {*read_from}
    read_from.clear()
    code_digest("recognizer.frames.localization")
    assert {b"localizer.py", b"decoding.py", b"network.py", *decoding} <= {*read_from}


def test_without_a_home_folder_a_cache_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNRULES_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(CacheError, match="no home folder for a cache; name one with --cache"):
        default_cache()


def test_variables_name_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SIGNRULES_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert default_cache() == tmp_path / "caches" / "signrules"
    monkeypatch.setenv("SIGNRULES_CACHE", str(tmp_path / "own"))
    assert default_cache() == tmp_path / "own"
    monkeypatch.setenv("SIGNRULES_CACHE", ".")
    assert default_cache() == Path()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SIGNRULES_CACHE", "~/own")
    assert default_cache() == tmp_path / "own"


def test_a_truncated_shard_is_ignored(world: World) -> None:
    world.draw_all()
    read(world, world.predictor)
    (shard,) = shards(world)
    with (shard / "readings.npy").open("r+b") as file:
        file.truncate(1000)
    again = StandInPredictor()
    read(world, again)
    assert sum(again.calls) == 64


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def test_nothing_in_a_cache_is_unpickled(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.draw_all(1)
    world.validate()
    (shard,) = shards(world)
    (shard / "keys.npy").write_bytes(pickle.dumps(Trap(world.folder / "unpickled")))
    assert world.validate().figures.accuracy.value == 1
    assert not (world.folder / "unpickled").exists()
    assert "damaged, ignored" in caplog.text


def test_what_another_process_is_writing_stays_and_what_was_left_behind_goes(
    tmp_path: Path,
) -> None:
    fresh, old = tmp_path / ".fresh", tmp_path / ".old"
    for folder in (fresh, old):
        folder.mkdir()
    os.utime(old, (0, 0))
    assert list(ShardFolder(tmp_path, ("keys",), lambda _: True).shards()) == []
    assert fresh.is_dir()
    assert not old.exists()


@pytest.mark.parametrize(
    ("intact", "damaged"),
    [
        (b"(64, 16)", b"(64, 16 "),  # numpy raises TokenError
        (b"'|u1'", b"',u1'"),  # SyntaxError
        (b" 'shape'", b"b'shape'"),  # TypeError
        (b"(64, 16)", b"(64,-16)"),  # OverflowError
        (b"(64, 16)", b"()      "),  # numpy nothing, but it has no length
        (b"'|u1'", b"'|i1'"),  # nothing
    ],
)
def test_a_shard_with_a_damaged_header_is_ignored(
    world: World, intact: bytes, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    world.draw_all()
    first = texts(read(world, world.predictor))
    (shard,) = shards(world)
    content = (shard / "keys.npy").read_bytes()
    assert intact in content
    (shard / "keys.npy").write_bytes(content.replace(intact, damaged))
    again = StandInPredictor()
    np.testing.assert_array_equal(texts(read(world, again)), first)
    assert sum(again.calls) == 64
    assert "damaged" in caplog.text


def test_an_interrupted_run_goes_on_where_it_stopped(world: World) -> None:
    world.draw_all(40)

    class Interrupted(StandInPredictor):
        def predict(self, crops):  # type: ignore[no-untyped-def]
            if len(self.calls) == 2:
                raise KeyboardInterrupt
            return super().predict(crops)

    with pytest.raises(KeyboardInterrupt):
        read(world, Interrupted())
    second = StandInPredictor()
    read(world, second)
    assert sum(second.calls) == 320 - 128


def test_equal_pictures_are_read_once(world: World) -> None:
    picture = world.draw(world.data / "stop" / "a.png", "stop")
    shutil.copy(picture, world.data / "stop" / "b.png")
    pictures = read(world, world.predictor)
    assert len(pictures) == 2
    assert world.predictor.calls == [1]


def run_copy(data: Path, folder: Path, start: multiprocessing.synchronize.Barrier) -> None:
    start.wait()
    predictor = StandInPredictor()
    cache = ReadingsCache(folder, predictor.identity)
    pictures = read_pictures(open_dataset(data), predictor, cache, folder)
    np.save(folder / f"result-{os.getpid()}.npy", texts(pictures))


def test_two_copies_at_once_give_the_same_numbers(world: World) -> None:
    world.draw_all(20)
    expected = texts(read(world, world.predictor, world.folder / "alone"))
    folder = world.folder / "shared"
    context = multiprocessing.get_context("fork")
    start = context.Barrier(3)
    copies = [context.Process(target=run_copy, args=(world.data, folder, start)) for _ in range(3)]
    for copy in copies:
        copy.start()
    for copy in copies:
        copy.join(60)
        assert copy.exitcode == 0
    results = sorted(folder.glob("result-*.npy"))
    assert len(results) == 3
    for result in results:
        np.testing.assert_array_equal(np.load(result), expected)
    np.testing.assert_array_equal(texts(read(world, StandInPredictor(), folder)), expected)


def test_rows_of_several_shards_come_in_the_order_asked_for(world: World) -> None:
    world.draw_all(2)
    folder = world.folder / "cache"
    everything = open_dataset(world.data)
    cache = ReadingsCache(folder, "x")
    for part in (slice(8, None), slice(0, 8)):  # two shards, the later pictures first
        dataset = Dataset(world.data, "", everything.samples[part])
        read_pictures(dataset, StandInPredictor("x"), cache, folder)
    pictures = read_pictures(everything, StandInPredictor("x"), cache, folder)
    alone = read(world, StandInPredictor("y"))
    np.testing.assert_array_equal(texts(pictures), texts(alone))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="csv refuses null bytes there")
def test_a_listed_name_that_no_file_can_have_is_unreadable(world: World) -> None:
    world.draw_all(1)
    listed = "".join(f"{name}/000.png,{name}\n" for name in LABELS)
    listed += "left/a\0b.png,left\nle\0ft/b.png,left\n"
    (world.folder / "list.csv").write_text(f"Path,ClassId\n{listed}")
    for picture in world.data.iterdir():
        picture.rename(world.folder / picture.name)
    world.data = world.folder / "list.csv"
    validation = world.validate()
    assert validation.figures.pictures == len(LABELS)
    reasons = [unreadable.reason for unreadable in validation.pictures.unreadable]
    assert len(reasons) == 2
    assert all(reason.endswith("b.png: not a path: embedded null byte") for reason in reasons)


def test_unreadable_pictures_are_counted_and_listed(world: World) -> None:
    world.draw_all()
    (world.data / "stop" / "broken.png").write_bytes(b"\x89PNG nothing")
    (world.data / "stop" / "empty.png").write_bytes(b"")
    (world.data / "stop" / "lost.png").symlink_to(world.folder / "nowhere")
    validation = world.validate()
    reasons = [u.reason for u in validation.pictures.unreadable]
    assert len(reasons) == 3
    assert any("not a picture that can be decoded" in r for r in reasons)
    assert any("the file is empty" in r for r in reasons)
    assert any("No such file" in r for r in reasons)
    assert validation.figures.pictures == 64


def test_a_pipe_is_no_picture_and_not_waited_for(world: World) -> None:
    world.draw_all(1)
    os.mkfifo(world.data / "stop" / "pipe.png")
    (refused,) = read(world, world.predictor).unreadable
    assert refused.reason.endswith("pipe.png: not a regular file")


def test_no_readable_picture_at_all_is_an_error(world: World) -> None:
    world.data.joinpath("stop").mkdir(parents=True)
    (world.data / "stop" / "a.png").write_bytes(b"nothing")
    with pytest.raises(DatasetError, match="none of the 1 pictures can be read"):
        world.validate()


def test_paths_as_windows_writes_them_are_told_with_slashes(world: World) -> None:
    meant = world.draw(world.folder / "stop" / "a.png", "stop")
    world.data = world.folder / "t.csv"
    world.data.write_text("Path,ClassId\nstop\\a.png,stop\n")
    with pytest.raises(DatasetError, match=rf"No such file.*; did you mean `{meant}`\?$"):
        read(world, world.predictor)


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match="--cache"):
        ReadingsCache(tmp_path / "file", "x")


def test_no_file_stays_open_however_many_shards_there_are(world: World) -> None:
    folder = world.folder / "cache"
    for count in range(1, 9):
        world.draw_all(count)
        cache = read(world, world.predictor, folder).cache
    opened = len(os.listdir("/proc/self/fd"))
    again = ReadingsCache(folder, world.predictor.identity)
    readings = again.readings(np.arange(len(again)))
    assert len(os.listdir("/proc/self/fd")) == opened
    np.testing.assert_array_equal(readings.text, cache.readings(np.arange(len(cache))).text)


def test_a_cache_that_is_removed_during_the_run_is_told(world: World) -> None:
    world.draw_all()
    pictures = read(world, world.predictor)
    shutil.rmtree(world.folder / "cache")
    with pytest.raises(CacheError, match="changed during the run, start it again"):
        pictures.cache.readings(pictures.rows)


def test_similarities_are_kept_per_gallery(world: World) -> None:
    world.draw_all()
    world.validate()
    world.validate()
    kept = list((world.folder / "cache").rglob("similarity-*.npy"))
    assert len(kept) == 1
    np.save(kept[0], np.zeros((3, 3), np.float32))  # of another shape: not used
    assert world.validate().figures.accuracy.value == 1
    kept[0].write_bytes(kept[0].read_bytes().replace(b"(64, 3)", b"(64, 3 "))
    assert world.validate().figures.accuracy.value == 1


def test_similarities_that_cannot_be_kept_are_worked_out_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.draw_all()
    pictures = read(world, world.predictor)
    gallery = Gallery.from_embeddings({"deer": np.ones((1, EMBEDDING_DIMENSIONS), np.float32)})
    expected = pictures.cache.similarity(pictures.rows, gallery)
    compared = []
    monkeypatch.setattr(
        Gallery, "similarity", lambda _, embedding: compared.append(len(embedding)) or expected
    )

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("recognizer.validation.readings_cache.write_array", full)
    (kept,) = (world.folder / "cache").rglob("similarity-*.npy")
    kept.unlink()
    for row in range(3):
        found = pictures.cache.similarity(pictures.rows[row : row + 1], gallery)
        np.testing.assert_array_equal(found, expected[row : row + 1])
    assert compared == [64]


def test_a_run_from_the_cache_needs_no_torch() -> None:
    code = (
        "import sys, recognizer.cli.validate, recognizer.validation; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
