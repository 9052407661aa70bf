"""A routine in the terminal: where one is, how to get into place, and the card at the end, narrow and wide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from posecheck.assessment import load_routine
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines import progress
from posecheck.assessment.routines.routine_state import RoutineUpdate, Stage
from posecheck.pipeline.routine import plan
from posecheck.terminal.routine import routine_panel, routine_result, where

GENTLE = load_routine("gentle_start")
PARTS = plan(GENTLE, 3)
BEGUN = progress.added(
    progress.added(
        progress.added(progress.nothing_done(PARTS), (0, ""), amount=5, partial=2, sets=1),
        (1, "left"),
        amount=20.4,
        sets=1,
    ),
    (1, "right"),
    amount=12.9,
)
HOLDING = RoutineUpdate(Stage.WORK, 1, "right", True, 12.9, 1, 0.0, True)
ENGLISH, GERMAN = Messages.load("en").text, Messages.load("de").text


def shown(what: RenderableType, columns: int = 80) -> str:
    """What a terminal of this width shows."""
    console = Console(width=columns, record=True, file=None, quiet=False, color_system=None)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def flat(text: str) -> str:
    """The text of a panel in one line."""
    return " ".join(text.replace("│", " ").split())


def test_where_one_is_in_a_line() -> None:
    """Stretch, side and what counts; whole seconds only, so that none is told before it is over."""
    assert where(PARTS[1], 3, HOLDING, ENGLISH) == "stretch 2 of 3 · right side · hold 12 of 20 s"
    assert where(PARTS[1], 3, HOLDING, GERMAN) == "Übung 2 von 3 · rechte Seite · 12 von 20 s gehalten"
    assert where(PARTS[0], 3, replace(HOLDING, index=0, side="", amount=2.0), ENGLISH).endswith("repetitions 2 of 5")
    resting = replace(HOLDING, stage=Stage.REST, left_s=7.2)
    assert where(PARTS[1], 3, resting, ENGLISH) == "stretch 2 of 3 · right side · Rest, 8 s to go."


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.parametrize("text", [ENGLISH, GERMAN])
def test_nothing_is_cut_off(columns: int, text) -> None:  # type: ignore[no-untyped-def]
    """Panel and card fit their width, and every stretch and number is there."""
    ready = replace(HOLDING, stage=Stage.READY, left_s=23.0)
    panel = shown(routine_panel(GENTLE, PARTS, ready, BEGUN, columns=columns, text=text), columns)
    card = shown(
        routine_result(
            GENTLE, PARTS, progress.left_out(BEGUN, 1), days_practised=3, kept=2, columns=columns, text=text
        ),
        columns,
    )
    assert all(len(line) <= columns for line in (panel + card).splitlines())
    assert text(PARTS[1].stretch.setup) in flat(panel)
    assert "✓ ● ○" in panel
    assert "…" not in panel + card
    for part in PARTS:
        assert text(part.stretch.name) in flat(card)


def test_the_card_tells_what_was_done_what_not_and_what_was_left_out() -> None:
    """Each side by itself; seconds of a side that is not finished count too; rows kept and days to the next stretch."""
    card = flat(
        shown(
            routine_result(
                GENTLE, PARTS, progress.left_out(BEGUN, 1), days_practised=3, kept=2, columns=100, text=ENGLISH
            ),
            100,
        )
    )
    for words in (
        "1 of 3 are done.",
        "✓ Hip hinge drill 5×, 2× partial",
        "✓ Foot on a step left side 20 s good",
        "↷ right side 12 s good, not finished",
        "○ Lying leg raise left side not begun",
        "33 good seconds in all",
        "Kept in your history (2).",
        "Days of practice to the next stretch: 3",
        "not a medical device",
    ):
        assert words in card
    untouched = progress.left_out(progress.nothing_done(PARTS), 0)
    card = flat(shown(routine_result(GENTLE, PARTS, untouched, days_practised=99, kept=None, columns=80, text=ENGLISH)))
    assert "↷ Hip hinge drill skipped" in card
    assert "history" not in card
    assert "Days of practice" not in card


def test_a_finished_routine_is_green_and_says_so() -> None:
    """Nothing missing: the whole routine is done, and no mark of anything else."""
    whole = progress.nothing_done(PARTS)
    for turn in whole:
        whole = progress.added(whole, turn, amount=30, sets=1)
    card = shown(routine_result(GENTLE, PARTS, whole, days_practised=3, kept=None, columns=80, text=ENGLISH))
    assert "The whole routine is done." in card
    assert not set("◐↷○") & set(card)


def test_the_first_stretch_reminds_of_the_warm_up() -> None:
    """Before the first one only."""
    for index, told in ((0, True), (1, False)):
        ready = replace(HOLDING, stage=Stage.READY, index=index, side="", left_s=20.0)
        panel = flat(shown(routine_panel(GENTLE, PARTS, ready, BEGUN, columns=80, text=ENGLISH)))
        assert (GENTLE.warm_up in panel) is told


def test_a_rest_shows_what_comes_next() -> None:
    """After the last side the next stretch with its set-up; between two holds the same one."""
    resting = replace(HOLDING, stage=Stage.REST, left_s=8.0, amount=0.0)
    between = flat(shown(routine_panel(GENTLE, PARTS, resting, BEGUN, columns=80, text=ENGLISH)))
    assert "Next: Foot on a step" in between
    through = progress.added(BEGUN, (1, "right"), sets=1)
    after = flat(shown(routine_panel(GENTLE, PARTS, resting, through, columns=80, text=ENGLISH)))
    assert "Next: Lying leg raise" in after
    assert PARTS[2].stretch.setup in after
