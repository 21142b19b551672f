"""What is announced on real clips: a stop sign approached, and drives without any sign.

    python benchmarks/videos.py --data ../shared/data

The bar for the stop clip: its sign is announced once, right, and at least 1 s before it leaves the
picture, which is the last frame in which the track that was announced is found. Clips of models in
a corridor are printed beside it, without a bar. On the two sign-free clips every announcement is
false; they are counted with both catalogues.

No clip touched training, but the sign-free ones are not blind: the defaults of
``recognizer.frames.tracking.tracks.TrackSettings`` were chosen after looking at what random boxes
in these two clips were announced as, and two false announcements in them (a fence, truck wheels)
led to its ``activation_threshold`` and to confidences that include the presence of a sign.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plain_errors import run_plainly

from recognizer import Recognizer, SourceError

ROOT = Path(__file__).parents[1]
STOP_CLIP, STOP_SIGN = "dashcam_stop_sign.mp4", "us.R1-1"
SIGN_FREE = ("kartikey_dashcam.mp4", "mario_dashcam.mp4")
LEAST_LEAD = 1.0
"""Seconds from the announcement to the last sight of the sign."""


@dataclass(frozen=True)
class Announced:
    """One announcement: what, when, and when the track was seen last."""

    answer: str
    track_id: int
    seconds: float
    last_seen: float

    @property
    def lead(self) -> float:
        """Seconds from the announcement until the sign left the picture."""
        return self.last_seen - self.seconds


def watch(recognizer: Recognizer, clip: Path) -> tuple[list[Announced], float]:
    """All announcements of a clip, corrections included, and its length in seconds.

    Raises:
        SourceError: the clip cannot be opened or decoded, or lasts no longer than a frame.
    """
    announced: list[tuple[str, int, float]] = []
    last_seen: dict[int, float] = {}
    seconds = 0.0
    for result in recognizer.stream(clip):
        seconds = result.seconds
        last_seen.update(dict.fromkeys(result.track_ids.tolist(), seconds))
        for row in result.announced.nonzero()[0].tolist():
            announced.append((result.sign_ids[row], int(result.track_ids[row]), seconds))
    if not seconds:
        raise SourceError(f"{clip}: no more than one frame could be decoded")
    return [Announced(*told, last_seen[told[1]]) for told in announced], seconds


def verdict(announced: Sequence[Announced]) -> tuple[bool, str]:
    """Whether the announcements of the stop clip meet the bar, and how each part of it."""
    is_once = len(announced) == 1
    is_right = bool(announced) and all(a.answer == STOP_SIGN for a in announced)
    is_early = bool(announced) and announced[0].lead >= LEAST_LEAD
    parts = (
        (is_once, f"announced once ({len(announced)})"),
        (is_right, f"right ({STOP_SIGN})"),
        (is_early, f"at least {LEAST_LEAD:g} s ahead"),
    )
    met = all(fulfilled for fulfilled, _ in parts)
    told = ", ".join(f"{words}: {'yes' if fulfilled else 'no'}" for fulfilled, words in parts)
    return met, f"bar {'met' if met else 'NOT met'}: {told}"


def main() -> int:
    """Print the announcements of every clip, the verdict, and the rate of false ones.

    Returns:
        1 if the bar is not met.

    Raises:
        SourceError: a clip that is judged is not there, or one cannot be decoded.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with video/")
    folder = parser.parse_args().data / "video"
    missing = [name for name in (STOP_CLIP, *SIGN_FREE) if not (folder / name).is_file()]
    if missing:
        raise SourceError(f"{folder}: no {' and no '.join(missing)}")
    is_met = False
    american = Recognizer(ROOT / "catalogues" / "us.yaml")
    german = Recognizer(ROOT / "signs.yaml")
    for clip in sorted(folder.glob("*.mp4")):
        is_free = clip.name in SIGN_FREE
        for recognizer in (german, american) if is_free else (american,):
            announced, length = watch(recognizer, clip)
            print(f"{clip.name}: {length:.1f} s, {recognizer.catalogue_path.name}")
            for a in announced:
                print(
                    f"  {a.seconds:6.2f} s  track {a.track_id}  {a.answer}  "
                    f"(seen for {a.lead:.2f} s more, until {a.last_seen:.2f} s)"
                )
            if clip.name == STOP_CLIP:
                is_met, told = verdict(announced)
                print(f"  {told}")
            if is_free:
                rate = 60 * len(announced) / length
                print(f"  {rate:.1f} false announcements a minute ({len(announced)})")
    return 0 if is_met else 1


if __name__ == "__main__":
    run_plainly(main)
