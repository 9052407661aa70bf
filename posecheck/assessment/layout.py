"""What a stretch file may contain: the keys of every table, and what may stand under them.

`shape` finds everything missing, unknown or of the wrong kind; whether what is there fits together is `sense`'s to say.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from posecheck.assessment.stretch import POSITIONS, VIEWS, Direction
from posecheck.records import QUANTITIES
from posecheck.tunables import unknown

#: A mistake: where in the file, and what.
Mistake: TypeAlias = tuple[str, str]

_UNITS: Final = {quantity.name: quantity.unit for quantity in QUANTITIES}
_ANGLES: Final = tuple(name for name, unit in _UNITS.items() if unit == "deg")


def _one_of(kind: str, known: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known:
            raise PydanticCustomError("unknown", "{message}", {"message": unknown(kind, value, known)})
        return value

    return AfterValidator(check)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "must not be empty")
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise PydanticCustomError("identifier", "must be small letters, digits and _, beginning with a letter")
    return value


Text: TypeAlias = Annotated[str, AfterValidator(_not_blank)]
Identifier: TypeAlias = Annotated[str, AfterValidator(_identifier)]
Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]


class Strict(BaseModel):
    """A table whose every key is known and of the right type; nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TunableLayout(Strict):
    """A number that may be adjusted."""

    default: Number
    low: Number
    high: Number
    step: Number
    unit: str
    why: Text
    source: Text


class PhaseLayout(Strict):
    """A phase: a condition on one angle."""

    what: Text
    measure: Annotated[str, _one_of("measure in degrees", _ANGLES)]
    direction: Annotated[str, _one_of("direction", tuple(Direction))]
    from_deg: TunableLayout
    leave_deg: TunableLayout


class _RuleLayout(Strict):
    id: Identifier
    name: Text
    measure: Annotated[str, _one_of("measure", tuple(_UNITS))]
    direction: Annotated[str, _one_of("direction", tuple(Direction))]
    phase: str | None = None
    reason: Text
    say: Text
    fix: Text | None = None
    good_again: Text
    dwell_s: TunableLayout
    leave_dwell_s: TunableLayout


class AngleRuleLayout(_RuleLayout):
    """A rule on an angle."""

    limit_deg: TunableLayout
    leave_deg: TunableLayout


class ShareRuleLayout(_RuleLayout):
    """A rule on a measure without a unit."""

    limit: TunableLayout
    leave: TunableLayout


class HoldLayout(Strict):
    """A stretch that is held."""

    phase: str
    target_s: TunableLayout


class RepsLayout(Strict):
    """A stretch that is repeated."""

    count: TunableLayout


def kind_of_rule(rule: object) -> str:
    """Which of `RULE_KINDS` a rule's table is, by its measure; an angle rule if that cannot be told."""
    measure = rule.get("measure") if isinstance(rule, Mapping) else None
    return "share rule" if isinstance(measure, str) and _UNITS.get(measure) == "" else "angle rule"


class StretchLayout(Strict):
    """A whole stretch file."""

    id: Identifier
    name: Text
    position: Annotated[str, _one_of("position", POSITIONS)]
    view: Annotated[str, _one_of("view", VIEWS)]
    setup: Text
    steps: Annotated[list[Text], Field(min_length=1)]
    safety: Text
    sources: list[Text] = []
    phases: dict[Identifier, PhaseLayout] = {}
    rules: list[
        Annotated[
            Annotated[AngleRuleLayout, Tag("angle rule")] | Annotated[ShareRuleLayout, Tag("share rule")],
            Discriminator(kind_of_rule),
        ]
    ] = []
    hold: HoldLayout | None = None
    reps: RepsLayout | None = None


#: The tables a rule may be, by the name of their kind.
RULE_KINDS: Final[Mapping[str, type[Strict]]] = {"angle rule": AngleRuleLayout, "share rule": ShareRuleLayout}


def shape(raw: Mapping[str, Any]) -> tuple[StretchLayout | None, list[Mistake]]:
    """The content of a file as a layout, or None and every key, text and number that is missing or not as it must be."""
    try:
        return StretchLayout.model_validate(dict(raw)), []
    except ValidationError as error:
        return None, [_in_words(details, raw) for details in error.errors(include_url=False)]


_MUST_BE: Final = {
    "string_type": "text",
    "float_type": "a number",
    "finite_number": "a finite number",
    "model_type": "a table",
    "dict_type": "a table",
    "list_type": "a list",
}


def _in_words(details: ErrorDetails, raw: Mapping[str, Any]) -> Mistake:
    """A validator's complaint as place and sentence."""
    loc, kind = details["loc"], details["type"]
    if kind == "missing":
        return _place(loc[:-1]), f'"{loc[-1]}" is missing'
    if kind == "extra_forbidden":
        return _place(loc[:-1]), _unknown_key(str(loc[-1]), _layout_at(loc[:-1]), _table_at(raw, loc[:-1]))
    if kind == "too_short":
        return _place(loc), "must not be empty"
    if kind in _MUST_BE:
        return _place(
            loc
        ), f"must be {_MUST_BE[kind]}, not {json.dumps(details['input'], default=str, ensure_ascii=False)}"
    return _place(loc), details["msg"]


def _unknown_key(name: str, layout: type[Strict], table: Mapping[str, Any]) -> str:
    """The message for an unknown key. A key that is not there yet is the likelier one to have been meant."""
    absent = [key for key in layout.model_fields if key not in table]
    is_near = bool(difflib.get_close_matches(name, absent, n=1, cutoff=0.5))
    return unknown("key", name, absent if is_near else layout.model_fields)


def _table_at(raw: Mapping[str, Any], loc: tuple[int | str, ...]) -> Mapping[str, Any]:
    """The author's table that a validator's path leads to."""
    table: Any = raw
    for part in loc:
        table = table if part in RULE_KINDS else table[part]
    found: Mapping[str, Any] = table
    return found


def _layout_at(loc: tuple[int | str, ...]) -> type[Strict]:
    """The table that a validator's path leads to."""
    layout: type[Strict] = StretchLayout
    for part in loc:
        if part in RULE_KINDS:
            layout = RULE_KINDS[str(part)]
        elif part in layout.model_fields:
            annotation = layout.model_fields[str(part)].annotation
            inner = [kind for kind in (annotation, *get_args(annotation)) if _is_layout(kind)]
            layout = inner[0] if inner else layout
    return layout


def _is_layout(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Strict)


def _place(loc: tuple[int | str, ...]) -> str:
    """A validator's path as an author writes it: `rules[0].limit_deg`."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in RULE_KINDS and part != "[key]":
            text += f".{part}" if text else part
    return text or "top level"
