from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.people import Arms, Camera, ClipSpec, Pose, Posture, Scene, Studio, Thing, ThingKind
from benchmarks.people.props import make_things
from benchmarks.people.sensor import Sensor
from tests.people.studio import PLAIN, resting, still_spec, studio

BENT = Pose(trunk_inclination_deg=50.0, lumbar_deg=20.0)
CASES: tuple[tuple[Thing, Arms, Posture], ...] = (
    (Thing("plate", forward_m=-0.05, up_m=0.9), "hang", "standing"),
    (Thing("barbell"), "bar", "standing"),
    (Thing("dumbbells"), "bar", "standing"),
    (Thing("post"), "hang", "standing"),
    (Thing("table"), "hang", "standing"),
    (Thing("box"), "hang", "standing"),
    (Thing("person", nearer_m=0.6), "hang", "standing"),
    (Thing("limb", forward_m=-0.2, up_m=1.0), "hang", "standing"),
    (Thing("bag"), "hang", "standing"),
    (Thing("strap", nearer_m=0.0), "strap", "floor"),
    (Thing("chair_back"), "thighs", "chair"),
)


def with_thing(thing: Thing, pose: Pose, posture: Posture, camera: Camera | None = None) -> ClipSpec:
    """A still with one thing in it."""
    return still_spec(posture, pose, scene=replace(PLAIN, things=(thing,)), camera=camera)


def pose_of(arms: Arms, posture: Posture) -> Pose:
    """Bent when standing; as the posture rests otherwise."""
    return replace(BENT if posture == "standing" else resting(posture), arms=arms)


@pytest.mark.parametrize(("thing", "arms", "posture"), CASES, ids=[case[0].kind for case in CASES])
def test_a_thing_shows_and_hides_and_changes_no_truth(thing: Thing, arms: Arms, posture: Posture) -> None:
    """It is in the picture, the silhouette only loses pixels by it, and angles and joints stay."""
    pose = pose_of(arms, posture)
    eye = Camera(aim_height_m=0.85, distance_m=4.6, yaw_deg=15.0)
    bare = studio(still_spec(posture, pose, camera=eye)).frame(0.0)
    frame = studio(with_thing(thing, pose, posture, eye)).frame(0.0)
    assert (frame.image_rgb != bare.image_rgb).any(axis=2).sum() > 15
    assert (frame.silhouette <= bare.silhouette).all()
    assert frame.truth.row() == bare.truth.row()
    if thing.kind not in ("chair_back", "strap", "bag"):  # these are beside the person
        assert (frame.silhouette < bare.silhouette).sum() > 20


def test_behind_the_person_nothing_is_hidden() -> None:
    """The same stranger hides the person in front of them, and is hidden behind them."""
    front, behind = (studio(with_thing(Thing("person", nearer_m=away), BENT, "standing")) for away in (0.6, -0.7))
    bare = studio(still_spec(pose=BENT)).frame(0.0).silhouette
    assert (behind.frame(0.0).silhouette == bare).all()
    assert (front.frame(0.0).silhouette > 127).sum() < 0.8 * (bare > 127).sum()


@pytest.mark.parametrize("facing", ["left", "right"])
def test_nearer_means_nearer_to_this_camera(facing: str) -> None:
    """A post is in front of the person from whichever side they are filmed."""
    eye = Camera(facing=facing, aim_height_m=0.85, distance_m=4.6)  # type: ignore[arg-type]
    spec = with_thing(Thing("post", forward_m=-0.05), Pose(), "standing", eye)
    bare = studio(replace(spec, scene=PLAIN)).frame(0.0).silhouette
    assert (studio(spec).frame(0.0).silhouette < bare).sum() > 100


def test_a_barbell_is_held_by_the_hands() -> None:
    """Both fists are on the bar, and its plates do not go into the floor."""
    for lean in (0.0, 50.0, 95.0):
        spec = with_thing(Thing("barbell"), Pose(trunk_inclination_deg=lean, arms="bar"), "standing")
        solid = make_things(spec.scene.things, studio(spec).skeleton(0.0), spec.stance, spec.camera)
        truth = studio(spec).truth(0.0)
        middle = (truth.joint_m("left_wrist") + truth.joint_m("right_wrist")) / 2.0
        centre = (solid.points_m.min(axis=0) + solid.points_m.max(axis=0)) / 2.0
        assert np.linalg.norm((centre - middle)[[0, 2]]) < 0.16
        assert solid.points_m[:, 2].min() > -0.01


