"""The loop where the rooms meet: one path for camera, file and replay, and an orderly end whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.errors import BrokenSourceError, OutputError, SourceError
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.outputs.base import Sink
from posecheck.outputs.recording import RecordingWriter
from posecheck.pipeline.session import Ending, assess, brightness_frac, default_profile, find_people, run
from posecheck.reasons import Reason, ReasonCode, english
from posecheck.records import Assessment, Event, Frame, Origin, Sighting, Verdict
from posecheck.resources import samples_dir
from posecheck.sources.camera import CameraSource
from posecheck.sources.playback import PlaybackDevice
from posecheck.sources.replay import read_recording
from posecheck.sources.video import VideoSource

STRETCH = load_stretch("standing_forward_fold")
PROFILE = default_profile(STRETCH)
CLIP = samples_dir() / "standing_fold_rounded.mp4"
FROM_S, TO_S = 1.0, 2.5


def same(one: Assessment, other: Assessment) -> bool:
    """Whether two assessments say exactly the same of exactly the same sighting."""
    a, b = one.sighting, other.sighting
    backs = (a.back is None) == (b.back is None)
    if a.back is not None and b.back is not None:
        backs = np.array_equal(a.back.crop, b.back.crop) and np.array_equal(
            a.back.dorsal, b.back.dorsal, equal_nan=True
        )
    return (
        backs
        and a.t_s == b.t_s
        and np.array_equal(a.landmarks_px, b.landmarks_px, equal_nan=True)
        and np.array_equal(a.world_m, b.world_m, equal_nan=True)
        and np.array_equal(list(one.measures.values.values()), list(other.measures.values.values()), equal_nan=True)
        and (one.verdict, one.reason, one.hold) == (other.verdict, other.reason, other.hold)
        and (one.cue, one.said) == (other.cue, other.said)
        and repr(one.findings) == repr(other.findings)
    )


@pytest.fixture(scope="module")
def recorded() -> list[Assessment]:
    """A second and a half of a sample clip through the file path."""
    with VideoSource(CLIP, from_s=FROM_S, to_s=TO_S) as source, MediaPipeBackend() as backend:
        return list(assess((sighting for _, sighting in find_people(source, backend)), STRETCH, PROFILE))


def test_live_equals_recorded(recorded: list[Assessment]) -> None:
    """The same frames through the camera's path give identical assessments, bit for bit."""
    with (
        VideoSource(CLIP, from_s=FROM_S, to_s=TO_S) as video,
        CameraSource(PlaybackDevice(video, pace="lockstep"), name="camera") as camera,
        MediaPipeBackend() as backend,
    ):
        live = list(assess((sighting for _, sighting in find_people(camera, backend)), STRETCH, PROFILE))
    assert len(live) == len(recorded) == 45
    assert all(map(same, live, recorded))
    assert {judged.verdict for judged in recorded} != {Verdict.UNKNOWN}


def test_replay_equals_recorded(recorded: list[Assessment], tmp_path: Path) -> None:
    """Judging the recording gives what judging the pictures gave, bit for bit."""
    path = tmp_path / "recording.jsonl"
    writer = RecordingWriter(path, Origin("0", str(CLIP), STRETCH.id, "0", PROFILE.origins()))
    run(((None, judged.sighting) for judged in recorded), STRETCH, PROFILE, [writer])
    again = list(assess(read_recording(path).sightings(), STRETCH, PROFILE))
    assert len(again) == len(recorded)
    assert all(map(same, again, recorded))


def test_the_line_shown_is_what_the_coach_says_in_english(recorded: list[Assessment]) -> None:
    """Cue and record go together, and what cannot be judged is shown at once."""
    words = Messages.load("en").knowing(STRETCH)
    assert all(judged.cue == words.said(judged.said) for judged in recorded)
    seated = load_stretch("floor_leg_stretch")
    unknown = list(assess((judged.sighting for judged in recorded), seated, default_profile(seated)))
    assert {judged.verdict for judged in unknown} == {Verdict.UNKNOWN}
    assert all(judged.cue == english(judged.reason) for judged in unknown)


def test_a_pause_is_unknown_however_good_the_frames_around_it(recorded: list[Assessment]) -> None:
    """Nine seconds without a picture are nine seconds UNKNOWN, in the outcome, the summary and the events."""
    good = [judged.sighting for judged in recorded if judged.verdict is Verdict.GOOD][:4]
    late = [replace(sighting, t_s=t_s) for sighting, t_s in zip(good, (0.0, 0.03, 9.0, 9.03), strict=True)]
    outcome = run(((None, sighting) for sighting in late), STRETCH, PROFILE)
    assert outcome.statistics.verdict_s[Verdict.GOOD] < 0.1
    assert outcome.statistics.verdict_s[Verdict.UNKNOWN] == pytest.approx(8.97)
    pause = [event for event in outcome.events if event.reason == Reason(ReasonCode.VIEW_NO_PICTURE)]
    assert [(event.verdict, event.end_s) for event in pause] == [(Verdict.UNKNOWN, 9.0)]


def test_an_interrupt_between_frames_keeps_every_output_whole(recorded: list[Assessment]) -> None:
    """`stop` ends the session after the frame in hand, told to every sink alike."""
    one, other = Notes(), Notes()
    asked = iter([False, False, True])
    outcome = run(pairs(recorded), STRETCH, PROFILE, [one, other], stop=lambda: next(asked))
    assert outcome.ending is Ending.INTERRUPTED
    assert one.frames == other.frames
    assert len(one.frames) == 3
    assert one.endings == other.endings == ["interrupted"]


