"""Fuzz the loader: ``python benchmarks/fuzz_loader.py --inputs 100000``.

Whatever stands in a rule file, loading it must give a catalogue or a CatalogueError: no other
exception, no hang, no memory blow-up. Mutants of a file that uses the whole language are tried,
and after them inputs made by hand to be hostile.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Final, NoReturn

from synthetic_catalogue import catalogue_text

from rules import CatalogueError, Engine, load_catalogue

PATH: Final = Path("catalogue.yaml")
LIMIT: Final = 20.0
"""Seconds after which an input counts as a hang."""
SEED: Final = catalogue_text(6) + (
    "  - {id: de.1, name: {en: x}, pictogram: [thing0, thing1]}\n"
    "  - {id: de.2, name: &n {en: 'x {text}'}, when: {text: {not: [STOP, none]},"
    " any: [{face: face0}, {legend: {all: [red]}, border: {not: red}}]}}\n"
    "  - {id: de.3, name: *n, when: {digits: [5, 3.5, none]}, status: deprecated,"
    " replaced_by: de.2, aliases: {osm: a, mapillary: [b]}, allow: [SR101], priority: -3}\n"
)
TOKENS: Final = [
    *"{}[]:,-&*!|>'\"#%@`?~ \n\t\0",
    *("null", "true", "on", "-1", "1e999", "0.1", "99999", "<<", "---", "...", "&a", "*a", "!!str"),
    *("face", "any", "not", "only", "digits", "text", "none", "min", "include", "extends", "signs"),
    *("catalogue.yaml", "../x.yaml", "\ud7ff", "\ufeff", "\x85", "é", "[" * 60, "{a: " * 60),
]


class LoaderHangsError(Exception):
    """No OSError, which the loader would take for a file that cannot be read."""


def load_or_refuse(content: str | bytes) -> set[str]:
    """Load and compile, or look at every finding; the codes of the findings."""
    try:
        catalogue = load_catalogue(PATH, overlay={PATH: content})
    except CatalogueError as refused:
        check_refusal(refused)
        return {diagnostic.code for diagnostic in refused.diagnostics}
    Engine(catalogue)
    return set()


def check_refusal(refused: CatalogueError) -> None:
    """A refusal tells at least one mistake, each with a place, as text and as JSON."""
    assert refused.diagnostics
    assert str(refused)
    for diagnostic in refused.diagnostics:
        assert diagnostic.position.line >= 1
        assert diagnostic.position.column >= 1
        json.dumps(diagnostic.to_dict())


def mutate(text: str, rng: random.Random) -> str:
    """A few random edits: a piece deleted, doubled, moved or overwritten by a token."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 2, 5, 20, 200)))
        piece = rng.choice(("", text[start:end] * 2, rng.choice(TOKENS), rng.choice(TOKENS) * 3))
        text = text[:start] + piece + text[end:]
    return text


