"""Training runs: losses, schedule, checkpoints, going on."""

import errno
import math
from dataclasses import replace

import pytest
import torch
from training_world import ROW, TINY, tiny_configuration, tiny_materials

from attributes.network import AttributeNetwork
from attributes.training import loop
from attributes.training.batches import make_batch
from attributes.training.calibration import fit_temperatures
from attributes.training.checkpoints import CHECKPOINT
from attributes.training.configuration import ConfigurationError
from attributes.training.labels import DIGITS, SOME_DIGIT, Labels, encode_texts
from attributes.training.loop import train
from attributes.training.losses import attention_loss, attribute_losses
from attributes.training.materials import Materials
from attributes.training.optimization import DivergedError, half_cosine, scheduled_share
from attributes.training.photographs import STORED_SIZE, PhotographBank
from attributes.vocabulary import TEXT


def knowing(*class_names: str) -> Materials:
    return replace(tiny_materials(), class_names=class_names)


def test_attention_is_pulled_to_where_the_character_stands():
    places = torch.zeros(1, 6, 12, 12)
    places[0, 0, 3:5, 3:5] = 1.0
    there, elsewhere = torch.full((2, 1, 6, 12, 12), 1e-6).unbind()
    there[0, 0, 3:5, 3:5] = 0.25
    elsewhere[0, 0, 8:10, 8:10] = 0.25
    assert attention_loss(there, places) < attention_loss(elsewhere, places)
    assert attention_loss(there, torch.zeros_like(places)) == 0


@pytest.mark.parametrize(
    ("read", "is_right"), [("7", True), ("2", True), ("", False), ("S", False)]
)
def test_of_a_hidden_number_any_digit_is_right_and_nothing_else(read, is_right):
    logits = AttributeNetwork(TINY)(torch.zeros(2, 3, 48, 48))
    surely = torch.full_like(logits.text, -20.0)
    surely[:, 0, TEXT.encode(read)[0]] = 20.0
    labels = Labels.of_nothing(2)
    labels.text[:, 0] = SOME_DIGIT
    loss = attribute_losses(replace(logits, text=surely), labels)["text"]
    assert (loss < 0.01) == is_right


def test_told_and_hidden_characters_count_alike_and_unknown_ones_not_at_all():
    logits = AttributeNetwork(TINY)(torch.zeros(1, 3, 48, 48))
    guesses = replace(logits, text=torch.zeros_like(logits.text))
    labels = Labels.of_nothing(1)
    labels.text[0, :2] = torch.tensor([DIGITS[7], SOME_DIGIT])
    loss = attribute_losses(guesses, labels)["text"]
    told, hidden = math.log(TEXT.classes), math.log(TEXT.classes / 10)
    assert float(loss) == pytest.approx(2 * (told + hidden) / 2, rel=1e-4)


def text_loss(read: str, told: str, *left_out: str) -> float:
    """Loss of reading one text for sure where another is told."""
    logits = AttributeNetwork(TINY)(torch.zeros(1, 3, 48, 48))
    surely = torch.full_like(logits.text, -20.0)
    for slot, code in enumerate(TEXT.encode(read)):
        surely[0, slot, code] = 20.0
    labels = Labels.from_rows([{**ROW, "text": told}], [])
    texts = encode_texts(left_out)
    return float(attribute_losses(replace(logits, text=surely), labels, texts)["text"])


@pytest.mark.parametrize(
    ("told", "left_out"), [("20", "70"), ("100", "120"), ("12", "120"), ("705", "70")]
)
def test_nothing_is_learnt_against_a_text_that_no_picture_shows(told, left_out):
    assert text_loss(left_out, told) > 5
    assert text_loss(left_out, told, left_out) < 5


@pytest.mark.parametrize(
    ("read", "told"),
    [("30", "20"), ("77", "27"), ("7", ""), ("70", "25"), ("70", "7.0"), ("120", "1"), ("", "20")],
)
def test_any_other_mistake_counts_as_before(read, told):
    assert text_loss(read, told, "70", "120") == text_loss(read, told)


def test_training_knows_what_is_left_out(tmp_path, monkeypatch):
    seen = []

    def losses(logits, labels, left_out):
        seen.append(left_out)
        return attribute_losses(logits, labels, left_out)

    monkeypatch.setattr(loop, "attribute_losses", losses)
    texts = encode_texts(["70"])
    train(tiny_configuration(steps=1), replace(tiny_materials(), left_out=texts), tmp_path, TINY)
    assert torch.equal(seen[0], texts)


