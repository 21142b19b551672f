"""The arithmetic of the benchmarks, without data sets and without artwork."""

import re
from dataclasses import replace

import cv2
import numpy as np
import open_set
import pytest
import recognition
from choosing_weights import pictures_of
from cross_plates import recall_across_plates
from gtsrb_crops import crops_of
from heads import Judged, judge_heads
from held_out import SEEN, UNSEEN, Outcome, catalogue_of
from held_out_threshold import left_out_for_threshold
from independence import stands_nowhere
from kept_weights import NoWeightsError, find_weights
from plain_errors import run_plainly
from shared_photographs import likeness

from attributes.errors import UserError
from attributes.readings import Readings
from attributes.training.artwork import german_rows, usable_rows
from attributes.training.configuration import available, load
from attributes.training.labels import Labels
from attributes.vocabulary import CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, TEXT
from attributes.weights_file import load_weights
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.gallery import Gallery
from rules import certain_readings, load_catalogue

ROW = {
    "shape": "circle", "border": "?", "background": "white", "legend": "black", "bar": "none",
    "text": "50", "pictogram": "none",
}  # fmt: skip


def readings_of(text: str, count: int) -> Readings:
    """Readings that are sure of a circle with a rim of the first colour, white, without a bar."""
    categorical = {}
    for attribute in CATEGORICAL:
        categorical[attribute.name] = np.zeros((count, len(attribute.values)), np.float32)
        value = ROW[attribute.name] if ROW[attribute.name] != "?" else attribute.values[0]
        categorical[attribute.name][:, attribute.index(value)] = 1
    legend = np.zeros((count, len(LEGEND.values)), np.float32)
    legend[:, LEGEND.index("black")] = 0.9
    slots = np.zeros((count, TEXT.max_length, TEXT.classes), np.float32)
    for slot, code in enumerate(TEXT.encode(text)):
        slots[:, slot, code] = 1
    embedding = np.zeros((count, EMBEDDING_DIMENSIONS), np.float32)
    return Readings(categorical, legend, slots, embedding, np.ones(count, np.float32))


def test_heads_are_judged_where_the_truth_is_known():
    labels = Labels.from_rows([ROW, {**ROW, "shape": "triangle"}], ())
    judged = judge_heads(readings_of("50", 2), labels)
    assert judged["shape"].right.tolist() == [True, False]
    assert len(judged["border"].right) == 0
    assert np.isnan(judged["border"].accuracy)
    assert judged["text"].accuracy == judged["legend"].accuracy == 1
    assert len(judged["text"].sure) == 6  # two characters and the end, twice
    assert judge_heads(readings_of("60", 2), labels)["text"].accuracy == 0


def test_calibration_error_is_the_gap_between_sure_and_right():
    sure = np.full(100, 0.95, np.float32)
    held = np.arange(100) < 75
    everywhere = np.ones(100, bool)
    assert Judged(everywhere, held, sure, held).calibration_error() == pytest.approx(0.2, abs=1e-4)


def test_recall_counts_only_finds_on_other_plates():
    deer, cow = np.eye(2, dtype=np.float32)
    embeddings = np.stack([deer, deer, deer, cow])[:, None]
    pictograms = ["deer", "deer", "deer", "cow"]
    plates = [("triangle",), ("triangle",), ("diamond",), ("triangle",)]
    recall = recall_across_plates(embeddings, pictograms, plates)
    assert (recall.drawings, recall.pictograms, recall.gallery) == (3, 1, 4)
    assert recall.at_1 == 1.0
    # The two on triangles may find the one on the diamond; it may find both; the cow competes.
    assert recall.chance == pytest.approx((1 / 2 + 1 / 2 + 2 / 3) / 3)
    mixed_up = embeddings.copy()
    mixed_up[2] = -deer
    assert recall_across_plates(mixed_up, pictograms, plates).at_1 == 0.0


SHAPES = """
version: 1
signs:
  - {id: xx.disc, name: {en: Disc}, when: {shape: circle, border: red}}
  - {id: xx.round, name: {en: Round}, when: {shape: circle}, priority: -1}
  - {id: xx.square, name: {en: Square}, when: {shape: square}}
"""


def test_signs_that_are_left_out_are_to_be_unknown_and_the_others_right(tmp_path):
    (tmp_path / "signs.yaml").write_text(SHAPES)
    catalogue = load_catalogue(tmp_path / "signs.yaml")
    folds = []
    for hidden in ("xx.disc", "xx.square"):
        kept = tuple(sign for sign in catalogue.signs if sign.id != hidden)
        without = replace(catalogue, signs=kept)
        ready = ReadyCatalogue.prepare(without, Gallery.from_embeddings({}), Thresholds())
        folds.append(({hidden}, ready))
    readings = certain_readings([{"shape": "circle", "border": "red"}, {"shape": "square"}])
    rates = open_set.measure(folds, readings, ["xx.disc", "xx.square"], Thresholds())
    # Without the disc it is answered as round, without the square it is unknown.
    assert (rates.right, rates.unknown, rates.rejected) == (1.0, 0.0, 0.5)


def test_weights_are_chosen_on_signs_as_they_are_and_on_near_ones_made_distant():
    near, far = np.full((60, 30, 3), 200, np.uint8), np.full((47, 47, 3), 200, np.uint8)
    pictures = pictures_of([far, near])
    assert [number for number, _ in pictures.pop("as they are")] == [0, 1]
    assert len(pictures) == 4
    for shown in pictures.values():
        ((number, crop),) = shown
        assert number == 1
        assert crop.shape[0] in (24, 20)
        assert crop.shape[1] * 2 == crop.shape[0]


