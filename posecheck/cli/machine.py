"""`posecheck replay`, `cameras` and `doctor`: a recording judged again, and what this machine has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from posecheck.cli.common import (
    finish,
    interruptible,
    language_for,
    numbers_of,
    own_of,
    quiet,
    show,
    translator_for,
    words_for,
)
from posecheck.cli.options import (
    LangOption,
    ModelOption,
    ProfileOption,
    SetOption,
    SmoothOption,
)
from posecheck.cli.output_flags import output_flags
from posecheck.errors import SourceError


@output_flags(before="lang", in_replay=True)
def replay(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="A recording.jsonl.")],
    stretch: Annotated[
        str | None, typer.Option("--stretch", metavar="ID|FILE", help="Another stretch than the recorded one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Write tables and a report there.")
    ] = None,
    sets: SetOption = None,
    profile: ProfileOption = None,
    lang: LangOption = None,
    smooth: SmoothOption = False,
    *,
    outputs: tuple[str, ...],
) -> None:
    """Judge a recording again with other numbers: no camera, no model, no pixels. Shows what that changes."""
    from posecheck.pipeline.analysis import judge_recording, stretch_of
    from posecheck.pipeline.output_options import OutputOptions
    from posecheck.pipeline.profiles import recorded_profile
    from posecheck.pipeline.session import Ending
    from posecheck.sources.replay import read_recording
    from posecheck.terminal.result import result
    from posecheck.terminal.tuning import difference_table
    from posecheck.tuning.clips import Tracks
    from posecheck.tuning.profile_diff import whatif
    from posecheck.tuning.track import Gathering

    wanted = OutputOptions(language_for(lang), smooth=smooth, outputs=outputs)
    origin, own = read_recording(recording).origin, own_of(profile)
    other = own.calibrations
    if other is None:  # the person is still who was calibrated then
        own = replace(own, calibrations=origin.calibrations)
    chosen = stretch_of(origin, stretch)
    numbers = numbers_of(chosen, own, sets)
    # What was measured is only kept where two judgements of it are to be compared: else an hour needs no memory.
    gathering = Gathering() if (sets or profile) and chosen.origin == origin.stretch else None
    with interruptible() as stop:
        one = judge_recording(
            recording,
            out,
            chosen,
            numbers,
            calibrations=other,
            wanted=wanted,
            on_frame=None if gathering is None else lambda _, judged: gathering.add(judged.sighting, judged.measures),
            stop=stop,
        )
    show(result(recording.name, chosen, one.outcome, one.written, one.notes, translator_for(lang, chosen)))
    if gathering is not None and one.outcome.ending is Ending.COMPLETE:
        tracks = Tracks.of(recording)
        tracks.know(chosen, numbers, gathering.track(), other)
        before = recorded_profile(chosen, origin.settings)
        show(difference_table(whatif(tracks, chosen, before, numbers, other), translator_for(lang, chosen)))
    finish([one.outcome])


def cameras(lang: LangOption = None) -> None:
    """List the cameras that answer."""
    from posecheck.sources.camera import list_cameras
    from posecheck.terminal.machine import cameras_table

    with quiet():
        found = list_cameras()
    if not found:
        raise SourceError("no camera answered. Plug one in, close programs that use it, or allow access to it.")
    show(cameras_table(found, words_for(lang)))


def doctor(model: ModelOption = None, lang: LangOption = None) -> None:
    """Check this installation: versions, OpenCV, the model, one timed frame, cameras, where the log is."""
    from posecheck.pipeline.doctor import State, examine
    from posecheck.terminal.machine import facts_table

    translate = words_for(lang)
    with quiet() as log:
        facts = list(examine(log, model))
    show(facts_table(facts, translate))
    if any(fact.state is State.FAULT for fact in facts):
        raise typer.Exit(1)
