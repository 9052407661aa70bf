"""The last minute judged again: what the session said, from what it measured itself, whatever is moved."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.app import parameters
from posecheck.app.messages import frame_codec
from posecheck.app.messages.frame_message import text_of
from posecheck.app.replay import replay
from posecheck.app.session.recent_buffer import REPLAY_S
from posecheck.app.session.session_controller import Desk
from posecheck.app.session_options import Settings
from posecheck.app.user_paths import Places
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.messages import Messages
from posecheck.pipeline.session import default_profile, judge_step, start_judging
from posecheck.tunables import Profile
from tests.examples import examples
from tests.stick_figure import stick_figure

FOLD = "standing_forward_fold"
JPEG = frame_codec.encode(np.full((48, 64, 3), 127, np.uint8))
FIGURES = [
    stick_figure(trunk_inclination_deg=lean, spine_bend_deg=bend)
    for lean, bend in ((0, 0), (70, 0), (50, 60), (30, 90))
]


def desk_for(tmp_path: Path, stretch: str = FOLD) -> Desk:
    """A desk in the middle of a stretch."""
    desk = Desk(Settings(Places(tmp_path, tmp_path / "history.sqlite3")), lambda: datetime(2026, 5, 3, 9, tzinfo=UTC))
    desk.do({"do": "start", "stretch": stretch, "setup": False})
    return desk


def show(desk: Desk, from_s: float, to_s: float, fps: float = 10.0) -> list[dict[str, Any]]:
    """Let the desk see somebody who stands, folds and rounds, two seconds each."""
    out = []
    for number in range(round((to_s - from_s) * fps)):
        t_s = from_s + number / fps
        figure = FIGURES[int(t_s / 2.0) % len(FIGURES)]
        out += [m for m in desk.look(number, figure.sighting(t_s), lambda: JPEG) if m["type"] == "frame"]
    return out


def again(desk: Desk, stretch: Stretch, **moved: float) -> dict[str, Any]:
    """The last minute with numbers moved; "__" stands for the dot of a key."""
    before = desk.in_force(stretch)
    after = parameters.adjusted(before, stretch, {key.replace("__", "."): value for key, value in moved.items()})
    told = replay(desk.latest.rows(), stretch, before, after, Messages.load("en").knowing(stretch))
    text_of(told)
    return told


def slowly(desk: Desk, stretch: Stretch, profile: Profile) -> str:
    """The verdicts of the last minute as a session gives them that begins with what was remembered then."""
    rows = desk.latest.rows()
    state = replace(start_judging(stretch, profile), measures=rows[0].before)
    letters = ""
    for row in rows:
        state, judged, _ = judge_step(state, row.sighting, stretch, profile)
        letters += judged.verdict[0]
    return letters


@pytest.fixture(scope="module")
def fold(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Ten seconds into a fold."""
    desk = desk_for(tmp_path_factory.mktemp("home"))
    show(desk, 0.0, 10.0)
    return desk


def test_what_is_in_force_says_what_the_session_said(tmp_path: Path) -> None:
    """In the middle of a session, set-up and work: every verdict of every frame, and all of the last minute only."""
    desk = desk_for(tmp_path)
    frames = show(desk, 0.0, 66.0, fps=4.0)
    told = again(desk, load_stretch(FOLD))
    recent = [frame for frame in frames if frame["t_s"] >= frames[-1]["t_s"] - REPLAY_S]
    assert told["frames"] == len(recent)
    settled = 16  # a rule that began to warn before the minute did is told a moment later
    letters = "".join(frame["verdict"][0] for frame in recent)
    assert told["series"]["verdict"][settled:] == letters[settled:]
    assert set(letters) >= {"G", "U"}
    assert told["series"]["spine_flexion_deg"] == [frame["values"]["spine_flexion_deg"] for frame in recent]
    assert told["seconds"] == pytest.approx(REPLAY_S)
    assert told["limits"]["spine_flexion_deg"] == 35.0


@examples(4)  # each judges or measures many frames
@given(
    limit_deg=st.sampled_from([20.0, 28.0, 44.0]),
    dwell_s=st.sampled_from([0.2, 0.6, 1.5]),
    sigma_deg=st.sampled_from([6.0, 12.0, 40.0]),
    cutoff_hz=st.sampled_from([0.5, 1.2, 3.0]),
)
def test_moved_numbers_say_what_a_session_with_them_would(
    fold: Desk, limit_deg: float, dwell_s: float, sigma_deg: float, cutoff_hz: float
) -> None:
    """Numbers of rules, of the gates and of the smoothing: the quick way and the session's own give the same verdicts."""
    stretch = load_stretch(FOLD)
    moved = {
        "spine_rounding__limit_deg": limit_deg,
        "spine_rounding__dwell_s": dwell_s,
        "spine__max_sigma_deg": sigma_deg,
        "spine__max_own_sigma_deg": sigma_deg,
        "smoothing__min_cutoff_hz": cutoff_hz,
    }
    known = {key: value for key, value in moved.items() if key.replace("__", ".") in default_profile(stretch)}
    assert len(known) >= 3
    told = again(fold, stretch, **known)
    profile = parameters.adjusted(
        fold.in_force(stretch), stretch, {key.replace("__", "."): value for key, value in known.items()}
    )
    assert told["series"]["verdict"] == slowly(fold, stretch, profile)


@pytest.mark.parametrize("stretch_id", stretch_ids())
def test_it_can_be_judged_by_any_stretch(fold: Desk, stretch_id: str) -> None:
    """Whichever stretch the page asks for: as many verdicts as frames, times from zero, no hole in the JSON."""
    told = again(fold, load_stretch(stretch_id))
    assert len(told["series"]["verdict"]) == told["frames"] == 100
    assert told["series"]["t_s"][0] == 0.0
    assert told["before"]["verdict"] == told["series"]["verdict"]
    assert all(0.0 <= event["start_s"] <= event["end_s"] <= told["seconds"] + 0.2 for event in told["events"])


def test_a_new_session_has_nothing_of_the_last_one(tmp_path: Path) -> None:
    """Begun anew, only what is seen from then on is judged again; without anything it refuses."""
    desk = desk_for(tmp_path)
    show(desk, 0.0, 5.0)
    desk.do({"do": "again"})
    assert desk.latest.rows() == ()
    with pytest.raises(ValueError, match="nothing was seen"):
        again(desk, load_stretch(FOLD))
    frames = show(desk, 0.0, 1.0)
    assert again(desk, load_stretch(FOLD))["frames"] == len(frames)
    assert not math.isnan(desk.latest.rows()[0].sighting.t_s)
