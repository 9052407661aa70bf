"""The drawn picture: pure, the same look at every size, and honest about what was not seen."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.body import Landmark
from posecheck.kinematics.spine import dorsal_profile as back_room
from posecheck.outputs import lettering, palette, shapes
from posecheck.outputs.banner import lay_out
from posecheck.outputs.overlay import HEAD_TRUNKS, contour_px, draw, head_px, label_px
from posecheck.reasons import Reason
from posecheck.records import (
    CONTOUR_ROWS,
    Assessment,
    Bytes,
    Cue,
    CueKind,
    Floats,
    Hold,
    Reps,
    Urgency,
    Verdict,
    frozen,
)
from tests import wording
from tests.outputs import people
from tests.stick_figure import stick_figure
from tests.wording import worded

SIZES = [(640, 360), (1920, 1080), (3840, 2160), (360, 640), (1080, 1920)]


def _picture(wh: tuple[int, int], grey: int = 120) -> Bytes:
    return np.full((wh[1], wh[0], 3), grey, np.uint8)


def _judged(wh: tuple[int, int], verdict: Verdict = Verdict.GOOD, spine_deg: float = 8.0, **more: Any) -> Assessment:
    return people.assessment(people.sighting(1.0, wh, **more), verdict, {"spine_flexion_deg": spine_deg})


def _near(image: Bytes, colour: palette.Colour, tolerance: int = 24) -> Any:
    return (np.abs(image.astype(int) - colour) <= tolerance).all(axis=2)


def _contour(judged: Assessment) -> Floats:
    assert judged.sighting.back is not None
    return np.concatenate(contour_px(judged.sighting.back))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_drawing_is_pure(verdict: Verdict) -> None:
    """The picture handed in stays as it is, even read-only; the same input gives the same picture, a new one."""
    image = frozen(np.random.default_rng(7).integers(0, 255, (360, 640, 3)), np.uint8)
    before = image.copy()
    judged = _judged((640, 360), verdict)
    first, second = draw(image, judged), draw(image, judged)
    assert np.array_equal(image, before)
    assert np.array_equal(first, second)
    assert first is not image
    assert first.shape == image.shape
    assert first.dtype == np.uint8
    assert not np.array_equal(first, image)


@pytest.mark.parametrize("wh", SIZES)
@pytest.mark.parametrize("facing", [1, -1])
def test_the_back_line_lies_on_the_outline_at_every_size(wh: tuple[int, int], facing: int) -> None:
    """Every point of the outline is covered by the line's colour, which keeps its width in proportion."""
    judged = _judged(wh, facing=facing)
    out = draw(_picture(wh), judged)
    points = np.rint(_contour(judged)[2:-2]).astype(int)
    on_line = _near(out, palette.TEAL)
    assert on_line[points[:, 1], points[:, 0]].mean() > 0.9
    unit = min(wh) / 360
    bare = draw(_picture(wh), replace(judged, sighting=replace(judged.sighting, back=None)))
    added = (_near(out, palette.TEAL) & ~_near(bare, palette.TEAL)).sum() / unit**2
    length = np.hypot(*np.diff(_contour(judged), axis=0).T).sum() / unit
    assert 3.5 < added / length < 8.0  # the line, and the number beside it


def test_the_outline_is_on_the_back_side_of_the_person() -> None:
    """Bent to the right with the face down, the back is above; mirrored it still is; lying it is below."""
    for facing in (1, -1):
        judged = _judged((640, 360), hinge_deg=90.0, facing=facing)
        assert judged.sighting.back is not None
        assert _contour(judged)[:, 1].mean() < judged.sighting.back.hip_px[1] - 10
    upright = _judged((640, 360), hinge_deg=0.0, facing=1)
    assert upright.sighting.back is not None
    assert _contour(upright)[:, 0].mean() < upright.sighting.back.hip_px[0] - 10


