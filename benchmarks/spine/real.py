"""How does the reading do on silhouettes of real people that somebody has labelled?

The folder holds `labels.csv` (clip, start_s, end_s, label, confidence) and `<clip>.npz` (t_s, landmarks_px,
visibility, world_m, mask 0-255 at any scale, image_hw). Labels: `rounded`, `neutral hinge`, `upright`. No such
material comes with posecheck, because nobody's picture does.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import auc
from benchmarks.spine.readings import PROFILE
from posecheck.kinematics import measures, read_back, view
from posecheck.kinematics.angles import trunk_inclination_deg
from posecheck.kinematics.spine.network import Network
from posecheck.reasons import code_of
from posecheck.records import Sighting, frozen
from posecheck.tunables import Profile

BENT_DEG: Final = 20.0
LIMITS_DEG: Final = (30.0, 35.0)
Labels = dict[str, list[tuple[float, float, str, str]]]


@dataclass(frozen=True)
class Seen:
    """One frame of a labelled clip, as a session would measure it."""

    clip: str
    interval: int
    label: str
    confidence: str
    flexion_deg: float
    inclination_deg: float
    reason: str
    crop: NDArray[np.uint8] | None


def labels_of(folder: Path) -> Labels:
    """The labelled intervals by clip."""
    found: Labels = {}
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            interval = float(row["start_s"]), float(row["end_s"]), row["label"], row["confidence"]
            found.setdefault(row["clip"], []).append(interval)
    return found


def watch(folder: Path, profile: Profile = PROFILE, network: Network | None = None) -> list[Seen]:
    """Every frame of every clip, measured in order of time by the product's own code; by its network or another."""
    labels = labels_of(folder)
    paths = sorted(folder.glob("*.npz"))
    return [seen for path in paths for seen in _watch_clip(path, labels.get(path.stem, []), profile, network)]


def _watch_clip(
    path: Path, labels: Sequence[tuple[float, float, str, str]], profile: Profile, network: Network | None
) -> Iterator[Seen]:
    with np.load(path) as file:
        data = {name: file[name] for name in file.files}
    height, width = (int(side) for side in np.ravel(data["image_hw"])[:2])
    facing_state, state = view.FacingState(), measures.start()
    for index, t_s in enumerate(data["t_s"].astype(float).tolist()):
        landmarks_px, visibility = data["landmarks_px"][index].astype(float), data["visibility"][index].astype(float)
        mask = data["mask"][index].astype(np.float32) / np.float32(255.0)
        scale = np.array([mask.shape[1] / width, mask.shape[0] / height])
        facing_state, facing = view.facing_step(facing_state, t_s, landmarks_px, visibility)
        nobody = bool(np.isnan(landmarks_px).all())
        sighting = Sighting(
            t_s=t_s,
            index=index,
            image_wh=(mask.shape[1], mask.shape[0]),
            landmarks_px=frozen(landmarks_px * scale, np.float64),
            visibility=frozen(visibility, np.float64),
            world_m=frozen(data["world_m"][index], np.float64),
            back=None if nobody else read_back(mask, landmarks_px * scale, facing),
            people=0 if nobody else 1,
            brightness_frac=0.5,
        )
        state, read = measures.step(state, sighting, profile, network=network)
        number, label, confidence = -1, "", ""
        for k, (start_s, end_s, what, how_sure) in enumerate(labels):
            if start_s <= t_s <= end_s:
                number, label, confidence = k, what, how_sure
        back = sighting.back
        lean_deg = np.nan if back is None else trunk_inclination_deg(back.hip_px, back.shoulder_px, back.facing)
        yield Seen(
            clip=path.stem,
            interval=number,
            label=label,
            confidence=confidence,
            flexion_deg=read["spine_flexion_deg"] if read.view.reason is None else np.nan,
            inclination_deg=float(lean_deg),
            reason=code_of(read.view.reason),
            crop=None if back is None else back.crop,
        )


def page(seen: Sequence[Seen]) -> str:
    """The tables as Markdown."""
    lines = [
        "| labels | frames rounded / neutral | judged | AUC frames | AUC intervals | medians rounded / neutral | "
        + " | ".join(f"hits, false alarms at {limit:.0f}°" for limit in LIMITS_DEG)
        + " |",
        "|---|---:|---:|---:|---:|---:|" + "---:|" * len(LIMITS_DEG),
    ]
    for name, sure in (("high", ("high",)), ("high and medium", ("high", "medium"))):
        mine = [one for one in seen if one.confidence in sure and one.inclination_deg > BENT_DEG]
        groups = {label: [one for one in mine if one.label == label] for label in ("rounded", "neutral hinge")}
        judged = {label: [one for one in group if np.isfinite(one.flexion_deg)] for label, group in groups.items()}
        frames = {label: np.array([one.flexion_deg for one in group]) for label, group in judged.items()}
        intervals = {label: _medians(group) for label, group in judged.items()}
        rounded, neutral = intervals["rounded"], intervals["neutral hinge"]
        at = " | ".join(
            f"{int((rounded > limit).sum())} of {len(rounded)}, {int((neutral > limit).sum())} of {len(neutral)}"
            for limit in LIMITS_DEG
        )
        share = sum(map(len, judged.values())) / max(1, len(groups["rounded"]) + len(groups["neutral hinge"]))
        lines.append(
            f"| {name} | {len(groups['rounded'])} / {len(groups['neutral hinge'])} | {share:.0%} "
            f"| {auc(frames['rounded'], frames['neutral hinge']):.3f} | {auc(rounded, neutral):.3f} "
            f"| {np.median(frames['rounded']):.0f}° / {np.median(frames['neutral hinge']):.0f}° | {at} |"
        )
    upright = np.array([one.flexion_deg for one in seen if one.label == "upright" and np.isfinite(one.flexion_deg)])
    refused = [one for one in seen if one.label == "not judgeable"]
    silent = np.mean([bool(one.reason) for one in refused]) if refused else float("nan")
    warned = np.mean([one.flexion_deg > LIMITS_DEG[-1] for one in refused]) if refused else float("nan")
    lines += [
        "",
        (
            f"Upright: median {np.median(upright):.0f}°, nine of ten between {np.quantile(upright, 0.05):.0f} and "
            f"{np.quantile(upright, 0.95):.0f}°. Labelled not judgeable: {silent:.0%} UNKNOWN, {warned:.0%} over "
            f"{LIMITS_DEG[-1]:.0f}°."
        ),
    ]
    return "\n".join(lines)


def auc_of(seen: Sequence[Seen]) -> float:
    """How well bent frames labelled rounded and neutral, of high or medium confidence, are told apart."""
    judged = [one for one in seen if one.confidence in ("high", "medium") and one.inclination_deg > BENT_DEG]
    value = {
        label: np.array([one.flexion_deg for one in judged if one.label == label and np.isfinite(one.flexion_deg)])
        for label in ("rounded", "neutral hinge")
    }
    return auc(value["rounded"], value["neutral hinge"])


def _medians(group: Sequence[Seen]) -> NDArray[np.float64]:
    keys = sorted({(one.clip, one.interval) for one in group})
    return np.array([np.median([one.flexion_deg for one in group if (one.clip, one.interval) == key]) for key in keys])
