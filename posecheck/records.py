"""The records that travel between the rooms, in the order in which they are made.

    Frame ─> Detection ─> Sighting ─> Measures ─> Assessment (Finding, Hold, Reps, Cue, Setup) ─> Event

All are frozen, and their arrays are read-only. `t_s` is seconds from the source's own clock, strictly rising within
a stream. NaN means "not seen", everywhere, and nothing else does. Picture coordinates are pixels of the frame as the
user sees it (x right, y down, rotation applied); body coordinates are metres. Nothing is ever normalised to 0..1:
an angle taken there is wrong in any picture that is not square.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from posecheck.body import LANDMARK_COUNT, Landmark, Side
from posecheck.calibration import Calibrations, Notice
from posecheck.reasons import Reason, Value

Floats: TypeAlias = NDArray[np.float64]
Bytes: TypeAlias = NDArray[np.uint8]

#: Rows (along hip → shoulder) and columns (across, the back at high columns) of the aligned back crop.
CROP_SHAPE: Final = (48, 40)
#: Where on the axis (0 mid-hip, 1 mid-shoulder) the first and the last sample of `Back.dorsal` lie; evenly spaced.
CONTOUR_ROWS: Final = (-0.85, 1.55)


#: After a frame nothing is known until the next. In a pause longer than this nothing was seen, so it is UNKNOWN: the
#: default of `rules.gap_s`, at which judging begins anew.
PAUSE_S: Final = 1.0


def frozen(array: Any, dtype: Any) -> NDArray[Any]:
    """`array` as a read-only array of `dtype`: itself when it already is one, else a copy."""
    out = np.asarray(array, dtype=dtype)
    if out.flags.writeable:
        out = out.copy()
        out.flags.writeable = False
    return out


class Verdict(StrEnum):
    """What may be said of a rule or of a frame. UNKNOWN never counts as good."""

    GOOD = "GOOD"
    WARN = "WARN"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and its time."""

    image_rgb: Bytes
    """(h, w, 3), read-only."""
    t_s: float
    """Seconds since the source began; strictly rising within a source."""
    index: int
    """0, 1, 2 … of the frames the source delivered; for messages only, never for time."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What a pose model says of one frame, for the one person it follows. Raw: nothing is smoothed."""

    t_s: float
    landmarks_px: Floats
    """(33, 2) x and y in pixels of the frame; rows by `Landmark`; NaN where the backend gives none."""
    visibility: Floats
    """(33,) 0..1, the backend's own estimate; NaN where there is none."""
    world_m: Floats
    """(33, 3) metres around the mid-hip; x to the picture's right, y down, z away from the camera."""
    mask: NDArray[np.float32] | None
    """(h, w) 0..1, how surely a pixel is the person; same size as the frame. None without a person."""
    people: int
    """How many people were in view when last counted (the backend counts now and then); 0 when nobody."""

    @property
    def is_empty(self) -> bool:
        """Whether no person was found."""
        return self.mask is None


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """The back as the silhouette shows it, sampled around the axis mid-hip → mid-shoulder.

    Lengths are in chords (the axis is 1 long), so that neither distance nor roll of the camera matters.
    """

    hip_px: Floats
    """(2,) mid-hip, where the axis begins."""
    shoulder_px: Floats
    """(2,) mid-shoulder, where it ends."""
    facing: int
    """+1: the person faces the picture's right; -1: left. The back is on the other side."""
    crop: Bytes
    """`CROP_SHAPE` mask values 0..255, the back always at high columns, only the trunk's own part kept."""
    dorsal: Floats
    """(n,) distance of the outline of the back from the axis at evenly spaced rows (`kinematics.spine.flexion.dorsal_profile.ROWS`);
    NaN where an arm, the edge of the picture or a hole interrupts it."""
    inside_frac: float
    """Share of the crop's trunk rows that lie inside the picture, 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class LegsSeen:
    """What the silhouette says of the legs as the model draws them; the left leg first. NaN where it says nothing."""

    on_body: Floats
    """(2, 2) the share of thigh and shin that lies on the silhouette, 0..1."""
    across_px: Floats
    """(2, 2) where the leg begins and ends on the line across it through the drawn knee, in pixels from that knee, + a
    quarter turn clockwise from hip → ankle; NaN where there is none nearby."""
    middle: Floats
    """(2, 2) as `on_body`, with the knee in the middle of that."""
    limbs_px: Floats = field(default_factory=lambda: frozen(np.full((2, 2, 2), np.nan), np.float64))
    """(2, 2, 2) knee and ankle of two legs that the silhouette itself shows, in no order of sides; NaN in recordings of
    before that do not tell."""


def nobody_px() -> Floats:
    """Landmarks of nobody: (33, 2) NaN."""
    return frozen(np.full((LANDMARK_COUNT, 2), np.nan), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What was seen of the person in one frame: all that is recorded, enough to judge again without pixels."""

    t_s: float
    index: int
    image_wh: tuple[int, int]
    """Width and height of the frame in pixels."""
    landmarks_px: Floats
    visibility: Floats
    world_m: Floats
    back: Back | None
    """None when there is no person or no axis to sample around."""
    people: int
    brightness_frac: float
    """Mean luma of the picture, 0..1."""
    legs: LegsSeen | None = None
    """None where there is no person, and in recordings of before that do not tell."""

    @property
    def is_empty(self) -> bool:
        """Whether no person was found."""
        return bool(np.isnan(self.landmarks_px).all())

    def point(self, landmark: Landmark) -> Floats:
        """(2,) pixels of one landmark; NaN if not seen."""
        out: Floats = self.landmarks_px[landmark]
        return out


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measure's name as programs know it, with what people need to read it."""

    name: str
    unit: str
    label: str
    what: str
    joints: tuple[str, ...] = ()
    """The joints it is taken from (plain names, of one side): NaN where a pose model does not report one of them."""


