"""The set-up check in the results of a session: its card in the report, and its part of the summary."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

from posecheck.assessment.messages import Messages
from posecheck.outputs.base import COMPLETE
from posecheck.outputs.context import OutputContext
from posecheck.outputs.report import ReportWriter
from posecheck.outputs.setup_card import setup_card
from posecheck.outputs.summary import SummaryFile
from posecheck.reasons import Reason, ReasonCode, english
from posecheck.records import SETUP_CHECKS, Check, Fit, Setup
from tests.outputs.people import ORIGIN, stream
from tests.wording import worded

TURN = Reason(ReasonCode.SETUP_TURN_LEFT, degrees=20)
TELL = Messages.load("en").text
PLACED = Setup(
    tuple(
        Check(asked.name, Fit.ACT, 22.4, asked.unit, TURN)
        if asked.name == "side"
        else Check(asked.name, Fit.UNKNOWN, math.nan, asked.unit, worded("Later."))
        if asked.name == "height"
        else Check(asked.name, Fit.OK, 7.0, asked.unit, None)
        for asked in SETUP_CHECKS
    ),
    over=True,
    from_s=0.25,
    to_s=2.25,
)


def test_the_card_says_of_each_check_what_was_found() -> None:
    """Label, value with its meaning, and what to do; what was not seen has no number."""
    card = setup_card(PLACED, TELL)
    assert card.count("<li>") == len(SETUP_CHECKS)
    assert english(TURN) in card
    assert "22° from exactly side-on" in card
    assert "could not be told" in card
    assert "Later." not in card
    assert "nan" not in card
    assert "before the stretch began; estimates, 0.2–2.2 s" in card
    assert "before the stretch began" not in setup_card(replace(PLACED, over=False), TELL)


def test_report_and_summary_hold_it_and_do_without(tmp_path: Path) -> None:
    """The last word on the set-up goes into both; a session in which nobody looked has none."""
    for name, placed in (("with", PLACED), ("without", None)):
        page, file = tmp_path / f"{name}.html", tmp_path / f"{name}.json"
        report = ReportWriter(
            page, OutputContext(ORIGIN, title="Clip", stretch_name="Fold", limits={}, clip=None, translate=TELL)
        )
        summary = SummaryFile(file, ORIGIN)
        for judged in stream(1.0, fps=5.0):
            for sink in (report, summary):
                sink.put(None, replace(judged, setup=placed))
        report.close(COMPLETE)
        summary.close(COMPLETE)
        told = json.loads(file.read_text(encoding="utf-8"))["setup"]
        assert ('class="checks"' in page.read_text(encoding="utf-8")) == (placed is not None)
        if placed is None:
            assert told is None
            continue
        assert (told["well"], told["from_s"], told["to_s"]) == (False, 0.25, 2.25)
        assert [check["name"] for check in told["checks"]] == [asked.name for asked in SETUP_CHECKS]
        assert told["checks"][4] == {
            "name": "side",
            "verdict": "ACT",
            "value": 22.4,
            "unit": "deg",
            "sentence": english(TURN),
            "reason_code": "setup.turn_left",
            "reason_values": {"degrees": 20},
        }
        assert told["checks"][5]["value"] is None
