"""Make the sample clips: H.264 videos of synthetic people, their truth, their labels and the manifest.

    pip install av
    python -m benchmarks.sample_videos            # all
    python -m benchmarks.sample_videos lying_leg_raise

The people come from `benchmarks.people`; nothing is filmed and nothing is downloaded. PyAV is needed only here. The
pictures are the same on every run; the bytes of the videos also depend on the encoder's version.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import av

from benchmarks.people import (
    BodyShape,
    Camera,
    ClipSpec,
    Clothes,
    Motion,
    Pose,
    Scene,
    Stance,
    Truth,
    framed,
    go,
    render_clip,
    still,
)

HERE = Path(__file__).resolve().parents[1] / "sample_videos"
FPS = 30
RATE_FACTOR = "18"
ROUNDED_DEG = 35.0
FLAT_DEG = 15.0
BENT_DEG = 20.0
KNEE_STRAIGHT_DEG = 15.0
KNEE_BENT_DEG = 20.0


@dataclass(frozen=True)
class Sample:
    """One clip: what stretch it shows, in words and as a spec."""

    stretch: str
    what: str
    person: str
    spec: ClipSpec


@dataclass(frozen=True)
class Interval:
    """What a rule should say in [start_s, end_s)."""

    start_s: float
    end_s: float
    rule: str
    truth: str


ROOM = Scene(furniture=3, noise=1.5, seed=5)
STUDIO = Scene(
    wall=(0.72, 0.77, 0.78), floor=(0.50, 0.50, 0.48), boards=False, noise=1.5, seed=5, mat=(0.28, 0.40, 0.52)
)

DAN = BodyShape(gender=0.9, muscle=0.5, weight=0.5, height=0.5, proportions=0.6)
DAN_WEARS = Clothes(
    shirt_looseness=0.15, shirt=(0.70, 0.32, 0.30), trouser=(0.20, 0.22, 0.30), hair_colour=(0.30, 0.2, 0.14)
)
MIA = BodyShape(gender=0.05, muscle=0.6, weight=0.45, height=0.5, proportions=0.7)
MIA_WEARS = Clothes(
    shirt_looseness=0.15,
    hair="tail",
    trousers="leggings",
    shirt=(0.70, 0.32, 0.30),
    trouser=(0.20, 0.22, 0.30),
    hair_colour=(0.30, 0.2, 0.14),
)
BEN = BodyShape(gender=0.95, muscle=0.6, weight=0.55, height=0.6, proportions=0.7)
BEN_WEARS = Clothes(shirt_looseness=0.25, shirt=(0.33, 0.47, 0.66), trousers="shorts", trouser=(0.25, 0.25, 0.28))
CLEO = BodyShape(gender=0.0, muscle=0.5, weight=0.6, height=0.4, proportions=0.6, ancestry="african", lordosis_deg=4.0)
CLEO_WEARS = Clothes(
    shirt_looseness=0.2,
    skin=(0.50, 0.36, 0.29),
    shirt=(0.78, 0.74, 0.62),
    trouser=(0.18, 0.32, 0.32),
    hair_colour=(0.10, 0.09, 0.09),
)


def standing_fold(lumbar_deg: float, thoracic_deg: float, neck_deg: float) -> ClipSpec:
    """One slow fold to 70 degrees of trunk inclination, a hold, and up again."""
    down = go(
        1.9,
        trunk_inclination_deg=70.0,
        lumbar_deg=lumbar_deg,
        thoracic_deg=thoracic_deg,
        neck_deg=neck_deg,
        knee_deg=8.0,
    )
    up = go(1.7, trunk_inclination_deg=0.0, lumbar_deg=0.0, thoracic_deg=0.0, neck_deg=0.0, knee_deg=4.0)
    motion = Motion.of(Pose(), still(0.8), down, still(1.8), up, still(0.6))
    return ClipSpec(motion, body=MIA, clothes=MIA_WEARS, scene=ROOM, camera=Camera(yaw_deg=3.0, height_m=1.0), seed=1)


def clean_then_rounded() -> ClipSpec:
    """Two slow repetitions by one person: the first from the hips, the second from the back."""
    up = go(1.6, trunk_inclination_deg=0.0, lumbar_deg=0.0, thoracic_deg=0.0, neck_deg=0.0)
    motion = Motion.of(
        Pose(knee_deg=8.0),
        still(0.5),
        go(1.8, trunk_inclination_deg=60.0, lumbar_deg=3.0, thoracic_deg=1.0, neck_deg=-5.0),
        still(1.2),
        up,
        still(0.4),
        go(1.8, trunk_inclination_deg=60.0, lumbar_deg=34.0, thoracic_deg=20.0, neck_deg=10.0),
        still(1.2),
        up,
        still(0.3),
    )
    camera = Camera(facing="left", yaw_deg=-4.0, height_m=1.1)
    return ClipSpec(motion, body=BEN, clothes=BEN_WEARS, scene=replace(ROOM, seed=10), camera=camera, seed=2)


def seated_floor() -> ClipSpec:
    """Long sitting: first slumped over the legs, then tall and tipped forward from the hips."""
    motion = Motion.of(
        Pose(knee_deg=6.0, arms="thighs"),
        still(0.6),
        go(1.5, trunk_inclination_deg=38.0, lumbar_deg=36.0, thoracic_deg=22.0, neck_deg=8.0, arms="shins"),
        still(1.2),
        go(1.6, trunk_inclination_deg=24.0, lumbar_deg=6.0, thoracic_deg=4.0, neck_deg=0.0),
        still(1.4),
        go(1.0, trunk_inclination_deg=0.0, lumbar_deg=0.0, thoracic_deg=0.0, arms="thighs"),
        still(0.3),
    )
    return ClipSpec(
        motion,
        body=CLEO,
        clothes=CLEO_WEARS,
        scene=STUDIO,
        camera=Camera(yaw_deg=5.0, height_m=0.8),
        stance=Stance("floor", lead="right"),
        seed=3,
    )


def foot_on_step() -> ClipSpec:
    """Foot on a step: hinge with the raised knee bent, then the knee straightens while the hinge is held."""
    motion = Motion.of(
        Pose(knee_deg=38.0),
        still(0.6),
        go(1.5, trunk_inclination_deg=42.0, lumbar_deg=3.0, thoracic_deg=2.0),
        still(1.2),
        go(1.3, knee_deg=6.0),
        still(1.6),
        go(1.4, trunk_inclination_deg=0.0, lumbar_deg=0.0, thoracic_deg=0.0, knee_deg=38.0),
        still(0.3),
    )
    return ClipSpec(
        motion,
        body=BEN,
        clothes=replace(BEN_WEARS, trousers="long"),
        scene=replace(ROOM, seed=13),
        camera=Camera(yaw_deg=4.0, height_m=1.0),
        stance=Stance("step", lead="right"),
        seed=4,
    )


def lying_leg() -> ClipSpec:
    """On the back, other foot flat: the thigh comes up, the knee straightens, the leg is drawn closer."""
    motion = Motion.of(
        Pose(knee_deg=78.0, other_knee_deg=82.0, leg_raise_deg=45.0, arms="mat"),
        still(0.6),
        go(1.4, leg_raise_deg=78.0, knee_deg=70.0, arms="behind_thigh"),
        go(1.5, knee_deg=8.0),
        still(1.2),
        go(0.9, leg_raise_deg=86.0),
        still(1.0),
        go(1.1, leg_raise_deg=60.0, knee_deg=75.0),
    )
    return ClipSpec(
        motion,
        body=DAN,
        clothes=replace(DAN_WEARS, shirt=(0.36, 0.50, 0.40)),
        scene=STUDIO,
        camera=Camera(facing="left", yaw_deg=2.0, height_m=0.7),
        stance=Stance("lying", lead="left"),
        seed=5,
    )


def samples() -> dict[str, Sample]:
    """All sample clips by file stem."""
    plans = {
        "standing_fold_clean": Sample(
            "standing_forward_fold",
            "A standing fold to 70 degrees from the hips; the back stays flat (spine flexion below 6 degrees).",
            "mia",
            standing_fold(3.0, 2.0, -5.0),
        ),
        "standing_fold_rounded": Sample(
            "standing_forward_fold",
            "The same person, room and depth, but the back rounds to 60 degrees of spine flexion.",
            "mia",
            standing_fold(38.0, 22.0, 10.0),
        ),
        "hinge_clean_then_rounded": Sample(
            "hip_hinge_drill",
            "Two repetitions: a clean hinge to 60 degrees, then one that rounds to 54 degrees of spine flexion.",
            "ben",
            clean_then_rounded(),
        ),
        "seated_floor_rounded_then_long": Sample(
            "floor_leg_stretch",
            "Long sitting: first slumped over straight legs (58 degrees), then tall and tipped from the hips (10).",
            "cleo",
            seated_floor(),
        ),
        "foot_on_step_knee_bent_then_straight": Sample(
            "foot_on_step",
            "Flat-backed hinge over a foot on a step, the raised knee bent 38 degrees, then straightened to 6.",
            "ben",
            foot_on_step(),
        ),
        "lying_leg_raise": Sample(
            "lying_leg_raise",
            "On the back: the thigh comes up, the knee straightens to 8 degrees, the leg is drawn to 86 degrees.",
            "dan",
            lying_leg(),
        ),
    }
    made = {stem: replace(sample, spec=framed(sample.spec, fill=0.92)) for stem, sample in plans.items()}
    rounded = made["standing_fold_rounded"]
    same_camera = made["standing_fold_clean"].spec.camera
    return made | {"standing_fold_rounded": replace(rounded, spec=replace(rounded.spec, camera=same_camera))}


def spine_verdict(truth: Truth) -> str | None:
    """What a rule about rounding should say: good, warn or unsure; None where it has nothing to judge."""
    if truth.trunk_inclination_deg < BENT_DEG:
        return None
    if truth.spine_flexion_deg >= ROUNDED_DEG:
        return "warn"
    return "good" if truth.spine_flexion_deg <= FLAT_DEG else "unsure"


def knee_verdict(truth: Truth) -> str:
    """What a rule about a straight near knee should say."""
    if truth.knee_flexion_deg > KNEE_BENT_DEG:
        return "warn"
    return "good" if truth.knee_flexion_deg <= KNEE_STRAIGHT_DEG else "unsure"


def raised_knee_verdict(truth: Truth) -> str | None:
    """What a rule about a raised knee that was straightened should say; None where it is bent on purpose."""
    verdict = knee_verdict(truth)
    return None if verdict == "warn" else verdict


def intervals(truths: list[Truth], sample: Sample) -> list[Interval]:
    """The labels of a clip, by rule and time. The spine of somebody lying cannot be seen and has no label."""
    step_s = 1.0 / FPS
    found: list[Interval] = []
    rules = {"knee_bend": [knee_verdict(truth) for truth in truths]}
    if sample.spec.stance.posture == "step":
        rules = {"knee_sags": [raised_knee_verdict(truth) or "" for truth in truths]}
    if sample.spec.stance.posture != "lying":
        rules = {"spine_rounding": [spine_verdict(truth) or "" for truth in truths]} | rules
    for rule, verdicts in rules.items():
        start = 0
        for number in range(1, len(verdicts) + 1):
            if number == len(verdicts) or verdicts[number] != verdicts[start]:
                if verdicts[start]:
                    found.append(Interval(start * step_s, number * step_s, rule, verdicts[start]))
                start = number
    return found


def make_clip(stem: str, sample: Sample) -> str:
    """Write the video, the truth and the labels of one clip; return its entry in the manifest."""
    spec, video = sample.spec, HERE / f"{stem}.mp4"
    truths: list[Truth] = []
    with av.open(video, "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = spec.width_px, spec.height_px, "yuv420p"
        stream.options = {"crf": RATE_FACTOR, "preset": "medium", "threads": "1"}
        for rendered in render_clip(spec):
            truths.append(rendered.truth)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rendered.image_rgb, format="rgb24")))
        container.mux(stream.encode())
    write_truth(HERE / f"{stem}.truth.csv", truths)
    write_labels(HERE / f"{stem}.labels.toml", stem, sample, intervals(truths, sample))
    return manifest_entry(stem, sample, video, len(truths))


def write_truth(path: Path, truths: list[Truth]) -> None:
    """One row per frame: time, angles in degrees, 2D joints in pixels."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(truths[0].row())
        for truth in truths:
            row = truth.row()
            table.writerow([f"{row.pop('t_s'):.4f}", *(f"{value + 0.0:.2f}" for value in row.values())])


