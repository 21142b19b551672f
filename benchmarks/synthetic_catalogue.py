"""A catalogue of any size that looks like a real one, for timing and for property tests."""

from __future__ import annotations

import random

from attributes.vocabulary import BACKGROUND, BAR, BORDER, LEGEND, SHAPE


def catalogue_text(signs: int, seed: int = 0) -> str:
    """A rule file of ``signs`` signs: faces shared by many, pictograms, numbers and words."""
    rng = random.Random(seed)
    lines = ["version: 1", "country: DE", "faces:"]
    faces = 24
    for face in range(faces):
        lines.append(
            f"  face{face}: {{shape: {rng.choice(SHAPE.values)}, "
            f"border: {rng.choice(BORDER.values)}, "
            f"background: [{', '.join(rng.sample(BACKGROUND.values, 2))}]}}"
        )
    pictograms = max(1, signs // 3)
    lines.append("pictograms:")
    lines += [f"  thing{i}: {{artwork: [made:thing-{i}]}}" for i in range(pictograms)]
    lines.append("signs:")
    for i in range(signs):
        lines.append(f"  - id: de.{100 + i}")
        kind = rng.random()
        name = "Sign {digits}" if kind < 0.1 else f"Sign {i}"
        lines.append(f'    name: {{en: "{name}", de: "Zeichen {i}"}}')
        conditions = [f"face: face{rng.randrange(faces)}", f"bar: {rng.choice(BAR.values)}"]
        if rng.random() < 0.5:
            conditions.append(f"legend: {{only: [{', '.join(rng.sample(LEGEND.values, 2))}]}}")
        if kind < 0.1:
            step = rng.choice((1, 5, 10))
            conditions.append(
                f"digits: {{min: 5, max: {5 + step * rng.randint(5, 25)}, multiple_of: {step}}}"
            )
        elif kind < 0.4:
            conditions.append(rng.choice((f"digits: {rng.randrange(1000)}", "text: any")))
        else:
            conditions.append(f"pictogram: thing{rng.randrange(pictograms)}")
            conditions.append("text: none")
        lines.append("    when:")
        lines += [f"      {condition}" for condition in conditions]
        if kind < 0.1:
            lines.append("    value: {from: digits, unit: km/h}")
    return "\n".join(lines) + "\n"
