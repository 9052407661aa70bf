"""The report's plots and page. What it looks like in a browser is tested in tests/browser."""

from __future__ import annotations

import html
import itertools
import math
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.messages import Messages
from posecheck.body import Landmark
from posecheck.errors import OutputError
from posecheck.outputs.context import OutputContext
from posecheck.outputs.overlay import contour_px
from posecheck.outputs.report import ReportWriter
from posecheck.outputs.track import BACK_ROWS, DRAWN, UNSEEN, Track
from posecheck.records import QUANTITIES, Event, Origin, Verdict
from tests.outputs import people
from tests.wording import worded

TELL = Messages.load("en").text
ORIGIN = Origin(
    "0.1.0", "<b>clip</b>.mp4", "standing_forward_fold", "abc", {"spine_rounding.limit_deg": (35.0, "--set")}
)


def writer(path: Path) -> ReportWriter:
    """A report of nothing yet."""
    return ReportWriter(
        path,
        OutputContext(
            ORIGIN, title="<clip>", stretch_name="Fold", limits={"spine_flexion_deg": 35.0}, clip=None, translate=TELL
        ),
    )


def unpacked(chunks: list[bytes], columns: int, kind: str = "i2") -> np.ndarray[Any, Any]:
    """What the page makes of a packed group: (frames, columns) of whole numbers."""
    steps = [np.frombuffer(zlib.decompress(chunk), f"<{kind}").reshape(columns, -1) for chunk in chunks]
    return np.concatenate([np.cumsum(one, axis=1, dtype=kind).T for one in steps])


@given(
    st.lists(
        st.tuples(
            st.floats(0.001, 0.9), st.one_of(st.just(math.nan), st.floats(-100, 200)), st.sampled_from(list(Verdict))
        ),
        min_size=1,
        max_size=40,
    )
)
def test_the_track_gives_back_what_was_put_in(frames: list[tuple[float, float, Verdict]]) -> None:
    """Times to a tenth of a millisecond, angles to a twentieth of a degree, NaN as unseen, whatever the frame rate."""
    track, t_s, times = Track(), 0.0, []
    for step_s, value, verdict in frames:
        t_s += step_s
        times.append(t_s)
        track.put(people.assessment(people.sighting(t_s), verdict, {"spine_flexion_deg": value}))
    packed = track.packed(["spine_flexion_deg", "hip_share"])
    assert unpacked(packed["t"], 1, "i4")[:, 0] / packed["per"]["s"] == pytest.approx(times, abs=6e-5)
    spine = unpacked(packed["values"][0], 1)[:, 0]
    for kept, (_, value, _) in zip(spine.tolist(), frames, strict=True):
        assert kept == UNSEEN if math.isnan(value) else abs(kept / packed["per"]["values"][0] - value) < 0.051
    assert [("GOOD", "WARN", "UNKNOWN")[row] for row in unpacked(packed["told"], 6)[:, 0]] == [v for _, _, v in frames]
    spans = track.spans()
    assert all(a[1] == b[0] and a[2] is not b[2] for a, b in itertools.pairwise(spans))
    if len(times) > 1:
        assert (spans[0][0], spans[-1][1]) == (times[0], times[-1])


@pytest.mark.parametrize("facing", [1, -1])
def test_joints_and_back_lie_where_the_picture_has_them(facing: int) -> None:
    """A quarter of a pixel for the joints; the outline is the one that is drawn into the annotated clip."""
    seen = people.sighting(0.0, (640, 360), hinge_deg=50.0, facing=facing)
    track = Track()
    track.put(people.assessment(seen))
    packed = track.packed([])
    points = unpacked(packed["points"], 2 * len(packed["joints"]))[0].reshape(-1, 2) / packed["per"]["px"]
    assert np.abs(points[:-1] - seen.landmarks_px[list(DRAWN)]).max() < 0.13
    ears = seen.landmarks_px[[Landmark.LEFT_EAR, Landmark.RIGHT_EAR]]
    assert np.abs(points[packed["joints"].index("head")] - ears.mean(axis=0)).max() < 0.13
    assert packed["joints"][DRAWN.index(Landmark.LEFT_HIP)] == "left_hip"
    back = unpacked(packed["back"], 4 + len(BACK_ROWS))[0].astype(float)
    hip, shoulder = back[:2] / packed["per"]["px"], back[2:4] / packed["per"]["px"]
    chord = shoulder - hip
    towards_back = np.array([chord[1], -chord[0]]) * facing
    offsets = back[4:] / packed["per"]["chord"]
    outline = hip + BACK_ROWS[:, None] * chord + offsets[:, None] * towards_back
    assert seen.back is not None
    drawn = np.concatenate(contour_px(seen.back))
    # The drawn outline is sampled every 2.7 px: half of that is the nearest a point on it can be sure to come.
    assert max(np.hypot(*(drawn - point).T).min() for point in outline) < 1.5


