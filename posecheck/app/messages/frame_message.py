"""What the server tells the page, as plain JSON: pure functions of records. `frame_codec` has the binary side.

Not seen is null, never a number. Angles have one decimal, places in the picture a tenth of a pixel. Every text is in
the language of the person. The kinds of message, by "type":

    state     what goes on: stage, session, what is stored; on connecting and whenever any of it changes
    frame     everything that is to be said of one picture, by its `seq`
    dropped   a picture that is not answered, since a newer one came, or none is wanted now
    error     one line: "code" (junk_frame, too_big, bad_command, bad_numbers, not_now, source_lost, no_room, taken_over)
    summary   what was done, at the end
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from posecheck.app.gestures import STILL_S
from posecheck.app.session.calibration_guide import Led
from posecheck.app.session.setup_stage import Placed
from posecheck.assessment.catalogue.stretch import Rule, Stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines.progress import RoutineItem, RoutineProgress, missing
from posecheck.assessment.routines.routine_state import RoutineUpdate, Stage
from posecheck.outputs.overlay import contour_px
from posecheck.reasons import Reason, Value, code_of
from posecheck.records import SETUP_CHECKS, Assessment, CueKind, Sighting, Urgency, Verdict
from posecheck.tunables import Profile

Message: TypeAlias = dict[str, Any]

#: The three gauges: name, measure, the same on the lead leg, label and what the scale spans, in degrees.
_GAUGES: Final = (
    ("hip_hinge", "hip_hinge_deg", "lead_hip_hinge_deg", 0.0, 130.0),
    ("knee", "knee_flexion_deg", "lead_knee_flexion_deg", -10.0, 90.0),
    ("spine", "spine_flexion_deg", "spine_flexion_deg", -20.0, 60.0),
)
_SPINE: Final = "spine"


def text_of(message: Message) -> str:
    """The message as it goes over the wire. Raises ValueError for a NaN that was forgotten."""
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def number(value: float, digits: int = 1) -> float | None:
    """A number for the page: rounded, null if it was not seen or has no end."""
    return round(value, digits) + 0.0 if math.isfinite(value) else None


def error(code: str, text: str, seq: int | None = None) -> Message:
    """Something went wrong, in one line. `seq` names the picture it is about, where there is one."""
    message = {"type": "error", "code": code, "text": " ".join(text.split())}
    return message if seq is None else {**message, "seq": seq}


def dropped(seq: int) -> Message:
    """The picture `seq` is not answered."""
    return {"type": "dropped", "seq": seq}


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """How long the parts of the work on one picture took."""

    decode: float = 0.0
    model: float = 0.0
    judge: float = 0.0
    wait: float = 0.0
    """Until the picture before it was done with."""


@dataclass(frozen=True, slots=True)
class FrameState:
    """Everything that one `frame` message is made of."""

    seq: int
    judged: Assessment
    part: RoutineItem
    """The one it was judged by."""
    hand: float
    ms: Milliseconds
    out: RoutineUpdate | None = None
    """None while the routine has not begun."""
    doings: RoutineProgress | None = None
    placed: Placed | None = None
    """Only while setting up."""
    led: Led | None = None
    """Only while calibrating."""


def frame(state: FrameState, parts: Sequence[RoutineItem], text: Messages) -> Message:
    """Everything that is to be said of one picture. `text` knows the stretches of `parts`."""
    judged, stretch, sighting = state.judged, state.part.stretch, state.judged.sighting
    return {
        "type": "frame",
        "seq": state.seq,
        "t_s": number(judged.t_s, 3),
        "wh": list(sighting.image_wh),
        "points": _points(sighting),
        "back": _back(sighting),
        "facing": judged.measures.view.facing,
        "values": {
            name: number(value, 3 if name == "hip_share" else 1) for name, value in judged.measures.values.items()
        },
        "verdict": str(judged.verdict),
        "reason": _text_of(judged.reason, text),
        "reason_code": code_of(judged.reason),
        "gauges": gauges(judged, stretch, state.part.profile, text),
        "findings": [
            {
                "rule": finding.rule,
                "name": text.text(f"stretch.{stretch.id}.{finding.rule}.name"),
                "verdict": str(finding.verdict),
                "value": number(finding.value, 2),
                "limit": number(finding.limit, 2),
                "unit": finding.unit,
                "reason": _text_of(finding.reason, text),
                "reason_code": code_of(finding.reason),
            }
            for finding in judged.findings
        ],
        "hold": _hold(judged, state.out, parts[state.out.index] if state.out else state.part),
        "reps": _reps(judged, text),
        "say": _stage_say(state, text) if state.placed or state.led else _say(judged, text),
        "setup": _setup(state.placed, text) if state.placed else None,
        "calibrate": _calibrate(state.led, text) if state.led else None,
        "notices": [text.text(notice.reason) for notice in judged.notices],
        "routine": _routine(state, parts, text) if state.out else None,
        "hand": round(state.hand, 2),
        "ms": {
            "wait": round(state.ms.wait, 1),
            "decode": round(state.ms.decode, 1),
            "model": round(state.ms.model, 1),
            "judge": round(state.ms.judge, 1),
        },
    }


def _points(sighting: Sighting) -> list[list[float | None]] | None:
    if sighting.is_empty:
        return None
    rows = zip(sighting.landmarks_px.tolist(), sighting.visibility.tolist(), strict=True)
    return [[number(x), number(y), number(seen, 2)] for (x, y), seen in rows]


def _back(sighting: Sighting) -> list[list[float]]:
    """The longest piece of the outline that was seen, from the hips up."""
    if sighting.back is None:
        return []
    piece = max(contour_px(sighting.back), key=len, default=None)
    return [] if piece is None else [[round(x, 1), round(y, 1)] for x, y in piece.tolist()]


def gauges(judged: Assessment, stretch: Stretch, profile: Profile, text: Messages) -> list[Message]:
    """Hip hinge, knee and spine, each with the limit in force for it; of the lead leg where the stretch has one.

    Where a stretch has no rule for it, there is no limit and nothing is judged: the verdict is UNKNOWN.
    """
    found = {finding.rule: finding for finding in judged.findings}
    out = []
    for name, plain, lead, low, high in _GAUGES:
        rule = _rule_for(stretch, (lead, plain) if stretch.lead else (plain, lead))
        measure = rule.measure if rule else (lead if stretch.lead else plain)
        value = judged.measures[measure]
        finding = found.get(rule.id) if rule else None
        out.append(
            {
                "name": name,
                "label": text.text(f"live.gauge.{name}"),
                "unit": "deg",
                "value": number(value),
                "sigma": number(judged.measures["spine_sigma_deg"]) if name == _SPINE else None,
                "low": low,
                "high": high,
                "limit": number(profile[rule.limit.key]) if rule else None,
                "leave": number(profile[rule.leave.key]) if rule else None,
                "direction": str(rule.direction) if rule else "above",
                "in_force": finding is not None,
                "verdict": str(finding.verdict if finding else Verdict.UNKNOWN),
            }
        )
    return out


def _rule_for(stretch: Stretch, measures: tuple[str, ...]) -> Rule | None:
    """The first rule about one of `measures`, the first measure before the second."""
    return next((rule for measure in measures for rule in stretch.rules if rule.measure == measure), None)


def _hold(judged: Assessment, out: RoutineUpdate | None, part: RoutineItem) -> Message | None:
    """The ring: what counts of the set under way where a routine counts, else the hold timer."""
    if part.stretch.hold is None or part.stretch.reps is not None:
        return None
    good_s = judged.hold.good_s if out is None else out.amount
    return {"active": judged.hold.active, "good_s": number(good_s, 2), "target_s": number(part.target, 2)}


def _reps(judged: Assessment, text: Messages) -> Message | None:
    reps = judged.reps
    if reps is None:
        return None
    last = None
    if reps.last is not None:
        remark = _text_of(reps.last.remark, text)
        last = {"number": reps.last.number, "remark": remark, "good": reps.last.good}
    return {
        "whole": reps.whole,
        "partial": reps.partial,
        "unseen": reps.unseen,
        "target": reps.target,
        "last": last,
    }


def _text_of(reason: Reason | None, text: Messages) -> str:
    return "" if reason is None else text.text(reason)


def _spoken_values(values: Mapping[str, Value], text: Messages) -> Message:
    """The values of a message as its recording names them: numbers and names in this language."""
    return {name: text.text(value) if isinstance(value, str) else value for name, value in values.items()}


def _say(judged: Assessment, text: Messages) -> Message | None:
    said = judged.said
    if said is None:
        return None
    return {
        "text": text.said(said),
        "kind": str(said.kind),
        "key": said.key,
        "values": _spoken_values(said.values, text),
        "urgency": int(said.urgency),
        "spoken": said.spoken,
    }


def _stage_say(state: FrameState, text: Messages) -> Message | None:
    """What is said in a stage that has no coach: the first thing to change, or what comes."""
    if state.led is not None:
        line, spoken, calm = state.led.line, state.led.spoken, state.led.out.problem is None
    else:
        assert state.placed is not None
        line, spoken, calm = state.placed.line, state.placed.spoken, state.placed.setup.is_well
    if not line:
        return None
    return {
        "text": text.text(line),
        "kind": str(CueKind.VIEW),
        "key": line.key if isinstance(line, Reason) else line,
        "values": _spoken_values(line.value, text) if isinstance(line, Reason) else {},
        "urgency": int(Urgency.CALM if calm else Urgency.NOTICE),
        "spoken": spoken,
    }


def _calibrate(led: Led, text: Messages) -> Message:
    """What the page shows of a calibration: what is going on, what to do, how far it is, what is in the way."""
    out = led.out
    return {
        "stage": out.stage,
        "title": text.text(out.title),
        "text": text.text(out.text),
        "progress": number(out.progress, 3),
        "left_s": number(out.left_s),
        "problem": _text_of(out.problem, text),
        "problem_code": code_of(out.problem),
    }


def _setup(placed: Placed, text: Messages) -> Message:
    labels = {quantity.name: text.text(f"setup.label.{quantity.name}") for quantity in SETUP_CHECKS}
    return {
        "checks": [
            {
                "name": check.name,
                "label": labels[check.name],
                "verdict": str(check.verdict),
                "value": number(check.value),
                "unit": check.unit,
                "sentence": _text_of(check.reason, text),
                "reason_code": code_of(check.reason),
            }
            for check in placed.setup.checks
        ],
        "well": placed.setup.is_well,
        "over": placed.over,
        "still_s": number(placed.still_s, 2),
        "still_target_s": STILL_S,
    }


def _routine(state: FrameState, parts: Sequence[RoutineItem], text: Messages) -> Message:
    out = state.out
    assert out is not None
    part = parts[out.index]
    more = out.index + 1 < len(parts)
    same = state.doings is not None and bool(missing(state.doings, out.index))
    coming = part if out.stage is Stage.REST and same else parts[out.index + 1] if more else None
    return {
        "index": out.index,
        "count": len(parts),
        "stage": str(out.stage),
        "name": text.text(part.stretch.name),
        "side": out.side,
        "recognised": out.recognised,
        "set": out.set_number,
        "sets": part.sets,
        "amount": number(out.amount, 2),
        "target": number(part.target, 2),
        "repeats": part.stretch.reps is not None,
        "watch": part.stretch.watch,
        "left_s": number(out.left_s, 1),
        "next": text.text(coming.stretch.name) if coming else "",
        "note": text.text(part.item.note) if part.item.note else "",
    }
