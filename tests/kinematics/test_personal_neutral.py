"""How this person stands is learnt from upright pictures alone, by time and not by frames, and is never needed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from posecheck.kinematics import measures
from posecheck.kinematics.spine import personal_neutral
from posecheck.kinematics.spine.network import CODE_SIZE, Code
from posecheck.kinematics.spine.personal_neutral import NeutralState
from posecheck.records import Measures, Sighting
from tests.kinematics.room import PROFILE, measure_all, with_numbers
from tests.stick_figure import nobody, stick_figure

#: Gates wide open: a stick is no person, and how sure the network is of it is not the question here.
OPEN = with_numbers(
    spine__max_sigma_deg=40.0,
    spine__max_own_sigma_deg=40.0,
    spine__max_disagreement_deg=90.0,
    own__max_standing_deg=60.0,
)

Picture = tuple[float, str, float, float, Code | None]


def code(value: float) -> Code:
    """A code of one number."""
    return np.full(CODE_SIZE, value, np.float32)


def upright(
    from_s: float,
    to_s: float,
    value: float = 1.0,
    *,
    flexion_deg: float = 5.0,
    position: str = "standing",
    fps: int = 20,
) -> list[Picture]:
    """Pictures of somebody upright between two times."""
    times = np.arange(round(from_s * fps), round(to_s * fps) + 1) / fps
    return [(float(t_s), position, 0.0, flexion_deg, code(value)) for t_s in times]


def learnt(pictures: Iterable[Picture], state: NeutralState | None = None) -> NeutralState:
    """What is known after these pictures."""
    state = state or NeutralState()
    for t_s, position, lean_deg, flexion_deg, one in pictures:
        state = personal_neutral.step(state, t_s, position, lean_deg, flexion_deg, one, PROFILE)
    return state


def value_of(state: NeutralState, position: str = "standing") -> float:
    """The one number of the code in force; NaN if there is none."""
    found = personal_neutral.neutral_code(state, position, PROFILE)
    return math.nan if found is None else float(found[0])


def test_upright_pictures_are_learnt_once_there_are_enough() -> None:
    """Before 0.4 s of them nothing is used, afterwards their mean."""
    assert math.isnan(value_of(NeutralState()))
    assert math.isnan(value_of(learnt(upright(0.0, 0.35))))
    assert value_of(learnt(upright(0.0, 0.45))) == 1.0
    assert (
        personal_neutral.neutral_code(learnt(upright(0.0, 0.35)), "standing", with_numbers(own__min_s=0.3)) is not None
    )


@pytest.mark.parametrize(
    ("position", "lean_deg", "flexion_deg", "taken"),
    [
        ("standing", 13.9, 5.0, True),
        ("standing", 14.1, 5.0, False),
        ("standing", -13.9, 5.0, True),
        ("standing", -14.1, 5.0, False),
        ("standing", 0.0, 21.9, True),
        ("standing", 0.0, 22.1, False),
        ("seated", 0.0, 34.9, True),
        ("seated", 0.0, 35.1, False),
        ("standing", 0.0, math.nan, False),
        ("standing", math.nan, 5.0, False),
        ("", 0.0, 5.0, False),
    ],
)
def test_only_upright_backs_are_examples(position: str, lean_deg: float, flexion_deg: float, taken: bool) -> None:
    """Leaning, slumped, unread and pictures of no known position teach nothing."""
    state = learnt((t_s, position, lean_deg, flexion_deg, code(1.0)) for t_s in np.arange(0.0, 2.0, 0.1))
    assert math.isnan(value_of(state, "seated")) is not taken
    assert math.isnan(value_of(learnt([(0.1 * k, "standing", 0.0, 5.0, None) for k in range(20)])))


def test_standing_and_sitting_are_apart() -> None:
    """Who sits is read with how they sit tall; until that is known, with how they stand; never the other way round."""
    stood = learnt(upright(0.0, 1.0, 1.0))
    assert value_of(stood, "seated") == 1.0
    both = learnt(upright(1.1, 2.0, 5.0, position="seated"), stood)
    assert (value_of(both, "standing"), value_of(both, "seated")) == (1.0, 5.0)
    assert math.isnan(value_of(learnt(upright(0.0, 1.0, 5.0, position="seated")), "standing"))
    assert value_of(both, "") == 1.0


def test_a_time_that_runs_backwards_forgets() -> None:
    """Another stream is another person; the same moment twice teaches nothing and forgets nothing."""
    state = learnt(upright(5.0, 6.0))
    assert value_of(learnt([(6.0, "standing", 0.0, 5.0, code(9.0))], state)) == 1.0
    forgotten = learnt([(5.5, "standing", 0.0, 5.0, code(9.0))], state)
    assert math.isnan(value_of(forgotten))
    assert forgotten.t_s == 5.5


def test_one_moment_given_many_times_is_no_example() -> None:
    """Even when nothing has to be waited for, frames without time between them teach nothing."""
    at_once = learnt([(1.0, "standing", 0.0, 5.0, code(3.0))] * 5)
    assert personal_neutral.neutral_code(at_once, "standing", with_numbers(own__min_s=0.0)) is None


def test_a_pause_teaches_no_more_than_a_slow_frame() -> None:
    """After ten seconds without pictures a single upright one is not enough."""
    paused = [(0.0, "standing", 0.0, 5.0, code(1.0)), (10.0, "standing", 0.0, 5.0, code(1.0))]
    assert math.isnan(value_of(learnt(paused)))
    known = learnt(upright(0.0, 2.0, 1.0))
    after = learnt([(60.0, "standing", 0.0, 5.0, code(9.0))], known)
    assert value_of(after) == pytest.approx(1.0 + 8.0 * 0.25 / 2.25, rel=1e-5)


def test_old_pictures_fade() -> None:
    """Within half a minute what was seen before hardly counts."""
    state = learnt([*upright(0.0, 60.0, 1.0), *upright(60.05, 90.0, 2.0)])
    assert 1.9 < value_of(state) <= 2.0


@pytest.mark.parametrize("tall_first", [True, False])
def test_the_tallest_weigh_more(tall_first: bool) -> None:
    """Whichever came first, eight degrees rounder counts for little."""
    tall, slumped = (1.0, 2.0), (9.0, 10.0)
    first, second = (tall, slumped) if tall_first else (slumped, tall)
    pictures = [
        *upright(0.0, 2.0, first[1], flexion_deg=first[0]),
        *upright(2.05, 4.0, second[1], flexion_deg=second[0]),
    ]
    assert value_of(learnt(pictures)) == pytest.approx(2.0, abs=1.2)


@pytest.mark.parametrize("misread_deg", [-30.0, -15.0, 20.0])
def test_one_misread_picture_does_little_harm(misread_deg: float) -> None:
    """A frame that reads far too hollow or round moves the code by less than a tenth within two seconds."""
    state = learnt(upright(0.0, 3.0, 1.0))
    state = learnt([(3.05, "standing", 0.0, misread_deg, code(2.0))], state)
    state = learnt(upright(3.1, 6.0, 1.0), state)
    assert value_of(state) == pytest.approx(1.0, abs=0.15)


@given(dropped=st.sets(st.integers(1, 119), max_size=70))
def test_dropped_frames_hardly_change_the_code(dropped: set[int]) -> None:
    """Time counts, not frames: a sway seen at any frame rate gives nearly the same mean."""
    pictures = [(k / 30.0, "standing", 2.0, 5.0 + math.sin(k / 10.0), code(math.sin(k / 10.0))) for k in range(121)]
    kept = [one for k, one in enumerate(pictures) if k not in dropped]
    whole, thinned = learnt(pictures), learnt(kept)
    assume(max(after[0] - before[0] for before, after in pairwise(kept)) <= 0.25)
    assert value_of(thinned) == pytest.approx(value_of(whole), abs=0.12)


@given(st.lists(st.tuples(st.floats(-1.0, 3.0), st.floats(-20, 40), st.floats(-40, 80), st.booleans()), max_size=40))
def test_the_code_stays_among_the_pictures_it_was_learnt_from(frames: list[tuple[float, float, float, bool]]) -> None:
    """Whatever comes, in whatever order of time: it is a mean, so it lies between the least and the greatest."""
    t_s, state = 0.0, NeutralState()
    for k, (passed_s, lean_deg, flexion_deg, seated) in enumerate(frames):
        t_s += passed_s
        state = personal_neutral.step(
            state, t_s, "seated" if seated else "standing", lean_deg, flexion_deg, code(float(k % 7)), PROFILE
        )
        for position in ("standing", "seated"):
            value = value_of(state, position)
            assert math.isnan(value) or -1e-4 <= value <= 6.0 + 1e-4


# ------------------------------------------------------------------------------------------------- in the whole room
def bend_after(upright_s: float) -> list[Sighting]:
    """Somebody who stands for so long, then bends."""
    standing = stick_figure().sighting(0.0)
    at = np.arange(0.0, upright_s, 0.1).tolist()
    figures = [stick_figure(trunk_inclination_deg=60.0, spine_bend_deg=20.0).sighting(0.0)] * 8
    return [_at(standing, t_s) for t_s in at] + [_at(one, 10.0 + 0.1 * k) for k, one in enumerate(figures)]


def _at(sighting: Sighting, t_s: float) -> Sighting:
    return Sighting(
        t_s=t_s,
        index=0,
        image_wh=sighting.image_wh,
        landmarks_px=sighting.landmarks_px,
        visibility=sighting.visibility,
        world_m=sighting.world_m,
        back=sighting.back,
        people=sighting.people,
        brightness_frac=sighting.brightness_frac,
    )


def bits(measured: Measures) -> bytes:
    """All measures to the last bit."""
    return np.array(list(measured.values.values())).tobytes()


def test_a_person_seen_standing_reads_otherwise_than_without_personal_neutral() -> None:
    """The very same bend gives another number with the personal neutral; without one it is read as well."""
    without, known = (measure_all(bend_after(upright_s), OPEN)[-1] for upright_s in (0.0, 2.0))
    assert math.isfinite(without["spine_flexion_deg"])
    assert math.isfinite(known["spine_flexion_deg"])
    assert abs(without["spine_flexion_deg"] - known["spine_flexion_deg"]) > 0.1


def test_too_short_a_stand_gives_no_personal_neutral() -> None:
    """Two upright frames change nothing at all."""
    assert bits(measure_all(bend_after(0.2), OPEN)[-1]) == bits(measure_all(bend_after(0.0), OPEN)[-1])


def test_what_is_learnt_is_the_same_in_every_replay() -> None:
    """The whole stream twice is the same to the last bit, and so is one with nobody in between."""
    stream = bend_after(2.0)
    first = [bits(one) for one in measure_all(stream, OPEN)]
    assert [bits(one) for one in measure_all(stream, OPEN)] == first
    with_gap = measure_all([*stream[:20], nobody(5.0), *stream[20:]], OPEN)
    assert bits(with_gap[-1]) == first[-1]


def test_a_back_that_cannot_be_judged_teaches_nothing() -> None:
    """Upright with an arm over the back, or seen from the front, is no example."""
    for figure in (stick_figure(arms="over_back"), stick_figure(yaw_deg=40.0)):
        state = measures.start()
        for k in range(20):
            state, measured = measures.step(state, figure.sighting(0.1 * k), OPEN)
        assert measured.view.reason
        assert state.own.standing is None
        assert state.own.seated is None
