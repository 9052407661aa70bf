"""Stretches and routines on cards and in lists, for the terminal. Builds pictures, prints none.

`text` is `Messages.text` in the language of the person; without one they are English. What is said of a number (why it
is there, where it comes from) is English in every language.
"""

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

from posecheck.assessment.catalogue.routine import BOTH, EACH, Item, Routine, days_to_next, unlocked
from posecheck.assessment.catalogue.stretch import POSITIONS, Rule, Stretch
from posecheck.assessment.messages import ENGLISH, Messages
from posecheck.reasons import Reason, ReasonCode, Translate
from posecheck.terminal.style import ACCURACY_NOTE
from posecheck.tunables import Profile, Tunable

_DIM: Final = "bright_black"
#: How long one slow repetition takes, with the way back up: to guess how long a routine takes, no more.
_REP_S: Final = 6.0


# ------------------------------------------------------------------------------------------------ stretches
def stretches_table(stretches: Sequence[Stretch], text: Translate | None = None) -> RenderableType:
    """Every stretch in one line, grouped by the position in which it is done."""
    text = text or _english()
    wide = max(len(stretch.id) for stretch in stretches)
    long = max(len(_how_long(stretch, text)) for stretch in stretches)
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
            looked = ", ".join(dict.fromkeys(_small(rule.name, text) for rule in stretch.rules))
            otherwise = text("card.the_hold" if stretch.watch else "card.not_watched")
            table.add_row(stretch.id, _how_long(stretch, text), looked or otherwise)
        parts += [Text(text(f"card.position.{position}"), style="underline"), Padding(table, (0, 0, 1, 2))]
    return Group(*parts, Text(text("card.more_stretch"), style=_DIM))


def stretch_card(stretch: Stretch, profile: Profile, text: Translate | None = None) -> RenderableType:
    """One stretch: how it is done, what is judged and what is not, and every number in force with its origin."""
    text = text or Messages.load(ENGLISH).knowing(stretch).text
    place = text("card.view.oblique" if stretch.oblique_ok else f"card.view.{stretch.view}")
    position = text(f"card.position.{stretch.position}")
    parts: list[RenderableType] = [
        Text(f"{position} · {place} · {_how_long(stretch, text, profile)}", style="bold"),
    ]
    if not stretch.watch:
        parts.append(Text(text(Reason(ReasonCode.NOT_WATCHED)), style="yellow"))
    parts += [Text(f"\n{text(stretch.setup)}\n"), _numbered(list(map(text, stretch.steps)))]
    if stretch.sides is not None:
        camera = f" {text(f'card.lead.{stretch.lead}')}" if stretch.lead else ""
        camera += f", {text(f'card.camera.{stretch.sides.camera}')}" if stretch.sides.camera else ""
        said = f"{text('card.quote', said=stretch.sides.say)}{camera}{'.' if camera else ''}"
        parts += [_heading(text("card.heading.other_side")), Text(said)]
    if stretch.breathing:
        parts += [_heading(text("card.heading.breathing")), _bulleted(list(map(text, stretch.breathing)))]
    if stretch.rules:
        parts += [_heading(text("card.heading.looked_at")), _rules(stretch, profile, text)]
    unseen = [text("card.far_knee")] if stretch.wants_near_lead and stretch.lead else []
    unseen += map(text, stretch.not_judged)
    if unseen:
        parts += [_heading(text("card.heading.not_judged")), _bulleted(unseen)]
    parts += [_heading(text("card.heading.mind")), Text(text(stretch.safety), style="yellow")]
    if stretch.sources:
        parts += [_heading(text("card.heading.rests_on")), _bulleted(stretch.sources)]
    parts += [_heading(text("card.heading.numbers")), *_numbers(stretch.tunables, profile)]
    if stretch.watch:
        parts += [Line(style=_DIM), Text(text(ACCURACY_NOTE), style=_DIM)]
    return _card(f"{escape(text(stretch.name))} · {escape(stretch.id)}", parts)


def _english() -> Translate:
    return Messages.load(ENGLISH).text


def _small(name: str, text: Translate) -> str:
    """A name within a line: small in English; in another language as it is written there."""
    shown = text(name)
    return shown.lower() if shown == name else shown


