"""The session by itself: stages, hands-free beginning, what is kept only on request, what the page reads of it all."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from posecheck.app import catalogue, parameters, user_data
from posecheck.app.gestures import STILL_S
from posecheck.app.messages import frame_codec, frame_message
from posecheck.app.session.session_controller import Desk
from posecheck.app.session_options import Settings
from posecheck.app.user_paths import Places
from posecheck.assessment.catalogue.routine_files import routine_ids
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.messages import Messages, languages
from posecheck.body import Side
from posecheck.errors import TunableError, UsageError
from posecheck.history.row import HistoryRow
from posecheck.history.store import History
from posecheck.pipeline.profile_store import keep_numbers
from posecheck.pipeline.profiles import build_profile
from posecheck.records import Sighting, frozen
from posecheck.sources.replay import read_recording
from tests.app.test_signs import STANDING, with_hands
from tests.stick_figure import stick_figure

FOLD = "standing_forward_fold"
#: A picture; nobody looks at what is in it.
JPEG = frame_codec.encode(np.full((48, 64, 3), 127, np.uint8))
#: What pose models tilt people by, taken off again.
CAMERA_DEG = 11.5
Make = Callable[[float], Sighting]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk whose person keeps nothing yet."""
    return Desk(Settings(Places(tmp_path, tmp_path / "history.sqlite3")), lambda: datetime(2026, 5, 3, 9, tzinfo=UTC))


