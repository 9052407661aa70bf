"""`posecheck calibrate`: how you stand or sit tall, how far you round, and what follows from it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecheck.cli.common import (
    EXIT_INTERRUPTED,
    camera_source,
    check_source,
    console_for,
    interruptible,
    messages_in,
    quiet,
    show,
    time_to_show,
)
from posecheck.cli.options import BackendOption, EveryFrameOption, LangOption, ModelOption, SetOption
from posecheck.errors import SourceError
from posecheck.landmarks.registry import DEFAULT_BACKEND, open_backend
from posecheck.reasons import Reason

if TYPE_CHECKING:
    from posecheck.assessment.catalogue.stretch import Stretch
    from posecheck.calibration import Calibration
    from posecheck.landmarks.base import LandmarkBackend
    from posecheck.reasons import Translate
    from posecheck.tunables import Profile

#: Stretches whose limits the card shows: an ordinary one and a strict one.
_SHOWN = {"standing": ("standing_forward_fold", "hip_hinge_drill"), "seated": ("chair_leg_stretch",)}


def calibrate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The profile to keep it in.")] = "me",
    seated: Annotated[bool, typer.Option("--seated", help="Sitting, on a chair or on the floor.")] = False,
    no_round: Annotated[bool, typer.Option("--no-round", help="Leave out how far you can round.")] = False,
    camera: Annotated[
        int | None, typer.Option("--camera", metavar="N", min=0, help="Which camera; see `posecheck cameras`.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--source", metavar="FILE", help="Play a video as if it were the camera.")
    ] = None,
    every_frame: EveryFrameOption = False,
    sets: SetOption = None,
    model: ModelOption = None,
    backend_name: BackendOption = DEFAULT_BACKEND,
    lang: LangOption = None,
) -> None:
    """Stand tall for 3 s, round for 5 s: your own neutral and your own limits, kept in a profile on this machine."""
    check_source(camera, source, every_frame=every_frame)
    from posecheck import __version__
    from posecheck.assessment.catalogue.stretch_files import load_stretch
    from posecheck.calibration import SEATED, STANDING
    from posecheck.pipeline.profile_store import named_path, save_calibration
    from posecheck.pipeline.profiles import parse_set
    from posecheck.pipeline.session import default_profile
    from posecheck.terminal.calibration import calibration_card

    named_path(name)
    translate = messages_in(lang).text
    position = SEATED if seated else STANDING
    stretches = [load_stretch(stretch) for stretch in _SHOWN[position]]
    profile = default_profile(stretches[0]).with_layer(dict(parse_set(text) for text in sets or ()), "--set")
    with quiet(), interruptible() as stop, open_backend(backend_name, model) as backend:
        found = _lead(
            backend,
            position,
            profile,
            camera or 0,
            source,
            stop,
            translate,
            every_frame=every_frame,
            with_round=not no_round,
        )
    if found is None:
        raise typer.Exit(EXIT_INTERRUPTED)
    found = replace(found, made_on=datetime.now().astimezone().date().isoformat(), version=__version__)
    path = save_calibration(name, found)
    use = f"posecheck live --terminal --stretch {stretches[0].id} --profile {name}"
    show(calibration_card(found, [_limits(one, found, name) for one in stretches], path, use, translate))


def _limits(stretch: Stretch, calibration: Calibration, name: str) -> tuple[Stretch, float, float]:
    """Where the back of a stretch warns from, and until when, with this calibration and nothing else."""
    from posecheck.calibration import Calibrations
    from posecheck.pipeline.profiles import build_profile
    from posecheck.pipeline.session import default_profile

    own = Calibrations(name).plus(calibration)
    profile = build_profile(default_profile(stretch), stretch.id, None, (), own)
    return stretch, profile["spine_rounding.limit_deg"], profile["spine_rounding.leave_deg"]


def _lead(
    backend: LandmarkBackend,
    position: str,
    profile: Profile,
    camera: int,
    file: Path | None,
    stop: Callable[[], bool],
    translate: Translate,
    *,
    every_frame: bool,
    with_round: bool,
) -> Calibration | None:
    """Lead somebody through it; None when it was interrupted. Raises SourceError when the pictures end before."""
    from rich.live import Live

    from posecheck.kinematics.calibration import protocol
    from posecheck.pipeline.session import find_people
    from posecheck.terminal.calibration import calibrate_line, calibrate_panel
    from posecheck.terminal.progress import Rate
    from posecheck.terminal.style import seconds

    console = console_for()
    state = protocol.start(position, with_round=with_round)
    shown: tuple[str, Reason | None] = ("", None)
    problem: Reason | None = None
    with contextlib.ExitStack() as stack:
        source = camera_source(stack, camera, file, every_frame=every_frame)
        screen = stack.enter_context(
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        )
        rate = Rate()
        for _, sighting in stack.enter_context(contextlib.closing(find_people(source, backend))):
            state, out = protocol.step(state, sighting, profile)
            rate.tick()
            if console.is_terminal and shown[0] not in {"", out.stage}:
                console.bell()  # whose head is down hears that the next part has begun
            changed, shown, problem = shown != (out.stage, out.problem), (out.stage, out.problem), out.problem
            clock = seconds(sighting.t_s)
            due = time_to_show(rate, sighting.t_s, in_terminal=console.is_terminal)
            if console.is_terminal and (changed or due):
                panel = calibrate_panel(out, clock=clock, fps=rate.hz, columns=console.width, translate=translate)
                screen.update(panel, refresh=True)
            elif due and not console.is_terminal:
                console.print(calibrate_line(out, clock=clock, translate=translate))
            if out.calibration is not None:
                return out.calibration
            if stop():
                return None
        why = f" {translate('terminal.calibrate.in_the_way')} {translate(problem)}" if problem else ""
        raise SourceError(
            f"{source.name}: {translate('terminal.calibrate.ended')} {_wanted(profile, translate, with_round)}{why}"
        )


def _wanted(profile: Profile, translate: Translate, with_round: bool) -> str:
    """How long the pictures must show what."""
    from posecheck.kinematics.calibration import end_range, protocol

    tall_s, round_s = profile[protocol.TALL_TIME.key], profile[end_range.ROUND_TIME.key]
    if with_round:
        return translate("terminal.calibrate.wants_both", seconds=tall_s, round=round_s)
    return translate("terminal.calibrate.wants_tall", seconds=tall_s)
