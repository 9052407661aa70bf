"""What the terminal shows."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.pipeline.doctor import Fact, State
from posecheck.pipeline.session import Ending, Outcome, default_profile
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Assessment, Event, Reps, Verdict
from posecheck.sources.camera import CameraInfo
from posecheck.statistics import SessionStatistics
from posecheck.terminal.live import live_line, live_panel
from posecheck.terminal.machine import cameras_table, facts_table
from posecheck.terminal.result import events_table, result, timeline
from posecheck.terminal.style import degrees, gauge, seconds
from tests.outputs.people import REPS, assessment, repeated, sighting
from tests.wording import worded

STRETCH = load_stretch("standing_forward_fold")
COUNTED = Outcome(statistics=SessionStatistics(frames=9, person_frames=9, reps=REPS))


def text_of(what: RenderableType, width: int = 100) -> str:
    """What a terminal of this width shows, without colours."""
    console = Console(width=width, file=io.StringIO(), highlight=False)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def event(start_s: float, end_s: float, verdict: Verdict = Verdict.WARN, value: float = 43.0) -> Event:
    """An event of the spine."""
    return Event(start_s, end_s, "spine_rounding", verdict, value, 35.0, "deg", worded("Your back is rounding."))


def test_what_was_not_seen_is_a_dash() -> None:
    """NaN is never shown as a number."""
    assert (degrees(math.nan), degrees(41.6), seconds(math.nan)) == ("–", "42°", "–")


def test_a_share_in_the_list_of_events_is_no_angle() -> None:
    """A rule on the hips' share shows hundredths, not degrees."""
    share = Event(1.0, 4.0, "hips_lead", Verdict.WARN, 0.347, 0.5, "", worded("Less than half."))
    shown = text_of(events_table([share]))
    assert "0.35" in shown
    assert "°" not in shown


@pytest.mark.parametrize(("value_s", "shown"), [(0.0, "0.0 s"), (7.44, "7.4 s"), (125.0, "2:05.0")])
def test_times_are_read_like_a_clock(value_s: float, shown: str) -> None:
    """Minutes appear only when there are some."""
    assert seconds(value_s) == shown


def test_a_gauge_fills_marks_its_limit_and_hatches_the_unseen() -> None:
    """The bar is as full as the value, the limit has its mark, and NaN is hatched."""
    half = gauge(50.0, 0.0, 100.0, math.nan, width=10).plain
    assert half == "━" * 5 + "─" * 5
    marked = gauge(50.0, 0.0, 100.0, 80.0, width=10)
    assert marked.plain.index("┃") == 8
    assert "red" not in {str(span.style) for span in marked.spans}
    assert "red" in {str(span.style) for span in gauge(90.0, 0.0, 100.0, 80.0, width=10).spans}
    assert gauge(math.nan, 0.0, 100.0, 80.0, width=10).plain == "╱" * 10
    assert len(gauge(-20.0, 0.0, 100.0, 300.0, width=10).plain) == 10


def test_the_timeline_shows_each_event_at_its_place() -> None:
    """WARN stands over UNKNOWN where both fall into one block; even the shortest event is seen."""
    line = timeline([event(4.0, 6.0), event(0.0, 1.0, Verdict.UNKNOWN), event(9.99, 10.0)], 0.0, 10.0, width=10).plain
    assert line == "╱━━━▲▲━━━▲"


def test_moments_of_unknown_are_counted_not_listed() -> None:
    """Short UNKNOWN spans are one line; longer ones and every WARN have their own."""
    shown = text_of(events_table([event(1, 1.1, Verdict.UNKNOWN), event(2, 4, Verdict.UNKNOWN), event(5, 5.1)]))
    assert "1 moment of UNKNOWN" in shown
    assert "2.0 – 4.0 s" in shown
    assert "5.0 – 5.1 s" in shown
    only = text_of(events_table([event(1, 1.1, Verdict.UNKNOWN), event(2, 2.1, Verdict.UNKNOWN)]))
    assert "2 moments of UNKNOWN" in only
    assert "when" not in only


