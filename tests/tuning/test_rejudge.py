"""The fast path says what the session says: every event, every second, to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.calibration import Calibration, Calibrations, CameraSetup
from posecheck.kinematics.spine.landmark_features import aligned
from posecheck.kinematics.spine.network import bundled_network
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.outputs.recording import RecordingWriter
from posecheck.pipeline.profiles import build_profile
from posecheck.pipeline.session import assess, default_profile, find_people, run
from posecheck.records import Origin, Sighting
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource
from posecheck.tuning.clips import Tracks
from posecheck.tuning.rejudge import VERDICTS, rejudge
from posecheck.tuning.space import profile_of
from posecheck.tuning.track import MEASURING, measure, measuring, see, track_of
from tests.tuning.played import by_session, frames, numbers, signal

FOLD = load_stretch("standing_forward_fold")


@given(
    seed=st.integers(0, 2**32),
    setting=st.integers(0, 2**32),
    stretch=st.sampled_from(stretch_ids()),
    count=st.integers(0, 90),
)
def test_whatever_was_measured_both_ways_agree(seed: int, setting: int, stretch: str, count: int) -> None:
    """Random measures, gaps and numbers, every stretch: events, verdicts, findings and hold are equal, not nearly so."""
    chosen = load_stretch(stretch)
    played, profile = frames(seed, chosen, count), numbers(setting, chosen)
    events, verdicts, told, good_s = by_session(played, chosen, profile)
    judged = rejudge(track_of([one for one, _ in played], [two for _, two in played]), chosen, profile)
    assert repr(judged.events) == repr(tuple(events))
    assert [VERDICTS[code] for code in judged.verdict] == verdicts
    fast = [
        {rule: VERDICTS[one.said[i]] for rule, one in judged.rules.items() if one.said[i]} for i in range(len(played))
    ]
    assert fast == told
    assert judged.hold_good_s == good_s


def test_the_random_sessions_are_worth_comparing() -> None:
    """They hold warnings, unknowns, pauses and holds: the comparison compares something."""
    found, held = set(), 0.0
    for seed in range(30):
        events, _, _, good_s = by_session(frames(seed, FOLD, 90), FOLD, default_profile(FOLD))
        found |= {(event.rule, event.verdict.value) for event in events}
        held = max(held, good_s)
    assert {("spine_rounding", "WARN"), ("knee_bend", "WARN"), ("knee_bend", "UNKNOWN"), ("view", "UNKNOWN")} <= found
    assert held > 0.0


@pytest.fixture(scope="module")
def sightings() -> list[Sighting]:
    """The way down in a sample clip, begun standing, as a recording keeps it."""
    clip = samples_dir() / "standing_fold_rounded.mp4"
    with VideoSource(clip, to_s=2.8) as source, MediaPipeBackend() as backend:
        return [sighting for _, sighting in find_people(source, backend)]


@pytest.mark.parametrize("sets", [{}, {"smoothing.min_cutoff_hz": 4.0, "spine_rounding.limit_deg": 20.0}])
def test_a_real_recording_is_judged_as_the_session_judges_it(
    sightings: list[Sighting], sets: dict[str, object]
) -> None:
    """From sightings to events, also with other numbers in the room of angles; codes kept from the first pass."""
    profile = default_profile(FOLD).with_layer(sets, "--set")
    outcome = run(((None, one) for one in sightings), FOLD, profile)
    judged = rejudge(measure(see(sightings), profile, FOLD), FOLD, profile)
    assert repr(judged.events) == repr(outcome.events)
    assert dict(judged.verdict_s) == dict(outcome.statistics.verdict_s)
    assert judged.hold_good_s == outcome.statistics.best_hold_s
    assert any(event.rule == "spine_rounding" for event in judged.events)


def calibrated(sightings: list[Sighting], shifted: float = 0.0) -> Calibrations:
    """The person of these sightings, as their first picture shows them; `shifted`, somebody else."""
    first, network = sightings[0], bundled_network()
    assert first.back is not None
    code = network.encode(first.back.crop, aligned(first.landmarks_px, first.back.facing)) + np.float32(shifted)
    camera = CameraSetup(3.0, 1.0, 0.0, 0.25, first.image_wh)
    code_of = tuple(float(value) for value in code)
    return Calibrations(
        "me", Calibration("standing", code_of, 3.0, 5.0, 60.0, 1, camera, network.sha256, "2026-11-20", "0.1.0")
    )


@pytest.mark.parametrize("shifted", [0.0, 1.0])
def test_a_calibrated_person_is_judged_as_the_session_judges_them(
    sightings: list[Sighting], shifted: float, tmp_path: Path
) -> None:
    """Measures and events to the bit, through a recording that carries it, also where it proves to be another's."""
    known = calibrated(sightings, shifted)
    numbers = build_profile(default_profile(FOLD), FOLD.id, None, ["match.person_s=0.5"], known)
    path = tmp_path / "mia.jsonl"
    writer = RecordingWriter(path, Origin("0", "mia.mp4", FOLD.id, "0", numbers.origins(), "", known))
    for one in sightings:
        writer.write(one)
    writer.close("complete")
    assessed = list(assess(sightings, FOLD, numbers, known))
    outcome = run(((None, one) for one in sightings), FOLD, numbers, calibrations=known)
    tracks = Tracks.of(path)
    track = tracks.track(FOLD, numbers)
    spine = track.measure("spine_flexion_deg").tolist()
    assert repr(spine) == repr([one.measures["spine_flexion_deg"] for one in assessed])
    judged = rejudge(track, FOLD, numbers)
    assert repr(judged.events) == repr(outcome.events)
    assert judged.hold_good_s == outcome.statistics.best_hold_s
    stranger = measure(see(sightings), numbers, FOLD)
    assert repr(spine) != repr(stranger.measure("spine_flexion_deg").tolist())
    noticed = any(notice.name == "person" for one in assessed for notice in one.notices)
    assert noticed is (shifted > 0.0)
    given = Tracks(lambda: see(sightings)).track(FOLD, numbers, known)
    assert repr(given.values.tolist()) == repr(track.values.tolist())
    tuned = profile_of(FOLD, {}, tracks.calibrations)
    assert tuned is not None
    assert tuned["spine_rounding.limit_deg"] == numbers["spine_rounding.limit_deg"] != FOLD.rules[0].limit.default