def test_the_outline_is_read_as_the_room_that_samples_it_wrote_it() -> None:
    """Both rooms agree on where each sample lies; neither may import the other."""
    assert np.allclose(back_room.ROWS, np.linspace(*CONTOUR_ROWS, back_room.ROWS.size))
    figure = stick_figure(spine_bend_deg=30.0, facing=-1, trunk_inclination_deg=45.0)
    back = back_room.read_back(figure.mask, figure.landmarks_px, figure.facing)
    assert back is not None
    line = np.concatenate(contour_px(back)).astype(np.float32)
    on_the_edge = np.asarray(cv2.remap(figure.mask, line[:, :1], line[:, 1:], cv2.INTER_LINEAR)).ravel()
    assert on_the_edge == pytest.approx(0.5, abs=0.3)


def test_the_line_is_lifted_where_the_back_was_not_seen() -> None:
    """A gap in the outline stays a gap in the picture."""
    judged = _judged((1920, 1080))
    assert judged.sighting.back is not None
    dorsal = judged.sighting.back.dorsal.copy()
    rows = np.linspace(*CONTOUR_ROWS, dorsal.size)
    hidden = (rows > 0.3) & (rows < 0.7)
    whole = _contour(judged)
    dorsal[hidden] = np.nan
    seen = replace(judged.sighting, back=replace(judged.sighting.back, dorsal=frozen(dorsal, np.float64)))
    judged = replace(judged, sighting=seen)
    assert judged.sighting.back is not None
    assert len(contour_px(judged.sighting.back)) == 2
    out = draw(_picture((1920, 1080)), judged)
    middle = np.rint(whole[len(whole) // 2]).astype(int)
    assert not _near(out, palette.TEAL)[middle[1] - 3 : middle[1] + 4, middle[0] - 3 : middle[0] + 4].any()


@pytest.mark.parametrize("wh", [(640, 360), (3840, 2160), (360, 640), (64, 64)])
def test_unknown_never_shows_the_colour_of_good(wh: tuple[int, int]) -> None:
    """Not in the banner, not on the back, not in the hold timer, even with a fine value and a full hold."""
    full = Hold(active=True, good_s=30.0, target_s=30.0)
    judged = replace(_judged(wh, Verdict.UNKNOWN, spine_deg=5.0), hold=full)
    assert not _near(draw(_picture(wh), judged), palette.TEAL, 40).any()
    good = replace(_judged(wh, Verdict.GOOD, spine_deg=5.0), hold=full)
    assert _near(draw(_picture(wh), good), palette.TEAL, 40).any()


def test_an_unseen_spine_is_grey_and_dashed() -> None:
    """NaN is not drawn as a good back, and has no number; the dashes leave the picture through."""
    wh = (1920, 1080)
    judged = _judged(wh, Verdict.UNKNOWN, spine_deg=math.nan)
    out = draw(_picture(wh), judged)
    points = np.rint(_contour(judged)).astype(int)
    share = _near(out, palette.GREY)[points[:, 1], points[:, 0]].mean()
    assert 0.2 < share < 0.8


@pytest.mark.parametrize(
    ("verdict", "spine_deg", "colour"),
    [
        (Verdict.GOOD, 5.0, palette.TEAL),
        (Verdict.GOOD, 36.0, palette.AMBER),
        (Verdict.GOOD, 60.0, palette.AMBER),  # not for long enough yet: red never stands beside "good"
        (Verdict.WARN, 36.0, palette.AMBER),
        (Verdict.WARN, 60.0, palette.RED),
        (Verdict.WARN, 30.0, palette.AMBER),  # come back a little, but still warned
    ],
)
def test_the_back_line_turns_from_calm_to_red(verdict: Verdict, spine_deg: float, colour: palette.Colour) -> None:
    """Teal when long, amber at the limit, red well beyond it."""
    judged = _judged((1920, 1080), verdict, spine_deg)
    out = draw(_picture((1920, 1080)), judged)
    points = np.rint(_contour(judged)[4:-4]).astype(int)
    assert _near(out, colour, 12)[points[:, 1], points[:, 0]].all()


@given(st.floats(0.0, 200.0), st.floats(0.1, 30.0), st.booleans())
def test_more_rounding_never_looks_calmer(spine_deg: float, more_deg: float, warned: bool) -> None:
    """Along the scale green falls away and never comes back."""
    calm = palette.back_colour(spine_deg, 36.0, warned=warned)
    round_ = palette.back_colour(spine_deg + more_deg, 36.0, warned=warned)
    assert round_[1] <= calm[1] + 1


def _shape(verdict: Verdict, size: int) -> Any:
    image = np.zeros((size, size, 3), np.uint8)
    shapes.verdict_shape(image, verdict, (size / 2, size / 2), size * 0.42, (255, 255, 255))
    return image[..., 0] > 128


@pytest.mark.parametrize("size", [24, 60, 240])
def test_verdicts_differ_by_shape_alone(size: int) -> None:
    """Without any colour the three signs are told apart, at every size."""
    signs = [_shape(verdict, size) for verdict in Verdict]
    for k, first in enumerate(signs):
        for second in signs[k + 1 :]:
            assert (first & second).sum() / (first | second).sum() < 0.8


def test_the_banner_says_word_cue_and_reason() -> None:
    """More words make more ink: the cue and the reason are both written."""
    judged = _judged((1280, 720), Verdict.WARN, 48.0)
    width = []
    for cue, reason in (("", ""), ("Lengthen your back", ""), ("Lengthen your back", "Your back is rounded: 45°")):
        out = draw(_picture((1280, 720), 0), replace(judged, cue=cue, reason=wording.reason(reason)))
        width.append(int((out[:130, :1100] > 180).all(axis=2).sum()))
    assert width[0] < width[1] < width[2]


def test_the_banner_never_reaches_under_the_middle_of_a_wide_picture() -> None:
    """However long a reason, the banner stays in the upper part of the picture."""
    judged = replace(
        _judged((640, 360), Verdict.UNKNOWN), reason=worded("turn so that the camera sees your side " * 20)
    )
    bare = replace(_judged((640, 360), Verdict.UNKNOWN), reason=None)
    differ = (draw(_picture((640, 360)), judged) != draw(_picture((640, 360)), bare)).any(axis=2)
    assert differ.any()
    assert np.flatnonzero(differ.any(axis=1)).max() < 180


def test_a_stretch_without_a_hold_has_no_timer() -> None:
    """The upper right corner stays free."""
    judged = replace(_judged((640, 360)), hold=Hold(active=False, good_s=0.0, target_s=0.0))
    out = draw(_picture((640, 360)), judged)
    assert (out[:60, 560:] == 120).all()
    assert (draw(_picture((640, 360)), _judged((640, 360)))[:60, 560:] != 120).any()


def test_the_hold_ring_fills_with_good_seconds() -> None:
    """More good seconds, more of the ring coloured; paused, it is grey."""
    lit = []
    for good_s in (0.0, 10.0, 20.0, 30.0):
        judged = replace(_judged((640, 360)), hold=Hold(active=True, good_s=good_s, target_s=30.0))
        lit.append(int(_near(draw(_picture((640, 360)), judged)[:60, 560:], palette.TEAL).sum()))
    assert lit[0] < lit[1] < lit[2] < lit[3]
    paused = replace(_judged((640, 360), Verdict.WARN, 48.0), hold=Hold(active=True, good_s=20.0, target_s=30.0))
    assert not _near(draw(_picture((640, 360)), paused)[:60, 560:], palette.TEAL).any()


@pytest.mark.parametrize("wh", [(64, 64), (96, 54), (54, 96), (8, 8), (1, 1), (2, 300), (300, 2), (361, 641)])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_tiny_and_odd_pictures_are_drawn_without_a_crash(wh: tuple[int, int], verdict: Verdict) -> None:
    """Any size of picture comes back in its own size."""
    assert draw(_picture(wh), _judged(wh, verdict)).shape == (wh[1], wh[0], 3)


def test_nobody_is_drawn_as_nobody() -> None:
    """An empty picture gets the banner and the time, and nothing in between."""
    judged = people.assessment(people.nobody(3.0), Verdict.UNKNOWN)
    out = draw(_picture((640, 360)), judged)
    assert (out[70:330] == 120).all()
    assert (out[:60] != 120).any()


_PLACES = st.floats(-1e7, 1e7) | st.just(math.nan)


@given(
    st.lists(_PLACES, min_size=66, max_size=66),
    st.floats(-400.0, 400.0) | st.just(math.nan),
    st.floats(-1e3, 1e3),
    st.sampled_from(list(Verdict)),
)
def test_no_landmarks_whatever_make_it_crash(
    places: list[float], spine_deg: float, t_s: float, verdict: Verdict
) -> None:
    """Landmarks outside the picture, on top of each other or missing, in any mixture."""
    judged = _judged((160, 120), verdict, spine_deg)
    points = frozen(np.array(places).reshape(33, 2), np.float64)
    assert judged.sighting.back is not None
    back = replace(judged.sighting.back, hip_px=points[0], shoulder_px=points[1])
    judged = replace(judged, t_s=t_s, sighting=replace(judged.sighting, landmarks_px=points, back=back))
    assert draw(_picture((160, 120)), judged).shape == (120, 160, 3)


def test_a_straight_knee_reads_zero_without_a_sign() -> None:
    """A knee of -0.3° is written as one of 0.3° is: there is no "-0°"."""
    pictures = [
        draw(_picture((640, 360)), people.assessment(people.sighting(), values={"knee_flexion_deg": value_deg}))
        for value_deg in (-0.3, 0.3, -3.0)
    ]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_the_degree_sign_is_drawn_by_every_lettering() -> None:
    """With OpenCV 5's typeface and with OpenCV 4's plotter letters, "8°" is more than "8", and fits its width."""
    for letters in (lettering.letters(), lettering.PlotterLetters()):
        ink = []
        for text in ("8", "8°"):
            image = np.zeros((60, 200), np.uint8)
            letters.put(image, text, (5, 45), (255,), 40, lettering.STRONG)
            ink.append(int((image > 0).sum()))
            assert np.flatnonzero(image.any(axis=0)).max() <= 5 + letters.width_px(text, 40, lettering.STRONG) + 4
        assert ink[1] > ink[0]


def test_it_draws_with_the_letters_of_opencv_4(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the typeface is missing, the plotter letters stand in and every text is there."""
    with_typeface = draw(_picture((640, 360)), _judged((640, 360), Verdict.WARN, 48.0))
    monkeypatch.setattr(lettering, "letters", lettering.PlotterLetters)
    out = draw(_picture((640, 360)), _judged((640, 360), Verdict.WARN, 48.0))
    assert not np.array_equal(out, with_typeface)
    assert (out[10:50, 60:] > 180).all(axis=2).sum() > 100


def test_long_lines_wrap_and_end_in_an_ellipsis() -> None:
    """No line is wider than its room, and what is left out is marked."""
    text = "turn so that the camera sees you from the side and step back " * 3
    lines = lettering.wrapped(text, 200.0, 14.0, lettering.REGULAR, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(lettering.letters().width_px(line, 14.0, lettering.REGULAR) <= 200.0 for line in lines)
    assert lettering.wrapped("", 200.0, 14.0, lettering.REGULAR, 3) == []


def test_repetitions_are_counted_in_the_corner() -> None:
    """Where seconds of a hold would stand: another picture for every count, more of the ring filled, none without either."""
    wh = (640, 360)
    bare = replace(_judged(wh, spine_deg=math.nan), hold=Hold(active=False, good_s=0.0, target_s=0.0))
    pictures = [
        draw(_picture(wh), replace(bare, reps=Reps(whole, 0, 0, 8, active=True)))[:60, -60:] for whole in (0, 2, 6)
    ]
    filled = [int(_near(one, palette.OF_VERDICT[Verdict.GOOD]).sum()) for one in pictures]
    assert filled[0] < filled[1] < filled[2]
    assert not np.array_equal(draw(_picture(wh), bare)[:60, -60:], pictures[0])


def test_the_words_on_the_picture_are_in_the_language_asked_for() -> None:
    """Verdict, cue and reason are said in German where German is asked for, and never half in English."""
    stretch = load_stretch("standing_forward_fold")
    rule = next(rule for rule in stretch.rules if rule.id == "spine_rounding")
    said = Cue(CueKind.FORM, f"stretch.{stretch.id}.{rule.id}.say", 1.0, spoken=True, urgency=Urgency.NOTICE)
    judged = _judged((1280, 720), Verdict.WARN, 48.0)
    judged = replace(judged, cue=rule.say, said=said, reason=Reason.of_rule(stretch.id, rule.id, rule.reason))
    german = Messages.load("de").knowing(stretch).text
    for one in (judged, replace(judged, said=None)):
        laid = lay_out(one, 1280, 2.0, german)
        told = " ".join((laid.beside, *(row.text for row in laid.below))).strip()
        assert laid.word == german("report.verdict.warn").upper() != "WARN"
        assert told == f"{german(rule.say)} {german(rule.reason)}"
        assert german(rule.say) != rule.say
    narrow = lay_out(judged, 640, 480 / 360, german)
    assert [row.text for row in narrow.below if row.strong] == [german(rule.say)]  # a little smaller, on one line
    assert lay_out(judged, 1280, 2.0).word == lay_out(judged, 1280, 2.0, Messages.load("en").text).word == "WARN"
    assert not np.array_equal(draw(_picture((1280, 720)), judged), draw(_picture((1280, 720)), judged, german))


@pytest.mark.parametrize("up_px", range(0, 140, 20))
def test_the_number_of_the_back_is_never_under_the_banner(up_px: int) -> None:
    """Where the banner reaches down to the back its number stands elsewhere on the back instead of being cut off."""
    judged = _judged((640, 360), Verdict.WARN, 48.0, hinge_deg=80.0)
    back = judged.sighting.back
    assert back is not None
    lifted = np.array([0.0, -up_px])
    back = replace(back, hip_px=back.hip_px + lifted, shoulder_px=back.shoulder_px + lifted)
    long = replace(judged, cue="Lengthen your back, tip your pelvis forward. " * 2)
    left, top, right, bottom = lay_out(long, 640, 1.0).box
    x, y = label_px(back, (left, top, right, bottom), 1.0)
    outline = np.concatenate(contour_px(back))
    if outline[:, 1].max() > bottom + 12:  # there is a place beside the back that is free
        assert not (left < x < right and y - 8.0 < bottom)
    assert np.hypot(*(outline - (x, y)).T).min() < 40.0


def test_only_without_a_picture_the_figure_gets_a_head() -> None:
    """On a dark ground a ring is drawn around the ears; over a picture the person's own head is there already."""
    wh = (640, 480)
    judged = _judged(wh)
    points = judged.sighting.landmarks_px.copy()
    points[: Landmark.LEFT_SHOULDER] = points[Landmark.LEFT_SHOULDER] + (60.0, 0.0)
    judged = replace(judged, sighting=replace(judged.sighting, landmarks_px=points))
    plain, bare = draw(_picture(wh), judged), draw(_picture(wh), judged, bare=True)
    ys, xs = np.nonzero((plain != bare).any(axis=2))
    assert len(xs) > 100
    x, y = head_px(judged.sighting)
    trunk = float(np.hypot(*(points[Landmark.LEFT_SHOULDER] - points[Landmark.LEFT_HIP])))
    far = np.hypot(xs - x, ys - y) > HEAD_TRUNKS * trunk + 6.0
    assert far.mean() < 0.5
    gone = np.full_like(points, np.nan)
    nobody = replace(judged, sighting=replace(judged.sighting, landmarks_px=gone))
    assert np.array_equal(draw(_picture(wh), nobody), draw(_picture(wh), nobody, bare=True))
