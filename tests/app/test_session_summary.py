"""What the summary keeps of a session: moments and depths that belong to the stretch itself."""

from __future__ import annotations

from typing import Any

from posecheck.app import parameters
from posecheck.app.session.session_summary import Moments
from posecheck.assessment import judge
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines import progress
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.assessment.routines.routine_state import RoutineUpdate, Stage
from posecheck.records import Assessment, Verdict
from tests.assessment.scenes import measured, sighting

JPEG = b"\xff\xd8not looked at\xff\xd9"


def told(
    leans_deg: list[float], fps: float = 20.0, stretch_id: str = "standing_posture"
) -> tuple[dict[str, Any], list[Assessment]]:
    """The summary of a snapshot of standing, or another stretch, with these leans of the trunk, and how each frame was
    judged.
    """
    stretch = load_stretch(stretch_id)
    profile = parameters.base_profile(stretch)
    part = RoutineItem(parameters.single(stretch).first[0], stretch, profile)
    state, moments, seen = judge.start(stretch), Moments(), []
    out = RoutineUpdate(Stage.WORK, 0, "", recognised=False, amount=0.0, set_number=1, left_s=0.0, counts=True)
    for number, lean in enumerate(leans_deg):
        t_s = number / fps
        frame = measured(t_s, trunk_inclination=lean)
        state, judged = judge.step(state, sighting(t_s), frame, stretch, profile)
        moments.put(judged, out, part, lambda: JPEG)
        seen.append(judged)
    good_s = judged.hold.good_s
    doings = progress.added(progress.nothing_done((part,)), (0, ""), amount=good_s)
    (line,) = moments.message((part,), doings, {stretch.id: Messages.load("en").knowing(stretch)})
    return line, seen


def test_the_way_up_from_the_stretch_before_is_no_moment_of_this_one() -> None:
    """Neither the depth nor the picture of the best moment is of somebody who had not come up yet."""
    line, seen = told([70.0] * 40 + [70.0 - 2.0 * n for n in range(34)] + [4.0] * 60)
    assert line["depth_label"] == "Furthest forward"
    assert 4.0 <= line["depth"] <= 20.0
    best = next(judged for judged in seen if round(judged.t_s, 2) == line["best"]["t_s"])
    assert best.measures["trunk_inclination_deg"] <= 20.0


def test_nobody_who_never_came_up_has_a_depth() -> None:
    """Where the stretch never was under way there is nothing to tell, not a wrong number."""
    line, _ = told([70.0] * 100)
    assert (line["depth"], line["best"]) == (None, None)
    assert len(line["series"]["t_s"]) > 10


def test_without_a_good_second_there_is_no_best_moment() -> None:
    """Bending a little is well judged, but it is not the stretch: a summary of nothing done praises no picture of it."""
    way_down = [min(35.0, 2.0 * number) for number in range(100)]
    line, seen = told(way_down, stretch_id="standing_forward_fold")
    assert any(judged.verdict is Verdict.GOOD and judged.findings for judged in seen)
    assert (line["good_s"], line["best"]) == (0.0, None)
    line, seen = told([*way_down, *[60.0] * 60], stretch_id="standing_forward_fold")
    assert line["good_s"] > 1.0
    assert line["best"]["t_s"] >= next(judged.t_s for judged in seen if judged.hold.active) - 0.01
    line, _ = told([*way_down, *[60.0] * 6], stretch_id="standing_forward_fold")
    assert 0.0 < line["good_s"] < 0.5  # told as 0 s
    assert line["best"] is None
