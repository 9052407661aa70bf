"""The coach counts repetitions: shortly, in words, and only when nothing more important is to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.coaching import cue_scheduler
from posecheck.assessment.coaching.rep_cues import COUNT_LATE_S
from posecheck.assessment.messages import Messages, in_english
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Cue, CueKind, Urgency
from tests.assessment.scenes import DRILL, profile, times
from tests.assessment.sets import Bend, Drill, watch
from tests.examples import examples

#: Slow enough that every count finds the voice free: 7.2 s from one to the next.
SLOW = Bend(bottom_s=2.6, upright_s=2.2)
PARTIAL = replace(SLOW, depth_deg=35.0)
ROUND = replace(SLOW, spine_deg=60.0)
SPINE = f"stretch.{DRILL.id}.spine_rounding.say"


def told(bends: Sequence[Bend], fps: float = 30.0, seed: int = 0, **changed: float) -> list[tuple[str, float]]:
    """What is spoken in a set: the English line's key and the count in it, -1 for none."""
    drill = Drill(bends)
    lines = watch(drill.seen(times(fps, drill.end_s, seed)), numbers=profile(DRILL, **changed)).lines
    return [
        (said.key, float(cast("float", said.values.get("count", -1))))
        for said in lines
        if said is not None and said.spoken
    ]


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_a_set_of_four(fps: float) -> None:
    """One, two, the last one, done: and after that the count goes on for who does more."""
    assert told([SLOW] * 5, fps, reps__count=4.0) == [
        ("coach.rep", 1.0),
        ("coach.rep", 2.0),
        ("coach.rep_last", -1.0),
        ("coach.rep_done", -1.0),
        ("coach.rep", 5.0),
    ]


def test_a_count_comes_with_the_end_of_its_repetition() -> None:
    """Within a frame of it, and it is shown for a while."""
    drill = Drill([SLOW, SLOW])
    found = watch(drill.seen(times(30, drill.end_s)))
    assert [t_s for t_s, _ in found.spoken] == pytest.approx([b for _, b in drill.spans], abs=0.06)
    shown = [
        said for said in found.lines if said is not None and said.key == "coach.rep" and said.values["count"] == 1.0
    ]
    assert shown[-1].t_s - shown[0].t_s == pytest.approx(3.0, abs=0.06)


def test_partial_ones_are_spoken_of_once_in_three() -> None:
    """The first of them and the fourth, with the count as it stands; whole ones between are counted."""
    assert told([PARTIAL, SLOW, PARTIAL, PARTIAL, PARTIAL]) == [
        ("coach.rep_partial", 0.0),
        ("coach.rep", 1.0),
        ("coach.rep_partial", 1.0),
    ]


def test_form_comes_before_the_count() -> None:
    """The back is spoken of, and the count that would follow too soon is left out."""
    brief = replace(ROUND, bottom_s=1.0)
    assert told([brief, SLOW]) == [(SPINE, -1.0), ("coach.rep", 2.0)]


def test_a_late_count_is_left_out_and_done_is_not() -> None:
    """Where the voice is not free in time the count is not said of the wrong repetition; that the set is done waits."""
    hasty = Bend(bottom_s=0.6, upright_s=0.4)
    assert [key for key, _ in told([hasty] * 3, reps__count=4.0)] == ["coach.rep", "coach.rep_last"]
    nods = [Bend(bottom_s=0.3, down_s=0.8, up_s=0.8, upright_s=0.3)] * 4  # the third ends before "done" may be said
    assert [key for key, _ in told(nods, reps__count=2.0)] == ["coach.rep_last", "coach.rep_done"]
    drill = Drill([hasty] * 8)
    found = watch(drill.seen(times(30, drill.end_s)))
    ends = [b for _, b in drill.spans]
    for said in found.lines:
        if said is not None and said.spoken and said.key == "coach.rep":
            assert 0 <= said.t_s - ends[int(cast("float", said.values["count"])) - 1] <= COUNT_LATE_S.default + 0.05


