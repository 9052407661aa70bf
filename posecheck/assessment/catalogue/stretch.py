"""What a stretch is, as plain frozen records: the pure code reads these, `stretch_files` makes them from files.

Every number in them is a `Tunable`: the value in force is looked up in a profile by its key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from posecheck.tunables import Tunable

#: How the body is placed.
POSITIONS: Final = ("standing", "kneeling", "seated", "floor", "lying")
#: Where the camera has to stand: "side" for side-on, "any" where it does not matter, "none" where nothing is judged.
VIEWS: Final = ("side", "any", "none")
#: Which side should be toward the camera.
CAMERA_SIDES: Final = ("near", "far")
#: The measure that says how deep a stretch goes, unless its file names another.
DEPTH: Final = "hip_hinge_deg"
#: The measure that is missing for a leg on the far side.
LEAD_KNEE: Final = "lead_knee_flexion_deg"


class Direction(StrEnum):
    """The side of a limit that a condition means."""

    ABOVE = "above"
    BELOW = "below"

    @property
    def sign(self) -> float:
        """+1 for above, -1 for below: `sign * (value - limit)` is how far a value lies beyond the limit."""
        return 1.0 if self is Direction.ABOVE else -1.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A named part of a stretch: while `measure` lies beyond a bound. It ends at another bound, so it cannot flicker."""

    name: str
    what: str
    """The phase in words, for people."""
    measure: str
    """One of `records.QUANTITY_NAMES`, in degrees."""
    direction: Direction
    begin: Tunable
    """`NAME.from_deg`: active from this value on."""
    leave: Tunable
    """`NAME.leave_deg`: over once the value falls short of this."""

    @property
    def tunables(self) -> tuple[Tunable, ...]:
        """Its numbers, in the order of the file."""
        return (self.begin, self.leave)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can go wrong: `measure` beyond `limit` for `dwell` seconds, until within `leave` for a while."""

    id: str
    name: str
    """A short label for people: "Back"."""
    measure: str
    """One of `records.QUANTITY_NAMES`."""
    direction: Direction
    """ABOVE: values above the limit are wrong."""
    phase: str | None
    """The phase in which it is in force; None: always."""
    limit: Tunable
    """`ID.limit_deg` (`ID.limit` for a share)."""
    leave: Tunable
    """`ID.leave_deg`: on the good side of the limit."""
    dwell: Tunable
    """`ID.dwell_s`: how long the value must be beyond the limit before it warns."""
    leave_dwell: Tunable
    """`ID.leave_dwell_s`: how long it must be within `leave` before it is good again."""
    reason: str
    """What is wrong, as a statement."""
    say: str
    """What to do about it, as a coach says it."""
    fix: str
    """An easier way out, said when the fault stays; empty if there is none."""
    good_again: str
    """What to say on return."""

    @property
    def tunables(self) -> tuple[Tunable, ...]:
        """Its numbers, in the order of the file."""
        return (self.limit, self.leave, self.dwell, self.leave_dwell)


@dataclass(frozen=True, slots=True)
class HoldGoal:
    """A stretch that is held: in which phase, for how many good seconds, and how often."""

    phase: str | None
    """None in a stretch that is not watched: then every second of the timer counts."""
    target: Tunable
    """`hold.target_s`."""
    repeat: Tunable | None = None
    """`hold.repeat`: how often on each side; None: once."""
    rest: Tunable | None = None
    """`hold.rest_s`: the pause between two holds; given exactly when `repeat` is."""

    @property
    def tunables(self) -> tuple[Tunable, ...]:
        """Its numbers, in the order of the file."""
        return tuple(number for number in (self.target, self.repeat, self.rest) if number is not None)


@dataclass(frozen=True, slots=True)
class RepsGoal:
    """A stretch that is repeated: what makes a repetition, and how many of what quality."""

    phase: str
    """From entering this phase to leaving it is one repetition."""
    count: Tunable
    """`reps.count`: how many make a set (on each side)."""
    depth: Tunable
    """`reps.depth_deg`: how far the measure of the phase must go for a whole repetition; less is a partial one."""
    slow: Tunable
    """`reps.slow_s`: a repetition in the phase for less than this was hurried."""

    @property
    def tunables(self) -> tuple[Tunable, ...]:
        """Its numbers, in the order of the file."""
        return (self.count, self.depth, self.slow)


@dataclass(frozen=True, slots=True)
class Sides:
    """A stretch that is done on one side after the other. Which leg works is `Stretch.lead`."""

    camera: str
    """Whether the working leg should be the one "near" the camera or the "far" one; empty where it does not matter."""
    say: str
    """How the other side is asked for."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch: what to do, and how it is judged."""

    id: str
    name: str
    position: str
    """One of `POSITIONS`."""
    view: str
    """One of `VIEWS`."""
    setup: str
    steps: tuple[str, ...]
    safety: str
    sources: tuple[str, ...]
    """What the stretch rests on: studies, or that it is common practice or judgement; may be empty."""
    phases: tuple[Phase, ...]
    rules: tuple[Rule, ...]
    """The most important first: of two faults the first one is spoken of."""
    hold: HoldGoal | None
    reps: RepsGoal | None
    lead: str = ""
    """Which leg is the working one: one of `LEADS`; empty where there is none, or none that could be recognised."""
    sides: Sides | None = None
    """None for a stretch that is done once."""
    breathing: tuple[str, ...] = ()
    """What to say of the breath during a hold, in turn."""
    not_judged: tuple[str, ...] = ()
    """What the camera cannot honestly judge here, in sentences."""
    watch: bool = True
    """False: posecheck only keeps the time; there are no phases and no rules."""
    oblique_ok: bool = False
    """With view "any": the back is judged while the camera happens to see it from the side, and UNKNOWN otherwise."""
    depth: str = DEPTH
    """The measure that says how deep the stretch went; empty if it is not watched."""
    file: str = field(default="", compare=False)
    """Where somebody's own stretch was read from; empty for one that came with posecheck."""

    @property
    def wants_near_lead(self) -> bool:
        """Whether the lead leg must be the near one to be judged: its knee has a rule, and is not told when far.

        Lying it is (`kinematics.legs.lead_leg.far_knee_is_measurable`). A rule for a knee that was straightened of one's own accord
        asks for nothing: it begins with that knee seen straight.
        """
        offered = {phase.name for phase in self.phases if phase.measure == LEAD_KNEE}
        return self.position != "lying" and any(
            rule.measure == LEAD_KNEE and rule.phase not in offered for rule in self.rules
        )

    @property
    def origin(self) -> str:
        """What finds it again, for `stretch_files.find_stretch`: its file if it is somebody's own, else its id."""
        return self.file or self.id

    @property
    def tunables(self) -> tuple[Tunable, ...]:
        """Every number of the stretch that may be adjusted, in the order of the file; keys are unique."""
        return (
            *(tunable for phase in self.phases for tunable in phase.tunables),
            *(tunable for rule in self.rules for tunable in rule.tunables),
            *(self.hold.tunables if self.hold else ()),
            *(self.reps.tunables if self.reps else ()),
        )