def test_names_of_pictograms_are_no_texts():
    assert encode_texts(["warning--ice", "t-junction", "PARKING7", ""]) is None
    assert len(encode_texts(["70", "warning--ice", "5.5"])) == 2


def test_temperatures_are_fitted_although_some_numbers_are_hidden():
    shown = torch.zeros(4, 3, STORED_SIZE, STORED_SIZE, dtype=torch.uint8)
    bank = PhotographBank(
        shown,
        Labels.from_rows([ROW] * 4, []),
        torch.zeros(4, dtype=torch.int64),
    )
    configuration = tiny_configuration(
        photographed_numbers=0.0, batch={"photographs": 4, "artwork": 1, "composed": 1, "scenes": 1}
    )
    materials = replace(tiny_materials(), photographs=bank)
    temperatures = fit_temperatures(AttributeNetwork(TINY).eval(), materials, configuration)
    assert 0.3 < temperatures[TEXT.name] < 5.1


def test_an_interrupted_run_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_CHECKPOINT_EVERY", 2)
    configuration, materials = tiny_configuration(steps=4), tiny_materials()
    whole = train(configuration, materials, tmp_path / "whole", TINY)

    calls = []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return make_batch(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "make_batch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(configuration, materials, tmp_path / "resumed", TINY)
    resumed = train(configuration, materials, tmp_path / "resumed", TINY)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_checkpoint_of_another_configuration_is_refused(tmp_path):
    train(tiny_configuration(), tiny_materials(), tmp_path, TINY)
    with pytest.raises(ConfigurationError, match="another configuration"):
        train(tiny_configuration(seed=9), tiny_materials(), tmp_path, TINY)


@pytest.mark.parametrize("kept", [0, 1000])
def test_a_damaged_checkpoint_is_named(tmp_path, kept):
    train(tiny_configuration(), tiny_materials(), tmp_path, TINY)
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ConfigurationError, match=r"checkpoint\.pt: not readable as a checkpoint"):
        train(tiny_configuration(), tiny_materials(), tmp_path, TINY)


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    train(tiny_configuration(), tiny_materials(), tmp_path, TINY)
    before = (tmp_path / CHECKPOINT).read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match=r"No space left on device.*checkpoint\.pt"):
        train(
            tiny_configuration(steps=4, restarts=(3,)), tiny_materials(), tmp_path, TINY
        )  # fmt: skip
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint.pt"]


def test_a_loss_that_is_not_finite_ends_the_run_before_it_spoils_anything(tmp_path, monkeypatch):
    train(tiny_configuration(), tiny_materials(), tmp_path, TINY)
    before = (tmp_path / CHECKPOINT).read_bytes()
    monkeypatch.setattr(loop, "attention_loss", lambda *_: torch.tensor(math.nan))
    with pytest.raises(DivergedError, match="step 3: the loss is nan"):
        train(tiny_configuration(steps=4, restarts=(3,)), tiny_materials(), tmp_path, TINY)
    assert (tmp_path / CHECKPOINT).read_bytes() == before


