"""Reading a file that people write, strictly: every key known, nothing converted, and every mistake told at once.

A key that is not known but near one that is missing was meant to be that one: it is reported as one mistake, and what
stands under it is checked all the same.
"""

from __future__ import annotations

import copy
import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from posecheck.tunables import unknown

#: A mistake: where in the file, and what.
Mistake: TypeAlias = tuple[str, str]
#: The place of what stands in no table.
TOP: Final = "top level"

#: How alike a wrong key and the one that was meant must at least be, 0..1, and what it is worth that a key is missing:
#: of two near ones, the one that is not there yet is the likelier to have been meant.
_ALIKE: Final = 0.5
_MISSING_BONUS: Final = 0.15


def one_of(kind: str, known: Sequence[str]) -> AfterValidator:
    """A text that must be one of `known`."""

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


Layout = TypeVar("Layout", bound=Strict)


def read_toml(file: Traversable | Path) -> tuple[dict[str, Any] | None, list[Mistake]]:
    """The content of a TOML file, or None and why it cannot be read."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8")), []
    except OSError as error:
        return None, [("file", f"cannot be read: {error.strerror or error}")]
    except UnicodeDecodeError as error:
        return None, [(f"byte {error.start}", "not UTF-8 text. Save it as UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return None, [("syntax", str(error))]


def in_order(file: Traversable | Path, mistakes: Sequence[Mistake]) -> tuple[str, ...]:
    """Mistakes as an author reads them, each as `file, place: message`, those of the top level first."""
    ordered = sorted(mistakes, key=lambda mistake: (mistake[0] != TOP, mistake[0]))
    return tuple(f"{file.name}, {place}: {message}" for place, message in ordered)


def shape(
    raw: Mapping[str, Any],
    layout: type[Layout],
    kinds: Mapping[str, type[Strict]] | None = None,
    context: Mapping[str, Any] | None = None,
) -> tuple[Layout | None, dict[str, Any], list[Mistake]]:
    """The content of a file as a layout; the content with misspelt keys mended; and what is missing or wrong.

    The layout is None when something is wrong even after mending. `kinds` are the tables of a tagged union, by tag;
    `context` is handed to the layout's validators.
    """
    mended: dict[str, Any] = copy.deepcopy(dict(raw))
    mistakes: list[Mistake] = []
    while True:
        try:
            return layout.model_validate(mended, context=dict(context or {})), mended, mistakes
        except ValidationError as error:
            found = error.errors(include_url=False)
        read = _Reading(layout, kinds or {}, mended)
        guesses = (read.meant(details["loc"]) for details in found if _is_extra(details))
        misspelt = max(guesses, key=lambda guess: guess[0], default=None)
        if misspelt is None or misspelt[0] == 0.0:
            return None, mended, [*mistakes, *(read.in_words(details) for details in found)]
        _, loc, right = misspelt
        mistakes.append(read.unknown_key(loc))
        table = read.table_at(loc[:-1])
        table[right] = table.pop(str(loc[-1]))


_MUST_BE: Final = {
    "string_type": "text",
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "model_type": "a table",
    "dict_type": "a table",
    "list_type": "a list",
}
_Loc: TypeAlias = tuple[int | str, ...]


def _is_extra(details: ErrorDetails) -> bool:
    return details["type"] == "extra_forbidden"


class _Reading:
    """One attempt at reading a file: its layout, the tables of its tagged unions, its content."""

    def __init__(self, root: type[Strict], kinds: Mapping[str, type[Strict]], raw: dict[str, Any]) -> None:
        self.root, self.kinds, self.raw = root, kinds, raw

    def in_words(self, details: ErrorDetails) -> Mistake:
        """A validator's complaint as place and sentence."""
        loc, kind = details["loc"], details["type"]
        if kind == "missing":
            return self.place(loc[:-1]), f'"{loc[-1]}" is missing'
        if _is_extra(details):
            return self.unknown_key(loc)
        if kind == "too_short":
            return self.place(loc), "must not be empty"
        if kind in _MUST_BE:
            given = json.dumps(details["input"], default=str, ensure_ascii=False)
            return self.place(loc), f"must be {_MUST_BE[kind]}, not {given}"
        return self.place(loc), details["msg"]

    def unknown_key(self, loc: _Loc) -> Mistake:
        """The message for an unknown key."""
        name, keys = str(loc[-1]), self.layout_at(loc[:-1]).model_fields
        best = self._nearest(name, loc)[1]
        return self.place(loc[:-1]), unknown("key", name, [best] if best else keys)

    def meant(self, loc: _Loc) -> tuple[float, _Loc, str]:
        """How surely an unknown key was meant to be one that is missing (0: not at all), its path, and that one."""
        score, best = self._nearest(str(loc[-1]), loc)
        is_missing = best and best not in self.table_at(loc[:-1])
        return (score if is_missing else 0.0), loc, best

    def _nearest(self, name: str, loc: _Loc) -> tuple[float, str]:
        table = self.table_at(loc[:-1])
        scores = [(0.0, "")]
        for key in self.layout_at(loc[:-1]).model_fields:
            alike = difflib.SequenceMatcher(None, key, name).ratio()
            if alike >= _ALIKE:
                scores.append((alike + _MISSING_BONUS * (key not in table), key))
        return max(scores)

    def table_at(self, loc: _Loc) -> dict[str, Any]:
        """The author's table that a validator's path leads to."""
        table: Any = self.raw
        for part in loc:
            table = table if part in self.kinds else table[part]
        found: dict[str, Any] = table
        return found

    def layout_at(self, loc: _Loc) -> type[Strict]:
        """The layout of the table that a validator's path leads to."""
        layout = self.root
        for part in loc:
            if part in self.kinds:
                layout = self.kinds[str(part)]
            elif part in layout.model_fields:
                layout = next(_layouts_in(layout.model_fields[str(part)].annotation), layout)
        return layout

    def place(self, loc: _Loc) -> str:
        """A validator's path as an author writes it: `rules[0].limit_deg`."""
        text = ""
        for part in loc:
            if isinstance(part, int):
                text += f"[{part}]"
            elif part not in self.kinds and part != "[key]":
                text += f".{part}" if text else part
        return text or TOP


def _layouts_in(annotation: object) -> Iterator[type[Strict]]:
    """The layouts that an annotation speaks of, at any depth: `list[ItemLayout] | None` of `ItemLayout`."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for inner in get_args(annotation):
        yield from _layouts_in(inner)
