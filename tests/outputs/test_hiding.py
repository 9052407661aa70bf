"""Nobody can be recognised where that was asked for, whatever the model sees or loses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.body import Landmark
from posecheck.outputs import hiding
from posecheck.records import Bytes, Sighting, frozen
from tests.outputs import people


def noisy(wh: tuple[int, int] = (640, 360)) -> Bytes:
    """A picture in which every pixel differs from its neighbours: blurred places show at once."""
    return np.random.default_rng(1).integers(0, 255, (wh[1], wh[0], 3), np.uint8)


def detail(image: Bytes, x_px: float, y_px: float, around_px: int = 5) -> float:
    """How much neighbouring pixels differ around a place; 0 for a smooth one."""
    x, y = round(x_px), round(y_px)
    part = image[max(0, y - around_px) : y + around_px, max(0, x - around_px) : x + around_px].astype(float)
    return float(np.abs(np.diff(part, axis=1)).mean()) if part.size else 0.0


def face_of(seen: Sighting) -> tuple[float, float]:
    """Where the nose is."""
    x, y = seen.landmarks_px[Landmark.NOSE].tolist()
    return x, y


def headless(t_s: float, *, like: Sighting) -> Sighting:
    """The same person with no landmark of the face."""
    points = like.landmarks_px.copy()
    points[:11] = np.nan
    return replace(like, t_s=t_s, landmarks_px=frozen(points, np.float64))


@given(st.lists(st.tuples(st.sampled_from(["seen", "no head", "nobody"]), st.floats(0.0, 90.0)), max_size=12))
def test_a_face_is_never_sharp(frames: list[tuple[str, float]]) -> None:
    """In any order of seen and lost: where the face is seen, or was last, nothing of it is left; never a whole picture
    untouched.
    """
    image, state = noisy(), hiding.HidingState()
    last: tuple[float, float] | None = None
    for number, (kind, hinge_deg) in enumerate(frames):
        t_s = number / 30.0
        seen = people.sighting(t_s, hinge_deg=hinge_deg)
        if kind == "no head":
            seen = headless(t_s, like=seen)
        elif kind == "nobody":
            seen = people.nobody(t_s)
        state, out = hiding.step(state, image, seen)
        if kind == "seen":
            last = face_of(seen)
        if last is None:
            assert detail(out, 320, 180, 150) < 12.0
        else:
            assert detail(out, *last) < 12.0
        assert not out.flags.writeable
    assert detail(image, 320, 180) > 40.0


def test_the_body_stays_sharp() -> None:
    """Only the head is hidden: hips, knees and the back can still be looked at."""
    seen = people.sighting(0.0)
    _, out = hiding.step(hiding.HidingState(), noisy(), seen)
    assert np.array_equal(out[:, :320][200:], noisy()[:, :320][200:])
    assert 0.0 < float((out != noisy()).any(axis=2).mean()) < 0.25


def test_what_is_hidden_grows_while_the_head_is_lost() -> None:
    """A person moves on: after a second far more is hidden than at once."""
    state, _ = hiding.step(hiding.HidingState(), noisy(), people.sighting(0.0))
    hidden = [
        float((hiding.step(state, noisy(), people.nobody(t_s))[1] != noisy()).any(axis=2).mean())
        for t_s in (0.05, 0.5, 1.0)
    ]
    assert hidden[0] < hidden[1] < hidden[2]


def test_others_in_view_are_hidden_whole() -> None:
    """With two people only the one who is followed is shown."""
    seen = replace(people.sighting(0.0), people=2)
    _, out = hiding.step(hiding.HidingState(), noisy(), seen)
    assert detail(out, 60, 180, 40) < 12.0
    knee = seen.landmarks_px[Landmark.LEFT_KNEE]
    assert detail(out, float(knee[0]), float(knee[1])) > 40.0


@pytest.mark.parametrize("wh", [(33, 33), (1920, 1080), (360, 640)])
def test_any_size_of_picture(wh: tuple[int, int]) -> None:
    """Also where the head reaches over the edge."""
    for hinge_deg in (0.0, 60.0, 120.0):
        _, out = hiding.step(hiding.HidingState(), noisy(wh), people.sighting(0.0, wh, hinge_deg=hinge_deg))
        assert out.shape == (wh[1], wh[0], 3)
