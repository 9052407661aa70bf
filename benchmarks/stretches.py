"""Does every stretch get the verdict it deserves? Good and wrong executions, both facings, both sides, real pixels.

    python -m benchmarks.stretches [--jobs 2] [--only ID ...] [--people 1] [--quick] [--save DIR] [--resume FILE]
                                   [--takes DIR]

Draws each stretch that posecheck watches done well and done wrong, lets the real pipeline look at the pixels, and
compares what it says with what it should. Synthetic people show that the code sees the geometry, not that a limit is
right for anybody. With `--resume` every finished clip is a line of FILE, and a run that was broken off goes on there.
With `--takes` what the pose model saw of every clip is kept in DIR, a recording each: judged again it takes a second
instead of half a minute. Throw DIR away when the drawing or the pose model changes; rules, limits and the network that
reads the back may change as they like.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.people import ClipSpec, Side, Studio
from benchmarks.people.camera import Facing
from benchmarks.stretch_clips import (
    DOWN_S,
    FACINGS,
    FPS,
    HOLD_S,
    PEOPLE,
    PLANS,
    READY_S,
    SIDES,
    Case,
    Execution,
    spec_of,
)
from posecheck import recording_format
from posecheck.assessment import load_stretch, stretch_ids
from posecheck.assessment.catalogue.stretch import LEAD_KNEE, Stretch
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.analysis import origin_of
from posecheck.pipeline.session import Outcome, SightingBuilder, default_profile, run
from posecheck.reasons import code_of
from posecheck.records import Assessment, Frame, Sighting, Verdict, frozen

#: What is said of so much at the beginning of the deepest part is owed to the movement before it.
STARTING_S: Final = 0.7
RESULTS: Final = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Row:
    """What came of one clip."""

    stretch: str
    execution: str
    facing: str
    lead: str
    expected: tuple[str, ...]
    allowed: tuple[str, ...]
    warned: tuple[str, ...]
    good_s: float
    """Seconds of the deepest part with that verdict."""
    warn_s: float
    unknown_s: float
    reason: str
    """The most frequent reason of UNKNOWN in the deepest part."""
    hold_error_s: float
    """Good seconds counted minus seconds in which the good position was held; NaN unless a good hold was drawn."""
    side_frac: float
    """Share of the deepest part in which the working leg was recognised; NaN without sides."""

    @property
    def leg(self) -> str:
        """Which leg works, as the camera sees it; empty without sides."""
        if math.isnan(self.side_frac):
            return ""
        return "near" if self.lead == self.facing else "far"

    @property
    def withheld(self) -> tuple[str, ...]:
        """Rules that should have warned and did not, where no second of the deepest part was called good either."""
        quiet = set(self.expected) - set(self.warned)
        return tuple(sorted(quiet)) if self.unknown_s > 0.0 and self.good_s <= STARTING_S else ()

    @property
    def missed(self) -> tuple[str, ...]:
        """Rules that should have warned and did not, though something was called good."""
        return tuple(sorted(set(self.expected) - set(self.warned) - set(self.withheld)))

    @property
    def false(self) -> tuple[str, ...]:
        """Rules that warned and should not have."""
        return tuple(sorted(set(self.warned) - set(self.expected) - set(self.allowed)))


def take_of(case: Case, studio: Studio, spec: ClipSpec, takes: Path | None = None) -> list[Sighting]:
    """What the pose model sees of one clip; from the recording in the folder `takes` if there is one, else kept there."""
    kept = None if takes is None else takes / f"{case.name}.jsonl"
    if kept is not None and kept.exists():
        lines = kept.read_text(encoding="utf-8").splitlines()[1:]
        found = (recording_format.read_line(line, f"{kept} line {number}") for number, line in enumerate(lines, 2))
        return [one for one in found if isinstance(one, Sighting)]
    seen: list[Sighting] = []
    with MediaPipeBackend() as backend:
        builder = SightingBuilder()
        for index, t_s in enumerate(spec.times_s):
            frame = Frame(frozen(studio.frame(t_s).image_rgb, np.uint8), t_s, index)
            seen.append(builder.build(frame, backend.detect(frame)))
        stretch = load_stretch(case.stretch)
        header = origin_of(f"{case.name}, drawn", stretch, backend.model_sha256, default_profile(stretch))
    if kept is not None:
        text = "\n".join([recording_format.header_line(header), *map(recording_format.sighting_line, seen)])
        half = kept.with_suffix(".part")
        half.write_text(f"{text}\n", encoding="utf-8")
        half.replace(kept)
    return seen


def measure(case: Case, takes: Path | None = None) -> Row:
    """Draw one clip, let the whole pipeline look at it, and say what came of it."""
    stretch, spec, way = load_stretch(case.stretch), spec_of(case), PLANS[case.stretch].executions[case.execution]
    profile = default_profile(stretch)
    judged: list[Assessment] = []
    studio = Studio(spec)
    pairs = ((None, sighting) for sighting in take_of(case, studio, spec, takes))
    outcome = run(pairs, stretch, profile, on_frame=lambda _, one: judged.append(one))
    deep = [one for one in judged if READY_S + DOWN_S <= one.t_s < READY_S + DOWN_S + HOLD_S]
    seconds = {verdict: sum(one.verdict is verdict for one in deep) / FPS for verdict in Verdict}
    reasons = [code_of(one.reason) for one in deep if one.verdict is Verdict.UNKNOWN]
    return Row(
        stretch=case.stretch,
        execution=way.name,
        facing=case.facing,
        lead=case.lead,
        expected=tuple(sorted(way.warns)),
        allowed=tuple(sorted(way.may)),
        warned=tuple(sorted({event.rule for event in outcome.events if event.verdict is Verdict.WARN})),
        good_s=seconds[Verdict.GOOD],
        warn_s=seconds[Verdict.WARN],
        unknown_s=seconds[Verdict.UNKNOWN],
        reason=max(set(reasons), key=reasons.count) if reasons else "",
        hold_error_s=_hold_error_s(outcome, studio, spec, stretch, way),
        side_frac=_side_frac(deep, stretch, case.lead),
    )


def _hold_error_s(outcome: Outcome, studio: Studio, spec: ClipSpec, stretch: Stretch, way: Execution) -> float:
    """Against the seconds in which the truth lies beyond the bounds of the hold's phase."""
    if stretch.hold is None or way.warns:
        return math.nan
    phase = next((phase for phase in stretch.phases if phase.name == stretch.hold.phase), None)
    if phase is None or phase.measure != "trunk_inclination_deg":
        return math.nan
    inside, held_s = False, 0.0
    for t_s in spec.times_s:
        value = studio.truth(t_s).trunk_inclination_deg
        bound = (phase.leave if inside else phase.begin).default
        inside = phase.direction.sign * (value - bound) >= 0.0
        held_s += inside / FPS
    return outcome.statistics.best_hold_s - held_s


