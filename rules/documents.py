"""A rule file that was read: nodes with positions, and the same as a validated model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rules.diagnostics import Findings, Position
from rules.schema import CatalogueModel
from rules.yaml_positions import MappingNode, Node, SequenceNode


@dataclass
class Document:
    """A rule file that was read.

    Attributes:
        file: path as findings show it.
        path: path of the file itself, resolved.
        findings: where its mistakes are recorded.
        root: its nodes, without the parts that are wrong.
        model: the same as a model, so that ``root`` and ``model`` always match.
        pruned: id of a mapping node -> the keys that were wrong and are left out.
    """

    file: str
    path: Path
    findings: Findings
    root: MappingNode
    model: CatalogueModel = field(default_factory=lambda: CatalogueModel(version=1))
    pruned: dict[int, set[str]] = field(default_factory=dict)

    def position(self, node: Node) -> Position:
        """The place of a node of this file."""
        return Position(self.file, node.line, node.column, node.length)

    def node_at(self, location: Iterable[str | int]) -> Node:
        """The node at a pydantic error location, or the nearest one above it."""
        node: Node = self.root
        for part in location:
            below = child_of(node, part)
            node = below if below is not None else node
        return node

    def is_complete(self, node: Node) -> bool:
        """Whether nothing had to be left out of ``node`` or of anything below it."""
        if isinstance(node, SequenceNode):
            return all(map(self.is_complete, node.items))
        if isinstance(node, MappingNode):
            return (
                id(node) not in self.pruned
                and not node.valueless
                and all(self.is_complete(value) for _, value in node.entries.values())
            )
        return True


def child_of(node: Node, part: str | int) -> Node | None:
    """What stands under a key or an index of ``node``; None if nothing does."""
    if isinstance(node, MappingNode) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return None
