"""What can be asked of a person? (Postures, arms, and the angles of one moment.)

All angles in degrees, 0 at neutral, + for flexion or forward. The *lead* leg is the one that is stretched: in front, on
the step, straight on the chair, raised while lying; with `single_leg` it is the one that stands.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

from benchmarks.people.body import Side

Posture = Literal[
    "standing",
    "step",
    "chair",
    "floor",
    "lying",
    "high_step",
    "staggered",
    "wide",
    "single_leg",
    "crossed",
    "half_kneeling",
    "floor_one_leg",
]
"""standing: feet side by side. step: the lead foot on a step; high_step: on something as high as the hips. staggered:
the lead foot one step in front, both flat. wide: feet wide apart, out of the picture's plane. single_leg: the other leg
in line with the trunk. crossed: the lead foot in front of the other one and across. half_kneeling: the other knee on
the floor, the lead leg straight in front. chair, floor: seated. floor_one_leg: the other foot's sole against the lead
thigh. lying: on the back."""

Arms = Literal[
    "hang", "reach", "thighs", "shins", "hips", "behind_thigh", "mat", "across", "bar", "overhead", "raised", "strap"
]
"""across: one forearm (`Stance.busy_arm`) lies across the back, the other arm hangs. raised: that arm is up beside the
head, the other one hangs. bar: both hands hold a bar below the shoulders, in front of the legs. strap: hands on a strap
that goes round the lead foot."""

POSTURES: tuple[Posture, ...] = Posture.__args__  # type: ignore[attr-defined]
ARMS: tuple[Arms, ...] = Arms.__args__  # type: ignore[attr-defined]
SEATED: frozenset[Posture] = frozenset({"chair", "floor", "floor_one_leg"})

STEP_HEIGHT_M = 0.32
CHAIR_HEIGHT_M = 0.44
STANCE_SPREAD_DEG = 2.5
_SPREAD_DEG: dict[Posture, float] = {"wide": 22.0, "crossed": -9.0}
_STAGGER_M: dict[Posture, float] = {"staggered": 0.45, "crossed": 0.20}


@dataclass(frozen=True)
class Pose:
    """What the person does at one moment."""

    trunk_inclination_deg: float = 0.0
    """Mid-hip to mid-shoulder against vertical; the pelvis is tipped until it is exactly so. Lying ignores it."""
    lumbar_deg: float = 0.0
    thoracic_deg: float = 0.0
    neck_deg: float = 0.0
    knee_deg: float = 4.0
    """Flexion of the lead knee; of both knees with the feet side by side and in long sitting."""
    other_knee_deg: float = 4.0
    """Flexion of the other knee on the step, the chair, one leg, one knee (90: its thigh hangs down) and lying.

    With one foot in front it follows from where the feet stand; with `floor_one_leg` from where the foot lies.
    """
    leg_raise_deg: float = 0.0
    """Lying: the lead thigh above the floor."""
    shoulders_forward_deg: float = 0.0
    """How far the shoulders are drawn forward about the collar bones, beyond what the arms do."""
    shoulders_down_deg: float = 0.0
    """How far they are drawn towards the hips, as by what hangs from the hands."""
    arms: Arms = "hang"

    def toward(self, other: Pose, share: float) -> Pose:
        """The pose a share of the way to another one; arms are blended where they are solved."""
        numbers = {
            field.name: (1.0 - share) * getattr(self, field.name) + share * getattr(other, field.name)
            for field in fields(self)
            if field.name != "arms"
        }
        return replace(self, **numbers)


@dataclass(frozen=True)
class Stance:
    """What stays the same through a clip: on what the person stands, sits or lies, and which leg leads."""

    posture: Posture = "standing"
    lead: Side = "right"
    spread_deg: float | None = None
    """How far each leg is spread sideways, negative when they cross; None: as the posture has it."""
    step_forward_m: float | None = None
    """How far the raised foot is in front of the standing foot; None: as the posture and the leg have it."""
    step_height_m: float | None = None
    """How high the step or table is; None: as the posture and the leg have it."""
    stagger_m: float | None = None
    """How far the lead foot is in front of the other one, both flat, at least 0; None: as the posture has it."""
    busy_arm: Side | None = None
    """Which arm lies across the back; None: the lead side's."""

    @property
    def spread(self) -> float:
        """The legs' spread in degrees."""
        return _SPREAD_DEG.get(self.posture, STANCE_SPREAD_DEG) if self.spread_deg is None else self.spread_deg

    @property
    def ahead_m(self) -> float:
        """The lead foot's distance in front of the other foot when both are flat."""
        return _STAGGER_M.get(self.posture, 0.0) if self.stagger_m is None else self.stagger_m


def other_side(side: Side) -> Side:
    """The other one."""
    return "left" if side == "right" else "right"
