"""The state of measuring when a recording begins in the middle of a session: as a plain table, and back bit for bit.

    table = table_of(measures, match)         into the header of the recording; None where nothing had been seen yet
    measures, match = restored(table, known)  what the first frame of the recording was measured with

A later stretch of a routine is measured with what was learnt in the earlier ones: the personal neutral (the network's
codes, 48 numbers each), which way they face, which leg leads, and the state of the smoothing. Without it the recording of
that stretch would be measured without personal neutral. It holds numbers only; a calibration is not in it, because the
header has it. NaN is null, a row of numbers is packed ("f4:" or "f8:", base64), and what is not known is null.
"""

from __future__ import annotations

import binascii
import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from posecheck.body import Side
from posecheck.calibration import Calibrations
from posecheck.errors import RecordingError
from posecheck.kinematics import measures, smoothing
from posecheck.kinematics.calibration.matching import MatchState
from posecheck.kinematics.measures import MeasureState
from posecheck.kinematics.spine.network import CODE_SIZE, Network, bundled_network

_NETWORK: Final = "spine_model_sha256"
_STORED: Final = "calibration_in_use"
_MATCH: Final = "match"
#: Not written: they follow from the calibration, which the header has.
_NOT_WRITTEN: Final = frozenset(("stored_standing", "stored_seated"))
_TYPES: Final[Mapping[str, np.dtype[Any]]] = {"f4:": np.dtype("<f4"), "f8:": np.dtype("<f8")}
_INFINITE: Final = {"inf": math.inf, "-inf": -math.inf}


def table_of(state: MeasureState, match: MatchState, network: Network | None = None) -> dict[str, Any] | None:
    """The state as a plain table for JSON, about 2 kB; None where nothing has been seen yet.

    `match` is what was found of the person's calibration; `network` the one that made the codes, if not posecheck's own.
    """
    if math.isnan(state.own.t_s):
        return None
    stored = state.own.stored_standing is not None or state.own.stored_seated is not None
    return {
        _NETWORK: (network or bundled_network()).sha256,
        _STORED: stored,
        _MATCH: _written(match),
        **_written(state),
    }


def restored(
    table: Mapping[str, Any], calibrations: Calibrations | None = None, network: Network | None = None
) -> tuple[MeasureState, MatchState]:
    """The state in a table, of a person with these calibrations, which must be those of the same recording.

    Codes of another network are left out, for they would mean something else here, and so is the state of the smoothing
    where it smoothed other quantities. Raises RecordingError, naming the key, for a table that is damaged.
    """
    network = network or bundled_network()
    rest = dict(table)
    made_by, stored, match = (rest.pop(key, None) for key in (_NETWORK, _STORED, _MATCH))
    if not isinstance(made_by, str):
        raise _wrong(f"memory.{_NETWORK}", "text", made_by)
    if not isinstance(stored, bool):
        raise _wrong(f"memory.{_STORED}", "true or false", stored)
    # What only a later version remembers starts empty in a recording of an earlier one.
    state: MeasureState = _read({**_written(measures.start()), **rest}, MeasureState, "memory")
    found: MatchState = _read(match, MatchState, f"memory.{_MATCH}")
    _check(state)
    own = state.own if made_by == network.sha256 else replace(state.own, standing=None, seated=None)
    if stored:
        known = measures.start(calibrations, network).own
        own = replace(own, stored_standing=known.stored_standing, stored_seated=known.stored_seated)
    kept = state.filter if state.filter.value.size in (0, measures.SIGNALS) else smoothing.OneEuro()
    return replace(state, own=own, filter=kept), found


def _check(state: MeasureState) -> None:
    """Raise RecordingError for numbers that cannot be a state of measuring."""
    for name, upright in (("standing", state.own.standing), ("seated", state.own.seated)):
        if upright is not None and not (upright.code.size == CODE_SIZE and np.isfinite(upright.code).all()):
            raise _wrong(f"memory.own.{name}.code", f"{CODE_SIZE} numbers", f"{upright.code.size} values")
    rows = state.filter
    if not rows.t_s.size == rows.value.size == rows.speed.size or np.isnan(rows.t_s).any():
        raise _wrong("memory.filter", "three rows of the same length", f"{rows.t_s.size} times")
    if not (np.isfinite(rows.value).all() and np.isfinite(rows.speed).all()):
        raise _wrong("memory.filter", "rows of numbers", "values that are none")


