"""Reloading: by hand, by watching, and while other threads recognize."""

from __future__ import annotations

import gc
import logging
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognizer import CatalogueError, LanguageError, Recognizer, Thresholds, watching
from recognizer.gallery import Gallery, gallery_path
from recognizer.thresholds_file import thresholds_path
from recognizer.watching import CatalogueWatcher
from rules import certain_readings

RED_CIRCLE = certain_readings([{"shape": "circle", "border": "red", "digits": 50}])


class NoNetwork:
    """Stands in for the predictor: these tests begin with readings."""

    fingerprint = "none"
    match_cosine = 0.5

    def __init__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recognizer.recognizer.AttributePredictor", NoNetwork)


def rules(version: str) -> str:
    """A sign whose id, name and unit all tell the version."""
    return (
        "version: 1\nsigns:\n"
        f'  - id: de.{version}\n    name: {{en: "{version} {{digits}}"}}\n'
        "    when: {shape: circle, border: red, digits: 50}\n"
        f"    value: {{from: digits, unit: {version}}}\n"
    )


def write(path: Path, text: str) -> None:
    """Replace a file in one step, as editors do."""
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "signs.yaml"
    path.write_text(rules("old"))
    return path


def answer(recognizer: Recognizer) -> tuple[str | None, str, str | None]:
    result = recognizer.judge(RED_CIRCLE)[0]
    return result.sign_id, result.name, result.unit


OLD = ("de.old", "old 50", "old")
NEW = ("de.new", "new 50", "new")


def test_reload_takes_the_new_file(catalogue: Path) -> None:
    recognizer = Recognizer(catalogue)
    assert answer(recognizer) == OLD
    write(catalogue, rules("new"))
    assert answer(recognizer) == OLD
    recognizer.reload()
    assert answer(recognizer) == NEW
    assert [sign.id for sign in recognizer.catalogue.signs] == ["de.new"]


