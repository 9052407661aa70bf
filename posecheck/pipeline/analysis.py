"""One clip into a folder of results: which source, which model, which sinks, and what they are called."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import posecheck
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import find_stretch, is_file
from posecheck.assessment.messages import Messages
from posecheck.calibration import Calibrations
from posecheck.errors import CatalogueError, OutputError, PosecheckError, RecordingError
from posecheck.kinematics.spine.network import bundled_network
from posecheck.landmarks.base import LandmarkBackend
from posecheck.outputs import hiding, registry
from posecheck.outputs.base import COMPLETE, Sink, cannot_write
from posecheck.outputs.context import OutputContext
from posecheck.outputs.registry import Output
from posecheck.outputs.report_player import Clip
from posecheck.pipeline.output_options import OutputOptions
from posecheck.pipeline.session import Outcome, find_people, run
from posecheck.reasons import Translate
from posecheck.records import Assessment, Frame, Origin, Sighting
from posecheck.sources.ahead import prompt_turns
from posecheck.sources.replay import read_recording
from posecheck.sources.video import VideoSource
from posecheck.tunables import Profile

#: What a result folder holds, by what it is. The names are promised to other programs.
FILES: Final = {output.name: output.file for output in registry.OUTPUTS if output.stage is not registry.Stage.PICTURES}
#: The option of the annotated clip, by the ending of its file.
_VIDEO_OPTIONS: Final = {"webm": "video", "mp4": "mp4"}
#: Stands in a result folder while its results are not whole, and for good where the process was killed or failed.
UNFINISHED: Final = "UNFINISHED.txt"
_UNFINISHED_TEXT: Final = (
    "These results are not whole: posecheck is still at work here, or was stopped before it could finish.\n"
    "What is in recording.jsonl and the tables is right as far as it goes. Analyse the clip again for the rest.\n"
)
AHEAD_FRAMES: Final = 2
"""How far the model may be ahead of the judging: enough to overlap, little enough to hold in memory at 4K."""

OnFrame = Callable[[Frame | None, Assessment], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What an analysis came to, and the files it left, as (what, path)."""

    outcome: Outcome
    written: tuple[tuple[str, Path], ...]
    notes: tuple[str, ...] = ()
    """What was odd about the source and how it was dealt with."""


def origin_of(
    source: str,
    stretch: Stretch,
    model_sha256: str,
    profile: Profile,
    calibrations: Calibrations | None = None,
    memory: Mapping[str, Any] | None = None,
) -> Origin:
    """The origin that is written into every output; `memory` is what measuring remembers already (`kinematics.measuring_state`)."""
    spine_sha256 = bundled_network().sha256
    return Origin(
        posecheck.__version__,
        source,
        stretch.origin,
        model_sha256,
        profile.origins(),
        spine_sha256,
        calibrations,
        memory,
    )


def stretch_of(origin: Origin, given: str | None = None) -> Stretch:
    """The stretch by which a recording is judged again: the one `given` (id or file), else the one it was made with.

    Raises CatalogueError for a wrong one given, RecordingError when the recording's own cannot be found any more.
    """
    if given is not None:
        return find_stretch(given)
    try:
        return find_stretch(origin.stretch)
    except CatalogueError as error:
        if not is_file(origin.stretch):
            why = f"stretch {origin.stretch}, which this posecheck does not know"
        elif Path(origin.stretch).exists():
            why = f"the stretch file {origin.stretch}, which now has mistakes ({error.mistakes[0]})"
        else:
            why = f"the stretch file {origin.stretch}, which is not there"
        raise RecordingError(
            f"The recording was made with {why}. Say which to judge by: --stretch ID or FILE."
        ) from None


def limits_of(stretch: Stretch, profile: Profile) -> dict[str, float]:
    """The limit in force of each measure that the stretch has a rule for."""
    return {
        rule.measure: profile[f"{rule.id}.limit_deg"] for rule in stretch.rules if f"{rule.id}.limit_deg" in profile
    }


