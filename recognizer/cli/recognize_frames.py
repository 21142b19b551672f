"""``signrules recognize`` for videos, cameras, URLs and pictures of whole scenes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Literal

from rich.markup import escape
from rich.progress import Progress

from attributes.progress import progress_bar
from recognizer.cli.exit_codes import FINE, UNREADABLE
from recognizer.cli.json_text import as_json
from recognizer.frames.frame_result import FrameResult
from recognizer.frames.output.annotated_video_writer import AnnotatedVideoWriter
from recognizer.frames.output.json_lines_writer import JsonLinesWriter
from recognizer.frames.output.writers import FrameWriter
from recognizer.frames.protocols import FrameRecognizer
from recognizer.frames.source_recognition import recognition_of
from recognizer.frames.sources.opening import FrameSource, SourceError, open_source
from recognizer.plurals import counted

_FRAMES_PER_SECOND = 25.0
"""Of the written video, where the first source does not state a rate."""


@dataclass
class _Counts:
    frames: int = 0
    signs: int = 0
    dropped: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = [counted(self.frames, "frame"), counted(self.signs, "sign") + " reported"]
        if self.dropped:
            parts.append(counted(self.dropped, "frame") + " dropped")
        if self.problems:
            parts.append(counted(len(self.problems), "problem"))
        return ", ".join(parts)


@dataclass(frozen=True)
class FramesCommand:
    """Goes through all frames of some sources.

    Attributes:
        recognizer: answers.
        form: of stdout: ``text``, one line per announcement (in a picture: per sign), or ``json``,
            one line per frame.
        explain: whether stdout says why.
        save_video, save_json: files to write; those of several sources follow each other in one.
        overwrite: whether these may exist already.
    """

    recognizer: FrameRecognizer
    form: Literal["text", "json"] = "text"
    explain: bool = False
    save_video: str | None = None
    save_json: str | None = None
    overwrite: bool = False

    def run(self, sources: Sequence[str]) -> int:
        """Print and write results while they come; a bad source does not stop the others.

        However it ends, also when interrupted, files are completed and problems and counts told.

        Returns:
            an exit code.

        Raises:
            WriterError: a file cannot be written.
        """
        counts = _Counts()
        writers: list[FrameWriter] = []
        try:
            with ExitStack() as stack:
                progress = stack.enter_context(progress_bar())
                for name in sources:
                    self._run_one(name, progress, stack, writers, counts)
        finally:
            for problem in counts.problems:
                print(f"signrules: {problem}", file=sys.stderr)
            print(f"signrules: {counts}", file=sys.stderr)
        return UNREADABLE if counts.problems else FINE

    def _run_one(
        self,
        name: str,
        progress: Progress,
        stack: ExitStack,
        writers: list[FrameWriter],
        counts: _Counts,
    ) -> None:
        try:
            source = open_source(name)
        except SourceError as error:
            counts.problems.append(str(error))
            return
        with source:
            if not writers:  # not before the first source, whose rate the video takes over
                for writer in self._open_writers(source.frames_per_second):
                    writers.append(stack.enter_context(writer))
            frames = progress.track(source, total=source.length, description=escape(source.name))
            recognize = recognition_of(source, self.recognizer)
            try:
                for frame in frames:
                    result = recognize(frame)
                    counts.frames += 1
                    # Files first: stdout may be a pipe that nobody reads any more.
                    for writer in writers:
                        writer.write(frame.image, result)
                    for line in self._lines(source, result, counts):
                        print(line, flush=True)  # an announcement is worth most at once
            except SourceError as error:
                counts.problems.append(str(error))
            finally:
                counts.dropped += source.dropped
                counts.problems += source.problems

    def _open_writers(self, rate: float | None) -> Iterator[FrameWriter]:
        if self.save_json:
            yield JsonLinesWriter(self.save_json, overwrite=self.overwrite)
        if self.save_video:
            yield AnnotatedVideoWriter(
                self.save_video,
                frames_per_second=rate or _FRAMES_PER_SECOND,
                overwrite=self.overwrite,
            )

    def _lines(self, source: FrameSource, result: FrameResult, counts: _Counts) -> Iterator[str]:
        told = [
            row for row in range(len(result)) if result.announced[row] or not source.is_continuous
        ]
        counts.signs += len(told)
        if self.form == "json":
            yield as_json(result.to_dict(explain=self.explain))
            return
        for row in told:
            answer = result.recognitions[row]
            where = _moment(source, result, row) if source.is_continuous else _place(result, row)
            yield f"{where}: {answer.explain() if self.explain else answer}"


def _moment(source: FrameSource, result: FrameResult, row: int) -> str:
    minutes, hundredths = divmod(round(result.seconds * 100), 6000)
    time = f"{minutes:02}:{hundredths / 100:05.2f}"
    return f"{source.name} {time} frame {result.index} track {result.track_ids[row]}"


def _place(result: FrameResult, row: int) -> str:
    left, top, right, bottom = (round(float(side)) for side in result.xyxy[row])
    return f"{result.name} {left},{top},{right},{bottom}"
