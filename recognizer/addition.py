"""Adding a sign from a picture: what would be written, and what would come of it."""

from __future__ import annotations

import difflib
import io
import os
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from attributes.errors import UserError
from attributes.replacing import replace_text
from attributes.views import exemplar_views
from attributes.vocabulary import PICTOGRAM_NAME
from recognizer.answering import ReadyCatalogue
from recognizer.gallery import Gallery, Predictor, load_gallery
from recognizer.look_alikes import look_alikes
from recognizer.option_error import OptionError
from recognizer.pictures import PictureError, read_exemplar, to_crop
from recognizer.proposal import Proposal, propose, slug
from recognizer.result import Recognition, too_small
from recognizer.thresholds_file import load_thresholds
from rules import Catalogue, CatalogueError, Severity, load_catalogue
from rules.checks import Finding, Subject, run_checks
from rules.diagnostics import quote
from rules.editing import EditError, add_pictogram, add_sign

_FOLDER: Final = "pictograms"
_ALIKE: Final = 0.7
"""Cosine from which on a pictogram of the catalogue may be what is on the picture."""


@dataclass(frozen=True)
class Edit:
    """A change of a rule file, and the picture that goes with it.

    Attributes:
        file: the rule file.
        old: its content.
        new: its content after the change.
        picture: the picture to copy.
        exemplar: where to; None if no picture is needed or it is in the right place already.
    """

    file: Path
    old: str
    new: str
    picture: Path
    exemplar: Path | None

    @property
    def overlay(self) -> dict[Path, str | bytes]:
        """What the files would hold, for :func:`rules.load_catalogue`."""
        copied = {self.exemplar: b""} if self.exemplar else {}
        return {self.file: self.new, **copied}

    def diff(self) -> str:
        """The change as a unified diff."""
        name = str(self.file)
        lines = difflib.unified_diff(_lines(self.old), _lines(self.new), name, name, n=1)
        return "".join(map(_ended, lines)).removesuffix("\n")

    def write(self) -> None:
        """Copy the picture and replace the rule file in one step.

        Raises:
            UserError: that cannot be done; everything is as before, so that it can be tried again.
        """
        try:
            if self.file.read_bytes() != self.old.encode():
                raise UserError(f"{self.file}: changed in the meantime; nothing was written")
            with ExitStack() as undo:
                if self.exemplar is not None:
                    _copy(self.picture, self.exemplar, undo)
                replace_text(self.file, self.new)
                undo.pop_all()
        except OSError as error:
            raise UserError(f"{error.filename or self.file}: {error.strerror or error}") from None


@dataclass(frozen=True)
class Trial:
    """A proposal that was tried out.

    Attributes:
        sign_id: the new sign.
        proposal: the conditions, and what they were made of.
        edit: the change of the rule file.
        notes: what the author should know.
        before: what the picture is recognized as now.
        after: what it is recognized as with the change; None if the change cannot be loaded.
        refusal: why it cannot be loaded.
        findings: what the checks say about the new sign.
    """

    sign_id: str
    proposal: Proposal
    edit: Edit
    notes: tuple[str, ...]
    before: Recognition
    after: Recognition | None = None
    refusal: CatalogueError | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether the change can be written."""
        return self.after is not None and self.after.sign_id == self.sign_id and not self.is_wrong

    @property
    def is_wrong(self) -> bool:
        """Whether a check calls the new sign an error."""
        return any(f.diagnostic.severity is Severity.ERROR for f in self.findings)

    @property
    def takes_over(self) -> str | None:
        """What the picture is answered with now, if it is the new sign's from then on."""
        is_taken = self.after is not None and self.after.sign_id == self.sign_id
        return self.before.id if is_taken and self.before.is_known else None

    def as_text(self) -> str:
        """Everything, for people."""
        lines = [f"read from {self.edit.picture}:"]
        lines += [f"  {r.attribute:<11}{r}" for r in self.proposal.readings]
        lines += [f"note: {note}" for note in self.notes]
        lines += ["", self.edit.diff(), ""]
        lines.append(f"the picture is, before: {self.before}")
        if self.after is not None:
            lines.append(f"the picture is, with this: {self.after.explain()}")
        if self.takes_over is not None:
            lines.append(
                f"warning: this picture is {quote(self.takes_over)} already; "
                f"{quote(self.sign_id)} takes this answer over"
            )
        if self.refusal is not None:
            lines.append(f"the rule file would be refused:\n{self.refusal}")
        lines += [finding.diagnostic.render() for finding in self.findings]
        return "\n".join(lines)

    def as_data(self) -> dict[str, object]:
        """Everything, for programs."""
        refused = self.refusal.diagnostics if self.refusal else ()
        return {
            "readings": {r.attribute: dict(r.values) for r in self.proposal.readings},
            "notes": list(self.notes),
            "diff": self.edit.diff(),
            "before": self.before.to_dict(),
            "after": self.after.to_dict(explain=True) if self.after else None,
            "takes_over": self.takes_over,
            "refused": [d.to_dict() for d in refused],
            "findings": [f.to_dict() for f in self.findings],
        }