def test_a_bag_goes_where_the_back_goes() -> None:
    """The rucksack is behind an upright back and above a level one."""
    for lean, axis in ((0.0, 0), (90.0, 2)):
        spec = with_thing(Thing("bag"), Pose(trunk_inclination_deg=lean), "standing")
        solid = make_things(spec.scene.things, studio(spec).skeleton(0.0), spec.stance, spec.camera)
        back = studio(spec).skeleton(0.0).head_of("T9")
        off = solid.points_m.mean(axis=0) - back
        assert (off[0] < -0.08) if axis == 0 else (off[2] > 0.08)


def test_every_kind_of_thing_is_tried_here() -> None:
    """No thing can be added without a test that looks at it."""
    kinds: tuple[ThingKind, ...] = ThingKind.__args__  # type: ignore[attr-defined]
    assert {case[0].kind for case in CASES} == set(kinds)


FAULTS = {
    "compression": Scene(jpeg_quality=20),
    "shaken": Scene(smear_px=7.0, smear_deg=30.0),
    "dim": Scene(light_level=0.3, noise=12.0),
    "tinted": Scene(tint=(1.15, 1.0, 0.8)),
    "small": Scene(shrink_frac=0.35),
    "shaded": Scene(vignette_frac=0.5),
    "gamma": Scene(gamma=1.5),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_sensor_spoils_the_picture_the_same_way_each_time(fault: str) -> None:
    """The picture keeps its size, changes, and is the same bytes again."""
    clean = studio(still_spec(pose=BENT)).frame(0.0).image_rgb
    first, second = (Sensor.of(FAULTS[fault], 320, 240).expose(clean, 3) for _ in range(2))
    assert first.shape == clean.shape
    assert first.dtype == np.uint8
    assert (first == second).all()
    assert float(np.abs(first.astype(int) - clean).mean()) > 0.5


def test_each_fault_does_what_its_name_says() -> None:
    """Dim is darker, warm light is redder, a shaken or small picture has less detail, compression makes blocks."""
    quiet = replace(PLAIN, noise=0.0)
    clean = studio(still_spec(pose=BENT)).frame(0.0).image_rgb

    def seen(scene: Scene) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return Sensor.of(scene, 320, 240).expose(clean, 0).astype(np.float64)

    def detail(image: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        return float(cv2.Laplacian(image, cv2.CV_64F).var())

    assert (seen(quiet) == clean).all()
    assert seen(replace(quiet, light_level=0.3)).mean() < 0.4 * clean.mean()
    warm = seen(replace(quiet, tint=(1.1, 1.0, 0.7)))
    assert warm[..., 0].mean() / warm[..., 2].mean() > 1.3 * clean[..., 0].mean() / clean[..., 2].mean()
    for scene in (replace(quiet, smear_px=8.0), replace(quiet, shrink_frac=0.3)):
        assert detail(seen(scene)) < 0.5 * detail(clean.astype(np.float64))
    packed = seen(replace(quiet, jpeg_quality=10))
    across = np.abs(np.diff(packed.mean(axis=2), axis=1)).mean(axis=0)
    assert across[7::8].mean() > 1.2 * np.delete(across, np.arange(7, len(across), 8)).mean()


def test_a_bright_window_is_overexposed_and_its_person_dark() -> None:
    """Against the light: the wall is white in places, the person darker than before."""
    spec = still_spec(pose=BENT, scene=replace(PLAIN, window_frac=0.9, backlight_frac=0.7))
    frame, bare = studio(spec).frame(0.0), studio(replace(spec, scene=PLAIN)).frame(0.0)
    inside = frame.silhouette == 255
    assert frame.image_rgb[inside].mean() < 0.6 * bare.image_rgb[inside].mean()
    assert (frame.image_rgb.min(axis=2) > 235).mean() > 0.1


def test_a_barrel_lens_moves_truth_and_picture_together() -> None:
    """Points away from the middle are drawn nearer to it, and joints still lie in the silhouette."""
    eye = Camera(aim_height_m=0.85, distance_m=3.0)
    bent = Studio(still_spec(camera=replace(eye, barrel_frac=0.12))).frame(0.0)
    straight = studio(still_spec(camera=eye)).frame(0.0)
    middle = np.array([160.0, 120.0])
    for name in ("right_ankle", "right_ear"):
        assert np.linalg.norm(bent.truth.joint_px(name) - middle) < np.linalg.norm(
            straight.truth.joint_px(name) - middle
        )
    for name in ("right_ankle", "right_shoulder", "t12_l1", "l5_s1"):
        x, y = np.floor(bent.truth.joint_px(name)).astype(int)
        assert bent.silhouette[y, x] > 127
    assert bent.truth.hip_hinge_deg == straight.truth.hip_hinge_deg
