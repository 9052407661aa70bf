"""What holds of the whole judging, from sightings to what is said, whoever stands before whatever camera.

A person drawn with compass and ruler folds forward, rounds, lengthens and bends the knees; every number of the way from
landmarks to cue is the real one. Only the gates of certainty stand open: a stick is no person to the network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from posecheck.assessment import load_stretch
from posecheck.assessment.coaching import cue_scheduler
from posecheck.body import Landmark, Side
from posecheck.kinematics.spine.dorsal_profile import read_back
from posecheck.pipeline.session import assess, default_profile, run
from posecheck.records import PAUSE_S, Assessment, CueKind, Sighting, Urgency, Verdict, frozen
from tests.examples import examples
from tests.stick_figure import stick_figure

FOLD: Final = load_stretch("standing_forward_fold")
PROFILE: Final = default_profile(FOLD).with_layer(
    {"spine.max_sigma_deg": 40.0, "spine.max_own_sigma_deg": 40.0, "spine.max_disagreement_deg": 90.0}, "test"
)
#: How long a move from one posture to the next takes.
MOVE_S: Final = 0.8
#: From here on the fold's phase is in force whatever the smoothing does: the back is to be judged.
SURELY_BENT_DEG: Final = 45


@dataclass(frozen=True)
class Posture:
    """Somebody's posture, in degrees."""

    lean: int = 0
    bend: int = 0
    knee: int = 0


def few(number: int) -> settings:
    """So many examples: each is a whole judging, too dear also for a search of the smallest one that fails."""
    return examples(number, phases=(Phase.explicit, Phase.reuse, Phase.generate))


#: The row of the same joint on the other side, for every landmark.
_OTHER_SIDE: Final = [
    Landmark[one.name.replace("LEFT", "RIGHT", 1) if "LEFT" in one.name else one.name.replace("RIGHT", "LEFT", 1)].value
    for one in Landmark
]
UPRIGHT, LONG, ROUND, BENT = Posture(), Posture(60), Posture(60, 70), Posture(60, 0, 44)
#: Half of the hold is reached while the knee begins to bend: "Halfway there." and the cue follow closely.
CUE_AFTER_HALF_TIME = [(3.9, LONG), (4.7, LONG), (3.9, LONG), (4.7, LONG), (3.9, BENT)] * 2
SCENES = st.lists(st.tuples(st.floats(1.0, 5.0), st.sampled_from([UPRIGHT, LONG, LONG, ROUND, BENT])), max_size=5)


@cache
def drawn(posture: Posture, facing: int, hidden: tuple[str, ...] = (), *, with_back: bool = True) -> Sighting:
    """What is seen of a posture at 0 s; `hidden` joints are not seen on either side."""
    figure = stick_figure(
        trunk_inclination_deg=posture.lean,
        spine_bend_deg=posture.bend,
        knee_flexion_deg=posture.knee,
        hip_hinge_deg=posture.lean + posture.knee / 2,
        facing=facing,
    )
    return figure.without(*hidden).sighting(0.0, with_back=with_back)


@cache
def mirrored(posture: Posture) -> Sighting:
    """The very same pixels as those of `drawn(posture, 1)`, the other way round: drawn anew they would fall otherwise."""
    figure = stick_figure(
        trunk_inclination_deg=posture.lean,
        spine_bend_deg=posture.bend,
        knee_flexion_deg=posture.knee,
        hip_hinge_deg=posture.lean + posture.knee / 2,
    )
    seen = figure.sighting(0.0)
    last_px = figure.mask.shape[1] - 1
    landmarks_px = frozen(seen.landmarks_px[_OTHER_SIDE] * (-1.0, 1.0) + (last_px, 0.0), np.float64)
    return replace(
        seen,
        landmarks_px=landmarks_px,
        visibility=frozen(seen.visibility[_OTHER_SIDE], np.float64),
        world_m=frozen(seen.world_m[_OTHER_SIDE] * (-1.0, 1.0, 1.0), np.float64),
        back=read_back(np.ascontiguousarray(figure.mask[:, ::-1]), landmarks_px, -1),
    )