def test_a_result_tells_what_went_wrong_and_where_its_files_are() -> None:
    """Broken, interrupted, nobody seen, lost outputs and files are all told."""
    broke = Outcome(Ending.BROKE, "clip.mp4 breaks off at 3.0 s", SessionStatistics(frames=9, from_s=0.0, to_s=3.0))
    shown = text_of(result("clip.mp4", STRETCH, broke, [("report", Path("out/report.html"))]))
    for word in ("breaks off at 3.0 s", "Nobody was seen", "out/report.html", "not a medical device"):
        assert word in shown
    cut = Outcome(
        Ending.INTERRUPTED, "", SessionStatistics(frames=3, person_frames=3), lost_outputs=("Cannot write x.webm",)
    )
    shown = text_of(result("clip.mp4", STRETCH, cut, []))
    assert "Interrupted: what was done so far is kept." in shown
    assert "Left out: Cannot write x.webm" in shown


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", STRETCH.rules[0].say), ("de", "Mach den Rücken lang, kipp das Becken nach vorn.")],
)
def test_the_coach_is_shown_in_the_language_of_the_person(language: str, line: str) -> None:
    """Panel, line and result say the same in the language asked for; the panel wears the stretch's name in it."""
    words = Messages.load(language).knowing(STRETCH)
    judged = replace(assessment(sighting(0.0), Verdict.WARN), cue=STRETCH.rules[0].say)
    panel = live_panel(
        judged,
        STRETCH,
        default_profile(STRETCH),
        fps=30.0,
        latency_s=0.05,
        dropped=0,
        clock="1.0 s",
        columns=100,
        translate=words.text,
    )
    assert line in text_of(panel)
    assert words.text(STRETCH.name) in text_of(panel)
    assert line in text_of(live_line(judged, fps=30.0, latency_s=0.05, clock="1.0 s", translate=words.text), 200)
    warned = replace(event(1, 3), reason=Reason.of_rule(STRETCH.id, STRETCH.rules[1].id, STRETCH.rules[1].reason))
    shown = text_of(events_table([warned], words.text), 200)
    assert words.text(STRETCH.rules[1].reason) in shown


@pytest.mark.parametrize("width", [60, 100])
def test_a_result_lists_the_repetitions(width: int) -> None:
    """One row each with number, depth, tempo and remark; what does not count has no number and says so."""
    shown = text_of(result("clip.mp4", STRETCH, COUNTED, []), width)
    lines = shown.splitlines()
    assert all(len(line) <= width for line in lines)
    words = " ".join(shown.replace("│", " ").split())
    assert "2 repetitions, 1 good" in words
    rows = [line.strip("│ ").split() for line in lines if "1.1 / 1.3 s" in line]
    assert [row[0] for row in rows] == ["1", "–", "–", "2"]
    assert [row[5] for row in rows] == ["52°", "35°", "52°", "52°"]
    for word in ("Good.", "Partial.", "Not seen.", "rounded"):
        assert word in words


def test_the_remarks_of_repetitions_are_in_the_language_of_the_person() -> None:
    """The table speaks German where the coach does."""
    words = Messages.load("de").knowing(STRETCH)
    shown = text_of(result("clip.mp4", STRETCH, COUNTED, [], translate=words.text), 120)
    assert "Nicht tief genug: 35° von 45°." in shown


@pytest.mark.parametrize("columns", [60, 100])
def test_the_panel_counts_repetitions(columns: int) -> None:
    """The one under way, of how many, and what did not count; there is no hold to show then."""
    *_, judged = repeated()
    assert judged.reps is not None
    judged = replace(judged, reps=replace(judged.reps, active=True))
    drill = load_stretch("hip_hinge_drill")
    panel = live_panel(
        judged, drill, default_profile(drill), fps=30.0, latency_s=0.05, dropped=0, clock="1.0 s", columns=columns
    )
    shown = text_of(panel, columns)
    words = " ".join(shown.replace("│", " ").split())
    assert "Repetition 3 of 8" in words
    assert "1 partial, 1 not seen" in words
    assert "Hold" not in shown
    line = text_of(live_line(judged, fps=30.0, latency_s=0.05, clock="1.0 s"), 200)
    assert "Repetition 3 of 8" in line
    assert "Hold" not in line
    done = replace(judged, reps=Reps(8, 0, 0, 8))
    assert "Repetition 8 of 8" in text_of(live_line(done, fps=30.0, latency_s=0.05, clock="1.0 s"), 200)


def test_where_there_is_no_cue_the_reason_is_shown() -> None:
    """Nothing to do about it, but why."""
    judged = replace(assessment(sighting(0.0), Verdict.UNKNOWN), cue="", reason=Reason(ReasonCode.VIEW_NO_PICTURE))
    words = Messages.load("de")
    line = text_of(live_line(judged, fps=30.0, latency_s=0.05, clock="1.0 s", translate=words.text), 200)
    assert "Eine Weile kam kein Bild." in line


def test_names_with_brackets_are_shown_as_they_are() -> None:
    """A file called [bold].mp4 is no markup."""
    assert "[bold].mp4" in text_of(result("[bold].mp4", STRETCH, Outcome(), []))


def test_doctor_and_cameras_are_tables() -> None:
    """Each fact has its mark, faults are counted, a camera without a rate gets a dash."""
    shown = text_of(facts_table([Fact("Model", State.FAULT, "damaged"), Fact("Log", State.FINE, "here")]))
    assert "1 to mend" in shown
    assert "✗" in shown
    assert "✓" in shown
    table = text_of(cameras_table([CameraInfo(index=0, width=640, height=480, fps=None, name="Front")]))
    assert "640×480" in table
    assert "–" in table


