from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from benchmarks.people import BodyShape, Clothes, Pose, dress, make_body
from benchmarks.people.clothes import Feet, Hair, Trousers
from benchmarks.people.poses import Stance, solve
from benchmarks.people.sheet import taut_over
from benchmarks.people.skin import skin

HOLLOW = BodyShape(lordosis_deg=15.0, weight=0.3)
LEVEL = Pose(trunk_inclination_deg=88.0, knee_deg=15.0)


def shirt_m(clothes: Clothes, pose: Pose) -> NDArray[np.float64]:
    """The vertices of the shirt of a hollow-backed person in a standing pose (S, 3)."""
    body = make_body(HOLLOW)
    who = dress(body, clothes)
    return skin(who, solve(body, Stance(), pose))[who.shirt]


def profile_m(points: NDArray[np.float64], *, top: bool) -> NDArray[np.float64]:
    """The upper or lower outline of a level trunk near its middle: heights (20,) along x."""
    middle = points[np.abs(points[:, 1]) < 0.09]
    edges = np.linspace(middle[:, 0].min() + 0.02, middle[:, 0].max() - 0.08, 21)
    cells = [middle[(middle[:, 0] >= a) & (middle[:, 0] < b), 2] for a, b in itertools.pairwise(edges)]
    return np.array([(cell.max() if top else cell.min()) if len(cell) else np.nan for cell in cells])


def hollow_m(heights: NDArray[np.float64]) -> float:
    """How deep the deepest hollow of an outline is."""
    seen = heights[np.isfinite(heights)]
    return float((taut_over(seen[:, None])[:, 0] - seen).max())


@given(arrays(np.float64, (9, 2), elements=st.floats(-1.0, 1.0)))
def test_a_taut_sheet_lies_on_top_and_has_no_hollow(heights: NDArray[np.float64]) -> None:
    """It is nowhere below the bumps, touches the ends, sags nowhere, and laying it again changes nothing."""
    sheet = taut_over(heights)
    assert (sheet >= heights).all()
    assert sheet[[0, -1]] == pytest.approx(heights[[0, -1]])
    assert (np.diff(sheet, 2, axis=0) <= 1e-9).all()
    assert taut_over(sheet) == pytest.approx(sheet)


def test_a_loose_shirt_spans_the_hollow_of_a_level_back() -> None:
    """The looser the shirt, the shallower the hollow that shows."""
    tight, tee, loose = (
        hollow_m(profile_m(shirt_m(Clothes(shirt_looseness=looseness), LEVEL), top=True))
        for looseness in (0.0, 0.25, 0.8)
    )
    assert tight > 0.015
    assert tee < 0.7 * tight
    assert loose < 0.55 * tight


def test_a_loose_shirt_hangs_below_a_level_belly() -> None:
    """Its underside is centimetres lower than a tight one's; upright it is not."""
    loose, tight = Clothes(shirt_looseness=0.9), Clothes(shirt_looseness=0.0)
    below = profile_m(shirt_m(tight, LEVEL), top=False)[3:10] - profile_m(shirt_m(loose, LEVEL), top=False)[3:10]
    assert np.nanmean(below) > 0.04
    upright = Pose(knee_deg=2.0)
    assert shirt_m(loose, upright)[:, 2].min() == pytest.approx(shirt_m(tight, upright)[:, 2].min(), abs=0.05)


def test_a_tucked_shirt_does_not_hang_at_its_waistband() -> None:
    """The belt holds it: at its lower end it hangs far less below the belly than the same shirt worn out."""

    def drop_m(*, tucked: bool) -> float:
        loose, tight = (Clothes(shirt_looseness=looseness, tucked=tucked) for looseness in (0.9, 0.0))
        who = dress(make_body(HOLLOW), loose)
        hem = who.above_hem_m[who.shirt] < 0.01
        return float((shirt_m(tight, LEVEL) - shirt_m(loose, LEVEL))[hem, 2].max())

    assert drop_m(tucked=True) < 0.04
    assert drop_m(tucked=False) > 0.07


def test_the_hem_is_where_it_was_asked_for() -> None:
    """A shirt that ends 8 cm higher does so at rest, and its edge is straight."""
    body = make_body(BodyShape())
    ends = []
    for hem_m in (-0.03, 0.05):
        who = dress(body, Clothes(shirt_looseness=0.0, shirt_hem_m=hem_m))
        ends.append(float(who.points_m[who.shirt, 2].min()))
    assert ends[1] - ends[0] == pytest.approx(0.08, abs=0.02)


def test_a_hood_stands_off_the_upper_back() -> None:
    """It lies behind the shirt at the nape."""
    body = make_body(BodyShape())
    nape = float(body.joints_m["neck"][2]) - 0.04

    def back_m(*, hood: bool) -> float:
        points = dress(body, Clothes(shirt_looseness=0.5, hood=hood)).points_m
        here = (np.abs(points[:, 2] - nape) < 0.03) & (np.abs(points[:, 1]) < 0.06)
        return float(points[here, 0].min())

    assert back_m(hood=True) < back_m(hood=False) - 0.01


@pytest.mark.parametrize("hair", ["bald", "short", "long", "tail", "bun"])
@pytest.mark.parametrize(("feet", "trousers"), [("shoes", "long"), ("socks", "leggings"), ("bare", "shorts")])
def test_everybody_stands_on_the_floor_in_one_piece(hair: Hair, feet: Feet, trousers: Trousers) -> None:
    """Whatever is worn: finite, on the floor, every vertex moved by bones whose shares add up to 1."""
    body = make_body(BodyShape(gender=0.1))
    who = dress(body, Clothes(hair=hair, feet=feet, trousers=trousers, trouser_looseness=0.8))
    points = skin(who, solve(body, Stance(), LEVEL))
    assert np.isfinite(points).all()
    assert points[:, 2].min() == pytest.approx(0.0, abs=0.002)
    assert who.weights[np.unique(who.faces)].sum(axis=1) == pytest.approx(1.0, abs=1e-3)