def at(scenes: Sequence[tuple[float, Posture]], t_s: float) -> Posture:
    """The posture at a time: each scene begins with a move into it; angles in whole degrees, the bend in even ones."""
    begin_s, before = 0.0, UPRIGHT
    for length_s, posture in scenes:
        if t_s < begin_s + length_s or (length_s, posture) == scenes[-1]:
            share = min(1.0, max(0.0, (t_s - begin_s) / MOVE_S))

            def between(a: int, b: int, step: int = 1, share: float = share) -> int:
                return round((a + share * (b - a)) / step) * step

            return Posture(
                between(before.lean, posture.lean),
                between(before.bend, posture.bend, 2),
                between(before.knee, posture.knee),
            )
        begin_s, before = begin_s + length_s, posture
    return before


def sightings(
    scenes: Sequence[tuple[float, Posture]],
    fps: float,
    *,
    offset: float = 0.0,
    facing: int = 1,
    look: Callable[[float, Posture], Sighting] | None = None,
) -> list[Sighting]:
    """What a camera sees of the scenes, which begin with two seconds upright; `offset` is its first frame's delay in frames."""
    whole = [(2.0, UPRIGHT), *scenes]
    count = int(sum(length_s for length_s, _ in whole) * fps - offset)
    out = []
    for index in range(count):
        t_s = (index + offset) / fps
        posture = at(whole, t_s)
        seen = drawn(posture, facing) if look is None else look(t_s, posture)
        out.append(replace(seen, t_s=t_s, index=index))
    return out


def judged(seen: Sequence[Sighting]) -> list[Assessment]:
    """Judged by the fold."""
    return list(assess(seen, FOLD, PROFILE))


def first_warnings_s(said: Sequence[Assessment]) -> dict[str, float]:
    """When each rule warned first."""
    out: dict[str, float] = {}
    for one in said:
        for finding in one.findings:
            if finding.verdict is Verdict.WARN:
                out.setdefault(finding.rule, one.t_s)
    return out


def test_the_figure_is_judged_as_it_was_drawn() -> None:
    """Long back GOOD, round back and bent knees WARN: what the tests below turn about is there."""
    said = judged(sightings([(3.0, LONG), (3.0, ROUND), (3.0, LONG), (3.0, BENT)], 20))
    assert {one.verdict for one in said if 3.0 < one.t_s < 5.0} == {Verdict.GOOD}
    assert set(first_warnings_s(said)) == {"spine_rounding", "knee_bend"}
    assert next(one.hold.good_s for one in said if one.t_s >= 4.9) == pytest.approx(2.4, abs=0.3)


@few(3)
@given(
    fps=st.floats(10, 60),
    offset=st.floats(0, 1),
    long_s=st.floats(1.5, 3.0),
    round_s=st.floats(2.5, 4.0),
    knees_first=st.booleans(),
)
def test_the_frame_rate_moves_a_warning_by_at_most_two_frames(
    fps: float, offset: float, long_s: float, round_s: float, *, knees_first: bool
) -> None:
    """The same fold before a slow and a usual camera: the same rules warn, at most two frames of the slow one apart."""
    wrong = [(round_s, BENT), (long_s, LONG), (round_s, ROUND)]
    scenes = [(long_s, LONG), *(wrong if knees_first else wrong[::-1]), (1.5, UPRIGHT)]
    fast = first_warnings_s(judged(sightings(scenes, 30)))
    slow = first_warnings_s(judged(sightings(scenes, fps, offset=offset)))
    assert set(slow) == set(fast) == {"spine_rounding", "knee_bend"}
    assert {rule: abs(slow[rule] - fast[rule]) <= 2.0 / fps + 1e-6 for rule in fast} == dict.fromkeys(fast, True)


@few(4)
@given(scenes=SCENES)
def test_a_mirrored_person_is_judged_alike_on_the_other_side(scenes: list[tuple[float, Posture]]) -> None:
    """The same pixels the other way round: in each frame the same verdict and reason, the other side near and faced."""
    one = judged(sightings(scenes, 12))
    other = judged(sightings(scenes, 12, look=lambda _, posture: mirrored(posture)))
    for right, left in zip(one, other, strict=True):
        assert (left.verdict, left.reason) == (right.verdict, right.reason)
        assert right.measures.view.facing == -left.measures.view.facing
        assert right.measures.view.near_side in (None, Side.RIGHT)
        assert left.measures.view.near_side in (None, Side.LEFT)


