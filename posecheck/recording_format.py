"""How a recording is written as text: one JSON object a line, and exactly the same numbers when read back.

    line 1       header     what this is: format, versions, stretch, numbers in force, units, and what was known of the
                            person before, where something was: {"name", "age_days", "standing": …, "seated": …};
                            "memory" of a session that had begun before: what measuring had learnt (`kinematics.measuring_state`)
    line 2 …     sightings  one frame each, raw: before any smoothing
    last line    footer     how it ended and how many frames there were

Float arrays are packed: `"f8:"` (or `"f4:"` where four bytes hold every value exactly) and then base64 of the
little-endian numbers, row by row; null stands for an array in which nothing was seen. Decimal text would be longer,
ten times slower, and NaN has no place in JSON. Nothing here touches a disk: it turns records into text and back.
"""

from __future__ import annotations

import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

import numpy as np

from posecheck.body import LANDMARK_COUNT
from posecheck.calibration import Calibrations, from_table, to_table
from posecheck.errors import RecordingError
from posecheck.records import CROP_SHAPE, Back, Bytes, Floats, LegsSeen, Origin, Sighting

FORMAT: Final = "posecheck recording"
FORMAT_VERSION: Final = 1

#: Written into the header, so that a recording explains itself.
UNITS: Final[Mapping[str, str]] = {
    "t_s": "seconds of the source's clock, strictly rising",
    "landmarks_px": "33 x 2 pixels of the picture as seen: x right, y down",
    "visibility": "33 values 0..1, the model's own estimate",
    "world_m": "33 x 3 metres around the mid-hip: x right, y down, z away from the camera",
    "back.hip_px": "2 pixels, mid-hip",
    "back.shoulder_px": "2 pixels, mid-shoulder",
    "back.crop": f"base64 of {CROP_SHAPE[0]} x {CROP_SHAPE[1]} mask bytes",
    "back.dorsal": "outline of the back: distance from the axis hip to shoulder, in lengths of that axis",
    "brightness_frac": "mean luma 0..1",
    "legs.on_body": "2 x 2 shares 0..1: how much of thigh and shin, left and right leg, lies on the silhouette",
    "legs.across_px": "2 x 2 pixels: where the left and the right leg begin and end across the drawn knee",
    "legs.middle": "2 x 2 shares: as on_body, with the knee in the middle of that",
    "legs.limbs_px": "2 x 2 x 2 pixels: knee and ankle of two legs in the silhouette, whatever was drawn; either may be left",
    "packed arrays": "f4: or f8:, then base64 of little-endian floats of 4 or 8 bytes; null or NaN: not seen",
}

_SIGHTING_KEYS: Final = frozenset(
    ("t_s", "index", "image_wh", "people", "brightness_frac", "landmarks_px", "visibility", "world_m", "back")
)
#: Left out where there is nothing to say, and in recordings of before.
_SIGHTING_OPTIONAL: Final = frozenset(("legs",))
_LEGS_KEYS: Final = ("on_body", "across_px", "middle")
#: Left out where no leg shows by itself, and in recordings of before.
_LEGS_OPTIONAL: Final = frozenset(("limbs_px",))
_BACK_KEYS: Final = frozenset(("facing", "inside_frac", "hip_px", "shoulder_px", "dorsal", "crop"))
_HEADER_KEYS: Final = frozenset(
    ("format", "format_version", "posecheck", "source", "stretch", "model_sha256", "settings", "units")
)
#: Left out where there is nothing to say, and in recordings of posecheck 0.1.
_HEADER_OPTIONAL: Final = frozenset(("calibration", "memory"))
_FOOTER_KEYS: Final = frozenset(("ending", "frames", "person_frames"))


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a recording."""

    format_version: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a recording holds."""

    frames: int = 0
    person_frames: int = 0
    """Frames with a person in them."""

    def plus(self, sighting: Sighting) -> Counts:
        """The counts with one more sighting."""
        return Counts(self.frames + 1, self.person_frames + (not sighting.is_empty))