def prepare_folder(folder: Path, source: Path) -> None:
    """Make `folder` ready for the results of `source`.

    Raises OutputError when it cannot be made or written to, when it holds the results of another clip (those are not
    overwritten), or when the clip itself has the name of a result there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".posecheck-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except FileExistsError as error:
        raise OutputError(f"Cannot write results to {folder}: it is a file. Choose another folder with -o.") from error
    except OSError as error:
        raise OutputError(f"Cannot write results to {folder}: {error.strerror or error}.") from error
    for result in _results(folder):
        if result.exists() and source.exists() and result.samefile(source):
            raise OutputError(f"{result} is the clip itself and would be overwritten. Choose another folder with -o.")
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        before = Path(json.loads((folder / FILES["summary"]).read_text(encoding="utf-8"))["source"])
        if before.resolve() != source.resolve():
            raise OutputError(f"{folder} holds the results of {before.name}. Choose another folder with -o.")


def _results(folder: Path) -> tuple[Path, ...]:
    """Every file an analysis may leave in `folder`."""
    return tuple(folder / output.file for output in registry.outputs())


def _clear(folder: Path) -> None:
    """Take away an earlier run's results of the same clip, so that old and new are never mixed."""
    if (folder / FILES["recording"]).exists() or (folder / FILES["summary"]).exists():
        for result in _results(folder):
            result.unlink(missing_ok=True)


def _built(makers: Sequence[Callable[[], Sink]]) -> list[Sink]:
    """The sinks, all of them or none: when one cannot be made, those before it are closed again."""
    sinks: list[Sink] = []
    try:
        for make in makers:
            sinks.append(make())  # noqa: PERF401  those made so far must be known when one fails
    except BaseException:
        for sink in sinks:
            with contextlib.suppress(PosecheckError):
                sink.close("never began")
        raise
    return sinks


