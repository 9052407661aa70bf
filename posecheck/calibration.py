"""What a person was calibrated to: how they stand or sit tall, and how far they can round their back.

One `Calibration` for each position, both with the name of the profile they are kept in: `Calibrations`. Here too is
the form in which they are written, the same in a profile (TOML) and in the header of a recording (JSON): plain tables
whose numbers come back bit for bit. A number that is not known is left out. Nothing here touches a disk or a clock.
"""

from __future__ import annotations

import binascii
import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from posecheck.reasons import Reason

#: The positions that have a neutral of their own. Chair and floor share one.
STANDING: Final = "standing"
SEATED: Final = "seated"
POSITIONS: Final = (STANDING, SEATED)
#: Which of them a stretch in a position uses; one done lying has none.
USED_FOR: Final[Mapping[str, str]] = {
    "standing": STANDING,
    "kneeling": STANDING,
    "seated": SEATED,
    "floor": SEATED,
}
#: With these words the origin of a number begins that follows from a calibration.
ORIGIN: Final = "your calibration of "

_DAY: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_SHA: Final = re.compile(r"[0-9a-f]{64}")
_MOST_NUMBERS: Final = 4096


@dataclass(frozen=True, slots=True)
class CameraSetup:
    """How camera and person were placed. NaN: could not be told."""

    yaw_deg: float = math.nan
    """How far the person had turned from side-on, to whichever side."""
    elevation_deg: float = math.nan
    """How far the camera looked down on the hips; - up."""
    roll_deg: float = math.nan
    """How far the camera was turned about its lens."""
    trunk_frac: float = math.nan
    """Length of the trunk as a share of the picture's height: the distance."""
    image_wh: tuple[int, int] = (0, 0)
    """Size of the pictures in pixels."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """One person in one position."""

    position: str
    """One of `POSITIONS`."""
    code: tuple[float, ...]
    """Mean of the network's codes of the upright pictures (`kinematics.spine.flexion.network.Code`), as float32 values."""
    seen_s: float
    """Seconds of upright pictures behind it."""
    tallest_deg: float
    """The least spine flexion among them, read without knowing the person."""
    own_max_deg: float
    """The spine flexion held when rounding as far as is comfortable; NaN if that was left out."""
    facing: int
    """+1: the person faced the picture's right; -1: left."""
    camera: CameraSetup
    spine_model_sha256: str
    """Of the network that made the code: another one does not understand it."""
    made_on: str = ""
    """The day, as YYYY-MM-DD."""
    version: str = ""
    """Of posecheck."""
    age_days: float = math.nan
    """How old it was when it was used; NaN where nobody asked. Not kept in a profile."""


