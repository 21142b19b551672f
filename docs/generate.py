"""Writes what is generated in this folder: ``python docs/generate.py``.

The JSON Schemas, and in the pages whatever stands between ``<!-- generated: … -->`` and
``<!-- end -->``. ``tests/rules/test_generated_docs.py`` fails while it is out of date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rules import json_schema
from rules.expectations import ExpectationsModel
from rules.schema import CatalogueModel

DOCS = Path(__file__).parent


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file and what it must hold."""
    for name, model in (("catalogue", CatalogueModel), ("tests", ExpectationsModel)):
        schema = json.dumps(json_schema(model), indent=2, ensure_ascii=False)
        yield DOCS / "schema" / f"{name}.v1.json", schema + "\n"


if __name__ == "__main__":
    for path, content in generated():
        path.write_text(content, encoding="utf-8")
        print(path)
