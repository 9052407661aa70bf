"""Calibrating on the page: hands-free, spoken, kept under the chosen name, in force at once, and left out by going on."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from posecheck.app.messages import frame_codec
from posecheck.app.session.session_controller import Desk
from posecheck.app.session_options import Settings
from posecheck.app.user_data import profiles
from posecheck.app.user_paths import Places
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.body import Side
from posecheck.calibration import ORIGIN
from posecheck.pipeline.analysis import stretch_of
from posecheck.pipeline.profile_store import calibrations_of, keep_numbers
from posecheck.pipeline.profiles import recorded_profile
from posecheck.pipeline.session import assess
from posecheck.reasons import ReasonCode
from posecheck.sources.replay import read_recording
from tests.app.test_session_controller import well_placed
from tests.app.test_signs import with_hands
from tests.stick_figure import stick_figure

FOLD, CHAIR = "standing_forward_fold", "chair_leg_stretch"
TODAY = date(2026, 5, 3)
JPEG = frame_codec.encode(np.full((48, 64, 3), 127, np.uint8))
#: A stick is no person: how sure the network is of it is not the question here.
OPEN = {
    "spine.max_sigma_deg": 40.0,
    "spine.max_own_sigma_deg": 40.0,
    "spine.max_disagreement_deg": 90.0,
    "own.max_standing_deg": 60.0,
    "own.max_seated_deg": 60.0,
    "calibrate.max_tall_deg": 60.0,
}
TALL = stick_figure()
ROUND = stick_figure(trunk_inclination_deg=30.0, spine_bend_deg=90.0)
Told = list[dict[str, Any]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk whose person keeps nothing yet."""
    settings = Settings(Places(tmp_path, tmp_path / "history.sqlite3"))
    made = Desk(settings, lambda: datetime(2026, 5, 3, 9, tzinfo=UTC))
    made.do({"do": "numbers", "set": OPEN})
    return made


def show(desk: Desk, figure: Any, from_s: float, to_s: float, fps: float = 6.0) -> Told:
    """Let the desk see a figure for a while."""
    out: Told = []
    for number in range(round((to_s - from_s) * fps)):
        t_s = from_s + number / fps
        out += desk.look(number, figure.sighting(t_s) if hasattr(figure, "sighting") else figure(t_s), lambda: JPEG)
    return out


def frames(told: Told) -> Told:
    """The frames among the messages."""
    return [message for message in told if message["type"] == "frame"]


def spoken(told: Told) -> list[str]:
    """What was spoken, in order, by its key."""
    return [frame["say"]["key"] for frame in frames(told) if frame["say"] and frame["say"]["spoken"]]


def begin(desk: Desk, **more: object) -> None:
    """Start a calibration without a set-up."""
    desk.do({"do": "start", "stretch": FOLD, "setup": False, "calibrate": True, **more})


def test_a_whole_calibration_is_told_spoken_kept_and_in_force_at_once(desk: Desk, tmp_path: Path) -> None:
    """Tall, round, done, each said as it begins; then the stretch, with the limit that follows, under the name "me"."""
    begin(desk)
    assert desk.stage == "calibrate"
    told = show(desk, TALL, 0.0, 3.5) + show(desk, ROUND, 3.5, 12.5)
    told += show(desk, TALL, 12.5, 13.5)
    shown = [frame["calibrate"] for frame in frames(told) if frame["calibrate"]]
    stages = [one["stage"] for one in shown]
    assert list(dict.fromkeys(stages)) == ["tall", "round", "done"]
    assert all(set(one) == {"stage", "title", "text", "progress", "left_s", "problem", "problem_code"} for one in shown)
    assert shown[0]["text"] == "Stand side-on to the camera, as tall as you can, and keep still."
    heard = spoken(told)
    assert [key for key in heard if key.startswith("calibrate.")] == [
        "calibrate.tall.standing",
        "calibrate.round.text",
        "calibrate.done.text",
    ]
    first = next(frame for frame in frames(told) if frame["calibrate"] is None)
    (state,) = [message for message in told if message["type"] == "state"]
    assert (state["stage"], state["profile"]) == ("work", "me")
    assert state["session"]["calibration"]["made_on"] == "2026-05-03"
    path = tmp_path / "profiles" / "me.toml"
    found = calibrations_of(path, TODAY)
    assert found is not None
    assert found.standing is not None
    limit = desk.in_force(load_stretch(FOLD)).settings["spine_rounding.limit_deg"]
    assert limit.origin.startswith(ORIGIN)
    assert first["gauges"][2]["limit"] == pytest.approx(limit.value, abs=0.1)
    assert first["routine"]["stage"] == "ready"
    assert first["notices"] == []


