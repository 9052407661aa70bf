"""What the Tune screen says of each number, in every language of the page."""

from __future__ import annotations

import re

import pytest

from posecheck.app import catalogue, parameter_texts, parameters
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.messages import ENGLISH, Messages, languages
from posecheck.tunables import Tunable

OTHERS = [language for language in languages() if language != ENGLISH]


def every_number() -> list[Tunable]:
    """The numbers of every stretch of the live page, each as that stretch declares it."""
    profiles = (parameters.base_profile(load_stretch(stretch_id)) for stretch_id in stretch_ids())
    return [tunable for profile in profiles for tunable in profile.tunables.values()]


def figures(text: str) -> list[str]:
    """The figures in a text, with a point where other languages write a comma."""
    return sorted(figure.replace(",", ".") for figure in re.findall(r"\d+(?:[.,]\d+)*", text))


def units(text: str) -> list[str]:
    """The units behind its figures; degrees may be told once more than in English, never less."""
    return sorted(re.findall(r"(?<=\d) ?(Hz|px|%|cm|m|s)\b", text))


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_tells_the_same_figures_in_the_same_units(language: str) -> None:
    """Whoever reads where a number comes from reads the numbers of the source, whatever the language."""
    for texts in parameter_texts.translations(language).values():
        for english, said in texts.items():
            assert figures(said) == figures(english), said
            assert units(said) == units(english), said
            assert said.count(" Grad") >= len(re.findall(r"\d deg\b", english)), said
    told = Messages.load(language)
    for key, said in told.texts.items():
        assert figures(said) == figures(told.english[key]), key


@pytest.mark.parametrize("language", OTHERS)
def test_every_number_says_what_it_does_and_whence_it_comes(language: str) -> None:
    """Every live number has both texts in every language, and no translation has lost its number."""
    known = parameter_texts.translations(language)
    for what in (parameter_texts.WHY, parameter_texts.SOURCE):
        wanted = {getattr(tunable, what) for tunable in every_number()}
        assert set(known[what]) == wanted
        assert all(said.strip() for said in known[what].values())


def test_the_tune_screen_is_told_in_the_language_of_the_person() -> None:
    """The same numbers, with the words of each language; English is that of the code."""
    fold = load_stretch("standing_forward_fold")
    told = {
        language: catalogue.tunables(fold, parameters.base_profile(fold), Messages.load(language).knowing(fold))
        for language in languages()
    }
    for german, english in zip(told["de"], told[ENGLISH], strict=True):
        assert german["key"] == english["key"]
        assert german["why"] != english["why"] == fold_number(english["key"]).why
        assert german["value"] == english["value"]


def fold_number(key: str) -> Tunable:
    """A number of the forward fold."""
    return parameters.base_profile(load_stretch("standing_forward_fold")).tunables[key]


def test_somebodys_own_number_keeps_its_words() -> None:
    """What nobody has translated is shown as it was written."""
    assert parameter_texts.text("de", parameter_texts.WHY, "how loud my dog may bark") == "how loud my dog may bark"
    assert parameter_texts.text("nowhere", parameter_texts.SOURCE, "judgement: mine") == "judgement: mine"
