"""The loop where the rooms meet. Live, recorded and replayed all come through here, so they cannot differ.

- `find_people(source, backend)`, impure (camera and model): Frame ─> Sighting
- `judge_step`, `assess`, pure (replay, tuning, tests): Sighting ─> Assessment, Events
- `run(pairs, …, sinks)`: both, and feeds the sinks
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import cv2

from posecheck import assessment, kinematics
from posecheck.assessment import events, judge, messages
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.coaching import coach
from posecheck.body import ALL_LANDMARKS, Landmark
from posecheck.calibration import Calibrations
from posecheck.errors import BrokenSourceError, PosecheckError, SourceError
from posecheck.history.tally import TUNABLES as HISTORY_TUNABLES
from posecheck.kinematics import measures, measuring_state, view
from posecheck.kinematics.calibration import matching
from posecheck.kinematics.legs import plausibility
from posecheck.kinematics.setup_check import check_state
from posecheck.kinematics.spine import dorsal_profile
from posecheck.kinematics.spine.network import bundled_network
from posecheck.landmarks.base import LandmarkBackend, only_reported
from posecheck.outputs.base import Sink
from posecheck.records import Assessment, Back, Bytes, Detection, Event, Frame, Sighting
from posecheck.sources.ahead import Ahead
from posecheck.sources.base import FrameSource
from posecheck.statistics import SessionStatistics
from posecheck.tunables import Profile

_log = logging.getLogger(__name__)


# ------------------------------------------------------------------------------------------------ numbers in force
def default_profile(stretch: Stretch) -> Profile:
    """Every adjustable number that has a say in this stretch, at its default."""
    return Profile((*kinematics.TUNABLES, *assessment.TUNABLES, *HISTORY_TUNABLES, *stretch.tunables))


# ------------------------------------------------------------------------------------- camera and model (impure)
def brightness_frac(image_rgb: Bytes) -> float:
    """Mean luma (Rec. 601) of a picture, 0..1, read from every eighth pixel."""
    asked = image_rgb[::8, ::8]
    count = asked.shape[0] * asked.shape[1]
    red, green, blue = (total / count for total in cv2.sumElems(asked)[:3])
    return float(0.299 * red + 0.587 * green + 0.114 * blue) / 255.0


class SightingBuilder:
    """Turns detections into sightings, remembering only which way the person faces.

    `landmarks` are those the pose model reports; all others are NaN in the sightings.
    """

    def __init__(self, landmarks: frozenset[Landmark] = ALL_LANDMARKS) -> None:
        self._landmarks = landmarks
        self._facing = view.FacingState()

    def build(self, frame: Frame, detection: Detection) -> Sighting:
        """What is seen of the person in `frame`, given what the model says; frames must come in order of time."""
        detection = only_reported(detection, self._landmarks)
        self._facing, facing = view.facing_step(
            self._facing, detection.t_s, detection.landmarks_px, detection.visibility
        )
        return sighting_of(frame, detection, facing)


def sighting_of(frame: Frame, detection: Detection, facing: int) -> Sighting:
    """The record of one frame: the detection, and the back as the mask shows it, read for a person facing `facing`."""
    seen: Back | None = None
    if detection.mask is not None and facing != 0:
        seen = dorsal_profile.read_back(detection.mask, detection.landmarks_px, facing)
    height, width = frame.image_rgb.shape[:2]
    return Sighting(
        t_s=frame.t_s,
        index=frame.index,
        image_wh=(width, height),
        landmarks_px=detection.landmarks_px,
        visibility=detection.visibility,
        world_m=detection.world_m,
        back=seen,
        people=detection.people,
        brightness_frac=brightness_frac(frame.image_rgb),
        legs=None if detection.mask is None else plausibility.see_legs(detection.mask, detection.landmarks_px, facing),
    )


def detect(source: FrameSource, backend: LandmarkBackend) -> Iterator[tuple[Frame, Detection]]:
    """Every frame of `source` with what the model says of it. Errors of source and model come out as themselves."""
    for frame in source.frames():
        yield frame, backend.detect(frame)


def find_people(
    source: FrameSource, backend: LandmarkBackend, *, ahead_frames: int = 0
) -> Generator[tuple[Frame, Sighting], None, None]:
    """Every frame of `source` with what is seen in it. Errors of source and model come out as themselves.

    With `ahead_frames` the model works in a thread of its own, at most so many frames ahead: everything after it then
    costs no time. That is for recorded clips; live, the newest frame must not wait behind others.
    """
    builder = SightingBuilder(backend.landmarks)
    if ahead_frames == 0:
        for frame, detection in detect(source, backend):
            yield frame, builder.build(frame, detection)
        return
    ahead = Ahead(lambda: detect(source, backend), ahead_frames, f"model on {source.name}")
    try:
        for frame, detection in ahead:
            yield frame, builder.build(frame, detection)
    finally:
        ahead.stop()


# ------------------------------------------------------------------------------------------------ judging (pure)
@dataclass(frozen=True, slots=True)
class JudgingState:
    """All that judging remembers from one frame to the next."""

    measures: measures.MeasureState
    judge: judge.JudgeState
    coach: coach.CoachState
    """A routine tells it of another side, a rest or the next stretch: `replace(state, coach=…)`."""
    events: events.EventsState
    setup: check_state.SetupState
    calibrations: Calibrations | None = None
    match: matching.MatchState = field(default_factory=matching.MatchState)
    """Whether they fit what is seen."""


def start_judging(
    stretch: Stretch,
    profile: Profile,
    calibrations: Calibrations | None = None,
    memory: Mapping[str, Any] | None = None,
) -> JudgingState:
    """The memory of a session in which nothing has been seen yet.

    With `calibrations` it is known from the first frame how this person stands and sits; limits that follow from
    them are for `profiles.build_profile`. A recording that began in the middle of a session has a `memory`
    (`Origin.memory`): measuring then goes on from there. Raises RecordingError for one that is damaged.
    """
    measuring, match = measures.start(calibrations), matching.MatchState()
    if memory is not None:
        measuring, match = measuring_state.restored(memory, calibrations)
    return JudgingState(
        measuring,
        judge.start(stretch),
        coach.start(),
        events.start(stretch, profile),
        check_state.SetupState(),
        calibrations,
        match,
    )


def judge_step(
    state: JudgingState, sighting: Sighting, stretch: Stretch, profile: Profile
) -> tuple[JudgingState, Assessment, tuple[Event, ...]]:
    """Judge one sighting: the new memory, what is to be said of this frame, and the events that ended with it."""
    measuring, measured = measures.step(state.measures, sighting, profile, stretch.lead)
    judging, judged = judge.step(state.judge, sighting, measured, stretch, profile)
    coaching, said = coach.step(state.coach, judged, stretch, profile)
    setting, placed = check_state.step(state.setup, sighting, measured, profile)
    judged = replace(judged, cue=messages.in_english(said, stretch), said=said, setup=placed)
    match = state.match
    if state.calibrations is not None and stretch.watch:
        match, notices = matching.step(
            match,
            state.calibrations,
            stretch.position,
            placed,
            sighting.image_wh,
            measuring.own,
            profile,
            bundled_network(),
        )
        judged = replace(judged, notices=notices)
        if any(notice.name == "person" for notice in notices):
            measuring = measures.without_stored(measuring)
    noting, ended = events.step(state.events, judged)
    return JudgingState(measuring, judging, coaching, noting, setting, state.calibrations, match), judged, ended


def assess(
    sightings: Iterable[Sighting],
    stretch: Stretch,
    profile: Profile,
    calibrations: Calibrations | None = None,
    memory: Mapping[str, Any] | None = None,
) -> Iterator[Assessment]:
    """Judge a whole stream of sightings, one assessment each; of a recording, with its `calibrations` and `memory`."""
    state = start_judging(stretch, profile, calibrations, memory)
    for sighting in sightings:
        state, judged, _ = judge_step(state, sighting, stretch, profile)
        yield judged


# ------------------------------------------------------------------------------------------------ the whole loop
class Ending(StrEnum):
    """How a session ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    BROKE = "source broke"
    FAILED = "stopped by an error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a session came to."""

    ending: Ending = Ending.COMPLETE
    message: str = ""
    """Why it did not end by itself; empty when complete."""
    statistics: SessionStatistics = field(default_factory=SessionStatistics)
    """Seconds, holds, repetitions, and what did not fit about the person's calibration."""
    events: tuple[Event, ...] = ()
    """In order of time."""
    lost_outputs: tuple[str, ...] = ()
    """Optional outputs that failed on the way, each with its message."""


