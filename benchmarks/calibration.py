"""What does a stored calibration bring, and does it know its person? Tables over drawn people.

    python -m benchmarks.calibration [--people 80] [--clips 4] [--split unseen]

The first two tables use the pictures that are kept for the spine (`benchmarks.spine.stills`): each person's upright
pictures come from different cameras, rooms and distances, so that they differ more than two sessions in one home do.
The third leads people nothing was tuned to through the calibration, before the real pose model.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from benchmarks.people import Camera, ClipSpec, Motion, Person, Pose, Studio, framed, go, random_scene, still
from benchmarks.spine import stills
from benchmarks.spine.population import Split
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.personal_limits import own_limits
from posecheck.calibration import Calibration
from posecheck.kinematics.calibration import matching, protocol
from posecheck.kinematics.spine.network import Code, bundled_network
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.session import SightingBuilder, default_profile
from posecheck.records import Bytes, Frame, frozen
from posecheck.tunables import Profile

#: Further from side-on, or with something in the way, nobody would be calibrated.
MAX_YAW_DEG: Final = 20.0
#: Distances that tell one person from another are tried in this order, in degrees.
TRIED_DEG: Final = (1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
#: Seeds of the people led through a calibration; the network learnt from others.
FIRST_PERSON: Final = 3001
#: Their true maxima, (lumbar, thoracic).
MAXIMA: Final = ((28.0, 14.0), (38.0, 18.0), (46.0, 24.0), (54.0, 30.0))
EVERY_S: Final = 0.125
FOLD: Final = load_stretch("standing_forward_fold")
LIMIT: Final = "spine_rounding.limit_deg"
USUAL_DEG: Final = default_profile(FOLD)[LIMIT]


@dataclass(frozen=True)
class Known:
    """The standing pictures of one person: codes of the upright ones, codes and true flexion of the bent ones."""

    upright: list[Code]
    bent: list[tuple[Code, float]]


def known_people(split: Split, people: int) -> list[Known]:
    """Everybody of a split, as the network sees them."""
    data = stills.load(split, people, jobs=1)
    network = bundled_network()
    out: dict[int, Known] = {}
    for row in range(len(data["seed"])):
        fit = abs(float(data["camera_yaw_deg"][row])) <= MAX_YAW_DEG and not bool(data["things"][row])
        if str(data["posture"][row]) != "standing" or not fit:
            continue
        code = network.encode(data["crop"][row], data["joints"][row])
        one = out.setdefault(int(data["seed"][row]), Known([], []))
        if bool(data["neutral"][row]):
            one.upright.append(code)
        else:
            one.bent.append((code, float(data["spine_flexion_deg"][row])))
    return list(out.values())


def distance_deg(stored: Code, live: Code) -> float:
    """How unlike two upright pictures are (`matching.person_deg`)."""
    network = bundled_network()
    return abs(network.predict(live, stored).flexion_deg - network.predict(live, live).flexion_deg)


def person_table(people: Sequence[Known]) -> Iterator[str]:
    """How often each limit takes a person for another one, and another one for them."""
    same = [distance_deg(a, b) for one in people for a, b in itertools.permutations(one.upright, 2)]
    other = [
        distance_deg(a, b)
        for k, one in enumerate(people)
        for step in (1, 7, 19)
        for a in one.upright[:1]
        for b in people[(k + step) % len(people)].upright[:1]
    ]
    yield f"| limit | same person taken for another ({len(same)} pairs) | another noticed ({len(other)} pairs) |"
    yield "|---|---|---|"
    for limit_deg in TRIED_DEG:
        shares = [100.0 * float(np.mean(np.array(found) > limit_deg)) for found in (same, other)]
        yield f"| {limit_deg:g}° | {shares[0]:.0f} % | {shares[1]:.0f} % |"


def reading_table(people: Sequence[Known]) -> Iterator[str]:
    """The error of bent backs read at once: as a stranger, with the own stored neutral, with somebody else's."""
    network = bundled_network()
    errors: dict[str, list[float]] = {}
    for k, one in enumerate(people):
        other = people[(k + 7) % len(people)]
        if not one.upright or not other.upright:
            continue
        for code, true_deg in one.bent:
            foreign = other.upright[0]
            noticed = distance_deg(foreign, one.upright[0]) > matching.MAX_PERSON.default
            told = {
                "as a stranger (no calibration)": None,
                "own stored neutral": one.upright[0],
                "somebody else's, all": foreign,
                "somebody else's, where it goes unnoticed": one.upright[0] if noticed else foreign,
            }
            for name, own in told.items():
                if name.endswith("unnoticed") and noticed:
                    continue
                errors.setdefault(name, []).append(network.predict(code, own).flexion_deg - true_deg)
    yield "| read from the first picture on | mean absolute error | bias | pictures |"
    yield "|---|---|---|---|"
    for name, found in errors.items():
        yield f"| {name} | {np.abs(found).mean():.1f}° | {np.mean(found):+.1f}° | {len(found)} |"


