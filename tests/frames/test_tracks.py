"""Signs followed over frames, and when their answers count."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recognizer.decision import Reason
from recognizer.frames.tracking.announcement import Announcement
from recognizer.frames.tracking.assignment import assign
from recognizer.frames.tracking.fusion import log_rows
from recognizer.frames.tracking.tracks import Track, Tracker, TrackSettings
from recognizer.result import Recognition
from rules import certain_readings
from rules.answer_ids import UNKNOWN


def box(x: float, y: float, side: float) -> np.ndarray:
    """A square box by its centre."""
    half = side / 2
    return np.array([[x - half, y - half, x + half, y + half]], np.float32)


def ids(tracker: Tracker, frame: int, *boxes: np.ndarray) -> list[int]:
    xyxy = np.concatenate(boxes) if boxes else np.zeros((0, 4), np.float32)
    return [track.id for track in tracker.update(frame, xyxy)]


def test_a_sign_that_comes_nearer_is_one_track():
    """At 25 m/s and 25 frames per second, from 60 m to 6 m, as a camera of 1,000 px sees it."""
    tracker = Tracker()
    seen = {
        ids(tracker, frame, box(640 + 3500 / z, 400 - 2000 / z, 700 / z))[0]
        for frame, z in enumerate(range(60, 5, -1))
    }
    assert seen == {0}


def test_a_sign_of_14_pixels_may_shake_by_more_than_its_side():
    tracker = Tracker()
    shake = [0, 16, -3, 12, 0, 15]
    seen = {ids(tracker, n, box(300, 200 + dy, 14))[0] for n, dy in enumerate(shake)}
    assert seen == {0}


def test_a_box_without_area_has_a_place_like_any_other():
    tracker = Tracker()
    with np.errstate(all="raise"):  # an empty box has no logarithm
        seen = {ids(tracker, n, box(300, 200, side))[0] for n, side in enumerate([1, 0, 0])}
    assert seen == {0}


def test_two_like_signs_on_one_pole_are_not_mixed_up_when_both_move():
    tracker = Tracker()
    assert ids(tracker, 0, box(100, 100, 30), box(100, 133, 30)) == [0, 1]
    assert ids(tracker, 1, box(100, 118, 30), box(100, 151, 30)) == [0, 1]


def test_a_sign_far_off_is_another_sign():
    tracker = Tracker()
    ids(tracker, 0, box(100, 100, 30))
    assert ids(tracker, 1, box(200, 100, 30)) == [1]


def test_a_sign_of_quite_another_size_is_another_sign():
    tracker = Tracker()
    ids(tracker, 0, box(100, 100, 20))
    assert ids(tracker, 1, box(100, 100, 60)) == [1]


@pytest.mark.parametrize(
    ("found", "setting"),
    [(box(200, 100, 30), {"max_distance": 5.0}), (box(100, 100, 90), {"max_scale": 5.0})],
    ids=["far", "large"],
)
def test_how_far_a_sign_may_move_and_grow_is_set(found, setting):
    for settings, expected in ((TrackSettings(), [1]), (TrackSettings(**setting), [0])):
        tracker = Tracker(settings)
        ids(tracker, 0, box(100, 100, 30))
        assert ids(tracker, 1, found) == expected


def test_a_plate_that_turns_changes_one_side_and_is_the_same():
    tracker = Tracker()
    ids(tracker, 0, np.array([[85, 85, 115, 115]], np.float32))
    assert ids(tracker, 1, np.array([[55, 85, 145, 115]], np.float32)) == [0]


def test_a_track_bridges_frames_without_a_find_where_it_was_heading():
    tracker = Tracker(TrackSettings(max_missed=3))
    for frame in range(5):
        assert ids(tracker, frame, box(100 + 20 * frame, 100, 20)) == [0]
    for frame in (5, 6, 7):
        assert ids(tracker, frame) == []
    assert ids(tracker, 8, box(260, 100, 20)) == [0]


def test_a_track_ends_after_too_many_frames_and_its_id_is_not_given_again():
    tracker = Tracker(TrackSettings(max_missed=3))
    ids(tracker, 0, box(100, 100, 20))
    assert ids(tracker, 5, box(100, 100, 20)) == [1]
    assert len(tracker) == 1


def test_frames_that_a_live_source_dropped_count():
    tracker = Tracker()
    for frame in (0, 2, 4, 10):
        assert ids(tracker, frame, box(100 + 12 * frame, 100, 20)) == [0]


def test_what_surprises_after_missed_frames_changes_the_velocity_by_as_much_less():
    track = Track(0, 0, np.zeros(4), TrackSettings())
    track.see(1, np.array([10.0, 0, 0, 0]))
    track.see(5, np.array([90.0, 0, 0, 0]))  # expected at 50
    gain = 0.6**2 / (2 - 0.6)
    assert track.predicted(6)[0] == pytest.approx(50 + 0.6 * 40 + 10 + gain * 40 / 4)


def test_a_reading_counts_half_after_the_half_life_of_the_settings():
    (row,) = log_rows(certain_readings([{"shape": "circle"}]))
    track = Track(0, 10, np.zeros(4), TrackSettings(half_life=2))
    for frame in (10, 12, 14):
        track.read(frame, row, 1.0)
    # Weights of a quarter, a half and one.
    assert track.evidence.frames == pytest.approx(1.75**2 / (1 / 16 + 1 / 4 + 1))


def test_after_a_reset_ids_go_on():
    tracker = Tracker()
    ids(tracker, 0, box(100, 100, 20))
    tracker.reset()
    assert ids(tracker, 1, box(100, 100, 20)) == [1]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_missed", -1),
        ("max_distance", 0.0),
        ("max_scale", 1.0),
        ("activation_threshold", 1.5),
        ("min_votes", 0),
        ("lead_margin", 1.0),
        ("frame_correlation", 0.0),
        ("half_life", math.nan),
        ("half_life", math.inf),
        ("max_distance", math.inf),
        ("max_scale", math.inf),
    ],
)
def test_settings_out_of_range_are_refused_by_name(setting, value):
    with pytest.raises(ValueError, match=f"{setting}: expected .*, got"):
        TrackSettings(**{setting: value})


@pytest.mark.parametrize("setting", ["max_missed", "min_votes", "half_life"])
@pytest.mark.parametrize("value", ["3", None])
def test_a_setting_is_a_number(setting, value):
    with pytest.raises(TypeError, match=f"^{setting}: expected a number, got {value!r}$"):
        TrackSettings(**{setting: value})


@pytest.mark.parametrize("setting", ["max_missed", "min_votes"])
@pytest.mark.parametrize("value", [2.5, math.inf, math.nan])
def test_what_counts_frames_is_whole(setting, value):
    with pytest.raises(ValueError, match=f"^{setting}: expected a whole number, got {value}$"):
        TrackSettings(**{setting: value})


def test_settings_that_numpy_has_worked_out_are_plain_numbers():
    settings = TrackSettings(min_votes=np.float64(3), half_life=np.float32(15))
    assert (repr(settings.min_votes), repr(settings.half_life)) == ("3", "15.0")


frames_of_boxes = st.lists(
    st.lists(
        st.tuples(st.integers(0, 120), st.integers(0, 120), st.sampled_from([10, 14, 20, 40])),
        max_size=5,
        unique=True,
    ),
    max_size=12,
)


@given(frames_of_boxes, st.randoms(use_true_random=False))
def test_the_order_of_the_finds_does_not_matter(frames, random):
    straight, shuffled = Tracker(), Tracker()
    for number, finds in enumerate(frames):
        order = list(range(len(finds)))
        random.shuffle(order)
        expected = ids(straight, number, *(box(*find) for find in finds))
        actual = ids(shuffled, number, *(box(*finds[k]) for k in order))
        assert actual == [expected[k] for k in order]


@given(frames_of_boxes)
def test_ids_are_unique_in_a_frame_rise_and_old_tracks_are_not_kept(frames):
    settings = TrackSettings(max_missed=2)
    tracker = Tracker(settings)
    newest, last_seen = -1, {}
    for number, finds in enumerate(frames):
        given_ids = ids(tracker, number, *(box(*find) for find in finds))
        assert len(set(given_ids)) == len(finds)
        for identity in sorted(given_ids):
            if identity in last_seen:
                assert number - last_seen[identity] <= settings.max_missed + 1
            else:
                assert identity == newest + 1
                newest = identity
            last_seen[identity] = number
        assert len(tracker) <= sum(len(f) for f in frames[max(0, number - 3) : number + 1])


def cost_of(cost: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    return sum(cost[r, c] for r, c in pairs) + min(cost.shape) - len(pairs)


@given(arrays(float, st.tuples(st.integers(0, 4), st.integers(0, 4)), elements=st.floats(0, 2)))
def test_no_assignment_is_cheaper(cost):
    pairs = assign(cost)
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    assert all(cost[pair] < 1 for pair in pairs)

    def best(row: int, free: frozenset[int]) -> float:
        """Greatest saving of the rows from ``row`` on, by trying everything."""
        if row == len(cost):
            return 0.0
        with_partner = [1 - cost[row, c] + best(row + 1, free - {c}) for c in free]
        return max([best(row + 1, free), *with_partner])

    saved = min(cost.shape) - cost_of(cost, pairs)
    assert saved == pytest.approx(best(0, frozenset(range(cost.shape[1]))), abs=1e-9)


def answer(name: str, confidence: float = 0.95) -> Recognition:
    if name == UNKNOWN:
        return Recognition(UNKNOWN, None, "", confidence, reason=Reason.AMBIGUOUS)
    return Recognition(name, name, name, confidence)


def run(answers: list[Recognition], min_votes: int = 3, lead_margin: float = 0.5) -> list[str]:
    """What is shown in each frame, with ``!`` where it is announced."""
    announcement = Announcement(min_votes, lead_margin)
    shown = []
    for frame, present in enumerate(answers):
        announced = announcement.update(present, frame, is_active=True)
        assert announcement.shown is not None
        assert (announcement.since == frame) == announced
        shown.append(announcement.shown.id + ("!" if announced else ""))
    return shown


A, B, NOTHING = answer("a"), answer("b"), answer(UNKNOWN)


def test_an_answer_is_announced_once_after_enough_votes():
    assert run([A] * 6) == ["a", "a", "a!", "a", "a", "a"]


def test_votes_are_frames_in_a_row():
    assert run([A, A, B, A, A, A]) == ["a", "a", "b", "a", "a", "a!"]


def test_an_answer_without_enough_lead_waits_until_it_has_it():
    hesitant = answer("a", 0.74)
    assert run([hesitant] * 5 + [answer("a", 0.75)])[-2:] == ["a", "a!"]


@pytest.mark.parametrize(("lead", "announced"), [(0.5, True), (0.7, False)])
def test_the_lead_of_the_settings_counts(lead, announced):
    track = Track(0, 0, np.zeros(4), TrackSettings(min_votes=1, lead_margin=lead))
    assert track.announcement.update(answer("a", 0.8), 0, is_active=True) is announced


def test_an_answer_waits_until_the_detector_was_sure_of_the_track_once():
    announcement = Announcement(min_votes=3, lead_margin=0.5)
    sure = [False] * 4 + [True] + [False] * 2
    announced = [announcement.update(A, frame, is_active) for frame, is_active in enumerate(sure)]
    assert announced == [False] * 4 + [True] + [False] * 2


def test_unknown_is_never_announced():
    assert run([NOTHING] * 9) == [UNKNOWN] * 9


def test_an_announced_answer_stands_through_doubt():
    assert run([A] * 3 + [NOTHING] * 5 + [A, B, A])[3:] == ["a"] * 8


def test_a_correction_takes_twice_the_votes():
    assert run([A] * 3 + [B] * 7)[3:] == ["a"] * 5 + ["b!", "b"]


def test_an_answer_that_lasting_doubt_withdraws_must_earn_its_place_again():
    shown = run([A] * 3 + [NOTHING] * 6 + [A] * 6)
    assert shown[3:9] == ["a"] * 5 + [UNKNOWN]
    assert shown[9:] == ["a"] * 5 + ["a!"]


@given(
    st.lists(
        st.builds(answer, st.sampled_from(["a", "b", UNKNOWN]), st.sampled_from([0.6, 0.9])),
        max_size=120,
    ),
    st.integers(1, 4),
)
def test_announcements_get_rarer_and_are_always_of_known_certain_answers(answers, min_votes):
    shown = run(answers, min_votes)
    announced = [frame for frame, name in enumerate(shown) if name.endswith("!")]
    for frame in announced:
        assert answers[frame].id == shown[frame][:-1] != UNKNOWN
        assert answers[frame].confidence >= 0.75
    # The k-th announcement needs min_votes * 2^k frames since the one before.
    for k, (earlier, later) in enumerate(pairwise(announced), start=1):
        assert later - earlier >= min_votes * 2**k


@given(st.lists(st.sampled_from([A, B]), max_size=60))
def test_without_unknown_no_answer_is_announced_twice_running(answers):
    announced = [name for name in run(answers) if name.endswith("!")]
    assert all(earlier != later for earlier, later in pairwise(announced))