def run(
    pairs: Iterable[tuple[Frame | None, Sighting]],
    stretch: Stretch,
    profile: Profile,
    sinks: Sequence[Sink] = (),
    on_frame: Callable[[Frame | None, Assessment], None] | None = None,
    *,
    stop: Callable[[], bool] | None = None,
    played_ending: str = "",
    calibrations: Calibrations | None = None,
    memory: Mapping[str, Any] | None = None,
) -> Outcome:
    """Judge a stream and feed the sinks, until it ends, breaks or is interrupted.

    `pairs` are frames with their sightings; a replay has no frames, and hands on how the recording ended. Whatever
    happens the sinks are closed with the way it ended, so that what was done stays readable. `stop` is asked between
    frames: an interrupt there never leaves one output a frame behind another. Interrupts and a source that breaks
    half-way are endings, named in the outcome. An optional sink that fails is put aside and named in the outcome.
    `calibrations` and `memory` are as for `start_judging`.

    Raises what the source raised before its first frame, what the model raised, and the error of a critical sink.
    """
    state = start_judging(stretch, profile, calibrations, memory)
    statistics, noted, outputs = SessionStatistics(), list[Event](), _Outputs(sinks)
    ending, message = Ending.COMPLETE, ""
    failure: BaseException | None = None
    try:
        for frame, sighting in pairs:
            state, judged, ended = judge_step(state, sighting, stretch, profile)
            statistics = statistics.plus(judged)
            noted.extend(ended)
            outputs.put(frame, judged, ended)
            if on_frame is not None:
                on_frame(frame, judged)
            if stop is not None and stop():
                ending, message = Ending.INTERRUPTED, "interrupted"
                break
    except KeyboardInterrupt:
        ending, message = Ending.INTERRUPTED, "interrupted"
    except BrokenSourceError as error:
        ending, message = Ending.BROKE, str(error)
        failure = error if statistics.frames == 0 else None
    except BaseException as error:  # noqa: BLE001  the sinks must be closed whatever went wrong; it is raised again below
        failure = error
        ending = Ending.BROKE if isinstance(error, SourceError) else Ending.FAILED
        message = str(error) if isinstance(error, PosecheckError) else type(error).__name__
    last = events.finish(state.events, statistics.to_s) if statistics.frames else ()
    noted.extend(last)
    failure = outputs.close(last, _ending_text(ending, message, played_ending), failure)
    if failure is not None:
        raise failure
    noted.sort(key=lambda event: (event.start_s, event.rule))
    return Outcome(ending, message, statistics, tuple(noted), tuple(outputs.lost))