def test_the_whole_way_can_be_followed_by_ear(desk: Desk) -> None:
    """From standing still to the end: what to do is spoken at each step, and the end is spoken though no frame follows."""
    desk.do({"do": "start", "stretch": FOLD, "calibrate": True})
    told: Told = []
    messages: Told = []
    t_s = 0.0
    fold = stick_figure(trunk_inclination_deg=70.0)
    while desk.stage != "summary" and t_s < 70.0:
        calibrating_now = told[-1]["calibrate"] if told else None
        routine = told[-1]["routine"] if told else None
        if calibrating_now and calibrating_now["stage"] == "round":
            seen = ROUND.sighting(t_s)
        else:
            seen = fold.sighting(t_s) if routine and routine["stage"] == "work" and t_s > 16.0 else well_placed(t_s)
        messages = desk.look(0, seen, lambda: JPEG)
        told += frames(messages)
        t_s += 0.125
    heard = spoken(told)
    wanted = [
        "live.stand_still", "calibrate.tall.standing", "calibrate.round.text", "calibrate.done.text",
        "coach.next_stretch", "live.begin", "coach.last_seconds",
    ]  # fmt: skip
    assert [key for key in heard if key in wanted] == wanted
    (summary,) = [message for message in messages if message["type"] == "summary"]
    ended = heard[-1] in ("routine.stretch_done", "coach.done")
    assert ended != (summary["say"] is not None)
    assert ended or summary["say"]["key"] == "live.done"
    assert desk.hello()[1]["say"] is None


def test_leaving_the_last_set_out_is_answered_aloud(desk: Desk) -> None:
    """Whoever ends by hand hears that it is over; whoever stops does not need to."""
    desk.do({"do": "start", "stretch": FOLD, "setup": False})
    show(desk, TALL, 0.0, 1.0)
    desk.do({"do": "go_on"})
    (frame,) = frames(show(desk, TALL, 1.0, 1.1, fps=10.0))
    assert frame["say"]["key"] == "live.begin"
    summary = desk.do({"do": "go_on"})[-1]
    assert summary["say"]["text"] == "That was all for now. Come out of it slowly."
    desk.do({"do": "again"})
    show(desk, TALL, 0.0, 1.0)
    assert desk.do({"do": "stop"})[-1]["say"] is None


def test_going_on_leaves_out_the_rounding_and_before_that_everything(desk: Desk, tmp_path: Path) -> None:
    """A raised hand while rounding keeps the neutral alone; going on while standing tall keeps nothing."""
    begin(desk, profile="anna")
    show(desk, TALL, 0.0, 3.5)
    show(desk, lambda t_s: with_hands(TALL, t_s, Side.LEFT), 3.5, 5.0)
    show(desk, TALL, 5.0, 8.5)
    assert desk.stage == "work"
    found = calibrations_of(tmp_path / "profiles" / "anna.toml", TODAY)
    assert found is not None
    assert found.standing is not None
    assert math.isnan(found.standing.own_max_deg)
    begin(desk)
    show(desk, TALL, 0.0, 1.0)
    (state,) = desk.do({"do": "go_on"})
    assert state["stage"] == "work"
    assert not (tmp_path / "profiles" / "me.toml").exists()
    frame = frames(show(desk, TALL, 1.0, 2.0))[-1]
    assert frame["routine"]["stage"] == "ready"