def _side_frac(deep: Sequence[Assessment], stretch: Stretch, lead: Side) -> float:
    if not stretch.lead or not deep:
        return math.nan
    return float(np.mean([one.measures.view.lead_side == lead for one in deep]))


def cases(ids: Sequence[str], people: int, *, quick: bool) -> list[Case]:
    """Every clip: stretch × execution × facing × side × person; with `quick` one facing and the nearer side."""
    return [
        Case(name, execution, facing, lead, person)
        for name in ids
        for execution in range(len(PLANS[name].executions))
        for facing in FACINGS[: 1 if quick else 2]
        for lead in (_leads(name, facing) if not quick else (facing,))
        for person in PEOPLE[:people]
    ]


def _leads(name: str, facing: Facing) -> tuple[Side, ...]:
    """Both sides where the stretch has sides, else the one nearer the camera."""
    return SIDES if load_stretch(name).lead else (facing,)


def page(rows: Sequence[Row]) -> str:
    """The table as Markdown: a line for each stretch, execution and, where one leg works, how that leg is seen."""
    lines = [
        (
            "| stretch | execution | working leg | clips | expected | GOOD / WARN / UNKNOWN while deep, s | missed "
            "| not judged | false | hold error, s | side recognised | reason of UNKNOWN |"
        ),
        "|---|---|---|---:|---|---:|---|---|---|---:|---:|---|",
    ]
    for name, way, leg in dict.fromkeys((row.stretch, row.execution, row.leg) for row in rows):
        mine = [row for row in rows if (row.stretch, row.execution, row.leg) == (name, way, leg)]
        reasons = [row.reason for row in mine if row.reason]
        lines.append(
            f"| {name} | {way} | {leg} | {len(mine)} | {_expected(mine[0])} "
            f"| {_mean(row.good_s for row in mine):.1f} / {_mean(row.warn_s for row in mine):.1f} "
            f"/ {_mean(row.unknown_s for row in mine):.1f} | {_counted(row.missed for row in mine)} "
            f"| {_counted(row.withheld for row in mine)} | {_counted(row.false for row in mine)} "
            f"| {_holds(mine)} | {_share([row.side_frac for row in mine])} "
            f"| {max(set(reasons), key=reasons.count) if reasons else ''} |"
        )
    return "\n".join(lines)