def _ending_text(ending: Ending, message: str, played_ending: str) -> str:
    """How a session ended, as the outputs write it; a complete replay hands on how its recording ended."""
    if ending is Ending.COMPLETE and played_ending:
        return played_ending
    return ending.value if not message or ending is Ending.INTERRUPTED else f"{ending.value}: {message}"


class _Outputs:
    """The sinks of a session. An optional one that fails is closed, named in `lost`, and left out from there on."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._live = list(sinks)
        self.lost: list[str] = []

    def put(self, frame: Frame | None, judged: Assessment, ended: Iterable[Event]) -> None:
        """Hand one frame to every sink, then the events that ended with it. Raises the error of a critical sink."""
        self._each(lambda sink: sink.put(frame, judged))
        self._events(ended)

    def close(self, last: Iterable[Event], ending: str, failure: BaseException | None) -> BaseException | None:
        """Hand on the last events and close every sink; `failure`, or the first error here that ends the session."""
        try:
            self._events(last)
        except PosecheckError as error:
            failure = failure or error
        for sink in self._live:
            try:
                sink.close(ending)
            except BaseException as error:  # noqa: BLE001  every sink is closed, whatever befell the one before
                if sink.critical or not isinstance(error, Exception):
                    failure = failure or error
                else:
                    _log.warning("an output failed at its end: %s", error)
                    self.lost.append(str(error))
        return failure

    def _events(self, ended: Iterable[Event]) -> None:
        for event in ended:
            self._each(lambda sink, e=event: sink.event(e))  # type: ignore[misc]

    def _each(self, hand_on: Callable[[Sink], None]) -> None:
        for sink in tuple(self._live):
            try:
                hand_on(sink)
            except Exception as error:
                if sink.critical:
                    raise
                _log.warning("an output failed and is left out from here on: %s", error)
                self.lost.append(str(error))
                self._live.remove(sink)
                with contextlib.suppress(Exception):  # it has failed already, and that has been logged
                    sink.close(f"failed: {error}")
