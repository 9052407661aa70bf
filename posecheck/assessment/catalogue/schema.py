"""What a stretch file may contain: the keys of every table, and what may stand under them.

Whether what is there fits together, `semantic_checks` says. A number is a table of its own, or the name of one that many
stretches share (`stretches/_common.toml`): `dwell_s = "dwell"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationInfo
from pydantic_core import PydanticCustomError

from posecheck.assessment.catalogue.stretch import CAMERA_SIDES, DEPTH, POSITIONS, VIEWS, Direction
from posecheck.assessment.catalogue.strict_toml import Identifier, Number, Strict, Text, one_of
from posecheck.records import LEADS, QUANTITIES
from posecheck.tunables import unknown

_UNITS: Final = {quantity.name: quantity.unit for quantity in QUANTITIES}
_ANGLES: Final = tuple(name for name, unit in _UNITS.items() if unit == "deg")
#: Under this name the shared numbers are handed to the layouts, as tables by name.
SHARED: Final = "shared"


class TunableLayout(Strict):
    """A number that may be adjusted."""

    default: Number
    low: Number
    high: Number
    step: Number
    unit: str
    why: Text
    source: Text


def _by_name(value: object, info: ValidationInfo) -> object:
    """The table of a shared number in place of its name."""
    if not isinstance(value, str):
        return value
    shared: Mapping[str, Any] = (info.context or {}).get(SHARED, {})
    if value not in shared:
        raise PydanticCustomError("unknown", "{message}", {"message": unknown("shared number", value, shared)})
    return shared[value]


Shareable: TypeAlias = Annotated[TunableLayout, BeforeValidator(_by_name)]


class SharedLayout(Strict):
    """The file of the shared numbers."""

    numbers: dict[Identifier, TunableLayout]


class PhaseLayout(Strict):
    """A phase: a condition on one angle."""

    what: Text
    measure: Annotated[str, one_of("measure in degrees", _ANGLES)]
    direction: Annotated[str, one_of("direction", tuple(Direction))]
    from_deg: Shareable
    leave_deg: Shareable


class _RuleLayout(Strict):
    id: Identifier
    name: Text
    measure: Annotated[str, one_of("measure", tuple(_UNITS))]
    direction: Annotated[str, one_of("direction", tuple(Direction))]
    phase: str | None = None
    reason: Text
    say: Text
    fix: Text | None = None
    good_again: Text
    dwell_s: Shareable
    leave_dwell_s: Shareable


class AngleRuleLayout(_RuleLayout):
    """A rule on an angle."""

    limit_deg: Shareable
    leave_deg: Shareable


class ShareRuleLayout(_RuleLayout):
    """A rule on a measure without a unit."""

    limit: Shareable
    leave: Shareable


class SidesLayout(Strict):
    """A stretch that is done on one side after the other."""

    lead: Annotated[str, one_of("lead", LEADS[1:])] | None = None
    camera: Annotated[str, one_of("camera", CAMERA_SIDES)] | None = None
    say: Text


class HoldLayout(Strict):
    """A stretch that is held."""

    phase: str | None = None
    target_s: Shareable
    repeat: Shareable | None = None
    rest_s: Shareable | None = None


class RepsLayout(Strict):
    """A stretch that is repeated."""

    phase: str
    count: Shareable
    depth_deg: Shareable
    slow_s: Shareable


def kind_of_rule(rule: object) -> str:
    """Which of `RULE_KINDS` a rule's table is: by its measure, or by its limits where that tells nothing."""
    if not isinstance(rule, Mapping):
        return "angle rule"
    measure = rule.get("measure")
    if isinstance(measure, str) and measure in _UNITS:
        return "angle rule" if _UNITS[measure] else "share rule"
    has_angles, has_shares = not rule.keys().isdisjoint({"limit_deg", "leave_deg"}), "limit" in rule or "leave" in rule
    return "share rule" if has_shares and not has_angles else "angle rule"


class StretchLayout(Strict):
    """A whole stretch file."""

    id: Identifier
    name: Text
    position: Annotated[str, one_of("position", POSITIONS)]
    view: Annotated[str, one_of("view", VIEWS)]
    oblique_ok: bool = False
    watch: bool = True
    setup: Text
    steps: Annotated[list[Text], Field(min_length=1)]
    breathing: list[Text] = Field(default_factory=list)
    safety: Text
    not_judged: list[Text] = Field(default_factory=list)
    sources: list[Text] = Field(default_factory=list)
    depth: Annotated[str, one_of("measure in degrees", _ANGLES)] = DEPTH
    sides: SidesLayout | None = None
    phases: dict[Identifier, PhaseLayout] = Field(default_factory=dict)
    rules: list[
        Annotated[
            Annotated[AngleRuleLayout, Tag("angle rule")] | Annotated[ShareRuleLayout, Tag("share rule")],
            Discriminator(kind_of_rule),
        ]
    ] = Field(default_factory=list)
    hold: HoldLayout | None = None
    reps: RepsLayout | None = None


#: The tables a rule may be, by the name of their kind.
RULE_KINDS: Final[Mapping[str, type[Strict]]] = {"angle rule": AngleRuleLayout, "share rule": ShareRuleLayout}
