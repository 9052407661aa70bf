from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from benchmarks.people import Camera, ClipSpec, Clothes, Person, Pose, Posture, RenderedFrame, framed, random_clip
from benchmarks.people.room import paint_room
from benchmarks.people.scene import SUBPIXELS
from benchmarks.people.truth import JOINT_NAMES, SPINE_JOINTS
from tests.people.studio import PLAIN, POSTURES, still_spec, studio


@cache
def moving(posture: Posture, seed: int) -> ClipSpec:
    """Somebody who bends in a posture, framed, in a small picture."""
    return random_clip(seed, posture=posture, lumbar_deg=25.0, thoracic_deg=10.0, scene=PLAIN, size_px=(320, 240))


@cache
def frames(posture: Posture, seed: int) -> tuple[RenderedFrame, ...]:
    """The movement from its start to its end, in six pictures."""
    clip = moving(posture, seed)
    return tuple(studio(clip).frame(t_s) for t_s in np.linspace(0.0, clip.motion.duration_s, 6).tolist())


@pytest.mark.parametrize("posture", POSTURES)
@pytest.mark.parametrize("seed", [2, 7])
def test_near_joints_lie_inside_the_silhouette(posture: Posture, seed: int) -> None:
    """Every joint of the near side and of the spine projects into the painted person (1 px of grace at the skin)."""
    for frame in frames(posture, seed):
        near = cv2.dilate(frame.silhouette, np.ones((3, 3), dtype=np.uint8))
        for name in JOINT_NAMES:
            if name.startswith(frame.truth.near_side) or name in SPINE_JOINTS:
                x, y = np.floor(frame.truth.joint_px(name)).astype(int)
                assert near[y, x] > 127, f"{name} at {frame.t_s} s"


@pytest.mark.parametrize("posture", ["standing", "chair", "floor", "lying"])
def test_the_silhouette_is_what_was_painted(posture: Posture) -> None:
    """Outside it the room is untouched; inside it the room does not shine through."""
    spec = still_spec(posture)
    frame = studio(spec).frame(0.0)
    view = studio(spec).view
    room = cv2.resize(paint_room(PLAIN, view, 320, 240), (320, 240), interpolation=cv2.INTER_AREA)[:, :, :3]
    if posture != "chair":  # the chair is painted, and is not the person
        assert (frame.image_rgb[frame.silhouette == 0] == room[frame.silhouette == 0]).all()
    other = studio(replace(spec, scene=replace(PLAIN, wall=(0.1, 0.3, 0.1), floor=(0.6, 0.1, 0.1)))).frame(0.0)
    assert (other.silhouette == frame.silhouette).all()
    inside = frame.silhouette == 255
    assert inside.sum() > 500
    assert (other.image_rgb[inside] == frame.image_rgb[inside]).all()


@pytest.mark.parametrize("posture", POSTURES)
@pytest.mark.parametrize("seed", [2, 7])
def test_nobody_floats_or_sinks(posture: Posture, seed: int) -> None:
    """The lowest point of the person is on the floor at every moment, and nothing is below it."""
    clip = moving(posture, seed)
    for t_s in (0.0, 1.3, 2.6):
        assert studio(clip).points_m(t_s)[:, 2].min() == pytest.approx(0.0, abs=0.002)


@pytest.mark.parametrize("lean_deg", [0.0, 40.0, 90.0])
def test_standing_feet_stay_flat_where_they_are(lean_deg: float) -> None:
    """Both heels and toes are on the floor, at the same place however far the person folds."""
    upright = studio(still_spec()).truth(0.0)
    folded = studio(still_spec(pose=Pose(trunk_inclination_deg=lean_deg, lumbar_deg=lean_deg / 3.0))).truth(0.0)
    for name in ("left_heel", "right_heel", "left_foot_index", "right_foot_index"):
        assert folded.joint_m(name)[2] < 0.06
        assert folded.joint_m(name) == pytest.approx(upright.joint_m(name), abs=0.03)


