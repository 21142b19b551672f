"""``signrules check [CATALOGUE]``: find mistakes in a rule file."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from attributes.errors import UserError
from attributes.training.artwork_files import ARTWORK_PACKAGES, artwork_at_hand
from attributes.weights_identity import DEFAULT_WEIGHTS, WeightsError, digest
from recognizer.cli.exit_codes import FINDINGS, FINE, UNREADABLE
from recognizer.cli.json_text import printable
from recognizer.default_catalogue import default_catalogue
from recognizer.option_error import OptionError
from recognizer.thresholds_file import load_thresholds
from rules import Catalogue, CatalogueError, load_catalogue
from rules.checks import (
    CHECKS,
    EXCLUSIONS_NAME,
    Check,
    Exclusions,
    GalleryGap,
    LookAlike,
    ReadableVocabulary,
    Report,
    Subject,
    Unavailable,
    load_exclusions,
    run_checks,
)
from rules.checks.documentation import page
from rules.checks.gallery_not_ready import GalleryNotReady
from rules.checks.near_duplicate_exemplar import NearDuplicateExemplar
from rules.checks.report_formats import FORMATS, Printable
from rules.diagnostics import Findings, LoadError, Severity, did_you_mean, one_of, quote

Loaded = TypeVar("Loaded")

_JSON_FORMATS = ("json", "sarif")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("catalogue", nargs="?", help="rule file (the embedded one)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="of stdout (%(default)s)")
    parser.add_argument(
        "--select", type=_checks, metavar="CODES", help="only these checks: SR101,SR103"
    )
    parser.add_argument(
        "--ignore", type=_checks, default=(), metavar="CODES", help="not these checks"
    )
    parser.add_argument(
        "--exclusions",
        type=Path,
        metavar="FILE",
        help=f"findings that are accepted ({EXCLUSIONS_NAME} beside the rule file, if it exists)",
    )
    parser.add_argument(
        "--no-exemplars",
        dest="exemplars",
        action="store_false",
        help="do not compare exemplars with the network",
    )
    parser.add_argument(
        "--weights",
        type=_weights,
        metavar="FILE",
        help="network weights (the embedded ones)",
    )
    parser.add_argument(
        "--strict", action="store_true", help="let warnings and remarks fail the check too"
    )
    parser.add_argument(
        "--explain", type=_page, metavar="CODE", help="explain a check, and do nothing else"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong; mistakes that make the file unusable are printed the same way."""
    if arguments.explain is not None:
        print(arguments.explain, end="")
        return FINE
    if arguments.weights is not None:
        _require(arguments.weights)
    file = _shortened(Path(arguments.catalogue) if arguments.catalogue else default_catalogue())
    errors: list[CatalogueError] = []
    catalogue = _or_error(lambda: load_catalogue(file), errors)
    if catalogue is not None:
        _or_error(partial(_open_exemplars, catalogue), errors)
        _or_error(partial(_find_artwork, catalogue), errors)
        _or_error(partial(load_thresholds, file, catalogue), errors)
    exclusions = _or_error(lambda: _exclusions(arguments.exclusions, file), errors)
    if catalogue is not None and exclusions is not None and not errors:
        checks = _selected(arguments)
        subject = _subject(catalogue, arguments, checks)
        report = _or_error(lambda: run_checks(subject, checks, exclusions.entries), errors)
    else:
        report = None
    refused = [error.sources for error in errors]
    if report is None:
        print(_rendered(arguments.format, Printable(Report.of_errors(errors), str(file), refused)))
        return UNREADABLE
    assert catalogue is not None
    assert exclusions is not None
    sources = [catalogue.sources, exclusions.sources]
    output = _rendered(arguments.format, Printable(report, str(file), sources))
    if output:
        print(output)
    for check, missing in report.skipped:
        print(f"signrules: {check.code} {check.name} skipped: {missing.reason}", file=sys.stderr)
    failed = report.findings if arguments.strict else report.count(Severity.ERROR)
    return FINDINGS if failed else FINE


def _rendered(form: str, report: Printable) -> str:
    text = FORMATS[form](report)
    return printable(text) if form in _JSON_FORMATS else text


def _or_error(load: Callable[[], Loaded], errors: list[CatalogueError]) -> Loaded | None:
    """What ``load`` returns; None, and the error recorded, if it refuses a file."""
    try:
        return load()
    except CatalogueError as error:
        errors.append(error)
        return None


