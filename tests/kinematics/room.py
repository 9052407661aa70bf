"""What the tests of this folder share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from posecheck import kinematics
from posecheck.kinematics import MeasureState, measures
from posecheck.kinematics.spine.dorsal_profile import read_back
from posecheck.kinematics.spine.network import CODE_SIZE, INPUT_JOINTS, PREDICTED
from posecheck.records import Back, Floats, Measures, Sighting, frozen
from posecheck.tunables import Profile
from tests.stick_figure import stick_figure

#: Every number of the room at its default.
PROFILE: Final = Profile(kinematics.TUNABLES)

#: The weights of a network by name.
Arrays: TypeAlias = dict[str, NDArray[np.float32]]


def with_numbers(**values: float) -> Profile:
    """The defaults with some numbers changed; dots of the key written as two underscores."""
    return PROFILE.with_layer({key.replace("__", "."): value for key, value in values.items()}, "test")


#: As far open as the gates of certainty go: a stick is no person, and the network may be unsure of it.
TRUSTING: Final = with_numbers(
    spine__max_sigma_deg=40.0, spine__max_own_sigma_deg=40.0, spine__max_disagreement_deg=90.0
)
#: The same with every joint left where the figure has it, for exact angles.
EXACT: Final = TRUSTING.with_layer({"joints.correction_frac": 0.0}, "test")


def measure_all(
    sightings: Iterable[Sighting], profile: Profile = PROFILE, state: MeasureState | None = None, lead: str = ""
) -> list[Measures]:
    """The measures of a whole stream; `lead` as in `measures.step`."""
    state = state or measures.start()
    out = []
    for sighting in sightings:
        state, measured = measures.step(state, sighting, profile, lead)
        out.append(measured)
    return out


def stick_back(bend_deg: float = 0.0, lean_deg: float = 60.0, facing: int = 1, trunk_px: float = 120.0) -> Back:
    """The back of a stick figure as posecheck reads it."""
    figure = stick_figure(spine_bend_deg=bend_deg, trunk_inclination_deg=lean_deg, facing=facing, trunk_px=trunk_px)
    back = read_back(figure.mask, figure.landmarks_px, figure.facing)
    assert back is not None
    return back


def with_dorsal(back: Back, dorsal: Floats) -> Back:
    """The same back with another outline."""
    return Back(back.hip_px, back.shoulder_px, back.facing, back.crop, frozen(dorsal, np.float64), back.inside_frac)


def small_arrays(seed: int, channels: tuple[int, int, int] = (2, 3, 4), hidden: int = 5) -> Arrays:
    """Random weights of a network with the right ways in and out and little in between."""
    rng = np.random.default_rng(seed)
    shapes = {
        "conv1": (channels[0], 1, 5, 5),
        "conv2": (channels[1], channels[0], 3, 3),
        "conv3": (channels[2], channels[1], 3, 3),
        "code1": (hidden, channels[2] * 6 * 5 + INPUT_JOINTS),
        "code2": (CODE_SIZE, hidden),
        "read1": (hidden, 2 * CODE_SIZE + 1),
        "read2": (len(PREDICTED), hidden),
    }
    out: dict[str, Any] = {}
    for name, shape in shapes.items():
        out[f"{name}.weight"] = rng.normal(size=shape) / math.sqrt(math.prod(shape[1:]))
        out[f"{name}.bias"] = 0.1 * rng.normal(size=shape[0])
    out["joint_mean"] = rng.normal(size=INPUT_JOINTS)
    out["joint_scale"] = rng.uniform(0.5, 2.0, INPUT_JOINTS)
    out["scale"] = rng.uniform(0.5, 1.5, (2, len(PREDICTED)))
    out["shift"] = rng.normal(size=(2, len(PREDICTED)))
    out["outline"] = np.array([10.0, 0.5, 0.25])
    return {name: np.asarray(value, np.float32) for name, value in out.items()}
