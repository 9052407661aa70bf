"""How well does posecheck read people the network never saw? Tables by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import auc
from benchmarks.spine.groups import group_of
from benchmarks.spine.population import HINDRANCES, hindrance
from benchmarks.spine.readings import PROFILE, Numbers, Readings, in_a_stretch
from benchmarks.spine.stills import Columns
from posecheck.kinematics import measures
from posecheck.kinematics.spine import joint_correction

#: With fewer readings, or with one and the same truth, there is nothing to sum up.
_FEWEST: Final = 3

Chosen = NDArray[np.bool_]


def _rmse(error: Numbers) -> float:
    return float(np.sqrt(np.nanmean(error**2))) if np.isfinite(error).any() else float("nan")


def _line(readings: Readings, name: str, rows: Chosen, *, known: bool) -> str:
    error = readings.error("spine_flexion_deg", known=known)[rows]
    true = readings.data["spine_flexion_deg"][rows]
    judged = np.isfinite(error)
    if judged.sum() < _FEWEST or np.std(true[judged]) < 1.0:
        told = float(judged.mean()) if len(judged) else 0.0
        return f"| {name} | {'yes' if known else 'no'} | {len(judged)} | {told:.0%} | | | | | | | |"
    error, true = error[judged], true[judged]
    value = error + true
    sigma = readings.of("spine_sigma_deg", known=known)[rows][judged]
    parts = [_rmse(readings.error(part, known=known)[rows]) for part in ("upper_back_deg", "lower_back_deg")]
    parted = np.isfinite(readings.of("upper_back_deg", known=known)[rows]).mean()
    slope = float(np.polyfit(true, value, 1)[0])
    return (
        f"| {name} | {'yes' if known else 'no'} | {len(judged)} | {judged.mean():.0%} | {_rmse(error):.1f} "
        f"| {error.mean():+.1f} | {np.corrcoef(value, true)[0, 1]:.3f} | {slope:.2f} "
        f"| {auc(value[true >= 30.0], value[true <= 12.0]):.4f} "
        f"| {parts[0]:.1f} / {parts[1]:.1f} ({parted:.0%}) | {np.mean(np.abs(error) <= sigma):.0%} |"
    )


def standing_bends(data: Columns) -> Chosen:
    """The rows the main figures are about: bent while standing, the camera from 10° behind to 25° before the side."""
    yaw = data["camera_yaw_deg"]
    out: Chosen = (
        (group_of(data["posture"]) == 0)
        & ~data["neutral"]
        & (data["trunk_inclination_deg"] >= 20.0)
        & (yaw >= -10.0)
        & (yaw <= 25.0)
    )
    return out


def standing_upright(data: Columns) -> Chosen:
    """The rows in which somebody stands upright, seen from the same directions."""
    yaw = data["camera_yaw_deg"]
    out: Chosen = (group_of(data["posture"]) == 0) & data["neutral"] & (yaw >= -10.0) & (yaw <= 25.0)
    return out


def page(readings: Readings, hindered: Readings | None = None, lifters: Readings | None = None) -> str:
    """All tables as Markdown."""
    data = readings.data
    bends = standing_bends(data)
    group = group_of(data["posture"])
    bent = ~data["neutral"]
    yaw = (data["camera_yaw_deg"] >= -10.0) & (data["camera_yaw_deg"] <= 25.0)
    both = np.all([np.isfinite(readings.error("spine_flexion_deg", known=known)) for known in (False, True)], axis=0)
    kinds: list[tuple[str, Chosen]] = [
        ("standing bends", bends),
        ("of these, those judged either way", bends & both),
        ("of these, nothing in the way", bends & ~data["things"]),
        ("standing bends, any view", (group == 0) & bent & (data["trunk_inclination_deg"] >= 20.0)),
        ("on the floor", (group == 1) & bent & yaw),
        ("on a chair", (group == 2) & bent & yaw),
        ("upright", ~bent & (group == 0) & yaw),
    ]
    lines = [
        f"{len(np.unique(data['seed']))} synthetic people nobody trained or tuned with, {len(bent)} stills; degrees.",
        "",
        *_HEAD,
        *(_line(readings, name, rows, known=known) for name, rows in kinds for known in (False, True)),
        "",
        *_groups(readings, bends),
        "",
        *_angles(readings, (group == 0) & yaw),
    ]
    if lifters is not None:
        bends = standing_bends(lifters.data)
        lines += ["", f"{len(np.unique(lifters.data['seed']))} further people, who lift weights.", "", *_HEAD]
        lines += [_line(lifters, "standing bends", bends, known=known) for known in (False, True)]
    if hindered is not None:
        lines += ["", *_hindered(hindered)]
    return "\n".join(lines)


_HEAD: Final = (
    "| rows | own neutral | stills | judged | RMSE | bias | r | slope | AUC | upper / lower RMSE (told) | within σ |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
)


def _groups(readings: Readings, rows: Chosen) -> Iterator[str]:
    data = readings.data
    yield "| standing bends of | stills | bias | RMSE | bias, own neutral | RMSE, own neutral |"
    yield "|---|---:|---:|---:|---:|---:|"
    groups: list[tuple[str, Chosen]] = [
        ("women", data["woman"]),
        ("men", ~data["woman"]),
        ("light people (weight < 0.4)", data["weight"] < 0.4),
        ("heavy people (weight > 0.65)", data["weight"] > 0.65),
        ("older people (age > 0.4)", data["age"] > 0.4),
        ("tight clothes (< 0.1)", data["looseness"] < 0.1),
        ("T-shirts (0.1 to 0.5)", (data["looseness"] >= 0.1) & (data["looseness"] <= 0.5)),
        ("very loose clothes (> 0.5)", data["looseness"] > 0.5),
    ]
    for name, mine in groups:
        alone, known = (readings.error("spine_flexion_deg", known=k)[rows & mine] for k in (False, True))
        if np.isfinite(alone).sum() < _FEWEST or np.isfinite(known).sum() < _FEWEST:
            continue
        yield (
            f"| {name} | {int((rows & mine).sum())} | {np.nanmean(alone):+.1f} | {_rmse(alone):.1f} "
            f"| {np.nanmean(known):+.1f} | {_rmse(known):.1f} |"
        )


def _angles(readings: Readings, rows: Chosen) -> Iterator[str]:
    raw = PROFILE.with_layer({joint_correction.CORRECTION.key: 0.0}, "score")
    data = readings.data
    use = np.flatnonzero(rows)
    plain = [in_a_stretch(data, int(row), readings.own[row], raw) for row in use]
    corrected = [in_a_stretch(data, int(row), readings.own[row]) for row in use]
    judged = np.isfinite(readings.of("spine_flexion_deg", known=True)[use])
    yield (
        "| angle, standing | told | as the pose model has it: MAE | bias | corrected: MAE | bias "
        "| where the back is judged: MAE | bias |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name in ("hip_hinge_deg", "knee_flexion_deg", "trunk_inclination_deg", "pelvis_inclination_deg"):
        true = data[name][use]
        before, after = (np.array([values[name] for values in each]) - true for each in (plain, corrected))
        columns = " | ".join(
            f"{np.nanmean(np.abs(error)):.1f} | {np.nanmean(error):+.1f}" for error in (before, after, after[judged])
        )
        yield f"| {name} | {np.isfinite(after).mean():.0%} | {columns} |"
    for known in (False, True):
        share, true_share = _hip_shares(readings, rows, known=known)
        yield (
            f"| hip share{', own neutral' if known else ''} | | | | {np.mean(np.abs(share - true_share)):.2f} "
            f"| {np.mean(share - true_share):+.2f} | | |"
        )


def _hip_shares(readings: Readings, rows: Chosen, *, known: bool) -> tuple[Numbers, Numbers]:
    looks = readings.known if known else readings.stranger
    share, true = [], []
    for row in np.flatnonzero(rows):
        look = looks[row]
        mine = measures.hip_share(look["pelvis_inclination_deg"], look["spine_flexion_deg"], PROFILE)
        pelvis_deg, flexion_deg = (
            float(readings.data[name][row]) for name in ("pelvis_inclination_deg", "spine_flexion_deg")
        )
        real = measures.hip_share(pelvis_deg, flexion_deg, PROFILE)
        if np.isfinite(mine) and np.isfinite(real):
            share.append(mine)
            true.append(real)
    return np.array(share), np.array(true)


#: A limit to judge "wrong verdict" by: over it is a warning. Flat is what nobody would warn of, round what all would.
LIMIT_DEG, FLAT_DEG, ROUND_DEG = 35.0, 20.0, 50.0


def _hindered(readings: Readings) -> Iterator[str]:
    yield (
        f"Pictures that should not be judged. Wrong: over {LIMIT_DEG:.0f}° with a true flexion up to {FLAT_DEG:.0f}°, "
        f"or under it with {ROUND_DEG:.0f}° and more."
    )
    yield ""
    yield "| hindrance | stills | not judged | wrong | RMSE of the judged |"
    yield "|---|---:|---:|---:|---:|"
    data = readings.data
    value = readings.of("spine_flexion_deg", known=False)
    true = data["spine_flexion_deg"]
    wrong = ((value > LIMIT_DEG) & (true <= FLAT_DEG)) | ((value <= LIMIT_DEG) & (true >= ROUND_DEG))
    what = np.array([hindrance(int(number)) for number in data["number"]])
    for name in HINDRANCES:
        mine = what == name
        yield (
            f"| {name} | {int(mine.sum())} | {np.isnan(value[mine]).mean():.0%} | {wrong[mine].mean():.1%} "
            f"| {_rmse((value - true)[mine]):.1f} |"
        )


def worst(readings: Readings, rows: Chosen, count: int) -> Sequence[int]:
    """The rows read worst, the worst first."""
    error = np.abs(readings.error("spine_flexion_deg", known=True))
    ranked: Any = np.argsort(np.where(rows & np.isfinite(error), -error, np.inf))
    return [int(row) for row in ranked[:count]]
