"""The recognizer with the shipped weights and catalogue, on pictures of our own making."""

import io
import json
import os
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import recognizer as product
from recognizer import (
    CountryError,
    LanguageError,
    Reason,
    Recognizer,
    Thresholds,
    UserError,
    default_catalogue,
)
from recognizer.cli.main import main

PICTURES = Path(__file__).parents[2] / "examples" / "pictures"
EXPECTED = {
    "speed-limit-30": "de.274[30]",
    "speed-limit-45": "de.274[45]",
    "speed-limit-110": "de.274[110]",
    "end-of-speed-limit-80": "de.278[80]",
    "stop": "de.206",
    "yield": "de.205",
    "no-entry": "de.267",
    "priority-road": "de.306",
    "other-danger": "de.101",
    "straight-only": "de.209-30",
    "purple-pentagon": "unknown",
}


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


@pytest.mark.parametrize(("name", "sign"), EXPECTED.items())
def test_the_example_pictures_are_recognized(recognizer, name, sign):
    answer = recognizer.recognize(PICTURES / f"{name}.png")
    assert answer.id == sign, answer.explain()


def test_values_are_numbers_with_units(recognizer):
    answer = recognizer.recognize(PICTURES / "speed-limit-45.png")
    assert (answer.value, answer.unit, answer.sign_id) == (45, "km/h", "de.274")
    assert "45" in answer.name


def test_names_come_in_the_language_asked_for():
    answer = Recognizer(language="de").recognize(PICTURES / "stop.png")
    assert answer.name.startswith("Halt")


def test_names_that_are_not_english_serve_where_no_language_is_asked_for(tmp_path):
    rules = "signs: [{id: pl.B-20, name: {pl: Stop tu}, when: {shape: octagon, background: red}}]"
    (tmp_path / "pl.yaml").write_text(f"version: 1\n{rules}\n")
    answer = Recognizer(tmp_path / "pl.yaml").recognize(PICTURES / "stop.png")
    assert answer.name == "Stop tu"


@pytest.mark.parametrize(("bad", "named"), [("nowhere.png", "nowhere.png"), ("a\0b", r"a\x00b")])
def test_a_list_gives_a_list_and_one_bad_picture_spoils_nothing(recognizer, bad, named):
    good = PICTURES / "stop.png"
    answers = recognizer.recognize([good, bad, good])
    assert [a.id for a in answers] == ["de.206", "unknown", "de.206"]
    assert answers[1].reason is Reason.UNREADABLE
    assert named in answers[1].detail


def test_no_pictures_give_no_answers(recognizer):
    assert recognizer.recognize([]) == []


def test_a_crop_of_one_pixel_is_too_small(recognizer):
    answer = recognizer.recognize(np.zeros((1, 1, 3), np.uint8))
    assert answer.reason is Reason.TOO_SMALL
    assert "1×1" in str(answer)


@pytest.mark.parametrize(("size", "is_read"), [((10, 30), True), ((9, 30), False)])
def test_a_crop_of_just_enough_pixels_is_read(recognizer, size, is_read):
    answer = recognizer.recognize(np.zeros((*size, 3), np.uint8))
    assert (answer.reason is not Reason.TOO_SMALL) is is_read


def test_an_unknown_sign_still_says_what_is_certain(recognizer):
    answer = recognizer.recognize(PICTURES / "purple-pentagon.png")
    assert not answer.is_known
    assert answer.reason in {Reason.NO_RULE, Reason.NOT_A_SIGN, Reason.PICTOGRAM_UNMATCHED}


def test_an_explanation_names_every_condition_with_its_place(recognizer):
    explanation = recognizer.recognize(PICTURES / "speed-limit-30.png").explanation
    by_name = {c.attribute: c for c in explanation.conditions}
    assert by_name["shape"].observed == "circle"
    assert by_name["text"].observed == "30"
    assert all(c.passed for c in explanation.conditions)
    assert all("signs.yaml" in c.position.file and c.position.line > 1 for c in by_name.values())


def test_a_country_without_signs_is_refused():
    with pytest.raises(CountryError, match="no sign belongs to the country `FR`; expected DE"):
        Recognizer(country="FR")


def test_the_command_line_answers_all_it_can_and_tells_the_rest(tmp_path, capsys):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"rubbish")
    code = main(["recognize", str(PICTURES / "stop.png"), str(broken), "nowhere.png"])
    out, err = capsys.readouterr()
    assert code == 3
    assert "de.206" in out
    assert "broken.png: not a picture" in err
    assert "nowhere.png: no such file" in err
    assert "1 answered, 2 unreadable" in err