def test_what_was_not_seen_is_not_counted_aloud() -> None:
    """A set that begins in the middle of a bend: silence for that one, "one" for the next."""
    drill = Drill([SLOW, SLOW])
    frames = [frame for frame in drill.seen(times(30, drill.end_s)) if frame.t_s > drill.bottoms[0][0]]
    assert [key for _, key in watch(frames).spoken] == ["coach.rep"]


@given(
    bends=st.lists(
        st.builds(
            Bend,
            depth_deg=st.sampled_from([35.0, 55.0]),
            bottom_s=st.floats(0.2, 4.0),
            upright_s=st.floats(0.2, 3.0),
            spine_deg=st.sampled_from([5.0, 5.0, 60.0]),
        ),
        min_size=2,
        max_size=9,
    ),
    fps=st.floats(5, 60),
    seed=st.integers(0, 99),
)
@examples(15)  # each judges a set of up to nine bends
def test_counting_keeps_the_pause(bends: list[Bend], fps: float, seed: int) -> None:
    """Whatever happens in a set, sentences keep their distance; praise and a cue after a count need a shorter one."""
    drill = Drill(bends)
    found = watch(drill.seen(times(fps, drill.end_s, seed)))
    said = [one for one in found.lines if one is not None and one.spoken]
    for before, after in pairwise(said):
        least_s = cue_scheduler.PRAISE_AFTER_S if after.kind is CueKind.PRAISE else cue_scheduler.SPACING_S
        if (
            before.kind in cue_scheduler.SHORT_CALLS
            and before.urgency is Urgency.CALM
            and after.kind in cue_scheduler.CUES
        ):
            least_s = cue_scheduler.CUE_AFTER_CALL_S
        assert after.t_s - before.t_s >= least_s.default
    cues = [one.t_s for one in said if one.kind in cue_scheduler.CUES]
    assert all(after - before >= cue_scheduler.SPACING_S.default for before, after in pairwise(cues))
    counts = [one.values["count"] for one in said if one.key == "coach.rep"]
    assert len(counts) == len(set(counts))


# ------------------------------------------------------------------------------------------------ in words
def count(key: str, number: float) -> Cue:
    """A count that is said."""
    return Cue(CueKind.CALL, key, 0.0, spoken=True, urgency=Urgency.CALM, values={"count": number})


@pytest.mark.parametrize(
    ("number", "english", "german"),
    [
        (1.0, "One.", "Eins!"),
        (12.0, "Twelve.", "Zwölf!"),
        (24.0, "Twenty-four.", "Vierundzwanzig!"),
        (31.0, "31.", "31!"),
    ],
)
def test_a_count_is_a_word_in_every_language(number: float, english: str, german: str) -> None:
    """As a word, since a voice would read "3." as "third" in German."""
    words = Messages.load("de")
    said = count("coach.rep", number)
    assert in_english(said, DRILL) == english
    assert words.said(said) == german


@pytest.mark.parametrize(("number", "english", "german"), [(0.0, "none", "null"), (3.0, "three", "drei")])
def test_within_a_sentence_a_count_is_small(number: float, english: str, german: str) -> None:
    """No capital letter, and none at all has its own word."""
    words = Messages.load("de")
    partial = count("coach.rep_partial", number)
    assert in_english(partial, DRILL) == f"That one was not deep enough: {english} so far."
    assert words.said(partial) == f"Das war nicht tief genug, es bleibt bei {german}."


def test_the_remark_on_a_repetition_has_its_german() -> None:
    """Each remark in the language of the person, numbers and all."""
    words = Messages.load("de")
    assert words.text(Reason(ReasonCode.REP_PARTIAL, degrees=35, least=45.0)) == "Nicht tief genug: 35° von 45°."
    assert words.text(Reason(ReasonCode.REP_ROUNDED, seconds=2.4, degrees=48)).startswith(
        "Dein Rücken war 2.4 Sekunden"
    )