def _shortened(file: Path) -> Path:
    """The path as CI systems want it, from here, if the file lies below this folder."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _open_exemplars(catalogue: Catalogue) -> None:
    """See whether every picture is one; the loader, which opens none, sees only that it is there.

    Raises:
        CatalogueError: some are not, and nothing could be recognized with this catalogue.
    """
    named = [
        exemplar
        for pictogram in catalogue.pictograms.values()
        for exemplar in zip(pictogram.exemplars, pictogram.exemplar_positions, strict=True)
    ]
    if not named:
        return
    # Not at the top: OpenCV takes longer to import than most catalogues take to check.
    from attributes.views import check_exemplar
    from recognizer.pictures import read_exemplar

    findings = Findings(catalogue.sources)
    for path, position in named:
        try:
            check_exemplar(read_exemplar(path))
        except (UserError, ValueError) as error:
            reason = str(error).removeprefix(f"{path}: ")
            is_picture = not isinstance(error, UserError)
        else:
            continue
        name = os.path.relpath(path, Path(position.file).resolve().parent)
        findings.error(
            LoadError.MISSING_EXEMPLAR,
            f"cannot read the exemplar {quote(name)}: {reason}",
            position,
            expected="a picture that shows something, 10 pixels a side and more"
            if is_picture
            else "a picture that can be opened, such as a PNG file",
        )
    findings.raise_if_any()


def _find_artwork(catalogue: Catalogue) -> None:
    """See whether there is all artwork; nothing is fetched to find out.

    Raises:
        CatalogueError: some is not, and the pictograms cannot be embedded.
    """
    findings = Findings(catalogue.sources)
    names_of = cache(artwork_at_hand)
    for pictogram in catalogue.pictograms.values():
        for reference, position in zip(pictogram.artwork, pictogram.artwork_positions, strict=True):
            package, _, name = reference.partition(":")
            if package not in ARTWORK_PACKAGES:
                findings.error(
                    LoadError.UNKNOWN_VALUE,
                    f"there is no artwork package {quote(package)}",
                    position,
                    expected=one_of(f"`{known}:…`" for known in ARTWORK_PACKAGES),
                    slip=(package, ARTWORK_PACKAGES),
                )
                continue
            names = names_of(package)
            if names is not None and name not in names:
                findings.error(
                    LoadError.MISSING_EXEMPLAR,
                    f"there is no artwork {quote(reference)}",
                    position,
                    expected=f"the name of a drawing in the artwork package {quote(package)}",
                    slip=(name, names),
                )
    findings.raise_if_any()


def _exclusions(named: Path | None, catalogue: Path) -> Exclusions:
    beside = catalogue.parent / EXCLUSIONS_NAME  # with_name() would refuse `.`
    if named is None and not beside.exists():
        return Exclusions()
    return load_exclusions(named or beside)


def _selected(arguments: argparse.Namespace) -> list[Check]:
    """The checks to run.

    Raises:
        OptionError: none is left.
    """
    chosen = CHECKS if arguments.select is None else arguments.select
    selected = [check for check in CHECKS if check in chosen and check not in arguments.ignore]
    if not selected:
        raise OptionError("--ignore: leaves none of the checks that are selected")
    return selected


def _require(weights: Path) -> None:
    """See whether weights that are named are there; a check without them says less.

    Raises:
        WeightsError: they cannot be opened.
    """
    try:
        weights.open("rb").close()
    except OSError as error:
        raise WeightsError(f"{weights}: weights not readable: {error.strerror}") from None


def _subject(catalogue: Catalogue, arguments: argparse.Namespace, checks: list[Check]) -> Subject:
    weights = arguments.weights or DEFAULT_WEIGHTS
    compares = any(isinstance(check, NearDuplicateExemplar) for check in checks)
    looks = any(isinstance(check, GalleryNotReady) for check in checks)
    if not arguments.exemplars:
        alike: tuple[LookAlike, ...] | Unavailable = Unavailable("--no-exemplars")
    else:
        alike = _look_alikes(catalogue, weights) if compares else ()
    return Subject(
        catalogue,
        _readable(weights.with_suffix(".json")),
        alike,
        _gallery_gaps(catalogue, weights) if looks else (),
    )


def _readable(card: Path) -> ReadableVocabulary | Unavailable:
    """What the weights can read; their card says it, so torch is not needed."""
    try:
        content = json.loads(card.read_text(encoding="utf-8"))
        return ReadableVocabulary.from_card(content["vocabulary"])
    except OSError as error:
        return Unavailable(f"{card}: {error.strerror}")
    except (ValueError, KeyError, TypeError, RecursionError):
        return Unavailable(f"{card}: not the card of weights")


def _gallery_gaps(catalogue: Catalogue, weights: Path) -> tuple[GalleryGap, ...] | Unavailable:
    if not catalogue.pictograms:
        return ()
    from recognizer.gallery_gaps import gallery_gaps

    try:
        fingerprint = digest(weights.read_bytes())
    except OSError:  # on a laptop without weights
        fingerprint = None
    try:
        return gallery_gaps(catalogue, fingerprint)
    except UserError as error:
        return Unavailable(str(error))


def _look_alikes(catalogue: Catalogue, weights: Path) -> tuple[LookAlike, ...] | Unavailable:
    if len(catalogue.pictograms) < 2:
        return ()
    # Not at the top: they take longer to import than all other checks take to run.
    from recognizer.gallery import load_gallery
    from recognizer.late_predictor import LatePredictor
    from recognizer.look_alikes import look_alikes

    try:
        return look_alikes(load_gallery(catalogue, LatePredictor(weights)))
    except ModuleNotFoundError as error:
        return Unavailable(f"{error.name} is not installed")
    except UserError as error:
        return Unavailable(str(error))


def _checks(words: str) -> tuple[Check, ...]:
    return tuple(_check(word.strip()) for word in words.split(","))


def _check(word: str) -> Check:
    for check in CHECKS:
        if word.lower() in (check.code.lower(), check.name):
            return check
    if word.upper() in [error.value for error in LoadError]:
        raise argparse.ArgumentTypeError(
            f"`{word}` is a mistake that keeps a file from being used, and cannot be chosen"
        )
    known = [name for check in CHECKS for name in (check.code, check.name)]
    hint = did_you_mean(word, known)
    raise argparse.ArgumentTypeError(f"there is no check `{word}`" + (f"; {hint}" if hint else ""))


def _weights(word: str) -> Path:
    if os.path.isdir(word):
        raise argparse.ArgumentTypeError(f"{word} is a folder")
    return Path(word)


def _page(word: str) -> str:
    for mistake in LoadError:
        if word.lower() in (mistake.value.lower(), mistake.title):
            return (
                f"# {mistake.value}: {mistake.title}\n\nSeverity: error\n\n"
                "No check, but a mistake for which the rule file is refused: as long as it is "
                "there, nothing\ncan be recognized or checked. Its message says what was "
                "expected.\n"
            )
    return page(_check(word))
