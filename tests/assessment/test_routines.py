"""Routines: what they hold, what is unlocked by when, and a reader as strict as that of the stretches."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment import load_routine, load_stretch, read_routine, routine_ids, unlocked
from posecheck.assessment.catalogue.routine import Item, Routine, days_to_next
from posecheck.assessment.catalogue.routine_files import check, check_any
from posecheck.errors import CatalogueError

OWN = """
id = "mine"
name = "Mine"
when = "Now."
warm_up = "Walk."
"""
ITEM = '[[items]]\nstretch = "pyramid"\n'


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Write a routine file called mine.toml."""

    def file(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return file


def test_the_routines_that_come_with_posecheck() -> None:
    """Each with its stretches in order and how it goes through their sides."""
    found = {
        routine_id: [(item.stretch, item.sides) for item in load_routine(routine_id).items]
        for routine_id in routine_ids()
    }
    assert found == {
        "daily": [
            ("hip_hinge_drill", ""),
            ("foot_on_step", "both"),
            ("standing_forward_fold", ""),
            ("lying_leg_raise", "both"),
        ],
        "desk_break": [("chair_leg_stretch", "both"), ("staggered_hinge", "both")],
        "after_training": [("single_leg_rdl", "both"), ("wide_leg_fold", ""), ("seated_one_leg", "both")],
        "gentle_start": [
            ("hip_hinge_drill", ""),
            ("foot_on_step", "both"),
            ("lying_leg_raise", "both"),
            ("chair_leg_stretch", "both"),
            ("staggered_hinge", "both"),
            ("standing_forward_fold", ""),
            ("floor_leg_stretch", ""),
        ],
    }


@pytest.mark.parametrize("routine_id", routine_ids())
def test_a_routine_changes_only_numbers_its_stretch_has(routine_id: str) -> None:
    """Every item is a stretch of the catalogue, its numbers are that stretch's own and in range, its texts are there."""
    routine = load_routine(routine_id)
    assert routine.warm_up
    assert routine.when
    for item in routine.items:
        stretch = load_stretch(item.stretch)
        assert bool(item.sides) is (stretch.sides is not None)
        declared = {tunable.key: tunable for tunable in stretch.tunables}
        for key, value in item.numbers.items():
            assert declared[key].low <= value <= declared[key].high


def test_a_gentle_start_opens_one_more_every_third_day() -> None:
    """Two at first, the foot on the step with a bent knee; a third after three days of practice, and so on."""
    gentle = load_routine("gentle_start")
    assert [len(unlocked(gentle, days)) for days in (0, 2, 3, 5, 6, 9, 12, 15, 400)] == [2, 2, 3, 3, 4, 5, 6, 7, 7]
    assert [days_to_next(gentle, days) for days in (0, 2, 3, 14, 15, 400)] == [3, 1, 3, 1, 0, 0]
    assert "raised knee bent" in gentle.first[1].note
    assert unlocked(load_routine("daily"), 0) == load_routine("daily").items


@given(
    st.integers(1, 4),
    st.integers(0, 5),
    st.integers(1, 9),
    st.integers(0, 60),
)
def test_practice_only_ever_adds(first: int, then: int, every: int, days: int) -> None:
    """What is open is a beginning of the whole, grows by at most one a day, and days_to_next tells when."""
    routine = Routine(
        "r", "R", "Now.", "Walk.", (Item("a"),) * first, (Item("b"),) * then, unlock_every_days=every if then else 0
    )
    now = unlocked(routine, days)
    assert now == routine.items[: len(now)]
    assert first <= len(now) <= len(unlocked(routine, days + 1)) <= len(now) + 1
    wait = days_to_next(routine, days)
    if now == routine.items:
        assert wait == 0
    else:
        assert len(unlocked(routine, days + wait)) == len(now) + 1
        assert len(unlocked(routine, days + wait - 1)) == len(now)


def test_days_below_zero_are_refused() -> None:
    """Nobody has practised less than never."""
    with pytest.raises(ValueError, match="days_practised must not be below 0, not -1"):
        unlocked(load_routine("gentle_start"), -1)


def test_an_unknown_routine_gets_the_nearest_spelling() -> None:
    """One line, saying what to do."""
    with pytest.raises(CatalogueError) as caught:
        load_routine("desk_brake")
    assert str(caught.value) == (
        'unknown routine "desk_brake". Did you mean "desk_break"? See: posecheck routines list'
    )


def test_a_file_of_ones_own(write) -> None:  # type: ignore[no-untyped-def]
    """Sides default to both where a stretch has sides, the rest to its declared default; numbers may be nested."""
    path = write(
        OWN
        + ITEM
        + 'numbers = {hold = {target_s = 20, repeat = 2}}\n[[items]]\nstretch = "hip_hinge_drill"\n'
        + 'numbers = {"reps.count" = 5}\nrest_s = 0\nnote = "Slowly."\n'
    )
    routine = read_routine(path)
    assert check(path) == check_any(path) == ()
    assert routine.items == (
        Item("pyramid", "both", "", {"hold.target_s": 20.0, "hold.repeat": 2.0}, 10.0),
        Item("hip_hinge_drill", "", "Slowly.", {"reps.count": 5.0}, 0.0),
    )
    assert (routine.then, routine.unlock_every_days) == ((), 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(OWN, ["top level: needs [[items]], or [[first]] and [[then]], and has neither"], id="nothing"),
        pytest.param(
            OWN + ITEM + ITEM.replace("items", "then"),
            ["top level: needs either [[items]], or [[first]] and [[then]], not both"],
            id="both",
        ),
        pytest.param(
            OWN + ITEM.replace("items", "first"),
            ['top level: "then" is missing: what does [[first]] go on with? (Nothing: call it [[items]])'],
            id="first alone",
        ),
        pytest.param(
            "unlock_every_days = 3" + OWN + ITEM,
            ['top level: "unlock_every_days" has no meaning with [[items]]: everything is there from the first day'],
            id="nothing to unlock",
        ),
        pytest.param(
            "unlock_every_days = 0" + OWN + ITEM.replace("items", "first") + ITEM.replace("items", "then"),
            ["top level: unlock_every_days must be a number in 1..30, not 0"],
            id="everything at once",
        ),
        pytest.param(
            "unlock_every_days = 2.5" + OWN + ITEM.replace("items", "first") + ITEM.replace("items", "then"),
            ["unlock_every_days: must be a whole number, not 2.5"],
            id="half days",
        ),
        pytest.param(OWN.replace('"mine"', '"my"') + ITEM, ['top level: id "my" must be the same'], id="another id"),
        pytest.param(
            OWN + ITEM.replace("pyramid", "piramid"),
            ['items[0]: unknown stretch "piramid". Did you mean "pyramid"?'],
            id="unknown stretch",
        ),
        pytest.param(
            OWN + ITEM + 'sides = "lefft"', ['items[0].sides: unknown sides "lefft". Did you mean "left"?'], id="side"
        ),
        pytest.param(
            OWN + ITEM.replace("pyramid", "wide_leg_fold") + 'sides = "both"',
            ['items[0]: "sides" has no meaning here: wide_leg_fold is done once'],
            id="sides of what has none",
        ),
        pytest.param(
            OWN + ITEM + "numbers = {hold = {target = 20}}",
            ['items[0].numbers: unknown number of pyramid "hold.target". Did you mean "hold.target_s"?'],
            id="unknown number",
        ),
        pytest.param(
            OWN + ITEM + 'numbers = {"hold.target_s" = 500}',
            ["items[0].numbers: hold.target_s must be a number in 5..120 s, not 500"],
            id="out of range",
        ),
        pytest.param(
            OWN + ITEM + 'numbers = {"hold.target_s" = true}',
            ["items[0].numbers: hold.target_s must be a number in 5..120 s, not True"],
            id="no number",
        ),
        pytest.param(
            OWN + ITEM + "rest_s = 1000", ["items[0]: rest_s must be a number in 0..300 s, not 1000"], id="a long rest"
        ),
        pytest.param(
            OWN + ITEM + "rest_s = nan", ["items[0].rest_s: must be a finite number, not NaN"], id="no rest at all"
        ),
        pytest.param(
            OWN.replace("warm_up", "warmup") + ITEM.replace("stretch", "strech") + "rest = 3",
            [
                'top level: unknown key "warmup". Did you mean "warm_up"?',
                'items[0]: unknown key "rest". Did you mean "rest_s"?',
                'items[0]: unknown key "strech". Did you mean "stretch"?',
            ],
            id="three slips at once",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, expected: list[str], write) -> None:  # type: ignore[no-untyped-def]
    """One mistake, one line: file, place, what is wrong; reading raises them all."""
    path = write(text)
    found = check(path)
    assert len(found) == len(expected)
    assert sorted(found) == sorted(check_any(path))
    for line, begins in zip(sorted(found), sorted(expected), strict=True):
        assert line.startswith(f"mine.toml, {begins}")
    with pytest.raises(CatalogueError) as caught:
        read_routine(path)
    assert caught.value.mistakes == found


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """No such file; no TOML."""
    assert check_any(tmp_path / "none.toml") == ("none.toml, file: cannot be read: No such file or directory",)
    (tmp_path / "broken.toml").write_text("[[items", encoding="utf-8")
    assert check(tmp_path / "broken.toml")[0].startswith("broken.toml, syntax: ")
