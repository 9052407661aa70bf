"""Does every stretch get the verdict it deserves? Good and wrong executions, both facings, both sides, real pixels.

    python -m benchmarks.stretches [--jobs 2] [--only ID ...] [--people 1] [--quick] [--save DIR] [--resume FILE]

Draws each stretch that posecheck watches done well and done wrong, lets the real pipeline look at the pixels, and
compares what it says with what it should. Synthetic people show that the code sees the geometry, not that a limit is
right for anybody. With `--resume` every finished clip is a line of FILE, and a run that was broken off goes on there.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.people import Camera, ClipSpec, Motion, Person, Pose, Posture, Scene, Side, Stance, Studio, framed
from benchmarks.people.camera import Facing
from benchmarks.people.motion import Changes, go, still
from posecheck.assessment import load_stretch, stretch_ids
from posecheck.assessment.stretch import Stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.records import Assessment, Frame, Sighting, Verdict, frozen
from posecheck.session import Looker, Outcome, default_profile, run

RESULTS: Final = Path(__file__).resolve().parent / "results"
FPS: Final = 12.0
#: A person each, none of whom the network that reads the back has seen.
PEOPLE: Final = (2001, 2002, 2003, 2004)
READY_S, DOWN_S, HOLD_S, UP_S, REST_S = 1.6, 1.8, 5.0, 1.6, 0.8
FACINGS: Final[tuple[Facing, Facing]] = ("left", "right")
SIDES: Final[tuple[Side, Side]] = ("left", "right")
#: Flexion (lumbar, thoracic) of a long back and of a round one.
LONG: Final[Changes] = {"lumbar_deg": 5.0, "thoracic_deg": 2.0}
ROUND: Final[Changes] = {"lumbar_deg": 40.0, "thoracic_deg": 24.0, "neck_deg": 10.0}


@dataclass(frozen=True)
class Execution:
    """One way to do a stretch."""

    name: str
    down: Changes
    """What changes from the start to the deepest point."""
    warns: frozenset[str] = frozenset()
    """The rules that should warn; none of the others should, but for `may`."""
    may: frozenset[str] = frozenset()
    """Rules that are as right to warn as to be silent: one fault can bring another."""


@dataclass(frozen=True)
class Plan:
    """How a stretch is drawn."""

    posture: Posture
    start: Pose
    executions: tuple[Execution, ...]
    stance: Stance | None = None
    camera_height_m: float = 1.0


def _bend(trunk_deg: float, **more: float) -> Changes:
    return {**LONG, "trunk_inclination_deg": trunk_deg, **more}  # type: ignore[typeddict-item]


def _plan(
    posture: Posture,
    trunk_deg: float,
    *,
    knee_deg: float,
    bent_knee_deg: float | None,
    start: Pose | None = None,
    knee_rule: str = "knee_bend",
    stance: Stance | None = None,
) -> Plan:
    """Good, with a round back, and (where the knee counts) with a knee bent too far."""
    begin = start or Pose(knee_deg=knee_deg)
    ways = [
        Execution("good", {**LONG, "trunk_inclination_deg": trunk_deg, "knee_deg": knee_deg}),
        Execution(
            "round back",
            {**ROUND, "trunk_inclination_deg": trunk_deg, "knee_deg": knee_deg},
            frozenset({"spine_rounding"}),
            frozenset({"hips_lead"}),
        ),
    ]
    if bent_knee_deg is not None:
        ways.append(
            Execution(
                "bent knee",
                {**LONG, "trunk_inclination_deg": trunk_deg, "knee_deg": bent_knee_deg},
                frozenset({knee_rule}),
                frozenset({"free_leg_drops"}),
            )
        )
    return Plan(posture, begin, tuple(ways), stance)


LYING: Final = Pose(knee_deg=60.0, other_knee_deg=75.0, leg_raise_deg=35.0, arms="mat")
SEATED_TALL: Final = Pose(knee_deg=6.0, arms="thighs")
PLANS: Final[dict[str, Plan]] = {
    "hip_hinge_drill": _plan(
        "standing", 55.0, knee_deg=10.0, bent_knee_deg=45.0, start=Pose(knee_deg=8.0, arms="thighs")
    ),
    "standing_forward_fold": _plan("standing", 75.0, knee_deg=6.0, bent_knee_deg=38.0),
    "alternate_reach": _plan("standing", 60.0, knee_deg=5.0, bent_knee_deg=38.0),
    "foot_on_step": _plan("step", 42.0, knee_deg=30.0, bent_knee_deg=None),
    "leg_lift_high": _plan("high_step", 40.0, knee_deg=6.0, bent_knee_deg=38.0),
    "staggered_hinge": _plan("staggered", 55.0, knee_deg=6.0, bent_knee_deg=38.0),
    "wide_leg_fold": _plan("wide", 75.0, knee_deg=5.0, bent_knee_deg=None),
    "single_leg_rdl": _plan(
        "single_leg",
        78.0,
        knee_deg=18.0,
        bent_knee_deg=58.0,
        start=Pose(knee_deg=15.0, other_knee_deg=20.0),
        knee_rule="knee_too_bent",
    ),
    "leg_crossover": _plan("crossed", 65.0, knee_deg=5.0, bent_knee_deg=None),
    "pyramid": _plan("staggered", 65.0, knee_deg=5.0, bent_knee_deg=38.0, stance=Stance(stagger_m=0.6)),
    "forward_fold_blocks": _plan("standing", 80.0, knee_deg=8.0, bent_knee_deg=45.0),
    "half_split": _plan(
        "half_kneeling", 45.0, knee_deg=6.0, bent_knee_deg=38.0, start=Pose(knee_deg=6.0, other_knee_deg=90.0)
    ),
    "chair_leg_stretch": _plan(
        "chair", 32.0, knee_deg=6.0, bent_knee_deg=40.0, start=replace(SEATED_TALL, other_knee_deg=85.0)
    ),
    "seated_one_leg": _plan("floor_one_leg", 30.0, knee_deg=5.0, bent_knee_deg=38.0, start=SEATED_TALL),
    "floor_leg_stretch": _plan("floor", 32.0, knee_deg=5.0, bent_knee_deg=38.0, start=SEATED_TALL),
    "lying_leg_raise": Plan(
        "lying",
        LYING,
        (
            Execution("good", {"leg_raise_deg": 75.0, "knee_deg": 5.0, "arms": "behind_thigh"}),
            Execution(
                "bent knee",
                {"leg_raise_deg": 75.0, "knee_deg": 45.0, "arms": "behind_thigh"},
                frozenset({"knee_bend"}),
            ),
        ),
        camera_height_m=0.8,
    ),
    "crossed_leg_supine": Plan(
        "lying",
        LYING,
        (Execution("good", {"leg_raise_deg": 115.0, "knee_deg": 105.0, "arms": "behind_thigh"}),),
        camera_height_m=0.8,
    ),
    "standing_posture": Plan(
        "standing",
        Pose(),
        (
            Execution("good", {"trunk_inclination_deg": 1.0}),
            Execution("leaning", {"trunk_inclination_deg": 15.0}, frozenset({"leaning_forward"})),
        ),
    ),
}


@dataclass(frozen=True)
class Case:
    """One clip."""

    stretch: str
    execution: int
    facing: Facing
    lead: Side
    person: int


@dataclass(frozen=True)
class Row:
    """What came of one clip."""

    stretch: str
    execution: str
    facing: str
    lead: str
    expected: tuple[str, ...]
    allowed: tuple[str, ...]
    warned: tuple[str, ...]
    good_s: float
    """Seconds of the deepest part with that verdict."""
    warn_s: float
    unknown_s: float
    reason: str
    """The most frequent reason of UNKNOWN in the deepest part."""
    hold_error_s: float
    """Good seconds counted minus seconds in which the good position was held; NaN unless a good hold was drawn."""
    side_frac: float
    """Share of the deepest part in which the working leg was recognised; NaN without sides."""

    @property
    def missed(self) -> tuple[str, ...]:
        """Rules that should have warned and did not."""
        return tuple(sorted(set(self.expected) - set(self.warned)))

    @property
    def false(self) -> tuple[str, ...]:
        """Rules that warned and should not have."""
        return tuple(sorted(set(self.warned) - set(self.expected) - set(self.allowed)))


def spec_of(case: Case) -> ClipSpec:
    """The clip as it is drawn."""
    plan = PLANS[case.stretch]
    way = plan.executions[case.execution]
    person = Person.random(case.person)
    motion = Motion.of(
        plan.start,
        still(READY_S),
        go(DOWN_S, **way.down),
        still(HOLD_S),
        go(UP_S, **{name: getattr(plan.start, name) for name in way.down}),
        still(REST_S),
    )
    stance = replace(plan.stance or Stance(plan.posture), posture=plan.posture, lead=case.lead)
    camera = Camera(facing=case.facing, yaw_deg=4.0, height_m=plan.camera_height_m)
    scene = Scene(furniture=2, noise=1.5, seed=case.person)
    return framed(
        ClipSpec(
            motion,
            body=person.body,
            clothes=person.clothes,
            camera=camera,
            scene=scene,
            stance=stance,
            fps=FPS,
            seed=case.person,
        )
    )


def measure(case: Case) -> Row:
    """Draw one clip, let the whole pipeline look at it, and say what came of it."""
    stretch, spec, way = load_stretch(case.stretch), spec_of(case), PLANS[case.stretch].executions[case.execution]
    profile = default_profile(stretch)
    judged: list[Assessment] = []
    studio = Studio(spec)
    with MediaPipeBackend() as backend:
        looker = Looker()

        def pairs() -> Iterator[tuple[Frame, Sighting]]:
            for index, t_s in enumerate(spec.times_s):
                frame = Frame(frozen(studio.frame(t_s).image_rgb, np.uint8), t_s, index)
                yield frame, looker.look(frame, backend.detect(frame))

        outcome = run(pairs(), stretch, profile, on_frame=lambda _, one: judged.append(one))
    deep = [one for one in judged if READY_S + DOWN_S <= one.t_s < READY_S + DOWN_S + HOLD_S]
    seconds = {verdict: sum(one.verdict is verdict for one in deep) / FPS for verdict in Verdict}
    reasons = [one.reason for one in deep if one.verdict is Verdict.UNKNOWN]
    return Row(
        stretch=case.stretch,
        execution=way.name,
        facing=case.facing,
        lead=case.lead,
        expected=tuple(sorted(way.warns)),
        allowed=tuple(sorted(way.may)),
        warned=tuple(sorted({event.rule for event in outcome.events if event.verdict is Verdict.WARN})),
        good_s=seconds[Verdict.GOOD],
        warn_s=seconds[Verdict.WARN],
        unknown_s=seconds[Verdict.UNKNOWN],
        reason=max(set(reasons), key=reasons.count) if reasons else "",
        hold_error_s=_hold_error_s(outcome, studio, spec, stretch, way),
        side_frac=_side_frac(deep, stretch, case.lead),
    )


def _hold_error_s(outcome: Outcome, studio: Studio, spec: ClipSpec, stretch: Stretch, way: Execution) -> float:
    """Against the seconds in which the truth lies beyond the bounds of the hold's phase."""
    if stretch.hold is None or way.warns:
        return math.nan
    phase = next((phase for phase in stretch.phases if phase.name == stretch.hold.phase), None)
    if phase is None or phase.measure != "trunk_inclination_deg":
        return math.nan
    inside, held_s = False, 0.0
    for t_s in spec.times_s:
        value = studio.truth(t_s).trunk_inclination_deg
        bound = (phase.leave if inside else phase.begin).default
        inside = phase.direction.sign * (value - bound) >= 0.0
        held_s += inside / FPS
    return outcome.hold_good_s - held_s