def analyze_clip(
    clip: Path,
    folder: Path,
    stretch: Stretch,
    profile: Profile,
    backend: LandmarkBackend,
    *,
    video: str | None = None,
    wanted: OutputOptions | None = None,
    from_s: float | None = None,
    to_s: float | None = None,
    calibrations: Calibrations | None = None,
    on_open: Callable[[VideoSource], None] | None = None,
    on_frame: OnFrame | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """Analyse one video file into `folder`; `video` is the ending of an annotated clip ("webm", "mp4") or None.

    `wanted` are the choices beyond that. All that is decided comes in as arguments, all that is found goes out as the
    result and into `folder`: the same call works in another process.
    Raises what `session.run` raises; SourceError for a clip that cannot be opened (then no folder is made).
    """
    wanted = wanted or OutputOptions()
    with VideoSource(clip, from_s=from_s, to_s=to_s, sample_fps=wanted.sample_fps) as source:
        prepare_folder(folder, clip)
        if on_open is not None:
            on_open(source)
        origin = origin_of(str(clip.resolve()), stretch, backend.model_sha256, profile, calibrations)
        asked = set(wanted.outputs)
        annotated = None
        if video is not None:
            asked.add(_VIDEO_OPTIONS[video])
            annotated = folder / registry.options()[_VIDEO_OPTIONS[video]].file
        context = replace(
            _context(origin, stretch, profile, wanted),
            clip=_shown(clip, annotated, wanted),
            source=clip,
            fps_nominal=source.info.fps_nominal or math.nan,
        )
        makers = _makers(registry.chosen(asked), folder, context)
        people = find_people(source, backend, ahead_frames=AHEAD_FRAMES)
        with _marked(folder), prompt_turns(), contextlib.closing(people) as pairs:
            shown = _hidden(pairs) if wanted.blur_face else pairs
            outcome = run(shown, stretch, profile, _built(makers), on_frame, stop=stop, calibrations=calibrations)
    return Result(outcome, tuple(_written(folder)), notes_of(source))


def notes_of(source: VideoSource) -> tuple[str, ...]:
    """What was odd about a clip and how it was dealt with."""
    repaired = source.times_repaired
    return (
        (*source.notes, f"{repaired} frames had a time that did not rise; it was repaired.")
        if repaired
        else source.notes
    )


@contextlib.contextmanager
def _marked(folder: Path) -> Iterator[None]:
    """Mark a folder as unfinished while inside; the mark stays when an error leads out, or no way at all."""
    mark = folder / UNFINISHED
    try:
        mark.write_text(_UNFINISHED_TEXT, encoding="utf-8")
    except OSError as error:
        raise cannot_write(mark, error) from error
    yield
    mark.unlink(missing_ok=True)


def _hidden(pairs: Iterable[tuple[Frame, Sighting]]) -> Iterator[tuple[Frame, Sighting]]:
    """The same with the head made unrecognisable. It stands before every output, so that none can show a face."""
    state = hiding.HidingState()
    for frame, sighting in pairs:
        state, image = hiding.step(state, frame.image_rgb, sighting)
        yield replace(frame, image_rgb=image), sighting


def _shown(clip: Path, annotated: Path | None, wanted: OutputOptions) -> Clip | None:
    """The clip of the report: the source, or what was made of it where the source must not be seen."""
    if not wanted.hides:
        return Clip(clip)
    return None if annotated is None else Clip(annotated, slow=wanted.slow, drawn=True)


def judge_recording(
    recording: Path,
    folder: Path | None,
    stretch: Stretch,
    profile: Profile,
    *,
    calibrations: Calibrations | None = None,
    wanted: OutputOptions | None = None,
    on_frame: OnFrame | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """Judge a recording again, without camera, model or pixels; write tables and report to `folder` if given.

    What was known of the person when it was recorded is known again, unless other `calibrations` are given: measuring
    then begins anew with those.

    Raises RecordingError when it cannot be read, OutputError when the folder is the recording's own.
    """
    played = read_recording(recording)
    sightings = played.sightings()
    first = next(sightings, None)
    if first is None:
        raise RecordingError(f"{recording} holds no frame: the session ended before one was seen.")
    memory = played.origin.memory if calibrations is None else None
    calibrations = calibrations or played.origin.calibrations
    makers: list[Callable[[], Sink]] = []
    if folder is not None:
        if (folder / FILES["recording"]).exists():
            raise OutputError(f"{folder} holds an analysis with its recording. Choose another folder with -o.")
        prepare_folder(folder, Path(played.origin.source))
        wanted = wanted or OutputOptions()
        origin = origin_of(played.origin.source, stretch, played.origin.model_sha256, profile, calibrations)
        context = _context(origin, stretch, profile, wanted)
        makers = _makers(registry.chosen(wanted.outputs, in_replay=True), folder, context)
    whole = played.ending == COMPLETE
    pairs = ((None, sighting) for sighting in itertools.chain([first], sightings))
    played_ending = "" if whole else f"the recording ended early: {played.ending}"
    outcome = run(
        pairs,
        stretch,
        profile,
        _built(makers),
        on_frame,
        stop=stop,
        played_ending=played_ending,
        calibrations=calibrations,
        memory=memory,
    )
    notes = () if whole else (f"The recording ended early: {played.ending}.",)
    return Result(outcome, tuple(_written(folder)) if folder is not None else (), notes)


def _makers(outputs: Sequence[Output], folder: Path, context: OutputContext) -> list[Callable[[], Sink]]:
    """What makes each of `outputs`, with an earlier run's results taken away.

    Raises OutputError for an output whose library is missing, before anything old is lost for it.
    """
    for output in outputs:
        output.require(folder)
    _clear(folder)
    return [functools.partial(output.make, folder, context) for output in outputs]


def _context(origin: Origin, stretch: Stretch, profile: Profile, wanted: OutputOptions) -> OutputContext:
    """What the outputs may know of a session, in the language wanted; without a clip."""
    translate = _translate(stretch, wanted.language)
    return OutputContext(
        origin,
        title=Path(origin.source).name,
        stretch_name=translate(stretch.name),
        translate=translate,
        language=wanted.language,
        limits=limits_of(stretch, profile),
        rule_names={rule.id: translate(rule.name) for rule in stretch.rules},
        profile=profile,
        versions=_versions(),
        embed=wanted.embed,
        smooth=wanted.smooth,
        with_picture=not wanted.skeleton_only,
        slow=wanted.slow,
        sample_fps=wanted.sample_fps,
    )


def _translate(stretch: Stretch, language: str) -> Translate:
    """What says every text of a clip in its language."""
    return Messages.load(language).knowing(stretch).text


def _versions() -> dict[str, str]:
    """The libraries that decide numbers, as installed."""
    return {name: importlib.metadata.version(name) for name in ("mediapipe", "opencv-python", "numpy")}


def _written(folder: Path) -> Iterator[tuple[str, Path]]:
    for output in registry.outputs():
        if (folder / output.file).exists():
            yield output.name, folder / output.file
