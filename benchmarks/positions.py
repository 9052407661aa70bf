"""How often are position and working leg recognised? Tables over drawn people nobody chose a limit with.

    python -m benchmarks.positions             # people of the `tune` split → tables in Markdown

Every picture stands alone here: what a session makes of it over time can only be better. Lying people are not among the
pictures that are kept, so a few are drawn. What is true is taken from the descriptions, which draw nothing.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.people import Person, Studio, random_still
from benchmarks.spine import stills
from benchmarks.spine.population import Split, pictures_of, seeds
from benchmarks.spine.readings import IMAGE_WH, PROFILE
from posecheck.body import Side
from posecheck.kinematics import framing, positions
from posecheck.kinematics.legs import lead_leg
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.records import Frame, frozen

POSITION: Final = {
    "half_kneeling": "kneeling",
    "floor": "floor",
    "floor_one_leg": "floor",
    "chair": "seated",
    "lying": "lying",
}
"""Of the postures of `benchmarks.people`; all others stand."""
ROLE: Final = {
    "step": "raised",
    "high_step": "raised",
    "staggered": "front",
    "crossed": "crossed",
    "single_leg": "standing",
    "half_kneeling": "front",
    "chair": "straight",
    "floor_one_leg": "straight",
    "lying": "raised",
}
LYING_NUMBER: Final = 90
"""Pictures of lying people have this number, beyond those of the plan."""
YAW_DEG: Final = (-10.0, 25.0)


@dataclass(frozen=True)
class Seen:
    """One picture: what it shows, and what was told of it."""

    posture: str
    easy: bool
    """Nothing in the way and the camera within `YAW_DEG`."""
    position: str
    right_lead: bool | None
    """Whether the right leg was named; None where none was, or there is none."""


def look(posture_name: str, lead: str, row: dict[str, Any]) -> Seen:
    """What is told of one picture by itself."""
    seen = framing.seen_px(row["landmarks_px"], row["visibility"], IMAGE_WH, PROFILE[framing.MIN_VISIBILITY.key])
    facing = int(row["facing"])
    true = POSITION.get(posture_name, "standing")
    score = lead_leg.lead_score(seen.tolist(), facing, ROLE.get(posture_name, ""), true)
    told = None
    if abs(score) >= PROFILE[lead_leg.DOUBT.key]:
        told = (Side.LEFT if score > 0.0 else Side.RIGHT) == lead
    yaw_deg = float(row["camera_yaw_deg"])
    return Seen(
        posture=posture_name,
        easy=YAW_DEG[0] <= yaw_deg <= YAW_DEG[1] and not bool(row["things"]),
        position=positions.position(seen, facing, PROFILE),
        right_lead=told,
    )


def kept(split: Split, people: int, jobs: int, cache: Path) -> list[Seen]:
    """Every picture of the first people of a split."""
    data = stills.load(split, people, jobs, cache=cache)
    specs = {seed: pictures_of(seed) for seed in seeds(split, people)}
    out = []
    for index in range(len(data["seed"])):
        row = {name: column[index] for name, column in data.items()}
        wanted = specs[int(row["seed"])][int(row["number"])]
        out.append(look(wanted.posture, wanted.spec.stance.lead, row))
    return out


def lying(split: Split, people: int) -> list[Seen]:
    """One lying picture of each of the first people of a split, drawn."""
    out = []
    with MediaPipeBackend() as backend:
        for seed in seeds(split, people):
            spec = random_still(seed * 100 + LYING_NUMBER, Person.random(seed), kind="bent", posture="lying")
            image = frozen(Studio(spec).frame(0.0).image_rgb, np.uint8)
            found = backend.detect(Frame(image, 0.0, 0))  # the time begins anew: a stream of its own
            if not found.is_empty:
                row = {
                    "landmarks_px": found.landmarks_px,
                    "visibility": found.visibility,
                    "facing": 1 if spec.camera.facing == "right" else -1,
                    "camera_yaw_deg": spec.camera.yaw_deg,
                    "things": len(spec.scene.things) > 0,
                }
                out.append(look("lying", spec.stance.lead, row))
    return out


def page(pictures: list[Seen]) -> str:
    """All tables as Markdown."""
    lines = []
    for name, mine in (("Clear views", [one for one in pictures if one.easy]), ("All views", pictures)):
        lines += [f"{name}: {len(mine)} pictures.", "", *_confusion(mine), "", *_leads(mine), ""]
    return "\n".join(lines)


def _share(chosen: NDArray[np.bool_] | list[bool]) -> str:
    return f"{np.mean(chosen):.1%}" if len(chosen) else ""


def _confusion(pictures: list[Seen]) -> list[str]:
    told = ("standing", "kneeling", "seated", "floor", "lying", "")
    lines = [
        "| true \\ told | " + " | ".join(name or "not told" for name in told) + " | right | wrong |",
        "|---" * (len(told) + 3) + "|",
    ]
    for true in told[:-1]:
        mine = [one.position for one in pictures if POSITION.get(one.posture, "standing") == true]
        counts = " | ".join(str(mine.count(name)) for name in told)
        wrong = [name not in (true, "") for name in mine]
        lines.append(f"| {true} | {counts} | {_share([name == true for name in mine])} | {_share(wrong)} |")
    return lines


def _leads(pictures: list[Seen]) -> list[str]:
    lines = ["| posture | role | pictures | side told | right, of those told |", "|---|---|---:|---:|---:|"]
    for name, role in ROLE.items():
        mine = [one.right_lead for one in pictures if one.posture == name]
        told = [right for right in mine if right is not None]
        lines.append(
            f"| {name} | {role} | {len(mine)} | {_share([right is not None for right in mine])} | {_share(told)} |"
        )
    return lines


def main() -> int:
    """Read the command line and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.positions", description=__doc__)
    parser.add_argument("--split", choices=("train", "tune"), default="tune")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--lying", type=int, default=12, help="of so many people a lying picture is drawn")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=stills.CACHE, help="where drawn pictures are kept")
    wanted = parser.parse_args()
    print(page(kept(wanted.split, wanted.people, wanted.jobs, wanted.cache) + lying(wanted.split, wanted.lying)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
