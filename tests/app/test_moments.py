"""What the summary keeps of a session: moments and depths that belong to the stretch itself."""

from __future__ import annotations

from typing import Any

from posecheck.app import numbers
from posecheck.app.moments import Moments
from posecheck.assessment import judge, runner
from posecheck.assessment.catalogue import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.running import Out, Stage
from posecheck.assessment.turns import Part
from posecheck.records import Assessment
from tests.assessment.scenes import measured, sighting

JPEG = b"\xff\xd8not looked at\xff\xd9"


def told(leans_deg: list[float], fps: float = 20.0) -> tuple[dict[str, Any], list[Assessment]]:
    """The summary of a snapshot of standing with these leans of the trunk, and how each frame was judged."""
    stretch = load_stretch("standing_posture")
    profile = numbers.base_profile(stretch)
    part = Part(numbers.single(stretch).first[0], stretch, profile)
    state, moments, seen = judge.start(stretch), Moments(), []
    out = Out(Stage.WORK, 0, "", recognised=False, amount=0.0, set_number=1, left_s=0.0, counts=True)
    for number, lean in enumerate(leans_deg):
        t_s = number / fps
        frame = measured(t_s, trunk_inclination=lean)
        state, judged = judge.step(state, sighting(t_s), frame, stretch, profile)
        moments.put(judged, out, part, lambda: JPEG)
        seen.append(judged)
    doings = runner.so_far(runner.start((part,)))
    (line,) = moments.told((part,), doings, {stretch.id: Messages.load("en").knowing(stretch)})
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
