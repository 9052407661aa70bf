"""What the page is told of a session as a whole: what goes on, and the summary at its end. Pure functions of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from posecheck.app.messages import frame_message
from posecheck.app.messages.frame_message import Message
from posecheck.app.session import calibration_guide
from posecheck.app.session.live_session import Run
from posecheck.app.session.session_recorder import Kept
from posecheck.app.session.session_summary import Moments
from posecheck.app.session_options import Chosen
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines import progress
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.records import CueKind, Urgency

#: The texts that know the stretch of a part.
TextOf: TypeAlias = Callable[[RoutineItem], Messages]


@dataclass(slots=True)
class Session:
    """What belongs to one session."""

    chosen: Chosen
    base: tuple[RoutineItem, ...]
    """The parts without the numbers of the page."""
    run: Run
    kept: Kept
    started: datetime
    moments: Moments = field(default_factory=Moments)


def session_told(session: Session, language: str, text_of: TextOf) -> Message:
    """What is being done: the routine, and each of its parts."""
    return {
        "title": Messages.load(language).text(session.chosen.routine.name),
        "routine": None if session.chosen.is_single else session.chosen.routine.id,
        "parts": [
            {
                "stretch": part.stretch.id,
                "name": text_of(part).text(part.stretch.name),
                "sides": list(part.sides),
                "watch": part.stretch.watch,
                "target": part.target,
                "repeats": part.stretch.reps is not None,
            }
            for part in session.run.parts
        ],
        "started": session.started.isoformat(timespec="seconds"),
        "calibration": calibration_told(session.run),
    }


def calibration_told(run: Run) -> Message | None:
    """In which position one would be calibrated for this session, and what is known of it; None: nothing to calibrate.

    Without a day, or with notices in the frames, calibrating is worth offering.
    """
    position = calibration_guide.position_of(run.part) or calibration_guide.position_for(run.parts)
    if not position:
        return None
    known = next((one for one in run.calibrations or () if one.position == position), None)
    if known is None:
        return {"position": position, "made_on": None, "age_days": None, "own_max_deg": None}
    age_days = None if math.isnan(known.age_days) else round(known.age_days)
    return {
        "position": position,
        "made_on": known.made_on,
        "age_days": age_days,
        "own_max_deg": frame_message.number(known.own_max_deg),
    }


def summary(session: Session, language: str, text_of: TextOf) -> Message:
    """What was done, at the end."""
    run = session.run
    doings = run.doings
    good_s = math.fsum(progress.good_s(run.parts[index], doing) for (index, _), doing in doings.items())
    return {
        "type": "summary",
        "finished": run.done and all(doing.done for doing in doings.values()),
        "parts": session.moments.message(run.parts, doings, {part.stretch.id: text_of(part) for part in run.parts}),
        "good_s": frame_message.number(good_s),
        "kept": session.kept.rows,
        "recording": str(session.kept.path) if session.kept.path else None,
        "recordings": [str(path) for path in session.kept.paths],
        "note": Messages.load(language).text("live.note"),
        "say": None,
    }


def farewell(language: str) -> Message:
    """What is spoken at the end, as in a frame: no frame follows it."""
    key = "live.done"
    text = Messages.load(language).text(key)
    return {
        "text": text,
        "kind": str(CueKind.DONE),
        "key": key,
        "values": {},
        "urgency": int(Urgency.CALM),
        "spoken": True,
    }
