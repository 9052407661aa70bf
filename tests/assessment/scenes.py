"""Measured moments made by hand: the tests say what was measured, so they know what must be judged."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from posecheck import assessment
from posecheck.assessment import load_stretch, rules
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.body import LANDMARK_COUNT, Side
from posecheck.reasons import Reason
from posecheck.records import Finding, Measures, Sighting, Verdict, View, frozen
from posecheck.tunables import Profile
from tests import wording

FOLD = load_stretch("standing_forward_fold")
DRILL = load_stretch("hip_hinge_drill")

#: Somebody in a clean fold, seen well.
CLEAN: Mapping[str, float] = {
    "hip_hinge_deg": 60.0,
    "knee_flexion_deg": 5.0,
    "trunk_inclination_deg": 55.0,
    "spine_flexion_deg": 10.0,
    "pelvis_inclination_deg": 0.0,
    "spine_sigma_deg": 6.0,
    "upper_back_deg": 4.0,
    "lower_back_deg": 6.0,
    "hip_share": 0.8,
    "lead_knee_flexion_deg": 5.0,
    "lead_hip_hinge_deg": 60.0,
    "lead_leg_deg": 5.0,
    "other_knee_flexion_deg": 5.0,
    "other_hip_hinge_deg": 60.0,
    "view_yaw_deg": 3.0,
    "camera_roll_deg": 0.0,
}


def profile(stretch: Stretch = FOLD, **changed: float) -> Profile:
    """The numbers of a stretch; `changed` has keys with `__` for the dot."""
    numbers = Profile((*assessment.TUNABLES, *stretch.tunables))
    return numbers.with_layer({key.replace("__", "."): value for key, value in changed.items()}, "--set")


def view(reason: Reason | str | None = None, cut_off: tuple[str, ...] = ()) -> View:
    """How the camera sees somebody facing right."""
    return View(
        facing=1,
        near_side=Side.RIGHT,
        trunk_px=120.0,
        cut_off=cut_off,
        people=1,
        brightness_frac=0.5,
        reason=wording.reason(reason),
    )


def measured(
    t_s: float, *, reason: Reason | str | None = None, cut_off: tuple[str, ...] = (), **changed: float
) -> Measures:
    """A clean fold at `t_s`, but for the measures in `changed` (their names without the unit will do)."""
    values = dict(CLEAN)
    for name, value in changed.items():
        values[name if name in values else f"{name}_deg"] = value
    return Measures(t_s, values, view(reason, cut_off))


def sighting(t_s: float, *, empty: bool = False) -> Sighting:
    """Somebody, or nobody."""
    points = np.full((LANDMARK_COUNT, 2), math.nan if empty else 100.0)
    return Sighting(
        t_s=t_s,
        index=0,
        image_wh=(640, 480),
        landmarks_px=frozen(points, np.float64),
        visibility=frozen(np.ones(LANDMARK_COUNT), np.float64),
        world_m=frozen(np.zeros((LANDMARK_COUNT, 3)), np.float64),
        back=None,
        people=0 if empty else 1,
        brightness_frac=0.5,
    )


def times(fps: float, until_s: float, seed: int = 0, from_s: float = 0.0) -> list[float]:
    """Frame times of a camera that is up to a quarter of a frame early or late."""
    jitter = random.Random(seed)
    count = round((until_s - from_s) * fps) + 1
    return [from_s + (i + jitter.uniform(-0.25, 0.25)) / fps for i in range(count)]


def line(knots: Sequence[tuple[float, float]]) -> Callable[[float], float]:
    """A signal of straight pieces through (time, value) knots."""
    at, values = zip(*knots, strict=True)
    return lambda t_s: float(np.interp(t_s, at, values))


def judged(
    frames: Iterable[Measures], stretch: Stretch = FOLD, numbers: Mapping[str, float] | None = None
) -> Iterator[tuple[float, dict[str, Finding]]]:
    """What the rules say of each frame: its time, and the findings by rule."""
    numbers = profile(stretch) if numbers is None else numbers
    state = rules.start(stretch)
    for frame in frames:
        state, findings = rules.step(state, frame, stretch, numbers)
        yield frame.t_s, {finding.rule: finding for finding in findings}


def verdicts(
    frames: Iterable[Measures],
    rule: str = "spine_rounding",
    stretch: Stretch = FOLD,
    numbers: Mapping[str, float] | None = None,
) -> list[tuple[float, Verdict | None]]:
    """The verdict of one rule in each frame; None where it says nothing."""
    return [
        (t_s, findings[rule].verdict if rule in findings else None)
        for t_s, findings in judged(frames, stretch, numbers)
    ]


def changes(said: Iterable[tuple[float, Verdict | None]]) -> list[tuple[float, Verdict | None]]:
    """Only the frames in which the verdict differs from the one before."""
    out: list[tuple[float, Verdict | None]] = []
    for t_s, verdict in said:
        if not out or out[-1][1] is not verdict:
            out.append((t_s, verdict))
    return out
