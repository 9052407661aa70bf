"""How does the network learn? From pictures of synthetic people, each shown a little differently every time."""

from __future__ import annotations

import copy
import math
import sys
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from benchmarks.spine.groups import group_of
from benchmarks.spine.network import CHANNELS, SpineNet
from benchmarks.spine.stills import PATCH_N, PATCH_U, Columns
from posecheck.kinematics.spine.dorsal_profile import CROP_COLUMNS, CROP_ROWS
from posecheck.kinematics.spine.landmark_features import JOINT_COUNT, JOINT_NAMES
from posecheck.kinematics.spine.network import PREDICTED, prepare
from posecheck.records import CROP_SHAPE

OUT: Final = {name: number for number, name in enumerate(PREDICTED)}


@dataclass(frozen=True)
class Recipe:
    """All the knobs of training."""

    epochs: int = 16
    batch: int = 192
    rate: float = 3e-3
    axis_jitter: float = 0.03
    joint_jitter: float = 0.05
    """In chords: the pose model places the joints of real people elsewhere than those of synthetic ones."""
    no_joints: float = 0.2
    """Share of pictures whose joints are all withheld."""
    no_limb: float = 0.25
    """Share of pictures in which the joints of the head are withheld; so for the arms, and so for the legs."""
    with_own: float = 0.6
    """Share of pictures shown together with upright ones of the same person."""
    most_own: int = 2
    """How many of those at most: as in a session, the reader gets the mean of their codes."""
    own_noise: float = 0.2
    """How much each of these codes is blurred, in standard deviations: nobody stands twice the same, and real people do
    not stand as synthetic ones do."""
    cloth: float = 0.011
    """How far the outline wanders, in chords (standard deviation of each of four bumps)."""
    faults: bool = True
    """Whether edges blur and parts are hidden, cut off or filled."""
    down_jitter_deg: float = 2.5
    bend_rad: float = 0.25
    """Errors beyond this count as their size, smaller ones as their square."""
    spread_weight: float = 0.6
    weight_decay: float = 2e-3
    channels: tuple[int, int, int] = CHANNELS
    mean_decay: float = 0.995
    """What is kept is the running mean of the weights, which is steadier than their last value."""
    use_joints: bool = True
    dropout: float = 0.1


@dataclass(frozen=True, eq=False)
class Learnt:
    """A trained network, and what its joints are prepared with."""

    net: SpineNet
    joint_mean: NDArray[np.float32]
    joint_scale: NDArray[np.float32]