def test_a_long_session_fits_into_a_small_page(tmp_path: Path) -> None:
    """Two minutes of somebody who is never still come to less than 0.8 MB, so ten to less than 4."""
    report = writer(tmp_path / "long.html")
    noise = np.random.default_rng(1)
    for judged in people.stream(120.0, fps=30.0):
        jitter = noise.normal(0.0, 0.6, judged.sighting.landmarks_px.shape)
        seen = replace(judged.sighting, landmarks_px=judged.sighting.landmarks_px + jitter)
        report.put(None, replace(judged, sighting=seen))
    report.close("complete")
    assert (tmp_path / "long.html").stat().st_size < 800_000


def test_a_session_without_a_frame_still_gives_a_page(tmp_path: Path) -> None:
    """Nothing seen is said, names are escaped, and the ending stands on the page."""
    path = tmp_path / "report.html"
    report = writer(path)
    report.event(Event(0.0, 1.0, "view", Verdict.UNKNOWN, math.nan, math.nan, "", worded("Turn <side-on>.")))
    report.close("interrupted")
    page = path.read_text(encoding="utf-8")
    assert "Not to the end: interrupted" in page
    assert "never seen" in page
    assert "Nobody was seen in this clip." in page
    assert "Turn &lt;side-on&gt;." in page
    assert "<clip>" not in page
    assert "spine_rounding.limit_deg" in page
    assert not re.search(r"\$(title|style|body|data|policy|scripts)", page)


def test_repetitions_have_their_section(tmp_path: Path) -> None:
    """Every one has its row, what does not count says so; a stretch that is not repeated has no such section."""
    report = writer(tmp_path / "reps.html")
    for judged in people.repeated():
        report.put(None, judged)
    report.close("complete")
    page = (tmp_path / "reps.html").read_text(encoding="utf-8")
    section = page[page.index("<h2>Repetitions</h2>") : page.index("<h2>Set-up</h2>")]
    assert section.count('<tr role="row" data-t') == 4
    for text in (
        "Good.",
        "Partial, not counted. Not deep enough",
        "Not seen, not counted. It could not be judged for 1.6",
        "Your back rounded",
    ):
        assert text in section
    held = writer(tmp_path / "held.html")
    held.close("complete")
    assert "<h2>Repetitions</h2>" not in (tmp_path / "held.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is gone gives one line that names the file."""
    with pytest.raises(OutputError, match=r"Cannot write .*report\.html"):
        writer(tmp_path / "gone" / "report.html").close("complete")


def test_the_page_is_whole_in_german(tmp_path: Path) -> None:
    """With everything there is to say, not one English text of the report is left standing."""
    german, english = Messages.load("de"), Messages.load("en")
    path = tmp_path / "report.html"
    report = ReportWriter(
        path,
        OutputContext(
            ORIGIN, title="x", stretch_name="y", limits={"spine_flexion_deg": 35.0}, clip=None, translate=german.text
        ),
    )
    for judged in people.repeated():
        report.put(people.frame_of(judged), judged)
    report.event(people.WARNED)
    report.close("complete")
    page = path.read_text(encoding="utf-8")
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page[page.index("<main>") :], flags=re.DOTALL)
    words = {html.unescape(word).strip() for word in re.findall(r">([^<>]+)<", body)}
    left = [text for key, text in english.texts.items() if key.startswith("report.") and text in words]
    assert left == []
    assert german.text("report.events.title") in words


def test_labels_are_those_of_the_quantities() -> None:
    """What a measure is called and what it is stand once more in the messages, letter by letter."""
    english = Messages.load("en").english
    for quantity in QUANTITIES:
        assert english[f"report.measure.{quantity.name}"] == quantity.label
        assert english[f"report.what.{quantity.name}"] == quantity.what


def test_only_a_handful_of_pictures_is_kept(tmp_path: Path) -> None:
    """Of many events the gravest have a picture, in order of time; all have a row."""
    report = writer(tmp_path / "report.html")
    for number in range(20):
        judged = people.assessment(people.sighting(number * 2.0), Verdict.WARN, {"spine_flexion_deg": 40.0 + number})
        report.put(people.frame_of(judged), judged)
        report.event(replace(people.WARNED, start_s=number * 2.0, end_s=number * 2.0 + 1.0))
    report.close("complete")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") == 6
    shown = [float(t) for t in re.findall(r'<figcaption><button type="button" class="go" data-t="([0-9.]+)"', page)]
    assert shown == [28.0, 30.0, 32.0, 34.0, 36.0, 38.0]
    assert page.count('class="verdict warn"') == 20