@dataclass(frozen=True, slots=True)
class Footer:
    """The last line of a recording."""

    ending: str
    """How it ended: "complete", "interrupted", "source broke: …"."""
    counts: Counts


# ---------------------------------------------------------------------------------------------------------- writing
def header_line(origin: Origin) -> str:
    """The first line of a recording, without its newline."""
    own: dict[str, Any] = {} if origin.calibrations is None else {"calibration": _calibration(origin.calibrations)}
    if origin.memory is not None:
        own["memory"] = dict(origin.memory)
    return _dumps(
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "posecheck": origin.version,
            "source": origin.source,
            "stretch": origin.stretch,
            "model_sha256": origin.model_sha256,
            "settings": {key: [float(value), where] for key, (value, where) in origin.settings.items()},
            "units": dict(UNITS),
            **own,
        }
    )


def _calibration(calibrations: Calibrations) -> dict[str, Any]:
    ages = {one.position: one.age_days for one in calibrations if math.isfinite(one.age_days)}
    return {"name": calibrations.name, "age_days": ages, **to_table(calibrations)}


def _read_calibration(found: Any, place: str) -> Calibrations:
    if (
        not isinstance(found, dict)
        or not isinstance(found.get("name"), str)
        or not isinstance(found.get("age_days"), dict)
    ):
        raise RecordingError(f"{place}: calibration must be an object with a name and age_days")
    ages = found["age_days"]
    try:
        out = from_table(
            {key: value for key, value in found.items() if key not in {"name", "age_days"}},
            found["name"],
            "calibration",
        )
    except ValueError as error:
        raise RecordingError(f"{place}: {error}") from None
    for one in out:
        if one.position in ages:
            age_days = _number(ages[one.position], f"{place}: calibration.age_days.{one.position}")
            out = out.plus(replace(one, age_days=age_days))
    return out


def sighting_line(sighting: Sighting) -> str:
    """One sighting as a line, without its newline: about 4.5 kB with a person, 0.2 kB without."""
    back = sighting.back
    shown: dict[str, Any] = {}
    if sighting.legs is not None:
        shown["legs"] = {key: _pack(getattr(sighting.legs, key)) for key in _LEGS_KEYS}
        if not np.isnan(sighting.legs.limbs_px).all():
            shown["legs"]["limbs_px"] = _pack(sighting.legs.limbs_px)
    return _dumps(
        {
            "t_s": float(sighting.t_s),
            "index": sighting.index,
            "image_wh": list(sighting.image_wh),
            "people": sighting.people,
            "brightness_frac": _number_or_null(sighting.brightness_frac),
            "landmarks_px": _pack_or_null(sighting.landmarks_px),
            "visibility": _pack_or_null(sighting.visibility),
            "world_m": _pack_or_null(sighting.world_m),
            "back": None
            if back is None
            else {
                "facing": back.facing,
                "inside_frac": _number_or_null(back.inside_frac),
                "hip_px": _pack(back.hip_px),
                "shoulder_px": _pack(back.shoulder_px),
                "dorsal": _pack(back.dorsal),
                "crop": _base64(np.asarray(back.crop, np.uint8).tobytes()),
            },
            **shown,
        }
    )


def footer_line(counts: Counts, ending: str) -> str:
    """The last line of a recording, without its newline."""
    return _dumps({"ending": ending, "frames": counts.frames, "person_frames": counts.person_frames})


