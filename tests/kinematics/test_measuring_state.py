"""What measuring remembers survives being written: it goes on from there as if nothing had been between."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import RecordingError
from posecheck.kinematics import measures, measuring_state
from posecheck.kinematics.calibration.matching import MatchState
from posecheck.kinematics.measures import MeasureState
from posecheck.records import LEADS, Measures, Sighting
from tests.kinematics.test_personal_neutral import OPEN
from tests.stick_figure import nobody, stick_figure

#: Postures to move through; None is a moment with nobody in view.
_BODIES = [
    None,
    *(
        stick_figure(trunk_inclination_deg=lean, spine_bend_deg=bend)
        for lean, bend in ((0.0, 0.0), (5.0, 10.0), (50.0, 30.0))
    ),
    stick_figure(trunk_inclination_deg=8.0, mirror=True),
]
_WAYS = st.lists(st.sampled_from(range(len(_BODIES))), min_size=2, max_size=12)


def seen(way: list[int], from_s: float = 0.0) -> list[Sighting]:
    """Ten pictures a second of these bodies."""
    out = []
    for number, which in enumerate(way):
        body, t_s = _BODIES[which], from_s + number / 10.0
        out.append(nobody(t_s) if body is None else body.sighting(t_s))
    return out


def measured(state: MeasureState, sightings: list[Sighting], lead: str = "") -> tuple[MeasureState, list[Measures]]:
    """The memory and the measures after these sightings."""
    out = []
    for one in sightings:
        state, row = measures.step(state, one, OPEN, lead)
        out.append(row)
    return state, out


def through_text(state: MeasureState, **changes: Any) -> MeasureState:
    """The memory after being written as JSON and read."""
    table = measuring_state.table_of(state, MatchState())
    assert table is not None
    text = json.dumps(table | changes, allow_nan=False)
    assert len(text) < 4000
    return measuring_state.restored(json.loads(text))[0]


@given(before=_WAYS, after=_WAYS, leads=st.tuples(st.sampled_from(LEADS), st.sampled_from(LEADS)))
def test_measuring_goes_on_to_the_last_bit(before: list[int], after: list[int], leads: tuple[str, str]) -> None:
    """Whatever was seen before, in whatever role: from a written memory the same measures follow as from the live one."""
    state, _ = measured(measures.start(), seen(before), leads[0])
    later = seen(after, from_s=len(before) / 10.0)
    _, live = measured(state, later, leads[1])
    _, read = measured(through_text(state), later, leads[1])
    assert repr(read) == repr(live)


def test_nothing_is_written_of_a_session_in_which_nothing_was_seen() -> None:
    """A first recording is written as ever."""
    assert measuring_state.table_of(measures.start(), MatchState()) is None


def test_how_a_calibration_fits_is_carried() -> None:
    """What was found of the person then is known at once."""
    state, _ = measured(measures.start(), seen([1, 1, 1]))
    table = measuring_state.table_of(state, MatchState(None, 31.5))
    assert table is not None
    assert measuring_state.restored(table)[1] == MatchState(None, 31.5)


def test_codes_of_another_network_are_left_out_and_the_rest_stays() -> None:
    """They would mean something else here; which way the person faces means the same."""
    state, _ = measured(measures.start(), seen([1] * 10))
    assert state.own.standing is not None
    other = through_text(state, spine_model_sha256="ab" * 32)
    assert other.own.standing is None
    assert repr(other.facing) == repr(state.facing)  # NaN is unlike itself
    assert through_text(state).own.standing is not None


def test_what_an_earlier_posecheck_did_not_remember_begins_anew() -> None:
    """A part that is missing is as in a session that begins."""
    state, _ = measured(measures.start(), seen([1] * 5))
    table = measuring_state.table_of(state, MatchState())
    assert table is not None
    del table["apart"]
    assert repr(measuring_state.restored(table)[0].apart) == repr(measures.start().apart)


def _table(**changes: Any) -> dict[str, Any]:
    """A memory with `a__b` changed in its `a`."""
    state, _ = measured(measures.start(), seen([1] * 10))
    table = measuring_state.table_of(state, MatchState())
    assert table is not None
    for path, value in changes.items():
        place: Any = table
        *parents, key = path.split("__")
        for parent in parents:
            place = place[parent]
        place[key] = value
    return table


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"spine_model_sha256": 3}, "memory.spine_model_sha256 must be text, not '3'"),
        ({"calibration_in_use": "yes"}, "memory.calibration_in_use must be true or false"),
        ({"match": None}, "memory.match must be an object"),
        ({"fliter": {}}, "memory must be an object with facing, side"),
        ({"own__t_s": "soon"}, "memory.own.t_s must be a number, not 'soon'"),
        ({"own__t_s": True}, "memory.own.t_s must be a number"),
        ({"own__standing__code": "f4:AAAA"}, "memory.own.standing.code must be a packed row of numbers"),
        ({"own__standing__code": "f4:AACAPw=="}, "memory.own.standing.code must be 48 numbers, not '1 values'"),
        ({"own__standing__code": 3}, "memory.own.standing.code must be a packed row"),
        ({"own__standing": {"weight_s": 1.0}}, "must be an object with code, not 'one without code'"),
        ({"facing__held__choice": 0.5}, "memory.facing.held.choice must be a whole number"),
        ({"posture__position": 1}, "memory.posture.position must be text"),
        ({"lead__side": "middle"}, "memory.lead.side must be one of left, right, not 'middle'"),
        ({"apart__left__known": {"t_s": 0.0, "knee": [1.0], "ankle": [0.0, 0.0]}}, "known.knee must be 2 values"),
        ({"filter__value": "f8:"}, "memory.filter must be three rows of the same length"),
    ],
)
def test_a_damaged_memory_is_refused_and_named(change: dict[str, Any], words: str) -> None:
    """By its key, in one line."""
    with pytest.raises(RecordingError) as caught:
        measuring_state.restored(_table(**change))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