def _side_frac(deep: Sequence[Assessment], stretch: Stretch, lead: Side) -> float:
    if not stretch.lead or not deep:
        return math.nan
    return float(np.mean([one.measures.view.lead_side == lead for one in deep]))


def cases(ids: Sequence[str], people: int, *, quick: bool) -> list[Case]:
    """Every clip: stretch × execution × facing × side × person; with `quick` one facing and the nearer side."""
    return [
        Case(name, execution, facing, lead, person)
        for name in ids
        for execution in range(len(PLANS[name].executions))
        for facing in FACINGS[: 1 if quick else 2]
        for lead in (_leads(name, facing) if not quick else (facing,))
        for person in PEOPLE[:people]
    ]


def _leads(name: str, facing: Facing) -> tuple[Side, ...]:
    """Both sides where the stretch has sides, else the one nearer the camera."""
    return SIDES if load_stretch(name).lead else (facing,)


def page(rows: Sequence[Row]) -> str:
    """The table as Markdown."""
    lines = [
        (
            "| stretch | execution | clips | expected | GOOD / WARN / UNKNOWN while deep, s | missed | false | hold error, s "
            "| side recognised | reason of UNKNOWN |"
        ),
        "|---|---|---:|---|---:|---|---|---:|---:|---|",
    ]
    for name, way in dict.fromkeys((row.stretch, row.execution) for row in rows):
        mine = [row for row in rows if (row.stretch, row.execution) == (name, way)]
        reasons = [row.reason for row in mine if row.reason]
        lines.append(
            f"| {name} | {way} | {len(mine)} | {', '.join(mine[0].expected) or 'GOOD'} "
            f"| {_mean(row.good_s for row in mine):.1f} / {_mean(row.warn_s for row in mine):.1f} "
            f"/ {_mean(row.unknown_s for row in mine):.1f} | {_counted(row.missed for row in mine)} "
            f"| {_counted(row.false for row in mine)} | {_worst([row.hold_error_s for row in mine])} "
            f"| {_share([row.side_frac for row in mine])} | {max(set(reasons), key=reasons.count) if reasons else ''} |"
        )
    return "\n".join(lines)