def told(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The messages of a kind; each can be written as JSON."""
    for message in messages:
        frame_message.text_of(message)
    return [message for message in messages if message["type"] == kind]


def show(desk: Desk, make: Make, from_s: float, to_s: float, fps: float = 10.0) -> list[dict[str, Any]]:
    """Let the desk see somebody for a while."""
    out = []
    for number in range(round((to_s - from_s) * fps)):
        out += desk.look(number, make(from_s + number / fps), lambda: JPEG)
    return out


def well_placed(t_s: float) -> Sighting:
    """Somebody whom the camera sees from the height of their hips: the model takes such a camera for a low one."""
    sighting = STANDING.sighting(t_s)
    turn = math.radians(CAMERA_DEG)
    tilt = np.array([[1, 0, 0], [0, math.cos(turn), -math.sin(turn)], [0, math.sin(turn), math.cos(turn)]])
    return replace(sighting, world_m=frozen(sighting.world_m @ tilt.T, np.float64))


def standing(t_s: float) -> Sighting:
    """Somebody who stands side-on, well placed."""
    return with_hands(STANDING, t_s)


def bent(t_s: float) -> Sighting:
    """Somebody in the fold, with a long back."""
    return stick_figure(trunk_inclination_deg=70.0).sighting(t_s)


def test_standing_still_well_placed_ends_the_set_up(desk: Desk) -> None:
    """Nobody touches anything: the checks turn well, three still seconds later it begins, and the page is told."""
    desk.do({"do": "start", "stretch": FOLD})
    assert desk.stage == "setup"
    messages = show(desk, well_placed, 0.0, 8.0)
    frames = told(messages, "frame")
    (state,) = told(messages, "state")
    assert state["stage"] == "work"
    settings = [frame["setup"] for frame in frames if frame["setup"]]
    assert settings[-1]["over"]
    assert settings[-1]["well"]
    assert settings[-1]["still_s"] >= STILL_S - 0.01
    assert not any(one["over"] for one in settings[:-1])
    assert all(frame["routine"] is None for frame in frames[: len(settings)])
    assert all(frame["routine"]["stage"] in ("ready", "work") for frame in frames[len(settings) :])


def test_who_merely_stands_is_told_how_to_get_there_and_who_is_there_is_not(desk: Desk) -> None:
    """Standing is in place for many a stretch, and not yet the stretch: how to do it is heard until it is done."""
    setup = f"stretch.{FOLD}.setup"
    heard = []
    for make in (standing, lambda t_s: bent(t_s) if t_s > 2.0 else standing(t_s)):
        desk.do({"do": "start", "stretch": FOLD, "setup": False})
        said = [frame["say"] for frame in told(show(desk, make, 0.0, 14.0), "frame") if frame["say"]]
        heard.append([one["key"] for one in said if one["spoken"]])
    stood, folded = heard
    assert stood[:3] == ["coach.next_stretch", "live.begin", setup]
    assert folded[0] == "coach.next_stretch"
    assert setup not in folded


def test_who_moves_about_or_is_badly_placed_is_not_begun_with(desk: Desk) -> None:
    """Restless, or too far away: it waits, and says what to do."""
    desk.do({"do": "start", "stretch": FOLD})
    restless = [stick_figure(hip_at_px=(x, 240.0)) for x in (280.0, 330.0, 380.0)]
    show(desk, lambda t_s: restless[int(t_s * 2) % 3].sighting(t_s), 0.0, 8.0)
    assert desk.stage == "setup"
    far = stick_figure(trunk_px=25.0)
    frames = told(show(desk, far.sighting, 8.0, 14.0), "frame")
    assert desk.stage == "setup"
    spoken = [frame["say"]["text"] for frame in frames if frame["say"] and frame["say"]["spoken"]]
    assert spoken
    assert not told([frames[-1]], "frame")[0]["setup"]["well"]


def test_a_raised_hand_goes_on_from_the_set_up_and_from_getting_ready(desk: Desk) -> None:
    """A second with one hand up begins; the next one, after it came down, begins the stretch itself."""
    desk.do({"do": "start", "stretch": FOLD})
    messages = show(desk, lambda t_s: with_hands(STANDING, t_s, Side.LEFT), 0.0, 1.5)
    assert [state["stage"] for state in told(messages, "state")] == ["work"]
    assert max(frame["hand"] for frame in told(messages, "frame")) == 1.0
    show(desk, standing, 1.5, 2.0)
    messages = show(desk, lambda t_s: with_hands(STANDING, t_s, Side.LEFT), 2.0, 3.3)
    assert told(messages, "frame")[-1]["routine"]["stage"] == "work"


def test_what_is_said_between_two_pictures_is_said_in_the_next(desk: Desk) -> None:
    """Leaving the set of one side out asks for the other side, aloud, though no picture came just then."""
    desk.do({"do": "start", "stretch": "pyramid", "setup": False})
    show(desk, standing, 0.0, 1.0)
    desk.do({"do": "go_on"})
    show(desk, standing, 1.0, 6.0)
    desk.do({"do": "go_on"})
    frames = told(show(desk, standing, 6.0, 12.0), "frame")
    kinds = [frame["say"]["kind"] for frame in frames if frame["say"] and frame["say"]["spoken"]]
    assert "change side" in kinds
    assert frames[-1]["routine"]["side"] == "right"


def test_a_routine_left_out_to_its_end_comes_to_its_summary(desk: Desk) -> None:
    """Going on through every part ends the session by itself, with a line for each side."""
    desk.do({"do": "start", "stretch": "pyramid", "setup": False, "lang": "de"})
    messages = show(desk, standing, 0.0, 0.5)
    for number in range(1, 8):
        messages = desk.do({"do": "go_on"})
        if told(messages, "summary"):
            break
        show(desk, standing, number * 0.5, number * 0.5 + 0.5)
    (summary,) = told(messages, "summary")
    assert messages.index(told(messages, "state")[0]) < messages.index(summary)
    assert desk.stage == "summary"
    assert [part["side"] for part in summary["parts"]] == ["left", "right"]
    assert summary["finished"] is False
    assert summary["note"] == Messages.load("de").text("live.note")
    assert desk.look(0, standing(99.0), lambda: JPEG) == [{"type": "dropped", "seq": 0}]


def test_nothing_is_stored_unless_it_is_asked_for(desk: Desk, tmp_path: Path) -> None:
    """A whole session leaves no file; a recording turned on for a while holds just that while."""
    desk.do({"do": "start", "stretch": FOLD, "setup": False})
    show(desk, standing, 0.0, 2.0)
    show(desk, bent, 2.0, 5.0)
    desk.do({"do": "stop"})
    desk.close()
    assert list(tmp_path.iterdir()) == []
    desk.do({"do": "again"})
    show(desk, standing, 0.0, 1.0)
    (state,) = told(desk.do({"do": "record", "on": True}), "state")
    show(desk, standing, 1.0, 2.0)
    (off,) = told(desk.do({"do": "record", "on": False}), "state")
    show(desk, standing, 2.0, 3.0)
    assert (state["recording"]["on"], off["recording"]["on"]) == (True, False)
    lines = Path(state["recording"]["path"]).read_text().splitlines()
    assert len(lines) == 1 + 10 + 1
    assert not (tmp_path / "history.sqlite3").exists()


def test_what_one_session_asked_to_keep_the_next_does_not(desk: Desk, tmp_path: Path) -> None:
    """A recording asked for with one start is that session's; done again it is asked for again; on Start it stands."""
    desk.do({"do": "start", "stretch": FOLD, "setup": False, "record": True})
    assert desk.state()["recording"]["on"]
    desk.do({"do": "again"})
    assert desk.state()["recording"]["on"]
    desk.do({"do": "start", "stretch": FOLD, "setup": False})
    assert not desk.state()["recording"]["on"]
    desk.do({"do": "home"})
    desk.do({"do": "record", "on": True})
    desk.do({"do": "start", "stretch": FOLD, "setup": False})
    assert desk.state()["recording"]["on"]
    desk.close()
    assert len(list((tmp_path / "recordings").iterdir())) == 3


def test_a_history_that_cannot_be_written_does_not_end_the_session(desk: Desk, tmp_path: Path) -> None:
    """One error that says what to do, history off, and the pictures go on."""
    (tmp_path / "history.sqlite3").write_text("this is no history")
    messages = desk.do({"do": "start", "stretch": FOLD, "setup": False, "history": True})
    (error,) = told(messages, "error")
    assert error["code"] == "no_room"
    assert desk.state()["history"]["on"] is False
    assert told(show(desk, standing, 0.0, 0.5), "frame")


def test_a_routine_leaves_a_recording_for_each_of_its_stretches(desk: Desk) -> None:
    """Each names its own stretch and holds its own time, so that each is judged again by what it was judged by."""
    desk.do({"do": "start", "routine": "daily", "setup": False, "record": True})
    parts = [part["stretch"] for part in desk.state()["session"]["parts"]]
    messages: list[dict[str, Any]] = []
    for second in range(40):
        messages += show(desk, standing, second * 1.0, second + 1.0)
        told_now = desk.do({"do": "go_on"})
        messages += told_now
        if told(told_now, "summary"):
            break
    (summary,) = told(messages, "summary")
    played = [read_recording(Path(path)) for path in summary["recordings"]]
    assert [one.origin.stretch for one in played] == parts
    assert len({one.path for one in played}) == len(parts)
    assert [one.ending for one in played] == ["complete"] * len(parts)
    frames = told(messages, "frame")
    for number, one in enumerate(played):
        expected = [frame["t_s"] for frame in frames if frame["routine"]["index"] == number]
        assert [round(sighting.t_s, 3) for sighting in one.sightings()] == expected


def test_a_mistake_in_a_start_leaves_what_was_there(desk: Desk) -> None:
    """An unknown stretch, routine or profile is told, and the session under way goes on."""
    desk.do({"do": "start", "stretch": FOLD, "setup": False})
    before = desk.state()
    for wrong in ({"stretch": "pyramids"}, {"routine": "dayly"}, {"stretch": FOLD, "profile": "nobody's"}, {}):
        (error,) = desk.do({"do": "start", **wrong})
        assert error["code"] in ("bad_command", "bad_numbers")
    assert desk.state() == before


@pytest.mark.parametrize("language", languages())
def test_everything_there_is_to_choose_can_be_told_in_every_language(language: str) -> None:
    """Words, stretches, routines and numbers of every stretch: JSON without holes."""
    text = Messages.load(language)
    whole = catalogue.catalogue(text, {"gentle_start": 4}, None, [])
    assert [one["id"] for one in whole["stretches"]] == list(stretch_ids())
    assert [one["id"] for one in whole["routines"]] == list(routine_ids())
    assert all(one["minutes"] >= 1 for one in whole["routines"])
    assert catalogue.words(language)["words"]["live.stand_still"] == text.text("live.stand_still")
    json.dumps(whole, allow_nan=False)
    for stretch_id in stretch_ids():
        stretch = load_stretch(stretch_id)
        for number in catalogue.tunables(stretch, parameters.base_profile(stretch), text.knowing(stretch)):
            assert number["low"] <= number["value"] <= number["high"]
            assert number["why"]
            assert number["source"]
            assert number["label"]


def test_every_number_is_called_something_in_the_language() -> None:
    """No label of any stretch is made of its key: what it is of, and what it belongs to, stand in the messages."""
    text = Messages.load("de")
    for stretch_id in stretch_ids():
        stretch = load_stretch(stretch_id)
        for key in parameters.base_profile(stretch).tunables:
            group, _, ending = key.partition(".")
            assert f"live.number.{ending}" in text.texts, key
            named = (f"stretch.{stretch_id}.{group}.name", f"live.phase.{group}", f"page_tune.group_{group}")
            assert any(name in text.texts for name in named), key


def test_routines_are_called_by_their_names_in_the_language() -> None:
    """Names, when to do them and notes are German on a German page."""
    (daily,) = [one for one in catalogue.routines(Messages.load("de"), {}) if one["id"] == "daily"]
    assert daily["name"] == "Jeden Tag"
    assert daily["what"].startswith("Einmal am Tag")
    assert daily["warm_up"].startswith("Warme Muskeln")


def test_later_stretches_of_a_routine_say_when_they_come() -> None:
    """Days of practice unlock one after another; what is unlocked waits no more."""
    text = Messages.load("en")
    for days in (0, 4, 100):
        (gentle,) = [one for one in catalogue.routines(text, {"gentle_start": days}) if one["id"] == "gentle_start"]
        waits = [item["days_to_unlock"] for item in gentle["items"]]
        assert [item["unlocked"] for item in gentle["items"]] == [wait == 0 for wait in waits]
        assert waits == sorted(waits)
    assert set(waits) == {0}


def test_a_saved_profile_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """For one stretch, for all of them, with a number of the routine; what nobody knows or may set is refused."""
    fold = load_stretch(FOLD)
    values = {"spine_rounding.limit_deg": 31.5, "routine.get_ready_s": 20.0, "spine_rounding.dwell_s": 1.0}
    for stretch_id in (None, FOLD):
        path = tmp_path / "mine.toml"
        keep_numbers(path, user_data.profile_text(values, stretch_id))
        profile = build_profile(parameters.base_profile(fold), FOLD, path, ())
        assert {key: profile[key] for key in values} == values
    for wrong in ({"nobody.knows": 1.0}, {"spine_rounding.limit_deg": 900.0}):
        with pytest.raises(TunableError):
            user_data.profile_text(wrong, FOLD)
    with pytest.raises(TunableError):
        user_data.profile_text({"routine.nothing": 1.0}, None)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "x" * 65, "a\0b", "a.toml", " x", "x ", "C:x"]
)
def test_a_profiles_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    """Only a plain name is one."""
    with pytest.raises(UsageError):
        Places(tmp_path, tmp_path).profile(name)


