"""Errors of the command line in the language of the command."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

import posecheck
from posecheck.assessment.messages import blanks, languages
from posecheck.cli.wrong import language_of_call, said_in
from posecheck.tunables import unknown

ROOT = Path(posecheck.__file__).parent
FILE = ROOT / "cli" / "texts" / "errors.de.toml"
ERRORS: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8"))["errors"]
UNKNOWN: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8"))["unknown"]


def source() -> str:
    """All of posecheck's own program text, texts that run over several lines in one piece."""
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py")))
    return re.sub(r'"\s*\n\s*f?"', "", whole).replace('\\"', '"')


def test_every_translated_sentence_is_one_that_posecheck_says() -> None:
    """Each piece between two blanks stands in the program: a sentence that was reworded is found here."""
    program = source()
    for english in ERRORS:
        pieces = [text for text, _, _, _ in string.Formatter().parse(english)]
        assert all(piece.strip(": ") in program for piece in pieces), english


def test_translations_differ_and_keep_their_blanks() -> None:
    """No blank is lost, none is made up, and nothing is left English."""
    for english, german in ERRORS.items():
        assert blanks(german) == blanks(english), english
        assert german != english
        filled = said_in("de", english.format_map(dict.fromkeys(blanks(english), "x.mp4")))
        assert filled == german.format_map(dict.fromkeys(blanks(german), "x.mp4"))


@pytest.mark.parametrize("kind", sorted(UNKNOWN.keys() - {"near", "known", "see"}))
def test_what_nobody_knows_is_told_with_what_was_meant(kind: str) -> None:
    """As `tunables.unknown` says it, with where it was found before and where to look behind."""
    near, far = unknown(kind, "pyramd", ["pyramid", "fold"]), unknown(kind, "zzz", ["pyramid", "fold"])
    assert said_in("de", near).endswith("„pyramd“ ist unbekannt. Meintest du „pyramid“?")
    assert said_in("de", far).endswith("„zzz“ ist unbekannt. Bekannt: fold, pyramid.")
    assert said_in("de", f"--set: {near}").startswith("--set: ")
    assert said_in("de", f"{near} See: posecheck stretches list").endswith("Siehe: posecheck stretches list")
    assert said_in("en", near) == near


def test_what_nobody_has_translated_stays_english() -> None:
    """A sentence that is not in the file, a language without one, a word that is no language: as it was."""
    missing = "No such file: a.mp4. Check the spelling and the folder."
    assert said_in("de", "Something else went wrong.") == "Something else went wrong."
    for language in ("en", "fr", "../../etc", ""):
        assert said_in(language, missing) == missing
    assert said_in("de", missing) == "Diese Datei gibt es nicht: a.mp4. Prüf die Schreibweise und den Ordner."


@pytest.mark.parametrize(
    ("arguments", "lang", "language"),
    [
        (["history", "--lang", "de"], "en_GB.UTF-8", "de"),
        (["history", "--lang=en"], "de_DE.UTF-8", "en"),
        (["history"], "de_AT", "de"),
        (["history"], "fr_FR", "en"),
        (["history", "--lang"], "", "en"),
    ],
)
def test_the_language_is_that_of_the_call(arguments: list[str], lang: str, language: str) -> None:
    """`--lang` before LANG before English."""
    assert language_of_call(arguments, {"LANG": lang}) == language


def test_there_is_a_file_for_every_language_but_english() -> None:
    """A language that is added to the messages is not forgotten here."""
    told = {path.name.split(".")[1] for path in FILE.parent.glob("errors.*.toml")}
    assert told == set(languages()) - {"en"}