@few(8)
@given(
    scenes=SCENES.filter(lambda scenes: len(scenes) > 0),
    gaps=st.lists(st.tuples(st.floats(0.0, 15.0), st.floats(0.2, 4.0)), min_size=1, max_size=3),
)
def test_nothing_is_known_of_a_gap(scenes: list[tuple[float, Posture]], gaps: list[tuple[float, float]]) -> None:
    """No second without a picture is good, held or warned of, and no warning is at once there after a gap."""
    seen = [one for one in sightings(scenes, 12) if not any(a < one.t_s < a + long_s for a, long_s in gaps)]
    if len(seen) < 2:
        return
    said: list[Assessment] = []
    outcome = run(((None, one) for one in seen), FOLD, PROFILE, on_frame=lambda _, one: said.append(one))
    pauses = [(a.t_s, b.t_s) for a, b in pairwise(seen) if b.t_s - a.t_s > PAUSE_S]
    assert outcome.statistics.verdict_s[Verdict.UNKNOWN] >= sum(end - begin for begin, end in pauses) - 1e-6
    assert outcome.statistics.best_hold_s <= outcome.statistics.verdict_s[Verdict.GOOD] + 1e-6
    for event in outcome.events:
        if event.verdict is Verdict.WARN:
            assert not any(event.start_s < begin and event.end_s > end for begin, end in pauses)
    after = {end for _, end in pauses}
    assert not any(one.verdict is Verdict.WARN for one in said if one.t_s in after)


@few(8)
@given(
    hidden=st.sampled_from([("shoulder",), ("hip",), ("shoulder", "hip"), ("hip", "knee"), ("shoulder", "ear"), ()]),
    begin_s=st.floats(3.2, 6.0),
    long_s=st.floats(0.05, 2.5),
    posture=st.sampled_from([LONG, ROUND, BENT]),
    fps=st.sampled_from([10, 15, 25]),
)
def test_what_is_lost_is_never_good_while_the_back_is_to_be_judged(
    hidden: tuple[str, ...], begin_s: float, long_s: float, posture: Posture, fps: int
) -> None:
    """Shoulders or hips hidden, or the outline of the back gone, for as short as it may be: those frames are not GOOD."""
    lost: list[float] = []

    def look(t_s: float, now: Posture) -> Sighting:
        if not begin_s <= t_s < begin_s + long_s:
            return drawn(now, 1)
        if now.lean >= SURELY_BENT_DEG:
            lost.append(t_s)
        return drawn(now, 1, hidden, with_back=bool(hidden))

    said = judged(sightings([(7.0, posture)], fps, look=look))
    blind = [one for one in said if one.t_s in lost]
    assert len(blind) == len(lost)
    assert all(one.verdict is not Verdict.GOOD for one in blind)
    assert not any(f.verdict is Verdict.GOOD for one in blind for f in one.findings if f.rule == "spine_rounding")


@few(5)
@example(scenes=CUE_AFTER_HALF_TIME, fps=17.0)
@given(scenes=SCENES.map(lambda scenes: scenes * 2), fps=st.sampled_from([10.0, 17.0, 25.0]))
def test_no_cue_comes_before_the_one_before_has_had_its_time(scenes: list[tuple[float, Posture]], fps: float) -> None:
    """From pixels' geometry to the spoken word: sentences keep their spacing at any frame rate.

    Praise has a spacing of its own, and so has a cue after a short call ("Halfway there.").
    """
    spoken = [one.said for one in judged(sightings(scenes, fps)) if one.said is not None and one.said.spoken]
    for before, now in pairwise(spoken):
        after_call = (
            before.kind in cue_scheduler.SHORT_CALLS
            and before.urgency is Urgency.CALM
            and now.kind in cue_scheduler.CUES
        )
        least_s = cue_scheduler.SPACING_S.default
        if now.kind is CueKind.PRAISE:
            least_s = cue_scheduler.PRAISE_AFTER_S.default
        elif after_call:
            least_s = cue_scheduler.CUE_AFTER_CALL_S.default
        assert now.t_s - before.t_s >= least_s - 1e-6
    for key in {one.key for one in spoken}:
        times_s = [one.t_s for one in spoken if one.key == key]
        assert all(b - a >= cue_scheduler.SPACING_S.default - 1e-6 for a, b in pairwise(times_s))
