"""Do the parts of a stretch file fit together: ranges, limits, units, names, phases, sides, and what can be seen?

This reads whatever it can of a file and is silent on what `strict_toml.shape` complains of, so that an author sees all
mistakes at once, whatever their kind, and each of them once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from posecheck.assessment.catalogue.schema import RULE_KINDS, HoldLayout, PhaseLayout, RepsLayout, kind_of_rule
from posecheck.assessment.catalogue.stretch import VIEWS, Direction
from posecheck.assessment.catalogue.strict_toml import TOP, Mistake, Strict
from posecheck.assessment.missing_reason import BACK_MEASURES
from posecheck.tunables import unknown

#: Names that events, numbers and messages of posecheck itself begin with.
_TAKEN: Final = frozenset(
    {"hold", "reps", "rules", "judge", "coach", "events", "view"}
    | {"name", "setup", "steps", "safety", "breathing", "not_judged", "sides"}
)
#: Measures that exist only once it is known which leg works.
_OF_LEGS: Final = ("lead_", "other_")

_Tables = Mapping[str, Mapping[str, Any]]


def sense(stem: str, raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake of sense in the content of the file `stem`.toml; `shared` are the shared numbers, by name."""
    if isinstance(raw.get("id"), str) and raw["id"] != stem:
        yield TOP, f'id "{raw["id"]}" must be the same as the file\'s name, "{stem}"'
    rules = raw.get("rules")
    phases = {f"phases.{name}": phase for name, phase in _table(raw, "phases").items() if isinstance(phase, Mapping)}
    rule_tables = {
        f"rules[{i}]": rule for i, rule in enumerate(rules if isinstance(rules, list) else ()) if isinstance(rule, dict)
    }
    goals = {goal: _table(raw, goal) for goal in ("hold", "reps")}
    yield from _numbers(phases, rule_tables, goals, shared)
    yield from _goals(raw)
    if raw.get("watch") is False:
        yield from _unwatched(raw)
    elif raw.get("watch", True) is True:
        yield from _phase_names(raw, rule_tables | goals)
        yield from _sight(raw, phases | rule_tables | ({"depth": {"measure": raw["depth"]}} if "depth" in raw else {}))
    yield from _names(_table(raw, "phases"), rule_tables)