class Pictures:
    """The columns of `stills.load` as torch wants them."""

    def __init__(self, data: Columns) -> None:
        self.patch = torch.from_numpy(data["patch"])
        self.crop = torch.from_numpy(data["crop"])
        self.joints = torch.from_numpy(np.nan_to_num(data["joints"], nan=0.0).astype(np.float32))
        down = data["joints"][:, -2:]
        inclination_deg = np.degrees(np.arctan2(-down[:, 1], -down[:, 0]))
        self.lean_deg = inclination_deg
        radians = np.radians(
            np.stack(
                [
                    data["lumbar_flexion_deg"],
                    data["thoracic_flexion_deg"],
                    data["pelvis_inclination_deg"] - inclination_deg,
                ],
                axis=1,
            )
        )
        self.angles = torch.from_numpy(radians.astype(np.float32))
        self.hip_off = torch.from_numpy(data["hip_off"].astype(np.float32))
        self.shoulder_off = torch.from_numpy(data["shoulder_off"].astype(np.float32))
        group = group_of(data["posture"])
        self.own: list[NDArray[np.int64]] = []
        upright: dict[tuple[int, int], list[int]] = {}
        for row in np.flatnonzero(data["neutral"]).tolist():
            upright.setdefault((int(data["seed"][row]), int(group[row])), []).append(row)
        for row in range(len(group)):
            mine = upright.get((int(data["seed"][row]), int(group[row])), [])
            self.own.append(np.array([other for other in mine if other != row], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.crop)


#: Joints that are withheld together.
LIMBS: Final = (("ear", "nose"), ("elbow", "wrist"), ("knee", "ankle"))
_OF_LIMB: Final = torch.tensor(
    [[name in limb for name in JOINT_NAMES for _ in range(2)] + [False, False] for limb in LIMBS]
)

_U = torch.linspace(float(CROP_ROWS[0] - 0.0125), float(CROP_ROWS[-1] + 0.0125), 2 * CROP_SHAPE[0])
_COLUMN_STEP = float(CROP_COLUMNS[1] - CROP_COLUMNS[0])
_N = torch.linspace(
    float(CROP_COLUMNS[0]) - 0.25 * _COLUMN_STEP, float(CROP_COLUMNS[-1]) + 0.25 * _COLUMN_STEP, 2 * CROP_SHAPE[1]
)


def _normal(generator: torch.Generator, *shape: int) -> Any:
    return torch.randn(*shape, generator=generator)


def shown(pictures: Pictures, rows: NDArray[np.int64], recipe: Recipe, rng: torch.Generator) -> tuple[Any, Any, Any]:
    """Crops, joints and targets of some rows as if the pose model had placed the axis a little elsewhere."""
    count = len(rows)
    index = torch.from_numpy(rows)
    moved = _normal(rng, count, 4) * recipe.axis_jitter
    hip, shoulder = moved[:, :2], moved[:, 2:] + torch.tensor([1.0, 0.0])
    chord = shoulder - hip
    outward = torch.stack([-chord[:, 1], chord[:, 0]], dim=1)
    length2 = (chord**2).sum(1, keepdim=True)
    wave = _waves(rng, count, recipe.cloth)
    n = _N[None, None, :] + wave[:, :, None]
    u = _U[None, :, None].expand(count, -1, n.shape[2])
    at_u = hip[:, 0, None, None] + u * chord[:, 0, None, None] + n * outward[:, 0, None, None]
    at_n = hip[:, 1, None, None] + u * chord[:, 1, None, None] + n * outward[:, 1, None, None]
    grid = torch.stack([_scaled(at_n, PATCH_N), _scaled(at_u, PATCH_U)], dim=3)
    patch = pictures.patch[index].float().div_(255.0)[:, None]
    crop = functional.avg_pool2d(functional.grid_sample(patch, grid, align_corners=True, padding_mode="zeros"), 2)
    if recipe.faults:
        crop = _faults(crop, rng)

    frame = torch.stack([chord, outward], dim=2) / length2[:, :, None]

    def seen_from_new(points: Any) -> Any:
        return torch.einsum("bjc,bck->bjk", points - hip[:, None], frame)

    joints = pictures.joints[index]
    places = seen_from_new(joints[:, : 2 * JOINT_COUNT].reshape(count, JOINT_COUNT, 2))
    places = places + _normal(rng, count, JOINT_COUNT, 2) * recipe.joint_jitter
    tilt = torch.deg2rad(_normal(rng, count) * recipe.down_jitter_deg)
    unit = frame * length2[:, :, None] ** 0.5
    down = torch.einsum("bc,bck->bk", joints[:, 2 * JOINT_COUNT :], unit)
    down = torch.stack(
        [
            down[:, 0] * torch.cos(tilt) - down[:, 1] * torch.sin(tilt),
            down[:, 0] * torch.sin(tilt) + down[:, 1] * torch.cos(tilt),
        ],
        dim=1,
    )
    told = torch.cat([places.reshape(count, -1), down], dim=1)

    turned = torch.atan2(chord[:, 1], chord[:, 0])  # + when the new axis leans back against the old one
    angles = pictures.angles[index].clone()
    angles[:, 2] += turned
    hip_off = seen_from_new(pictures.hip_off[index][:, None])[:, 0]
    shoulder_off = seen_from_new((pictures.shoulder_off[index] + torch.tensor([1.0, 0.0]))[:, None])[:, 0]
    shoulder_off = shoulder_off - torch.tensor([1.0, 0.0])
    return crop, told, torch.cat([angles, hip_off, shoulder_off], dim=1)


def _scaled(place: Any, grid: NDArray[np.float64]) -> Any:
    return (place - float(grid[0])) / float(grid[-1] - grid[0]) * 2.0 - 1.0


def _waves(rng: torch.Generator, count: int, size: float) -> Any:
    """Cloth, hair and errors of the mask: the outline wanders smoothly along the trunk. (count, rows)"""
    bumps = 4
    height = _normal(rng, count, bumps, 1) * size
    centre = torch.rand(count, bumps, 1, generator=rng) * 2.4 - 0.85
    width = 0.05 + torch.rand(count, bumps, 1, generator=rng) * 0.2
    return (height * torch.exp(-0.5 * ((_U - centre) / width) ** 2)).sum(1)


def _faults(crop: Any, rng: torch.Generator) -> Any:
    """Blunt or hard edges, and parts that are hidden, cut off or filled by something else."""
    count, _, rows, columns = crop.shape
    crop = ((crop - 0.5) * (0.7 + 2.0 * torch.rand(count, 1, 1, 1, generator=rng)) + 0.5).clamp(0.0, 1.0)
    chance = torch.rand(count, 8, generator=rng).tolist()
    for k, (what, a, b, c, value, other, d, e) in enumerate(chance):
        if what < 0.25:
            crop[k, :, :, : 6 + int(a * 8)] = 0.0
        elif what < 0.45:
            top = int(a * 40)
            crop[k, :, top : top + 2 + int(b * 14), : 2 + int(c * 10)] = float(value > 0.4)
        elif what < 0.5:
            top, left = int(a * 44), 14 + int(b * 20)
            crop[k, :, top : top + 2 + int(c * 5), left : left + 3 + int(d * 5)] = float(value > 0.5)
        if other < 0.12:
            crop[k, :, : 2 + int(d * 9)] = 0.0
        elif other < 0.2:
            crop[k, :, : 2 + int(d * 7), : int(e * columns)] = 1.0
        elif other < 0.28:
            crop[k, :, rows - 8 + int(d * 6) :] = 0.0
    return crop


def _given(count: int, recipe: Recipe, rng: torch.Generator) -> Any:
    """Which joints are shown, (count, inputs): whole limbs are withheld at a time, as arms and objects hide them."""
    limb = torch.rand(count, len(LIMBS), generator=rng) >= recipe.no_limb
    given = (~(~limb[:, :, None] & _OF_LIMB[None])).all(1)
    return given & (torch.rand(count, 1, generator=rng) >= recipe.no_joints)


def _own(
    pictures: Pictures, rows: NDArray[np.int64], recipe: Recipe, shuffle: np.random.Generator
) -> tuple[NDArray[np.int64], Any]:
    """Upright pictures that are shown with those of `rows`, and to which of `rows` each of them belongs."""
    chosen: list[int] = []
    whose: list[int] = []
    for place, row in enumerate(rows.tolist()):
        mine = pictures.own[row]
        if len(mine) and shuffle.random() < recipe.with_own:
            count = min(len(mine), int(shuffle.integers(1, recipe.most_own + 1)))
            chosen += shuffle.choice(mine, count, replace=False).tolist()
            whose += [place] * count
    return np.array(chosen, dtype=np.int64), torch.tensor(whose, dtype=torch.int64)


def loss_of(out: Any, target: Any, recipe: Recipe) -> Any:
    """How wrong the outputs are: angles, their spread, the pelvis and the places of the joints."""
    lower, upper = out[:, OUT["lower_rad"]], out[:, OUT["upper_rad"]]
    error = torch.stack(
        [lower - target[:, 0], upper - target[:, 1], lower + upper - target[:, 0] - target[:, 1]], dim=1
    )
    size = recipe.bend_rad
    loss = functional.smooth_l1_loss(error / size, torch.zeros_like(error), reduction="none").mean(0)
    loss = (loss[0] + loss[1] + 1.5 * loss[2]) * (size / Recipe.bend_rad) ** 2
    log_sigma = out[:, OUT["lower_log_sigma"] : OUT["flexion_log_sigma"] + 1].clamp(-4.0, 1.0)
    spread = (log_sigma + 0.5 * error.detach() ** 2 * torch.exp(-2.0 * log_sigma)).mean()
    pelvis = functional.smooth_l1_loss(out[:, OUT["pelvis_rad"]] / size, target[:, 2] / size)
    places = functional.smooth_l1_loss(out[:, OUT["hip_u"] :] / 0.08, target[:, 3:] / 0.08)
    return loss + recipe.spread_weight * 0.3 * spread + 0.7 * pelvis + 0.4 * places


def train(data: Columns, seed: int, recipe: Recipe, start: Learnt | None = None) -> Learnt:
    """A trained network; `start` is one to go on from, whose joints stay prepared as they are."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    shuffle = np.random.default_rng(seed)
    pictures = Pictures(data)
    if start is None:
        mean = pictures.joints.mean(0).numpy()
        scale = np.maximum(pictures.joints.std(0).numpy(), 0.05)
        net = SpineNet(recipe.channels, recipe.dropout)
    else:
        mean, scale, net = start.joint_mean, start.joint_scale, copy.deepcopy(start.net)
    steps = max(1, len(pictures) // recipe.batch)
    optimizer = torch.optim.AdamW(net.parameters(), recipe.rate, weight_decay=recipe.weight_decay)
    mean_net = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(recipe.mean_decay)
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.rate, total_steps=recipe.epochs * steps, pct_start=0.15
    )
    net.train()
    for epoch in range(recipe.epochs):
        order = shuffle.permutation(len(pictures))
        total = 0.0
        for step in range(steps):
            rows = order[step * recipe.batch : (step + 1) * recipe.batch]
            own, whose = _own(pictures, rows, recipe, shuffle)
            everything = np.concatenate([rows, own])
            crop, joints, target = shown(pictures, everything, recipe, rng)
            prepared = torch.from_numpy(prepare(joints.numpy(), mean, scale))
            if not recipe.use_joints:
                prepared = torch.zeros_like(prepared)
            prepared = prepared * _given(len(everything), recipe, rng)
            code = net.encode(crop, prepared)
            upright = code[len(rows) :]
            upright = upright + recipe.own_noise * code.detach().std(0, keepdim=True) * _normal(rng, *upright.shape)
            count = torch.zeros(len(rows), 1).index_add_(0, whose, torch.ones(len(own), 1))
            mine = torch.zeros(len(rows), code.shape[1]).index_add_(0, whose, upright) / count.clamp(min=1.0)
            out = net.read(code[: len(rows)], mine, (count > 0.0).float())
            loss = loss_of(out, target[: len(rows)], recipe)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            mean_net.update_parameters(net)
            total += float(loss.detach())
        print(
            f"\rseed {seed}: epoch {epoch + 1} of {recipe.epochs}, loss {total / steps:.3f}",
            end="",
            file=sys.stderr,
            flush=True,
        )
        if not math.isfinite(total):
            raise RuntimeError("training diverged")
    print(file=sys.stderr)
    mean_net.module.eval()
    return Learnt(mean_net.module, mean, scale)
