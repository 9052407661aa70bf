"""What does each part of the recipe bring? Small networks, each without one of them, on the same people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.accuracy import auc
from benchmarks.spine import learn, real, score, stills
from benchmarks.spine.groups import group_of
from benchmarks.spine.readings import read
from benchmarks.spine.stills import Columns
from benchmarks.spine.train import Recipe, train
from posecheck.kinematics.spine.network import Network

#: Short enough to try many, long enough to tell them apart.
SHORT: Final = replace(Recipe(), epochs=14, mean_decay=0.985)
VARIANTS: Final[dict[str, Recipe]] = {
    "(nothing)": SHORT,
    "the joints": replace(SHORT, use_joints=False),
    "withholding joints": replace(SHORT, no_joints=0.0, no_limb=0.0),
    "training with own upright pictures": replace(SHORT, with_own=0.0),
    "moving axis and joints": replace(SHORT, axis_jitter=0.0, joint_jitter=0.0),
    "disturbing the outline": replace(SHORT, cloth=0.0, faults=False),
}


def table(people: int, tune_people: int, jobs: int, folder: Path | None) -> Iterator[str]:
    """The table as Markdown, line by line as the networks are done; `folder` holds labelled real silhouettes."""
    data, tune = stills.load("train", people, jobs), stills.load("tune", tune_people, jobs)
    yield (
        f"{people} people to learn from, {SHORT.epochs} epochs, scored on {tune_people} others; standing bends that the "
        "gates let through, however unsure the network is."
    )
    yield ""
    yield "| without | RMSE | r | AUC | RMSE, own neutral | real: AUC frames, own neutral if seen |"
    yield "|---|---:|---:|---:|---:|---:|"
    half = data["seed"] < np.median(np.unique(data["seed"]))
    for name, recipe in VARIANTS.items():
        yield _line(name, data, tune, recipe, folder)
    standing = group_of(data["posture"]) == 0
    for name, rows in (("half of the people", half), ("pictures of sitting people", standing)):
        yield _line(name, {key: column[rows] for key, column in data.items()}, tune, SHORT, folder)


def _line(name: str, data: Columns, tune: Columns, recipe: Recipe, folder: Path | None) -> str:
    network = Network.of(learn.weights(train(data, 1, recipe), tune))
    readings = read(tune, learn.ASKED, network)
    rows = score.standing_bends(tune)
    errors = [readings.error("spine_flexion_deg", known=known)[rows] for known in (False, True)]
    judged = np.isfinite(errors[0]) & np.isfinite(errors[1])
    true = tune["spine_flexion_deg"][rows][judged]
    value = errors[0][judged] + true
    rmse = [float(np.sqrt(np.mean(error[judged] ** 2))) for error in errors]
    told = "" if folder is None else f"{real.auc_of(real.watch(folder, learn.ASKED, network)):.3f}"
    return (
        f"| {name} | {rmse[0]:.1f} | {np.corrcoef(value, true)[0, 1]:.3f} "
        f"| {auc(value[true >= 30.0], value[true <= 12.0]):.3f} | {rmse[1]:.1f} | {told} |"
    )
