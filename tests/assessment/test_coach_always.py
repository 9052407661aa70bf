"""What holds of the coach whatever happens before the camera, and whatever camera it is."""

from __future__ import annotations

import random
from bisect import bisect_left
from itertools import accumulate, pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from posecheck.assessment.coaching import cue_scheduler, faults
from posecheck.reasons import code_of
from posecheck.records import Assessment, Cue, CueKind, Verdict
from tests.assessment.plays import (
    BENT,
    BOTH,
    HIDDEN,
    HIDDEN_AND_BENT,
    HOLDING,
    NOBODY,
    ROUND,
    TURNED,
    UPRIGHT,
    Play,
    Scene,
    coached,
    spoken,
)
from tests.assessment.scenes import FOLD, times
from tests.examples import examples

SPACING_S = cue_scheduler.SPACING_S.default
CALM = {CueKind.BREATHE, CueKind.HALF, CueKind.LAST, CueKind.EASE_OUT}
CALLS = {CueKind.CALL, CueKind.HALF, CueKind.LAST, CueKind.DONE}
FORM = {CueKind.FORM, CueKind.FIX, CueKind.EASE_OFF}
SCENES = st.sampled_from(
    [HOLDING, HOLDING, HOLDING, UPRIGHT, ROUND, ROUND, BENT, BOTH, TURNED, NOBODY, HIDDEN, HIDDEN_AND_BENT]
)
LENGTHS_S = st.one_of(st.floats(0.1, 3.0), st.floats(1.0, 14.0))


def plays(most_scenes: int) -> st.SearchStrategy[list[tuple[float, Scene]]]:
    """Random scenes."""
    return st.lists(st.tuples(LENGTHS_S, SCENES), min_size=2, max_size=most_scenes)


def fault_of(frame: Assessment) -> str:
    """The rule that is to be spoken of first; empty if none warns."""
    warns = {finding.rule for finding in frame.findings if finding.verdict is Verdict.WARN}
    return next((rule.id for rule in FOLD.rules if rule.id in warns), "")


@given(scenes=plays(9), fps=st.one_of(st.floats(1.6, 5), st.floats(10, 60)), seed=st.integers(0, 99))
def test_one_voice_with_pauses(scenes: list[tuple[float, Scene]], fps: float, seed: int) -> None:
    """Sentences keep their distance, praise and cues after a call their own; no words come again sooner than told."""
    play = Play(scenes)
    said = spoken(coached(play.seen(times(fps, play.end_s, seed))))
    for before, after in pairwise(said):
        least_s = cue_scheduler.PRAISE_AFTER_S.default if after.kind is CueKind.PRAISE else SPACING_S
        if before.kind in CALLS and after.kind in FORM | {CueKind.VIEW}:
            least_s = cue_scheduler.CUE_AFTER_CALL_S.default
        assert after.t_s - before.t_s >= least_s
    cues = [one.t_s for one in said if one.kind in FORM | {CueKind.VIEW}]
    assert all(after - before >= SPACING_S for before, after in pairwise(cues))
    praise = [one.t_s for one in said if one.kind is CueKind.PRAISE]
    assert all(after - before >= SPACING_S for before, after in pairwise(praise))
    for key in {one.key for one in said if one.kind in FORM | {CueKind.VIEW}}:
        at = [one.t_s for one in said if one.key == key]
        assert all(b - a >= faults.REPEAT_S.default - 1.5 / fps for a, b in pairwise(at))


@given(scenes=plays(9), fps=st.floats(10, 60), seed=st.integers(0, 99))
@examples(15)  # each judges up to two minutes of frames
def test_what_is_said_fits_what_is_seen(scenes: list[tuple[float, Scene]], fps: float, seed: int) -> None:
    """View, form, praise and calm words each only where they belong, and silence over everything that is good."""
    play = Play(scenes)
    frames = list(play.seen(times(fps, play.end_s, seed)))
    lines = coached(frames)
    blind_s = -1.0
    for frame, line in zip(frames, lines, strict=True):
        hidden = frame.verdict is Verdict.UNKNOWN or bool(frame.measures.view.reason)
        rule = fault_of(frame)
        blind_s = (frame.t_s if blind_s < 0 else blind_s) if hidden else -1.0
        if line is None:
            assert not hidden
            assert not rule
            continue
        assert line.t_s == frame.t_s
        if line.kind is CueKind.DONE:
            continue
        if hidden:
            assert (line.kind, line.key) == (CueKind.VIEW, code_of(frame.measures.view.reason or frame.reason))
        elif rule:
            assert line.kind in FORM
            assert line.kind is CueKind.EASE_OFF or f".{rule}." in line.key
        else:
            assert line.kind in CALM | {CueKind.PRAISE}
            if line.spoken and line.kind in CALM:
                assert frame.hold.active