def summary(rows: Sequence[Row]) -> str:
    """The whole table in four sentences."""
    wrong = [row for row in rows if row.expected]
    well = [row for row in rows if not row.expected]
    told = [row for row in rows if not math.isnan(row.hold_error_s) and not _turned_away(row)]
    near_s = sorted(abs(row.hold_error_s) for row in told)
    return (
        f"{len(rows)} synthetic clips, {FPS:g} frames a second. "
        f"{sum(bool(row.missed) for row in wrong)} of {len(wrong)} wrong executions got no cue though seconds of them were called good, "
        f"{sum(bool(row.withheld) for row in wrong)} were told to be unknown, with what to do about it (most of them because the working leg is the far one). "
        f"{sum(bool(row.false) for row in rows)} of {len(rows)} clips brought a cue that was not due. "
        f"Of {len(well)} good executions {sum(row.good_s >= 4.0 for row in well)} were called good for 4 of the 5 s and more. "
        f"The hold timer was within 1 s in {sum(error <= 1.0 for error in near_s)} of {len(near_s)} clips whose leg can be "
        "judged."
    )


def _turned_away(row: Row) -> bool:
    """Whether the clip shows the working leg on the far side, in a stretch that asks to turn round for its knee."""
    stretch = load_stretch(row.stretch)
    knee = any(rule.measure == LEAD_KNEE for rule in stretch.rules)
    return row.leg == "far" and knee and stretch.position != "lying"


def _expected(row: Row) -> str:
    rules = ", ".join(row.expected)
    if not _turned_away(row):
        return rules or "GOOD"
    return rules if rules == "spine_rounding" else "UNKNOWN: turn round"


def _holds(rows: Sequence[Row]) -> str:
    if any(_turned_away(row) and not math.isnan(row.hold_error_s) for row in rows):
        return "not counted"
    return _worst([row.hold_error_s for row in rows])


def _mean(values: Iterator[float]) -> float:
    return float(np.mean(list(values)))


def _counted(rules: Iterator[tuple[str, ...]]) -> str:
    found = [rule for row in rules for rule in row]
    return ", ".join(f"{found.count(rule)}× {rule}" for rule in dict.fromkeys(found)) or "–"


def _worst(values: Sequence[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    return f"{max(known, key=abs):+.1f}" if known else ""


def _share(values: Sequence[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    return f"{np.mean(known):.0%}" if known else ""


def _kept(file: Path | None) -> dict[Case, Row]:
    """The clips that an earlier run has finished, by what they show."""
    if file is None or not file.exists():
        return {}
    kept = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        case, row = json.loads(line)
        lists = {name: tuple(row[name]) for name in ("expected", "allowed", "warned")}
        kept[Case(**case)] = Row(**{**row, **lists})
    return kept


def main() -> int:
    """Draw, judge, print and save."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.stretches", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--people", type=int, default=1, help="how many people do each (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one facing, the nearer side")
    parser.add_argument("--only", nargs="*", default=[], metavar="ID")
    parser.add_argument("--save", type=Path, default=RESULTS)
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep finished clips here (JSON lines), and go on")
    parser.add_argument("--takes", type=Path, metavar="DIR", help="keep what was seen of each clip here, and use it")
    options = parser.parse_args()
    watched = [name for name in stretch_ids() if load_stretch(name).watch]
    missing = sorted(set(watched) - set(PLANS))
    if missing:
        parser.error(f"no way to draw {', '.join(missing)}")
    jobs = cases(options.only or watched, options.people, quick=options.quick)
    if options.takes is not None:
        options.takes.mkdir(parents=True, exist_ok=True)
    done = _kept(options.resume)
    due = [case for case in jobs if case not in done]
    with ProcessPoolExecutor(options.jobs) as pool:
        for case, row in zip(due, pool.map(partial(measure, takes=options.takes), due), strict=True):
            done[case] = row
            if options.resume is not None:
                with options.resume.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([asdict(case), asdict(row)]) + "\n")
            print(f"\r{len(done)} of {len(jobs)} clips", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows = [done[case] for case in jobs]
    text = f"{summary(rows)}\n\n{page(rows)}"
    print(text)
    if not options.only:
        options.save.mkdir(parents=True, exist_ok=True)
        (options.save / "stretches.md").write_text(text + "\n", encoding="utf-8")
        told = json.dumps([asdict(row) for row in rows], indent=1)
        (options.save / "stretches.json").write_text(told + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