def test_what_is_in_the_way_is_said_in_the_language(desk: Desk) -> None:
    """Bent while asked to stand tall: the sentence stands in the message and is spoken, and nothing is gained."""
    begin(desk, lang="de")
    told = show(desk, stick_figure(trunk_inclination_deg=40.0), 0.0, 6.0)
    last = frames(told)[-1]
    assert last["calibrate"]["problem"] == last["say"]["text"] == last["reason"] != ""
    assert last["calibrate"]["problem_code"] == ReasonCode.CALIBRATE_COME_UP
    assert last["calibrate"]["progress"] == 0.0
    assert ReasonCode.CALIBRATE_COME_UP in spoken(told)


def test_a_seated_stretch_calibrates_seated_and_one_done_lying_not_at_all(desk: Desk) -> None:
    """The position is that of what is to be done; where the back is not judged, it begins without."""
    desk.do({"do": "start", "stretch": CHAIR, "setup": False, "calibrate": True})
    frame = frames(show(desk, TALL, 0.0, 0.2))[0]
    assert frame["calibrate"]["text"].startswith("Sit side-on")
    assert desk.state()["session"]["calibration"]["position"] == "seated"
    desk.do({"do": "start", "stretch": "lying_leg_raise", "setup": False, "calibrate": True})
    assert desk.stage == "work"
    assert desk.state()["session"]["calibration"] is None
    (error,) = desk.do({"do": "calibrate"})
    assert error["code"] == "not_now"


def test_it_can_be_asked_for_on_the_way_and_what_was_done_stays(desk: Desk) -> None:
    """In the middle of a stretch the routine waits, no time of it passes, and goes on where it was."""
    desk.do({"do": "start", "stretch": "pyramid", "setup": False})
    show(desk, TALL, 0.0, 1.0)
    desk.do({"do": "go_on"})
    show(desk, TALL, 1.0, 2.0)
    desk.do({"do": "go_on"})  # the left side is left out
    show(desk, TALL, 2.0, 3.0)
    (state,) = desk.do({"do": "calibrate"})
    assert (state["stage"], state["paused"]) == ("calibrate", False)
    show(desk, TALL, 3.0, 6.5)
    desk.do({"do": "go_on"})
    last = frames(show(desk, TALL, 6.5, 11.0))[-1]
    assert desk.stage == "work"
    assert (last["routine"]["side"], last["routine"]["index"]) == ("right", 0)


def test_numbers_and_calibration_of_one_name_live_together(desk: Desk, tmp_path: Path) -> None:
    """Saving numbers keeps the calibration, calibrating keeps the numbers, and the list tells of both."""
    path = tmp_path / "profiles" / "anna.toml"
    keep_numbers(path, "[hold]\ntarget_s = 21.0\n")
    begin(desk, profile="anna")
    show(desk, TALL, 0.0, 3.5)
    desk.do({"do": "go_on"})
    show(desk, TALL, 3.5, 7.0)
    found = calibrations_of(path, TODAY)
    assert found is not None
    assert desk.in_force(load_stretch(FOLD))["hold.target_s"] == 21.0
    keep_numbers(path, "[hold]\ntarget_s = 22.0\n")
    kept = calibrations_of(path, TODAY)
    assert kept is not None
    assert kept.standing is not None
    assert found.standing is not None
    assert kept.standing.code == found.standing.code
    (told,) = profiles(Places(tmp_path, tmp_path / "x"), TODAY)
    assert told["shared"] == {"hold.target_s": 22.0}
    assert told["calibrated"] == {"standing": "2026-05-03"}


