"""The predictor: one preprocessing path, calibrated probabilities, clear errors."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from attributes.network import Architecture, AttributeNetwork, count_parameters
from attributes.precision import Precision
from attributes.predictor import AttributePredictor, calibrate, preprocess
from attributes.readings import Readings
from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT
from attributes.weights_file import (
    DEFAULT_WEIGHTS,
    Preprocessing,
    WeightsError,
    dequantize,
    describe_network,
    load_unfolded,
    load_weights,
    quantize,
    save_weights,
)

PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
SETTINGS = Preprocessing(input_size=48)


@pytest.fixture
def tiny_weights(tmp_path):
    """A small network with random weights, on disk."""
    torch.manual_seed(0)
    network = AttributeNetwork(Architecture(widths=(8, 8, 8), blocks=(1, 1, 1), text_width=8))
    path = tmp_path / "tiny.safetensors"
    save_weights(network, describe_network(network, "tiny"), path)
    return path


def test_the_shipped_network_has_at_most_two_million_parameters():
    network, _ = load_unfolded(DEFAULT_WEIGHTS)
    assert count_parameters(network) <= 2_000_000


def test_probabilities_are_probabilities(tiny_weights):
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 256, (h, w, 3), np.uint8) for h, w in [(30, 30), (80, 41), (1, 1)]]
    readings = AttributePredictor(tiny_weights).predict(crops)
    assert len(readings) == 3
    for attribute in CATEGORICAL:
        assert np.allclose(readings.categorical[attribute.name].sum(1), 1, atol=1e-5)
    assert np.allclose(readings.text.sum(2), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(readings.embedding, axis=1), 1, atol=1e-5)
    assert ((readings.presence >= 0) & (readings.presence <= 1)).all()


def test_bfloat16_reads_nearly_the_same(tiny_weights):
    crops = [np.random.default_rng(2).integers(0, 256, (48, 48, 3), np.uint8)]
    exact, fast = (
        AttributePredictor(tiny_weights, precision=precision).predict(crops)
        for precision in PRECISIONS
    )
    assert np.allclose(exact.text, fast.text, atol=0.1)
    assert (exact.embedding * fast.embedding).sum() > 0.95


def test_no_crops_give_no_readings(tiny_weights):
    assert len(AttributePredictor(tiny_weights).predict([])) == 0


def test_the_answer_for_a_crop_does_not_depend_on_its_batch(tiny_weights):
    rng = np.random.default_rng(1)
    crops = [rng.integers(0, 256, (40, 40, 3), np.uint8) for _ in range(5)]
    predictor = AttributePredictor(tiny_weights, batch_size=2)
    together, alone = predictor.predict(crops), predictor.predict(crops[3:4])
    assert np.allclose(together.embedding[3], alone.embedding[0], atol=1e-4)


def test_an_oblong_plate_keeps_its_shape():
    crop = np.zeros((20, 60, 3), np.uint8)
    crop[5:15, 10:50] = 255
    batch = preprocess([crop], SETTINGS)[0, 0]
    rows, columns = np.nonzero(batch.numpy() > 0)
    assert np.ptp(columns) > 3 * np.ptp(rows)


def test_an_oblong_crop_stays_in_the_middle():
    crop = np.zeros((20, 60, 3), np.uint8)
    crop[5:15, 10:50] = 255
    rows, _ = np.nonzero(preprocess([crop], SETTINGS)[0, 0].numpy() > 0)
    assert rows.min() + rows.max() == pytest.approx(47, abs=1)


def test_a_crop_that_is_nearly_square_is_squeezed_and_one_that_is_not_is_padded():
    def width_of_plate(width):
        crop = np.zeros((100, width, 3), np.uint8)
        crop[5:95, round(0.05 * width) : round(0.95 * width)] = 255
        return np.ptp(np.nonzero(preprocess([crop], SETTINGS)[0, 0].numpy() > 0)[1])

    whole, nearly, oblong = (width_of_plate(width) for width in (100, 89, 70))
    assert abs(whole - nearly) <= 2
    assert oblong < 0.8 * whole


def test_a_large_crop_is_averaged():
    rng = np.random.default_rng(0)
    small = rng.integers(100, 156, (48, 48, 3), np.uint8)
    # In each block of ten columns two differ from the others, but not the mean.
    columns = np.array([-15] * 4 + [60] * 2 + [-15] * 4)
    noise = np.kron(rng.choice([-1, 1], (48, 48)), np.ones((10, 1), int) * columns)
    large = np.kron(small, np.ones((10, 10, 1), int)) + noise[..., None]
    seen = preprocess([large.astype(np.uint8)], SETTINGS)
    assert torch.allclose(seen, preprocess([small], SETTINGS), atol=0.1)


def test_channels_arrive_as_rgb():
    blue = np.zeros((10, 10, 3), np.uint8)
    blue[:, :, 0] = 255  # BGR
    red, _, blue_channel = preprocess([blue], SETTINGS)[0].mean((1, 2)).tolist()
    assert blue_channel == pytest.approx(2**0.5)
    assert red == pytest.approx(-(0.5**0.5))


def test_the_light_of_a_crop_makes_no_difference():
    rng = np.random.default_rng(2)
    sign = rng.integers(0, 256, (30, 30, 3), np.uint8)
    dark, hazy = (sign // 5, sign // 3 + 120)
    for crop in (dark, hazy):
        seen = preprocess([crop], SETTINGS)
        assert torch.allclose(seen, preprocess([sign], SETTINGS), atol=0.1)


def test_a_card_of_a_version_that_did_not_standardize_is_refused(tiny_weights):
    path = tiny_weights.with_suffix(".json")
    card = json.loads(path.read_text())
    card["preprocessing"] = {"input_size": 48, "mean": [0.5] * 3, "std": [0.25] * 3}
    path.write_text(json.dumps(card))
    with pytest.raises(WeightsError, match=r"of this version: preprocessing\.mean: Extra"):
        load_weights(tiny_weights)


def test_an_even_crop_is_not_made_loud():
    crop = np.full((30, 30, 3), 100, np.uint8)
    crop[::2] = 101
    assert preprocess([crop], SETTINGS).abs().max() < 0.2


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((5, 5), np.uint8),
        np.zeros((5, 5, 3), np.float32),
        np.zeros((5, 5, 4), np.uint8),
    ],
)
def test_what_is_no_crop_is_refused_with_its_shape(crop):
    with pytest.raises(ValueError, match=r"uint8 \(H, W, 3\)"):
        preprocess([crop], SETTINGS)


def test_weights_come_back_as_they_were_saved(tiny_weights):
    first, second = load_weights(tiny_weights), load_weights(tiny_weights)
    assert first.fingerprint == second.fingerprint
    assert first.card.name == "tiny"


def test_saved_weights_take_a_byte_each_and_are_half_a_step_off_at_most(tmp_path):
    torch.manual_seed(0)
    network = AttributeNetwork(Architecture(widths=(8, 8, 64), blocks=(1, 1, 1), text_width=8))
    path = tmp_path / "w.safetensors"
    save_weights(network, describe_network(network, "w"), path)
    assert path.stat().st_size < 1.5 * count_parameters(network)
    saved = load_weights(path).network.state_dict()
    for name in ("layout.weight", "embedding.weight", "text.slots", "text.position"):
        exact = network.state_dict()[name].flatten(1)
        step = exact.abs().amax(dim=1, keepdim=True) / 127
        assert ((saved[name].flatten(1) - exact).abs() <= 0.501 * step).all()


def test_an_output_without_weights_is_stored():
    weights = torch.zeros(2, 3, 1, 1)
    weights[1, 0] = -5.0
    assert torch.equal(dequantize(*quantize(weights)), weights)


def test_weights_of_the_format_before_load_still(tiny_weights):
    card = tiny_weights.with_suffix(".json")
    content = json.loads(card.read_text())
    assert content["format"] == 3
    card.write_text(json.dumps({**content, "format": 2}))
    network = load_weights(tiny_weights).network
    torch.manual_seed(0)
    whole = AttributeNetwork(network.architecture).state_dict()
    halves = {n: t.half() for n, t in whole.items() if not n.endswith("num_batches_tracked")}
    save_file(halves, tiny_weights)
    again = load_weights(tiny_weights).network
    for name, value in network.state_dict().items():
        assert torch.allclose(again.state_dict()[name], value, atol=0.01)


def test_8_bit_weights_without_their_steps_are_refused(tiny_weights):
    tensors = load_file(tiny_weights)
    save_file({n: t for n, t in tensors.items() if n != "layout.weight.step"}, tiny_weights)
    with pytest.raises(
        WeightsError, match=r"not readable as weights: there is no tensor 'layout\.weight\.step'"
    ):
        load_weights(tiny_weights)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda p: p.unlink(), "no such weights file"),
        (lambda p: p.write_bytes(b"rubbish" * 9), "not readable as weights"),
        (lambda p: p.with_suffix(".json").unlink(), "no such card"),
        (lambda p: p.with_suffix(".json").write_text("{"), "not readable as a weights card"),
    ],
)
def test_damaged_weights_are_named_with_the_reason(tiny_weights, damage, message):
    damage(tiny_weights)
    with pytest.raises(WeightsError, match=message):
        load_weights(tiny_weights)


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        ({"input_size": 50}, "not readable as weights: input_size must be a multiple of 8"),
        ({"widths": [32, 64]}, "not readable as weights"),
        ({"widths": []}, "not readable as weights"),
        ({"input_size": 64}, "made 48 pixels wide for a network of 64"),
    ],
)
def test_a_card_that_describes_no_network_of_its_crops_is_refused(
    tiny_weights, architecture, message
):
    path = tiny_weights.with_suffix(".json")
    card = json.loads(path.read_text())
    card["architecture"] |= architecture
    path.write_text(json.dumps(card))
    with pytest.raises(WeightsError, match=message):
        load_weights(tiny_weights)


@pytest.mark.parametrize("temperatures", [{"shape": 0.0}, {"shape": -1.0}, {"shpae": 1.0}])
def test_temperatures_that_are_none_are_refused(tiny_weights, temperatures):
    card = tiny_weights.with_suffix(".json")
    content = json.loads(card.read_text())
    content["calibration"]["temperatures"] = temperatures
    card.write_text(json.dumps(content))
    with pytest.raises(WeightsError, match=r"calibration\.temperatures"):
        load_weights(tiny_weights)


HEADS = (*(a.name for a in CATEGORICAL), LEGEND.name, TEXT.name, "presence")


def log_odds(readings: Readings, head: str) -> np.ndarray:
    """Of each value against the first, or of yes against no."""
    if head in readings.categorical:
        return np.log(readings.categorical[head] / readings.categorical[head][:, :1])
    if head == TEXT.name:
        return np.log(readings.text / readings.text[..., :1])
    yes = readings.legend if head == LEGEND.name else readings.presence
    return np.log(yes / (1 - yes))


@pytest.mark.parametrize("softened", HEADS)
def test_logits_are_divided_by_the_temperature_of_their_head(tiny_weights, softened):
    network = load_weights(tiny_weights).network
    with torch.inference_mode():
        logits = network(torch.randn(3, 3, 48, 48))
    plain, soft = calibrate(logits, {}), calibrate(logits, {softened: 4.0})
    for head in HEADS:
        temperature = 4.0 if head == softened else 1.0
        odds = log_odds(soft, head) * temperature
        np.testing.assert_allclose(odds, log_odds(plain, head), atol=1e-3)


def test_weights_that_are_not_finite_are_refused(tiny_weights):
    tensors = load_file(tiny_weights)
    tensors["text.slots.step"][0] = torch.nan
    save_file(tensors, tiny_weights)
    with pytest.raises(WeightsError, match=r"text\.slots holds numbers that are not finite"):
        load_weights(tiny_weights)


def test_a_batch_holds_a_crop_at_least(tiny_weights):
    with pytest.raises(ValueError, match="batch_size: expected at least 1, got -1"):
        AttributePredictor(tiny_weights, batch_size=-1)


def test_weights_of_another_vocabulary_are_refused(tiny_weights):
    path = tiny_weights.with_suffix(".json")
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "vocabulary_fingerprint": "0" * 16}))
    with pytest.raises(WeightsError, match="another vocabulary"):
        load_weights(tiny_weights)


def test_the_shipped_weights_load_and_are_small():
    weights = load_weights()
    assert weights.card.name == "release"
    assert DEFAULT_WEIGHTS.stat().st_size < 10_000_000
