"""How well does the silhouette show the legs, and how well does the pose model draw them?

    python -m benchmarks.limbs --takes DIR [--save DIR]

Compares both with the truth of the people drawn for `benchmarks.stretches`, in every frame of the takes that it kept in
DIR, where a stretch has a leg of its own: how far the ankle is off, and how far the bend of the knee, from the true hip.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.people import Studio
from benchmarks.stretch_clips import Case, spec_of
from benchmarks.stretches import RESULTS, cases, take_of
from posecheck.assessment import load_stretch, stretch_ids
from posecheck.body import Side, of
from posecheck.kinematics.angles import knee_flexion_deg

#: An ankle that is so far from where it is, in lengths of the trunk, is that of no leg or of the other one.
ASTRAY: Final = 0.45


@dataclass(frozen=True)
class Reading:
    """One leg in one frame."""

    stretch: str
    near: bool
    found: bool
    """Whether the silhouette shows it."""
    limb_off: float
    """How far its ankle is from the true one there, in lengths of the trunk; NaN where it is not found."""
    limb_deg: float
    """Bend of the knee there, less the true one."""
    drawn_off: float
    """The same as the pose model draws the leg."""
    drawn_deg: float


def readings(case: Case, takes: Path) -> Iterator[Reading]:
    """Both legs in every frame of a take."""
    studio, spec = Studio(spec_of(case)), spec_of(case)
    facing = 1 if case.facing == "right" else -1
    for seen in take_of(case, studio, spec, takes):
        if seen.legs is None or seen.back is None:
            continue
        truth = studio.truth(seen.t_s)
        trunk_px = math.dist(seen.back.hip_px, seen.back.shoulder_px)
        for side in Side:
            hip, knee, ankle = (truth.joint_px(f"{side}_{joint}") for joint in ("hip", "knee", "ankle"))
            shown = [limb for limb in seen.legs.limbs_px if math.dist(limb[1], ankle) < ASTRAY * trunk_px]
            drawn = seen.landmarks_px[[int(of(joint, side)) for joint in ("knee", "ankle")]]
            true_deg = knee_flexion_deg(hip, knee, ankle, facing)
            offs = [
                (math.dist(leg[1], ankle) / trunk_px, knee_flexion_deg(hip, leg[0], leg[1], facing) - true_deg)
                for leg in (*shown[:1], drawn)
            ]
            limb = offs[0] if shown else (math.nan, math.nan)
            yield Reading(case.stretch, side == case.facing, bool(shown), *limb, *offs[-1])


def page(found: list[Reading]) -> str:
    """The table as Markdown."""
    lines = [
        (
            "| stretch | leg | frames | shown by the silhouette | its ankle off, trunks | its knee off: mean ± SD, ° "
            "| drawn elsewhere | drawn knee off: mean ± SD, ° |"
        ),
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for stretch, near in dict.fromkeys((one.stretch, one.near) for one in found):
        mine = [one for one in found if (one.stretch, one.near) == (stretch, near)]
        shown = [one for one in mine if one.found]
        right = [one for one in mine if one.drawn_off < ASTRAY]
        lines.append(
            f"| {stretch} | {'near' if near else 'far'} | {len(mine)} | {len(shown) / len(mine):.0%} "
            f"| {_middle([one.limb_off for one in shown])} | {_spread([one.limb_deg for one in shown])} "
            f"| {1.0 - len(right) / len(mine):.0%} | {_spread([one.drawn_deg for one in right])} |"
        )
    return "\n".join(lines)


def _middle(values: list[float]) -> str:
    return f"{np.median(values):.2f}" if values else ""


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):+.1f} ± {np.std(values):.1f}" if values else ""


def main() -> int:
    """Compare, print and save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limbs", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--takes", type=Path, required=True, metavar="DIR", help="where benchmarks.stretches kept them")
    parser.add_argument("--save", type=Path, default=RESULTS)
    options = parser.parse_args()
    led = [
        name for name in stretch_ids() if load_stretch(name).watch and load_stretch(name).lead not in ("", "crossed")
    ]
    kept = [case for case in cases(led, 1, quick=False) if (options.takes / f"{case.name}.jsonl").exists()]
    found = [one for case in kept for one in readings(case, options.takes)]
    text = f"{len(kept)} takes, every frame, both legs; drawn people.\n\n{page(found)}"
    print(text)
    options.save.mkdir(parents=True, exist_ok=True)
    (options.save / "limbs.md").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
