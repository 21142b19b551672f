"""Small data sets on disk, written as the real ones are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from recognizer.validation.datasets import Dataset


def picture(path: Path, width: int = 20, height: int = 20) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((height, width, 3), np.uint8))
    return path


def gtsrb_class(folder: Path, tracks: int = 2, suffix: str = ".ppm", listed: str = ".ppm") -> None:
    rows = ["Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId"]
    for track in range(tracks):
        picture(folder / f"{track:05}_00000{suffix}")
        rows.append(f"{track:05}_00000{listed};20;20;2;2;18;18;{int(folder.name)}")
    (folder / f"GT-{folder.name}.csv").write_text("\n".join(rows) + "\n")


def coco(root: Path, box: str) -> Path:
    """A json of one frame and one box, which is written as it is given."""
    picture(root / "f.png", 100, 80)
    (root / "c.json").write_text(
        '{"images": [{"id": 1, "file_name": "f.png"}], "categories": [{"id": 1, "name": "stop"}], '
        f'"annotations": [{{"id": 7, "image_id": 1, "category_id": 1, "bbox": {box}}}]}}'
    )
    return root / "c.json"


def labels_of(dataset: Dataset) -> list[tuple[str, str]]:
    """Name and class of each picture of a data set."""
    return [(Path(s.path).name, s.label) for s in dataset.samples]