@given(lengths_s=st.lists(LENGTHS_S, min_size=1, max_size=6), fps=st.floats(10, 60), seed=st.integers(0, 99))
def test_out_of_the_hold_good_is_silence(lengths_s: list[float], fps: float, seed: int) -> None:
    """Bending well and standing well in turns, outside the hold: not a word."""
    bending = Scene(in_hold=False)
    play = Play([(length_s, (bending, UPRIGHT)[i % 2]) for i, length_s in enumerate(lengths_s)])
    assert set(coached(play.seen(times(fps, play.end_s, seed)))) == {None}


@given(scenes=plays(9), fps=st.floats(10, 60))
def test_a_view_problem_is_spoken_only_when_it_has_lasted(scenes: list[tuple[float, Scene]], fps: float) -> None:
    """At every word about the view there has been some view problem nearly all of the second before."""
    play = Play(scenes)
    frames = list(play.seen(times(fps, play.end_s)))
    at = [frame.t_s for frame in frames]
    for one in spoken(coached(frames)):
        if one.kind is CueKind.VIEW:
            first = bisect_left(at, one.t_s - faults.VIEW_DWELL_S.default)
            last = bisect_left(at, one.t_s)
            hidden = [
                bool(frame.measures.view.reason) or frame.verdict is Verdict.UNKNOWN
                for frame in frames[first : last + 1]
            ]
            gone = max((len(run) for run in "".join("-x"[hide] for hide in hidden).split("x")), default=0)
            assert gone / fps <= 0.3 + 1.5 / fps
            assert one.t_s - at[0] >= faults.VIEW_DWELL_S.default - 1e-6


def told(play: Play, fps: float, seed: int = 0) -> list[Cue]:
    """What is spoken before a camera of this rate."""
    return spoken(coached(play.seen(times(fps, play.end_s, seed))))


# The same examples every time: no filter finds every play that hangs on a hair's breadth.
@given(scenes=plays(5), fps=st.floats(10, 30), seed=st.integers(0, 99))
@examples(10)  # each plays six times, once for each way it could hang on a hair's breadth
def test_another_frame_rate_says_the_same(scenes: list[tuple[float, Scene]], fps: float, seed: int) -> None:
    """The same play before a slow and a fast camera: the same words, at most two frames apart.

    Left out are plays in which a fault begins or ends just when it would be spoken of: there a play whose scenes begin
    a frame earlier or later is told in other words even by the fast camera.
    """
    scenes = [*((min(length_s, 9.0), scene) for length_s, scene in scenes), (3.0, UPRIGHT)]
    fast = told(Play(scenes), 60)
    jitter = random.Random(seed)
    shifts = [[(-1.0) ** i for i in range(9)], [-((-1.0) ** i) for i in range(9)]]
    shifts += [[jitter.uniform(-1.0, 1.0) for _ in range(9)] for _ in range(2)]
    for shift in shifts:
        other = told(Play(scenes, [1.5 / fps * share for share in shift]), 60)
        assume([one.key for one in other] == [one.key for one in fast])
    slow = told(Play(scenes), fps, seed)
    assert [one.key for one in slow] == [one.key for one in fast]
    assert all(abs(one.t_s - other.t_s) <= 2.0 / fps for one, other in zip(slow, fast, strict=True))


def test_lateness_does_not_add_up() -> None:
    """A slow camera in a long talk: each word is late by its own frame, not by all frames before."""
    fps = 10.3
    play = Play([(12.0, (TURNED, NOBODY, HIDDEN)[i % 3]) for i in range(14)])
    pairs = list(zip(told(play, 60), told(play, fps, 3), strict=True))
    assert len(pairs) > 12
    assert all(fast.key == slow.key and abs(slow.t_s - fast.t_s) <= 2.0 / fps for fast, slow in pairs)


def test_even_a_camera_of_one_frame_a_second_keeps_the_pause() -> None:
    """A word that comes nearly a second late pushes the next one back."""
    play = Play([(6.2, (TURNED, NOBODY, HIDDEN)[i % 3]) for i in range(12)])
    for seed in range(5):
        jitter = random.Random(seed)
        at = list(accumulate(jitter.uniform(0.3, 0.99) for _ in range(100)))
        said = [one.t_s for one in spoken(coached(play.seen(at)))]
        assert len(said) > 6
        assert all(after - before >= SPACING_S for before, after in pairwise(said))
