"""The report's plots and page. What it looks like in a browser is tested in tests/browser."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import OutputError
from posecheck.outputs.report import ReportWriter, thinned
from posecheck.records import Event, Origin, Verdict
from tests.outputs import people

ORIGIN = Origin(
    "0.1.0", "<b>clip</b>.mp4", "standing_forward_fold", "abc", {"spine_rounding.limit_deg": (35.0, "--set")}
)


def writer(path: Path) -> ReportWriter:
    """A report of nothing yet."""
    return ReportWriter(
        path, ORIGIN, title="<clip>", stretch_name="Fold", limits={"spine_flexion_deg": 35.0}, clip=None
    )


@given(st.lists(st.one_of(st.floats(-50, 120), st.just(math.nan)), min_size=1, max_size=400), st.integers(4, 60))
def test_thinning_keeps_peaks_gaps_and_order(values: list[float], most: int) -> None:
    """The least and the greatest value survive, time still rises, and nothing is made up."""
    times = np.arange(len(values), dtype=np.float64)
    kept_t, kept_v = thinned(times, np.array(values), most)
    assert len(kept_t) <= max(most, 2)
    assert (np.diff(kept_t) > 0).all()
    given_values = np.array(values)
    assert np.array_equal(kept_v, given_values[kept_t.astype(int)], equal_nan=True)
    if np.isfinite(given_values).any():
        assert np.nanmax(kept_v) == np.nanmax(given_values)
        assert np.nanmin(kept_v) == np.nanmin(given_values)


def test_a_session_without_a_frame_still_gives_a_page(tmp_path: Path) -> None:
    """Nothing seen is said, names are escaped, and the ending stands on the page."""
    path = tmp_path / "report.html"
    report = writer(path)
    report.event(Event(0.0, 1.0, "view", Verdict.UNKNOWN, math.nan, math.nan, "", "Turn <side-on>."))
    report.close("interrupted")
    page = path.read_text(encoding="utf-8")
    assert "Not to the end: interrupted" in page
    assert "was never seen in this clip" in page
    assert "Turn &lt;side-on&gt;." in page
    assert "<clip>" not in page
    assert "spine_rounding.limit_deg" in page
    assert not re.search(r"\$[a-z]", page)


def test_repetitions_have_their_section(tmp_path: Path) -> None:
    """Every one has its row, what does not count says so; a stretch that is not repeated has no such section."""
    report = writer(tmp_path / "reps.html")
    for judged in people.repeated():
        report.put(None, judged)
    report.close("complete")
    page = (tmp_path / "reps.html").read_text(encoding="utf-8")
    section = page[page.index("<h2>Repetitions</h2>") : page.index("<h2>Over time</h2>")]
    assert section.count("<tr tabindex") == 4
    for text in (
        "Good.",
        "Partial, not counted. Not deep enough",
        "Not seen, not counted. For 1.6",
        "Your back rounded",
    ):
        assert text in section
    held = writer(tmp_path / "held.html")
    held.close("complete")
    assert "Repetitions" not in (tmp_path / "held.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is gone gives one line that names the file."""
    with pytest.raises(OutputError, match=r"Cannot write .*report\.html"):
        writer(tmp_path / "gone" / "report.html").close("complete")
