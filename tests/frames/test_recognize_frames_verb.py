"""``signrules recognize`` on frames: what is printed, written and returned."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from frame_results import SPEED_LIMIT, STOP, TOO_SMALL, frame_result
from synthetic_videos import numbered_image, write_video

from recognizer.cli.main import main
from recognizer.cli.recognize_frames import FramesCommand
from recognizer.frames.sources.opening import open_source
from recognizer.frames.sources.stored_source import StoredSource

BOX = (10, 10, 30, 30)


class Stub:
    """Sees a speed limit in every frame, announced in frame 3; in pictures two signs."""

    def recognize_frame(self, image, boxes=None):
        return frame_result((BOX, STOP), ((40, 10, 45, 15), TOO_SMALL), name="frame")

    def follow(self, *, settings, detector):
        return self

    def update(self, frame):
        since = 3 if frame.index >= 3 else -1
        return frame_result(
            (BOX, SPEED_LIMIT, 2, frame.index == 3, since), index=frame.index, name=frame.name
        )


@pytest.fixture
def drive(tmp_path):
    return str(write_video(tmp_path / "drive.avi", 8))


def command(**options):
    return FramesCommand(Stub(), **options)


def test_a_line_per_announcement(drive, capsys):
    assert command().run([drive]) == 0
    out, err = capsys.readouterr()
    assert out == f"{drive} 00:00.12 frame 3 track 2: de.274[60]  Speed limit 60  (98.1%)\n"
    assert err == "signrules: 8 frames, 1 sign reported\n"


def test_the_moment_is_in_minutes_and_seconds(drive, capsys):
    class Late(Stub):
        def update(self, frame):
            sign = (BOX, SPEED_LIMIT, 2, frame.index == 3, 3)
            return frame_result(sign, index=frame.index + 1875)

    assert FramesCommand(Late()).run([drive]) == 0
    assert capsys.readouterr().out.startswith(f"{drive} 01:15.12 frame 1878 track 2: ")


def test_dropped_frames_are_told(drive, capsys, monkeypatch):
    monkeypatch.setattr(StoredSource, "dropped", property(lambda _: 2))
    assert command().run([drive]) == 0
    assert capsys.readouterr().err == "signrules: 8 frames, 1 sign reported, 2 frames dropped\n"


def test_json_is_a_line_per_frame(drive, capsys):
    assert command(form="json").run([drive]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["frame"] for line in lines] == list(range(8))
    assert [line["signs"][0]["announced"] for line in lines] == [k == 3 for k in range(8)]


def test_json_says_why_if_asked(drive, capsys):
    assert command(form="json", explain=True).run([drive]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all("explanation" in line["signs"][0] for line in lines)


def test_a_picture_of_a_scene_has_a_line_per_sign(tmp_path, capsys):
    path = tmp_path / "street.png"
    cv2.imwrite(str(path), numbered_image(0))
    assert command().run([str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{path} 10,10,30,30: de.206  Stop  (99.0%)",
        f"{path} 40,10,45,15: unknown: too_small",
    ]


def test_pictures_of_a_folder_keep_their_names(tmp_path, capsys):
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), numbered_image(number))
    command(form="json").run([str(tmp_path)])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["frame"], line["name"]) for line in lines] == [
        (number, str(tmp_path / f"{number}.png")) for number in range(2)
    ]


def test_files_are_written_and_not_replaced_unless_told(drive, tmp_path, capsys):
    video, lines = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    options = {"save_video": str(video), "save_json": str(lines)}
    assert command(**options).run([drive, drive]) == 0
    assert len(lines.read_text().splitlines()) == 16
    with open_source(video) as source:
        assert (source.length, source.frames_per_second) == (16, 25)
    with pytest.raises(Exception, match=r"out\.jsonl: exists already"):
        command(**options).run([drive])
    assert command(**options, overwrite=True).run([drive]) == 0
    assert len(lines.read_text().splitlines()) == 8


def test_bad_sources_do_not_stop_the_others(drive, tmp_path, capsys):
    cut = tmp_path / "cut.avi"
    content = Path(write_video(cut, 100)).read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    assert command().run(["nowhere.mp4", str(cut), "97", drive]) == 3
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == [str(cut), drive]
    first, second, third, summary = err.splitlines()
    assert first == "signrules: nowhere.mp4: no such file or folder"
    assert second.startswith(f"signrules: {cut}: only ")
    assert third.startswith("signrules: camera 97: there is no such camera")
    assert summary.endswith("2 signs reported, 3 problems")


def test_a_glob_of_videos_is_a_source_for_each(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("recognizer.cli.recognize.recognizer_from", lambda _: Stub())
    paths = [str(write_video(tmp_path / f"{name}.avi", 4)) for name in "ab"]
    for pattern in ("*.avi", "*"):
        assert main(["recognize", str(tmp_path / pattern)]) == 0
        out, err = capsys.readouterr()
        assert [line.split()[0] for line in out.splitlines()] == paths
        assert err == "signrules: 8 frames, 2 signs reported\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--save-video", "drive.avi", "--overwrite"], "drive.avi: is a source"),
        (["--save-json", "./drive.avi", "--overwrite"], "drive.avi: is a source"),
        (["--save-json", "link.jsonl", "--overwrite"], "link.jsonl: is a source"),
        (["--save-json", "photos/1.png", "--overwrite"], "photos/1.png: is a source"),
        (["--save-json", "old", "--save-video", "o.gif", "--overwrite"], "o.gif: the suffix is"),
        (["--save-json", "old"], "old: exists already; --overwrite replaces it"),
        (["--save-json", "x.mp4", "--save-video", "./x.mp4"], "x.mp4: .* name the same file"),
        (["--save-json", "none/x.jsonl"], "none/x.jsonl: there is no folder none"),
        (["--save-json", "photos", "--overwrite"], "photos: is a folder"),
    ],
)
def test_outputs_are_checked_before_anything_is_opened(
    tmp_path, capsys, monkeypatch, options, message
):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "drive.avi", 4)
    (tmp_path / "link.jsonl").symlink_to("drive.avi")
    (tmp_path / "photos").mkdir()
    cv2.imwrite("photos/1.png", numbered_image(1))
    (tmp_path / "old").write_text("precious")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    sources = [(tmp_path / "drive.avi").as_uri(), "photos"]
    assert main(["recognize", "--frames", *sources, *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.match(f"signrules: {message}", err)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_link_that_leads_nowhere_stops_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    cv2.imwrite("photos/1.png", numbered_image(1))
    Path("photos/2.png").symlink_to("nowhere.png")
    Path("out.jsonl").write_text("old")
    options = ["--save-json", "out.jsonl", "--overwrite"]
    assert main(["recognize", "--frames", "photos", *options]) == 3
    assert "1 frame" in capsys.readouterr().err
    assert len(Path("out.jsonl").read_text().splitlines()) == 1


def test_an_output_that_cannot_be_written_is_told(tmp_path, drive, capsys, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    (tmp_path / "old").touch()
    for options in (["--save-json", f"{tmp_path}/new"], ["--save-json", f"{tmp_path}/old"]):
        assert main(["recognize", drive, *options, "--overwrite"]) == 2
        assert "may not be written" in capsys.readouterr().err


def test_saving_without_frames_is_a_mistake_in_the_command(tmp_path, capsys):
    assert main(["recognize", "sign.png", "--save-json", str(tmp_path / "out.jsonl")]) == 2
    assert "are for frames" in capsys.readouterr().err


INTERRUPTED = """
import signal, sys
# A suite that a shell put into the background has told its children to ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, sys.argv[1])
from test_recognize_frames_verb import Stub, main_with
main_with(Stub(), sys.argv[2:])
"""


def main_with(stub, words):
    """The command line with a recognizer of our own; slow, so that it can be interrupted."""
    import time

    from recognizer.cli import recognize

    update = stub.update
    stub.update = lambda frame: (time.sleep(0.01), update(frame))[1]
    recognize.recognizer_from = lambda _: stub
    sys.exit(main(["recognize", *words]))


def test_ctrl_c_leaves_complete_files(tmp_path):
    drive = write_video(tmp_path / "long.avi", 1000)
    video, lines = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", INTERRUPTED, str(Path(__file__).parent), str(drive)),
            *("--save-video", str(video), "--save-json", str(lines)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Lines must come through the pipe at once by themselves.
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )
    process.stdout.readline()  # the announcement in frame 3
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "signrules: interrupted"
    written = [json.loads(line)["frame"] for line in lines.read_text().splitlines()]
    assert written == list(range(len(written)))
    with open_source(video) as source:
        assert abs(len(list(source)) - len(written)) <= 1
