"""Every measure that is missing has a sentence of its own that says what to do about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posecheck.assessment import load_stretch, missing_reason, stretch_ids
from posecheck.assessment.messages import Messages, languages
from posecheck.body import Side
from posecheck.reasons import Reason, ReasonCode, english
from posecheck.records import LEADS, QUANTITY_NAMES
from tests.assessment.scenes import FOLD, view
from tests.wording import worded


@pytest.mark.parametrize("name", QUANTITY_NAMES)
@pytest.mark.parametrize("cut_off", [(), ("shoulder", "hip", "knee", "ankle")])
def test_every_measure_has_a_reason_for_being_unseen(name: str, cut_off: tuple[str, ...]) -> None:
    """No measure can be missing without a sentence that says what to do."""
    assert english(missing_reason.missing_reason(name, view(cut_off=cut_off), FOLD)).endswith(".")


@pytest.mark.parametrize("stretch_id", [one for one in stretch_ids() if load_stretch(one).lead])
@pytest.mark.parametrize("language", languages())
def test_while_no_leg_leads_it_is_said_how_to_take_up_the_position(stretch_id: str, language: str) -> None:
    """A sentence of its own, in every language, until the leg is recognised; what the view itself says goes before."""
    stretch = load_stretch(stretch_id)
    untold = missing_reason.missing_reason("lead_knee_flexion_deg", view(), stretch)
    assert untold == missing_reason.lead_unknown_reason(stretch)
    assert missing_reason.missing_reason("other_knee_flexion_deg", view(), stretch) == untold
    assert ("ceiling" in english(untold)) is (stretch_id == "lying_leg_raise")
    words = Messages.load(language)
    assert (words.text(untold) == english(untold)) is (language == "en")
    assert untold.key in words.texts
    known = replace(view(), lead_side=Side.RIGHT)
    assert missing_reason.missing_reason("lead_knee_flexion_deg", known, stretch) == Reason(ReasonCode.LEAD_HIDDEN)
    assert missing_reason.missing_reason("lead_knee_flexion_deg", view("Turn side-on."), stretch) == worded(
        "Turn side-on."
    )
    cut_off = missing_reason.missing_reason("lead_knee_flexion_deg", view(cut_off=("knee",)), stretch)
    assert cut_off == Reason(ReasonCode.VIEW_JOINTS_HIDDEN, parts=("knee",))
    assert missing_reason.missing_reason("trunk_inclination_deg", view(), stretch) != untold


def test_every_role_has_its_sentence() -> None:
    """A stretch of one's own may ask for any of them; without a role there is nothing to say."""
    told = [missing_reason.lead_unknown_reason(replace(FOLD, lead=role)) for role in LEADS]
    assert told[0] is None
    assert len(set(told)) == len(LEADS)


def test_the_measures_of_the_back_are_those_that_need_its_shape() -> None:
    """What comes from joints alone is judged without the back; everything else is not."""
    from_joints = {"hip_hinge_deg", "knee_flexion_deg", "trunk_inclination_deg", "view_yaw_deg", "camera_roll_deg"}
    from_joints |= {name for name in QUANTITY_NAMES if name.startswith(("lead_", "other_"))}
    assert set(QUANTITY_NAMES) - from_joints == missing_reason.BACK_MEASURES
