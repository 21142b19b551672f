"""Writes what is generated in this folder: ``python docs/generate.py``.

The JSON Schemas, and in the page on the rule language whatever stands between ``<!-- values -->``,
``<!-- file: … -->``, ``<!-- run: … -->`` or ``<!-- mistake: … -->`` and ``<!-- end -->``: tables,
files as they are, and commands with what they really print.
``tests/rules/test_generated_docs.py`` fails while any of it is out of date.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from attributes.vocabulary import ATTRIBUTES, Text
from recognizer.cli.main import main
from rules import json_schema
from rules.expectations import ExpectationsModel
from rules.schema import CatalogueModel

DOCS = Path(__file__).parent
_BLOCK = re.compile(r"<!-- (values|file|run|mistake)(?:: (.*?))? -->\n.*?<!-- end -->", re.DOTALL)


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file and what it must hold."""
    for name, model in (("catalogue", CatalogueModel), ("tests", ExpectationsModel)):
        schema = json.dumps(json_schema(model), indent=2, ensure_ascii=False)
        yield DOCS / "schema" / f"{name}.v1.json", schema + "\n"
    for mistake in sorted((DOCS / "ten-mistakes").glob("*.yaml")):
        yield mistake.with_suffix(".txt"), run(f"signrules check {mistake.name}", mistake.parent)
    page = DOCS / "rule-language.md"
    yield page, _BLOCK.sub(_filled, page.read_text(encoding="utf-8"))


def run(command: str, folder: Path) -> str:
    """What a terminal shows when a command is typed in ``folder``."""
    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main(shlex.split(command)[1:])
    finally:
        os.chdir(before)
    return printed.getvalue()


def _filled(block: re.Match[str]) -> str:
    kind, what = block[1], block[2]
    if kind == "values":
        content = _values()
    elif kind == "file":
        content = _fenced("yaml", (DOCS / what).read_text(encoding="utf-8"))
    elif kind == "run":
        content = _fenced("console", f"$ {what}\n{run(what, DOCS / 'tutorial')}")
    else:
        content = _mistake(what)
    label = f"{kind}: {what}" if what else kind
    return f"<!-- {label} -->\n{content}<!-- end -->"


def _values() -> str:
    lines = ["| attribute | values | what it is |", "|---|---|---|"]
    for attribute in ATTRIBUTES:
        if isinstance(attribute, Text):
            values = f"up to {attribute.max_length} of `{attribute.alphabet}`"
        else:
            values = ", ".join(f"`{value}`" for value in attribute.values)
        lines.append(f"| `{attribute.name}` | {values} | {attribute.description} |")
    return "\n".join(lines) + "\n"


def _mistake(name: str) -> str:
    """The lines of the sign that is wrong, and what is told."""
    text = (DOCS / "ten-mistakes" / f"{name}.yaml").read_text(encoding="utf-8")
    told = (DOCS / "ten-mistakes" / f"{name}.txt").read_text(encoding="utf-8")
    around = re.search(r"^pictograms:.*|^signs:.*", text, re.DOTALL | re.MULTILINE)
    assert around is not None
    shown = around[0].replace("\t", "→")
    if "mose.png" not in shown:
        shown = shown[shown.index("signs:") :]
    return _fenced("yaml", shown) + "\n" + _fenced("text", told)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


if __name__ == "__main__":
    for path, content in generated():
        path.write_text(content, encoding="utf-8")
        print(path)
