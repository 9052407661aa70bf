"""Why something cannot be judged, warns, or is to be changed: a code and its values. The words stand in message files.

    Reason(ReasonCode.VIEW_CUT_OFF, parts=("hips",))      "Step back: your hips are cut off."

A code is also the key of its message in `assessment/messages/LANGUAGE.toml`. Programs compare codes; `Messages.text` turns
a reason into a sentence. The reason of a rule that warns is worded by the stretch file: see `Reason.of_rule`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final, Protocol, TypeAlias

#: What fills a blank: a number, a name, or parts of the body by the end of their message key ("hips" of `part.hips`).
Value: TypeAlias = str | float | tuple[str, ...]
#: What the codes of rules begin with: `rule.spine_rounding`.
RULE: Final = "rule."


class ReasonCode(StrEnum):
    """Every reason but those of the rules of stretches (`rule.ID`, see `Reason.of_rule`)."""

    # The view: nobody or nothing can be judged.
    VIEW_NOBODY = "view.nobody"
    VIEW_NO_PICTURE = "view.no_picture"
    VIEW_TOO_DARK = "view.too_dark"
    VIEW_CUT_OFF = "view.cut_off"
    VIEW_TRUNK_HIDDEN = "view.trunk_hidden"
    VIEW_TOO_FAR = "view.too_far"
    VIEW_NOT_SIDE_ON = "view.not_side_on"
    VIEW_JOINTS_HIDDEN = "view.joints_hidden"
    VIEW_NOT_REPORTED = "view.not_reported"
    VIEW_YAW_UNKNOWN = "view.yaw_unknown"
    VIEW_ROLL_UNKNOWN = "view.roll_unknown"
    # The position asked for by the stretch.
    POSITION_STAND = "position.stand"
    POSITION_KNEEL = "position.kneel"
    POSITION_SIT_ON_CHAIR = "position.sit_on_chair"
    POSITION_SIT_ON_FLOOR = "position.sit_on_floor"
    POSITION_LIE = "position.lie"
    # The back.
    SPINE_HEELS_AT_SEAT = "spine.heels_at_seat"
    SPINE_LYING = "spine.lying"
    SPINE_TOO_DEEP = "spine.too_deep"
    SPINE_CUT_OFF = "spine.cut_off"
    SPINE_OUTLINE_UNCLEAR = "spine.outline_unclear"
    SPINE_COVERED = "spine.covered"
    SPINE_UNEVEN = "spine.uneven"
    SPINE_UNCERTAIN = "spine.uncertain"
    SPINE_HIDDEN = "spine.hidden"
    SPINE_HIP_SHARE_EARLY = "spine.hip_share_early"
    # Trunk and legs.
    TRUNK_HIDDEN = "trunk.hidden"
    HIP_HIDDEN = "legs.hip_hidden"
    KNEE_HIDDEN = "legs.knee_hidden"
    LEGS_SWING = "legs.swings"
    LEAD_HIDDEN = "legs.lead_hidden"
    LEAD_FAR = "legs.lead_far"
    LEAD_UNKNOWN_RAISED = "legs.lead_unknown_raised"
    LEAD_UNKNOWN_FRONT = "legs.lead_unknown_front"
    LEAD_UNKNOWN_STRAIGHT = "legs.lead_unknown_straight"
    LEAD_UNKNOWN_STANDING = "legs.lead_unknown_standing"
    LEAD_UNKNOWN_CROSSED = "legs.lead_unknown_crossed"
    LEAD_UNKNOWN_LYING = "legs.lead_unknown_lying"
    OTHER_HIDDEN = "legs.other_hidden"
    VIEW_OTHER = "view.other"
    """Where so many reasons came up that the rare ones are put together."""
    # A stretch that is only timed.
    NOT_WATCHED = "view.not_watched"
    # A repetition.
    REP_LOST = "rep.lost"
    REP_UNSEEN = "rep.unseen"
    REP_PARTIAL = "rep.partial"
    REP_ROUNDED = "rep.rounded"
    REP_BENT = "rep.bent"
    REP_HURRIED = "rep.hurried"
    # The set-up check.
    SETUP_UNSEEN = "setup.unseen"
    SETUP_OTHERS = "setup.others"
    SETUP_TOO_CLOSE = "setup.too_close"
    SETUP_HIDDEN = "setup.hidden"
    SETUP_TILT_DOWN = "setup.tilt_down"
    SETUP_TILT_UP = "setup.tilt_up"
    SETUP_BACKWARD = "setup.backward"
    SETUP_FORWARD = "setup.forward"
    SETUP_NO_ROOM = "setup.no_room"
    SETUP_AWAY = "setup.away"
    SETUP_TURN_LEFT = "setup.turn_left"
    SETUP_TURN_RIGHT = "setup.turn_right"
    SETUP_LOWER = "setup.lower"
    SETUP_RAISE = "setup.raise"
    SETUP_CLOCKWISE = "setup.clockwise"
    SETUP_ANTICLOCKWISE = "setup.anticlockwise"
    # A calibration under way.
    CALIBRATE_STAND_TALL = "calibrate.stand_tall"
    CALIBRATE_SIT_TALL = "calibrate.sit_tall"
    CALIBRATE_COME_UP = "calibrate.come_up"
    CALIBRATE_GROW = "calibrate.grow"
    CALIBRATE_KEEP_STILL = "calibrate.keep_still"
    CALIBRATE_NOT_SEEN = "calibrate.not_seen"
    CALIBRATE_ROUND_MORE = "calibrate.round_more"
    # A stored calibration that does not fit.
    MATCH_AGE = "match.age"
    MATCH_NETWORK = "match.network"
    MATCH_ONLY_SEATED = "match.only_seated"
    MATCH_ONLY_STANDING = "match.only_standing"
    MATCH_YAW = "match.yaw"
    MATCH_HEIGHT = "match.height"
    MATCH_ROLL = "match.roll"
    MATCH_CLOSER = "match.closer"
    MATCH_FURTHER = "match.further"
    MATCH_PERSON = "match.person"


@dataclass(frozen=True, slots=True)
class Wording:
    """Where the words of a stretch file stand, and what they are."""

    key: str
    """`stretch.ID.RULE.reason`."""
    english: str
    """As the file says it: a stretch of somebody's own has no translation."""