def hostile() -> dict[str, str | bytes]:
    """Inputs that break loaders: name -> content."""
    laughs = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n"
        for p, c in zip("abcdefghi", "bcdefghij", strict=True)
    )
    sign = "version: 1\nsigns:\n  - {{id: de.1, name: {{en: x}}, when: {{{}}}}}\n"
    ranges = "".join(
        f"  - {{id: de.{i}, name: {{en: x}}, when: {{digits: {{min: 0, max: {1000 + i}}}}}}}\n"
        for i in range(900)
    )
    faces = "".join(
        f"  f{i}: {{any: [{{face: f{i - 1}}}, {{face: f{i - 1}}}]}}\n" for i in range(1, 40)
    )
    anchors = "".join(f"  f{i}: &a{i} {{}}\n" for i in range(50_000))
    doubled = ", ".join(["{shape: circle}"] * 9)
    return {
        "billion laughs": "version: 1\n" + laughs,
        "alias to itself": "version: 1\nfaces: &f {a: *f}\n",
        "deep lists": "[" * 100_000,
        "deep mappings": "{a: " * 100_000,
        "deep block": "".join(" " * i + "a:\n" for i in range(3000)),
        "deep any": sign.format("any: [{" * 500 + "}]" * 500),
        "long line": "version: 1\n# " + "x" * 3_000_000,
        "long key": "a" * 1_000_000 + ": 1\n",
        "long scalar": 'version: 1\ncountry: "' + "D" * 3_000_000 + '"\n',
        "many mistakes": "version: 1\nsigns:\n" + "  - x\n" * 50_000,
        "many keys": "".join(f"k{i}: 1\n" for i in range(50_000)),
        "many anchors": "version: 1\nfaces:\n" + anchors,
        "too large": "x" * (5 * 2**20),
        "huge integer": "version: " + "9" * 1_000_000,
        "huge exponent": sign.format("digits: {min: 0, max: 1e999}"),
        "huge range": sign.format("digits: {min: 0, max: 999999, multiple_of: 0.1}"),
        "tiny step": sign.format("digits: {min: 0, max: 1, multiple_of: 0.0000001}"),
        "many ranges": "version: 1\nsigns:\n" + ranges,
        "faces that double": "version: 1\nfaces:\n  f0: {shape: circle}\n" + faces,
        "product of any": "version: 1\nfaces:\n  a: {any: [" + doubled + "]}\n  b: {face: a, any: ["
        + doubled + "]}\n  c: {face: b, any: [" + doubled + "]}\n",
        "includes itself": "version: 1\ninclude: [catalogue.yaml]\n",
        "includes a device": "version: 1\ninclude: [../../../../../../dev/zero.yaml]\n",
        "leads out": "version: 1\npictograms: {a: {exemplars: [a/../../../etc/passwd]}}\n",
        "python tag": "version: !!python/object/apply:os.system [true]\n",
        "merge key": "version: 1\nfaces: {a: &a {bar: none}, b: {<<: *a}}\n",
        "nul bytes": b"\0" * 1000,
        "not UTF-8": b"version: 1\n# \xff\xfe\n",
        "UTF-16": "version: 1\n".encode("utf-16"),
        "lone surrogate": b"version: 1\n# \xed\xa0\x80\n",
        "other line ends": "version: 1\u2028signs: []\x85",
        "directionality": "version: 1\ncountry: \u202eED\n",
        "unclosed quote": 'version: 1\nsigns: "' + "\n" * 100_000,
        "many documents": "---\n" * 100_000,
        "long directive": "%YAML 1." + "1" * 100_000 + "\n---\nversion: 1\n",
        "question marks": "? " * 5000,
        "dashes": "- " * 5000,
    }  # fmt: skip


def main() -> int:
    """Print counts, the slowest input and the memory; 1 if any input broke the loader."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="mutants (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    signal.signal(signal.SIGALRM, _time_out)
    assert not load_or_refuse(SEED)
    before = _peak_memory()
    rng = random.Random(arguments.seed)
    mutants = ((f"mutant {i}", mutate(SEED, rng)) for i in range(arguments.inputs))
    broken = _try_all("mutants", mutants)
    after_mutants = _peak_memory()
    broken += _try_all("hostile", iter(hostile().items()))
    print(f"peak memory: {before:.0f} MiB at start, {after_mutants:.0f} MiB after the mutants, "
          f"{_peak_memory():.0f} MiB after the hostile ones")  # fmt: skip
    return int(broken > 0)


def _try_all(title: str, inputs: Iterator[tuple[str, str | bytes]]) -> int:
    outcomes: Counter[str] = Counter()
    codes: set[str] = set()
    slowest = (0.0, "")
    start = perf_counter()
    for name, content in inputs:
        begin = perf_counter()
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            found = load_or_refuse(content)
            codes |= found
            outcomes["refused" if found else "loaded"] += 1
        except Exception:  # that is what is looked for
            outcomes["broken"] += 1
            print(f"{name} breaks the loader:\n{traceback.format_exc()}", file=sys.stderr)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, (perf_counter() - begin, name))
    seconds = perf_counter() - start
    counts = ", ".join(f"{outcomes[o]} {o}" for o in ("loaded", "refused", "broken"))
    print(
        f"{title}: {outcomes.total()} inputs in {seconds:.0f} s, {counts}, "
        f"{len(codes)} different codes, slowest {slowest[0]:.2f} s ({slowest[1]})",
        flush=True,
    )
    return outcomes["broken"]


def _time_out(signum: int, frame: FrameType | None) -> NoReturn:
    raise LoaderHangsError(f"no answer within {LIMIT:.0f} s")


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
