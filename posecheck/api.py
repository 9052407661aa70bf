"""posecheck from Python: analyse clips, watch a camera, judge recordings again, look at one picture.

    import posecheck

    result = posecheck.analyze("clip.mp4", stretch="hip_hinge_drill")
    result.verdict_s, result.events, result.reps
    result.measures["spine_flexion_deg"]

Every public name is reached as `posecheck.NAME`; `import posecheck` alone loads neither OpenCV nor a model. Errors a
caller can act on are `posecheck.PosecheckError` and its subclasses (`posecheck.errors`): one line that says what
happened and what to do. Nothing is printed, nothing leaves the machine, and nothing is written but to `output_dir`.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from posecheck.assessment.catalogue.stretch_files import find_stretch
from posecheck.errors import UsageError
from posecheck.landmarks.registry import DEFAULT_BACKEND, open_backend
from posecheck.pipeline import analysis
from posecheck.pipeline.output_options import OutputOptions
from posecheck.pipeline.profile_store import OwnProfile, own_profile
from posecheck.pipeline.profiles import build_profile, kept_together, recorded_profile
from posecheck.pipeline.session import (
    Ending,
    Outcome,
    SightingBuilder,
    assess,
    default_profile,
    find_people,
    judge_step,
    run,
    start_judging,
)
from posecheck.reasons import code_of
from posecheck.records import QUANTITIES, QUANTITY_NAMES, Assessment, Bytes, Event, Floats, Frame, Rep, Verdict
from posecheck.resources import install_command
from posecheck.sources.ahead import prompt_turns
from posecheck.sources.camera import CameraSource, open_camera
from posecheck.sources.playback import PlaybackDevice
from posecheck.sources.replay import Recording, read_recording
from posecheck.sources.video import VideoSource
from posecheck.statistics import SessionStatistics
from posecheck.tunables import Profile

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from posecheck.assessment.catalogue.stretch import Stretch

__all__ = ["AnalysisResult", "analyze", "assess_image", "judge", "read_recording", "watch"]

#: The stretch where none is named: the one the command line takes.
DEFAULT_STRETCH: Final = "standing_forward_fold"
#: Where values come from that a caller passes as `settings`; it stands in `AnalysisResult.settings` and in files.
SETTINGS_ORIGIN: Final = "settings"
#: For how long, and at how many frames a second, `assess_image` takes a picture to be held.
STILL_S: Final = 3.0
STILL_FPS: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisResult:
    """What an analysis found, frame by frame and in sum. n is the number of frames."""

    source: str
    """The clip, as an absolute path; of a recording the clip or camera it was made from."""
    stretch: str
    """The id of the stretch it was judged by, or the file of an own one."""
    ending: Ending
    """COMPLETE, or how it stopped before its end."""
    statistics: SessionStatistics
    """Seconds, holds, repetitions and extremes of the whole clip."""
    events: tuple[Event, ...]
    """When a rule warned or could not be judged, in order of time. Compare `event.reason.code`."""
    settings: Mapping[str, tuple[float, str]]
    """Every number in force: key → (value, where it came from)."""
    measures: Mapping[str, Floats]
    """"t_s" (seconds from the start of the clip) and each measure of `posecheck.records.QUANTITIES` (unit in its name):
    (n,) float64, read-only, NaN where it could not be measured. `spine_flexion_deg`: 0 upright, + rounded."""
    verdict: tuple[Verdict, ...]
    """n verdicts: GOOD, WARN or UNKNOWN."""
    reason_code: tuple[str, ...]
    """n codes (`posecheck.reasons.ReasonCode`): why a frame is WARN or UNKNOWN; "" with GOOD."""
    notes: tuple[str, ...] = ()
    """What was odd about the source and how it was dealt with."""
    files: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    """The files written to `output_dir`, by what they are ("report", "measures" …); empty without one."""

    @property
    def verdict_s(self) -> Mapping[Verdict, float]:
        """Seconds each verdict stood; `good_s` says how many of the GOOD ones were part of the stretch."""
        return self.statistics.verdict_s

    @property
    def good_s(self) -> float:
        """Seconds with verdict GOOD in the hold or, for a stretch that is repeated, inside repetitions."""
        return self.statistics.good_s

    @property
    def reps(self) -> tuple[Rep, ...] | None:
        """Every repetition that is over, partial and unseen ones too; None for a stretch that is not repeated."""
        return self.statistics.reps

    def to_dataframe(self) -> pd.DataFrame:
        """One row a frame: `t_s`, every measure, `verdict`, `reason_code`. Raises UsageError where pandas is missing."""
        columns: dict[str, Any] = {name: np.array(values) for name, values in self.measures.items()}
        columns |= {"verdict": [str(one) for one in self.verdict], "reason_code": list(self.reason_code)}
        return _library("pandas").DataFrame(columns)

    def to_xarray(self) -> xarray.Dataset:
        """Every measure along `t_s`, with its unit and meaning as attributes. Raises UsageError where xarray is missing."""
        data: dict[str, Any] = {
            one.name: ("t_s", np.array(self.measures[one.name]), {"units": one.unit, "long_name": one.what})
            for one in QUANTITIES
        }
        data["verdict"] = ("t_s", [str(one) for one in self.verdict])
        data["reason_code"] = ("t_s", list(self.reason_code))
        about = {"source": self.source, "stretch": self.stretch}
        times = {"t_s": ("t_s", np.array(self.measures["t_s"]), {"units": "s"})}
        return _library("xarray").Dataset(data, coords=times, attrs=about)


def analyze(
    clip: str | Path,
    *,
    stretch: str = DEFAULT_STRETCH,
    settings: Mapping[str, float] | None = None,
    profile: str | Path | None = None,
    output_dir: str | Path | None = None,
    outputs: Sequence[str] = (),
    from_s: float | None = None,
    to_s: float | None = None,
    sample_fps: float | None = None,
    backend: str = DEFAULT_BACKEND,
    on_frame: Callable[[Assessment], None] | None = None,
) -> AnalysisResult:
    """Analyse one video file.

    Args:
        clip: The video file.
        stretch: The id of a stretch (`posecheck stretches list`) or the path of a stretch file.
        settings: Numbers that differ, by key: `{"spine_rounding.limit_deg": 30}`. They stand over everything else.
        profile: The name of a profile (`posecheck calibrate`) or the path of a profile file.
        output_dir: Where to write report, tables, summary and recording; None writes nothing.
        outputs: Options of further outputs ("parquet", "webm" …); they need `output_dir`.
        from_s: First second to look at; None from the start.
        to_s: Second to stop at; None to the end.
        sample_fps: Frames a second to look at, 4 or more; None looks at every one.
        backend: The pose model, by name.
        on_frame: Called with each assessment as it is made.

    Raises:
        SourceError: the clip cannot be opened or read.
        UsageError: an unknown stretch, key or output, a number out of range.
        OutputError: `output_dir` cannot be written to or holds the results of another clip.

    """
    if outputs and output_dir is None:
        raise UsageError(f"outputs={list(outputs)} are files: say where with output_dir.")
    options = OutputOptions(outputs=tuple(outputs), sample_fps=sample_fps)
    judged_by, numbers, own = _chosen(stretch, settings, profile)
    frames = _Frames(on_frame)
    with open_backend(backend) as model:
        if output_dir is not None:
            result = analysis.analyze_clip(
                Path(clip),
                Path(output_dir),
                judged_by,
                numbers,
                model,
                wanted=options,
                from_s=from_s,
                to_s=to_s,
                calibrations=own.calibrations,
                on_frame=frames.put,
            )
            outcome, notes, files = result.outcome, result.notes, dict(result.written)
        else:
            with VideoSource(clip, from_s=from_s, to_s=to_s, sample_fps=sample_fps) as source:
                people = find_people(source, model, ahead_frames=analysis.AHEAD_FRAMES)
                with prompt_turns(), contextlib.closing(people) as pairs:
                    outcome = run(pairs, judged_by, numbers, (), frames.put, calibrations=own.calibrations)
                notes, files = analysis.notes_of(source), {}
    return _result(str(Path(clip).resolve()), judged_by, numbers, outcome, frames, notes, files)


def judge(
    recording: Recording | str | Path,
    *,
    stretch: str | None = None,
    settings: Mapping[str, float] | None = None,
    profile: str | Path | None = None,
    output_dir: str | Path | None = None,
) -> AnalysisResult:
    """Judge a recording again, without camera, model or pixels.

    With nothing but the recording, the numbers are those it was made with, so that the result is that of the session.

    Args:
        recording: A recording (`recording.jsonl`), opened or by its path.
        stretch: Another stretch to judge by, as for `analyze`; None takes that of the recording.
        settings: Numbers that differ, by key; they stand over those of the recording.
        profile: Take numbers and calibration of this profile instead of the recording's.
        output_dir: Where to write report and tables; None writes nothing.

    Raises:
        RecordingError: it cannot be read, holds no frame, or its own stretch is not known here.
        UsageError: an unknown stretch or key, a number out of range.
        OutputError: `output_dir` cannot be written to, or is the folder of the recording.

    """
    opened = recording if isinstance(recording, Recording) else read_recording(Path(recording))
    judged_by = analysis.stretch_of(opened.origin, stretch)
    calibrations = None
    if profile is None:
        numbers = _changed(recorded_profile(judged_by, opened.origin.settings), judged_by, settings)
    else:
        judged_by, numbers, own = _chosen(judged_by.origin, settings, profile)
        calibrations = own.calibrations
    frames = _Frames(None)
    folder = None if output_dir is None else Path(output_dir)
    result = analysis.judge_recording(
        opened.path, folder, judged_by, numbers, calibrations=calibrations, on_frame=frames.put
    )
    return _result(opened.origin.source, judged_by, numbers, result.outcome, frames, result.notes, dict(result.written))


def watch(
    camera: int = 0,
    *,
    clip: str | Path | None = None,
    stretch: str = DEFAULT_STRETCH,
    settings: Mapping[str, float] | None = None,
    profile: str | Path | None = None,
    backend: str = DEFAULT_BACKEND,
) -> Iterator[Assessment]:
    """Watch a camera: one assessment for each frame that is looked at, the newest first, none queued.

    Stop by leaving the loop; the camera is then closed. Nothing is kept. `assessment.cue` is the line a coach would say
    now, `assessment.reason` why it is not GOOD.

    Args:
        camera: The number of the camera (`posecheck cameras`).
        clip: Play this video in real time instead of a camera; the stream ends with it.
        stretch: As for `analyze`.
        settings: As for `analyze`.
        profile: As for `analyze`.
        backend: As for `analyze`.

    Raises:
        SourceError: the camera cannot be opened, or (BrokenSourceError) it failed on the way.
        UsageError: an unknown stretch or key, a number out of range.

    """
    judged_by, numbers, own = _chosen(stretch, settings, profile)
    return _assessments(camera, clip, judged_by, numbers, own, backend)


def assess_image(
    image_rgb: Bytes,
    *,
    stretch: str = DEFAULT_STRETCH,
    settings: Mapping[str, float] | None = None,
    backend: str = DEFAULT_BACKEND,
) -> Assessment:
    """Assess one picture of a person.

    It is judged as if the person held still like this for `STILL_S` seconds, so that what takes time (smoothing, the
    dwell of a rule) has had its time. There is no upright moment to compare with: the spine is read without the
    person's own neutral, which is less certain, and the verdict is UNKNOWN where that is not enough.

    Args:
        image_rgb: (h, w, 3) uint8, RGB.
        stretch: As for `analyze`.
        settings: As for `analyze`.
        backend: As for `analyze`.

    Raises:
        UsageError: not such a picture, an unknown stretch or key, a number out of range.

    """
    image = np.asarray(image_rgb)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        shape = "×".join(map(str, image.shape))
        raise UsageError(f"image_rgb must be (height, width, 3) of uint8, not {shape} of {image.dtype}.")
    judged_by, numbers, _ = _chosen(stretch, settings, None)
    frame = Frame(np.ascontiguousarray(image), 0.0, 0)
    with open_backend(backend) as model:
        sighting = SightingBuilder().build(frame, model.detect(frame))
    *_, judged = assess(
        (replace(sighting, t_s=k / STILL_FPS, index=k) for k in range(round(STILL_S * STILL_FPS) + 1)),
        judged_by,
        numbers,
    )
    return judged


# ------------------------------------------------------------------------------------------------ parts
class _Frames:
    """Takes what each frame is needed for, so that a long clip is not held in memory."""

    def __init__(self, on_frame: Callable[[Assessment], None] | None) -> None:
        self._on_frame = on_frame
        self.rows: list[tuple[float, ...]] = []
        self.verdicts: list[Verdict] = []
        self.codes: list[str] = []

    def put(self, frame: Frame | None, judged: Assessment) -> None:
        del frame
        self.rows.append((judged.t_s, *(judged.measures[name] for name in QUANTITY_NAMES)))
        self.verdicts.append(judged.verdict)
        self.codes.append(code_of(judged.reason))
        if self._on_frame is not None:
            self._on_frame(judged)

    def measures(self) -> Mapping[str, Floats]:
        table = np.array(self.rows, np.float64).reshape(-1, 1 + len(QUANTITY_NAMES))
        columns = {name: np.ascontiguousarray(table[:, k]) for k, name in enumerate(("t_s", *QUANTITY_NAMES))}
        for column in columns.values():
            column.flags.writeable = False
        return MappingProxyType(columns)


def _result(
    source: str,
    stretch: Stretch,
    numbers: Profile,
    outcome: Outcome,
    frames: _Frames,
    notes: tuple[str, ...],
    files: Mapping[str, Path],
) -> AnalysisResult:
    return AnalysisResult(
        source=source,
        stretch=stretch.origin,
        ending=outcome.ending,
        statistics=outcome.statistics,
        events=outcome.events,
        settings=MappingProxyType(numbers.origins()),
        measures=frames.measures(),
        verdict=tuple(frames.verdicts),
        reason_code=tuple(frames.codes),
        notes=notes,
        files=MappingProxyType(dict(files)),
    )


def _chosen(
    stretch: str, settings: Mapping[str, float] | None, profile: str | Path | None
) -> tuple[Stretch, Profile, OwnProfile]:
    """Stretch, numbers in force and profile that the arguments ask for."""
    judged_by = find_stretch(str(stretch))
    own = own_profile(None if profile is None else str(profile), datetime.now().astimezone().date())
    base = default_profile(judged_by)
    numbers = build_profile(base, judged_by.id, own.file, (), own.calibrations, stretch=judged_by)
    return judged_by, _changed(numbers, judged_by, settings), own


def _changed(numbers: Profile, stretch: Stretch, settings: Mapping[str, float] | None) -> Profile:
    if not settings:
        return numbers
    return kept_together(numbers.with_layer(settings, SETTINGS_ORIGIN), stretch)


def _assessments(
    camera: int, clip: str | Path | None, stretch: Stretch, numbers: Profile, own: OwnProfile, backend: str
) -> Iterator[Assessment]:
    with contextlib.ExitStack() as stack:
        if clip is None:
            source = stack.enter_context(open_camera(camera))
        else:
            video = stack.enter_context(VideoSource(clip))
            source = stack.enter_context(CameraSource(PlaybackDevice(video, "real time"), str(clip)))
        model = stack.enter_context(open_backend(backend))
        state = start_judging(stretch, numbers, own.calibrations)
        for _, sighting in stack.enter_context(contextlib.closing(find_people(source, model))):
            state, judged, _ = judge_step(state, sighting, stretch, numbers)
            yield judged


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"This needs {name}: {install_command('dataframe')}") from error