def test_a_video_among_the_pictures_of_a_folder_is_told(tmp_path, capsys):
    video = tmp_path / "drive.mp4"
    video.write_bytes(b"never opened")
    assert main(["recognize", str(tmp_path)]) == 3
    hint = f"open each video in it by itself, such as {video}"
    assert f"{tmp_path}: the folder holds no picture" in (err := capsys.readouterr().err)
    assert hint in err
    (tmp_path / "stop.png").write_bytes((PICTURES / "stop.png").read_bytes())
    (tmp_path / "._drive.mp4").write_bytes(b"as macOS leaves them")
    (tmp_path / "types.ts").mkdir()
    assert main(["recognize", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert "de.206" in out
    assert err == f"signrules: {video}: a video among pictures is left out; open it by itself\n"


def test_a_large_picture_without_a_sign_may_be_a_scene(tmp_path, capsys):
    for name, side in (("small.png", 60), ("street.png", 420)):
        cv2.imwrite(str(tmp_path / name), np.full((side, 2 * side, 3), 128, np.uint8))
    assert main(["recognize", str(tmp_path)]) == 0
    assert capsys.readouterr().err == (
        f"signrules: {tmp_path / 'street.png'}: 840×420 pixels; "
        "to find signs in a whole scene, add --frames\n"
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_file_name_that_is_no_utf_8_stops_nothing(tmp_path, form, capsys):
    for name in (b"caf\xe9.png", b"stop.png"):
        (tmp_path / os.fsdecode(name)).write_bytes((PICTURES / "stop.png").read_bytes())
    assert main(["recognize", "--format", form, str(tmp_path)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert r"caf\udce9.png" in first
    assert "stop.png" in second
    assert all("de.206" in line for line in (first, second))


def test_json_lines_can_be_parsed(capsys):
    assert main(["recognize", "--format", "json", str(PICTURES)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {Path(entry["picture"]).stem: entry["id"] for entry in lines} == EXPECTED


def test_json_is_ascii_where_stdout_is_no_utf_8(monkeypatch):
    told = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(told, "latin-1"))
    pictures = [str(PICTURES / "end-of-speed-limit-80.png")]
    assert main(["recognize", "--format", "json", "--language", "de", *pictures]) == 0
    assert r"H\u00f6chst" in told.getvalue().decode("ascii")
    assert "Höchstgeschwindigkeit" in json.loads(told.getvalue())["name"]


def test_json_has_a_line_for_each_picture_also_for_those_that_cannot_be_read(tmp_path, capsys):
    broken, folder = tmp_path / "broken.png", tmp_path / "folder"
    broken.write_bytes(b"rubbish")
    folder.mkdir()
    named = ["nowhere.png", str(broken), str(PICTURES / "stop.png"), "nowhere.png"]
    code = main(["recognize", "--format", "json", *named, str(folder), str(folder / "*.png")])
    out, err = capsys.readouterr()
    assert code == 3
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["picture"], line["id"], line["reason"]) for line in lines] == [
        ("nowhere.png", "unknown", "unreadable"),
        (str(broken), "unknown", "unreadable"),
        (str(PICTURES / "stop.png"), "de.206", None),
        ("nowhere.png", "unknown", "unreadable"),
    ]
    assert {frozenset(line) for line in lines} == {frozenset(lines[1])}
    assert [line["detail"] for line in lines if line["detail"]] == [
        "nowhere.png: no such file or folder",
        f"{broken}: not a picture that can be decoded",
        "nowhere.png: no such file or folder",
    ]
    assert err.count("broken.png: not a picture") == 1
    assert err.endswith("1 answered, 5 unreadable\n")


def test_explain_prints_reasons_as_text_and_json(capsys):
    picture = str(PICTURES / "stop.png")
    assert main(["explain", picture]) == 0
    assert "rule de.206 at" in capsys.readouterr().out
    assert main(["explain", "--format", "json", picture]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["explanation"]["conditions"][0]["attribute"] == "shape"


def test_of_a_folder_recognize_explains_each_picture(tmp_path, capsys):
    assert main(["explain", str(tmp_path)]) == 2
    told = f"{tmp_path}: a folder; `signrules recognize {tmp_path} --explain` explains each picture"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "nowhere.png"], "nowhere.png: no such file"),
        (["recognize", "x.png", "--weights", "none.safetensors"], "no such weights file"),
        (["recognize", "x.png", "--catalogue", "none.yaml"], "none.yaml"),
    ],
)
def test_unreadable_input_is_one_message_and_exit_code_3(arguments, message, capsys):
    assert main(arguments) == 3
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("option", ["language", "country"])
def test_what_holds_for_all_answers_is_not_changed_unchecked(option):
    recognizer = Recognizer(language="de", country="DE")
    assert (recognizer.language, recognizer.country) == ("de", "DE")
    with pytest.raises(AttributeError, match=option):
        setattr(recognizer, option, "FR")


@pytest.mark.parametrize(("language", "hint"), [("DE", "; did you mean `de`?"), ("klingon", "")])
def test_a_language_in_which_nothing_is_named_is_refused(language, hint):
    with pytest.raises(LanguageError) as told:
        Recognizer(language=language)
    assert str(told.value).endswith(f"`{language}`; expected de or en{hint}")


def test_what_is_imported_when_first_used_is_listed_before():
    assert set(product.__all__) <= set(dir(product))


@pytest.mark.parametrize("name", [n for n in product.__all__ if n.endswith("Error")])
def test_every_error_is_one_that_a_user_can_mend(name):
    assert issubclass(getattr(product, name), UserError)


def test_a_country_without_a_name_and_a_precision_that_there_is_not_are_refused():
    with pytest.raises(CountryError, match="no sign belongs to the country ``"):
        Recognizer(country="")
    for precision in ("float16", ""):
        with pytest.raises(ValueError, match=f"expected float32 or bfloat16, got '{precision}'"):
            Recognizer(precision=precision)


@pytest.mark.parametrize("fast", ["float32", "bfloat16"])
def test_it_calculates_in_what_is_fast_here_unless_told_otherwise(monkeypatch, fast):
    monkeypatch.setattr("recognizer.recognizer.fast_precision", lambda: fast)
    assert _arithmetic(Recognizer()) == {getattr(torch, fast)}
    assert _arithmetic(Recognizer(precision="float32")) == {torch.float32}


def _arithmetic(recognizer):
    networks = recognizer.predictor._network, recognizer.localizer._network
    return {p.dtype for network in networks for p in network.parameters()}


def test_either_precision_gives_the_same_answers():
    pictures = sorted(PICTURES.glob("*.png"))
    exact, fast = (Recognizer(precision=p).recognize(pictures) for p in ("float32", "bfloat16"))
    assert [sign.id for sign in fast] == [sign.id for sign in exact]
    assert [sign.confidence for sign in fast] == pytest.approx(
        [sign.confidence for sign in exact], abs=0.1
    )


@pytest.mark.parametrize("thresholds", [0.5, {"min_confidence": 0.5}])
def test_what_are_no_thresholds_is_told_what_are(thresholds):
    with pytest.raises(TypeError, match=r"expected Thresholds, such as .*, got (float|dict)$"):
        Recognizer(thresholds=thresholds)


def test_a_language_in_which_nothing_is_named_is_a_usage_error(capsys):
    assert main(["recognize", "x.png", "--language", "klingon"]) == 2
    assert "no sign has a name in the language `klingon`" in capsys.readouterr().err


def test_a_country_that_no_sign_has_is_a_usage_error(capsys):
    assert main(["recognize", "x.png", "--country", "de"]) == 2
    assert "did you mean `DE`?" in capsys.readouterr().err


def test_an_empty_source_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["recognize", str(PICTURES / "stop.png"), ""])
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "argument SOURCE: an empty name is no source" in err


