"""The messages: every sentence a person can see has its German, and no translation speaks of nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from posecheck.assessment import load_stretch, messages, stretch_ids
from posecheck.assessment.coaching import coach
from posecheck.assessment.messages import Messages, blanks, in_english, languages, stretch_texts
from posecheck.body import Side
from posecheck.errors import UsageError
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import SETUP_CHECKS, Cue, CueKind, Urgency
from posecheck.terminal import setup
from tests.assessment.scenes import DRILL, FOLD, profile

PACKAGE = Path(messages.__file__).parents[1]
GERMAN = Messages.load("de")


def said(key: str, **values: str | float) -> Cue:
    """Something calm that is said."""
    return Cue(CueKind.DONE, key, 0.0, spoken=True, urgency=Urgency.CALM, values=values)


# ------------------------------------------------------------------------------------------------------- complete
def test_every_english_text_has_a_german_one() -> None:
    """The coach, every reason, and every stretch in the catalogue; what this prints goes into de.toml."""
    assert GERMAN.untranslated() == {}


def test_every_label_of_the_set_up_check_is_a_message() -> None:
    """What a check is called, what its value means, and what the panel says around them; and no others."""
    english = Messages.load("en").english
    labels = {key: text for key, text in english.items() if key.startswith(("setup.label.", "setup.what."))}
    wanted = {f"setup.label.{asked.name}": asked.label for asked in SETUP_CHECKS}
    wanted |= {f"setup.what.{asked.name}": asked.what for asked in SETUP_CHECKS}
    panel = {key: english[key] for key in (setup.TITLE, setup.READY, setup.BEGIN)}
    assert labels == wanted | panel


def test_every_word_of_the_coach_exists() -> None:
    """Each key in the coach's code has a text, and each text of the coach its key in the code."""
    code = "".join(path.read_text() for path in sorted((PACKAGE / "assessment" / "coaching").glob("*.py")))
    named = set(re.findall(r'"(coach\.[a-z_]+)"', code)) - {tunable.key for tunable in coach.TUNABLES}
    named |= {f"coach.change_side_{side}" for side in Side}
    assert named == {key for key in GERMAN.english if key.startswith("coach.")}


def test_translations_differ_and_keep_their_blanks() -> None:
    """A German text is not the English one left standing, and has the same blanks."""
    for key, text in GERMAN.texts.items():
        assert text != GERMAN.english[key]
        assert blanks(text) == blanks(GERMAN.english[key])


def test_german_has_real_umlauts_and_says_du() -> None:
    """No ae for ä, no Sie."""
    everything = " ".join(GERMAN.texts.values())
    assert set("äöüß") <= set(everything)
    assert not re.search(r"\b(Sie|Ihre?n?|Ruecken|Huefte|fuer|zurueck)\b", everything)


@pytest.mark.parametrize("stretch_id", stretch_ids())
def test_german_warns_of_what_english_warns_of(stretch_id: str) -> None:
    """Whom to ask first, when to stop, dizziness and sore skin are in a safety text in both languages or in neither."""
    english, german = (Messages.load(language).text(f"stretch.{stretch_id}.safety") for language in ("en", "de"))
    pairs = {
        "health professional": "ärztlichen oder physiotherapeutischen Rat",
        "osteoporosis": "Osteoporose",
        "recent injury or surgery": "vor Kurzem verletzt hast oder operiert wurdest",
        "back or leg pain": "Schmerzen im Rücken oder in den Beinen",
        "numbness or tingling": "Taubheitsgefühle oder Kribbeln",
        "if anything hurts": "wenn etwas wehtut",
        "dizzy with your head down": "mit dem Kopf nach unten schwindlig",
        "varicose veins": "Krampfadern",
        "you are unsure": "du unsicher bist",
    }
    for warning, warnung in pairs.items():
        assert (warning in english) == (warnung in german), warning


def test_german_promises_nothing() -> None:
    """No claim to heal, treat, prevent or diagnose."""
    everything = " ".join(GERMAN.texts.values())
    assert not re.search(r"heil|behand|diagnos|patient|klinisch|verhinder|schütz|reha", everything, re.IGNORECASE)


@pytest.mark.parametrize("stretch_id", stretch_ids())
def test_the_words_of_a_stretch_are_all_there(stretch_id: str) -> None:
    """All that a person reads or hears of it has a key, and each is found by its key and its sentence."""
    stretch = load_stretch(stretch_id)
    words = GERMAN.knowing(stretch)
    texts = stretch_texts(stretch)
    assert {f"stretch.{stretch_id}.name", f"stretch.{stretch_id}.steps.1"} <= set(texts)
    in_turn = len(stretch.steps) + len(stretch.breathing) + len(stretch.not_judged) + (stretch.sides is not None)
    assert len(texts) == 3 + in_turn + sum(4 + bool(rule.fix) for rule in stretch.rules)
    for key, sentence in texts.items():
        assert words.text(key) == words.text(sentence) == GERMAN.texts[key]


