"""Fetching packages of artwork: what is there, what is missing, two runs at once."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from attributes.training import packages
from attributes.training.packages import MissingPackageError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SIGNRULES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packages.shutil, "which", lambda program: f"/bin/{program}")
    return tmp_path / "cache"


def client(package, *, meanwhile=lambda: None, failure=""):
    """What ``npm pack`` does: leaves a tarball of ``package`` in the folder it is called in."""

    def run(command, cwd, **_):
        if not failure:
            with tarfile.open(Path(cwd) / "package.tgz", "w:gz") as tarball:
                tarball.add(package, arcname="package")
        meanwhile()
        return subprocess.CompletedProcess(command, int(bool(failure)), "", failure)

    return run


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "made" / "package_signs"
    folder.mkdir(parents=True)
    (folder / "stop.svg").write_text("<svg/>")
    return folder.parent


def test_a_package_is_fetched_once_and_kept(cache, package, monkeypatch):
    monkeypatch.setattr(packages.subprocess, "run", client(package))
    assert (packages.mapillary_signs() / "stop.svg").is_file()
    monkeypatch.setattr(packages.subprocess, "run", client(package, failure="no network"))
    assert (packages.mapillary_signs() / "stop.svg").is_file()
    assert [folder.name for folder in cache.iterdir()] == ["mapillary_sprite_source_1.8.0"]


def test_of_two_runs_that_fetch_at_once_both_have_the_package(cache, package, monkeypatch):
    def other_run():
        monkeypatch.setattr(packages.subprocess, "run", client(package))
        packages.mapillary_signs()

    monkeypatch.setattr(packages.subprocess, "run", client(package, meanwhile=other_run))
    assert (packages.mapillary_signs() / "stop.svg").is_file()
    assert [folder.name for folder in cache.iterdir()] == ["mapillary_sprite_source_1.8.0"]


def test_a_package_that_cannot_be_had_is_named_with_the_reason(cache, package, monkeypatch):
    failing = client(package, failure="npm ERR! code E404\nnpm ERR! 404 Not Found")
    monkeypatch.setattr(packages.subprocess, "run", failing)
    with pytest.raises(MissingPackageError, match=r"mapillary_sprite_source@1.8.0.*404 Not Found"):
        packages.mapillary_signs()
    assert not list(cache.iterdir())


def test_without_the_client_it_is_asked_for(cache, monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda program: None)
    with pytest.raises(MissingPackageError, match="`npm` is needed"):
        packages.mapillary_signs()
