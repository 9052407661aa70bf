"""Limits that follow from how far a person can round: by half, within bounds, strict stretches stay stricter."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment import load_stretch, rules, stretch_ids
from posecheck.assessment.catalogue.stretch import Rule, Stretch
from posecheck.assessment.personal_limits import FOLD_LIMIT_DEG, own_limits
from posecheck.calibration import Calibration, Calibrations, CameraSetup
from posecheck.errors import TunableError
from posecheck.kinematics.spine.network import bundled_network
from posecheck.pipeline.profiles import build_profile
from posecheck.pipeline.session import default_profile
from posecheck.pipeline.session_history import CAMERA, new_tally, row_of
from posecheck.records import QUANTITY_NAMES, Measures, Verdict, View

SHA = bundled_network().sha256
LIMIT, LEAVE = "spine_rounding.limit_deg", "spine_rounding.leave_deg"
FOLD, DRILL, CHAIR = (load_stretch(one) for one in ("standing_forward_fold", "hip_hinge_drill", "chair_leg_stretch"))
EVERY = [load_stretch(one) for one in stretch_ids()]


def own(stretch: Stretch, own_max_deg: float) -> dict[str, float]:
    """The numbers that follow, with nothing changed."""
    return own_limits(stretch, own_max_deg, default_profile(stretch))


@pytest.mark.parametrize(
    ("own_max_deg", "limit", "leave"),
    [
        (40.0, 25.0, 15.0),
        (50.0, 25.0, 15.0),
        (62.0, 31.0, 19.0),
        (70.0, 35.0, 21.0),
        (90.0, 45.0, 25.0),
        (120.0, 45.0, 25.0),
    ],
)
def test_a_fold_warns_from_half_of_the_own_maximum(own_max_deg: float, limit: float, leave: float) -> None:
    """Half within 25..45, and good again below three tenths within 15..25."""
    assert own(FOLD, own_max_deg) == {LIMIT: limit, LEAVE: leave}


def test_the_fold_of_the_catalogue_is_what_strictness_is_measured_by() -> None:
    """If its limit moves, so must the number here."""
    rule = next(rule for rule in FOLD.rules if rule.measure == "spine_flexion_deg")
    assert rule.limit.default == FOLD_LIMIT_DEG


@given(st.floats(0.0, 180.0), st.floats(0.0, 180.0), st.sampled_from(EVERY))
def test_whatever_the_maximum_the_limits_stay_in_range_and_in_order(one: float, other: float, stretch: Stretch) -> None:
    """Never outside the range of the number, the end never beyond the limit, more range never a stricter limit."""
    ranges = {tunable.key: tunable for tunable in stretch.tunables}
    low, high = (own(stretch, deg) for deg in sorted((one, other)))
    for numbers in (low, high):
        for key, value in numbers.items():
            assert ranges[key].low <= value <= ranges[key].high
        assert numbers.get(LEAVE, 0.0) <= numbers.get(LIMIT, 0.0)
    assert all(low[key] <= high[key] for key in low)


@given(st.floats(0.0, 180.0))
def test_a_strict_stretch_stays_stricter(own_max_deg: float) -> None:
    """The drill by the same share as in the catalogue, to the degree."""
    strict, usual = own(DRILL, own_max_deg), own(FOLD, own_max_deg)
    assert strict[LIMIT] < usual[LIMIT]
    assert strict[LIMIT] == pytest.approx(usual[LIMIT] * 30.0 / 35.0, abs=1.0)


def test_without_a_maximum_or_a_rule_nothing_follows() -> None:
    """Rounding left out; a stretch that does not judge the back."""
    assert own(FOLD, math.nan) == {}
    assert own(load_stretch("lying_leg_raise"), 60.0) == {}


# ------------------------------------------------------------------------------------------------- among the layers
def mine(position: str = "standing", own_max_deg: float = 60.0, sha256: str = "") -> Calibrations:
    """Somebody calibrated in one position."""
    camera = CameraSetup(image_wh=(640, 480))
    return Calibrations("anna").plus(
        Calibration(position, (0.0,), 3.0, 5.0, own_max_deg, 1, camera, sha256 or SHA, "2026-11-21", "0.1.0")
    )


def layered(
    stretch: Stretch, folder: Path, text: str, *sets: str, who: Calibrations | None = None
) -> dict[str, tuple[float, str]]:
    """The numbers in force with a profile file of this text and this calibration."""
    file = folder / "anna.toml"
    file.write_text(text, encoding="utf-8")
    return build_profile(default_profile(stretch), stretch.id, file, sets, who or mine()).origins()


def test_the_calibration_stands_over_the_default_and_under_what_people_wrote(tmp_path: Path) -> None:
    """Each number says where it comes from."""
    numbers = layered(FOLD, tmp_path, "")
    assert numbers[LIMIT] == (30.0, "your calibration of 2026-11-21 (anna)")
    assert layered(FOLD, tmp_path, "[spine_rounding]\nlimit_deg = 33\n")[LIMIT] == (33.0, str(tmp_path / "anna.toml"))
    assert layered(FOLD, tmp_path, "", f"{LIMIT}=41")[LIMIT] == (41.0, "--set")
    assert layered(CHAIR, tmp_path, "")[LIMIT] == (35.0, "default")
    assert layered(CHAIR, tmp_path, "", who=mine("seated"))[LIMIT][0] == 30.0


def back_rule(stretch: Stretch) -> Rule | None:
    """Its rule of a round back; None where the back is not watched."""
    return next((rule for rule in stretch.rules if rule.measure == "spine_flexion_deg"), None)


@pytest.mark.parametrize("stretch", [one for one in EVERY if back_rule(one)], ids=lambda stretch: stretch.id)
def test_every_stretch_that_watches_the_back_warns_by_the_own_limit(stretch: Stretch, tmp_path: Path) -> None:
    """In its position somebody calibrated is warned a degree beyond the own limit and not a degree before it.

    The own limit is 30 of an ordinary fold, less by the same share where the catalogue is stricter.
    """
    rule = back_rule(stretch)
    assert rule is not None
    (tmp_path / "anna.toml").write_text("", encoding="utf-8")
    both = mine("standing").plus(next(iter(mine("seated"))))
    numbers = build_profile(default_profile(stretch), stretch.id, tmp_path / "anna.toml", (), both)
    own_deg, origin = numbers.origins()[rule.limit.key]
    assert origin.startswith("your calibration")
    assert own_deg == round(30.0 * rule.limit.default / FOLD_LIMIT_DEG)
    phase = next(phase for phase in stretch.phases if phase.name == rule.phase)
    there = {phase.measure: phase.begin.default + 5.0 * phase.direction.sign}
    for off_deg, verdict in ((-1.0, Verdict.GOOD), (1.0, Verdict.WARN)):
        state, said = rules.start(stretch), Verdict.UNKNOWN
        for t_s in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5):
            known = {**there, "spine_flexion_deg": own_deg + off_deg}
            view = View(1, None, 100.0, (), 1, 0.5, None, stretch.position, well_placed=True)
            frame = Measures(t_s, {name: known.get(name, math.nan) for name in QUANTITY_NAMES}, view)
            state, findings = rules.step(state, frame, stretch, numbers)
            said = next(found.verdict for found in findings if found.rule == rule.id)
        assert said is verdict


def test_nothing_follows_from_what_another_network_read(tmp_path: Path) -> None:
    """Its degrees may not be ours."""
    assert layered(FOLD, tmp_path, "", who=mine(sha256="0" * 64))[LIMIT] == (35.0, "default")


def test_how_the_limits_follow_may_be_told(tmp_path: Path) -> None:
    """The share is a number like any other, in the file and with --set."""
    assert layered(FOLD, tmp_path, "[own_range]\nlimit_frac = 0.7\n")[LIMIT][0] == 42.0
    assert layered(FOLD, tmp_path, "", "own_range.limit_frac=0.7")[LIMIT][0] == 42.0


@pytest.mark.parametrize(("who", "calibrated"), [(mine(), True), (mine("seated"), False), (None, False)])
def test_the_history_knows_whose_limits_were_in_force(who: Calibrations | None, calibrated: bool) -> None:
    """A row says whether its limits came from the person's own range."""
    numbers = build_profile(default_profile(FOLD), FOLD.id, None, (), who)
    row = row_of(new_tally(FOLD, numbers), datetime(2026, 11, 21, 9, tzinfo=UTC), FOLD, numbers, CAMERA)
    assert row.calibrated is calibrated


def test_what_nobody_chose_gives_way(tmp_path: Path) -> None:
    """A written end moves the calibrated limit, a written limit the calibrated end; two written ones must agree."""
    numbers = layered(FOLD, tmp_path, "[spine_rounding]\nleave_deg = 34\n")
    assert (numbers[LIMIT][0], numbers[LEAVE][0]) == (34.0, 34.0)
    numbers = layered(FOLD, tmp_path, "[spine_rounding]\nlimit_deg = 16\n")
    assert (numbers[LIMIT][0], numbers[LEAVE][0]) == (16.0, 16.0)
    with pytest.raises(TunableError, match="good side"):
        layered(FOLD, tmp_path, "[spine_rounding]\nlimit_deg = 20\nleave_deg = 34\n")