def test_the_doctors_card_is_german_and_leaves_names_and_errors_as_they_are() -> None:
    """Every fact is told in the language of the person; files, versions and what a library says stay letter by letter."""
    german = Messages.load("de").text
    whole = Fact("doctor.what.model", State.FINE, "doctor.whole", {"file": "spine_1.npz", "sha256": "00ff"})
    broken = Fact("OpenCV", State.FAULT, "ImportError: libGL.so.1: cannot open shared object file")
    shown = text_of(facts_table([whole, broken, Fact("doctor.what.network", State.FINE, "doctor.network")], german))
    assert "1 zu beheben" in shown
    assert re.search(r"Modell +spine_1\.npz, sha256 00ff…, unversehrt", shown)
    assert "ImportError: libGL.so.1: cannot open shared object file" in shown
    assert "wird nicht benutzt" in shown
    assert "alles in Ordnung" in text_of(facts_table([whole], german))
    cameras = text_of(cameras_table([CameraInfo(index=0, width=640, height=480, fps=30.0, name="Front")], german))
    assert {"Kamera", "Bild", "Bilder/s"} <= set(cameras.split())


LOOKS = [
    pytest.param(STRETCH, assessment(sighting(0.0), Verdict.WARN), id="a hold"),
    pytest.param(load_stretch("hip_hinge_drill"), list(repeated())[-1], id="repetitions"),
]
#: Words that only the English terminal has.
ENGLISH_WORDS = re.compile(
    r"\b(hinge|knee|spine|trunk|hold|repetitions?|limit|upright|good|warn|unknown|partial|frames|side|view|dropped|ends|"
    r"when|what|worst|why|depth|down|report|left out|nobody|interrupted|estimates|people)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize(("stretch", "judged"), LOOKS)
def test_the_german_panel_is_german_and_keeps_its_width(stretch: Stretch, judged: Assessment, columns: int) -> None:
    """Labels, verdict, limits and the foot; no line is longer than the terminal, and no gauge is broken in two."""
    translate = Messages.load("de").knowing(stretch).text
    for verdict, word in (("GOOD", "GUT"), ("WARN", "HINWEIS"), ("UNKNOWN", "UNKLAR")):
        shown = text_of(
            live_panel(
                replace(judged, verdict=Verdict(verdict), cue="", reason=None),
                stretch,
                default_profile(stretch),
                fps=30.0,
                latency_s=0.05,
                dropped=1234567,
                clock="1.0 s",
                columns=columns,
                translate=translate,
            ),
            columns,
        )
        assert word in shown
        assert ENGLISH_WORDS.findall(shown) == []
        assert {len(line) for line in shown.splitlines()} == {columns}
        for row in ("Hüftbeuge", "Knie", "Rücken", "Oberkörper", "Halten" if judged.reps is None else "Wiederholung"):
            (line,) = (line for line in shown.splitlines() if line.strip("│ ").startswith(f"{row} "))
            assert re.search("[━─╱┃]{10}", line)
        words = " ".join(shown.replace("│", " ").split())
        assert "1234567 ausgelassen Strg-C beendet" in words


@pytest.mark.parametrize("columns", [80, 120])
def test_the_german_summary_is_german_to_its_last_line(columns: int) -> None:
    """Shares, events, repetitions, odd endings, files and the note on accuracy."""
    translate = Messages.load("de").knowing(STRETCH).text
    events = (event(1, 3), replace(event(4, 4.1, Verdict.UNKNOWN), rule="view"))
    outcome = Outcome(
        ending=Ending.INTERRUPTED,
        statistics=SessionStatistics(frames=90, from_s=0.0, to_s=5.0, reps=REPS, most_people=2, best_hold_s=4.0),
        events=tuple(
            replace(one, reason=Reason.of_rule(STRETCH.id, STRETCH.rules[0].id, STRETCH.rules[0].reason))
            for one in events
        ),
    )
    shown = text_of(
        result("clip.mp4", STRETCH, outcome, [("report", Path("out/1.html"))], translate=translate), columns
    )
    assert ENGLISH_WORDS.findall(shown) == []
    assert max(map(len, shown.splitlines())) <= columns
    for words in ("kein Medizinprodukt", "Abgebrochen", "▲ Rücken", "1 UNKLARER Moment", "Bericht", "2 Wiederholungen"):
        assert words in " ".join(shown.replace("│", " ").split())


@pytest.mark.parametrize("columns", [60, 100])
def test_the_panel_of_a_routine_does_not_name_two_ways_to_end(columns: int) -> None:
    """Without `keys` the foot leaves out Ctrl-C: the keys stand above."""
    judged = assessment(sighting(0.0), Verdict.GOOD)
    shown = text_of(
        live_panel(
            judged,
            STRETCH,
            default_profile(STRETCH),
            fps=30.0,
            latency_s=0.05,
            dropped=0,
            clock="1.0 s",
            columns=columns,
            keys=False,
        ),
        columns,
    )
    assert "Ctrl-C" not in shown
    assert "0 dropped" in shown
