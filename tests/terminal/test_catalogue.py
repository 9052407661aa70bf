"""Stretches and routines on cards and in lists."""

from __future__ import annotations

import re

import pytest

from posecheck.assessment import load_routine, load_stretch, routine_ids, stretch_ids
from posecheck.assessment.catalogue.routine import Item, Routine
from posecheck.assessment.messages import Messages, routine_texts, stretch_texts
from posecheck.pipeline.session import default_profile
from posecheck.reasons import Reason, ReasonCode, english
from posecheck.terminal.catalogue import routine_card, routines_table, stretch_card, stretches_table
from tests.terminal.test_style import text_of

STRETCHES = {stretch_id: load_stretch(stretch_id) for stretch_id in stretch_ids()}
WIDTHS = (60, 100)


def plain(text: str) -> str:
    """A card's words without its frame and line breaks."""
    return re.sub(r"\s+", " ", re.sub(r"[│╭╮╰╯─]", " ", text))


def card(stretch_id: str, width: int = 100) -> str:
    """A stretch's card with the default numbers."""
    return text_of(stretch_card(STRETCHES[stretch_id], default_profile(STRETCHES[stretch_id])), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_has_every_stretch_in_one_whole_line_under_its_position(width: int) -> None:
    """No id is cut off, however narrow; positions come in their order."""
    lines = text_of(stretches_table(list(STRETCHES.values())), width).splitlines()
    assert {line.split()[0] for line in lines if line.startswith("  ") and line.strip()} == set(STRETCHES)
    headings = [line.strip() for line in lines if line.strip() and not line.startswith(" ")]
    assert headings[:-1] == ["Standing", "Kneeling", "On a chair", "Sitting on the floor", "Lying down"]
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("stretch_id", STRETCHES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_card_says_everything_and_fits(stretch_id: str, width: int) -> None:
    """Every text of the stretch, and every number with value, origin, range, why and source."""
    stretch = STRETCHES[stretch_id]
    shown = card(stretch_id, width)
    assert {len(line) for line in shown.splitlines()} == {width}
    said = plain(shown)
    for text in (
        stretch.setup,
        *stretch.steps,
        *stretch.breathing,
        *stretch.not_judged,
        *stretch.sources,
        stretch.safety,
    ):
        assert plain(text).strip() in said
    for rule in stretch.rules:
        assert rule.say.split()[0] in said
    for tunable in stretch.tunables:
        assert f"{tunable.key} = {tunable.default:g}" in said
        assert plain(tunable.why).strip() in said
        assert f"Source: {plain(tunable.source).strip()}" in said
    assert said.count(" default, ") == len(stretch.tunables)
    assert (english(Reason(ReasonCode.NOT_WATCHED)) in said) is not stretch.watch


def test_a_changed_number_is_told_with_its_origin_and_used_in_words() -> None:
    """The limit on the card is the one in force."""
    stretch = STRETCHES["pyramid"]
    profile = default_profile(stretch).with_layer({"spine_rounding.limit_deg": 28, "hold.repeat": 2}, "--set")
    said = plain(text_of(stretch_card(stretch, profile)))
    assert "spine_rounding.limit_deg = 28° --set, 15 to 60" in said
    assert "spine above 28° for 0.7 s, while folding forward" in said
    assert "30 s × 2 a side" in said


def test_where_the_camera_stands_is_told() -> None:
    """From the side, a little turned, or not at all; and which leg is the near one."""
    assert "camera from the side · 30 s a side" in card("foot_on_step")
    assert "a little turned is fine" in card("alternate_reach")
    assert "no camera · 60 s a side" in card("foam_roll")
    assert "The working leg is the raised one, on the camera's side." in plain(card("foot_on_step"))


@pytest.mark.parametrize("width", WIDTHS)
def test_routines_are_listed_with_how_many_and_when(width: int) -> None:
    """One that is unlocked step by step tells both numbers."""
    shown = text_of(routines_table([load_routine(routine_id) for routine_id in routine_ids()]), width)
    assert max(map(len, shown.splitlines())) <= width
    assert "gentle_start    2 to 7 stretches" in shown
    assert "daily           4 stretches" in shown


@pytest.mark.parametrize("width", WIDTHS)
def test_a_routine_shows_what_is_open_and_what_comes_when(width: int) -> None:
    """After four days of practice three are open, and the next comes in two more days."""
    shown = text_of(routine_card(load_routine("gentle_start"), STRETCHES, 4), width)
    assert {len(line) for line in shown.splitlines()} == {width}
    open_now, later = plain(shown).split("later")
    assert "3 stretches, about 3 min" in open_now
    assert "3. Lying leg raise" in open_now
    assert "Hip hinge drill hip_hinge_drill 5 times" in open_now
    assert "Unlocked after 2 more days of practice. Then one after every 3 days." in later
    assert "7. Floor leg stretch" in later
    assert "later" not in text_of(routine_card(load_routine("gentle_start"), STRETCHES, 15), width)


def test_a_routine_tells_its_sides_and_sums_its_time() -> None:
    """One side only, or changing each time; holds, sides and rests add up to the minutes."""
    items = (
        Item("pyramid", "left", rest_s=30.0),
        Item("pyramid", "each", numbers={"hold.repeat": 3.0, "hold.rest_s": 0.0}, rest_s=60.0),
    )
    shown = plain(text_of(routine_card(Routine("r", "R", "Now.", "Walk.", items), STRETCHES, 0)))
    assert "30 s, left side only" in shown
    assert "30 s × 3, changing sides each time" in shown
    assert "2 stretches, about 6 min" in shown


@pytest.mark.parametrize("width", WIDTHS)
def test_cards_and_lists_are_german_where_german_is_asked_for(width: int) -> None:
    """Names, steps, notes, headings and limits; only what is said of a number stays English."""
    german = Messages.load("de")
    for stretch_id, stretch in STRETCHES.items():
        shown = text_of(stretch_card(stretch, default_profile(stretch), german.text), width)
        assert {len(line) for line in shown.splitlines()} == {width}
        head = plain(shown.split("die Zahlen, die gelten")[0])
        told = stretch_texts(stretch)
        shown_keys = [key for key in told if not key.endswith((".reason", ".good_again", ".say", ".fix"))]
        assert all(plain(german.texts[key]).strip() in head for key in shown_keys)
        assert not re.search(r"\b(the|your|while|camera|side)\b", head.split("worauf es sich stützt")[0])
        assert stretch_id in shown
    listed = text_of(stretches_table(list(STRETCHES.values()), german.text), width)
    assert "Im Sitzen auf dem Boden" in listed
    assert "30 s je Seite" in listed
    for routine_id in routine_ids():
        routine = load_routine(routine_id)
        said = plain(text_of(routine_card(routine, STRETCHES, 0, german.text), width))
        assert all(plain(german.texts[key]).strip() in said for key in routine_texts(routine))
    assert "2 bis 7 Übungen" in text_of(
        routines_table([load_routine(routine_id) for routine_id in routine_ids()], german.text), width
    )


def test_every_phase_and_measure_of_the_catalogue_has_its_words() -> None:
    """What a rule looks at and while what, in every language."""
    english = Messages.load("en")
    for stretch in STRETCHES.values():
        for phase in stretch.phases:
            assert english.authored[phase.what].startswith("card.phase.")
        for rule in stretch.rules:
            assert f"card.measure.{rule.measure}" in english.english
