"""Numbers that may be adjusted: declared once, layered, refused when wrong."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import TunableError
from posecheck.tunables import Profile, Tunable, amount, unknown

LIMIT = Tunable("spine.limit_deg", "deg", 35, 15, 60, 1, "lower warns earlier", "judgement: half of the usual range")
DWELL = Tunable("spine.dwell_s", "s", 0.7, 0, 5, 0.1, "lower is quicker and more nervous", "judgement: tried")


def test_a_profile_remembers_where_each_number_came_from() -> None:
    """A later layer stands over an earlier one, and every number knows its origin."""
    profile = Profile([LIMIT, DWELL]).with_layer({"spine.limit_deg": 30}, "coach.toml")
    profile = profile.with_layer({"spine.limit_deg": "25"}, "--set")
    assert profile.origins() == {"spine.limit_deg": (25.0, "--set"), "spine.dwell_s": (0.7, "default")}


def test_a_layer_leaves_the_profile_below_as_it_was() -> None:
    """Profiles never change: a layer makes another one."""
    below = Profile([LIMIT])
    above = below.with_layer({"spine.limit_deg": 20}, "--set")
    assert (below["spine.limit_deg"], above["spine.limit_deg"]) == (35, 20)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("spine.limt_deg", 30, '--set: unknown key "spine.limt_deg". Did you mean "spine.limit_deg"?'),
        ("spine.limit_deg", 61, "--set: spine.limit_deg = 61 is outside 15..60 deg"),
        ("spine.limit_deg", "much", "--set: spine.limit_deg must be a number, not 'much'"),
        ("spine.limit_deg", "nan", "--set: spine.limit_deg must be a number, not 'nan'"),
        ("spine.limit_deg", True, "--set: spine.limit_deg must be a number, not True"),
        ("spine.limit_deg", None, "--set: spine.limit_deg must be a number, not None"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_do(key: str, value: object, message: str) -> None:
    """Unknown keys get the nearest spelling, values their range, nothing is clipped or ignored."""
    with pytest.raises(TunableError) as caught:
        Profile([LIMIT]).with_layer({key: value}, "--set")
    assert str(caught.value) == message
    assert caught.value.exit_code == 2


@given(st.floats(allow_nan=False))
def test_a_number_is_taken_exactly_or_refused(value: float) -> None:
    """Within its range a value comes back unchanged; outside it is refused."""
    if 15 <= value <= 60:
        assert Profile([LIMIT]).with_layer({"spine.limit_deg": value}, "x")["spine.limit_deg"] == value
    else:
        with pytest.raises(TunableError):
            Profile([LIMIT]).with_layer({"spine.limit_deg": value}, "x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"default": 99.0},
        {"step": 0.0},
        {"why": ""},
        {"source": ""},
        {"key": ""},
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    """A default outside its range, no step, no reason or no source is a mistake of ours, found at once."""
    good: dict[str, object] = {
        "key": "a_deg", "unit": "deg", "default": 1.0, "low": 0.0, "high": 2.0, "step": 1.0, "why": "w", "source": "s",
    }  # fmt: skip
    Tunable(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="must"):
        Tunable(**(good | wrong))  # type: ignore[arg-type]


def test_a_key_declared_twice_is_refused() -> None:
    """Two numbers cannot share a key."""
    with pytest.raises(ValueError, match="declared twice"):
        Profile([LIMIT, LIMIT])


def test_a_name_like_nothing_known_gets_the_list() -> None:
    """Where no spelling is near, all names are given."""
    assert unknown("stretch", "zzz", ["b", "a"]) == 'unknown stretch "zzz". Known: a, b.'


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(31.4, "deg", "31°"), (0.7, "s", "0.7 s"), (120.0, "s", "120 s"), (0.528, "", "0.53"), (math.nan, "deg", "–")],
)
def test_a_value_is_shown_with_its_unit(value: float, unit: str, shown: str) -> None:
    """Whole degrees, shares in hundredths, and a dash for what was not seen."""
    assert amount(value, unit) == shown
