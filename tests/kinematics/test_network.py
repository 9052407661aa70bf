"""The network does what convolutions and dense layers are defined to do, and weights that are not whole are refused."""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from posecheck import resources
from posecheck.errors import ModelError
from posecheck.kinematics.spine import network
from posecheck.kinematics.spine.landmark_features import aligned
from posecheck.kinematics.spine.network import (
    CODE_SIZE,
    INPUT_JOINTS,
    PREDICTED,
    WEIGHTS_NAME,
    Network,
    bundled_network,
    load,
    prepare,
)
from posecheck.pipeline import doctor
from posecheck.records import CROP_SHAPE, Bytes, Floats
from posecheck.resources import models_dir, sha256_of
from posecheck.terminal.style import in_english
from tests.kinematics.room import Arrays, small_arrays
from tests.stick_figure import stick_figure


def bundled_arrays() -> Arrays:
    """The weights that come with posecheck."""
    with np.load(models_dir() / WEIGHTS_NAME) as file:
        return {name: file[name] for name in file.files}


def naive_convolution(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Filters of odd size moved by two cells over a picture with an empty margin, then a rectifier. By definition."""
    (channels_out, channels_in, size, _), (_, rows, columns) = weight.shape, x.shape
    out = np.zeros((channels_out, (rows + 1) // 2, (columns + 1) // 2))
    for o, row, column in itertools.product(*map(range, out.shape)):
        total = float(bias[o])
        for c, i, j in itertools.product(range(channels_in), range(size), range(size)):
            y, at = 2 * row + i - size // 2, 2 * column + j - size // 2
            if 0 <= y < rows and 0 <= at < columns:
                total += weight[o, c, i, j] * x[c, y, at]
        out[o, row, column] = max(total, 0.0)
    return out


def naive_dense(x: Floats, weight: Floats, bias: Floats, *, rectified: bool) -> Floats:
    """Sums of products, one after the other."""
    out = np.array([sum(w * value for w, value in zip(line, x, strict=True)) for line in weight]) + bias
    return np.maximum(out, 0.0) if rectified else out


def naive_code(arrays: Mapping[str, NDArray[Any]], crop: Bytes, joints: Floats) -> Floats:
    """What the encoder is defined to make of a picture, in double precision."""
    w = {name: value.astype(np.float64) for name, value in arrays.items()}
    x = crop[None] / 255.0
    for name in ("conv1", "conv2", "conv3"):
        x = naive_convolution(x, w[f"{name}.weight"], w[f"{name}.bias"])
    places = [
        0.0 if math.isnan(place) else (min(max(place, -3.0), 3.0) - mean) / scale
        for place, mean, scale in zip(joints, w["joint_mean"], w["joint_scale"], strict=True)
    ]
    hidden = naive_dense(np.array([*x.ravel(), *places]), w["code1.weight"], w["code1.bias"], rectified=True)
    return naive_dense(hidden, w["code2.weight"], w["code2.bias"], rectified=False)


def naive_outputs(arrays: Mapping[str, NDArray[Any]], code: Floats, own: Floats | None) -> dict[str, float]:
    """What the reader is defined to make of a code, by name."""
    w = {name: value.astype(np.float64) for name, value in arrays.items()}
    known = 0 if own is None else 1
    x = np.array([*code, *(np.zeros(CODE_SIZE) if own is None else own), float(known)])
    hidden = naive_dense(x, w["read1.weight"], w["read1.bias"], rectified=True)
    out = naive_dense(hidden, w["read2.weight"], w["read2.bias"], rectified=False)
    return dict(zip(PREDICTED, (out * w["scale"][known] + w["shift"][known]).tolist(), strict=True))


def picture(seed: int) -> tuple[Bytes, Floats]:
    """A picture of noise, with joints of which some are not seen and some far off."""
    rng = np.random.default_rng(seed)
    joints = rng.normal(size=INPUT_JOINTS)
    joints[rng.integers(0, INPUT_JOINTS, 4)] = np.nan
    joints[rng.integers(0, INPUT_JOINTS, 2)] *= 50.0
    return rng.integers(0, 256, CROP_SHAPE).astype(np.uint8), joints


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_small_network_is_the_sum_of_its_definitions(seed: int) -> None:
    """Code and every output agree with loops over the definition, with and without the person's own code."""
    arrays = small_arrays(seed)
    built = Network.of(arrays)
    crop, joints = picture(seed)
    code = built.encode(crop, joints)
    assert code.shape == (CODE_SIZE,)
    assert code.dtype == np.float32
    np.testing.assert_allclose(code, naive_code(arrays, crop, joints), atol=1e-4)
    for own in (None, built.encode(*picture(seed + 10))):
        predicted = built.predict(code, own)
        out = naive_outputs(arrays, code.astype(np.float64), None if own is None else own.astype(np.float64))
        assert predicted.lower_deg == pytest.approx(math.degrees(out["lower_rad"]), abs=1e-3)
        assert predicted.upper_deg == pytest.approx(math.degrees(out["upper_rad"]), abs=1e-3)
        assert predicted.flexion_deg == predicted.lower_deg + predicted.upper_deg
        assert predicted.lower_sigma_deg == pytest.approx(math.degrees(math.exp(out["lower_log_sigma"])), rel=1e-4)
        assert predicted.upper_sigma_deg == pytest.approx(math.degrees(math.exp(out["upper_log_sigma"])), rel=1e-4)
        assert predicted.flexion_sigma_deg == pytest.approx(math.degrees(math.exp(out["flexion_log_sigma"])), rel=1e-4)
        assert predicted.pelvis_ahead_deg == pytest.approx(math.degrees(out["pelvis_rad"]), abs=1e-3)
        assert predicted.hip_off == pytest.approx((out["hip_u"], out["hip_n"]), abs=1e-4)
        assert predicted.shoulder_off == pytest.approx((out["shoulder_u"], out["shoulder_n"]), abs=1e-4)


@pytest.mark.parametrize("known", [False, True])
def test_a_scale_learnt_from_bends_leaves_who_stands_upright_alone(known: bool) -> None:
    """Angles go evenly from what the reader says of an upright trunk to the full scale at 30 deg; spreads do not."""
    arrays = small_arrays(4)
    plain = Network.of(
        arrays | {name: np.full((2, len(PREDICTED)), k, np.float32) for name, k in (("scale", 1), ("shift", 0))}
    )
    scaled = Network.of(arrays)
    code = scaled.encode(*picture(6))
    own = code if known else None
    for name in ("lower_deg", "upper_deg", "pelvis_ahead_deg"):
        raw_deg, full_deg = getattr(plain.predict(code, own), name), getattr(scaled.predict(code, own), name)
        assert abs(raw_deg - full_deg) > 0.1
        for lean_deg, share in ((-10.0, 0.0), (0.0, 0.0), (12.0, 0.4), (30.0, 1.0), (110.0, 1.0)):
            read_deg = getattr(scaled.predict(code, own, lean_deg), name)
            assert read_deg == pytest.approx(raw_deg + share * (full_deg - raw_deg), abs=1e-3)
    assert scaled.predict(code, own, 0.0).flexion_sigma_deg == scaled.predict(code, own).flexion_sigma_deg


def test_the_bundled_network_is_the_sum_of_its_definitions() -> None:
    """The same for the weights that come with posecheck, on noise."""
    arrays, built = bundled_arrays(), bundled_network()
    crop, joints = picture(5)
    code = built.encode(crop, joints)
    expected = naive_code(arrays, crop, joints)
    np.testing.assert_allclose(code, expected, atol=1e-4 * max(1.0, float(np.abs(expected).max())))
    predicted, out = built.predict(code, code), naive_outputs(arrays, expected, expected)
    assert predicted.flexion_deg == pytest.approx(math.degrees(out["lower_rad"] + out["upper_rad"]), abs=0.02)


def test_the_same_picture_gives_the_same_bits() -> None:
    """Wherever the picture lies in memory, and however often it is read; another loading of the weights changes nothing."""
    crop, joints = picture(3)
    first = bundled_network()
    code = first.encode(crop, joints)
    again = load(models_dir() / WEIGHTS_NAME)
    for shift in range(5):
        store = np.zeros(crop.size + shift, np.uint8)
        moved = store[shift:].reshape(CROP_SHAPE)
        moved[:] = crop
        for one in (first, again):
            other = one.encode(moved, joints.copy())
            assert np.array_equal(other, code)
            assert one.predict(other, other) == first.predict(code, code)
    strided = np.repeat(crop, 2, axis=1)[:, ::2]
    assert np.array_equal(first.encode(strided, joints), code)


def test_reading_leaves_the_picture_and_the_codes_alone() -> None:
    """What is handed in may be read-only and stays as it was."""
    sighting = stick_figure(trunk_inclination_deg=50.0).sighting(0.0)
    assert sighting.back is not None
    assert not sighting.back.crop.flags.writeable
    joints = aligned(sighting.landmarks_px, 1)
    kept = joints.copy()
    code = bundled_network().encode(sighting.back.crop, joints)
    code.flags.writeable = False
    bundled_network().predict(code, code)
    assert np.array_equal(joints, kept, equal_nan=True)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=INPUT_JOINTS, max_size=INPUT_JOINTS))
