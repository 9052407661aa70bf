"""Stretches and routines on cards and in lists, for the terminal. Builds pictures, prints none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from posecheck.assessment.judge import NOT_WATCHED
from posecheck.assessment.routine import EACH, Item, Routine, days_to_next, unlocked
from posecheck.assessment.stretch import CAMERA_SIDES, POSITIONS, Rule, Stretch
from posecheck.records import QUANTITIES
from posecheck.terminal import ACCURACY_NOTE
from posecheck.tunables import Profile, Tunable

_DIM: Final = "bright_black"
_POSITION: Final = dict(
    zip(POSITIONS, ("Standing", "Kneeling", "On a chair", "Sitting on the floor", "Lying down"), strict=True)
)
_VIEW: Final = {"side": "camera from the side", "any": "camera from anywhere", "none": "no camera"}
_OBLIQUE: Final = "camera from the side, a little turned is fine"
_CAMERA: Final = dict(zip(CAMERA_SIDES, ("on the camera's side", "away from the camera"), strict=True))
_LABEL: Final = {quantity.name: quantity.label for quantity in QUANTITIES}
#: How long one slow repetition takes, with the way back up: to guess how long a routine takes, no more.
_REP_S: Final = 6.0


# ------------------------------------------------------------------------------------------------ stretches
def stretches_table(stretches: Sequence[Stretch]) -> RenderableType:
    """Every stretch in one line, grouped by the position in which it is done."""
    wide = max(len(stretch.id) for stretch in stretches)
    long = max(len(_how_long(stretch)) for stretch in stretches)
    parts: list[RenderableType] = []
    for position in POSITIONS:
        here = [stretch for stretch in stretches if stretch.position == position]
        if not here:
            continue
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=wide, style="bold", no_wrap=True)
        table.add_column(width=long, no_wrap=True)
        table.add_column(ratio=1, style=_DIM, no_wrap=True, overflow="ellipsis")
        for stretch in here:
            looked = ", ".join(dict.fromkeys(rule.name.lower() for rule in stretch.rules))
            table.add_row(stretch.id, _how_long(stretch), looked or ("the hold" if stretch.watch else "not watched"))
        parts += [Text(_POSITION[position], style="underline"), Padding(table, (0, 0, 1, 2))]
    return Group(*parts, Text("More of one: posecheck stretches show ID", style=_DIM))


def stretch_card(stretch: Stretch, profile: Profile) -> RenderableType:
    """One stretch: how it is done, what is judged and what is not, and every number in force with its origin."""
    place = _OBLIQUE if stretch.oblique_ok else _VIEW[stretch.view]
    parts: list[RenderableType] = [
        Text(f"{_POSITION[stretch.position]} · {place} · {_how_long(stretch, profile)}", style="bold"),
    ]
    if not stretch.watch:
        parts.append(Text(NOT_WATCHED, style="yellow"))
    parts += [Text(f"\n{stretch.setup}\n"), _numbered(stretch.steps)]
    if stretch.sides is not None:
        camera = f" The working leg is the {stretch.lead} one" if stretch.lead else ""
        camera += f", {_CAMERA[stretch.sides.camera]}." if stretch.sides.camera else "." if camera else ""
        parts += [_heading("then the other side"), Text(f"“{stretch.sides.say}”{camera}")]
    if stretch.breathing:
        parts += [_heading("breathing"), _bulleted(stretch.breathing)]
    if stretch.rules:
        parts += [_heading("what is looked at"), _rules(stretch, profile)]
    if stretch.not_judged:
        parts += [_heading("what is not judged"), _bulleted(stretch.not_judged)]
    parts += [_heading("mind"), Text(stretch.safety, style="yellow")]
    if stretch.sources:
        parts += [_heading("where it comes from"), _bulleted(stretch.sources)]
    parts += [_heading("numbers in force"), *_numbers(stretch.tunables, profile)]
    if stretch.watch:
        parts += [Line(style=_DIM), Text(ACCURACY_NOTE, style=_DIM)]
    return _card(f"{escape(stretch.name)} · {escape(stretch.id)}", parts)


def _how_long(stretch: Stretch, numbers: Mapping[str, float] | None = None) -> str:
    """As in "30 s a side" or "8 times": by the numbers in force, else by the defaults."""

    def value(tunable: Tunable) -> float:
        return tunable.default if numbers is None else numbers.get(tunable.key, tunable.default)

    text = ""
    if stretch.hold is not None:
        repeat = value(stretch.hold.repeat) if stretch.hold.repeat else 1.0
        text = f"{value(stretch.hold.target):g} s" + (f" × {repeat:g}" if repeat > 1 else "")
    if stretch.reps is not None:
        text = f"{value(stretch.reps.count):g} times"
    return f"{text} a side" if stretch.sides else text


def _rules(stretch: Stretch, profile: Profile) -> RenderableType:
    phases = {phase.name: phase.what for phase in stretch.phases}
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for rule in stretch.rules:
        text = Text(_warns(rule, profile))
        text.append(f", while {phases[rule.phase]}" if rule.phase else "", style=_DIM)
        text.append(f"\n“{rule.say}”")
        text.append(f"\n“{rule.fix}”" if rule.fix else "", style=_DIM)
        table.add_row(rule.name, text)
    return table


def _warns(rule: Rule, profile: Profile) -> str:
    unit = "°" if rule.limit.unit == "deg" else ""
    label = _LABEL[rule.measure].lower()
    return f"{label} {rule.direction} {profile[rule.limit.key]:g}{unit} for {profile[rule.dwell.key]:g} s"


def _numbers(tunables: Iterable[Tunable], profile: Profile) -> list[RenderableType]:
    """Every number in force: value, where it came from, its range, and why and whence."""
    parts: list[RenderableType] = []
    for tunable in tunables:
        setting = profile.settings[tunable.key]
        unit = "°" if tunable.unit == "deg" else f" {tunable.unit}" if tunable.unit else ""
        line = Text(f"{tunable.key} = {setting.value:g}{unit}", style="bold")
        line.append(f"   {setting.origin}", style="bold cyan" if setting.origin != "default" else f"not bold {_DIM}")
        line.append(f", {tunable.low:g} to {tunable.high:g}", style=f"not bold {_DIM}")
        about = Text(f"{tunable.why}\n")
        about.append(f"Source: {tunable.source}", style=_DIM)
        parts += [line, Padding(about, (0, 0, 1, 2))]
    return parts


# ------------------------------------------------------------------------------------------------ routines
def routines_table(routines: Sequence[Routine]) -> RenderableType:
    """Every routine: its name, how many stretches, and when."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for routine in routines:
        count = f"{len(routine.first)} to {len(routine.items)}" if routine.then else f"{len(routine.items)}"
        table.add_row(routine.id, f"{count} stretches", routine.when)
    return Group(table, Text("\nMore of one: posecheck routines show ID", style=_DIM))