@dataclass(frozen=True, slots=True)
class Calibrations:
    """All that one person was calibrated to."""

    name: str
    """Of the profile; a file's name without its ending."""
    standing: Calibration | None = None
    seated: Calibration | None = None

    def __iter__(self) -> Iterator[Calibration]:
        return (one for one in (self.standing, self.seated) if one is not None)

    def of(self, stretch_position: str) -> Calibration | None:
        """The one that a stretch in this position (`Stretch.position`) uses; None if there is none."""
        used = USED_FOR.get(stretch_position)
        return next((one for one in self if one.position == used), None)

    def plus(self, calibration: Calibration) -> Calibrations:
        """These with another one in place of that of the same position."""
        if calibration.position == STANDING:
            return replace(self, standing=calibration)
        return replace(self, seated=calibration)

    def origin(self, calibration: Calibration) -> str:
        """Where numbers that follow from it come from, as every result says it."""
        return f"{ORIGIN}{calibration.made_on} ({self.name})"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a calibration that its person should know."""

    name: str
    """"age", "network", "position", "yaw", "height", "roll", "distance" or "person"."""
    reason: Reason
    """What it is and what to do."""


# ---------------------------------------------------------------------------------------------------------- writing
def to_table(calibrations: Calibrations) -> dict[str, Any]:
    """Both as plain tables by position; `age_days` and the name are left out."""
    return {one.position: _one_to_table(one) for one in calibrations}


def _one_to_table(one: Calibration) -> dict[str, Any]:
    camera = {name: value for name in _CAMERA_NUMBERS if not math.isnan(value := float(getattr(one.camera, name)))}
    table: dict[str, Any] = {
        "made_on": one.made_on,
        "posecheck": one.version,
        "spine_model_sha256": one.spine_model_sha256,
        "facing": one.facing,
        "seen_s": float(one.seen_s),
        "tallest_deg": float(one.tallest_deg),
        "own_max_deg": float(one.own_max_deg),
        "code": binascii.b2a_base64(np.asarray(one.code, "<f4").tobytes(), newline=False).decode("ascii"),
        "camera": {**camera, "image_wh": list(one.camera.image_wh)},
    }
    if math.isnan(one.own_max_deg):
        del table["own_max_deg"]
    return table


# ---------------------------------------------------------------------------------------------------------- reading
_CAMERA_NUMBERS: Final = ("yaw_deg", "elevation_deg", "roll_deg", "trunk_frac")
_KEYS: Final = (
    "made_on",
    "posecheck",
    "spine_model_sha256",
    "facing",
    "seen_s",
    "tallest_deg",
    "own_max_deg",
    "code",
    "camera",
)
_OPTIONAL: Final = ("own_max_deg", *_CAMERA_NUMBERS)


def from_table(found: object, name: str, place: str) -> Calibrations:
    """The calibrations of plain tables, as `to_table` writes them.

    Raises ValueError, naming `place` and the key, for anything unknown, missing, of the wrong kind or out of range.
    """
    table = _table(found, POSITIONS, POSITIONS, place)
    out = Calibrations(name)
    for position in POSITIONS:
        if position in table:
            out = out.plus(_one_from_table(table[position], position, f"{place}.{position}"))
    return out


def _one_from_table(found: object, position: str, place: str) -> Calibration:
    table = _table(found, _KEYS, _OPTIONAL, place)
    camera = _table(table["camera"], (*_CAMERA_NUMBERS, "image_wh"), _OPTIONAL, f"{place}.camera")
    size = camera["image_wh"]
    if not (isinstance(size, list) and len(size) == 2 and all(type(side) is int and side > 0 for side in size)):
        raise ValueError(f"{place}.camera.image_wh must be two whole numbers above 0, not {size!r}")
    if table["facing"] not in (-1, 1) or type(table["facing"]) is not int:
        raise ValueError(f"{place}.facing must be 1 or -1, not {table['facing']!r}")
    return Calibration(
        position=position,
        code=_code(table["code"], f"{place}.code"),
        seen_s=_number(table["seen_s"], 0.0, 3600.0, f"{place}.seen_s"),
        tallest_deg=_number(table["tallest_deg"], -90.0, 120.0, f"{place}.tallest_deg"),
        own_max_deg=_number(table["own_max_deg"], 0.0, 180.0, f"{place}.own_max_deg")
        if "own_max_deg" in table
        else math.nan,
        facing=table["facing"],
        camera=CameraSetup(
            **{
                key: _number(camera[key], -180.0, 180.0, f"{place}.camera.{key}")
                for key in _CAMERA_NUMBERS
                if key in camera
            },
            image_wh=(size[0], size[1]),
        ),
        spine_model_sha256=_text(table["spine_model_sha256"], _SHA, "64 hex digits", f"{place}.spine_model_sha256"),
        made_on=_text(table["made_on"], _DAY, 'a day like "2026-11-21"', f"{place}.made_on"),
        version=_text(table["posecheck"], re.compile(r"\S.*"), "a version", f"{place}.posecheck"),
    )


def _table(found: object, known: tuple[str, ...], optional: tuple[str, ...], place: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ValueError(f"{place} must be a table")  # noqa: TRY004  what is wrong is the file, not the call
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
            hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(known)}."
            raise ValueError(f'{place}: unknown key "{key}". {hint}')
    missing = [key for key in known if key not in found and key not in optional]
    if missing:
        raise ValueError(f"{place}: missing: {', '.join(missing)}")
    return found


def _number(found: object, low: float, high: float, what: str) -> float:
    if not isinstance(found, int | float) or isinstance(found, bool) or not low <= found <= high:
        raise ValueError(f"{what} must be a number of {low:g}..{high:g}, not {found!r}")
    return float(found)


def _text(found: object, form: re.Pattern[str], what: str, place: str) -> str:
    if not isinstance(found, str) or not form.fullmatch(found):
        raise ValueError(f"{place} must be {what}, not {found!r}")
    return found


def _code(found: object, what: str) -> tuple[float, ...]:
    try:
        raw = binascii.a2b_base64(found, strict_mode=True)  # type: ignore[arg-type]
        values = np.frombuffer(raw, "<f4")
    except (TypeError, ValueError):
        raise ValueError(f"{what} is not base64 of numbers of four bytes") from None
    if not 0 < values.size <= _MOST_NUMBERS or not np.isfinite(values).all():
        raise ValueError(f"{what} does not hold a row of numbers")
    return tuple(values.tolist())