# ---------------------------------------------------------------------------------------------------------- any state
# Not pydantic's TypeAdapter: it takes no configuration for dataclasses, so that null for NaN, packed rows, the refusal of
# unknown keys and of true as a number would have to be annotated on every field of nine states that know no file format.
# Reading happens once a recording and takes 2 ms.
def _written(value: Any) -> Any:
    """A value of a state as JSON has it."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {one.name: _written(getattr(value, one.name)) for one in fields if one.name not in _NOT_WRITTEN}
    if isinstance(value, np.ndarray):
        kind = "f4:" if value.dtype == np.float32 else "f8:"
        packed = np.ascontiguousarray(value, _TYPES[kind]).tobytes()
        return kind + binascii.b2a_base64(packed, newline=False).decode("ascii")
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if isinstance(value, Side):
        return str(value)
    if isinstance(value, float | np.floating):
        value = float(value)
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)
    return value


def _read(found: Any, kind: Any, place: str) -> Any:
    """The value of this type that `_written` wrote. Raises RecordingError, naming `place`, for any other."""
    parts = typing.get_args(kind)
    if isinstance(kind, types.UnionType):
        return None if found is None else _read(found, next(part for part in parts if part is not type(None)), place)
    if dataclasses.is_dataclass(kind):
        return _read_state(found, kind, place)
    if _is_array(kind):
        return _read_row(found, place)
    if typing.get_origin(kind) is tuple:
        if not isinstance(found, list) or len(found) != len(parts):
            raise _wrong(place, f"{len(parts)} values", found)
        return tuple(_read(one, part, place) for one, part in zip(found, parts, strict=True))
    if kind is float:
        return _read_number(found, place)
    if kind is Side:
        if not isinstance(found, str) or found not in set(Side):
            raise _wrong(place, f"one of {', '.join(Side)}", found)
        return Side(found)
    if type(found) is not kind:  # int and str; true is no number
        raise _wrong(place, "a whole number" if kind is int else "text", found)
    return found


def _is_array(kind: Any) -> bool:
    """Whether a type is an array's. From Python 3.12 on NumPy 2.5 has `NDArray` as an alias, which has to be opened."""
    origin = typing.get_origin(kind)
    opened = getattr(origin, "__value__", origin)
    return (typing.get_origin(opened) or opened) is np.ndarray


def _read_state(found: Any, kind: Any, place: str) -> Any:
    """A state of a kind; what is missing is at its default."""
    if not isinstance(found, dict):
        raise _wrong(place, "an object", found)
    hints = typing.get_type_hints(kind)
    fields = {one.name: one for one in dataclasses.fields(kind) if one.name not in _NOT_WRITTEN}
    if strange := sorted(found.keys() - fields.keys()):
        raise _wrong(place, f"an object with {', '.join(fields)}", strange[0])
    needed = [
        name
        for name, one in fields.items()
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in needed if name not in found]:
        raise _wrong(place, f"an object with {', '.join(needed)}", f"one without {missing[0]}")
    return kind(**{name: _read(value, hints[name], f"{place}.{name}") for name, value in found.items()})


def _read_number(found: Any, place: str) -> float:
    if found is None:
        return math.nan
    if isinstance(found, str) and found in _INFINITE:
        return _INFINITE[found]
    if type(found) not in (int, float) or not math.isfinite(found):
        raise _wrong(place, "a number", found)
    return float(found)


def _read_row(found: Any, place: str) -> Any:
    try:
        raw, kind = binascii.a2b_base64(found[3:], strict_mode=True), _TYPES[found[:3]]
        row = np.frombuffer(raw, kind) if raw else np.empty(0, kind)
    except (KeyError, TypeError, ValueError):
        raise _wrong(place, "a packed row of numbers", found) from None
    out = row.astype(row.dtype.newbyteorder("="))
    out.flags.writeable = False
    return out


def _wrong(place: str, wanted: str, found: object) -> RecordingError:
    return RecordingError(
        f"The first line of the recording is damaged: {place} must be {wanted}, not {str(found)[:40]!r}"
    )
