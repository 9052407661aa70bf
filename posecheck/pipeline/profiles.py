"""Profiles as people write them: a TOML file with only the numbers that differ, and `--set key=value`.

For every stretch that has the number, and for one stretch only (which stands over the first):

    [spine_rounding]
    limit_deg = 30

    [stretches.hip_hinge_drill.spine_rounding]
    limit_deg = 25

The tables [calibration.standing] and [calibration.seated] are written by `posecheck calibrate` (see `profile_store`). A
table [provenance] may say where the numbers come from; it changes nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.personal_limits import own_limits
from posecheck.assessment.routines import routine_state
from posecheck.calibration import ORIGIN, Calibrations
from posecheck.errors import TunableError
from posecheck.kinematics.spine.network import bundled_network
from posecheck.pipeline.session import default_profile
from posecheck.tunables import Profile, unknown


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    out: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            out |= _flat(value, f"{prefix}{key}.")
        else:
            out[f"{prefix}{key}"] = value
    return out


def read_profile_file(path: Path) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """The numbers of a profile file: those for every stretch, and those for one stretch by its id.

    Raises TunableError when the file cannot be read or is not TOML.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TunableError(f"Cannot read the profile {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise TunableError(f"The profile {path} is not a text file.") from error
    except tomllib.TOMLDecodeError as error:
        raise TunableError(f"The profile {path} is not valid TOML: {error}.") from error
    data.pop("calibration", None)
    data.pop("provenance", None)  # where the numbers come from: shown by `posecheck profile show`, judged by nobody
    own = data.pop("stretches", {})
    if not isinstance(own, Mapping) or not all(isinstance(table, Mapping) for table in own.values()):
        raise TunableError(f"{path}: [stretches.ID.…] must be tables, one for each stretch.")
    return _flat(data), {stretch: _flat(table) for stretch, table in own.items()}


def parse_set(text: str) -> tuple[str, str]:
    """`key=value` as its two parts. Raises TunableError when it has no such form."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip() or not value.strip():
        raise TunableError(f'--set {text}: must be KEY=VALUE, e.g. "--set spine_rounding.limit_deg=30"')
    return key.strip(), value.strip()


def build_profile(
    base: Profile,
    stretch_id: str,
    file: Path | None,
    sets: Iterable[str],
    calibrations: Calibrations | None = None,
    *,
    stretch: Stretch | None = None,
) -> Profile:
    """The numbers in force for one stretch: `base` < what follows from `calibrations` < profile file < command line.

    `stretch` is the stretch itself where it is not one that came with posecheck.

    A number in the file that another stretch has but this one has not is passed over (one file serves all
    stretches); a number that nobody has is refused, here as on the command line. The number at which a warning ends
    follows a limit that was moved past it. Nothing follows from a calibration that another network read.

    Raises TunableError, naming the file or "--set", the key, and the nearest spelling or the range.
    """
    sets = list(sets)
    stretch = stretch or load_stretch(stretch_id)
    profile = _written_over(base, stretch_id, file, sets)
    own = with_own(base, stretch, calibrations, profile)
    if own is not base:
        profile = _written_over(own, stretch_id, file, sets)
    return kept_together(profile, stretch)


def recorded_profile(stretch: Stretch, settings: Mapping[str, tuple[float, str]]) -> Profile:
    """The numbers that were in force when a recording was made (`records.Origin.settings`), each with its origin.

    Numbers that came later are at their defaults; those that are known no more, or may not be so any more, too.
    """
    profile = default_profile(stretch)
    for key, (value, where) in settings.items():
        if where != "default" and key in profile and profile.tunables[key].low <= value <= profile.tunables[key].high:
            profile = profile.with_layer({key: value}, where)
    return profile


def with_own(
    base: Profile, stretch: Stretch, calibrations: Calibrations | None, written: Mapping[str, float]
) -> Profile:
    """`base` with what follows from a person's calibrations; itself where nothing does.

    `written` is `base` with whatever people wrote over it: it says how they follow.
    """
    one = None if calibrations is None else calibrations.of(stretch.position)
    if calibrations is None or one is None or one.spine_model_sha256 != bundled_network().sha256:
        return base
    return base.with_layer(own_limits(stretch, one.own_max_deg, written), calibrations.origin(one))


def _written_over(base: Profile, stretch_id: str, file: Path | None, sets: Iterable[str]) -> Profile:
    """`base` with what people wrote over it: the file, then the command line."""
    profile = base
    if file is not None:
        shared, own = read_profile_file(file)
        ids = {*stretch_ids(), stretch_id}
        if strange := sorted(set(own) - ids):
            raise TunableError(f"{file}: {unknown('stretch', strange[0], sorted(ids))}")
        for other, values in own.items():
            (base if other == stretch_id else default_profile(load_stretch(other))).with_layer(values, str(file))
        known = {key for other in stretch_ids() for key in default_profile(load_stretch(other))} | set(base)
        known |= {tunable.key for tunable in routine_state.TUNABLES}  # the same file serves routines
        if bad := sorted(set(shared) - known):
            raise TunableError(f"{file}: {unknown('key', bad[0], known)}")
        profile = profile.with_layer({key: value for key, value in shared.items() if key in base}, str(file))
        profile = profile.with_layer(own.get(stretch_id, {}), str(file))
    return profile.with_layer(dict(parse_set(text) for text in sets), "--set")


def kept_together(profile: Profile, stretch: Stretch) -> Profile:
    """The profile with every end of a warning or phase on the good side of its beginning.

    An end that nobody chose follows a beginning that was moved past it, and a beginning that came from a calibration
    follows an end that somebody chose. Raises TunableError where both were chosen.
    """
    pairs = [(rule.limit, rule.leave, rule.direction) for rule in stretch.rules]
    pairs += [(phase.begin, phase.leave, phase.direction) for phase in stretch.phases]
    for begin, leave, direction in pairs:
        if direction.sign * (profile[leave.key] - profile[begin.key]) <= 0.0:
            continue
        origin = profile.settings[leave.key].origin
        written = f"{begin.key} = {profile[begin.key]:g}"
        if origin != "default" and profile.settings[begin.key].origin.startswith(ORIGIN):
            profile = profile.with_layer({begin.key: profile[leave.key]}, f"follows {leave.key}")
            continue
        if origin != "default" and not origin.startswith(ORIGIN):
            raise TunableError(
                f"{origin}: {leave.key} = {profile[leave.key]:g} must lie on the good side of {written}, or a warning "
                "would never end."
            )
        profile = profile.with_layer({leave.key: profile[begin.key]}, f"follows {begin.key}")
    return profile