def number_sense(place: str, key: str, number: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake of sense in the declaration of one number; its unit must be the one that ends `key`."""
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


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, Mapping) else {}


def _number(table: Mapping[str, Any], key: str) -> float:
    """The number under `key`; NaN if there is none, so that no comparison with it holds."""
    value = table.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


# --- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(phases: _Tables, rules: _Tables, goals: _Tables, shared: Mapping[str, Any]) -> Iterator[Mistake]:
    layouts: dict[str, type[Strict]] = {
        **dict.fromkeys(phases, PhaseLayout),
        **{place: RULE_KINDS[kind_of_rule(rule)] for place, rule in rules.items()},
        "hold": HoldLayout,
        "reps": RepsLayout,
    }
    tables = {
        place: {key: _number_table(table[key], shared) for key in table if key in layouts[place].model_fields}
        for place, table in {**phases, **rules, **goals}.items()
    }
    for place, table in tables.items():
        for key, number in table.items():
            yield from number_sense(f"{place}.{key}", key, number)
    for place, phase in phases.items():
        yield from _leave_sense(place, phase.get("direction"), tables[place], "from_deg", "leave_deg")
    for place, rule in rules.items():
        yield from _leave_sense(place, rule.get("direction"), tables[place], "limit_deg", "leave_deg")
        yield from _leave_sense(place, rule.get("direction"), tables[place], "limit", "leave")
    name = goals["reps"].get("phase")
    phase = phases.get(f"phases.{name}", {})
    begin, depth = tables.get(f"phases.{name}", {}).get("from_deg", {}), tables["reps"].get("depth_deg", {})
    direction = phase.get("direction")
    if isinstance(direction, str) and direction in tuple(Direction):
        short = Direction(direction).sign * (_number(depth, "default") - _number(begin, "default"))
        if short <= 0:
            yield (
                "reps",
                f'depth_deg must lie {direction} where the phase "{name}" begins, {_number(begin, "default"):g}',
            )


def _number_table(value: object, shared: Mapping[str, Any]) -> Mapping[str, Any]:
    table = shared.get(value) if isinstance(value, str) else value
    return table if isinstance(table, Mapping) else {}


def _leave_sense(place: str, direction: object, table: _Tables, enter: str, leave: str) -> Iterator[Mistake]:
    enter_at, leave_at = (_number(table.get(key, {}), "default") for key in (enter, leave))
    if not isinstance(direction, str) or direction not in tuple(Direction):
        return
    if Direction(direction).sign * (leave_at - enter_at) > 0:
        yield place, f"{leave} {leave_at:g} must not be {direction} {enter} {enter_at:g}"


# --- what is done, and what is watched -------------------------------------------------------------------------------


def _goals(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    if ("hold" in raw) == ("reps" in raw):
        yield TOP, "needs either [hold] or [reps], " + ("not both" if "hold" in raw else "and has neither")
    if "hold" in raw and not raw.get("breathing", []):
        yield TOP, '"breathing" is missing: a hold needs something to say of the breath'
    hold = _table(raw, "hold")
    if ("repeat" in hold) != ("rest_s" in hold):
        absent, there = ("rest_s", "repeat") if "repeat" in hold else ("repeat", "rest_s")
        yield "hold", f'"{absent}" is missing: {there} needs it'


def _unwatched(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """A stretch that posecheck only keeps the time of says so everywhere."""
    for key in ("phases", "rules", "reps", "depth", "oblique_ok"):
        if key in raw:
            yield TOP, f'"{key}" has no meaning with watch = false: posecheck only keeps the time'
    if "phase" in _table(raw, "hold"):
        yield "hold", '"phase" has no meaning with watch = false: every second counts'
    if "lead" in _table(raw, "sides"):
        yield "sides", '"lead" has no meaning with watch = false: nobody looks which leg it is'
    if raw.get("view") in VIEWS and raw["view"] != "none":
        yield TOP, f'view must be "none" with watch = false, not "{raw["view"]}"'


def _phase_names(raw: Mapping[str, Any], tables: _Tables) -> Iterator[Mistake]:
    """Every phase that a rule or goal names exists, and a hold names one."""
    if raw.get("view") == "none":
        yield TOP, '"watch = false" is missing: view "none" means that nothing is watched'
        return
    if isinstance(raw.get("hold"), Mapping) and "phase" not in raw["hold"]:
        yield "hold", '"phase" is missing: when do the seconds count? (It may be left out with watch = false only)'
    speaking = [place for place, table in tables.items() if isinstance(table.get("phase"), str)]
    phases = raw.get("phases", {})
    if not isinstance(phases, Mapping) or not speaking:
        return
    if not phases:
        yield TOP, f'"phases" is missing: {_and(speaking)} speak{"s" if len(speaking) == 1 else ""} of one'
        return
    for place in speaking:
        if tables[place]["phase"] not in phases:
            yield place, unknown("phase", tables[place]["phase"], phases)


def _sight(raw: Mapping[str, Any], tables: _Tables) -> Iterator[Mistake]:
    """Nothing is judged that the camera cannot see, and what it cannot see is said."""
    measures = {place: table["measure"] for place, table in tables.items() if isinstance(table.get("measure"), str)}
    of_back = [place for place, measure in measures.items() if measure in BACK_MEASURES]
    view, oblique_ok, lying = raw.get("view"), raw.get("oblique_ok", False), raw.get("position") == "lying"
    if lying and of_back:
        yield TOP, f"{_and(of_back)}: lying down the floor hides the back, so no measure of it can be used"
    elif view == "any" and of_back and oblique_ok is False:
        yield (
            TOP,
            (
                f'{_and(of_back)}: the back is seen from the side only. With view "any" that needs "oblique_ok = true": '
                "UNKNOWN while the camera stands obliquely"
            ),
        )
    if oblique_ok is True and view in VIEWS and view != "any":
        yield TOP, f'"oblique_ok" has a meaning with view "any" only, not with "{view}"'
    not_judged = raw.get("not_judged", [])
    if lying and isinstance(not_judged, list) and not any("back" in str(sentence).lower() for sentence in not_judged):
        yield TOP, '"not_judged" is missing or says nothing of the back: lying down the floor hides it'
    sides = raw.get("sides", {})
    if not isinstance(sides, Mapping):
        return
    of_legs = [place for place, measure in measures.items() if measure.startswith(_OF_LEGS)]
    if "lead" not in sides and of_legs:
        yield "sides", f'"lead" is missing: {_and(of_legs)} must know which leg works'
    elif "lead" not in sides and "camera" in sides:
        yield "sides", '"lead" is missing: camera must know which leg works'


def _and(places: list[str]) -> str:
    return " and ".join((", ".join(places[:-1]), places[-1])) if len(places) > 1 else places[0]


def _names(phases: Mapping[str, Any], rules: _Tables) -> Iterator[Mistake]:
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