def calibrated(backend: MediaPipeBackend, person: Person, seed: int, deepest: tuple[float, float]) -> Calibration:
    """One person led through a calibration: 3.5 s tall, then rounded to their maximum."""
    lean_deg = 0.9 * sum(deepest)
    down = go(1.2, trunk_inclination_deg=lean_deg, lumbar_deg=deepest[0], thoracic_deg=deepest[1], neck_deg=15.0)
    motion = Motion.of(Pose(), still(3.5), down, still(5.0))
    spec = framed(_spec(person, motion, seed), 0.8)
    studio = Studio(spec)
    state = protocol.start("standing")
    builder = SightingBuilder()
    profile = default_profile(FOLD)
    drawn: dict[float, Bytes] = {}
    for index in range(int(14.0 / EVERY_S)):
        t_s = index * EVERY_S
        at = 0.0 if t_s < 3.5 else min(t_s, 4.7)  # who keeps still is drawn once
        if at not in drawn:
            drawn[at] = frozen(studio.frame(at).image_rgb, np.uint8)
        frame = Frame(drawn[at], t_s, index)
        state, out = protocol.step(state, builder.build(frame, backend.detect(frame)), profile)
        if out.calibration is not None:
            return out.calibration
    raise RuntimeError(f"person {seed} was not calibrated: {out.problem or out.stage}")


def _spec(person: Person, motion: Motion, seed: int) -> ClipSpec:
    rng = np.random.default_rng((seed, 31))
    camera = Camera(yaw_deg=float(rng.normal(0.0, 5.0)), height_m=float(rng.uniform(0.8, 1.2)))
    spec = ClipSpec(motion, body=person.body, clothes=person.clothes, camera=camera, seed=seed, sway_deg=0.0)
    return replace(spec, scene=random_scene(seed))


def limits_table(clips: int) -> Iterator[str]:
    """What maximum is read of people whose true one is known, and which limit follows from either."""
    profile: Profile = default_profile(FOLD)
    off: list[tuple[float, float]] = []
    yield "| person | true maximum | read | limit by the true one | limit by the read one |"
    yield "|---|---|---|---|---|"
    with MediaPipeBackend() as backend:
        for number in range(clips):
            seed, deepest = FIRST_PERSON + number, MAXIMA[number % len(MAXIMA)]
            try:
                read_deg = calibrated(backend, Person.random(seed), seed, deepest).own_max_deg
            except RuntimeError as error:
                yield f"| {seed} | {sum(deepest):.0f}° | {error} | | |"
                continue
            limits = [own_limits(FOLD, deg, profile).get(LIMIT, USUAL_DEG) for deg in (sum(deepest), read_deg)]
            yield f"| {seed} | {sum(deepest):.0f}° | {read_deg:.0f}° | {limits[0]:.0f}° | {limits[1]:.0f}° |"
            off.append((abs(USUAL_DEG - limits[0]), abs(limits[1] - limits[0])))
            print(".", end="", file=sys.stderr, flush=True)
    usual, own = np.mean(off, axis=0) if off else (np.nan, np.nan)
    yield ""
    yield f"Mean distance from the limit by the true maximum: usual limit {usual:.1f}°, own limit {own:.1f}°."


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=80)
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--split", choices=("tune", "unseen"), default="unseen")
    given = parser.parse_args()
    people = known_people(given.split, given.people)
    for title, lines in (
        (f"Is it the same person? ({given.split}, {len(people)} people)", person_table(people)),
        (f"Bends read at once ({given.split})", reading_table(people)),
        ("Own maximum and the limit that follows", limits_table(given.clips)),
    ):
        print(f"\n## {title}\n")
        for line in lines:
            print(line)


if __name__ == "__main__":
    main()
