"""What posecheck says, in the language of the person: `messages/LANGUAGE.toml`, read strictly.

English is the source. What posecheck says by itself stands in `en.toml`, what a stretch or routine says in its own file;
all is known by a key. The code of a reason is one:

    coach.breathe_out      view.too_dark      stretch.ID.RULE.say      stretch.ID.steps.1      stretch.ID.sides.say

Another language has one file with the same keys and the same {blanks}. A blank may say how its number is written:
{seconds:.1f}.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from posecheck.assessment.catalogue.routine import Routine
from posecheck.assessment.catalogue.routine_files import load_routine, routine_ids
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.errors import CatalogueError, UsageError
from posecheck.reasons import Reason, Value, filled, flat
from posecheck.records import Cue
from posecheck.tunables import unknown

ENGLISH: Final = "en"
#: What the keys of the words for phases begin with, which stretch files share.
_PHASES: Final = "card.phase."
_SUFFIX: Final = ".toml"
_STRETCH: Final = "stretch."
#: What the keys of texts begin with that stand in files of their own, which may stay untranslated.
_ELSEWHERE: Final = (_STRETCH, "routines.")
_KEY: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def languages() -> tuple[str, ...]:
    """The languages posecheck speaks, as two letters, in alphabetical order."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def stretch_texts(stretch: Stretch) -> dict[str, str]:
    """Every text of a stretch that a person reads or hears, by its key, in English."""
    texts = {"name": stretch.name, "setup": stretch.setup, "safety": stretch.safety}
    lists = {"steps": stretch.steps, "breathing": stretch.breathing, "not_judged": stretch.not_judged}
    texts |= {f"{what}.{number}": text for what, list_ in lists.items() for number, text in enumerate(list_, 1)}
    if stretch.sides is not None:
        texts["sides.say"] = stretch.sides.say
    for rule in stretch.rules:
        of_rule = {
            "name": rule.name,
            "reason": rule.reason,
            "say": rule.say,
            "fix": rule.fix,
            "good_again": rule.good_again,
        }
        texts |= {f"{rule.id}.{what}": text for what, text in of_rule.items() if text}
    return {f"{_STRETCH}{stretch.id}.{key}": text for key, text in texts.items()}


def routine_texts(routine: Routine) -> dict[str, str]:
    """Every text of a routine that a person reads, by its key, in English."""
    texts = {"name": routine.name, "when": routine.when, "warm_up": routine.warm_up}
    texts |= {f"notes.{item.stretch}": item.note for item in routine.items if item.note}
    return {f"routines.{routine.id}.{key}": text for key, text in texts.items()}


