"""`posecheck tune`: which limits fit these people? Scores against labels, and a search for better numbers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecheck.cli.common import (
    EXIT_INTERRUPTED,
    console_for,
    interruptible,
    language_for,
    numbers_of,
    own_of,
    quiet,
    show,
    translator_for,
)
from posecheck.cli.options import BackendOption, LangOption, ModelOption, ProfileOption, SetOption
from posecheck.errors import OutputError, PosecheckError, UsageError
from posecheck.landmarks.registry import DEFAULT_BACKEND, open_backend

if TYPE_CHECKING:
    from posecheck.assessment.catalogue.stretch import Stretch
    from posecheck.calibration import Calibrations
    from posecheck.reasons import Translate
    from posecheck.tunables import Profile
    from posecheck.tuning.clips import Clip
    from posecheck.tuning.evidence import Evidence
    from posecheck.tuning.search import Found

tune_app = typer.Typer(
    help="Find the limits that fit these people, from recordings and what a coach says of them.", no_args_is_help=True
)

ClipsArgument = Annotated[
    list[Path], typer.Argument(metavar="FOLDER|RECORDING...", help="Folders with recordings and labels, or recordings.")
]
OnlyStretchOption = Annotated[
    str | None, typer.Option("--stretch", metavar="ID", help="Only clips labelled for this stretch.")
]
RuleOption = Annotated[
    list[str] | None, typer.Option("--rule", metavar="RULE", help="Only this rule, e.g. spine_rounding. Repeatable.")
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write a report, one HTML file that needs no network.")
]


@tune_app.command("label")
def tune_label(
    clips: Annotated[
        list[Path],
        typer.Argument(metavar="CLIP|RECORDING|FOLDER...", help="Videos, recordings, or folders with them."),
    ],
    rater: Annotated[str, typer.Option("--rater", metavar="NAME", help="Who says it; the page asks otherwise.")] = "",
    stretch: Annotated[
        str | None, typer.Option("--stretch", metavar="ID", help="Which stretch clips without a recording show.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=1, max=65535, help="The page's port.", show_default=False)
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
    model: ModelOption = None,
    backend_name: BackendOption = DEFAULT_BACKEND,
    lang: LangOption = None,
) -> None:
    """Open a page on this computer on which you say where a rule is kept and where it is broken.

    Everything is saved at once, beside the clip: CLIP.labels.toml. Clips without a recording are analysed first.
    """
    from posecheck.app.labelling import name_of
    from posecheck.app.labelling_web import serve
    from posecheck.app.server.server import listen
    from posecheck.tuning.label_targets import found, subject_of

    name, language = name_of(rater, "rater") if rater else "", language_for(lang)
    paths = found(clips)
    listening = listen(port)
    with contextlib.closing(listening):
        _record(paths, stretch, model, backend_name)
        subjects = [subject_of(path) for path in paths]
        interrupted = serve(
            subjects,
            name,
            listening,
            language=language,
            open_browser=browser,
            say=lambda address: print(address, flush=True),
        )
    if interrupted:
        print("Ended. Everything was saved as it was made.")
        raise typer.Exit(EXIT_INTERRUPTED)


def _record(paths: Sequence[Path], stretch: str | None, model: Path | None, backend_name: str) -> None:
    """Let the model watch the clips it has not seen yet."""
    from posecheck.terminal.progress import Progress
    from posecheck.tuning.label_targets import needs_recording, record, stretch_for

    missing = [(path, stretch_for(path, stretch)) for path in paths if needs_recording(path)]
    if not missing:
        return

    for clip, one in missing:
        with (
            quiet(),
            interruptible() as stop,
            open_backend(backend_name, model) as backend,
            Progress(console_for(stderr=True)) as progress,
        ):
            done = record(
                clip,
                one,
                backend,
                lambda source, clip=clip, progress=progress: progress.open(clip.name, 0.0, source.info.duration_s),  # type: ignore[misc]
                lambda _, judged, progress=progress: progress.frame(judged.t_s),  # type: ignore[misc]
                stop,
            )
        if not done:
            raise typer.Exit(EXIT_INTERRUPTED)


@tune_app.command("score")
def tune_score(
    clips: ClipsArgument,
    stretch: OnlyStretchOption = None,
    rule: RuleOption = None,
    sets: SetOption = None,
    profile: ProfileOption = None,
    lang: LangOption = None,
) -> None:
    """How well do warnings fit the labels? Hits, misses, false alarms, delay; raters among each other."""
    from posecheck.terminal.tuning import score_table
    from posecheck.tuning.clips import find_clips, one_stretch
    from posecheck.tuning.evaluation import judge_clips, rate
    from posecheck.tuning.score import Leeway

    found, notes = find_clips(clips)
    chosen = one_stretch(found, stretch)
    own, counting, rest = own_of(profile), *_apart(sets)

    def numbers(one: Stretch, recorded: Calibrations | None) -> Profile:
        return numbers_of(one, replace(own, calibrations=own.calibrations or recorded), rest)

    translate = translator_for(lang, chosen[0].stretch)
    judgements = judge_clips(chosen, numbers)
    rules = {one.id: one for one in chosen[0].stretch.rules}
    for rule_id in _rules(chosen, rule, []):
        show(score_table(rate(judgements, rules[rule_id], leeway=Leeway.of(counting)), translate))
    show(translate("tune.counted"))
    for note in notes:
        show(f"[yellow]◆[/] {note}")


@tune_app.command("search")
def tune_search(
    clips: ClipsArgument,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write what was found there, as a profile.")
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--keys",
            metavar="KEY[=LOW:HIGH]",
            help="Which numbers may move, e.g. spine_rounding.limit_deg=15:45. Repeatable, or with commas. "
            "Default: the limit of the first rule that is labelled.",
        ),
    ] = None,
    objective: Annotated[
        str,
        typer.Option(
            "--objective", help='What is best: f1, f2, kappa, … or "hits at false_alarms_per_min<=0.2 and delay_s<=2".'
        ),
    ] = "f1",
    stretch: OnlyStretchOption = None,
    rule: RuleOption = None,
    trials: Annotated[int, typer.Option("--trials", min=2, max=100_000, help="So many settings at most.")] = 200,
    method: Annotated[
        str, typer.Option("--method", help="auto, grid, random, or optuna (extra posecheck\\[tune]).")
    ] = "auto",
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Number of worker processes.")] = os.cpu_count() or 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything that is drawn.")] = 0,
    report: ReportOption = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="What is enough evidence, e.g. tuning.min_people=3. Repeatable."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the profile though the evidence is thin.")] = False,
    lang: LangOption = None,
) -> None:
    """Search the numbers that fit these people best, leaving one person out at a time, and write them as a profile."""
    from posecheck.tuning.clips import find_clips, one_stretch
    from posecheck.tuning.evidence import numbers_of as numbers_of_tuning
    from posecheck.tuning.evidence import weigh
    from posecheck.tuning.objective import read_objective
    from posecheck.tuning.score import Leeway
    from posecheck.tuning.search import METHODS, search
    from posecheck.tuning.space import axes

    wanted, counting = read_objective(objective), numbers_of_tuning(sets or ())
    if method not in METHODS:
        raise UsageError(f"--method {method}: must be one of {', '.join(METHODS)}.")
    if out is not None and not out.parent.is_dir():
        raise OutputError(f"Cannot write {out}: no such folder: {out.parent}")
    found_clips, notes = find_clips(clips)
    chosen = one_stretch(found_clips, stretch)
    own = chosen[0].stretch
    named = [part.strip() for text in keys or () for part in text.split(",") if part.strip()]
    rules = _rules(chosen, rule, named)
    limits = {one.id: one.limit.key for one in own.rules}
    space = axes(named or [limits[rules[0]]], own)
    if not named:
        rules = rules[:1]
    found = search(
        chosen,
        space,
        wanted,
        rules,
        trials=trials,
        method=method,
        jobs=jobs,
        seed=seed,
        leeway=Leeway.of(counting),
    )
    evidence = weigh(found, chosen, counting)
    translate = translator_for(lang, own)
    _show_found(found, evidence, notes, translate)
    if report is not None:
        from posecheck.tuning.report import write_report

        write_report(report, found, chosen, evidence, leeway=Leeway.of(counting), language=language_for(lang))
        show(f"{translate('tune.report'):8} {report}")
    if out is not None:
        _write(out, found, chosen, evidence, translate, force=force)


def _apart(sets: list[str] | None) -> tuple[Profile, list[str]]:
    """The numbers of tuning itself, and what is left for those of the stretch."""
    from posecheck.tuning.evidence import numbers_of as numbers_of_tuning

    ours = [text for text in sets or () if text.strip().startswith("tuning.")]
    return numbers_of_tuning(ours), [text for text in sets or () if text not in ours]


def _show_found(found: Found, evidence: Evidence, notes: tuple[str, ...], translate: Translate) -> None:
    from posecheck.terminal.tuning import found_table

    show(found_table(found, evidence, translate))
    show(translate("tune.counted"))
    for note in notes:
        show(f"[yellow]◆[/] {note}")


def _write(
    out: Path, found: Found, clips: tuple[Clip, ...], evidence: Evidence, translate: Translate, *, force: bool
) -> None:
    from posecheck.tuning.labels import write_whole
    from posecheck.tuning.provenance import changed, profile_text, provenance

    numbers = changed(found, clips[0].stretch)
    if not numbers:
        show(translate("tune.no_change"))
        return
    if not evidence.enough and not force:
        raise PosecheckError(
            f"Nothing was written to {out}: not enough evidence (see above). Label more people, or insist with --force."
        )
    today = datetime.now().astimezone().date().isoformat()
    write_whole(out, profile_text(numbers, provenance(found, clips, evidence, today)))
    show(f"{translate('tune.profile'):8} {out}   {translate('tune.use', file=str(out))}")


def _rules(clips: Sequence[Clip], asked: list[str] | None, keys: Sequence[str]) -> tuple[str, ...]:
    """Which rules count: those asked for, those whose numbers may move, or all that are labelled."""
    from posecheck.tunables import unknown
    from posecheck.tuning.evaluation import labelled_rules

    known = labelled_rules(clips, clips[0].stretch)
    for one in asked or ():
        if one not in known:
            raise UsageError(f"--rule: {unknown('labelled rule', one, known)}")
    moving = tuple(one for one in known if any(key.partition(".")[0] == one for key in keys))
    return tuple(asked or ()) or moving or known
