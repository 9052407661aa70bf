"""How far are posecheck's angles from the truth, on synthetic people with known spines?

    python -m benchmarks.accuracy [--jobs 2] [--quick] [--save DIR]

Draws people that nothing was tuned to, lets the real pipeline (pose model, outline of the back, smoothing) look at
the pixels, and compares every frame with the truth. Prints a table and saves it with the errors of each clip.

It proves that the code measures the geometry; synthetic people do not show that it is clinically valid.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.people import Camera, Person, Studio, random_clip
from posecheck import kinematics
from posecheck.kinematics import measures
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.session import SightingBuilder
from posecheck.reasons import code_of
from posecheck.records import Frame, frozen
from posecheck.tunables import Profile

RESULTS: Final = Path(__file__).resolve().parent / "results"
#: Seeds of the people; the network that reads the back learnt from others (`benchmarks.spine.population`).
PEOPLE: Final = (2001, 2002, 2003, 2004, 2005, 2006)
#: (lumbar, thoracic) flexion at the deepest point.
ROUNDING: Final = ((0.0, 0.0), (8.0, 4.0), (25.0, 10.0), (40.0, 20.0))
YAWS_DEG: Final = (0.0, 12.0, -20.0)
FPS: Final = 12.0
#: Rounded against flat, for the AUC.
ROUNDED_DEG, FLAT_DEG = 30.0, 12.0
BENT_DEG: Final = 20.0
ANGLES: Final = (
    "hip_hinge_deg",
    "knee_flexion_deg",
    "trunk_inclination_deg",
    "pelvis_inclination_deg",
    "spine_flexion_deg",
)
#: Measured only where the back is judged, so they are only counted while the trunk is bent.
OF_THE_BACK: Final = ("pelvis_inclination_deg", "spine_flexion_deg")


@dataclass(frozen=True)
class Case:
    """One clip to be drawn and measured."""

    seed: int
    person: int
    lumbar_deg: float
    thoracic_deg: float
    yaw_deg: float
    posture: str = "standing"


@dataclass(frozen=True)
class Row:
    """One frame: what was read and what is true."""

    case: int
    t_s: float
    seen: bool
    reason: str
    read: dict[str, float]
    true: dict[str, float]


def cases(*, quick: bool) -> list[Case]:
    """Every clip of the benchmark: people × rounding × camera."""
    people = PEOPLE[:2] if quick else PEOPLE
    combos = itertools.product(people, ROUNDING, YAWS_DEG[:1] if quick else YAWS_DEG)
    return [
        Case(seed=10_000 + number, person=person, lumbar_deg=lumbar, thoracic_deg=thoracic, yaw_deg=yaw)
        for number, (person, (lumbar, thoracic), yaw) in enumerate(combos)
    ]


def measure(job: tuple[int, Case]) -> list[Row]:
    """Draw one clip and read it through the real pipeline."""
    number, case = job
    rng = np.random.default_rng((case.seed, 77))
    camera = Camera(
        facing="left" if rng.random() < 0.5 else "right",
        yaw_deg=case.yaw_deg,
        height_m=float(rng.uniform(0.7, 1.3)),
        fov_deg=float(rng.uniform(36.0, 48.0)),
    )
    spec = random_clip(
        case.seed,
        lumbar_deg=case.lumbar_deg,
        thoracic_deg=case.thoracic_deg,
        person=Person.random(case.person),
        camera=camera,
        fps=FPS,
    )
    studio = Studio(spec)
    profile = Profile(kinematics.TUNABLES)
    rows = []
    with MediaPipeBackend() as backend:
        builder = SightingBuilder()
        state = measures.start()
        for index, t_s in enumerate(spec.times_s):
            drawn = studio.frame(t_s)
            frame = Frame(frozen(drawn.image_rgb, np.uint8), t_s, index)
            sighting = builder.build(frame, backend.detect(frame))
            state, read = measures.step(state, sighting, profile)
            truth = {name: float(getattr(drawn.truth, name)) for name in ANGLES}
            values = {name: read[name] for name in ANGLES}
            rows.append(Row(number, t_s, not sighting.is_empty, code_of(read.view.reason), values, truth))
    return rows


def auc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Chance that a random positive reads higher than a random negative (Mann-Whitney); NaN if either is empty."""
    if len(positive) == 0 or len(negative) == 0:
        return float("nan")
    order = np.sort(negative)
    below = np.searchsorted(order, positive, side="left")
    upto = np.searchsorted(order, positive, side="right")
    return float(np.mean((below + upto) / 2.0) / len(negative))


@dataclass(frozen=True)
class Figure:
    """Errors of one angle over one group of frames."""

    group: str
    angle: str
    frames: int
    judged_frac: float
    mae_deg: float
    bias_deg: float
    rmse_deg: float
    r: float


def figures(rows: Sequence[Row], group: str) -> Iterator[Figure]:
    """The errors of each angle over `rows`. Spine flexion counts while the trunk is bent (that is when it is judged), and so does the pelvis."""
    for name in ANGLES:
        use = [row for row in rows if name not in OF_THE_BACK or row.true["trunk_inclination_deg"] >= BENT_DEG]
        read = np.array([row.read[name] for row in use])
        true = np.array([row.true[name] for row in use])
        known = np.isfinite(read)
        error = read[known] - true[known]
        if len(error) < 2:
            yield Figure(group, name, len(use), float(known.mean()) if use else 0.0, *([float("nan")] * 4))
            continue
        spread = np.std(read[known]) * np.std(true[known])
        r = float(np.corrcoef(read[known], true[known])[0, 1]) if spread > 0 else float("nan")
        yield Figure(
            group,
            name,
            len(use),
            float(known.mean()),
            float(np.mean(np.abs(error))),
            float(np.mean(error)),
            float(np.sqrt(np.mean(error**2))),
            r,
        )