def test_prepared_joints_are_always_numbers(places: list[float]) -> None:
    """Whatever the pose model says, the network gets finite numbers: 0 for what is unseen, limits for what is far off."""
    mean, scale = np.full(INPUT_JOINTS, 0.5, np.float32), np.full(INPUT_JOINTS, 2.0, np.float32)
    out = prepare(np.array(places), mean, scale)
    assert out.dtype == np.float32
    for value, place in zip(out.tolist(), places, strict=True):
        expected = 0.0 if math.isnan(place) else (min(max(place, -3.0), 3.0) - 0.5) / 2.0
        assert value == pytest.approx(expected, abs=1e-6)


@given(bend_deg=st.floats(-60.0, 90.0), lean_deg=st.floats(-30.0, 140.0))
def test_the_outline_s_own_opinion_is_a_sum_of_bend_and_lean(bend_deg: float, lean_deg: float) -> None:
    """Offset, half of the bend, a quarter of the lean; a lean counts between 0 and 30; an unseen bend is NaN."""
    built = Network.of(small_arrays(0))
    expected = 10.0 + 0.5 * bend_deg + 0.25 * min(max(lean_deg, 0.0), 30.0)
    assert built.outline_deg(bend_deg, lean_deg) == pytest.approx(expected)
    assert math.isnan(built.outline_deg(math.nan, lean_deg))


