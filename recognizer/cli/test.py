"""``signrules test [FILE...]``: run the tests beside rule files."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from attributes.errors import UserError
from recognizer.cli.exit_codes import FINDINGS, FINE, UNREADABLE
from recognizer.cli.json_text import as_json
from recognizer.cli.options import add_format_option
from recognizer.default_catalogue import default_catalogue
from recognizer.plurals import counted
from recognizer.rule_tests import Outcome, RuleTestResult, run_tests
from rules import expectations_path, load_catalogue, load_expectations
from rules.answer_ids import UNKNOWN
from rules.expectations import SUFFIX
from rules.file_references import existing_rule_file


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help=f"rule file, whose tests lie in NAME{SUFFIX} beside it, or that test file itself "
        "(the embedded rule file)",
    )
    parser.add_argument("--weights", metavar="FILE", help="network weights (the embedded ones)")
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run all tests of all files; what is not as expected is told with the reasons.

    Files and pictures that cannot be read are told at the end, and do not stop the others.
    """
    weights = Path(arguments.weights) if arguments.weights else None
    results: list[RuleTestResult] = []
    problems = []
    for file in arguments.files or [str(default_catalogue())]:
        try:
            results += _run_file(Path(file), weights)
        except UserError as error:
            problems.append(str(error))
    problems += [f"{r.expectation.position}: {r.problem}" for r in results if r.problem]
    if arguments.format == "json":
        print(as_json(_as_data(results, problems), indent=2))
    else:
        for result in results:
            if result.outcome not in (Outcome.PASSED, Outcome.UNREADABLE):
                print(_as_text(result))
        print(_summary(results))
    if any(r.outcome is Outcome.SKIPPED for r in results):
        print("signrules: pictures are skipped, because torch is not installed", file=sys.stderr)
    for problem in problems:
        print(f"signrules: {problem}", file=sys.stderr)
    if problems:
        return UNREADABLE
    return FINDINGS if any(r.outcome.is_finding for r in results) else FINE


def _run_file(file: Path, weights: Path | None) -> list[RuleTestResult]:
    named_by_tests = file.name.endswith(SUFFIX)
    catalogue_file = existing_rule_file(str(file).removesuffix(SUFFIX)) if named_by_tests else file
    catalogue = load_catalogue(catalogue_file)
    tests_file = file if named_by_tests else expectations_path(file)
    if not tests_file.exists():
        raise UserError(f"{tests_file}: no such file; the tests of {file} belong there")
    return run_tests(catalogue, load_expectations(tests_file, catalogue), weights)


def _summary(results: Sequence[RuleTestResult]) -> str:
    counts = Counter(result.outcome for result in results)
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
    tests = counted(len(results), "test")
    return f"{tests}: {', '.join(parts)}" if results else tests


def _as_text(result: RuleTestResult) -> str:
    expectation, answer = result.expectation, result.answer
    head = f"{expectation.position}: {result.outcome.value}: "
    if answer is None:
        return head + f"{expectation.picture}"
    if result.outcome is Outcome.UNEXPECTED_PASS:
        return head + f"remove `todo: {expectation.todo}`"
    told = f"expected {_wanted(result)}, got {answer}"
    if result.outcome is Outcome.TODO:
        return head + f"{expectation.todo} ({told})"
    is_sign = not expectation.negated and expectation.answer != UNKNOWN
    _, *reasons = answer.explain(expectation.answer if is_sign else None).splitlines()
    return "\n    ".join([head + told, *reasons])


def _wanted(result: RuleTestResult) -> str:
    expectation = result.expectation
    words = ["anything but"] if expectation.negated else []
    words.append(expectation.answer)
    if expectation.reason is not None:
        words.append(f"({expectation.reason})")
    return " ".join(words)


def _as_data(results: Sequence[RuleTestResult], problems: Sequence[str]) -> dict[str, object]:
    return {
        "tests": [
            {
                "file": r.expectation.position.file,
                "line": r.expectation.position.line,
                "column": r.expectation.position.column,
                "outcome": r.outcome.value,
                "expected": _wanted(r),
                "todo": r.expectation.todo,
                "answer": r.answer.to_dict(explain=r.outcome.is_finding) if r.answer else None,
                "problem": r.problem or None,
            }
            for r in results
        ],
        "problems": list(problems),
        "summary": {o.value: sum(r.outcome is o for r in results) for o in Outcome},
    }