def _how_long(stretch: Stretch, text: Translate, numbers: Mapping[str, float] | None = None) -> str:
    """As in "30 s a side" or "8 times": by the numbers in force, else by the defaults."""
    amount = _amount(stretch, text, numbers)
    return text("card.a_side", amount=amount) if stretch.sides else amount


def _amount(stretch: Stretch, text: Translate, numbers: Mapping[str, float] | None = None) -> str:
    """How long or how often, without the sides."""

    def value(tunable: Tunable) -> float:
        return tunable.default if numbers is None else numbers.get(tunable.key, tunable.default)

    if stretch.reps is not None:
        return text("card.times", number=value(stretch.reps.count))
    if stretch.hold is None:
        return ""
    repeat = value(stretch.hold.repeat) if stretch.hold.repeat else 1.0
    return f"{value(stretch.hold.target):g} s" + (f" × {repeat:g}" if repeat > 1 else "")


def _rules(stretch: Stretch, profile: Profile, text: Translate) -> RenderableType:
    phases = {phase.name: phase.what for phase in stretch.phases}
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for rule in stretch.rules:
        line = Text(_warns(rule, profile, text))
        line.append(text("card.during", phase=phases[rule.phase]) if rule.phase else "", style=_DIM)
        line.append(f"\n{text('card.quote', said=rule.say)}")
        line.append(f"\n{text('card.quote', said=rule.fix)}" if rule.fix else "", style=_DIM)
        table.add_row(text(rule.name), line)
    return table


def _warns(rule: Rule, profile: Profile, text: Translate) -> str:
    limit = f"{profile[rule.limit.key]:g}{'°' if rule.limit.unit == 'deg' else ''}"
    measure = text(f"card.measure.{rule.measure}")
    return text(f"card.{rule.direction}", measure=measure, limit=limit, seconds=profile[rule.dwell.key])


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
def routines_table(routines: Sequence[Routine], text: Translate | None = None) -> RenderableType:
    """Every routine: its name, how many stretches, and when."""
    text = text or _english()
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for routine in routines:
        number = len(routine.items)
        count = text("card.stretches", number=number)
        if routine.then:
            count = text("card.stretches_range", first=len(routine.first), number=number)
        table.add_row(routine.id, count, text(routine.when))
    return Group(table, Text(f"\n{text('card.more_routine')}", style=_DIM))


def routine_card(
    routine: Routine, stretches: Mapping[str, Stretch], days_practised: int, text: Translate | None = None
) -> RenderableType:
    """One routine as it is after so many days of practice. `stretches` has those of its items, by `Item.stretch`."""
    text = text or _english()
    open_now = unlocked(routine, days_practised)
    minutes = sum(_item_s(item, stretches[item.stretch]) for item in open_now) / 60.0
    head = text("card.stretches_minutes", number=len(open_now), minutes=max(1, round(minutes)))
    parts: list[RenderableType] = [
        Text(head, style="bold"),
        Text(f"\n{text(routine.when)}\n{text(routine.warm_up)}\n"),
        _items(open_now, stretches, 1, text),
    ]
    locked = routine.items[len(open_now) :]
    if locked:
        days = days_to_next(routine, days_practised)
        when = text("card.unlocked_day" if days == 1 else "card.unlocked_days", days=days)
        if len(locked) > 1:
            when += f" {text('card.then_every', number=routine.unlock_every_days)}"
        later = [Text(f"{when}\n"), _items(locked, stretches, len(open_now) + 1, text)]
        parts += [_heading(text("card.heading.later")), *later]
    return _card(f"{escape(text(routine.name))} · {escape(routine.id)}", parts)


def _items(items: Sequence[Item], stretches: Mapping[str, Stretch], first: int, text: Translate) -> RenderableType:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(style=_DIM, no_wrap=True, justify="right")
    for number, item in enumerate(items, first):
        stretch = stretches[item.stretch]
        line = Text(text(stretch.name), style="bold")
        line.append(f"  {stretch.id}", style=f"not bold {_DIM}")
        line.append(f"\n{text(item.note)}" if item.note else "", style="not bold")
        table.add_row(f"{number}.", line, _item_how_long(item, stretch, text))
    return table


def _item_how_long(item: Item, stretch: Stretch, text: Translate) -> str:
    if item.sides in ("", BOTH):
        return _how_long(stretch, text, item.numbers)
    key = "card.each_time" if item.sides == EACH else f"card.{item.sides}_only"
    return text(key, amount=_amount(stretch, text, item.numbers))


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
