"""The curve of a run: a line a time, whatever interrupts it."""

import csv

import pytest
from training_world import TINY, tiny_configuration, tiny_materials

from attributes.training.curve import append_to_curve, draw_curve
from attributes.training.loop import train


def test_the_curve_has_a_header_and_a_line_a_time(tmp_path):
    train(tiny_configuration(steps=50), tiny_materials(), tmp_path, TINY)
    with (tmp_path / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["50"]
    # What says 50 or 5.5 has a place to look at.
    assert float(rows[0]["attention"]) > 0


def test_a_line_that_was_cut_off_spoils_no_curve(tmp_path):
    pytest.importorskip("matplotlib")
    table = tmp_path / "curve.csv"
    append_to_curve(table, 50, {"shape": 1.0, "text": 2.0}, 0.1)
    with table.open("a") as file:
        file.write("100,1.3")
    append_to_curve(table, 150, {"shape": 0.5, "text": 1.0}, 0.1)
    assert [line.split(",")[0] for line in table.read_text().split()] == [
        "step",
        "50",
        "100",
        "150",
    ]
    draw_curve(table, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size


def test_a_table_that_was_left_empty_begins_with_its_names(tmp_path):
    table = tmp_path / "curve.csv"
    table.touch()
    append_to_curve(table, 50, {"shape": 1.0}, 0.1)
    assert table.read_text().startswith("step,shape,seconds_per_step")


def test_the_first_line_after_going_on_is_a_mean_of_its_own_steps(tmp_path):
    train(tiny_configuration(steps=40), tiny_materials(), tmp_path / "in two", TINY)
    longer = tiny_configuration(steps=50, restarts=(40,))
    train(longer, tiny_materials(), tmp_path / "in two", TINY)
    train(longer, tiny_materials(), tmp_path / "at once", TINY)
    losses = [
        float((tmp_path / run / "curve.csv").read_text().splitlines()[1].split(",")[1])
        for run in ("in two", "at once")
    ]
    assert losses[0] > 0.3 * losses[1]
