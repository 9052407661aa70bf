"""How is every stretch drawn: well, with a round back, with a bent knee; both facings, either leg?

`PLANS` says how each stretch that posecheck watches is done well and wrong, and which rules a wrong one breaks;
`spec_of` is the clip of one case. Looked at by `benchmarks.stretches` and `benchmarks.goldens`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from benchmarks.people import Camera, ClipSpec, Motion, Person, Pose, Posture, Scene, Side, Stance, framed
from benchmarks.people.camera import Facing
from benchmarks.people.motion import Changes, go, still

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

    @property
    def name(self) -> str:
        """As a file is called that shows it."""
        return f"{self.stretch}-{self.execution}-{self.facing}-{self.lead}-{self.person}"


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