@dataclass(frozen=True, slots=True, init=False)
class Reason:
    """One reason: compare `code`; `values` fill the blanks of its sentence."""

    code: str
    """A `ReasonCode`, or `rule.ID` of a rule that warns."""
    values: tuple[tuple[str, Value], ...]
    """Name and value of each blank, in the order in which they were given. Numbers are in the unit the sentence names."""
    wording: Wording | None
    """Of a rule; None where the code is the key of the message."""

    def __init__(self, code: str, wording: Wording | None = None, /, **values: Value) -> None:
        object.__setattr__(self, "code", str(code))
        object.__setattr__(self, "values", tuple(values.items()))
        object.__setattr__(self, "wording", wording)

    @staticmethod
    def of_rule(stretch_id: str, rule_id: str, english: str) -> Reason:
        """Why the rule `rule_id` of a stretch warns, in the words of its file."""
        return Reason(f"{RULE}{rule_id}", Wording(f"stretch.{stretch_id}.{rule_id}.reason", english))

    @property
    def key(self) -> str:
        """The key of the message that words it."""
        return self.code if self.wording is None else self.wording.key

    @property
    def family(self) -> tuple[str, ...]:
        """What two reasons share that differ only in their numbers: "turn by 31°" and "turn by 33°"."""
        return (self.code, *(str(value) for _, value in self.values if not isinstance(value, int | float)))

    @property
    def value(self) -> Mapping[str, Value]:
        """The values by name."""
        return dict(self.values)


def code_of(reason: Reason | None) -> str:
    """The code of a reason, empty where there is none: as files and the page write it."""
    return "" if reason is None else reason.code


def english(reason: Reason | None) -> str:
    """The English sentence of a reason, which tables hold beside the code; empty where there is none."""
    if reason is None:
        return ""
    if reason.wording is not None:
        return reason.wording.english
    words = _english_words()
    return filled(words[reason.code], reason.value, words)


def filled(template: str, values: Mapping[str, Value], words: Mapping[str, str]) -> str:
    """The template with its blanks filled; a sentence that begins with a count begins with a capital letter.

    `words` are the texts of the language by key: `count.3` for the blank {count}, `part.hips` for parts of the body.
    Raises KeyError for a blank without a value.
    """
    blanks: dict[str, str | float] = {}
    for name, value in values.items():
        if isinstance(value, tuple):
            blanks[name] = f" {words['part.and']} ".join(words[f"part.{part}"] for part in value)
        elif isinstance(value, str):
            blanks[name] = value
        else:
            number = _Number(value)
            blanks[name] = words.get(f"count.{number}", f"{number}") if name == "count" else number
    text = template.format_map(blanks)
    return text[:1].upper() + text[1:] if template.startswith("{count}") else text


class _Number(float):
    """A number in a text: as short as possible, or as its blank says ({seconds:.1f})."""

    def __format__(self, spec: str) -> str:
        return format(float(self), spec or "g")


@cache
def _english_words() -> Mapping[str, str]:
    """Every English text of posecheck's own, by key: constants that happen to lie in a file."""
    file = resources.files("posecheck.assessment") / "messages" / "en.toml"
    return {key: text for key, text in flat(tomllib.loads(file.read_text(encoding="utf-8"))) if isinstance(text, str)}


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every text of a message file by its dotted key; the texts of a list are numbered from 1."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield from flat({str(number): text for number, text in enumerate(value, 1)}, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


class Translate(Protocol):
    """The text of a key or a reason in the language of the person: `assessment.messages.Messages.text`."""

    def __call__(self, what: str | Reason, /, **values: Value) -> str:
        """The text, its blanks filled with `values`."""