# ------------------------------------------------------------------------------------------------- files of weights
def declare(folder: Path, sha256: str) -> None:
    """A manifest that knows the weights by this hash."""
    (folder / "manifest.toml").write_text(f'[models."{WEIGHTS_NAME}"]\nsha256 = "{sha256}"\n', encoding="utf-8")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """The weights and their manifest in a folder of our own to damage."""
    shutil.copy(models_dir() / "manifest.toml", tmp_path)
    return Path(shutil.copy(models_dir() / WEIGHTS_NAME, tmp_path))


def refused(path: Path) -> str:
    """The message with which a file of weights is refused."""
    with pytest.raises(ModelError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_whole_weights_are_loaded(weights: Path) -> None:
    """A file the manifest knows is a network, and its hash is known."""
    assert load(weights).sha256 == sha256_of(weights) == bundled_network().sha256


def test_missing_weights_are_told(weights: Path) -> None:
    """One line with the file and what to do."""
    weights.unlink()
    assert refused(weights) == f"The model {weights} is missing. Install posecheck again."


@pytest.mark.parametrize("damage", ["cut short", "one bit", "empty"])
def test_damaged_weights_are_told(weights: Path, damage: str) -> None:
    """A file that is not the declared one is not read at all."""
    data = bytearray(weights.read_bytes())
    if damage == "one bit":
        data[len(data) // 2] ^= 1
    weights.write_bytes(b"" if damage == "empty" else data if damage == "one bit" else data[: len(data) // 2])
    message = refused(weights)
    assert f"{weights} is damaged: sha256 {sha256_of(weights)[:12]}…" in message
    assert message.endswith("Install posecheck again.")


def test_a_pointer_in_the_place_of_the_weights_says_how_to_get_them(weights: Path) -> None:
    """A clone without Git LFS has a text in their place."""
    weights.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n", encoding="utf-8")
    assert "git lfs pull" in refused(weights)


def test_weights_that_no_manifest_knows_are_refused(weights: Path) -> None:
    """Without its hash a file is not trusted."""
    weights.with_name("manifest.toml").write_text("[models]\n", encoding="utf-8")
    assert "does not tell the hash of spine_1.npz" in refused(weights)


def without(name: str) -> Arrays:
    """Weights of which one is missing."""
    arrays = small_arrays(1)
    del arrays[name]
    return arrays


@pytest.mark.parametrize(
    "arrays",
    [
        without("conv2.bias"),
        without("read2.weight"),
        without("outline"),
        small_arrays(1) | {"conv1.weight": np.zeros((2, 2, 5, 5), np.float32)},
        small_arrays(1) | {"conv3.bias": np.zeros(1, np.float32)},
        small_arrays(1) | {"code1.weight": np.zeros((5, 100), np.float32)},
        small_arrays(1) | {"read2.weight": np.zeros((3, 5), np.float32), "read2.bias": np.zeros(3, np.float32)},
        small_arrays(1) | {"scale": np.ones(len(PREDICTED), np.float32)},
        small_arrays(1) | {"outline": np.zeros(2, np.float32)},
    ],
)
def test_weights_of_another_network_are_refused(arrays: Arrays, tmp_path: Path) -> None:
    """A missing name and a shape that does not fit are found when the file is loaded, not when a back is read."""
    path = tmp_path / WEIGHTS_NAME
    np.savez(path, **arrays)  # type: ignore[arg-type]
    declare(tmp_path, sha256_of(path))
    assert refused(path) == f"{path} does not hold the network that reads the back. Install posecheck again."


def test_a_text_that_the_manifest_declares_is_still_no_network(tmp_path: Path) -> None:
    """Hashes alone make no network; neither does a single array."""
    path = tmp_path / WEIGHTS_NAME
    path.write_text("weights", encoding="utf-8")
    declare(tmp_path, sha256_of(path))
    assert "does not hold the network" in refused(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    declare(tmp_path, sha256_of(path))
    assert "does not hold the network" in refused(path)


def test_the_bundled_network_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later frames do not touch the disk."""
    first = bundled_network()
    monkeypatch.setattr(network, "models_dir", lambda: Path("nowhere"))
    assert bundled_network() is first


def test_the_doctor_tells_whether_the_weights_are_whole(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Intact weights are reported with their hash, damaged ones as a fault with what to do."""
    monkeypatch.setattr(resources, "models_dir", lambda: weights.parent)
    sound = doctor._guarded("doctor.what.spine_model", doctor._spine_model)
    assert sound.state is doctor.State.FINE
    assert in_english(sound.text, **sound.values) == f"{WEIGHTS_NAME}, sha256 {sha256_of(weights)[:16]}…, whole"
    weights.write_bytes(b"no weights")
    damaged = doctor._guarded("doctor.what.spine_model", doctor._spine_model)
    assert damaged.state is doctor.State.FAULT
    assert "Install posecheck again" in damaged.text