def test_the_catalogue_of_the_protocol_has_one_drawing_for_each_sign():
    assert load("held-out").classes == SEEN
    before, after = catalogue_of(SEEN), catalogue_of(range(43))
    assert {sign.id for sign in before.signs} < {sign.id for sign in after.signs}
    # Limits are one sign whatever their number, so that 20 needs no line of YAML.
    assert len(before.signs) == 22 - 6
    assert len(after.signs) == 43 - 7
    # No overtaking and its end share a pictogram, and each brings its own drawing of it.
    assert before.pictograms["two-cars"].artwork == ("commonroad:276",)
    assert after.pictograms["two-cars"].artwork == ("commonroad:276", "commonroad:280")
    shared = {name for name, pictogram in after.pictograms.items() if len(pictogram.artwork) > 1}
    assert shared == {"two-cars", "truck-beside-car"}
    # Of two signs no package has a German drawing.
    assert after.pictograms["children"].artwork == ("signrules:136-10",)


def test_outcomes_are_averaged_by_sign_and_count_what_broke():
    outcome = Outcome(
        ["a", "a", "a", "b"], ["a", "a", "unknown", "a"], ["a", "a", "a", "a"],
        np.array([True, True, False]), np.array([True, False, True]),
    )  # fmt: skip
    assert outcome.macro == pytest.approx((2 / 3 + 0) / 2)
    assert outcome.macro_of_likeliest == pytest.approx((1 + 0) / 2)
    assert outcome.broken == 1
    assert len(UNSEEN) == 21


def test_a_table_that_lacks_a_figure_ends_with_3(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["recognition.py", "--data", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        recognition.main()
    assert ended.value.code == 3
    assert "is this BTSC?" in capsys.readouterr().out


def test_kept_weights_of_another_configuration_are_no_figure(monkeypatch):
    monkeypatch.setattr("recognition.find_weights", lambda _: find_weights("release"))
    with pytest.raises(UserError, match="weights of `release`, this figure is of `held-out`"):
        recognition._kept_predictor("held-out")


def test_figures_of_a_part_of_gtsrb_say_so(tmp_path, capsys):
    folder = tmp_path / "Final_Training" / "Images" / "00014"
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "00006_00000.ppm"), np.zeros((20, 20, 3), np.uint8))
    (folder / "GT-00014.csv").write_text(
        "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\n"
        "00006_00000.ppm;20;20;2;2;18;18;14\n"
    )
    assert len(crops_of(tmp_path)) == 1
    assert re.match(r"mind: of the [\d,]+ tracks .* 1 are here;", capsys.readouterr().err)


def test_weights_that_are_not_there_are_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr("kept_weights.FOLDER", tmp_path)
    with pytest.raises(NoWeightsError, match="signrules train held-out"):
        find_weights("held-out")
    (tmp_path / "held-out.safetensors").touch()
    assert find_weights("held-out").parent == tmp_path


@pytest.mark.parametrize("name", available())
def test_kept_weights_were_made_by_the_configuration_of_their_name(name):
    card = load_weights(find_weights(name)).card
    assert card.name == name
    assert card.figures["steps"] == load(name).steps
    assert card.calibration.match_cosine == load(name).match_cosine


def test_a_plate_stands_nowhere_unless_artwork_may_show_it():
    limit = {**ROW, "border": "red"}
    # The rim of blue discs is left open by some artwork.
    disc = {**ROW, "border": "white", "background": "blue"}
    neither = {**ROW, "shape": "octagon", "border": "green", "background": "orange"}
    nowhere = stands_nowhere(Labels.from_rows([limit, disc, neither], []))
    assert nowhere.tolist() == [False, False, True]


def test_a_crop_is_likest_to_where_it_was_cut_from():
    rng = np.random.default_rng(0)
    street = cv2.resize(rng.integers(0, 256, (20, 30, 3), np.uint8), (240, 160))
    cv2.circle(street, (120, 80), 20, (40, 40, 200), -1)
    elsewhere = cv2.resize(rng.integers(0, 256, (20, 30, 3), np.uint8), (240, 160))
    cv2.circle(elsewhere, (120, 80), 20, (40, 40, 200), -1)
    box, cut = (100, 60, 140, 100), np.s_[54:107, 94:147]
    sign = (6, 6, 46, 46)
    assert likeness(street, box, street[cut], sign) > 0.99
    # The same kind of sign before another background, however like the plates are.
    assert likeness(street, box, elsewhere[cut], sign) < 0.5
    nearer = cv2.resize(street[cut], None, fx=2, fy=2)
    assert likeness(street, box, nearer, (12, 12, 93, 93)) > 0.95


def test_the_threshold_of_held_out_is_judged_on_signs_that_are_none_of_gtsrb():
    judged_on = set(left_out_for_threshold())
    assert len(judged_on) > 20
    assert not judged_on & {row["pictogram"] for row in german_rows()}
    seen = {row["pictogram"] for _, row in usable_rows(load("held-out").without)}
    assert not judged_on & seen


def test_a_missing_data_set_ends_a_benchmark_with_one_line(capsys):
    def main() -> None:
        raise UserError("/nowhere/gtsdb/gt.txt: not found; is this GTSDB?")

    with pytest.raises(SystemExit) as ended:
        run_plainly(main)
    assert ended.value.code == 3
    assert capsys.readouterr().err == "/nowhere/gtsdb/gt.txt: not found; is this GTSDB?\n"
