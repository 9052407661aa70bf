"""What the page is told of stretches, routines, words and numbers: pure functions of what is declared elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import posecheck
from posecheck.app import parameter_texts, parameters
from posecheck.app.messages.frame_message import Message
from posecheck.assessment.catalogue.routine import EACH, Item, Routine
from posecheck.assessment.catalogue.routine_files import load_routine, routine_ids
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.messages import Messages, languages
from posecheck.assessment.routines import routine_state
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.records import SETUP_CHECKS
from posecheck.tunables import Profile, Tunable

#: The sections of the messages that the page reads: its own (`page_start` and the like, too), and what it may have to
#: say by itself.
_SECTIONS: Final = ("page", "live", "routine", "coach", "setup")
#: About how long one repetition takes, for the length of a routine.
_REP_S: Final = 4.0


def words(language: str) -> Message:
    """Every text the page shows by itself, by key, and the checks of the set-up in their order.

    Raises UsageError for a language nobody knows.
    """
    messages = Messages.load(language)
    texts = {**messages.english, **messages.texts}
    chosen = {key: text for key, text in texts.items() if key.split(".", 1)[0].split("_", 1)[0] in _SECTIONS}
    checks = [check.name for check in SETUP_CHECKS]
    return {"lang": language, "languages": list(languages()), "words": chosen, "checks": checks}


def stretches(text: Messages) -> list[Message]:
    """Every stretch, as the start screen shows it."""
    return [_stretch(load_stretch(stretch_id), text) for stretch_id in stretch_ids()]


def _stretch(stretch: Stretch, text: Messages) -> Message:
    part = RoutineItem(parameters.single(stretch).first[0], stretch, parameters.base_profile(stretch))
    return {
        "id": stretch.id,
        "name": text.text(stretch.name),
        "position": stretch.position,
        "view": stretch.view,
        "setup": text.text(stretch.setup),
        "steps": [text.text(step) for step in stretch.steps],
        "safety": text.text(stretch.safety),
        "not_judged": [text.text(line) for line in stretch.not_judged],
        "sides": stretch.sides is not None,
        "watch": stretch.watch,
        "repeats": stretch.reps is not None,
        "target": part.target,
    }


def routines(text: Messages, days: Mapping[str, int], own: Routine | None = None) -> list[Message]:
    """Every routine, as it is after so many `days` of practice by its id; `own` is one of the person's from a file."""
    known = [load_routine(routine_id) for routine_id in routine_ids()]
    if own is not None and own.id not in {routine.id for routine in known}:
        known.insert(0, own)
    return [_routine(routine, days.get(routine.id, 0), text) for routine in known]


def _routine(routine: Routine, days: int, text: Messages) -> Message:
    items = []
    seconds = 0.0
    for number, item in enumerate(routine.items):
        later = number - len(routine.first)
        wait = 0 if later < 0 else max(0, (later + 1) * routine.unlock_every_days - days)
        stretch = load_stretch(item.stretch)
        profile = parameters.base_profile(stretch).with_layer(item.numbers, routine.id)
        part = RoutineItem(item, stretch, profile)
        if wait == 0:
            seconds += _item_s(part)
        items.append(
            {
                "stretch": item.stretch,
                "name": text.text(stretch.name),
                "sides": list(part.sides),
                "target": part.target,
                "unlocked": wait == 0,
                "days_to_unlock": wait,
                "note": text.text(item.note) if item.note else "",
            }
        )
    return {
        "id": routine.id,
        "name": text.text(routine.name),
        "what": text.text(routine.when) if routine.when else "",
        "minutes": max(1, round(seconds / 60.0)),
        "warm_up": text.text(routine.warm_up) if routine.warm_up else "",
        "items": items,
    }


def _item_s(part: RoutineItem) -> float:
    """About how long a part takes, with its pauses."""
    item: Item = part.item
    hold = part.stretch.hold
    rest_s = part.profile[hold.rest.key] if hold and hold.rest and not part.stretch.reps else 0.0
    once_s = part.target * _REP_S if part.stretch.reps else part.sets * part.target + (part.sets - 1) * rest_s
    between_s = item.rest_s if item.sides == EACH else 0.0
    return len(part.sides) * once_s + (len(part.sides) - 1) * between_s + item.rest_s


def catalogue(text: Messages, days: Mapping[str, int], own: Routine | None, profiles: Sequence[str]) -> Message:
    """Everything there is to choose from."""
    return {
        "stretches": stretches(text),
        "routines": routines(text, days, own),
        "profiles": list(profiles),
        "version": posecheck.__version__,
    }


def tunables(stretch: Stretch, profile: Profile, text: Messages) -> list[Message]:
    """Every number that has a say in this stretch, its own first, as a slider needs it."""
    own = [tunable.key for tunable in stretch.tunables]
    others = [key for key in profile.tunables if key not in own]
    running_keys = {tunable.key for tunable in routine_state.TUNABLES}
    return [_number(profile, key, stretch, text, running_keys) for key in (*own, *others)]


def _number(profile: Profile, key: str, stretch: Stretch, text: Messages, running_keys: set[str]) -> Message:
    tunable: Tunable = profile.tunables[key]
    setting = profile.settings[key]
    of_stretch = any(own.key == key for own in stretch.tunables)
    return {
        "key": key,
        "label": _label(key, stretch, text),
        "unit": tunable.unit,
        "default": tunable.default,
        "low": tunable.low,
        "high": tunable.high,
        "step": tunable.step,
        "value": setting.value,
        "origin": setting.origin,
        "why": parameter_texts.text(text.language, parameter_texts.WHY, tunable.why),
        "source": parameter_texts.text(text.language, parameter_texts.SOURCE, tunable.source),
        "group": "stretch" if of_stretch else "routine" if key in running_keys else key.split(".", 1)[0],
    }


def _label(key: str, stretch: Stretch, text: Messages) -> str:
    """What a number is called: the name of its rule or of what it belongs to, and what it is of it."""
    group, _, ending = key.partition(".")
    if any(rule.id == group for rule in stretch.rules):
        name = text.text(f"stretch.{stretch.id}.{group}.name")
    else:
        phase = any(phase.name == group for phase in stretch.phases)
        known = f"live.phase.{group}" if phase else f"page_tune.group_{group}"
        name = text.text(known) if known in text.english else group.replace("_", " ").capitalize()
    called = f"live.number.{ending}"
    return f"{name}: {text.text(called) if called in text.english else ending.replace('_', ' ')}"
