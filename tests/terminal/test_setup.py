"""What the terminal shows before a stretch begins."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import pytest
from rich.console import Console

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.reasons import Reason, ReasonCode, english
from posecheck.records import SETUP_CHECKS, Check, Fit, Setup
from posecheck.terminal.setup import BEGIN, READY, setup_lines, setup_panel
from posecheck.terminal.style import in_english

STRETCH = load_stretch("standing_forward_fold")
TURN = Reason(ReasonCode.SETUP_TURN_LEFT, degrees=20)
WELL = Setup(tuple(Check(asked.name, Fit.OK, 7.0, asked.unit, None) for asked in SETUP_CHECKS), False, 0.0, 2.0)


def with_check(setup: Setup, name: str, verdict: Fit, reason: Reason) -> Setup:
    """The same with one check otherwise."""
    changed = (
        replace(check, verdict=verdict, reason=reason, value=math.nan if verdict is Fit.UNKNOWN else 22.0)
        if check.name == name
        else check
        for check in setup.checks
    )
    return replace(setup, checks=tuple(changed))


def shown(setup: Setup, columns: int, language: str = "en") -> str:
    """The panel as a terminal of this width shows it, without colours."""
    translate = Messages.load(language).knowing(STRETCH).text
    console = Console(width=columns, file=io.StringIO(), highlight=False)
    with console.capture() as capture:
        console.print(setup_panel(setup, STRETCH, clock="3.2 s", fps=30.0, columns=columns, translate=translate))
    return capture.get()


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_check_and_what_to_do_is_shown_at_any_width(columns: int, language: str) -> None:
    """Nothing is cut: each label, each sentence once, in the language of the person, no line wider than the screen."""
    translate = Messages.load(language).text
    placed = with_check(with_check(WELL, "side", Fit.ACT, TURN), "distance", Fit.ACT, Reason(ReasonCode.VIEW_TOO_FAR))
    placed = with_check(placed, "height", Fit.UNKNOWN, Reason(ReasonCode.SETUP_UNSEEN))
    text = shown(placed, columns, language)
    assert max(map(len, text.splitlines())) <= columns
    plain = " ".join(text.replace("│", " ").split())
    for asked in SETUP_CHECKS:
        assert translate(f"setup.label.{asked.name}") in plain
    for sentence in (TURN, Reason(ReasonCode.VIEW_TOO_FAR), BEGIN):
        assert plain.count(translate(sentence)) == 1
    assert "▲" in text
    assert "◆" in text


def test_what_is_first_to_do_stands_on_top() -> None:
    """There is no use in turning before one is near enough."""
    placed = with_check(with_check(WELL, "side", Fit.ACT, TURN), "distance", Fit.ACT, Reason(ReasonCode.VIEW_TOO_FAR))
    text = shown(placed, 100)
    assert text.index(english(Reason(ReasonCode.VIEW_TOO_FAR))) < text.index("One person")
    assert text.index("Side-on") < text.index("Turn about 20°")


def test_all_well_and_not_yet_known_have_their_own_words() -> None:
    """Well: begin. Nothing known: stand there."""
    assert in_english(READY) in shown(WELL, 100)
    assert in_english(BEGIN) not in shown(WELL, 100)
    young = replace(
        WELL,
        checks=tuple(replace(one, verdict=Fit.UNKNOWN, reason=Reason(ReasonCode.SETUP_UNSEEN)) for one in WELL.checks),
    )
    assert english(Reason(ReasonCode.SETUP_UNSEEN)) in shown(young, 100)


def test_a_line_for_each_change_and_no_other() -> None:
    """What is known at first, then what changes; a value that moves a little is no change."""
    turned = with_check(WELL, "side", Fit.ACT, TURN)
    first = [line.plain for line in setup_lines(None, turned, clock="1.0 s")]
    assert len(first) == len(SETUP_CHECKS)
    assert any(line.endswith(f"▲ ACT  22°  {english(TURN)}") for line in first)
    assert setup_lines(turned, turned, clock="1.1 s") == []
    again = [line.plain for line in setup_lines(turned, WELL, clock="2.0 s")]
    assert again == ["2.0 s  Set-up: Side-on  ● OK  7°"]
