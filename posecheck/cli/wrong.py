"""What went wrong, in the language of the command: errors are English sentences, and some are known in another one.

    texts/errors.LANGUAGE.toml      the English sentence with {blanks} = the same in that language

The English sentences stand where the errors are raised. One that the file does not have stays English.
"""

from __future__ import annotations

import os
import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

_UNKNOWN: Final = re.compile(
    r'(?P<place>.+?: )?unknown (?P<kind>[a-z]+) "(?P<item>.*)"\.'
    r'(?: Did you mean "(?P<near>.*?)"\?)?(?: Known: (?P<known>.*?)\.)?(?: See: (?P<see>.*))?'
)


def language_of_call(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language a command was called with, two letters: that of `--lang`, else that of LANG, else English.

    For errors that come before, or instead of, the command's own reading of its options; any word is taken as it is.
    """
    for number, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and number + 1 < len(arguments):
            return arguments[number + 1]
    return "de" if environment.get("LANG", "").lower().startswith("de") else "en"


def said_in(language: str, line: str) -> str:
    """One line of an error in a language; as it is where nobody has translated it, or the language has no file."""
    errors, kinds = _texts(language)
    unknown = _UNKNOWN.fullmatch(line)
    if unknown is not None and unknown["kind"] in kinds:
        parts = [kinds[name] for name in ("near", "known", "see") if unknown[name]]
        sentence = " ".join([kinds[unknown["kind"]], *parts])
        return (unknown["place"] or "") + sentence.format_map(unknown.groupdict())
    for pattern, text in errors:
        match = pattern.fullmatch(line)
        if match is not None:
            return text.format_map(match.groupdict())
    return line


@cache
def _texts(language: str) -> tuple[tuple[tuple[re.Pattern[str], str], ...], Mapping[str, str]]:
    """The sentences as patterns with their translation, and the words for what is unknown; nothing without a file."""
    file = resources.files("posecheck.cli") / "texts" / f"errors.{language}.toml"
    if not language.isalpha() or not file.is_file():
        return (), {}
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    most_said_first = sorted(raw["errors"].items(), key=lambda pair: -len(pair[0]))
    return tuple((_pattern(english), text) for english, text in most_said_first), raw["unknown"]


def _pattern(english: str) -> re.Pattern[str]:
    """What an English sentence looks like with its blanks filled in."""
    parts = ((re.escape(text), name) for text, name, _, _ in string.Formatter().parse(english))
    return re.compile("".join(text + (f"(?P<{name}>.+?)" if name else "") for text, name in parts))