def test_a_misspelt_verb_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["recognise", "x.png"])
    assert stopped.value.code == 2


def test_a_long_thin_picture_costs_no_memory_and_spoils_no_list(recognizer):
    thin = np.zeros((2, 60000, 3), np.uint8)
    answers = recognizer.recognize([PICTURES / "stop.png", thin, PICTURES / "stop.png"])
    assert [a.id for a in answers] == ["de.206", "unknown", "de.206"]
    assert (answers[1].reason, "60000×2 pixels" in answers[1].detail) == (Reason.TOO_SMALL, True)
    assert recognizer.recognize(thin).reason is Reason.TOO_SMALL


def test_a_list_longer_than_a_batch_is_answered_in_its_order(recognizer):
    names = ["stop.png", "speed-limit-45.png", "nowhere.png"] * 30
    answers = recognizer.recognize([PICTURES / name for name in names])
    assert [a.id for a in answers] == ["de.206", "de.274[45]", "unknown"] * 30


def test_a_pickled_answer_has_its_explanation_and_not_the_catalogue(recognizer):
    answer = recognizer.recognize(PICTURES / "stop.png")
    told = answer.explain()
    content = pickle.dumps(answer)
    assert len(content) < 20_000
    assert pickle.loads(content).explain() == told


def test_an_answer_says_why_it_is_not_a_sign_that_was_never_likely(recognizer, capsys):
    answer = recognizer.recognize(PICTURES / "stop.png")
    assert "de.205" not in answer.explain()
    assert "not de.205 (0.000): shape octagon, expected inverted triangle" in answer.explain(
        "de.205"
    )
    with pytest.raises(ValueError, match=r"no sign is called 'de.20x'; did you mean"):
        answer.explain("de.20x")
    picture = str(PICTURES / "stop.png")
    assert main(["explain", picture, "--sign", "de.205", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["explanation"]["runners_up"]
    assert told[-1]["id"] == "de.205"
    assert main(["explain", picture, "--sign", "de.20x"]) == 2
    assert "--sign: no sign is called 'de.20x'" in capsys.readouterr().err
    assert main(["explain", picture, "--sign", "de.274["]) == 2
    assert "--sign: expected `de.274`, got 'de.274['" in capsys.readouterr().err
    assert main(["explain", picture, "--sign", "de.274[70]"]) == 0
    assert "--sign de.274: told is why it is not, whatever its value" in capsys.readouterr().err
    limit = str(PICTURES / "speed-limit-45.png")
    assert main(["explain", limit, "--sign", "de.274[70]"]) == 0
    assert "--sign de.274: it is, but another value was read" in capsys.readouterr().err
    assert main(["explain", limit, "--sign", "de.274[45]"]) == 0
    assert capsys.readouterr().err == ""


def test_a_sign_that_there_is_not_is_told_of_whatever_the_picture_is(tmp_path, capsys):
    tiny = tmp_path / "tiny.png"
    cv2.imwrite(str(tiny), np.zeros((3, 3, 3), np.uint8))
    assert main(["explain", str(tiny), "--sign", "de.20x"]) == 2
    assert "--sign: no sign is called 'de.20x'" in capsys.readouterr().err


def test_a_recognizer_cannot_be_sent_to_another_process(recognizer):
    with pytest.raises(TypeError, match="cannot be pickled; make one in each process"):
        pickle.dumps(recognizer)


def test_thresholds_of_signs_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match=r"per_sign: no sign is called 'de.274\[45\]'"):
        Recognizer(thresholds=Thresholds(per_sign={"de.274[45]": 1.0}))


@pytest.mark.parametrize("argument", ["catalogue", "weights", "localizer"])
@pytest.mark.parametrize(("given", "kind"), [(5, "int"), (b"x.yaml", "bytes")])
def test_a_file_is_named_by_a_path(argument, given, kind):
    with pytest.raises(TypeError, match=f"^{argument}: expected a path, got {kind}$"):
        Recognizer(**{argument: given})


@pytest.mark.parametrize("argument", ["catalogue", "weights", "localizer"])
def test_an_empty_name_is_no_file(argument):
    with pytest.raises(UserError, match=f"^{argument}: an empty name is no file$"):
        Recognizer(**{argument: ""})
    with pytest.raises(UserError, match=f"^{argument}: no file has a null byte in its name$"):
        Recognizer(**{argument: "a\0b"})


def test_an_installation_without_its_catalogue_is_an_error_that_a_user_can_mend(monkeypatch):
    monkeypatch.setattr(default_catalogue, "_NAME", "no-such-signs.yaml")
    with pytest.raises(UserError, match=r"^no-such-signs.yaml is missing from this installation"):
        Recognizer()


@pytest.mark.parametrize("name", ["min_confidence", "min_side", "match_scale"])
def test_a_threshold_is_a_number(name):
    with pytest.raises(TypeError, match=f"{name}: expected a number, got None"):
        Thresholds(**{name: None})


def test_a_threshold_that_numpy_has_worked_out_is_a_plain_number():
    own = {"de.206": np.float32(0.75)}
    thresholds = Thresholds(min_confidence=np.float32(0.5), min_side=np.int64(12), per_sign=own)
    assert json.dumps([thresholds.min_confidence, thresholds.min_side]) == "[0.5, 12]"
    assert json.dumps(thresholds.per_sign) == '{"de.206": 0.75}'


def test_thresholds_stay_as_they_were_checked():
    own = {"de.206": 0.75}
    thresholds = Thresholds(per_sign=own)
    own["de.206"] = 75
    assert thresholds.per_sign == {"de.206": 0.75}