def write_labels(path: Path, stem: str, sample: Sample, found: list[Interval]) -> None:
    """Intervals [start_s, end_s) in seconds."""
    knee = f"knee_bend, near knee: warn above {KNEE_BENT_DEG:g}, good up to {KNEE_STRAIGHT_DEG:g}."
    if sample.spec.stance.posture == "step":
        knee = f"knee_sags, raised knee: good up to {KNEE_STRAIGHT_DEG:g}, no label where bent on purpose."
    lines = [
        f"# {stem}.mp4: what is true, read off the synthetic person. Intervals are [start_s, end_s).",
        f"# spine_rounding, from {BENT_DEG:g} degrees of trunk inclination on: spine flexion is warn from {ROUNDED_DEG:g}",
        f"# degrees, good up to {FLAT_DEG:g}. {knee}",
        f'video = "{stem}.mp4"',
        f'stretch = "{sample.stretch}"',
    ]
    for interval in found:
        lines += [
            "",
            "[[interval]]",
            f"start_s = {interval.start_s:.3f}",
            f"end_s = {interval.end_s:.3f}",
            f'rule = "{interval.rule}"',
            f'truth = "{interval.truth}"',
            f'person = "{sample.person}"',
            'rater = "synthetic truth"',
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def manifest_entry(stem: str, sample: Sample, video: Path, frames: int) -> str:
    """One [[clip]] table."""
    spec = sample.spec
    return "\n".join(
        [
            "[[clip]]",
            f'file = "{video.name}"',
            f'sha256 = "{hashlib.sha256(video.read_bytes()).hexdigest()}"',
            f'stretch = "{sample.stretch}"',
            f'what = "{sample.what}"',
            f'person = "{sample.person}"',
            f'posture = "{spec.stance.posture}"',
            f'facing = "{spec.camera.facing}"',
            f"view_yaw_deg = {spec.camera.yaw_deg:g}",
            f"fps = {FPS}",
            f"width_px = {spec.width_px}",
            f"height_px = {spec.height_px}",
            f"frames = {frames}",
            f"duration_s = {frames / FPS:.3f}",
            f"bytes = {video.stat().st_size}",
            f'truth = "{stem}.truth.csv"',
            f'labels = "{stem}.labels.toml"',
            "",
        ]
    )


MANIFEST_HEAD = """\
# Sample clips: synthetic people with a spine of known flexion. Written by benchmarks/sample_videos.py; do not edit.
#
# <clip>.mp4         the video (H.264, yuv420p)
# <clip>.truth.csv   one row per frame: time (s), true angles (degrees, + flexion or forward), 2D joints (px)
# <clip>.labels.toml what each rule should say, as intervals [start_s, end_s)

licence = "CC0-1.0"
how_made = "rendered by benchmarks.people from the MakeHuman base mesh (CC0); nobody was filmed"

"""


def main(chosen: list[str]) -> None:
    """Make the chosen clips (all when none is named) and bring the manifest up to date."""
    plans, manifest = samples(), HERE / "manifest.toml"
    made = {stem: make_clip(stem, plans[stem]) for stem in (chosen or plans)}
    entries = {stem: made.get(stem) or listed(manifest, stem) for stem in plans}
    manifest.write_text(MANIFEST_HEAD + "\n".join(entries.values()), encoding="utf-8")


def listed(manifest: Path, stem: str) -> str:
    """The [[clip]] table of a clip as it stands in the manifest. Raises ValueError if there is none yet: make that clip too."""
    tables = manifest.read_text(encoding="utf-8").split("[[clip]]\n")[1:]
    found = [table for table in tables if table.startswith(f'file = "{stem}.mp4"\n')]
    if not found:
        raise ValueError(f"{manifest} does not list {stem} yet. Make all clips: python -m benchmarks.sample_videos")
    return f"[[clip]]\n{found[0].rstrip()}\n"


if __name__ == "__main__":
    main(sys.argv[1:])