def blanks(text: str) -> frozenset[str]:
    """The names of the {blanks} in a text. Raises ValueError if a brace stands alone or a blank has no name."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    if not all(name.isidentifier() for name in names):
        raise ValueError("a blank must have a name, as in {seconds}")
    return frozenset(names)


def read(file: str, content: bytes, originals: Mapping[str, str] | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """The texts of a language file by key, and every mistake in it as `file, key: message`.

    `originals` are all English texts; None when the file is the English one. A key without an original, blanks that
    differ, and a text that is missing are mistakes; only those of a stretch or routine may be missing (they stay English).
    """
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        return {}, (f"{file}, byte {error.start}: not UTF-8 text. Save it as UTF-8",)
    except tomllib.TOMLDecodeError as error:
        return {}, (f"{file}, syntax: {error}",)
    found = dict(flat(raw))
    mistakes = []
    for key, text in found.items():
        wrong = _wrong(key, text, originals)
        if wrong:
            mistakes.append(f"{file}, {key}: {wrong}")
    texts = {key: text for key, text in found.items() if isinstance(text, str)}
    mistakes += [
        f"{file}, {key}: is missing" for key in originals or () if key not in found and not key.startswith(_ELSEWHERE)
    ]
    return texts, tuple(mistakes)


def _wrong(key: str, text: object, originals: Mapping[str, str] | None) -> str:
    """What is wrong with one text; empty if nothing is."""
    if not isinstance(text, str) or not text.strip():
        return "must be text, and not empty"
    try:
        own = blanks(text)
    except ValueError as error:
        return str(error)
    if originals is None:
        return "the texts of a stretch or routine stand in its own file" if key.startswith(_ELSEWHERE) else ""
    if key not in originals:
        return f"there is no English text for it: {unknown('key', key, originals)}"
    wanted = blanks(originals[key])
    if own != wanted:
        return f"must have the blanks {_listed(wanted)} of the English text, not {_listed(own)}"
    return ""


def _listed(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names)) or "(none)"


def _folder() -> Traversable:
    return resources.files("posecheck.assessment") / "messages"


def _read(language: str, originals: Mapping[str, str] | None) -> dict[str, str]:
    file = _folder() / f"{language}{_SUFFIX}"
    texts, mistakes = read(file.name, file.read_bytes(), originals)
    if mistakes:
        raise CatalogueError(mistakes)
    return texts


@cache
def _own_english() -> Mapping[str, str]:
    """What posecheck says by itself."""
    return _read(ENGLISH, None)


@cache
def _loaded(language: str) -> Messages:
    english = dict(_own_english())
    for stretch_id in stretch_ids():
        english |= stretch_texts(load_stretch(stretch_id))
    for routine_id in routine_ids():
        english |= routine_texts(load_routine(routine_id))
    return _messages(language, english, english if language == ENGLISH else _read(language, english))


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """Every text of one language. Get them with `Messages.load`."""

    language: str
    english: Mapping[str, str]
    """Key → English text."""
    texts: Mapping[str, str]
    """Key → text in this language; what is missing stays English."""
    authored: Mapping[str, str]
    """Text of a stretch or routine file → its key; of two keys with the same text the first."""

    @staticmethod
    def load(language: str) -> Messages:
        """The texts of a language ("en", "de").

        Raises UsageError for a language nobody knows, CatalogueError with every mistake in its file.
        """
        known = languages()
        if language not in known:
            raise UsageError(unknown("language", language, known))
        return _loaded(language)

    def knowing(self, stretch: Stretch) -> Messages:
        """These messages with the texts of `stretch` before all others: its own wording wins over another's.

        A stretch that did not come with posecheck speaks English, since nobody has translated it.
        """
        return _messages(
            self.language, {**stretch_texts(stretch), **self.english, **stretch_texts(stretch)}, self.texts
        )

    def text(self, what: str | Reason, /, **values: Value) -> str:
        """The text of a key, of a reason, or of words from a stretch or routine file, in this language.

        `values` fill the blanks. A value that is itself such words (the name of a stretch) is given in this language too;
        one that is a tuple names parts of the body (`part.NAME`). Words of somebody's own stretch come back as they are.
        Raises KeyError for a key that does not exist or a blank without a value.
        """
        if isinstance(what, Reason):
            if what.wording is not None and self.english.get(what.key) != what.wording.english:
                return what.wording.english
            return self._filled(what.key, {**what.value, **values})
        if what in self.english:
            return self._filled(what, values)
        if what in self.authored:
            return self._filled(self.authored[what], values)
        if _KEY.fullmatch(what):
            raise KeyError(unknown("message", what, self.english))
        return what

    def said(self, said: Cue | None) -> str:
        """What the coach says, in this language; empty for silence."""
        return "" if said is None else self.text(said.key, **said.values)

    def untranslated(self) -> dict[str, str]:
        """The English texts, by key, that this language lacks."""
        return {key: text for key, text in self.english.items() if key not in self.texts}

    def _filled(self, key: str, values: Mapping[str, Value]) -> str:
        template = self.texts.get(key, self.english[key])
        words = {**self.english, **self.texts}
        return filled(template, {name: self._value(value) for name, value in values.items()}, words)

    def _value(self, value: Value) -> Value:
        """A key, or words of a stretch or routine, in this language; anything else as it is (a file name is no text)."""
        if isinstance(value, str) and (value in self.english or value in self.authored):
            return self.text(value)
        return value


def _messages(language: str, english: Mapping[str, str], texts: Mapping[str, str]) -> Messages:
    authored: dict[str, str] = {}
    for key, text in english.items():
        if key.startswith((*_ELSEWHERE, _PHASES)):
            authored.setdefault(text, key)
    return Messages(language, english, texts, authored)


def in_english(said: Cue | None, stretch: Stretch) -> str:
    """What the coach says, in English, as it travels in `Assessment.cue`; empty for silence.

    Cheap enough for every frame, and the texts of `stretch` are found in the stretch itself, wherever it came from.
    Raises KeyError for a key that does not exist.
    """
    if said is None:
        return ""
    texts = stretch_texts(stretch) if said.key.startswith(_STRETCH) else _own_english()
    return filled(texts[said.key], said.values, _own_english())
