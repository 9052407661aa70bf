"""Golden recordings: a short take of every stretch the camera judges, and what posecheck says of it.

    python -m benchmarks.goldens                   write down anew what is said (seconds; look at the diff, then commit)
    python -m benchmarks.goldens record [ID ...]   draw the takes again too, through the real pose model (minutes)

A take is `tests/goldens/ID.jsonl.xz`, a recording as posecheck makes it: a synthetic person who does the stretch well
and then, in the same take, wrong. What is said of it is `tests/goldens/ID.said.jsonl`, one fact a line, so that a change
shows as a diff that can be read. `tests/test_goldens.py` holds the two together and both against the catalogue.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from benchmarks.people import Camera, ClipSpec, Motion, Person, Scene, Stance, Studio, framed
from benchmarks.people.motion import Changes, go, still
from benchmarks.stretch_clips import FACINGS, PLANS, Plan
from posecheck import recording_format
from posecheck.assessment import load_stretch, stretch_ids
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.analysis import origin_of
from posecheck.pipeline.session import SightingBuilder, default_profile, run
from posecheck.reasons import code_of, english
from posecheck.records import Assessment, Cue, Floats, Frame, Sighting, frozen

FOLDER: Final = Path(__file__).resolve().parents[1] / "tests" / "goldens"
TAKE, SAID = ".jsonl.xz", ".said.jsonl"
FPS: Final = 10.0
#: A person each in turn, none of whom the network that reads the back has seen.
PEOPLE: Final = (2001, 2002, 2003, 2004)
#: Landmarks are kept to 1/16 px, metres and shares to 1/4096: finer than the model is steady, and half as long a file.
_PX_STEPS, _FINE_STEPS = 16.0, 4096.0


def watched() -> tuple[str, ...]:
    """The stretches that the camera judges."""
    return tuple(name for name in stretch_ids() if load_stretch(name).watch)


# ------------------------------------------------------------------------------------------------ the takes
def motion_of(plan: Plan, stretch: Stretch) -> Motion:
    """First well, then wrong: held in one go, or one repetition each. Where nothing can be wrong, well only."""
    good, *wrong = plan.executions
    changed = {name: getattr(plan.start, name) for name in good.down}
    back = cast("Changes", changed)
    if stretch.reps is not None:
        once = (go(1.7, **good.down), still(1.2), go(1.6, **back), still(0.4))
        again = (go(1.6, **wrong[0].down), still(0.9), go(1.5, **back), still(0.4))
        return Motion.of(plan.start, still(0.8), *once, *again)
    moments = [still(1.2), go(1.5, **good.down), still(2.0)]
    if wrong:
        moments += [go(0.9, **wrong[0].down), still(2.0)]
    return Motion.of(plan.start, *moments)


def spec_of(name: str, number: int) -> ClipSpec:
    """The take of a stretch: a person in turn, facing left and right in turn, the nearer side."""
    plan, person = PLANS[name], Person.random(PEOPLE[number % len(PEOPLE)])
    facing = FACINGS[number % 2]
    stance = replace(plan.stance or Stance(plan.posture), posture=plan.posture, lead=facing)
    return framed(
        ClipSpec(
            motion_of(plan, load_stretch(name)),
            body=person.body,
            clothes=person.clothes,
            camera=Camera(facing=facing, yaw_deg=4.0, height_m=plan.camera_height_m),
            scene=Scene(furniture=2, noise=1.5, seed=number),
            stance=stance,
            fps=FPS,
            seed=number,
        )
    )


def record(name: str, number: int) -> None:
    """Draw a take, let the model look at it, and keep what it saw."""
    stretch, spec = load_stretch(name), spec_of(name, number)
    studio, builder, counts = Studio(spec), SightingBuilder(), recording_format.Counts()
    with MediaPipeBackend() as backend:
        lines = [
            recording_format.header_line(
                origin_of(f"{name}, drawn", stretch, backend.model_sha256, default_profile(stretch))
            )
        ]
        for index, t_s in enumerate(spec.times_s):
            frame = Frame(frozen(studio.frame(t_s).image_rgb, np.uint8), t_s, index)
            sighting = shortened(builder.build(frame, backend.detect(frame)))
            counts = counts.plus(sighting)
            lines.append(recording_format.sighting_line(sighting))
    lines.append(recording_format.footer_line(counts, "complete"))
    text = "".join(f"{line}\n" for line in lines)
    (FOLDER / f"{name}{TAKE}").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def shortened(seen: Sighting) -> Sighting:
    """A sighting with numbers no finer than they are worth."""
    back = seen.back
    if back is not None:
        back = replace(
            back,
            hip_px=_in_steps(back.hip_px, _PX_STEPS),
            shoulder_px=_in_steps(back.shoulder_px, _PX_STEPS),
            dorsal=_in_steps(back.dorsal, _FINE_STEPS),
        )
    return replace(
        seen,
        landmarks_px=_in_steps(seen.landmarks_px, _PX_STEPS),
        visibility=_in_steps(seen.visibility, _FINE_STEPS / 16),
        world_m=_in_steps(seen.world_m, _FINE_STEPS / 4),
        back=back,
    )


def _in_steps(values: Floats, per_unit: float) -> Floats:
    return frozen(np.round(values * per_unit) / per_unit, np.float64)


# ------------------------------------------------------------------------------------------------ what is said of them
def sightings_of(take: Path) -> Iterator[Sighting]:
    """Every sighting of a take."""
    _, *lines = lzma.decompress(take.read_bytes()).decode("utf-8").splitlines()
    for number, line in enumerate(lines, 2):
        found = recording_format.read_line(line, f"{take.name} line {number}")
        if isinstance(found, Sighting):
            yield found


def facts(name: str, take: Path) -> list[dict[str, Any]]:
    """What posecheck says of a take: seconds of each verdict, the hold, repetitions, events, and what the coach speaks."""
    stretch = load_stretch(name)
    spoken: list[tuple[Cue, str]] = []
    sides: list[str] = []

    def listen(_: Frame | None, judged: Assessment) -> None:
        if judged.said is not None and judged.said.spoken:
            spoken.append((judged.said, judged.cue))
        if judged.measures.view.lead_side is not None:
            sides.append(str(judged.measures.view.lead_side))

    outcome = run(((None, one) for one in sightings_of(take)), stretch, default_profile(stretch), on_frame=listen)
    told: list[dict[str, Any]] = [
        {"frames": outcome.statistics.frames, "to_s": _s(outcome.statistics.to_s)},
        {f"{verdict}_s": _s(seconds) for verdict, seconds in outcome.statistics.verdict_s.items()},
    ]
    if stretch.hold is not None:
        told.append({"hold_good_s": _s(outcome.statistics.best_hold_s)})
    if stretch.lead:
        told.append({"side": max(set(sides), key=sides.count) if sides else ""})
    told += [
        {
            "rep": rep.number,
            "start_s": _s(rep.start_s),
            "end_s": _s(rep.end_s),
            "depth": _value(rep.depth),
            "whole": rep.whole,
            "good": rep.good,
            "remark": english(rep.remark),
            "reason_code": code_of(rep.remark),
        }
        for rep in outcome.statistics.reps or ()
    ]
    told += [
        {
            "event": event.rule,
            "verdict": str(event.verdict),
            "start_s": _s(event.start_s),
            "end_s": _s(event.end_s),
            "worst": _value(event.value),
            "reason": english(event.reason),
            "reason_code": code_of(event.reason),
        }
        for event in outcome.events
    ]
    told += [{"said": str(said.kind), "t_s": _s(said.t_s), "text": text} for said, text in spoken]
    return told


def _s(seconds: float) -> float:
    return round(seconds, 1)


def _value(value: float) -> float | None:
    """To whole degrees; None when it was not seen."""
    return None if math.isnan(value) else round(value)


def lines_of(told: Sequence[dict[str, Any]]) -> list[str]:
    """The facts, one a line."""
    return [json.dumps(fact, ensure_ascii=False) for fact in told]


def write_down(name: str) -> None:
    """Write down what is said of a take now."""
    lines = lines_of(facts(name, FOLDER / f"{name}{TAKE}"))
    (FOLDER / f"{name}{SAID}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def main() -> int:
    """Record the takes that are asked for, and write down what is said of every one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.goldens", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("what", nargs="?", choices=["record"], help="draw the takes again too")
    parser.add_argument("ids", nargs="*", metavar="ID", help="only these")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for number, name in enumerate(watched()):
        if options.ids and name not in options.ids:
            continue
        if options.what == "record":
            record(name, number)
        write_down(name)
        print(f"{name}: {(FOLDER / f'{name}{TAKE}').stat().st_size / 1000:.0f} kB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
