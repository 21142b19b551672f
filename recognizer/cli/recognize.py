"""``signrules recognize SOURCE...``: name the signs on pictures and in videos."""

from __future__ import annotations

import argparse

from recognizer.cli.exit_codes import FINE, UNREADABLE
from recognizer.cli.options import add_format_option, add_recognizer_options, recognizer_from
from recognizer.cli.outputs import output_problem
from recognizer.cli.recognize_crops import recognize_crops
from recognizer.cli.recognize_frames import FramesCommand
from recognizer.frames.sources.opening import is_video, videos_apart
from recognizer.option_error import OptionError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "sources",
        nargs="+",
        type=_source,
        metavar="SOURCE",
        help="picture of one sign, folder, or glob; video, camera index, RTSP or HTTP URL",
    )
    parser.add_argument(
        "--frames",
        action="store_true",
        help="pictures are not of one sign but whole scenes, each by itself, to find signs in",
    )
    frames = parser.add_argument_group("frames", "what becomes of videos, cameras and --frames")
    frames.add_argument("--save-video", metavar="OUT.mp4", help="write the annotated frames")
    frames.add_argument("--save-json", metavar="OUT.jsonl", help="write one JSON line per frame")
    frames.add_argument(
        "--overwrite", action="store_true", help="--save-video and --save-json may replace files"
    )
    add_recognizer_options(parser, for_frames=True)
    add_format_option(parser)
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say why, for each picture or announcement (JSON: for each sign of a frame)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer pictures of one sign first, then go through the frames of everything else."""
    sources = [s for source in arguments.sources for s in videos_apart(source)]
    of_frames: list[str] = []
    of_crops: list[str] = []
    for source in sources:
        (of_frames if arguments.frames or is_video(source) else of_crops).append(source)
    if not of_frames and (arguments.save_video or arguments.save_json):
        raise OptionError(
            "--save-video and --save-json are for frames: "
            "give a video, a camera or a URL, or say --frames"
        )
    problem = output_problem(
        arguments.save_video, arguments.save_json, sources, overwrite=arguments.overwrite
    )
    if problem is not None:
        raise OptionError(problem)
    recognizer = recognizer_from(arguments)
    codes = []
    if of_crops:
        codes.append(
            recognize_crops(recognizer, of_crops, form=arguments.format, explain=arguments.explain)
        )
    if of_frames:
        command = FramesCommand(
            recognizer,
            form=arguments.format,
            explain=arguments.explain,
            save_video=arguments.save_video,
            save_json=arguments.save_json,
            overwrite=arguments.overwrite,
        )
        codes.append(command.run(of_frames))
    return UNREADABLE if UNREADABLE in codes else FINE


def _source(word: str) -> str:
    if not word:
        raise argparse.ArgumentTypeError("an empty name is no source; this folder is `.`")
    return word
