"""What is announced on real clips: a stop sign approached, and drives without any sign.

    python benchmarks/videos.py --data ../shared/data

No clip touched training.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recognizer import Recognizer

ROOT = Path(__file__).parents[1]
STOP_CLIP = "dashcam_stop_sign.mp4"
SIGN_FREE = ("kartikey_dashcam.mp4", "mario_dashcam.mp4")


@dataclass(frozen=True)
class Announced:
    """One announcement: what, when, and until when the sign was seen."""

    sign_id: str
    seconds: float
    track_id: int


def announcements(recognizer: Recognizer, clip: Path) -> Iterator[Announced | float]:
    """Announcements of a clip as they come; at last its length in seconds."""
    seconds = 0.0
    for result in recognizer.stream(clip):
        seconds = result.seconds
        for row in result.announced.nonzero()[0].tolist():
            sign_id = result.recognitions[row].id
            yield Announced(sign_id, result.seconds, int(result.track_ids[row]))
    yield seconds


def main() -> None:
    """Print the announcements of every clip, and the rate of false ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with video/")
    folder = parser.parse_args().data / "video"
    american = Recognizer(ROOT / "catalogues" / "us.yaml")
    german = Recognizer()
    for clip in sorted(folder.glob("*.mp4")):
        recognizer = german if clip.name in SIGN_FREE else american
        *announced, length = announcements(recognizer, clip)
        assert isinstance(length, float)
        print(f"{clip.name}: {length:.1f} s, {recognizer.catalogue_path.name}")
        for a in announced:
            assert isinstance(a, Announced)
            left = f"{length - a.seconds:.1f} s before the end"
            print(f"  {a.seconds:6.2f} s  track {a.track_id}  {a.sign_id}  ({left})")
        if clip.name in SIGN_FREE:
            print(f"  {60 * len(announced) / length:.1f} false announcements a minute")


if __name__ == "__main__":
    main()
