"""Contact sheets of the artwork with its row of the table printed beneath, to check it by eye.

``python -m attributes.training.contact_sheet SVG_FOLDER OUT_FOLDER`` writes numbered PNGs; every
sign stands on a mid-grey ground so that white rims show. ``--sort shape bar`` groups the signs,
``--only REGEX`` picks some of them.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from attributes.training.artwork import TABLE, render_svg
from attributes.training.derive_artwork_table import COLUMNS, Row, read_table

SIGN: Final = 104
CELL: Final = (156, 172)
GROUND: Final = (168, 168, 176)
LINE: Final = 12


def caption(row: Row) -> list[str]:
    """What is printed beneath a sign."""
    category, meaning, variant = row.name.split("--")
    return [
        f"{category[:3]}/{variant} {meaning}"[:27],
        f"{row.shape} {row.bar if row.bar != 'none' else ''}",
        f"{row.border}|{row.background}|{row.legend}",
        f"“{row.text}” {row.pictogram}",
    ]


def draw_sheet(rows: list[Row], folder: Path, columns: int) -> Image.Image:
    """One sheet of the signs of ``rows``, left to right and top to bottom."""
    lines = -(-len(rows) // columns)
    sheet = Image.new("RGB", (columns * CELL[0], lines * CELL[1]), GROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(10.5)
    for number, row in enumerate(rows):
        x, y = number % columns * CELL[0], number // columns * CELL[1]
        sign = Image.fromarray(render_svg(folder / f"{row.name}.svg", 2 * SIGN))
        sign = sign.resize((SIGN, SIGN), Image.Resampling.LANCZOS)
        sheet.paste(sign, (x + (CELL[0] - SIGN) // 2, y + 8), sign)
        for index, text in enumerate(caption(row)):
            draw.text((x + 3, y + SIGN + 12 + index * LINE), text[:31], fill="black", font=font)
        draw.rectangle((x, y, x + CELL[0] - 1, y + CELL[1] - 1), outline=(140, 140, 150))
    return sheet


def main() -> int:
    """Write the sheets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with the SVGs (package_signs/)")
    parser.add_argument("out", type=Path, help="folder for the sheets; not inside the repository")
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--sort", nargs="+", choices=COLUMNS, default=["name"])
    parser.add_argument("--only", default="", help="regular expression for the names wanted")
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--lines", type=int, default=7)
    arguments = parser.parse_args()
    rows = [row for row in read_table(arguments.table) if re.search(arguments.only, row.name)]
    rows.sort(key=lambda row: [getattr(row, column) for column in [*arguments.sort, "name"]])
    arguments.out.mkdir(parents=True, exist_ok=True)
    step = arguments.columns * arguments.lines
    for number, start in enumerate(range(0, len(rows), step)):
        sheet = draw_sheet(rows[start : start + step], arguments.folder, arguments.columns)
        sheet.save(arguments.out / f"sheet-{number:02}.png")
    print(f"{-(-len(rows) // step)} sheets in {arguments.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
