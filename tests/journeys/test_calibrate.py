"""A drawn person before the real pose model: calibrated from a clip, the profile used, the recording judged again."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.people import Camera, ClipSpec, Clothes, Motion, Pose, Studio, framed, go, still
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.calibration import Calibration, Calibrations
from posecheck.kinematics.calibration import protocol
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.profile_store import named_path, own_profile, save_calibration
from posecheck.pipeline.session import SightingBuilder, assess, default_profile
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Bytes, Frame, Sighting, frozen
from posecheck.sources.replay import read_recording
from posecheck.terminal.calibration import calibrate_line, calibrate_panel
from tests.journeys import media
from tests.journeys.command import Finished, posecheck, refused
from tests.journeys.drawn import MAN

EVERY_S = 0.2
TALL_S, DOWN_S, ROUND_S = 3.6, 1.0, 5.4
ROUND = Pose(trunk_inclination_deg=55.0, lumbar_deg=45.0, thoracic_deg=20.0, neck_deg=15.0)
TRUE_MAX_DEG = 65.0
FOLD = load_stretch("standing_forward_fold")
PROFILE = default_profile(FOLD)


@dataclass(frozen=True)
class Clip:
    """The pictures, their times, and what is seen in them."""

    pictures: list[Bytes]
    times_s: list[float]
    sightings: list[Sighting]


@pytest.fixture(scope="module")
def clip() -> Clip:
    """Somebody stands tall for 3.6 s, rounds, and stays so for 5.4 s. Who keeps still is drawn once."""
    down = go(
        DOWN_S,
        trunk_inclination_deg=ROUND.trunk_inclination_deg,
        lumbar_deg=ROUND.lumbar_deg,
        thoracic_deg=ROUND.thoracic_deg,
        neck_deg=ROUND.neck_deg,
    )
    motion = Motion.of(Pose(), still(TALL_S), down, still(ROUND_S))
    clothes = Clothes(shirt_looseness=0.15)
    studio = Studio(framed(ClipSpec(motion, body=MAN, clothes=clothes, camera=Camera(yaw_deg=3.0), seed=1)))
    times_s = [k * EVERY_S for k in range(round((TALL_S + DOWN_S + ROUND_S) / EVERY_S))]
    drawn: dict[float, Bytes] = {}
    pictures, sightings = [], []
    builder = SightingBuilder()
    with MediaPipeBackend() as backend:
        for index, t_s in enumerate(times_s):
            at = 0.0 if t_s <= TALL_S else min(t_s, TALL_S + DOWN_S)
            if at not in drawn:
                drawn[at] = frozen(studio.frame(at).image_rgb, "uint8")
            pictures.append(drawn[at])
            frame = Frame(drawn[at], t_s, index)
            sightings.append(builder.build(frame, backend.detect(frame)))
    return Clip(pictures, times_s, sightings)


@pytest.fixture(scope="module")
def found(clip: Clip) -> Calibration:
    """What the person is calibrated to."""
    state = protocol.start("standing")
    for sighting in clip.sightings:
        state, out = protocol.step(state, sighting, PROFILE)
        if out.calibration is not None:
            return replace(out.calibration, made_on="2026-11-21", version="0.1.0", age_days=0.0)
    raise AssertionError(out)


def test_somebody_is_calibrated_and_their_maximum_is_near_the_true_one(found: Calibration) -> None:
    """Upright reads as upright, and a true 65 degrees within the error of a reading."""
    assert abs(found.tallest_deg) < 15.0
    assert found.own_max_deg == pytest.approx(TRUE_MAX_DEG, abs=15.0)
    assert found.camera.yaw_deg < 15.0


def test_the_own_neutral_is_known_from_the_first_frame_on(clip: Clip, found: Calibration) -> None:
    """Who begins bent is read as the person they are: as after standing tall first, not as a stranger."""
    bent = clip.sightings[-5:]
    as_stranger = next(iter(assess(bent, FOLD, PROFILE)))
    calibrated = next(iter(assess(bent, FOLD, PROFILE, Calibrations("me", found))))
    after_standing = list(assess(clip.sightings, FOLD, PROFILE))[-5]
    key = "spine_flexion_deg"
    assert calibrated.measures[key] == pytest.approx(after_standing.measures[key], abs=1.5)
    assert abs(calibrated.measures[key] - as_stranger.measures[key]) > 0.01


def test_the_same_person_is_told_nothing_and_another_setup_is(clip: Clip, found: Calibration) -> None:
    """No notice for whoever was just calibrated; one sentence for a camera that stood elsewhere."""
    fits = list(assess(clip.sightings[:18], FOLD, PROFILE, Calibrations("me", found)))
    assert fits[-1].setup is not None
    assert fits[-1].setup.over
    assert {one.notices for one in fits} == {()}
    elsewhere = replace(found, camera=replace(found.camera, elevation_deg=20.0))
    said = list(assess(clip.sightings[:18], FOLD, PROFILE, Calibrations("me", elsewhere)))
    assert [notice.name for notice in said[-1].notices] == ["height"]


def test_another_persons_neutral_is_noticed_and_dropped(clip: Clip, found: Calibration) -> None:
    """A code that changes the upright reading: it is said, and everything is read as without a calibration."""
    wrong = replace(found, code=tuple(value - 2.0 for value in found.code))
    said = list(assess(clip.sightings, FOLD, PROFILE, Calibrations("me", wrong)))
    plain = list(assess(clip.sightings, FOLD, PROFILE))
    assert [notice.name for notice in said[-1].notices] == ["person"]
    key = "spine_flexion_deg"
    assert said[-1].measures[key] == pytest.approx(plain[-1].measures[key], abs=1e-3)


def hurried(clip: Clip) -> tuple[list[Bytes], list[float]]:
    """The same person in less time: 1.4 s tall, then rounded at once."""
    pictures = [*clip.pictures[:8], *clip.pictures[round((TALL_S + DOWN_S) / EVERY_S) :][:15]]
    return pictures, [k * EVERY_S for k in range(len(pictures))]


def test_calibrate_use_and_replay(clip: Clip, tmp_path: Path) -> None:
    """One journey: calibrate from a clip, analyse with the profile, and replay to the same numbers without it."""
    pictures, times_s = hurried(clip)
    film = media.encode(tmp_path / "calibrate.mp4", pictures, times_s=times_s)
    short = ("--set", "calibrate.tall_s=1", "--set", "calibrate.round_s=2")
    done = posecheck("calibrate", "anna", "--source", film, "--every-frame", *short, "--lang", "de", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Eingemessen" in done.stdout
    assert "posecheck live --terminal" in done.stdout
    own = own_profile("anna", datetime.now().astimezone().date()).calibrations
    assert own is not None
    assert own.standing is not None
    assert own.standing.own_max_deg == pytest.approx(TRUE_MAX_DEG, abs=15.0)

    done = posecheck("analyze", film, "-o", "out", "--profile", "anna", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    out, again = tmp_path / "out", tmp_path / "again"
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["calibration"]["name"] == "anna"
    assert summary["calibration"]["notices"] == []
    assert summary["settings"]["spine_rounding.limit_deg"]["origin"].startswith("your calibration of ")
    assert "Calibrated: anna (standing" in (out / "report.html").read_text(encoding="utf-8")
    assert read_recording(out / "recording.jsonl").origin.calibrations == own

    assert posecheck("profile", "delete", "anna", "--yes", cwd=tmp_path).returncode == 0
    done = posecheck("replay", "out/recording.jsonl", "-o", "again", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("measures.csv", "events.csv"):
        assert (again / name).read_bytes() == (out / name).read_bytes()
    assert json.loads((again / "summary.json").read_text(encoding="utf-8"))["settings"] == summary["settings"]


def test_a_clip_that_ends_too_soon_keeps_nothing(clip: Clip, tmp_path: Path) -> None:
    """Exit code 1, one line, no profile."""
    film = media.encode(tmp_path / "short.mp4", clip.pictures[:5], times_s=clip.times_s[:5])
    refused(
        posecheck("calibrate", "anna", "--source", film, "--every-frame", cwd=tmp_path),
        1,
        r"ended before the calibration was done; nothing was kept\. "
        r"It takes 3 s of you as tall as you can, then 5 s rounded\.",
    )
    assert not named_path("anna").parent.exists()


def test_profiles_are_listed_shown_and_deleted(found: Calibration, tmp_path: Path) -> None:
    """By name, with age and maximum; deleting asks first; a name that is not there is told with the nearest one."""

    def profile(*words: object, typed: str = "") -> Finished:
        return posecheck("profile", *words, cwd=tmp_path, typed=typed)

    save_calibration("anna", found)
    assert "anna" in profile("list").stdout
    shown = profile("show", "anna").stdout
    assert "Calibrated standing" in shown
    assert f"own maximum {found.own_max_deg:.0f}°" in shown
    german = profile("show", "anna", "--lang", "de").stdout
    assert "im Stehen" in german
    assert f"eigenes Maximum {found.own_max_deg:.0f}°" in german
    assert "Für sich ändert es keine Zahl." in german
    with named_path("anna").open("a", encoding="utf-8") as file:
        file.write("\n[spine_rounding]\nlimit_deg = 31\n")
    assert "1 number, 1 calibration" in " ".join(profile("check", "anna").stdout.split())
    assert "31°" in profile("show", "anna").stdout
    save_calibration("bea", found)
    assert "31°" in profile("diff", "anna", "bea").stdout
    assert "Vorgabe" in profile("diff", "anna", "bea", "--lang", "de").stdout
    in_german = " ".join(profile("check", "anna", "--lang", "de").stdout.split())
    assert "in Ordnung, 1 Zahl, 1 Einmessung." in in_german
    assert "Deleted" in profile("delete", "bea", "--yes").stdout
    refused(profile("show", "ana"), 2, 'unknown profile "ana". Did you mean "anna"')
    refused(posecheck("analyze", "x.mp4", "--profile", "ana", cwd=tmp_path), 2, 'unknown profile "ana"')
    kept = profile("delete", "anna", typed="n\n")
    assert kept.returncode == 1
    assert "Nothing was deleted" in kept.stdout
    asked = profile("delete", "anna", "--lang", "de", typed="ja\n")
    assert (asked.returncode, "ist gelöscht" in asked.stdout) == (0, True)
    assert "No profile yet" in profile("list").stdout


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        (["../x", "--source", "a.mp4"], "cannot be the name of a profile"),
        (["--camera", "0", "--source", "a.mp4"], "exclude each other"),
        (["--camera", "0", "--every-frame"], "--every-frame goes with --source"),
    ],
)
def test_wrong_use_is_refused(words: list[str], pattern: str, tmp_path: Path) -> None:
    """Before a camera is opened: a name that cannot be one, two sources, a camera that should wait."""
    refused(posecheck("calibrate", *words, cwd=tmp_path), 2, pattern)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("columns", [60, 140])
def test_the_panel_says_what_to_do_and_what_is_in_the_way(clip: Clip, language: str, columns: int) -> None:
    """Title, text, seconds left and the problem, in the language asked for, in a narrow and in a wide terminal."""
    translate = Messages.load(language).text
    state, out = protocol.step(protocol.start("standing"), clip.sightings[-1], PROFILE)
    assert out.problem == Reason(ReasonCode.CALIBRATE_COME_UP)
    console = Console(width=columns, record=True, file=io.StringIO())
    console.print(calibrate_panel(out, clock="1.0 s", fps=30.0, columns=columns, translate=translate))
    console.print(calibrate_line(out, clock="1.0 s", translate=translate))
    shown = " ".join(console.export_text().replace("│", " ").split())
    for text in (out.title, out.text, out.problem):
        assert translate(text) in shown
    assert "3.0 s" in shown
    del state
