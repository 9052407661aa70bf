"""What does posecheck read in each of the drawn pictures? (Through the product's own code.)"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.spine.groups import group_of
from benchmarks.spine.population import pictures_of
from benchmarks.spine.stills import Columns, unpacked
from posecheck import kinematics
from posecheck.body import Side
from posecheck.kinematics import framing, measures, positions
from posecheck.kinematics.legs import plausibility
from posecheck.kinematics.measures import FrameMeasures
from posecheck.kinematics.spine import personal_neutral
from posecheck.kinematics.spine.network import Network, bundled_network
from posecheck.records import Back, LegsSeen, Sighting, frozen
from posecheck.tunables import Profile

PROFILE: Final = Profile(kinematics.TUNABLES)
IMAGE_WH: Final = (640, 480)
#: Every upright picture of a person is shown for so long before the others are read.
_UPRIGHT_S: Final = 0.25
#: What makes a leg the lead leg (`records.LEADS`) in stretches of a posture. In the others both legs do the same.
ROLES: Final = {
    "step": "raised",
    "high_step": "raised",
    "staggered": "front",
    "half_kneeling": "front",
    "single_leg": "standing",
    "crossed": "crossed",
}
#: So often, and so long after one another, a stretch is shown a picture until it is believed which leg leads.
_SHOWN: Final = 10
_SHOWN_S: Final = 0.1

Numbers = NDArray[np.float64]


def sighting_of(data: Columns, row: int) -> Sighting:
    """One picture as a session records it."""
    points = data["landmarks_px"][row]
    hip_px = points[[23, 24]].mean(axis=0)
    shoulder_px = points[[11, 12]].mean(axis=0)
    back = Back(
        hip_px=frozen(hip_px, np.float64),
        shoulder_px=frozen(shoulder_px, np.float64),
        facing=int(data["facing"][row]),
        crop=frozen(data["crop"][row], np.uint8),
        dorsal=frozen(data["dorsal"][row], np.float64),
        inside_frac=float(data["inside_frac"][row]),
    )
    return Sighting(
        t_s=0.0,
        index=0,
        image_wh=IMAGE_WH,
        landmarks_px=frozen(points, np.float64),
        visibility=frozen(data["visibility"][row], np.float64),
        world_m=frozen(data["world_m"][row], np.float64),
        back=back,
        people=1,
        brightness_frac=0.5,
        legs=_legs_of(data, row) if "body" in data else None,
    )


def _legs_of(data: Columns, row: int) -> LegsSeen:
    """What the silhouette says of the legs; it is kept at half its size."""
    seen = plausibility.see_legs(unpacked(data["body"][row]), data["landmarks_px"][row] / 2.0, int(data["facing"][row]))
    across_px, limbs_px = (frozen(2.0 * each, np.float64) for each in (seen.across_px, seen.limbs_px))
    return replace(seen, across_px=across_px, limbs_px=limbs_px)


def look_at(
    data: Columns,
    row: int,
    known: personal_neutral.NeutralState,
    profile: Profile = PROFILE,
    network: Network | None = None,
) -> FrameMeasures:
    """One picture measured by the product, unsmoothed, with its own network or another."""
    sighting = sighting_of(data, row)
    seen = framing.seen_px(sighting.landmarks_px, sighting.visibility, IMAGE_WH, profile[framing.MIN_VISIBILITY.key])
    side = Side.LEFT if data["near_left"][row] else Side.RIGHT
    facing = int(data["facing"][row])
    position = positions.position(seen, facing, profile)
    legs = plausibility.put_right(seen, sighting.legs, profile)
    frame = measures.TrackedFrame(sighting, seen, legs, sighting.visibility, facing, side, position)
    return measures.measure_frame(frame, known, profile, network or bundled_network())


def in_a_stretch(
    data: Columns, row: int, known: personal_neutral.NeutralState, profile: Profile = PROFILE
) -> dict[str, float]:
    """The measures of one picture as a stretch of its posture takes them that is shown it for a second.

    Hip and knee are those of the leg that truly is nearer, by its role in the stretch: pose models exchange legs that do
    different things, and a stretch asks for the one that is in front, on the step or stood on, not for the left one.
    """
    role = ROLES.get(str(data["posture"][row]), "")
    sighting = sighting_of(data, row)
    code = None if sighting.back is None else bundled_network().encode(sighting.back.crop, data["joints"][row])
    state = measures.start()
    for number in range(_SHOWN):
        t_s = known.t_s + _SHOWN_S * (number + 1)
        state, seen = measures.step(
            replace(state, own=known), replace(sighting, t_s=t_s, index=number), profile, role, code=code
        )
    values = dict(seen.values)
    if role:
        lead = _leads(int(data["seed"][row]))[int(data["number"][row])]
        which = "lead" if (lead == "left") == bool(data["near_left"][row]) else "other"
        values |= {name: values[f"{which}_{name}"] for name in ("hip_hinge_deg", "knee_flexion_deg")}
    return values


@functools.cache
def _leads(seed: int) -> list[str]:
    """The side of the lead leg in every picture of somebody."""
    return [wanted.spec.stance.lead for wanted in pictures_of(seed)]


@dataclass(frozen=True)
class Readings:
    """What posecheck reads in every row, without and with the person's own upright pictures."""

    data: Columns
    stranger: list[FrameMeasures]
    known: list[FrameMeasures]
    own: list[personal_neutral.NeutralState]
    """What was known of the person of each row in `known`."""

    def of(self, name: str, *, known: bool) -> Numbers:
        """One measure of every row."""
        return np.array([look[name] for look in (self.known if known else self.stranger)])

    def of_prediction(self, name: str, *, known: bool) -> Numbers:
        """What the network says under that name, gates or not; NaN where it has not looked."""
        looks = self.known if known else self.stranger
        return np.array(
            [np.nan if look.spine.prediction is None else getattr(look.spine.prediction, name) for look in looks]
        )

    def error(self, name: str, *, known: bool) -> Numbers:
        """How much more it reads than is true."""
        return self.of(name, known=known) - self.data[TRUE.get(name, name)]


#: The name of the truth of those measures whose truth has another name.
TRUE: Final = {"lower_back_deg": "lumbar_flexion_deg", "upper_back_deg": "thoracic_flexion_deg"}


def read(data: Columns, profile: Profile = PROFILE, network: Network | None = None) -> Readings:
    """Read every row. A person's upright pictures are learnt from as in a session, apart from the one being read."""
    group = group_of(data["posture"])
    upright: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero(data["neutral"]).tolist():
        upright.setdefault((int(data["seed"][row]), int(group[row])), []).append(row)
    stranger = [look_at(data, row, personal_neutral.NeutralState(), profile, network) for row in range(len(group))]
    known, states = [], []
    for row in range(len(group)):
        state = personal_neutral.NeutralState(t_s=0.0)
        mine = [other for other in upright.get((int(data["seed"][row]), int(group[row])), []) if other != row]
        for number, other in enumerate(mine * 2, 1):
            seen = stranger[other]
            state = personal_neutral.step(
                state,
                number * _UPRIGHT_S,
                seen.view.position,
                seen.spine.inclination_deg,
                seen.spine.flexion_without_neutral_deg,
                seen.spine.code,
                profile,
            )
        known.append(look_at(data, row, state, profile, network))
        states.append(state)
    return Readings(data, stranger, known, states)