# ---------------------------------------------------------------------------------------------------------- reading
def read_header(line: str, place: str) -> Header:
    """The header in `line`.

    Raises RecordingError, naming `place` (file and line), if it is none, or one of a newer format.
    """
    try:
        found = _loads(line, place)
    except RecordingError:
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise RecordingError(f"{place}: not a posecheck recording. A recording begins with a line that says so.")
    version = found.get("format_version")
    if type(version) is not int or version < 1:
        raise RecordingError(f"{place}: format_version must be a whole number from 1, not {version!r}")
    if version > FORMAT_VERSION:
        raise RecordingError(
            f"{place}: written by a newer posecheck (recording format {version}; this one reads up to "
            f"{FORMAT_VERSION}). Update posecheck to replay it."
        )
    _check_keys(found, _HEADER_KEYS | (_HEADER_OPTIONAL & found.keys()), place)
    for key in ("posecheck", "source", "stretch", "model_sha256"):
        if not isinstance(found[key], str):
            raise RecordingError(f"{place}: {key} must be text, not {found[key]!r}")
    memory = found.get("memory")
    if "memory" in found and not isinstance(memory, dict):
        raise RecordingError(f"{place}: memory must be an object, not {memory!r}")
    origin = Origin(
        version=found["posecheck"],
        source=found["source"],
        stretch=found["stretch"],
        model_sha256=found["model_sha256"],
        settings=_settings(found["settings"], place),
        calibrations=_read_calibration(found["calibration"], place) if "calibration" in found else None,
        memory=memory,
    )
    return Header(version, origin)


def read_line(line: str, place: str) -> Sighting | Footer:
    """What a line after the header holds.

    Raises RecordingError, naming `place` (file and line), if it is neither a sighting nor a footer.
    """
    found = _loads(line, place)
    if not isinstance(found, dict):
        raise RecordingError(f"{place}: a sighting was expected, not {line[:40]!r}")
    if "ending" in found:
        return _footer(found, place)
    _check_keys(found, _SIGHTING_KEYS | (_SIGHTING_OPTIONAL & found.keys()), place)
    wide_high = found["image_wh"]
    if not (isinstance(wide_high, list) and len(wide_high) == 2):
        raise RecordingError(f"{place}: image_wh must be two whole numbers")
    return Sighting(
        t_s=_number(found["t_s"], f"{place}: t_s"),
        index=_count(found["index"], f"{place}: index"),
        image_wh=(_count(wide_high[0], f"{place}: image_wh"), _count(wide_high[1], f"{place}: image_wh")),
        landmarks_px=_unpack_seen(found["landmarks_px"], (LANDMARK_COUNT, 2), place, "landmarks_px"),
        visibility=_unpack_seen(found["visibility"], (LANDMARK_COUNT,), place, "visibility"),
        world_m=_unpack_seen(found["world_m"], (LANDMARK_COUNT, 3), place, "world_m"),
        back=None if found["back"] is None else _back(found["back"], place),
        people=_count(found["people"], f"{place}: people"),
        brightness_frac=_number_seen(found["brightness_frac"], f"{place}: brightness_frac"),
        legs=_legs(found["legs"], place) if "legs" in found else None,
    )


def _back(found: Any, place: str) -> Back:
    if not isinstance(found, dict):
        raise RecordingError(f"{place}: back must be an object or null")
    _check_keys(found, _BACK_KEYS, f"{place}: back")
    if found["facing"] not in (-1, 1) or type(found["facing"]) is not int:
        raise RecordingError(f"{place}: back.facing must be 1 or -1, not {found['facing']!r}")
    return Back(
        hip_px=_unpack(found["hip_px"], (2,), place, "back.hip_px"),
        shoulder_px=_unpack(found["shoulder_px"], (2,), place, "back.shoulder_px"),
        facing=found["facing"],
        crop=_unpack_crop(found["crop"], place),
        dorsal=_unpack(found["dorsal"], None, place, "back.dorsal"),
        inside_frac=_number_seen(found["inside_frac"], f"{place}: back.inside_frac"),
    )


def _legs(found: Any, place: str) -> LegsSeen:
    if not isinstance(found, dict):
        raise RecordingError(f"{place}: legs must be an object")
    _check_keys(found, frozenset(_LEGS_KEYS) | (_LEGS_OPTIONAL & found.keys()), f"{place}: legs")
    on_body, across_px, middle = (_unpack(found[key], (2, 2), place, f"legs.{key}") for key in _LEGS_KEYS)
    limbs_px = _unpack_seen(found.get("limbs_px"), (2, 2, 2), place, "legs.limbs_px")
    return LegsSeen(on_body, across_px, middle, limbs_px)