def test_a_profile_of_the_command_line_is_in_force_before_anything_begins(tmp_path: Path) -> None:
    """A file anywhere, by its own name: its numbers show at once, its person's calibration is used and kept in it."""
    file = tmp_path / "elsewhere" / "anna.toml"
    keep_numbers(file, "[hold]\ntarget_s = 21.0\n")
    settings = Settings(Places(tmp_path, tmp_path / "history.sqlite3"), profile=file)
    desk = Desk(settings, lambda: datetime(2026, 5, 3, 9, tzinfo=UTC))
    assert desk.in_force(load_stretch(FOLD))["hold.target_s"] == 21.0
    desk.do({"do": "numbers", "set": OPEN})
    begin(desk)
    show(desk, TALL, 0.0, 3.5)
    desk.do({"do": "go_on"})
    show(desk, TALL, 3.5, 7.0)
    assert desk.state()["profile"] == "anna"
    assert calibrations_of(file, TODAY) is not None
    assert not (tmp_path / "profiles").exists()
    desk.do({"do": "start", "stretch": FOLD, "setup": False})
    assert desk.state()["session"]["calibration"]["made_on"] is not None
    file.unlink()
    desk.do({"do": "home"})
    assert desk.in_force(load_stretch(FOLD)).settings["hold.target_s"].origin == "default"


def test_a_recording_of_a_calibrated_session_is_judged_again_as_it_was(desk: Desk) -> None:
    """It begins after the calibration, knows of it, and gives the same measures and verdicts."""
    begin(desk, record=True)
    assert desk.state()["recording"]["on"]
    show(desk, TALL, 0.0, 3.5)
    desk.do({"do": "go_on"})
    told = show(desk, TALL, 3.5, 8.0) + show(desk, stick_figure(trunk_inclination_deg=60.0), 8.0, 12.0)
    desk.do({"do": "stop"})
    path = Path(desk.state()["recording"]["path"])
    played = read_recording(path)
    assert played.origin.calibrations is not None
    stretch = stretch_of(played.origin)
    numbers = recorded_profile(stretch, played.origin.settings)
    judged = list(assess(played.sightings(), stretch, numbers, played.origin.calibrations))
    live = [frame for frame in frames(told) if frame["calibrate"] is None]
    assert len(judged) == len(live)
    assert [one.verdict for one in judged] == [frame["verdict"] for frame in live]
    for name in ("spine_flexion_deg", "hip_hinge_deg"):
        assert [frame["values"][name] for frame in live] == [
            None if math.isnan(one.measures[name]) else round(one.measures[name], 1) + 0.0 for one in judged
        ]


def test_a_calibration_that_is_old_is_noticed(desk: Desk, tmp_path: Path) -> None:
    """What does not fit about a calibration stands in every frame, in the language."""
    begin(desk)
    show(desk, TALL, 0.0, 3.5)
    desk.do({"do": "go_on"})
    show(desk, TALL, 3.5, 7.0)
    path = tmp_path / "profiles" / "me.toml"
    path.write_text(path.read_text().replace("2026-05-03", "2025-05-03"))
    desk.do({"do": "start", "stretch": FOLD, "setup": False, "lang": "de", "profile": "me"})
    (age,) = frames(show(desk, TALL, 0.0, 0.3))[-1]["notices"]
    assert age.startswith("Deine Einmessung ist 365 Tage alt")


def test_a_disk_that_fails_loses_the_file_and_not_the_calibration(desk: Desk, tmp_path: Path) -> None:
    """Told in one line; the session has its neutral all the same."""
    (tmp_path / "profiles").write_text("in the way")
    begin(desk)
    show(desk, TALL, 0.0, 3.5)
    desk.do({"do": "go_on"})
    told = show(desk, TALL, 3.5, 7.0)
    (error,) = [message for message in told if message["type"] == "error"]
    assert error["code"] == "no_room"
    assert desk.stage == "work"
    assert desk.state()["session"]["calibration"]["made_on"] == "2026-05-03"
    assert desk.state()["profile"] is None