def test_rules_are_found_again_from_another_folder(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(catalogue.parent)
    recognizer = Recognizer(catalogue.name)
    assert recognizer.catalogue.file == Path(catalogue.name)
    write(catalogue, rules("new"))
    monkeypatch.chdir("/")
    recognizer.reload()
    assert answer(recognizer) == NEW
    assert recognizer.catalogue.file == catalogue


@pytest.mark.parametrize("broken", ["version: 1\nsigns: {", "version: 2\n", "", "\0"])
def test_a_broken_file_raises_and_the_last_good_one_stays(catalogue: Path, broken: str) -> None:
    recognizer = Recognizer(catalogue)
    before = recognizer.catalogue
    write(catalogue, broken)
    with pytest.raises(CatalogueError):
        recognizer.reload()
    assert recognizer.catalogue is before
    assert answer(recognizer) == OLD


def test_an_unusable_gallery_keeps_the_last_good_catalogue(catalogue: Path) -> None:
    recognizer = Recognizer(catalogue)
    write(catalogue, rules("new") + "pictograms: {deer: {artwork: [made:deer]}}\n")
    with pytest.raises(Exception, match="no up-to-date embedding"):
        recognizer.reload()
    assert answer(recognizer) == OLD


def test_a_language_that_the_new_rules_lack_keeps_the_last_good_catalogue(catalogue: Path) -> None:
    write(catalogue, rules("old").replace("{en:", "{de: alt, en:"))
    recognizer = Recognizer(catalogue, language="de")
    write(catalogue, rules("new"))
    with pytest.raises(LanguageError, match="no sign has a name in the language `de`; expected en"):
        recognizer.reload()
    assert recognizer.judge(RED_CIRCLE)[0].name == "alt"


def test_other_threads_never_see_a_mixture(catalogue: Path) -> None:
    recognizer = Recognizer(catalogue)
    seen: set[tuple[str | None, str, str | None]] = set()
    done = threading.Event()

    def recognize() -> None:
        while not done.is_set():
            result = recognizer.judge(RED_CIRCLE)[0]
            explanation = result.explanation
            assert explanation.sign_id == result.sign_id
            seen.add((result.sign_id, result.name, result.unit))

    threads = [threading.Thread(target=recognize) for _ in range(2)]
    for thread in threads:
        thread.start()
    for version in ["new", "old"] * 15:
        write(catalogue, rules(version))
        recognizer.reload()
    done.set()
    for thread in threads:
        thread.join()
    assert seen == {OLD, NEW}


def wait_for(condition: Callable[[], bool]) -> bool:
    pause = threading.Event()
    return any(condition() or pause.wait(0.01) for _ in range(1000))


def test_an_edit_before_the_first_look_is_not_missed(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EditedMeanwhile(CatalogueWatcher):
        def __init__(self, *arguments: Any) -> None:
            write(catalogue, rules("new"))
            super().__init__(*arguments)

    monkeypatch.setattr("recognizer.recognizer.CatalogueWatcher", EditedMeanwhile)
    assert answer(Recognizer(catalogue, watch=True)) == NEW


def test_watching_takes_what_is_good_and_logs_what_is_broken(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "INTERVAL", 0.01)
    recognizer = Recognizer(catalogue, watch=True)
    assert answer(recognizer) == OLD
    with caplog.at_level(logging.ERROR):
        write(catalogue, rules("new").replace("circle", "circel"))
        assert wait_for(lambda: bool(caplog.records))
    assert "did you mean `circle`?" in caplog.text
    assert f"{catalogue}:5:19" in caplog.text
    assert answer(recognizer) == OLD
    write(catalogue, rules("new"))
    assert wait_for(lambda: answer(recognizer) == NEW)


def test_watching_goes_on_when_no_sign_of_the_country_is_left(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "INTERVAL", 0.01)
    german = "    country: DE\n"
    write(catalogue, rules("old") + german)
    recognizer = Recognizer(catalogue, country="DE", watch=True)
    with caplog.at_level(logging.ERROR):
        write(catalogue, rules("new") + german.replace("DE", "AT"))
        assert wait_for(lambda: "no sign belongs to the country `DE`" in caplog.text)
    assert answer(recognizer) == OLD
    write(catalogue, rules("new") + german)
    assert wait_for(lambda: answer(recognizer) == NEW)


def test_watching_goes_on_when_no_sign_has_a_name_in_the_language(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "INTERVAL", 0.01)
    recognizer = Recognizer(catalogue, language="en", watch=True)
    with caplog.at_level(logging.ERROR):
        write(catalogue, rules("new").replace("{en:", "{de:"))
        assert wait_for(lambda: "no sign has a name in the language `en`" in caplog.text)
    assert "Traceback" not in caplog.text
    assert answer(recognizer) == OLD


def test_the_thread_ends_with_the_recognizer(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "INTERVAL", 0.01)
    recognizer = Recognizer(catalogue, watch=True)
    gone = weakref.ref(recognizer)
    thread = [t for t in threading.enumerate() if isinstance(t, CatalogueWatcher)][-1]
    assert thread.daemon
    del recognizer
    gc.collect()
    thread.join(5)
    assert not thread.is_alive()
    assert gone() is None


class Counted:
    """A recognizer that counts its reloads."""

    def __init__(self, path: Path) -> None:
        self._recognizer = Recognizer(path)
        self.reloads = 0

    @property
    def catalogue(self) -> object:
        return self._recognizer.catalogue

    def reload(self) -> None:
        self.reloads += 1
        self._recognizer.reload()


def test_every_file_of_the_catalogue_is_watched_and_nothing_else(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = catalogue.with_name("part.yaml")
    part.write_text(rules("part"))
    catalogue.write_text("version: 1\ninclude: [part.yaml]\n")
    counted = Counted(catalogue)
    watcher = CatalogueWatcher(counted, counted.catalogue)
    watcher.look(counted)
    catalogue.with_name("other.yaml").write_text("x")
    watcher.look(counted)
    assert counted.reloads == 0
    write(part, rules("other"))
    watcher.look(counted)
    watcher.look(counted)
    assert counted.reloads == 1
    gallery_path(catalogue).write_bytes(b"")  # not read: no pictogram asks for it
    watcher.look(counted)
    assert counted.reloads == 2
    thresholds_path(catalogue).write_text("version: 1\n")
    watcher.look(counted)
    assert counted.reloads == 3


def test_a_symbolic_link_that_is_switched_is_a_change(tmp_path: Path) -> None:
    for version in ("old", "new"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "signs.yaml").write_text(rules(version))
    current, catalogue = tmp_path / "current", tmp_path / "signs.yaml"
    current.symlink_to("old")
    catalogue.symlink_to("current/signs.yaml")
    counted = Counted(catalogue)
    watcher = CatalogueWatcher(counted, counted.catalogue)
    watcher.look(counted)
    assert counted.reloads == 0
    switched = tmp_path / "switched"
    switched.symlink_to("new")
    os.replace(switched, current)
    watcher.look(counted)
    assert counted.catalogue.signs[0].id == "de.new"  # type: ignore[attr-defined]
    thresholds_path(catalogue).write_text("version: 1\n")  # beside the link, where it is looked for
    watcher.look(counted)
    assert counted.reloads == 2


def test_a_file_that_is_written_in_place_and_is_as_long_as_before_is_a_change(
    catalogue: Path,
) -> None:
    os.utime(catalogue, (0, 0))  # not written in the same tick of the clock
    counted = Counted(catalogue)
    watcher = CatalogueWatcher(counted, counted.catalogue)
    catalogue.write_text(rules("new"))
    watcher.look(counted)
    assert counted.reloads == 1


DEER = Gallery.from_embeddings({"deer": np.ones((1, 1), np.float32)})


def test_an_exemplar_that_is_replaced_is_a_change(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recognizer.recognizer.load_gallery", lambda *_: DEER)
    catalogue.write_text("version: 1\npictograms: {deer: {exemplars: [deer.png]}}\n")
    picture = catalogue.with_name("deer.png")
    picture.write_bytes(b"old")
    counted = Counted(catalogue)
    watcher = CatalogueWatcher(counted, counted.catalogue)
    picture.write_bytes(b"newer")
    watcher.look(counted)
    assert counted.reloads == 1


@pytest.mark.parametrize("link", ["deer.png", "pictures"])
def test_a_link_to_an_exemplar_that_is_switched_is_a_change(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    monkeypatch.setattr("recognizer.recognizer.load_gallery", lambda *_: DEER)
    folder = catalogue.parent
    for version in ("old", "new"):
        (folder / version).mkdir()
        (folder / version / "deer.png").write_bytes(version.encode())
    inside = "" if link == "deer.png" else "/deer.png"
    target = "/deer.png" if link == "deer.png" else ""
    (folder / link).symlink_to(f"old{target}")
    catalogue.write_text(f"version: 1\npictograms: {{deer: {{exemplars: [{link}{inside}]}}}}\n")
    counted = Counted(catalogue)
    watcher = CatalogueWatcher(counted, counted.catalogue)
    (folder / "switched").symlink_to(f"new{target}")
    os.replace(folder / "switched", folder / link)
    watcher.look(counted)
    assert counted.reloads == 1


def test_what_a_broken_catalogue_lacks_is_found_when_it_appears(
    catalogue: Path, caplog: pytest.LogCaptureFixture
) -> None:
    counted = Counted(catalogue)
    watcher = CatalogueWatcher(counted, counted.catalogue)
    write(catalogue, "version: 1\ninclude: [part.yaml]\n")
    watcher.look(counted)
    watcher.look(counted)
    assert counted.reloads == 1
    part = catalogue.with_name("part.yaml")
    part.write_text(rules("new"))
    for _ in range(watching.RETRY_LOOKS):
        watcher.look(counted)
    assert counted.reloads == 2
    assert counted.catalogue.signs[0].id == "de.new"  # type: ignore[attr-defined]
    assert len(caplog.records) == 1


def test_a_repeated_failure_is_logged_once(
    catalogue: Path, caplog: pytest.LogCaptureFixture
) -> None:
    counted = Counted(catalogue)
    watcher = CatalogueWatcher(counted, counted.catalogue)
    write(catalogue, "version: 2\n")
    for _ in range(3 * watching.RETRY_LOOKS):
        watcher.look(counted)
    assert counted.reloads > 2
    assert len(caplog.records) == 1


def test_no_error_of_a_reload_ends_the_watching(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "INTERVAL", 0.01)
    recognizer = Recognizer(catalogue, watch=True)

    def overflow(*_: object) -> None:
        raise RecursionError("too deep")

    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr("recognizer.loading.load_catalogue", overflow)
        write(catalogue, rules("broken"))
        assert wait_for(lambda: "too deep" in caplog.text)
    assert "in overflow" in caplog.text  # nobody foresaw it, so the log says where it comes from
    assert answer(recognizer) == OLD
    write(catalogue, rules("new"))
    assert wait_for(lambda: answer(recognizer) == NEW)


def test_reload_reads_the_thresholds_beside_the_rules_anew(tmp_path: Path) -> None:
    catalogue = tmp_path / "signs.yaml"
    catalogue.write_text("version: 1\nsigns: []\n")
    recognizer = Recognizer(catalogue)
    assert recognizer.thresholds.min_confidence == 0.5
    (tmp_path / "signs.thresholds.yaml").write_text("version: 1\nmin_confidence: 0.9\n")
    recognizer.reload()
    assert recognizer.thresholds.min_confidence == 0.9


def test_reload_keeps_thresholds_that_were_given(tmp_path: Path) -> None:
    catalogue = tmp_path / "signs.yaml"
    catalogue.write_text("version: 1\nsigns: []\n")
    mine = Thresholds(min_confidence=0.7)
    given = Recognizer(catalogue, thresholds=mine)
    (tmp_path / "signs.thresholds.yaml").write_text("version: 1\nmin_confidence: 0.9\n")
    given.reload()
    assert given.thresholds is mine


def test_a_sign_with_a_given_threshold_that_the_new_rules_lack_keeps_the_last_good_ones(
    catalogue: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recognizer = Recognizer(catalogue, thresholds=Thresholds(per_sign={"de.old": 0.6}))
    watcher = CatalogueWatcher(recognizer, recognizer.catalogue)
    write(catalogue, rules("new"))
    with pytest.raises(ValueError, match=r"per_sign: no sign is called 'de\.old'"):
        recognizer.reload()
    watcher.look(recognizer)
    assert "no sign is called 'de.old'" in caplog.text
    assert "Traceback" not in caplog.text
    assert answer(recognizer) == OLD