def spine_auc(rows: Sequence[Row]) -> tuple[float, int, int]:
    """AUC of the spine reading, rounded against flat, over bent frames; and how many of each there were."""
    bent = [row for row in rows if row.true["trunk_inclination_deg"] >= BENT_DEG]
    known = [row for row in bent if np.isfinite(row.read["spine_flexion_deg"])]
    rounded = np.array([row.read["spine_flexion_deg"] for row in known if row.true["spine_flexion_deg"] >= ROUNDED_DEG])
    flat = np.array([row.read["spine_flexion_deg"] for row in known if row.true["spine_flexion_deg"] <= FLAT_DEG])
    return auc(rounded, flat), len(rounded), len(flat)


def table(found: Sequence[Figure]) -> str:
    """The figures as Markdown."""
    lines = [
        "| group | angle | frames | judged | MAE | bias | RMSE | r |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {f.group} | {f.angle} | {f.frames} | {f.judged_frac:.0%} | {f.mae_deg:.1f}° | {f.bias_deg:+.1f}° "
        f"| {f.rmse_deg:.1f}° | {f.r:.2f} |"
        for f in found
    ]
    return "\n".join(lines)


def report(all_cases: Sequence[Case], rows: Sequence[Row]) -> tuple[str, dict[str, object]]:
    """The printed page, and the same figures for programs."""
    groups: list[tuple[str, list[Row]]] = [("all", list(rows))]
    groups += [
        (f"yaw {yaw:+.0f}°", [row for row in rows if all_cases[row.case].yaw_deg == yaw])
        for yaw in dict.fromkeys(case.yaw_deg for case in all_cases)
    ]
    women = {case.person for case in all_cases if Person.random(case.person).body.gender < 0.5}
    groups += [
        (name, [row for row in rows if (all_cases[row.case].person in women) == is_woman])
        for name, is_woman in (("women", True), ("men", False))
    ]
    groups += [
        (f"bent {low:.0f} to {high:.0f}°", [row for row in rows if low <= row.true["trunk_inclination_deg"] < high])
        for low, high in ((20.0, 50.0), (50.0, 90.0))
    ]
    found = [figure for name, part in groups for figure in figures(part, name)]
    detected = float(np.mean([row.seen for row in rows]))
    score, rounded, flat = spine_auc(rows)
    reasons: dict[str, int] = {}
    for row in rows:
        if row.true["trunk_inclination_deg"] >= BENT_DEG and not np.isfinite(row.read["spine_flexion_deg"]):
            reasons[row.reason or "(no reason)"] = reasons.get(row.reason or "(no reason)", 0) + 1
    people = len({case.person for case in all_cases})
    page = [
        f"{len(all_cases)} synthetic clips, {people} people, {len(rows)} frames of 640×480 at {FPS:g} a second.",
        "Standing folds; conditions: true flexion 0 to 60°, camera yaw "
        + ", ".join(f"{yaw:+.0f}°" for yaw in dict.fromkeys(case.yaw_deg for case in all_cases))
        + "; random clothes, rooms, light, noise. Spine flexion: frames with the trunk bent 20° and more.",
        "",
        table(found),
        "",
        f"Detection rate: {detected:.1%} of frames.",
        f"AUC of spine flexion, true ≥ {ROUNDED_DEG:.0f}° ({rounded} frames) against ≤ {FLAT_DEG:.0f}° ({flat}): {score:.3f}",
        "Bent frames without a spine reading: "
        + ("; ".join(f"{count}× {reason}" for reason, count in sorted(reasons.items())) or "none"),
        "",
        "Synthetic people prove that the code measures the geometry, not that it is clinically valid.",
    ]
    machine: dict[str, object] = {
        "clips": len(all_cases),
        "people": people,
        "frames": len(rows),
        "detection_rate": detected,
        "spine_auc": score,
        "figures": [asdict(figure) for figure in found],
    }
    return "\n".join(page), machine


def save(folder: Path, all_cases: Sequence[Case], rows: Sequence[Row], page: str, machine: dict[str, object]) -> None:
    """Write accuracy.md, accuracy.json and one line a clip to accuracy_clips.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accuracy.md").write_text(page + "\n", encoding="utf-8")
    (folder / "accuracy.json").write_text(json.dumps(machine, indent=1) + "\n", encoding="utf-8")
    with (folder / "accuracy_clips.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(
            [
                "person",
                "lumbar_deg",
                "thoracic_deg",
                "yaw_deg",
                *(f"{name}_mae" for name in ANGLES),
                "judged_frac",
            ]
        )
        for number, case in enumerate(all_cases):
            mine = {figure.angle: figure for figure in figures([row for row in rows if row.case == number], "clip")}
            writer.writerow(
                [case.person, case.lumbar_deg, case.thoracic_deg, case.yaw_deg]
                + [f"{mine[name].mae_deg:.2f}" for name in ANGLES]
                + [f"{mine['spine_flexion_deg'].judged_frac:.2f}"]
            )


def main() -> int:
    """Run the benchmark; 0 always: it measures, it does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="8 clips instead of 72, to see that it runs")
    parser.add_argument(
        "--save", type=Path, default=RESULTS, metavar="DIR", help="where to save (default: %(default)s)"
    )
    options = parser.parse_args()
    wanted = cases(quick=options.quick)
    rows: list[Row] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for done, part in enumerate(pool.map(measure, enumerate(wanted)), 1):
            rows.extend(part)
            print(f"\r{done} of {len(wanted)} clips", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    page, machine = report(wanted, rows)
    print(page)
    save(options.save, wanted, rows, page, machine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