# ------------------------------------------------------------------------------------------------------- looking up
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("coach.breathe_slowly", "Atme ruhig weiter."),
        (Reason(ReasonCode.VIEW_NOT_SIDE_ON), "Dreh dich seitlich zur Kamera."),
        (
            Reason(ReasonCode.VIEW_CUT_OFF, parts=("feet",)),
            "Geh einen Schritt zurück: Deine Füße sind nicht im Bild.",
        ),
        (
            Reason(ReasonCode.VIEW_CUT_OFF, parts=("shoulders", "hips")),
            "Geh einen Schritt zurück: Deine Schultern und Hüften sind nicht im Bild.",
        ),
        (
            Reason(ReasonCode.SETUP_TURN_LEFT, degrees=20.0),
            "Dreh dich um etwa 20° nach links, bis die Kamera dich genau von der Seite sieht.",
        ),
        ("Lengthen your back, tip your pelvis forward.", "Mach den Rücken lang, kipp das Becken nach vorn."),
        ("A sentence of somebody's own stretch {with a brace", "A sentence of somebody's own stretch {with a brace"),
        ("", ""),
    ],
)
def test_a_text_is_found_by_key_by_reason_or_as_a_stretch_words_it(asked: str | Reason, answer: str) -> None:
    """Numbers and parts of the body are filled in; words of somebody's own stretch stay as they are."""
    assert GERMAN.text(asked) == answer


def test_blanks_are_filled() -> None:
    """Numbers without needless decimals, names in the language."""
    assert GERMAN.text("coach.last_seconds", seconds=5.0) == "Noch 5 Sekunden."
    assert GERMAN.said(said("coach.next_stretch", stretch=FOLD.name)) == "Als Nächstes: Vorbeuge im Stehen."
    assert GERMAN.said(None) == ""
    with pytest.raises(KeyError, match="seconds"):
        GERMAN.text("coach.last_seconds")
    with pytest.raises(KeyError, match=r"coach\.breathe_out"):
        GERMAN.text("coach.breath_out")


def test_english_is_english() -> None:
    """Every text comes back as it is, and a message in English is what travels as the cue."""
    english = Messages.load("en")
    assert all(english.text(key) == text for key, text in english.english.items() if not blanks(text))
    for one in (said("coach.last_seconds", seconds=5.0), said("coach.next_stretch", stretch=DRILL.name)):
        assert english.said(one) == in_english(one, FOLD)
    rounding = said(f"stretch.{FOLD.id}.spine_rounding.say")
    assert in_english(rounding, FOLD) == english.said(rounding) == FOLD.rules[0].say
    view = replace(said("setup.turn_left", degrees=3.0), kind=CueKind.VIEW)
    assert in_english(view, FOLD) == english.said(view)
    assert in_english(None, FOLD) == ""


def test_a_routine_announces_in_the_language_of_the_person() -> None:
    """The record of what is said tells every word of it."""
    _, announced = coach.rest(coach.start(), 0.0, 20.0, profile())
    assert GERMAN.said(announced) == "20 Sekunden Pause."
    assert GERMAN.said(said("coach.next_stretch", stretch="My own stretch")) == "Als Nächstes: My own stretch."


def test_somebodys_own_stretch_speaks_english_in_between() -> None:
    """A stretch that nobody translated keeps its words, and its wording wins over another's."""
    own = replace(FOLD, id="mine", name="Mine", rules=(replace(FOLD.rules[0], say="Long back, please."),))
    words = GERMAN.knowing(own)
    assert words.text("stretch.mine.spine_rounding.say") == "Long back, please."
    assert words.text("coach.breathe_slowly") == "Atme ruhig weiter."
    assert words.text("Mine") == "Mine"


# ------------------------------------------------------------------------------------------------------- strictness
def test_an_unknown_language_is_refused_with_those_that_are_known() -> None:
    """One line that tells what to choose from."""
    assert set(languages()) == {"de", "en"}
    with pytest.raises(UsageError, match=r'unknown language "fr". Known: de, en\.'):
        Messages.load("fr")


ORIGINALS = {"coach.done": "Done, {seconds} seconds.", "view.dark": "Dark.", "stretch.fold.name": "Fold"}


@pytest.mark.parametrize(
    ("content", "mistakes"),
    [
        pytest.param('[coach]\ndone = "Fertig, {seconds} s."\n[view]\ndark = "Dunkel."', (), id="fine"),
        pytest.param(
            '[coach]\ndone = "Fertig."\n[view]\ndark = "Dunkel {seconds}."',
            (
                "xx.toml, coach.done: must have the blanks {seconds} of the English text, not (none)",
                "xx.toml, view.dark: must have the blanks (none) of the English text, not {seconds}",
            ),
            id="blanks",
        ),
        pytest.param(
            '[coach]\ndone = "{seconds}"\ndonne = "x"\n[view]\ndark = 3',
            (
                'xx.toml, coach.donne: there is no English text for it: unknown key "coach.donne". Did you mean "coach.done"?',
                "xx.toml, view.dark: must be text, and not empty",
            ),
            id="unknown key and no text",
        ),
        pytest.param('[coach]\ndone = "{seconds}"', ("xx.toml, view.dark: is missing",), id="missing"),
        pytest.param(
            '[coach]\ndone = "{seconds} {}"\n[view]\ndark = "D"',
            ("xx.toml, coach.done: a blank must have a name, as in {seconds}",),
            id="a blank without a name",
        ),
    ],
)
def test_every_mistake_in_a_language_file_is_told(content: str, mistakes: tuple[str, ...]) -> None:
    """With file and key; only the texts of a stretch may be missing."""
    assert messages.read("xx.toml", content.encode(), ORIGINALS)[1] == mistakes


def test_a_file_that_is_no_toml_is_told() -> None:
    """Syntax and encoding are mistakes with their place."""
    assert "syntax" in messages.read("xx.toml", b"[coach", ORIGINALS)[1][0]
    assert "not UTF-8" in messages.read("xx.toml", b'[coach]\ndone = "\xff"', ORIGINALS)[1][0]
    english = messages.read("en.toml", b'[stretch.fold]\nname = "Fold"', None)[1]
    assert english == ("en.toml, stretch.fold.name: the texts of a stretch or routine stand in its own file",)