def test_every_output_is_closed_whatever_befalls_the_one_before(recorded: list[Assessment]) -> None:
    """A mistake or a Ctrl-C while one sink is closed does not leave the next one open."""

    class Stubborn(Notes):
        def close(self, ending: str) -> None:
            raise KeyboardInterrupt

    last = Notes()
    with pytest.raises(KeyboardInterrupt):
        run(pairs(recorded), STRETCH, PROFILE, [Stubborn(), last])
    assert last.endings == ["complete"]


class Notes:
    """A sink that remembers, and fails when told to."""

    def __init__(self, *, critical: bool = True, fail_at: int | None = None) -> None:
        self.critical = critical
        self.frames: list[float] = []
        self.events: list[Event] = []
        self.endings: list[str] = []
        self._fail_at = fail_at

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        if self._fail_at is not None and len(self.frames) >= self._fail_at:
            raise OutputError("the disk is full")
        self.frames.append(assessment.t_s)

    def event(self, event: Event) -> None:
        self.events.append(event)

    def close(self, ending: str) -> None:
        self.endings.append(ending)


def pairs(recorded: list[Assessment], error: BaseException | None = None) -> Iterator[tuple[None, Sighting]]:
    """Ten sightings, and then the end or an error."""
    for judged in recorded[:10]:
        yield None, judged.sighting
    if error is not None:
        raise error


def go(recorded: list[Assessment], *sinks: Sink, error: BaseException | None = None) -> object:
    """Run ten sightings."""
    return run(pairs(recorded, error), STRETCH, PROFILE, sinks)


def test_every_second_has_one_verdict(recorded: list[Assessment]) -> None:
    """The seconds of the verdicts add up to the clip."""
    outcome = run(pairs(recorded), STRETCH, PROFILE)
    assert outcome.statistics.frames == outcome.statistics.person_frames == 10
    assert sum(outcome.statistics.verdict_s.values()) == pytest.approx(outcome.statistics.duration_s)
    assert outcome.ending is Ending.COMPLETE


@pytest.mark.parametrize(
    ("error", "ending", "told"),
    [
        (KeyboardInterrupt(), Ending.INTERRUPTED, "interrupted"),
        (
            BrokenSourceError("clip.mp4 breaks off at 1.3 s", 1.3),
            Ending.BROKE,
            "source broke: clip.mp4 breaks off at 1.3 s",
        ),
    ],
)
def test_an_interrupted_or_broken_stream_is_an_ending(
    recorded: list[Assessment], error: BaseException, ending: Ending, told: str
) -> None:
    """Ctrl-C and a source that breaks close the sinks with the reason, and what was seen stands."""
    notes = Notes()
    outcome = run(pairs(recorded, error), STRETCH, PROFILE, [notes])
    assert outcome.ending is ending
    assert len(notes.frames) == outcome.statistics.frames == 10
    assert notes.endings == [told]


def test_a_source_that_fails_before_its_first_frame_is_an_error() -> None:
    """Without a single frame there is nothing to keep: the error comes out, and the sinks are still closed."""
    notes = Notes()

    def nothing() -> Iterator[tuple[None, Sighting]]:
        raise SourceError("no picture")
        yield

    with pytest.raises(SourceError, match="no picture"):
        run(nothing(), STRETCH, PROFILE, [notes])
    assert notes.endings == ["source broke: no picture"]


def test_a_critical_output_that_fails_ends_the_session(recorded: list[Assessment]) -> None:
    """The error of a critical sink comes out, after every other sink was closed."""
    other = Notes()
    with pytest.raises(OutputError, match="the disk is full"):
        go(recorded, other, Notes(fail_at=3))
    assert other.endings == ["stopped by an error: the disk is full"]
    assert len(other.frames) == 4


def test_an_optional_output_that_fails_is_left_out_and_named(recorded: list[Assessment]) -> None:
    """The session goes on without it, and the outcome says so."""
    other, lost = Notes(), Notes(critical=False, fail_at=3)
    outcome = run(pairs(recorded), STRETCH, PROFILE, [lost, other])
    assert outcome.lost_outputs == ("the disk is full",)
    assert (len(other.frames), len(lost.frames)) == (10, 3)
    assert lost.endings == ["failed: the disk is full"]


def test_a_mistake_of_ours_keeps_its_own_type(recorded: list[Assessment]) -> None:
    """An unexpected error is not disguised, and the sinks are closed all the same."""
    notes = Notes()
    with pytest.raises(ZeroDivisionError):
        go(recorded, notes, error=ZeroDivisionError("oh"))
    assert notes.endings == ["stopped by an error: ZeroDivisionError"]


def test_brightness_is_luma() -> None:
    """Black is 0, white 1, and green is brighter than blue."""
    picture = np.zeros((64, 64, 3), np.uint8)
    assert brightness_frac(picture) == 0.0
    assert brightness_frac(picture + np.uint8(255)) == pytest.approx(1.0)
    green, blue = picture.copy(), picture.copy()
    green[..., 1] = blue[..., 2] = 200
    assert brightness_frac(green) > brightness_frac(blue) > 0.0
