"""From seeds to the weights posecheck reads: train, set the scale and the spread, write."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.spine import score, stills
from benchmarks.spine.readings import PROFILE, Readings, read
from benchmarks.spine.stills import Columns
from benchmarks.spine.train import Learnt, Recipe, train
from posecheck.kinematics.spine import dorsal_contour, flexion
from posecheck.kinematics.spine.network import FULL_LEAN_DEG, PREDICTED, WEIGHTS_NAME, Network

MODELS: Final = stills.ROOT / "models"
#: First robustly, so that misread pictures do not pull; then by the square of the error, which is what is scored, and on
#: pictures that are disturbed less.
RECIPE: Final = Recipe()
FINISH: Final = replace(
    RECIPE,
    epochs=8,
    rate=1e-3,
    bend_rad=0.7,
    with_own=0.75,
    most_own=3,
    own_noise=0.1,
    mean_decay=0.998,
    axis_jitter=0.02,
    joint_jitter=0.035,
    no_joints=0.1,
    no_limb=0.15,
    cloth=0.007,
)
#: With smaller steps: once more, and then with people who lift weights among the others.
LAST: Final = replace(FINISH, epochs=8, rate=5e-4)
_SEEDS: Final = (1, 7, 11, 13)
#: The outputs that say how far off a measure may be.
_SPREADS: Final = (
    ("lower_log_sigma", "lower_deg", "lower_sigma_deg", "lumbar_flexion_deg"),
    ("upper_log_sigma", "upper_deg", "upper_sigma_deg", "thoracic_flexion_deg"),
    ("flexion_log_sigma", "flexion_deg", "flexion_sigma_deg", "spine_flexion_deg"),
)

#: Every picture that is fit to be judged counts, however unsure the network is of it.
ASKED: Final = PROFILE.with_layer(
    {flexion.MAX_SIGMA.key: 40.0, flexion.MAX_OWN_SIGMA.key: 40.0, flexion.MAX_DISAGREEMENT.key: 90.0}, "learn"
)

Arrays = dict[str, NDArray[np.float32]]


def learn(people: int, lifters: int, tune_people: int, jobs: int) -> str:
    """Train on `people`, then on `lifters` too, calibrate on `tune_people` others, write the weights.

    Says what was written.
    """
    torch.set_num_threads(jobs)
    data = stills.load("train", people, jobs)
    tune = stills.load("tune", tune_people, jobs)
    everybody = stills.joined([data, stills.load("lifters", lifters, jobs)])
    learnt = train(data, _SEEDS[0], RECIPE)
    learnt = train(data, _SEEDS[1], FINISH, learnt)
    learnt = train(data, _SEEDS[2], LAST, learnt)
    arrays = weights(train(everybody, _SEEDS[3], LAST, learnt), tune)
    path = MODELS / WEIGHTS_NAME
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    declare(digest)
    return f"{path.name}: {len(everybody['seed'])} pictures of {people + lifters} people, sha256 {digest}"


def weights(learnt: Learnt, tune: Columns) -> Arrays:
    """A trained network as posecheck reads it, with scale and spread set on `tune`."""
    arrays = learnt.net.arrays() | {
        "joint_mean": learnt.joint_mean,
        "joint_scale": learnt.joint_scale,
        "scale": np.ones((2, len(PREDICTED)), np.float32),
        "shift": np.zeros((2, len(PREDICTED)), np.float32),
        "outline": outline_scale(tune),
    }
    return calibrated(arrays, tune)


def outline_scale(data: Columns) -> NDArray[np.float32]:
    """Offset, share of the bend and share of the lean with which the outline alone tells flexion; least squares."""
    rows = np.flatnonzero(score.standing_bends(data) | score.standing_upright(data))
    bend = np.array([dorsal_contour.contour_bend_deg(data["dorsal"][row].astype(np.float64)) for row in rows])
    lean = np.clip(data["trunk_inclination_deg"][rows], 0.0, FULL_LEAN_DEG)
    known = np.isfinite(bend)
    columns = np.stack([np.ones(known.sum()), bend[known], lean[known]], axis=1)
    found: NDArray[Any] = np.linalg.lstsq(columns, data["spine_flexion_deg"][rows][known], rcond=None)[0]
    return found.astype(np.float32)


def calibrated(arrays: Arrays, tune: Columns) -> Arrays:
    """The weights with outputs on the scale of the truth, and a spread that holds 68 % of the errors.

    A network that minimises its error shrinks what it is not sure of towards the mean. Flexion is stretched until
    readings of standing bends differ among each other as much as true flexions do, both halves of the back alike (what
    one half has too much the other has too little of, so that each by itself would be stretched too far), and the pelvis
    likewise; each then gets the mean of the truth. Without and with the person's own upright pictures apart: row 0 and
    row 1 of `scale` and `shift`.
    """
    out = {name: value.copy() for name, value in arrays.items()}
    place = {name: number for number, name in enumerate(PREDICTED)}
    readings = read(tune, ASKED, Network.of(out))
    rows = score.standing_bends(tune) & _judged(readings)
    lean_deg = np.array([look.spine.inclination_deg for look in readings.stranger])
    ahead_deg = tune["pelvis_inclination_deg"] - lean_deg
    for known in (False, True):
        stretch = _ratio(readings.of_prediction("flexion_deg", known=known), tune["spine_flexion_deg"], rows)
        stretch_pelvis = _ratio(readings.of_prediction("pelvis_ahead_deg", known=known), ahead_deg, rows)
        for output, told, true_deg, factor in (
            ("lower_rad", "lower_deg", tune["lumbar_flexion_deg"], stretch),
            ("upper_rad", "upper_deg", tune["thoracic_flexion_deg"], stretch),
            ("pelvis_rad", "pelvis_ahead_deg", ahead_deg, stretch_pelvis),
        ):
            off_deg = np.mean((true_deg - factor * readings.of_prediction(told, known=known))[rows])
            out["scale"][int(known), place[output]] = factor
            out["shift"][int(known), place[output]] = np.radians(off_deg)
    readings = read(tune, ASKED, Network.of(out))
    rows = bent(tune) & _judged(readings)
    for known in (False, True):
        for output, value_name, sigma_name, true in _SPREADS:
            error = np.abs(readings.of_prediction(value_name, known=known) - tune[true])[rows]
            sigma = readings.of_prediction(sigma_name, known=known)[rows]
            out["shift"][int(known), place[output]] += np.log(np.quantile(error / sigma, 0.68))
    return out


def _ratio(read_deg: NDArray[np.float64], true_deg: NDArray[np.float64], rows: NDArray[np.bool_]) -> float:
    """By how much readings must be stretched to be spread as the truth is."""
    return float(np.std(true_deg[rows]) / np.std(read_deg[rows]))


def bent(data: Columns) -> NDArray[np.bool_]:
    """The rows in which somebody bends, standing or sitting."""
    out: NDArray[np.bool_] = ~data["neutral"]
    return out


def _judged(readings: Readings) -> NDArray[np.bool_]:
    out: NDArray[np.bool_] = np.isfinite(readings.of("spine_flexion_deg", known=False)) & np.isfinite(
        readings.of("spine_flexion_deg", known=True)
    )
    return out


def declare(digest: str) -> None:
    """Write the hash of the weights into the manifest, where posecheck looks before it trusts them."""
    path = MODELS / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    block = f'[models."{WEIGHTS_NAME}"]\n'
    if block not in text:
        raise RuntimeError(f"{path} has no {block.strip()}")
    before, after = text.split(block)
    path.write_text(
        before + block + re.sub(r'sha256 = "[0-9a-f]*"', f'sha256 = "{digest}"', after, count=1), encoding="utf-8"
    )
