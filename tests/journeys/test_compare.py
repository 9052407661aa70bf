"""`posecheck compare`: two results side by side."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from posecheck.outputs.comparison import BEND_DEG, first_bend_s
from posecheck.outputs.track import Track
from posecheck.pipeline.session import assess, default_profile
from posecheck.sources.replay import read_recording
from tests.journeys.command import posecheck, refused
from tests.journeys.test_analyze import CLEAN, ROUNDED
from tests.outputs import people
from tests.shared import made_once

STRICTER = ("--set", "spine_rounding.limit_deg=25")


def analysed_pair(factory: pytest.TempPathFactory) -> Path:
    """The folder of two results, `before` and `after`: the clean and the rounded fold.

    The second begins half a second later in its clip and has a stricter limit. Ten frames a second show it as well.
    """

    def make(folder: Path) -> None:
        for clip, name, begin, more in ((CLEAN, "before", "0", ()), (ROUNDED, "after", "0.5", STRICTER)):
            done = posecheck(
                "analyze",
                clip,
                "-o",
                f"out/{name}",
                "--from",
                begin,
                "--to",
                "3.5",
                "--sample-fps",
                "10",
                *more,
                cwd=folder,
            )
            assert done.returncode == 0, done.stderr

    return made_once(factory, "before_and_after", make) / "out"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of two results, and their comparison."""
    folder = tmp_path_factory.mktemp("compare")
    for result in analysed_pair(tmp_path_factory).iterdir():
        shutil.copytree(result, folder / result.name)
    done = posecheck("compare", "before", "after/recording.jsonl", "-o", "both.html", "--lang", "de", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "both.html"


def test_the_table_tells_what_differs(both: Path) -> None:
    """Same person, same depth, one rounded: the back differs by far, the fold hardly."""
    page = both.read_text(encoding="utf-8")
    rows = {
        cells[0]: cells[1:]
        for cells in (
            [html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
            for row in re.findall(r"<tr>(.*?)</tr>", page)
        )
        if cells
    }
    first, second, change = (int(cell.rstrip("°")) for cell in rows["Am stärksten gerundet"])
    assert second > 35 > first
    assert abs(change - (second - first)) <= 1
    assert abs(int(rows["Tiefste Hüftbeugung"][2].rstrip("°"))) < 20
    assert rows["Seite zur Kamera"][0] in ("links", "rechts")
    assert '<html lang="de">' in page


def test_limits_that_differ_are_told_of_both(both: Path) -> None:
    """Each session brings its own limits to plot and table; where they are the same the table does not repeat them."""
    page = both.read_text(encoding="utf-8")
    found = re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    spine, knee = data["names"].index("spine_flexion_deg"), data["names"].index("knee_flexion_deg")
    first, second = (side["limits"] for side in data["sides"])
    assert first[spine]["value"] > second[spine]["value"] == 25.0
    assert first[knee] == second[knee]
    told = [html.unescape(row) for row in re.findall(r"<td>(Gültige Grenze: [^<]*)</td>", page)]
    assert len(told) == 1


def test_the_bend_is_found_where_it_begins(both: Path) -> None:
    """The common clock rests on the moment the trunk has left its first place by the lower edge of the window."""
    recording = read_recording(both.parent / "before" / "recording.jsonl")
    from posecheck.assessment.catalogue.stretch_files import load_stretch

    stretch = load_stretch(recording.origin.stretch)
    track = Track()
    for judged in assess(recording.sightings(), stretch, default_profile(stretch)):
        track.put(judged)
    at_s = first_bend_s(track)
    trunk, t_s = track.values("trunk_inclination_deg"), np.asarray(track.t_s)
    assert np.nanmax(trunk[t_s < at_s]) <= BEND_DEG + 5.0
    assert trunk[t_s >= at_s][0] > BEND_DEG - 5.0


def test_nobody_who_bends_has_no_bend() -> None:
    """Standing still, the clocks begin with the first frame."""
    track = Track()
    for k in range(30):
        track.put(people.assessment(people.sighting(k / 30), values={"trunk_inclination_deg": 3.0}))
    assert np.isnan(first_bend_s(track))


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        (["before", "none.jsonl"], r"No such file: none\.jsonl"),
        (["before", "."], r"holds no recording\.jsonl"),
        (["before", "after", "-o", "before/measures.csv"], r"is no HTML file and would be overwritten"),
        (["before", "after", "-o", "gone/x.html"], r"Cannot write gone/x\.html"),
    ],
)
def test_what_cannot_be_compared_is_told(both: Path, words: list[str], pattern: str) -> None:
    """One line each."""
    refused(posecheck("compare", *words, cwd=both.parent), 1, pattern)
