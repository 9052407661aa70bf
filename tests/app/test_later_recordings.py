"""A recording that begins in the middle of a session, judged again: every number as it was live, to the last bit."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from posecheck.app.session.session_controller import Desk
from posecheck.app.session_options import Settings
from posecheck.app.user_paths import Places
from posecheck.assessment.catalogue.routine import BOTH, Item, Routine
from posecheck.errors import RecordingError
from posecheck.pipeline.analysis import judge_recording, stretch_of
from posecheck.pipeline.comparison import compare
from posecheck.pipeline.profiles import recorded_profile
from posecheck.pipeline.session import assess
from posecheck.records import Assessment, Measures, Sighting
from posecheck.sources.replay import Recording, read_recording
from posecheck.tuning.clips import Tracks
from tests.app.test_calibrate_stage import JPEG, OPEN, ROUND, TALL
from tests.stick_figure import StickFigure, nobody, stick_figure

FPS = 6.0
#: On the way down and up again, and gone for a moment: filters, neutral and roles are all in the middle of something.
WAY = [stick_figure(trunk_inclination_deg=float(lean), spine_bend_deg=lean / 3.0) for lean in (0, 0, 4, 20, 45, 60, 30)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk that gives up a stretch in which nothing counts after ten seconds."""
    made = Desk(Settings(Places(tmp_path, tmp_path / "history.sqlite3")), lambda: datetime(2026, 5, 3, 9, tzinfo=UTC))
    made.do({"do": "numbers", "set": {**OPEN, "routine.give_up_s": 10.0}})
    return made


def at(t_s: float) -> Sighting:
    """Somebody who moves all the time."""
    number = round(t_s * FPS)
    return nobody(t_s) if number % 23 == 9 else WAY[number % len(WAY)].sighting(t_s)


def show(desk: Desk, from_s: float, to_s: float, figure: StickFigure | None = None) -> int:
    """Let the desk see them, or somebody who holds one posture, for a while; which stretch is due then, -1 for none."""
    index = -1
    for number in range(round(from_s * FPS), round(to_s * FPS)):
        t_s = number / FPS
        for message in desk.look(number, at(t_s) if figure is None else figure.sighting(t_s), lambda: JPEG):
            if message["type"] == "frame" and message["routine"]:
                index = message["routine"]["index"]
    return index


def on_to_the_second(desk: Desk, from_s: float) -> float:
    """Leave out what is left of the first stretch, half a second each; when the second one was due."""
    for number in range(20):
        desk.do({"do": "go_on"})
        t_s = from_s + number / 2.0
        if show(desk, t_s, t_s + 0.5) == 1:
            return t_s + 0.5
    raise AssertionError("the second stretch never came")


def live(desk: Desk) -> dict[float, Measures]:
    """What the session has measured in the last minute, by its time."""
    return {row.sighting.t_s: row.measured for row in desk.latest.rows()}


def again(played: Recording, *, remembering: bool = True) -> list[Assessment]:
    """The recording judged by the numbers it was made with."""
    stretch = stretch_of(played.origin)
    numbers = recorded_profile(stretch, played.origin.settings)
    memory = played.origin.memory if remembering else None
    return list(assess(played.sightings(), stretch, numbers, played.origin.calibrations, memory))


def spine(judged: list[Assessment]) -> list[float]:
    """The measure that depends on what is known of the person."""
    return [one.measures["spine_flexion_deg"] for one in judged]


def assert_as_live(desk: Desk, paths: list[str]) -> list[Recording]:
    """Every recording gives the very measures of the session, judged again and measured again for tuning."""
    was = live(desk)
    opened = [read_recording(Path(path)) for path in paths]
    seen: list[float] = []
    for played in opened:
        judged = again(played)
        assert judged
        for one in judged:
            assert repr(one.measures) == repr(was[one.t_s]), (played.path.name, one.t_s)
        stretch = stretch_of(played.origin)
        track = Tracks.of(played.path).track(stretch, recorded_profile(stretch, played.origin.settings))
        assert repr(track.measure("spine_flexion_deg").tolist()) == repr(spine(judged))
        seen += [one.t_s for one in judged]
    assert seen == sorted(was), "each frame lies in one recording"
    return opened


def recordings(desk: Desk) -> list[str]:
    """Those of the session that ends now."""
    (summary,) = (message for message in desk.do({"do": "stop"}) if message["type"] == "summary")
    found: list[str] = summary["recordings"]
    return found


def test_the_recording_of_the_second_stretch_gives_the_numbers_of_the_session(desk: Desk) -> None:
    """What the first stretch taught is in it: without that it would give others. The first one says nothing of it."""
    desk.do({"do": "start", "routine": "daily", "setup": False, "record": True})
    show(desk, 0.0, 4.0)
    t_s = on_to_the_second(desk, 4.0)
    show(desk, t_s, t_s + 4.0)
    first, second = assert_as_live(desk, recordings(desk))
    assert first.origin.memory is None
    assert second.origin.memory is not None
    assert second.origin.stretch != first.origin.stretch
    assert repr(spine(again(second))) != repr(spine(again(second, remembering=False)))


