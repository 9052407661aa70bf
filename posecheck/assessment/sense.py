"""Do the parts of a stretch file fit together: ranges, limits, units, names, and the phases they speak of?

This reads whatever it can of a file and is silent on what `layout.shape` complains of, so that an author sees all
mistakes at once, whatever their kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from posecheck.assessment.layout import RULE_KINDS, HoldLayout, Mistake, PhaseLayout, RepsLayout, Strict, kind_of_rule
from posecheck.assessment.stretch import Direction
from posecheck.tunables import unknown

#: Names that events, numbers and messages of posecheck itself begin with.
_TAKEN: Final = frozenset(
    {"hold", "reps", "rules", "judge", "coach", "events", "view", "name", "setup", "steps", "safety"}
)


def sense(stem: str, raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake of sense in the content of the file `stem`.toml."""
    phases, rules = _table(raw, "phases"), raw.get("rules")
    tables = {f"phases.{name}": phase for name, phase in phases.items() if isinstance(phase, Mapping)}
    rule_tables = {
        f"rules[{i}]": rule for i, rule in enumerate(rules if isinstance(rules, list) else ()) if isinstance(rule, dict)
    }
    goals = {goal: _table(raw, goal) for goal in ("hold", "reps")}
    if isinstance(raw.get("id"), str) and raw["id"] != stem:
        yield "top level", f'id "{raw["id"]}" must be the same as the file\'s name, "{stem}"'
    if ("hold" in raw) == ("reps" in raw):
        yield "top level", "needs either [hold] or [reps], " + ("not both" if "hold" in raw else "and has neither")
    layouts: dict[str, type[Strict]] = {
        **dict.fromkeys(tables, PhaseLayout),
        **{place: RULE_KINDS[kind_of_rule(rule)] for place, rule in rule_tables.items()},
        "hold": HoldLayout,
        "reps": RepsLayout,
    }
    for place, table in (tables | rule_tables | goals).items():
        for key, number in table.items():
            if key in layouts[place].model_fields and isinstance(number, Mapping):
                yield from _number_sense(f"{place}.{key}", key, number)
    for place, table in tables.items():
        yield from _leave_sense(place, table, "from_deg", "leave_deg")
    for place, table in rule_tables.items():
        yield from _leave_sense(place, table, "limit_deg", "leave_deg")
        yield from _leave_sense(place, table, "limit", "leave")
    for place, table in (rule_tables | {"hold": goals["hold"]}).items():
        if isinstance(table.get("phase"), str) and table["phase"] not in phases:
            yield place, unknown("phase", table["phase"], phases) if phases else f'no phase "{table["phase"]}" here'
    yield from _name_sense(phases, rule_tables)


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, Mapping) else {}


def _number(table: Mapping[str, Any], key: str) -> float:
    """The number under `key`; NaN if there is none, so that no comparison with it holds."""
    value = table.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _number_sense(place: str, key: str, number: Mapping[str, Any]) -> Iterator[Mistake]:
    default, low, high = (_number(number, name) for name in ("default", "low", "high"))
    if low > high:
        yield place, f"low {low:g} is above high {high:g}"
    elif default < low or default > high:
        yield place, f"default {default:g} is outside {low:g}..{high:g}"
    if _number(number, "step") <= 0:
        yield place, "step must be above 0"
    unit = next((unit for suffix, unit in (("_deg", "deg"), ("_s", "s")) if key.endswith(suffix)), "")
    if isinstance(number.get("unit"), str) and number["unit"] != unit:
        yield place, f'unit must be "{unit}", as the key says, not "{number["unit"]}"'
    source = number.get("source")
    if isinstance(source, str) and re.fullmatch(r"\s*(judgement|guess)\W*", source, re.IGNORECASE):
        yield place, 'source must go on after "judgement:": what was it judged by?'


def _leave_sense(place: str, table: Mapping[str, Any], enter: str, leave: str) -> Iterator[Mistake]:
    enter_at, leave_at = (_number(_table(table, key), "default") for key in (enter, leave))
    direction = table.get("direction")
    if direction not in tuple(Direction):
        return
    if Direction(direction).sign * (leave_at - enter_at) > 0:
        yield place, f"{leave} {leave_at:g} must not be {direction} {enter} {enter_at:g}"


def _name_sense(phases: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]]) -> Iterator[Mistake]:
    """Names of phases and rules begin the keys of their numbers, so they must differ."""
    seen = {name: f"phases.{name}" for name in phases}
    for place in (f"phases.{name}" for name in phases if name in _TAKEN):
        yield place, f"this name is posecheck's own, as are {', '.join(sorted(_TAKEN))}. Choose another"
    for place, rule in rules.items():
        name = rule.get("id")
        if not isinstance(name, str):
            continue
        if name in _TAKEN:
            yield place, f'id "{name}" is posecheck\'s own, as are {", ".join(sorted(_TAKEN))}. Choose another'
        elif name in seen:
            yield place, f'id "{name}" is already taken by {seen[name]}'
        seen.setdefault(name, place)
