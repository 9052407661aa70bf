"""One table and one page over all that is finished."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from posecheck.assessment.messages import Messages
from posecheck.batch.index import rows, write_failures, write_index
from posecheck.batch.job import Labels, Report, Status
from tests.batch.clips import finished


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Four finished clips and one half-done one."""
    finished(tmp_path, "ann/one", Labels("Ann", "left", "<b>first</b>"))
    finished(tmp_path, "two", reps=[{"whole": True}, {"whole": False}, {"whole": True}], hold={"target_s": None})
    finished(tmp_path, "nobody", frames_with_person=0, deepest_hip_hinge={"hip_hinge_deg": None})
    finished(tmp_path, "broken", failure="broken.mp4 is empty. Record it again.")
    (finished(tmp_path, "half") / ".partial").touch()
    return tmp_path


def test_the_table_holds_each_finished_clip_once(out: Path) -> None:
    """With its figures; what is not known is empty, what is half done is left out."""
    write_index(out, translate=Messages.load("en").text, language="en")
    with (out / "index.csv").open(newline="", encoding="utf-8") as file:
        found = {row["folder"]: row for row in csv.DictReader(file)}
    assert sorted(found) == ["ann/one", "broken", "nobody", "two"]
    assert found["ann/one"]["good_s"] == "6.0"
    assert found["ann/one"]["report"] == "ann/one/report.html"
    assert (found["two"]["reps"], found["two"]["hold_s"]) == ("2.0", "")
    assert (found["nobody"]["deepest_hinge_deg"], found["nobody"]["trouble"]) == ("", "Nobody was seen in this clip.")
    assert (found["broken"]["status"], found["broken"]["report"]) == ("failed", "")


@pytest.mark.parametrize(("language", "word"), [("en", "Nobody was seen"), ("de", "niemand zu sehen")])
def test_the_page_speaks_and_escapes(out: Path, language: str, word: str) -> None:
    """It is in the language wanted, leads to the reports by relative addresses, and no text becomes markup."""
    write_index(out, translate=Messages.load(language).text, language=language)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert word in page
    assert 'href="ann/one/report.html"' in page
    assert "&lt;b&gt;first&lt;/b&gt;" in page
    assert "http://" not in page
    assert "https://" not in page


def test_results_are_read_one_by_one(out: Path) -> None:
    """Nothing is read before it is asked for: a folder that comes meanwhile is still found."""
    coming = rows(out)
    first = next(coming)
    finished(out, "zoe")
    assert [first.folder, *(row.folder for row in coming)][0] == "ann/one"


def test_failures_are_listed_and_forgotten(tmp_path: Path) -> None:
    """The list of failures goes when there are none any more."""
    write_failures(tmp_path, [Report(Path("a.mp4"), tmp_path, Status.FAILED, "clip", 'a "quoted", odd message')])
    with (tmp_path / "failures.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file))[1] == ["a.mp4", "clip", 'a "quoted", odd message']
    write_failures(tmp_path, [])
    assert not (tmp_path / "failures.csv").exists()