def test_the_history_is_told_by_day_with_its_streak_and_its_trends(tmp_path: Path) -> None:
    """Two days in a row, the best of each day, newest first; without a file everything is empty."""
    path, text, today = tmp_path / "history.sqlite3", Messages.load("de"), date(2026, 5, 3)
    assert user_data.history(path, None, today, text)["rows"] == []
    with History(path) as opened:
        for day, depth_deg in ((2, 60.0), (2, 75.0), (3, 80.0)):
            started = datetime(2026, 5, day, 9, 0, int(depth_deg) % 60, tzinfo=UTC)
            done = HistoryRow(started, started.date(), FOLD, "1", "camera", depth_deg=depth_deg, good_s=30.0)
            opened.add(done)
    whole = user_data.history(path, 28, today, text)
    assert (whole["streak"], whole["longest"]) == (2, 2)
    assert [(day["date"], day["good_s"], len(day["rows"])) for day in whole["days"]] == [
        ("2026-05-03", 30.0, 1),
        ("2026-05-02", 60.0, 2),
    ]
    assert whole["trends"][FOLD]["t"] == ["2026-05-02", "2026-05-03"]
    assert whole["trends"][FOLD]["hinge"] == [75.0, 80.0]
    assert whole["trends"][FOLD]["knee"] == [None, None]
    assert whole["trends"][FOLD]["name"] == text.text(load_stretch(FOLD).name)
    json.dumps(whole, allow_nan=False)
    assert user_data.history(path, 1, today, text)["trends"][FOLD]["t"] == ["2026-05-03"]


def test_a_higher_limit_ends_a_warning_at_once(desk: Desk) -> None:
    """A knee bent beyond the old limit and within the new one: the warning does not wait for the old limit to be left."""
    soft = stick_figure(trunk_inclination_deg=70.0, knee_flexion_deg=25.0)
    desk.do({"do": "start", "stretch": FOLD, "setup": False})

    def knee(from_s: float, to_s: float) -> str:
        last = told(show(desk, soft.sighting, from_s, to_s), "frame")[-1]
        return next(str(finding["verdict"]) for finding in last["findings"] if finding["rule"] == "knee_bend")

    assert knee(0.0, 3.0) == "WARN"
    assert not told(desk.do({"do": "numbers", "set": {"knee_bend.limit_deg": 30.0}}), "error")
    assert knee(3.0, 3.2) == "GOOD"
    assert not told(desk.do({"do": "numbers", "set": {"knee_bend.limit_deg": 20.0}}), "error")
    assert knee(3.2, 6.0) == "WARN"