def routine_card(routine: Routine, stretches: Mapping[str, Stretch], days_practised: int) -> RenderableType:
    """One routine as it is after so many days of practice. `stretches` has those of its items, by id."""
    open_now = unlocked(routine, days_practised)
    minutes = sum(_item_s(item, stretches[item.stretch]) for item in open_now) / 60.0
    parts: list[RenderableType] = [
        Text(f"{len(open_now)} stretches, about {max(1, round(minutes))} min", style="bold"),
        Text(f"\n{routine.when}\n{routine.warm_up}\n"),
        _items(open_now, stretches, 1),
    ]
    locked = routine.items[len(open_now) :]
    if locked:
        days = days_to_next(routine, days_practised)
        when = f"after {days} more day{'s' if days > 1 else ''} of practice"
        if len(locked) > 1:
            when += f", then one every {routine.unlock_every_days}"
        parts += [_heading("later"), Text(f"Unlocked {when}.\n"), _items(locked, stretches, len(open_now) + 1)]
    return _card(f"{escape(routine.name)} · {escape(routine.id)}", parts)


def _items(items: Sequence[Item], stretches: Mapping[str, Stretch], first: int) -> RenderableType:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(style=_DIM, no_wrap=True, justify="right")
    for number, item in enumerate(items, first):
        stretch = stretches[item.stretch]
        text = Text(stretch.name, style="bold")
        text.append(f"  {stretch.id}", style=f"not bold {_DIM}")
        text.append(f"\n{item.note}" if item.note else "", style="not bold")
        table.add_row(f"{number}.", text, _item_how_long(item, stretch))
    return table


def _item_how_long(item: Item, stretch: Stretch) -> str:
    text = _how_long(stretch, item.numbers)
    if item.sides in ("", "both"):
        return text
    turn = "changing sides each time" if item.sides == EACH else f"{item.sides} side only"
    return f"{text.removesuffix(' a side')}, {turn}"


def _item_s(item: Item, stretch: Stretch) -> float:
    """About how long an item takes, with its pauses."""

    def value(tunable: Tunable | None, otherwise: float) -> float:
        return otherwise if tunable is None else item.numbers.get(tunable.key, tunable.default)

    hold, reps = stretch.hold, stretch.reps
    once_s = value(reps.count, 0.0) * _REP_S if reps else 0.0
    if hold is not None:
        repeat = value(hold.repeat, 1.0)
        once_s = repeat * value(hold.target, 0.0) + (repeat - 1.0) * value(hold.rest, 0.0)
    sides = 2 if item.sides in ("both", EACH) else 1
    return sides * once_s + (sides - 1) * item.rest_s + item.rest_s


# ------------------------------------------------------------------------------------------------ parts
def _card(title: str, parts: Sequence[RenderableType]) -> RenderableType:
    return Panel(Group(*parts), title=title, border_style=_DIM, box=box.ROUNDED, padding=(1, 2))


def _heading(text: str) -> RenderableType:
    return Padding(Line(text, style=_DIM, align="left"), (1, 0, 0, 0))


def _numbered(texts: Sequence[str]) -> RenderableType:
    return _listed((f"{number}." for number in range(1, len(texts) + 1)), texts)


def _bulleted(texts: Sequence[str]) -> RenderableType:
    return _listed(("·" for _ in texts), texts)


def _listed(marks: Iterable[str], texts: Sequence[str]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for mark, text in zip(marks, texts, strict=True):
        table.add_row(Text(mark), Text(text))
    return table