def test_a_stretch_that_ends_by_itself_hands_over_between_two_frames(desk: Desk) -> None:
    """The frame that ends a stretch was measured for it and lies in its recording, whatever leads in the next one."""
    desk.do({"do": "start", "routine": "daily", "setup": False, "record": True})
    show(desk, 0.0, 30.0, TALL)
    opened = assert_as_live(desk, recordings(desk))
    assert len(opened) > 1


def test_the_frame_with_which_a_rest_ends_lies_in_the_recording_of_the_stretch_before(tmp_path: Path) -> None:
    """It was measured for the stretch that was rested from, though the routine is at the next one when it is over."""
    short = Item("standing_posture", numbers={"hold.target_s": 2.0}, rest_s=2.0)
    routine = Routine("rested", "Rested", "", "", (short, Item("foot_on_step", sides=BOTH)))
    places = Places(tmp_path, tmp_path / "history.sqlite3")
    desk = Desk(Settings(places, routine=routine), lambda: datetime(2026, 5, 3, 9, tzinfo=UTC))
    desk.do({"do": "numbers", "set": OPEN})
    desk.do({"do": "start", "routine": "rested", "setup": False, "record": True})
    told = [
        message for number in range(120) for message in desk.look(number, TALL.sighting(number / FPS), lambda: JPEG)
    ]
    frames = [message for message in told if message["type"] == "frame"]
    stages = [frame["routine"]["stage"] for frame in frames]
    assert "rest" in stages
    turn = next(number for number, frame in enumerate(frames) if frame["routine"]["index"] == 1)
    assert stages[turn - 1] == "rest"
    first, second = assert_as_live(desk, recordings(desk))
    assert [one.t_s for one in again(first)][-1] == pytest.approx(frames[turn]["t_s"], abs=1e-3)
    assert next(one.t_s for one in again(second)) == pytest.approx(frames[turn + 1]["t_s"], abs=1e-3)


def test_a_recording_turned_on_on_the_way_knows_what_was_learnt_before(desk: Desk) -> None:
    """Also when it was turned off for a while."""
    desk.do({"do": "start", "stretch": "standing_forward_fold", "setup": False})
    show(desk, 0.0, 3.0)
    desk.do({"do": "record", "on": True})
    show(desk, 3.0, 5.0)
    desk.do({"do": "record", "on": False})
    show(desk, 5.0, 6.0)
    desk.do({"do": "record", "on": True})
    show(desk, 6.0, 8.0)
    was = live(desk)
    for path in recordings(desk):
        played = read_recording(Path(path))
        assert played.origin.memory is not None
        assert [repr(one.measures) for one in again(played)] == [repr(was[one.t_s]) for one in again(played)]


def test_a_calibration_and_what_was_learnt_since_go_together(desk: Desk) -> None:
    """The second stretch of somebody who is calibrated is read with both, also where the calibration was let go."""
    desk.do({"do": "numbers", "set": {"match.person_s": 0.5, "match.max_person_deg": 1.0}})
    desk.do({"do": "start", "routine": "daily", "setup": False, "calibrate": True, "record": True})
    show(desk, 0.0, 3.5, TALL)
    show(desk, 3.5, 12.5, ROUND)
    show(desk, 12.5, 16.0, stick_figure(spine_bend_deg=25.0))
    t_s = on_to_the_second(desk, 16.0)
    show(desk, t_s, t_s + 4.0)
    was = live(desk)
    second = read_recording(Path(recordings(desk)[-1]))
    assert second.origin.calibrations is not None
    assert second.origin.memory is not None
    judged = again(second)
    assert [repr(one.measures) for one in judged] == [repr(was[one.t_s]) for one in judged]


def test_every_way_of_judging_again_uses_it(desk: Desk, tmp_path: Path) -> None:
    """Replaying to tables and comparing two results read what was learnt, and name a damaged first line in one line."""
    desk.do({"do": "start", "stretch": "standing_forward_fold", "setup": False})
    show(desk, 0.0, 3.0)
    desk.do({"do": "record", "on": True})
    show(desk, 3.0, 6.0)
    (path,) = (Path(one) for one in recordings(desk))
    played = read_recording(path)
    stretch = stretch_of(played.origin)
    numbers = recorded_profile(stretch, played.origin.settings)
    replayed: list[Assessment] = []
    judge_recording(path, None, stretch, numbers, on_frame=lambda _, judged: replayed.append(judged))
    assert repr(spine(replayed)) == repr(spine(again(played)))

    head, *rest = path.read_text().splitlines(keepends=True)
    header: dict[str, Any] = json.loads(head)
    header["memory"]["own"]["standing"] = 7
    path.write_text(json.dumps(header) + "\n" + "".join(rest))
    told = r"The first line of the recording is damaged: memory\.own\.standing must be an object, not '7'$"
    with pytest.raises(RecordingError, match=told):
        judge_recording(path, None, stretch, numbers)
    with pytest.raises(RecordingError, match=told):
        compare(path, path, tmp_path / "both.html", language="en")
    with pytest.raises(RecordingError, match=told):
        Tracks.of(path).track(stretch, numbers)
    assert any(not math.isnan(value) for value in spine(replayed))
