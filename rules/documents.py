"""A rule file that was read: nodes with positions, and the same as a validated model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from rules.diagnostics import Findings, Position
from rules.schema import CatalogueModel, FileModel
from rules.yaml_positions import MappingNode, Node, SequenceNode

FileModelT = TypeVar("FileModelT", bound=FileModel)


@dataclass
class Document(Generic[FileModelT]):
    """A rule file, or a file of tests, that was read.

    Attributes:
        file: path as findings show it.
        path: path of the file itself, resolved.
        findings: where its mistakes are recorded.
        root: its nodes, without the parts that are wrong.
        schema: the model that it must fit.
        model: the same as ``root`` as a model, so that the two always match.
        pruned: id of a mapping node -> the keys that were wrong and are left out.
        dropped: id of a list node -> the items that were wrong and are left out.
    """

    file: str
    path: Path
    findings: Findings
    root: MappingNode
    schema: type[FileModelT]
    model: FileModelT = field(init=False)
    pruned: dict[int, set[str]] = field(default_factory=dict)
    dropped: dict[int, list[Node]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model = self.schema(version=1)

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

    def left_out(self, node: Node | None) -> set[str]:
        """The keys of a mapping that were wrong, or had no value, and are left out of it."""
        if not isinstance(node, MappingNode):
            return set()
        return self.pruned.get(id(node), set()) | node.valueless

    def is_complete(self, node: Node) -> bool:
        """Whether nothing had to be left out of ``node`` or of anything below it."""
        if isinstance(node, SequenceNode):
            return all(map(self.is_complete, node.items))
        if isinstance(node, MappingNode):
            return not self.left_out(node) and all(
                self.is_complete(value) for _, value in node.entries.values()
            )
        return True


RuleFile = Document[CatalogueModel]


def child_of(node: Node, part: str | int) -> Node | None:
    """What stands under a key or an index of ``node``; None if nothing does."""
    if isinstance(node, MappingNode) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return None