def _footer(found: dict[str, Any], place: str) -> Footer:
    _check_keys(found, _FOOTER_KEYS, place)
    if not isinstance(found["ending"], str):
        raise RecordingError(f"{place}: ending must be text, not {found['ending']!r}")
    counts = Counts(
        _count(found["frames"], f"{place}: frames"), _count(found["person_frames"], f"{place}: person_frames")
    )
    return Footer(found["ending"], counts)


def _settings(found: Any, place: str) -> dict[str, tuple[float, str]]:
    if not isinstance(found, dict):
        raise RecordingError(f"{place}: settings must be an object")
    out: dict[str, tuple[float, str]] = {}
    for key, pair in found.items():
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], str)):
            raise RecordingError(f"{place}: settings.{key} must be [value, where it came from]")
        out[key] = (_number(pair[0], f"{place}: settings.{key}"), pair[1])
    return out


# ------------------------------------------------------------------------------------------------------------ parts
def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_TYPES: Final[Mapping[str, np.dtype[Any]]] = {"f4:": np.dtype("<f4"), "f8:": np.dtype("<f8")}


def _dumps(value: Mapping[str, Any]) -> str:
    return _ENCODER.encode(value)


def _loads(line: str, place: str) -> Any:
    try:
        return _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{place}: damaged, not a line of a recording ({error})") from None


def _check_keys(found: dict[str, Any], wanted: frozenset[str], place: str) -> None:
    if found.keys() == wanted:
        return
    missing = sorted(wanted - found.keys())
    extra = sorted(found.keys() - wanted)
    parts = [f"{what}: {', '.join(keys)}" for what, keys in (("missing", missing), ("unknown", extra)) if keys]
    raise RecordingError(f"{place}: {'; '.join(parts)}")


def _number(found: Any, what: str) -> float:
    if type(found) not in (int, float) or not math.isfinite(found):
        raise RecordingError(f"{what} must be a number, not {found!r}")
    return float(found)


def _number_seen(found: Any, what: str) -> float:
    return math.nan if found is None else _number(found, what)


def _number_or_null(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _count(found: Any, what: str) -> int:
    if type(found) is not int or found < 0:
        raise RecordingError(f"{what} must be a whole number, not {found!r}")
    return int(found)


def _base64(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def _pack(array: Floats) -> str:
    full = np.ascontiguousarray(array, "<f8")
    with np.errstate(all="ignore"):
        short = full.astype("<f4")
    raw = full.tobytes()
    if short.astype("<f8").tobytes() == raw:  # the model's own numbers have four bytes: half the length, same bits
        return "f4:" + _base64(short.tobytes())
    return "f8:" + _base64(raw)


def _pack_or_null(array: Floats) -> str | None:
    return None if np.isnan(array).all() else _pack(array)


def _unpack(found: Any, shape: tuple[int, ...] | None, place: str, what: str) -> Floats:
    """A read-only array from its packed text; `shape` None is a row of any length."""
    try:
        raw = binascii.a2b_base64(found[3:], strict_mode=True)
        values: Floats = np.frombuffer(raw, _TYPES[found[:3]]).astype(np.float64)
        if shape is not None:
            values = values.reshape(shape)
    except (KeyError, TypeError, ValueError) as error:
        size = "" if shape is None else f" of {' x '.join(map(str, shape))}"
        raise RecordingError(f"{place}: {what} is not a packed array{size} ({error})") from None
    values.flags.writeable = False
    return values


def _unpack_seen(found: Any, shape: tuple[int, ...], place: str, what: str) -> Floats:
    if found is not None:
        return _unpack(found, shape, place, what)
    nothing = np.full(shape, np.nan)
    nothing.flags.writeable = False
    return nothing


def _unpack_crop(found: Any, place: str) -> Bytes:
    try:
        return np.frombuffer(binascii.a2b_base64(found, strict_mode=True), np.uint8).reshape(CROP_SHAPE)
    except (TypeError, ValueError) as error:
        raise RecordingError(f"{place}: back.crop is not base64 of {CROP_SHAPE} bytes ({error})") from None