def test_a_finished_run_is_lengthened_by_a_restart(tmp_path):
    materials = tiny_materials()
    longer = tiny_configuration(steps=4, restarts=(2,), restart_rates={2: 0.5})
    at_once = train(longer, materials, tmp_path / "at once", TINY)
    train(tiny_configuration(steps=2), materials, tmp_path / "lengthened", TINY)
    lengthened = train(longer, materials, tmp_path / "lengthened", TINY)
    for one, other in zip(at_once.parameters(), lengthened.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    train(tiny_configuration(), tiny_materials(), tmp_path, TINY)
    with pytest.raises(ConfigurationError, match="another network"):
        train(tiny_configuration(), tiny_materials(), tmp_path, replace(TINY, text_width=16))


def test_a_start_of_another_network_is_refused(tmp_path):
    train(tiny_configuration(), tiny_materials(), tmp_path / "first", TINY)
    start = tmp_path / "first" / CHECKPOINT
    other = replace(TINY, text_width=16)
    with pytest.raises(ConfigurationError, match=r"checkpoint\.pt: is of another network"):
        train(tiny_configuration(), tiny_materials(), tmp_path / "next", other, start=start)


@pytest.mark.parametrize(
    "longer",
    [{"steps": 4}, {"steps": 4, "restarts": (1,)}, {"steps": 1}],
)
def test_a_run_of_another_schedule_so_far_is_no_longer_one(tmp_path, longer):
    train(tiny_configuration(steps=2), tiny_materials(), tmp_path, TINY)
    with pytest.raises(ConfigurationError, match="another configuration"):
        train(tiny_configuration(**longer), tiny_materials(), tmp_path, TINY)


def test_a_run_goes_on_from_the_average_of_a_finished_one(tmp_path):
    earlier = train(tiny_configuration(), tiny_materials(), tmp_path / "earlier", TINY)
    start = tmp_path / "earlier" / "checkpoint.pt"
    configuration = tiny_configuration(steps=1, learning_rate=1e-9, matrix_rate=1e-9)
    # One more class than the earlier run had: those of turned pictures come last.
    later = train(
        configuration,
        knowing("deer", "mirrored deer", "turned deer"),
        tmp_path / "later",
        TINY,
        start,
    )
    for one, other in zip(earlier.parameters(), later.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)
    directions = [
        torch.load(tmp_path / run / CHECKPOINT, weights_only=True)["embedding_loss"]["directions"]
        for run in ("earlier", "later")
    ]
    assert torch.allclose(directions[0], directions[1][:2], atol=1e-6)


def test_a_run_may_see_more_pixels_than_its_start_did(tmp_path):
    train(tiny_configuration(input_size=48), tiny_materials(), tmp_path / "earlier", TINY)
    later = train(
        tiny_configuration(input_size=56), tiny_materials(), tmp_path / "later",
        replace(TINY, input_size=56), tmp_path / "earlier" / "checkpoint.pt",
    )  # fmt: skip
    assert later(torch.zeros(1, 3, 56, 56)).attention.shape[-1] == 14


def test_a_run_has_the_input_size_of_its_configuration(tmp_path):
    network = train(tiny_configuration(steps=1, input_size=40), tiny_materials(), tmp_path)
    assert network.architecture.input_size == 40


@pytest.mark.parametrize(
    "known",
    [("deer", "mirrored deer", "moose"), ("boar", "mirrored boar"), ("mirrored deer", "deer")],
)
def test_a_start_whose_pictograms_are_not_the_first_of_the_run_is_refused(tmp_path, known):
    train(tiny_configuration(), knowing(*known), tmp_path / "earlier", TINY)
    with pytest.raises(ConfigurationError, match="another artwork table"):
        train(
            tiny_configuration(), tiny_materials(), tmp_path / "later", TINY,
            tmp_path / "earlier" / "checkpoint.pt",
        )  # fmt: skip


def test_a_checkpoint_of_another_artwork_table_is_refused(tmp_path):
    train(tiny_configuration(), tiny_materials(), tmp_path, TINY)
    # As many pictograms, one of another name: what was learnt of one would be taken for another's.
    with pytest.raises(ConfigurationError, match="another artwork table"):
        train(tiny_configuration(), knowing("boar", "mirrored boar"), tmp_path, TINY)


def test_the_learning_rate_rises_then_falls_to_nothing():
    rates = [half_cosine(step, 1000, 2e-3, warm_up=400) for step in range(1000)]
    assert rates.index(max(rates)) in (399, 400)
    assert max(rates) == 2e-3
    assert rates[-1] < 0.01 * max(rates)


def test_the_learning_rate_begins_anew_at_a_restart():
    configuration = tiny_configuration(steps=900, restarts=(400,))
    shares = [scheduled_share(configuration, step, warm_up=200) for step in range(900)]
    assert shares[199] == shares[599] == 1
    assert shares[399] < 0.01
    assert shares[400] < 0.01
    assert shares[899] < 0.01


def test_a_restart_rises_as_high_as_it_is_told_to():
    configuration = tiny_configuration(steps=900, restarts=(300, 600), restart_rates={600: 0.25})
    shares = [scheduled_share(configuration, step, warm_up=100) for step in range(900)]
    assert (shares[99], shares[399], shares[699]) == (1, 1, 0.25)
    assert max(shares[600:]) == 0.25


def test_both_optimizers_learn_at_the_scheduled_rate(tmp_path):
    configuration = tiny_configuration(learning_rate=2e-3, matrix_rate=6e-3)
    train(configuration, tiny_materials(), tmp_path, TINY)
    state = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    share = scheduled_share(configuration, configuration.steps - 1, warm_up=400)
    assert 0 < share < 1
    for optimizer, rate in (("adamw", 2e-3), ("muon", 6e-3)):
        for group in state[optimizer]["param_groups"]:
            assert group["lr"] == pytest.approx(rate * share)
