"""Pictures to the model, masks back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from posecheck.landmarks import pictures
from posecheck.records import Bytes

sizes = st.integers(1, 90)


def picture(width: int, height: int, seed: int = 0) -> Bytes:
    """A picture of noise."""
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3)).astype(np.uint8)


@given(width=sizes, height=sizes)
def test_padding_adds_columns_at_the_right_until_the_width_fits(width: int, height: int) -> None:
    """At most three, copies of the last; what was there stays where it was."""
    image = picture(width, height)
    out = pictures.padded(image)
    assert out.shape[1] % 4 == 0
    assert 0 <= out.shape[1] - width < 4
    assert np.array_equal(out[:, :width], image)
    assert (out[:, width:] == image[:, -1:]).all()


@given(width=sizes, height=sizes, limit=st.integers(8, 60))
def test_scaling_keeps_the_limit_and_the_shape_of_the_picture(width: int, height: int, limit: int) -> None:
    """No side is over the limit, nothing is made larger, and the proportions stay to the pixel."""
    out = pictures.scaled(picture(width, height), limit)
    assert max(out.shape[:2]) <= max(limit, 1)
    if max(width, height) <= limit:
        assert out.shape[:2] == (height, width)
    else:
        factor = limit / max(width, height)
        assert abs(out.shape[1] - max(1, width * factor)) <= 0.5
        assert abs(out.shape[0] - max(1, height * factor)) <= 0.5


def test_a_mask_comes_back_at_the_size_and_place_of_the_frame() -> None:
    """Padding is cut off before the mask is enlarged, so an edge stays at its place."""
    mask = np.zeros((40, 36), np.float32)
    mask[:, 16:] = 1.0
    back = pictures.mask_back(mask, (33, 40), (66, 80))
    assert back.shape == (80, 66)
    assert back.dtype == np.float32
    assert not back.flags.writeable
    assert (back[:, :31] == 0).all()
    assert (back[:, 33:] == 1).all()


def test_a_mask_of_the_right_size_keeps_its_values() -> None:
    """Without scaling nothing is interpolated."""
    mask = np.random.default_rng(0).random((6, 8), dtype=np.float32)
    assert np.array_equal(pictures.mask_back(mask, (7, 6), (7, 6)), mask[:, :7])


edge = st.integers(-50, 150)


@given(left=edge, top=edge, right=edge, bottom=edge)
def test_covering_and_keeping_are_opposites(left: int, top: int, right: int, bottom: int) -> None:
    """Every pixel is the picture's own in exactly one of the two; boxes may reach out of the picture."""
    image = np.full((60, 80, 3), 200, np.uint8)
    image[::8, ::8] = 0  # the mean is taken from these, so covered pixels are 0 and the others 200
    image[1::8] = 200
    covered = pictures.without(image, [(left, top, right, bottom)])
    kept = pictures.only(image, (left, top, right, bottom))
    assert np.array_equal(np.minimum(covered, kept), np.zeros_like(image))
    assert np.array_equal(np.maximum(covered, kept), image)
