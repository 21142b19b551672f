"""JUnit XML, which every CI server shows: one case per sign and per requirement."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

from recognizer.validation.requirements import Case, Requirements, cases
from recognizer.validation.validation import Validation

_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, such as names of files may (XML 1.0, section 2.2)."""


def render_junit(validation: Validation, required: Requirements) -> str:
    """The document."""
    suites: dict[str, list[Case]] = {}
    for case in cases(validation, required):
        suites.setdefault(case.suite, []).append(case)
    root = ElementTree.Element("testsuites", name="signrules validate")
    for suite, found in suites.items():
        failed = sum(bool(c.failure) for c in found)
        element = ElementTree.SubElement(
            root, "testsuite", name=suite, tests=str(len(found)), failures=str(failed)
        )
        if suite == "figures":
            _add_properties(element, validation)
        for case in found:
            node = ElementTree.SubElement(
                element, "testcase", classname=f"signrules.{suite}", name=case.name
            )
            if case.failure:
                ElementTree.SubElement(node, "failure", message=case.failure)
    ElementTree.indent(root)
    text = _NOT_XML.sub(
        lambda found: f"\\x{ord(found[0]):02x}", ElementTree.tostring(root, encoding="unicode")
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add_properties(suite: ElementTree.Element, validation: Validation) -> None:
    """The figures of frames, as numbers that a CI server shows beside the cases."""
    frames = validation.figures.frames
    if frames is None:
        return
    numbers = {
        "frames": frames.frames,
        "found": frames.found.value,
        "precision": frames.precision.value,
        "end_to_end": frames.end_to_end.value,
        "named": frames.named.value,
        "false_finds_per_frame": frames.false_finds_per_frame,
        "false_signs_per_frame": frames.false_signs_per_frame,
    }
    properties = ElementTree.SubElement(suite, "properties")
    for name, number in numbers.items():
        ElementTree.SubElement(properties, "property", name=name, value=f"{number:.6g}")