def _mean(values: Iterator[float]) -> float:
    return float(np.mean(list(values)))


def _counted(rules: Iterator[tuple[str, ...]]) -> str:
    found = [rule for row in rules for rule in row]
    return ", ".join(f"{found.count(rule)}× {rule}" for rule in dict.fromkeys(found)) or "–"


def _worst(values: Sequence[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    return f"{max(known, key=abs):+.1f}" if known else ""


def _share(values: Sequence[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    return f"{np.mean(known):.0%}" if known else ""


def _kept(file: Path | None) -> dict[Case, Row]:
    """The clips that an earlier run has finished, by what they show."""
    if file is None or not file.exists():
        return {}
    kept = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        case, row = json.loads(line)
        lists = {name: tuple(row[name]) for name in ("expected", "allowed", "warned")}
        kept[Case(**case)] = Row(**{**row, **lists})
    return kept


def main() -> int:
    """Draw, judge, print and save."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.stretches", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--people", type=int, default=1, help="how many people do each (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one facing, the nearer side")
    parser.add_argument("--only", nargs="*", default=[], metavar="ID")
    parser.add_argument("--save", type=Path, default=RESULTS)
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep finished clips here (JSON lines), and go on")
    options = parser.parse_args()
    watched = [name for name in stretch_ids() if load_stretch(name).watch]
    missing = sorted(set(watched) - set(PLANS))
    if missing:
        parser.error(f"no way to draw {', '.join(missing)}")
    jobs = cases(options.only or watched, options.people, quick=options.quick)
    done = _kept(options.resume)
    due = [case for case in jobs if case not in done]
    with ProcessPoolExecutor(options.jobs) as pool:
        for case, row in zip(due, pool.map(measure, due), strict=True):
            done[case] = row
            if options.resume is not None:
                with options.resume.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([asdict(case), asdict(row)]) + "\n")
            print(f"\r{len(done)} of {len(jobs)} clips", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows = [done[case] for case in jobs]
    text = f"{len(rows)} synthetic clips, {FPS:g} frames a second.\n\n{page(rows)}"
    print(text)
    if not options.only:
        options.save.mkdir(parents=True, exist_ok=True)
        (options.save / "stretches.md").write_text(text + "\n", encoding="utf-8")
        told = json.dumps([asdict(row) for row in rows], indent=1)
        (options.save / "stretches.json").write_text(told + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