#: What measures need.
_TRUNK: Final = ("shoulder", "hip")
_FOLD: Final = ("shoulder", "hip", "knee")
_LEG: Final = ("hip", "knee", "ankle")
#: Every measure, in the order of the columns of measures.csv. Definitions stand with the functions in `kinematics`.
QUANTITIES: Final[tuple[Quantity, ...]] = (
    Quantity(
        "hip_hinge_deg", "deg", "Hip hinge", "trunk-thigh (fold) angle, near side; cannot see rounding", joints=_FOLD
    ),
    Quantity("knee_flexion_deg", "deg", "Knee", "knee flexion, near side; 0 straight", joints=_LEG),
    Quantity(
        "trunk_inclination_deg", "deg", "Trunk", "hip→shoulder against vertical; 0 upright, + forward", joints=_TRUNK
    ),
    Quantity(
        "pelvis_inclination_deg",
        "deg",
        "Pelvis",
        "forward tilt of the pelvis since standing upright; estimate",
        joints=_TRUNK,
    ),
    Quantity(
        "spine_flexion_deg",
        "deg",
        "Spine",
        "thoracolumbar flexion from the shape of the back; 0 as standing",
        joints=_TRUNK,
    ),
    Quantity(
        "spine_sigma_deg",
        "deg",
        "Spine ±",
        "how far off the spine's flexion may be (standard deviation)",
        joints=_TRUNK,
    ),
    Quantity(
        "upper_back_deg",
        "deg",
        "Upper back",
        "the part of the spine's flexion above the first lumbar vertebra",
        joints=_TRUNK,
    ),
    Quantity("lower_back_deg", "deg", "Lower back", "the part of it below, down to the sacrum", joints=_TRUNK),
    Quantity("hip_share", "", "Hip share", "how much of the bend came from the hips, 0..1", joints=_TRUNK),
    Quantity(
        "lead_knee_flexion_deg",
        "deg",
        "Lead knee",
        "knee flexion of the leg that the stretch speaks of, while near; 0 straight",
        joints=_LEG,
    ),
    Quantity("lead_hip_hinge_deg", "deg", "Lead hip", "trunk-thigh (fold) angle on that leg's side", joints=_FOLD),
    Quantity(
        "lead_leg_deg",
        "deg",
        "Lead leg",
        "its thigh raised from hanging down; lying: above the floor",
        joints=("hip", "knee"),
    ),
    Quantity("other_knee_flexion_deg", "deg", "Other knee", "knee flexion of the other leg; 0 straight", joints=_LEG),
    Quantity(
        "other_hip_hinge_deg", "deg", "Other hip", "trunk-thigh (fold) angle on the other leg's side", joints=_FOLD
    ),
    Quantity("view_yaw_deg", "deg", "View", "how far the camera is from side-on; 0 exactly side-on", joints=_TRUNK),
    Quantity("camera_roll_deg", "deg", "Roll", "how far the camera is turned about its lens; + the scene leans right"),
)
QUANTITY_NAMES: Final = tuple(quantity.name for quantity in QUANTITIES)

#: What makes a leg the lead leg of a stretch: it is raised, in front, the straight one, stood on, crosses the other
#: one; "" where the stretch does not tell the legs apart.
LEADS: Final = ("", "raised", "front", "straight", "standing", "crossed")