@pytest.mark.parametrize("lean_deg", [0.0, 45.0, 90.0])
def test_a_standing_person_is_balanced(lean_deg: float) -> None:
    """Hips go back as the trunk goes down, so the shoulders are never far in front of the toes."""
    truth = studio(still_spec(pose=Pose(trunk_inclination_deg=lean_deg))).truth(0.0)
    hips = (truth.joint_m("left_hip") + truth.joint_m("right_hip"))[0] / 2.0
    assert hips <= 0.06
    assert truth.joint_m("left_shoulder")[0] < truth.joint_m("left_foot_index")[0] + 0.35


@pytest.mark.parametrize("posture", POSTURES)
@pytest.mark.parametrize("seed", [2, 7])
def test_framing_keeps_the_whole_movement_in_the_picture(posture: Posture, seed: int) -> None:
    """At no time does the silhouette touch the border, and it is large."""
    for frame in frames(posture, seed):
        assert not frame.silhouette[[0, -1], :].any()
        assert not frame.silhouette[:, [0, -1]].any()
        assert (frame.silhouette > 127).mean() > 0.02


def test_yaw_narrows_nothing_at_zero_and_roll_turns_the_picture() -> None:
    """Exactly side-on both hips fall on one pixel column; a rolled camera tilts the upright trunk by its roll."""
    side_on = studio(still_spec(camera=Camera(aim_forward_m=0.0, distance_m=6.0))).truth(0.0)
    assert side_on.joint_px("left_hip")[0] == pytest.approx(side_on.joint_px("right_hip")[0], abs=0.5)
    rolled = studio(still_spec(camera=Camera(distance_m=6.0, roll_deg=10.0))).truth(0.0)
    trunk = rolled.joint_px("right_shoulder") - rolled.joint_px("right_hip")
    flat = side_on.joint_px("right_shoulder") - side_on.joint_px("right_hip")
    turn = np.degrees(np.arctan2(trunk[0], -trunk[1]) - np.arctan2(flat[0], -flat[1]))
    assert turn == pytest.approx(10.0, abs=0.5)


def test_clothes_change_the_picture_and_not_the_truth() -> None:
    """A loose shirt is wider than a tight one on the same skeleton."""
    pose = Pose(trunk_inclination_deg=60.0, lumbar_deg=20.0)
    tight = studio(still_spec(pose=pose, clothes=Clothes(shirt_looseness=0.0))).frame(0.0)
    loose = studio(still_spec(pose=pose, clothes=Clothes(shirt_looseness=1.0))).frame(0.0)
    assert (loose.silhouette > 127).sum() > 1.03 * (tight.silhouette > 127).sum()
    assert (loose.truth.joints_px == tight.truth.joints_px).all()


def test_motion_blur_smears_and_noise_speckles() -> None:
    """The sensor's faults change the picture and leave the silhouette exact."""
    clean = random_clip(6, scene=PLAIN, size_px=(320, 240))
    t_s = 1.1
    frame = studio(clean).frame(t_s)
    for fault in (replace(PLAIN, shutter_s=0.1), replace(PLAIN, noise=8.0), replace(PLAIN, defocus_px=2.0)):
        spoilt = studio(replace(clean, scene=fault)).frame(t_s)
        assert (spoilt.image_rgb != frame.image_rgb).any()
        assert (spoilt.silhouette == frame.silhouette).all()


def test_framed_keeps_what_the_camera_was_asked_to_be() -> None:
    """Only the distance and the point looked at change."""
    who = Person.random(8)
    spec = still_spec(camera=Camera(yaw_deg=12.0, height_m=1.3, fov_deg=44.0), body=who.body)
    moved = framed(spec).camera
    assert (moved.yaw_deg, moved.height_m, moved.fov_deg) == (12.0, 1.3, 44.0)
    assert moved.distance_m != spec.camera.distance_m
    assert SUBPIXELS == 2
