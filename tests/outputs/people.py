"""People for the outputs: a figure bent at the hip, built from numbers, with the assessment that goes with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from posecheck.body import LANDMARK_COUNT, Side, of
from posecheck.reasons import Reason, ReasonCode, code_of
from posecheck.records import (
    CONTOUR_ROWS,
    CROP_SHAPE,
    QUANTITY_NAMES,
    Assessment,
    Back,
    Event,
    Finding,
    Floats,
    Frame,
    Hold,
    Measures,
    Origin,
    Rep,
    Reps,
    Sighting,
    Verdict,
    View,
    frozen,
    nobody_px,
)
from tests.wording import worded

ORIGIN = Origin(
    "0.1.0",
    "clip für Anna, 1.mp4",
    "hip_hinge_drill",
    "ab" * 32,
    {"spine_rounding.limit_deg": (36.0, "default"), "hold.target_s": (30.0, "--set")},
)
REASON = {
    Verdict.GOOD: None,
    Verdict.WARN: worded("Your back is rounded: 45° of 36°"),
    Verdict.UNKNOWN: worded('Your arm covers your back, "let it hang"'),
}
CUE = {Verdict.GOOD: "", Verdict.WARN: "Lengthen your back", Verdict.UNKNOWN: ""}
DORSAL = 0.18


def landmarks_px(width: int, height: int, hinge_deg: float = 80.0, facing: int = 1) -> Floats:
    """(33, 2) of somebody seen from the side with straight legs, bent forward by `hinge_deg`."""
    unit = min(width, height)
    bend = math.radians(hinge_deg)
    hip = np.array([0.5 * width, 0.55 * height])
    trunk = np.array([facing * math.sin(bend), -math.cos(bend)]) * 0.3 * unit
    out = np.empty((LANDMARK_COUNT, 2))
    out[:] = hip + 1.35 * trunk
    places = {
        "shoulder": (hip + trunk, (0.0, 0.0)),
        "elbow": (hip + trunk, (0.0, 0.12)),
        "wrist": (hip + trunk, (0.0, 0.24)),
        "hip": (hip, (0.0, 0.0)),
        "knee": (hip, (0.0, 0.18)),
        "ankle": (hip, (0.0, 0.36)),
        "heel": (hip, (-0.02 * facing, 0.38)),
        "foot_index": (hip, (0.08 * facing, 0.38)),
    }
    for joint, (place, offset) in places.items():
        out[of(joint, Side.LEFT)] = place + np.array(offset) * unit
        out[of(joint, Side.RIGHT)] = place + np.array([offset[0] + 0.02, offset[1] + 0.01]) * unit
    return frozen(out, np.float64)


def sighting(
    t_s: float = 0.0, wh: tuple[int, int] = (640, 360), *, hinge_deg: float = 80.0, facing: int = 1, index: int = 0
) -> Sighting:
    """What is seen of that person: the outline of the back lies `DORSAL` chords behind the axis."""
    points = landmarks_px(*wh, hinge_deg, facing)
    rows = np.linspace(*CONTOUR_ROWS, 96)
    crop = (np.arange(math.prod(CROP_SHAPE)) % 251).astype(np.uint8).reshape(CROP_SHAPE)
    back = Back(
        hip_px=frozen((points[23] + points[24]) / 2, np.float64),
        shoulder_px=frozen((points[11] + points[12]) / 2, np.float64),
        facing=facing,
        crop=frozen(crop, np.uint8),
        dorsal=frozen(np.where((rows > -0.3) & (rows < 1.2), DORSAL, np.nan), np.float64),
        inside_frac=1.0,
    )
    visibility = frozen(np.full(LANDMARK_COUNT, np.float32(0.97)), np.float64)
    world = np.zeros((LANDMARK_COUNT, 3))
    world[:, :2] = np.float32((points - points[23]) / min(wh))
    return Sighting(t_s, index, wh, points, visibility, frozen(world, np.float64), back, 1, 0.4375)


def nobody(t_s: float = 0.0, wh: tuple[int, int] = (640, 360), index: int = 0) -> Sighting:
    """An empty picture."""
    unseen = frozen(np.full(LANDMARK_COUNT, np.nan), np.float64)
    world = frozen(np.full((LANDMARK_COUNT, 3), np.nan), np.float64)
    return Sighting(t_s, index, wh, nobody_px(), unseen, world, None, 0, 0.25)


def assessment(
    seen: Sighting,
    verdict: Verdict = Verdict.GOOD,
    values: Mapping[str, float] | None = None,
    hold: Hold | None = None,
) -> Assessment:
    """A judgement of what was seen, with the measures that are given; the others NaN."""
    numbers = dict.fromkeys(QUANTITY_NAMES, math.nan)
    if not seen.is_empty:
        numbers |= {"hip_hinge_deg": 80.0, "knee_flexion_deg": 4.0, "spine_flexion_deg": 12.0}
    numbers |= values or {}
    spine = numbers["spine_flexion_deg"]
    facing = seen.back.facing if seen.back is not None else 0
    hidden = REASON[verdict] if verdict is Verdict.UNKNOWN else None
    view = View(facing, Side.LEFT if facing else None, 108.0, (), seen.people, seen.brightness_frac, hidden)
    value = math.nan if verdict is Verdict.UNKNOWN else spine
    finding = Finding("spine_rounding", verdict, value, 36.0, "deg", REASON[verdict])
    return Assessment(
        seen.t_s,
        seen,
        Measures(seen.t_s, numbers, view),
        verdict,
        REASON[verdict],
        (finding,),
        hold or Hold(active=True, good_s=12.4, target_s=30.0),
        CUE[verdict],
    )


def stream(seconds: float, fps: float = 30.0, wh: tuple[int, int] = (640, 360)) -> Iterator[Assessment]:
    """Somebody bending slowly, GOOD then WARN then UNKNOWN, a third of the time each."""
    count = round(seconds * fps)
    for index in range(count):
        part = index / count
        verdict = (Verdict.GOOD, Verdict.WARN, Verdict.UNKNOWN)[int(part * 3)]
        seen = sighting(index / fps, wh, hinge_deg=90.0 * part, index=index)
        values = {"hip_hinge_deg": 90.0 * part, "spine_flexion_deg": 60.0 * part}
        if verdict is Verdict.UNKNOWN:
            values["spine_flexion_deg"] = math.nan
        yield assessment(seen, verdict, values)


def frame_of(judged: Assessment, grey: int = 120) -> Frame:
    """A plain grey frame for an assessment."""
    width, height = judged.sighting.image_wh
    return Frame(frozen(np.full((height, width, 3), grey), np.uint8), judged.t_s, judged.sighting.index)


WARNED = Event(1.0, 2.5, "spine_rounding", Verdict.WARN, 48.25, 36.0, "deg", REASON[Verdict.WARN])
HIDDEN = Event(3.0, 4.0, "spine_rounding", Verdict.UNKNOWN, math.nan, 36.0, "deg", REASON[Verdict.UNKNOWN])


def rep(number: int, start_s: float, remark: Reason | None = None, *, seen: bool = True, depth: float = 52.0) -> Rep:
    """A repetition of 3.2 s; `number` 0 for one that does not count."""
    return Rep(
        number=number,
        start_s=start_s,
        end_s=start_s + 3.2,
        seen=seen,
        measure="trunk_inclination_deg",
        depth=depth,
        worst_spine_deg=12.0 if seen else math.nan,
        rounded_s=0.0,
        bent_knee_s=0.0,
        unknown_s=0.0 if seen else 1.6,
        descent_s=1.1,
        ascent_s=1.3,
        remark=remark,
        warned=code_of(remark) == ReasonCode.REP_ROUNDED,
    )


#: A good one, one that was not deep enough, one that was not seen, and a rounded one.
REPS = (
    rep(1, 1.0),
    rep(0, 5.0, Reason(ReasonCode.REP_PARTIAL, degrees=35, least=45.0), depth=35.0),
    rep(0, 9.0, Reason(ReasonCode.REP_UNSEEN, seconds=1.6), seen=False),
    rep(2, 13.0, Reason(ReasonCode.REP_ROUNDED, seconds=1.5, degrees=68)),
)


def repeated() -> Iterator[Assessment]:
    """A set of `REPS`: each ends in a frame of its own, and is still the latest in the frame after."""
    yield replace(assessment(sighting(0.0)), hold=Hold(active=False, good_s=0.0, target_s=0.0), reps=Reps(0, 0, 0, 8))
    for index, one in enumerate(REPS, 1):
        done = REPS[:index]
        reps = Reps(
            whole=sum(rep.whole for rep in done),
            partial=sum(rep.seen and not rep.whole for rep in done),
            unseen=sum(not rep.seen for rep in done),
            target=8,
            last=one,
            ended=True,
        )
        for late_s in (0.0, 0.1):
            seen = sighting(one.end_s + late_s, index=2 * index)
            frame = assessment(seen, hold=Hold(active=False, good_s=0.0, target_s=0.0))
            yield replace(frame, reps=replace(reps, ended=late_s == 0.0))
