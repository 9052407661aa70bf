"""The records and names every room shares."""

from __future__ import annotations

import numpy as np
import pytest

from posecheck.body import LANDMARK_COUNT, PAIRED, SKELETON, Landmark, Side, of
from posecheck.records import QUANTITIES, QUANTITY_NAMES, Measures, View, frozen, nobody_px


def test_every_paired_joint_has_a_landmark_on_each_side() -> None:
    """A joint's plain name finds its landmark on both sides, and they differ."""
    assert LANDMARK_COUNT == 33
    for joint in PAIRED:
        left, right = of(joint, Side.LEFT), of(joint, Side.LEFT.other)
        assert {left.name, right.name} == {f"LEFT_{joint.upper()}", f"RIGHT_{joint.upper()}"}


def test_the_skeleton_is_the_same_on_both_sides() -> None:
    """Mirroring the body's names maps the skeleton onto itself."""

    def mirrored(landmark: Landmark) -> Landmark:
        swap = {"LEFT": "RIGHT", "RIGHT": "LEFT"}
        side, joint = landmark.name.split("_", 1)
        return Landmark[f"{swap[side]}_{joint}"]

    lines = {frozenset(line) for line in SKELETON}
    assert {frozenset(map(mirrored, line)) for line in lines} == lines


def test_frozen_arrays_cannot_be_written_and_do_not_follow_their_source() -> None:
    """A record's array is its own: neither the record nor the source can change it afterwards."""
    source = np.zeros(3)
    kept = frozen(source, np.float64)
    source[0] = 1.0
    assert kept[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 2.0
    assert frozen(kept, np.float64) is kept


def test_nobody_is_all_nan() -> None:
    """Nobody in the picture is NaN, not zero."""
    assert np.isnan(nobody_px()).all()


def test_measures_hold_exactly_the_known_quantities() -> None:
    """A forgotten or invented measure is found at once, and the values cannot be changed."""
    view = View(1, Side.LEFT, 100.0, (), 1, 0.5, None)
    values = dict.fromkeys(QUANTITY_NAMES, 1.0)
    made = Measures(0.0, values, view)
    values["hip_hinge_deg"] = 9.0
    assert made["hip_hinge_deg"] == 1.0
    with pytest.raises(ValueError, match="hip_share"):
        Measures(0.0, {name: 0.0 for name in QUANTITY_NAMES if name != "hip_share"}, view)
    with pytest.raises(ValueError, match="extra"):
        Measures(0.0, values | {"extra": 0.0}, view)


def test_every_quantity_in_degrees_says_so_in_its_name() -> None:
    """Names carry their unit."""
    for quantity in QUANTITIES:
        assert quantity.name.endswith("_deg") == (quantity.unit == "deg")
