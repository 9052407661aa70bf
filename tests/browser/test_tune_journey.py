"""The whole way of a coach: two clips labelled in a real Chromium, a limit searched, a clip analysed with the profile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from posecheck.tuning.labels import Labels, read_labels
from tests.app.serving import ROOT, Server
from tests.browser.waiting import until_found
from tests.journeys.command import posecheck
from tests.journeys.folds import FOLDS_S, FPS, LONG_S, PEOPLE, film
from tests.journeys.test_analyze import rows

pytestmark = pytest.mark.browser

RULE = "spine_rounding"
#: From when to when the coach calls the second fold broken; the first one is well with this coach.
BROKEN_S = (4.7, 7.2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh folder with two clips that nobody has analysed."""
    out = tmp_path_factory.mktemp("coach")
    for person in PEOPLE:
        film(out, person)
    return out


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """`posecheck tune label` on that folder; the model watches the clips first."""
    command = ["tune", "label", str(folder), "--no-browser", "--rater", "Ann", "--stretch", "standing_forward_fold"]
    with subprocess.Popen(
        [sys.executable, "-m", "posecheck", *command],
        cwd=ROOT,
        env={**os.environ, "LANG": "C", "XDG_DATA_HOME": str(folder / ".d"), "XDG_STATE_HOME": str(folder / ".s")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Server(process, process.stdout.readline().strip())
        finally:
            process.kill()


def on(page: Page, seconds: float) -> None:
    """So many seconds on, with the keys of a second and of a frame."""
    for _ in range(int(seconds)):
        page.keyboard.press("Shift+ArrowRight")
    for _ in range(round((seconds % 1.0) * FPS)):
        page.keyboard.press("ArrowRight")


def label(page: Page, path: Path, person: str) -> None:
    """Say with keys alone that everything but the second fold is good, and wait until it is in the file."""
    expect(page.locator("#title")).to_contain_text(f"{person}.mp4")
    expect(page.locator("#lanes")).to_contain_text("Ann (you)")
    page.keyboard.press("g")
    on(page, BROKEN_S[0])
    page.keyboard.press("b")
    on(page, BROKEN_S[1] - BROKEN_S[0])
    page.keyboard.press("g")
    on(page, LONG_S - BROKEN_S[1])
    page.keyboard.press("g")
    file = path / f"{person}.labels.toml"

    def all_three() -> Labels | None:
        labels = read_labels(file) if file.exists() else None
        return labels if labels is not None and len(labels.intervals) == 3 else None

    labels = until_found(all_three, f"three intervals in {file.name}")
    assert [one.truth.value for one in labels.intervals] == ["good", "warn", "good"]
    assert (labels.intervals[1].start_s, labels.intervals[1].end_s) == pytest.approx(BROKEN_S, abs=0.21)
    assert labels.people == (person,)


def test_labels_made_in_the_browser_change_what_an_analysis_says(
    browser: Browser, server: Server, folder: Path
) -> None:
    """Two people whose mild rounding is well with their coach: the profile keeps the second warning, and only that."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server.origin}/login?t={server.token}")
    for person in PEOPLE:
        label(page, folder, person)
        page.keyboard.press("n")
    context.close()

    found = posecheck("tune", "search", ".", "--jobs", "1", "-o", "mine.toml", "--force", cwd=folder)
    assert found.returncode == 0, found.stderr
    numbers = dict(re.findall(r"^(\w+_deg) = (\S+)$", (folder / "mine.toml").read_text(encoding="utf-8"), re.MULTILINE))
    assert 40.0 < float(numbers["limit_deg"]) <= 60.0

    promised = posecheck("replay", "ben.jsonl", "--profile", "mine.toml", cwd=folder)
    assert promised.returncode == 0, promised.stderr
    assert promised.stdout.count("− lost") == 1
    before = posecheck("replay", "ben.jsonl", "-o", "before", cwd=folder)
    assert before.returncode == 0, before.stderr
    done = posecheck("analyze", "ben.mp4", "--profile", "mine.toml", "-o", "after", cwd=folder)
    assert done.returncode == 0, done.stderr
    was, now = (
        [one for one in rows(next(folder.glob(f"{name}/**/events.csv"))) if one["verdict"] == "WARN"]
        for name in ("before", "after")
    )
    assert [one["rule"] for one in was] == [RULE, RULE]
    assert [one["rule"] for one in now] == [RULE]
    assert float(was[0]["start_s"]) < FOLDS_S[0][1]
    assert FOLDS_S[1][0] < float(now[0]["start_s"]) < BROKEN_S[1]
    assert float(now[0]["limit"]) == float(numbers["limit_deg"])