def test_measures_depend_on_the_measuring_numbers_alone(sightings: list[Sighting]) -> None:
    """No number outside `MEASURING` moves a measure, so that a track may be kept while they are searched."""
    base = default_profile(FOLD)
    before = [one.measures for one in assess(sightings[:20], FOLD, base)]
    others = {key: one.high for key, one in base.tunables.items() if key not in MEASURING}
    moved = base.with_layer(others, "--set")
    after = [one.measures for one in assess(sightings[:20], FOLD, moved)]
    assert [repr(dict(one.values)) for one in before] == [repr(dict(one.values)) for one in after]
    assert measuring(base) == measuring(moved)
    assert measuring(base) != measuring(base.with_layer({"smoothing.beta": 0.5}, "--set"))


def test_a_track_of_nobody_and_of_nothing_is_judged() -> None:
    """An empty recording has no events; a single frame of nobody one, without a length."""
    nothing = rejudge(track_of([], []), FOLD, default_profile(FOLD))
    assert (nothing.events, nothing.hold_good_s) == ((), 0.0)
    (seen, measured), *_ = signal("spine_flexion_deg", [0.0], [10.0], FOLD)
    away = replace(seen, landmarks_px=seen.landmarks_px * float("nan"))
    one = rejudge(track_of([away], [measured]), FOLD, default_profile(FOLD))
    assert {event.rule for event in one.events} == {"spine_rounding", "knee_bend"}