class Addition:
    """A picture, and the catalogue that it is to be added to.

    Args:
        file: the rule file.
        picture: the sign, cut out.
        predictor: reads the picture.

    Raises:
        CatalogueError: the rule file, or the thresholds beside it, have mistakes already.
        GalleryError, PictureError: an exemplar, or the picture, cannot be read, or the picture has
            too few pixels or shows nothing.
    """

    def __init__(self, file: Path, picture: Path, predictor: Predictor) -> None:
        self._file = file
        self._catalogue = load_catalogue(file)
        self._thresholds = load_thresholds(file, self._catalogue)
        self._text = _read_text(file)
        self._gallery = load_gallery(self._catalogue, predictor)
        self._picture = picture
        try:
            str(picture).encode()
        except UnicodeEncodeError:
            raise PictureError(
                f"{picture}: its name is no UTF-8, as rule files are; rename it"
            ) from None
        crop = to_crop(picture)
        height, width = crop.shape[:2]
        if min(height, width) < self._thresholds.min_side:
            answer = too_small(width, height, self._thresholds.min_side)
            raise PictureError(f"{picture}: {answer.detail}")
        try:
            views = exemplar_views(read_exemplar(picture))
        except ValueError as error:
            raise PictureError(f"{picture}: {error}") from None
        self._views = predictor.predict(views)
        self._crop = predictor.predict([crop])

    def try_out(self, sign_id: str, names: Mapping[str, str], pictogram: str | None) -> Trial:
        """Propose a sign, and see what the catalogue would be with it.

        Args:
            sign_id: of the new sign.
            names: language -> name, English among them.
            pictogram: one of the catalogue, or a name for the one on the picture; without it, a
                new one is made if nothing else tells the sign from others.

        Raises:
            OptionError: the id is taken, or the picture would overwrite another one.
            UserError: the rule file is written in a way that nothing can be inserted into.
        """
        self._refuse_if_taken(sign_id)
        proposal = propose(self._views, self._crop, self._catalogue, pictogram is not None)
        when = dict(proposal.when)
        new_pictogram = None
        if proposal.asks_for_pictogram:
            when[PICTOGRAM_NAME] = pictogram or self._free_name(names["en"])
            if when[PICTOGRAM_NAME] not in self._catalogue.pictograms:
                new_pictogram = when[PICTOGRAM_NAME]
        edit = self._edit({"id": sign_id, "name": dict(names), "when": when}, new_pictogram)
        notes = (*proposal.notes, *self._alike(new_pictogram))
        before = self._answer(self._catalogue, self._gallery)
        try:
            catalogue = load_catalogue(self._file, overlay=edit.overlay)
        except CatalogueError as refusal:
            return Trial(sign_id, proposal, edit, notes, before, refusal=refusal)
        gallery = self._gallery_with(new_pictogram)
        after = self._answer(catalogue, gallery)
        if new_pictogram is not None:
            catalogue = self._with_picture(catalogue, new_pictogram)
        found = run_checks(Subject(catalogue, look_alikes=look_alikes(gallery))).findings
        own = tuple(f for f in found if sign_id in f.signs or new_pictogram in f.pictograms)
        return Trial(sign_id, proposal, edit, notes, before, after, findings=own)

    def _refuse_if_taken(self, sign_id: str) -> None:
        taken = self._catalogue.by_id.get(sign_id)
        if taken is None:
            return
        otherwise = (
            f"first write `remove: [{sign_id}]` beside `extends`"
            if taken.is_inherited
            else "edit that one"
        )
        raise OptionError(
            f"{quote(sign_id)} is defined already, at {taken.position}; give the new sign another "
            f"--id, or {otherwise}"
        )

    def _edit(self, sign: Mapping[str, Any], pictogram: str | None) -> Edit:
        text = self._text
        exemplar = None
        try:
            if pictogram is not None:
                folder = Path(os.path.realpath(self._file)).parent
                inside = Path(os.path.realpath(self._picture))
                if not inside.is_relative_to(folder):
                    exemplar = inside = (
                        folder / _FOLDER / (pictogram + self._picture.suffix.lower())
                    )
                    if exemplar.exists():
                        raise OptionError(f"{exemplar}: is there already; give another --pictogram")
                path = inside.relative_to(folder).as_posix()
                text = add_pictogram(text, pictogram, {"exemplars": [path]})
            text = add_sign(text, sign)
        except EditError as error:
            raise UserError(f"{self._file}: {error}; add the sign by hand") from None
        return Edit(self._file, self._text, text, self._picture, exemplar)

    def _free_name(self, name: str) -> str:
        wanted = slug(name)
        taken = self._catalogue.pictograms
        numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
        return next(n for n in (wanted, *numbered) if n not in taken)

    def _alike(self, new_pictogram: str | None) -> list[str]:
        if new_pictogram is None or not self._gallery.names:
            return []
        cosines = self._gallery.similarity(self._views.embedding).mean(axis=0)
        best = int(cosines.argmax())
        name = self._gallery.names[best]
        if cosines[best] < _ALIKE:
            return []
        return [
            f"the pictogram looks like `{name}` (cosine {cosines[best]:.2f}); if it is the same, "
            f"use it: --pictogram {name}"
        ]

    def _gallery_with(self, new_pictogram: str | None) -> Gallery:
        gallery = self._gallery
        embeddings = {
            name: gallery.embeddings[i, : gallery.counts[i]] for i, name in enumerate(gallery.names)
        }
        if new_pictogram is not None:
            embeddings[new_pictogram] = self._views.embedding
        return Gallery.from_embeddings(embeddings, gallery.match_cosine)

    def _with_picture(self, catalogue: Catalogue, pictogram: str) -> Catalogue:
        """The catalogue with the picture where it is, for checks that open exemplars."""
        new = replace(catalogue.pictograms[pictogram], exemplars=(self._picture,))
        return replace(catalogue, pictograms={**catalogue.pictograms, pictogram: new})

    def _answer(self, catalogue: Catalogue, gallery: Gallery) -> Recognition:
        ready = ReadyCatalogue.prepare(catalogue, gallery, self._thresholds)
        return ready.answers(self._crop, gallery.similarity(self._crop.embedding))[0]


def _copy(picture: Path, exemplar: Path, undo: ExitStack) -> None:
    """Copy a picture, never over another one; ``undo`` takes away what was made for it."""
    if not exemplar.parent.is_dir():
        exemplar.parent.mkdir()
        undo.callback(exemplar.parent.rmdir)
    with picture.open("rb") as source, exemplar.open("xb") as copy:
        undo.callback(exemplar.unlink)
        shutil.copyfileobj(source, copy)


def _lines(text: str) -> list[str]:
    """Lines as ``patch`` counts them; to ``str.splitlines``, U+2028 and others end one as well."""
    return io.StringIO(text, newline="\n").readlines()


def _ended(line: str) -> str:
    """A line of a diff; where the file ends without a line break, said as ``diff`` says it."""
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _read_text(file: Path) -> str:
    with file.open(encoding="utf-8", newline="") as stream:
        return stream.read()
