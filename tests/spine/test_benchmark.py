"""The figures of the model card come from code that works: a few people are drawn, seen, read and scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.spine import population, readings, real, score, stills
from benchmarks.spine.stills import Columns

_PLAN = (("standing", "neutral", 2), ("standing", "bent", 4), ("floor", "neutral", 1), ("floor", "bent", 2))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    """Two unseen people in nine pictures each, through the real pose model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "PLAN", _PLAN)
        return stills.load("unseen", 2, 1, cache=tmp_path_factory.mktemp("cache"))


def test_nobody_is_in_two_splits() -> None:
    """Splits are by person, however many of each are drawn."""
    everybody = [seed for split in population.FIRST_SEED for seed in population.seeds(split, 50_000)]
    assert len(set(everybody)) == len(everybody)


def test_what_is_kept_is_what_posecheck_sees(drawn: Columns) -> None:
    """Every row has a crop, an outline, the joints, and a truth that adds up."""
    assert 14 <= len(drawn["seed"]) <= 18
    assert drawn["crop"].shape[1:] == (48, 40)
    assert np.isfinite(drawn["joints"]).all()
    parts = drawn["lumbar_flexion_deg"] + drawn["thoracic_flexion_deg"]
    assert np.allclose(parts, drawn["spine_flexion_deg"])


def test_people_who_are_scored_keep_their_whole_silhouette(drawn: Columns) -> None:
    """It lies under the drawn legs of nearly everybody, so that legs are judged as a session judges them."""
    mask = stills.unpacked(drawn["body"][0])
    assert mask.shape == (240, 320)
    on_body = [readings.sighting_of(drawn, row).legs.on_body for row in range(len(drawn["seed"]))]  # type: ignore[union-attr]
    assert np.nanmedian(np.stack(on_body)) > 0.9
    assert "body" not in stills._row(population.pictures_of(300_000)[0].spec)  # type: ignore[operator]


def test_lifters_are_drawn_upright_and_bent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are further people, in the columns of all others, and no silhouette is kept of those one learns from."""
    monkeypatch.setattr(population, "LIFTER_PLAN", (("neutral", 1), ("bent", 2)))
    data = stills.load("lifters", 1, 1, cache=tmp_path)
    assert data["neutral"].tolist() == [True, False, False]
    assert "body" not in data


def test_the_patch_holds_the_crop(drawn: Columns) -> None:
    """Training resamples the patch; where the axis is not moved it is the crop, apart from parts that hang loose."""
    for patch, crop in zip(drawn["patch"], drawn["crop"], strict=True):
        row = int(np.argmin(np.abs(stills.PATCH_U)))
        column = int(np.argmin(np.abs(stills.PATCH_N)))
        at_hip = float(patch[row - 1 : row + 1, column - 1 : column + 1].mean())
        crop_row = round((0.0 + 0.85) / 2.4 * 48 - 0.5)
        crop_column = round(0.45 / 1.3 * 40 - 0.5)
        assert at_hip == pytest.approx(float(crop[crop_row, crop_column]), abs=40.0)


def test_the_cache_is_read_and_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """People who are there already are not drawn, and come back as they were."""
    monkeypatch.setattr(population, "PLAN", _PLAN[:1])
    first = stills.load("unseen", 1, 1, cache=tmp_path)
    monkeypatch.setattr(population, "PLAN", ())
    again = stills.load("unseen", 1, 1, cache=tmp_path)
    for name, column in first.items():
        np.testing.assert_array_equal(column, again[name])


def test_the_page_tells_every_group(drawn: Columns) -> None:
    """The tables are printed whole from very few rows, and the readings in them are the product's."""
    read = readings.read(drawn)
    judged = np.isfinite(read.of("spine_flexion_deg", known=False))
    assert judged.sum() >= 6
    error = read.error("spine_flexion_deg", known=False)[judged]
    assert float(np.sqrt(np.mean(error**2))) < 30.0
    page = score.page(read, lifters=read)
    for words in (
        "who lift weights",
        "standing bends",
        "on the floor",
        "| standing bends of |",
        "hip_hinge_deg",
        "hip share",
    ):
        assert words in page


def test_labelled_silhouettes_are_read_in_order(drawn: Columns, tmp_path: Path) -> None:
    """A folder of silhouettes with labels gives a reading for each frame, and its label."""
    mask = np.zeros((1, 240, 320), np.uint8)
    points = drawn["landmarks_px"][0] * 0.5
    np.savez(
        tmp_path / "clip.npz",
        t_s=np.array([0.0]),
        landmarks_px=points[None] * 2.0,
        visibility=drawn["visibility"][:1],
        world_m=drawn["world_m"][:1],
        mask=mask,
        image_hw=np.array([480, 640]),
    )
    (tmp_path / "labels.csv").write_text(
        "clip,start_s,end_s,label,confidence,note\nclip,0.0,1.0,rounded,high,\n", encoding="utf-8"
    )
    (seen,) = real.watch(tmp_path)
    assert (seen.label, seen.confidence, seen.interval) == ("rounded", "high", 0)
    assert seen.reason
