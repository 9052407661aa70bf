"""Do synthetic people look like real ones? (How hard is it to tell their silhouettes apart?)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import auc
from benchmarks.spine.real import BENT_DEG, Seen
from benchmarks.spine.stills import Columns

#: Parts of the aligned silhouette: rows from the knees to the head, columns from the front to beyond the back.
PARTS: Final[dict[str, tuple[slice, slice]]] = {
    "all of it": (slice(None), slice(None)),
    "without head and neck": (slice(0, 36), slice(None)),
    "the back": (slice(12, 36), slice(20, None)),
}


def page(seen: Sequence[Seen], kinds: Mapping[str, Columns]) -> str:
    """How well a linear classifier tells real bent silhouettes from synthetic ones of several kinds, as Markdown."""
    lines = [
        "Area under the curve of a linear classifier that tells real silhouettes from synthetic ones; 0.5: it cannot.",
        "",
        "| people | " + " | ".join(PARTS) + " |",
        "|---|" + "---:|" * len(PARTS),
    ]
    for name, data in kinds.items():
        found = [telling_apart(seen, data, part) for part in PARTS.values()]
        lines.append(f"| {name} | " + " | ".join(f"{value:.2f}" for value in found) + " |")
    return "\n".join(lines)


def telling_apart(seen: Sequence[Seen], data: Columns, part: tuple[slice, slice] = PARTS["all of it"]) -> float:
    """How well a linear classifier tells real from synthetic bent silhouettes it has not seen: AUC, 0.5 is not at all.

    Ridge regression on the 30 main components of a part of the crops. It is tried on each origin of the real ones (the
    clip's name up to the first "-") after learning from the others, and the synthetic people are split likewise, so
    that nobody is in both parts.
    """
    real = [one for one in seen if one.crop is not None and one.inclination_deg > BENT_DEG and not one.reason]
    rows = np.flatnonzero(
        ~data["neutral"] & (data["posture"] == "standing") & (data["trunk_inclination_deg"] > BENT_DEG)
    )
    crops = np.concatenate([np.stack([one.crop for one in real if one.crop is not None]), data["crop"][rows]])
    origin = [one.clip.split("__")[0].split("-")[0] for one in real]
    folds = sorted(set(origin))
    fold = np.concatenate([[folds.index(name) for name in origin], data["seed"][rows] % len(folds)])
    is_real = np.arange(len(crops)) < len(real)
    values = crops[:, part[0], part[1]].reshape(len(crops), -1).astype(np.float64) / 255.0
    score = np.zeros(len(crops))
    for number in range(len(folds)):
        train = fold != number
        mean = values[train].mean(axis=0)
        parts = (values - mean) @ _main_axes(values[train] - mean, 30).T
        parts /= parts[train].std(axis=0)
        weight = np.where(is_real[train], 1.0 / is_real[train].sum(), 1.0 / (~is_real[train]).sum())
        columns = np.concatenate([parts, np.ones((len(parts), 1))], axis=1)
        weighted = columns[train] * weight[:, None]
        wanted = np.where(is_real[train], 1.0, -1.0)
        found = np.linalg.solve(weighted.T @ columns[train] + 1e-3 * np.eye(columns.shape[1]), weighted.T @ wanted)
        score[~train] = columns[~train] @ found
    return auc(score[is_real], score[~is_real])


def _main_axes(centred: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The `count` main axes (count, columns) of centred rows (n, columns), each of length 1.

    From the covariance of rows or of columns, whichever is smaller: many times faster than a decomposition of the whole.
    """
    if len(centred) < centred.shape[1]:
        axes = (np.linalg.eigh(centred @ centred.T)[1][:, : -count - 1 : -1]).T @ centred
        return np.asarray(axes / np.linalg.norm(axes, axis=1, keepdims=True))
    return np.asarray(np.linalg.eigh(centred.T @ centred)[1][:, : -count - 1 : -1].T)
