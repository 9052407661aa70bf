"""What a number does and where its default comes from, in the language of the person. Pure, but for reading its files.

Both stand in English beside the number in the code; what they are called in another language is found by that very
text, as reasons are. A number of somebody's own stretch has no translation and stays English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

#: The two texts of a `Tunable`.
WHY: Final = "why"
SOURCE: Final = "source"


def text(language: str, what: str, english: str) -> str:
    """`english`, which is the `WHY` or the `SOURCE` of a number, in `language`; itself where nobody has translated it."""
    return translations(language).get(what, {}).get(english, english)


@cache
def translations(language: str) -> Mapping[str, Mapping[str, str]]:
    """The texts of a language: `WHY` and `SOURCE` → English → that language; empty for one without a file."""
    file = resources.files("posecheck.app") / "texts" / f"numbers.{language}.toml"
    return MappingProxyType(tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {})
