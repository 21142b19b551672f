"""Loading a rule file: the one way in, at start, at reload and in every check."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from rules.catalogue import Catalogue
from rules.compilation import Compiler
from rules.diagnostics import Findings, Sources
from rules.merging import FileMerger


def load_catalogue(
    path: str | os.PathLike[str], *, overlay: Mapping[Path, str | bytes] | None = None
) -> Catalogue:
    """Read and compile a rule file and all that it includes or extends.

    Args:
        path: the rule file.
        overlay: path -> content to use instead of what is on the disk, to see what a change
            would do before it is written; rule files and exemplars.

    Raises:
        CatalogueError: the files cannot be used. It holds every mistake of every file.
    """
    findings = Findings(Sources())
    contents = {
        Path(os.path.realpath(file)): content.encode() if isinstance(content, str) else content
        for file, content in (overlay or {}).items()
    }
    merger = FileMerger(findings, contents)
    sections = merger.merge(os.fspath(path), Path(os.path.realpath(path)))
    compiler = Compiler(sections, findings, contents.keys(), names_known=merger.is_complete)
    signs = compiler.signs()
    pictograms = compiler.pictograms()
    findings.raise_if_any()
    return Catalogue(
        signs,
        pictograms,
        sections.country,
        merger.files,
        findings.sources,
        compiler.faces(),
        compiler.replacements,
    )