@dataclass(frozen=True, slots=True)
class View:
    """How the camera sees the person."""

    facing: int
    """+1 faces the picture's right, -1 left, 0 not known."""
    near_side: Side | None
    """The side whose limbs are measured: the one nearer the camera, held with hysteresis."""
    trunk_px: float
    """Length of the chord mid-hip → mid-shoulder."""
    cut_off: tuple[str, ...]
    """Joints of the near side (plain names) outside the picture or not seen, e.g. `("ankle",)`."""
    people: int
    brightness_frac: float
    reason: Reason | None
    """Why the back cannot be judged in this frame; None when it can."""
    position: str = ""
    """"standing", "kneeling", "seated" (on a chair), "floor" (seated on it) or "lying" (on the back), held for a while
    against single pictures that say otherwise; empty when it cannot be determined."""
    well_placed: bool = False
    """Whether light, distance, frame and side are right, so that `position` and the joints may be believed; `reason` is
    then about the back alone."""
    not_reported: tuple[str, ...] = ()
    """Joints (plain names) that the pose model does not report of either side, though it has found the person."""
    lead_side: Side | None = None
    """The side of the lead leg (see `LEADS`), held with hysteresis; None until recognised and without a role."""

    @property
    def lead_is_far(self) -> bool:
        """Whether the lead leg is known to be the one further from the camera."""
        return self.lead_side is not None and self.near_side is not None and self.lead_side is not self.near_side


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one frame. A value that could not be measured is NaN, never 0."""

    t_s: float
    values: Mapping[str, float]
    """By the names of `QUANTITIES`, every one present."""
    view: View

    def __post_init__(self) -> None:
        missing = set(QUANTITY_NAMES) ^ set(self.values)
        if missing:
            raise ValueError(f"measures must have exactly the quantities of records.QUANTITIES; differ: {missing}")
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __getitem__(self, name: str) -> float:
        return self.values[name]


class Fit(StrEnum):
    """What may be said of one thing in how camera and person are placed."""

    OK = "OK"
    ACT = "ACT"
    """Something is to be changed."""
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Check:
    """What the set-up check says of one thing."""

    name: str
    """One of `SETUP_CHECKS`."""
    verdict: Fit
    value: float
    """The median it was judged by, in the unit of `SETUP_CHECKS`; NaN with UNKNOWN, or where no one number tells."""
    unit: str
    """"deg", "%" or ""."""
    reason: Reason | None
    """What to do; None with OK."""


#: What the set-up check looks at, in the order in which it is put right. `what` explains the value.
SETUP_CHECKS: Final[tuple[Quantity, ...]] = (
    Quantity("person", "", "One person", "in view"),
    Quantity("light", "%", "Light", "of full brightness"),
    Quantity("frame", "", "Whole body", "from head to feet"),
    Quantity("distance", "%", "Distance", "of the picture's height is your trunk"),
    Quantity("side", "deg", "Side-on", "from exactly side-on"),
    Quantity("height", "deg", "Camera height", "above (+) or below (−) your hips"),
    Quantity("level", "deg", "Camera level", "off level"),
    Quantity("back", "%", "Line of the back", "of its outline shows"),
)


@dataclass(frozen=True, slots=True)
class Setup:
    """How camera and person are placed, before the stretch begins."""

    checks: tuple[Check, ...]
    """One for each of `SETUP_CHECKS`, in that order."""
    over: bool
    """Whether the check is done, because all was well for a while or the stretch has begun. It then stays as it was."""
    from_s: float
    """Of the first picture that the checks rest on; NaN before there was one."""
    to_s: float
    """Of the last one."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be changed, and all that can be told of everybody is known."""
        verdicts = {check.name: check.verdict for check in self.checks}
        return Fit.ACT not in verdicts.values() and all(
            verdicts[name] is Fit.OK for name in ("person", "light", "frame", "distance", "side")
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one frame; only rules in force at that moment (their phase has begun) say anything."""

    rule: str
    verdict: Verdict
    value: float
    """The measure the rule looks at; NaN with UNKNOWN."""
    limit: float
    unit: str
    reason: Reason | None
    """Why; None with GOOD."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The hold timer. Only seconds with verdict GOOD count."""

    active: bool
    """Whether the person is in the hold position now."""
    good_s: float
    """Good seconds so far."""
    target_s: float
    """How many are wanted; 0 for a stretch without a hold."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition that is over: [start_s, end_s) in its phase."""

    number: int
    """1, 2, 3 … among the whole ones, as the coach counts them; 0 for one that does not count."""
    start_s: float
    end_s: float
    seen: bool
    """Whether enough of it was seen to be judged; False never counts, neither as whole nor as good."""
    measure: str
    """The measure of `QUANTITIES` that `depth` is of: that of the phase."""
    depth: float
    """The deepest value that was seen in it."""
    worst_spine_deg: float
    """The most the spine was flexed in it; NaN if that could not be told."""
    rounded_s: float
    """Seconds in which the rule of the back warned."""
    bent_knee_s: float
    """Seconds in which a rule warned that a knee was too bent."""
    unknown_s: float
    """Seconds in which the frame, or the back, could not be judged."""
    descent_s: float
    """From its beginning to the bottom (`reps.bottom_deg`)."""
    ascent_s: float
    """From leaving the bottom to its end."""
    remark: Reason | None
    """What is wrong with it; None when it was good."""
    warned: bool = False
    """Whether a rule warned in it; one that is merely hurried or shallow has a remark and no warning."""

    @property
    def whole(self) -> bool:
        """Whether it went deep enough and was seen: it counts."""
        return self.number > 0

    @property
    def good(self) -> bool:
        """Whether it is whole, no rule warned in it and it was not hurried."""
        return self.whole and self.remark is None

    @property
    def duration_s(self) -> float:
        """Seconds from its beginning to its end."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Reps:
    """The count of repetitions. Every one that is over is whole, partial (not deep enough) or not seen."""

    whole: int
    partial: int
    unseen: int
    target: int
    """How many whole ones make a set."""
    last: Rep | None = None
    """The latest one that is over; None before the first."""
    ended: bool = False
    """Whether `last` is told for the first time in this very frame: whoever lists repetitions takes it now."""
    active: bool = False
    """Whether one is under way."""


class CueKind(StrEnum):
    """What sort of thing a coach says."""

    VIEW = "view"
    """Nobody is there, or the camera cannot see what is to be judged."""
    FORM = "form"
    """A rule is not kept: what to do."""
    FIX = "fix"
    """It is still not kept: the easier way out."""
    EASE_OFF = "ease off"
    """It has not been kept for long."""
    PRAISE = "praise"
    """A rule is kept again."""
    BREATHE = "breathe"
    HALF = "half"
    """Half of a hold is done."""
    LAST = "last"
    """The last seconds of a hold have begun."""
    CALL = "call"
    """A repetition is over: the count."""
    DONE = "done"
    """A hold, or a set of repetitions, is done."""
    EASE_OUT = "ease out"
    """It is done and still being held."""
    CHANGE_SIDE = "change side"
    REST = "rest"
    NEXT = "next"
    """Another stretch comes next."""


class Urgency(IntEnum):
    """In which tone a thing is said; higher is firmer."""

    CALM = 0
    """Breathing, time, praise, what comes next: nothing has to change."""
    NOTICE = 1
    """Something is to be changed."""
    FIRM = 2
    """Something has been wrong for long."""


@dataclass(frozen=True, slots=True)
class Cue:
    """The one thing a coach has to say in a frame. In which words is for `assessment.messages` to tell."""

    kind: CueKind
    key: str
    """Of the message: "coach.breathe_out", "stretch.ID.RULE.say"; for VIEW that of the reason."""
    t_s: float
    """Of the frame."""
    spoken: bool
    """Whether this is the frame in which it is to be spoken; in all other frames it is only shown."""
    urgency: Urgency
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    """What goes into the blanks of the message; texts in English."""


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Everything posecheck has to say of one frame."""

    t_s: float
    sighting: Sighting
    measures: Measures
    verdict: Verdict
    """WARN if any finding warns, else UNKNOWN if any is or the view hides the back, else GOOD."""
    reason: Reason | None
    """The one reason behind the verdict; None with GOOD."""
    findings: tuple[Finding, ...]
    hold: Hold
    cue: str
    """The one line to show now, what the coach says in English; empty when there is nothing to say."""
    said: Cue | None = None
    """The same as a record: which message, and whether it is to be spoken in this very frame. None with no line."""
    reps: Reps | None = None
    """None for a stretch that is not repeated."""
    setup: Setup | None = None
    """How camera and person were placed when they began; None where nobody looked."""
    notices: tuple[Notice, ...] = ()
    """What does not fit about the person's stored calibration; empty without one."""


@dataclass(frozen=True, slots=True)
class Event:
    """A stretch of time, [start_s, end_s), in which one rule kept the same verdict WARN or UNKNOWN."""

    start_s: float
    end_s: float
    rule: str
    verdict: Verdict
    value: float
    """The worst value in it; NaN for UNKNOWN."""
    limit: float
    unit: str
    reason: Reason | None
    """The first in it; None only for an event read from an earlier file."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a recording or a result comes from; written into every output."""

    version: str
    source: str
    """The file or camera, as the user named it."""
    stretch: str
    """Its id, or the file of somebody's own stretch."""
    model_sha256: str
    settings: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    """Every number in force: key → (value, where it came from)."""
    spine_model_sha256: str = ""
    """Of the network that read the back. A recording has none: it is read again whenever it is judged."""
    calibrations: Calibrations | None = None
    """What was known of the person before the first picture; None where nothing was."""
    memory: Mapping[str, Any] | None = None
    """What measuring remembered before the first picture (`kinematics.measuring_state`), where a session had begun before."""
