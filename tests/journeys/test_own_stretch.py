"""Somebody's own stretch file, wherever the id of a stretch may stand: as people use it."""

from __future__ import annotations

import json
import re
from itertools import islice
from pathlib import Path

import pytest

from posecheck.assessment.catalogue.routine_files import read_routine
from posecheck.pipeline.routine import plan
from posecheck.resources import samples_dir
from posecheck.sources.replay import read_recording
from tests.journeys.command import posecheck, refused

CLIP = samples_dir() / "standing_fold_rounded.mp4"
SHIPPED = (
    Path(__file__).parents[2] / "posecheck" / "assessment" / "catalogue" / "stretches" / "standing_forward_fold.toml"
)
ROUTINE = """
id = "evening"
name = "Evening"
when = "At night."
warm_up = "Walk."

[[items]]
stretch = "own/my_fold.toml"
numbers = { hold = { target_s = 12 } }

[[items]]
stretch = "standing_posture"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A stretch of one's own: the standing fold under another name, with words of one's own."""
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace('id = "standing_forward_fold"', 'id = "my_fold"').replace(
        'name = "Standing forward fold"', 'name = "My fold"'
    )
    path = tmp_path / "own" / "my_fold.toml"
    path.parent.mkdir()
    path.write_text(re.sub(r'(?m)^say = ".*"$', 'say = "Long like a plank."', text), encoding="utf-8")
    return path


def test_a_clip_is_judged_by_it_and_its_recording_judged_again(own: Path, tmp_path: Path) -> None:
    """The header names the file; the replay finds it there, and says what to do once it is gone."""
    words = ("--stretch", "own/my_fold.toml", "-o", "out", "--from", "2.4", "--to", "3.6")
    done = posecheck("analyze", CLIP, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "My fold" in done.stdout
    assert "▲ Back" in done.stdout
    recording = tmp_path / "out" / "recording.jsonl"
    assert read_recording(recording).origin.stretch == str(own.resolve())
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["stretch"] == str(own.resolve())
    again = posecheck("replay", recording, cwd=tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "▲ Back" in again.stdout
    moved = own.rename(tmp_path / "my_fold.toml")
    refused(posecheck("replay", recording, cwd=tmp_path), 1, "my_fold.toml, which is not there. .*--stretch")
    assert posecheck("replay", recording, "--stretch", moved, cwd=tmp_path).returncode == 0


def test_it_is_shown_and_its_mistakes_are_told_as_the_check_tells_them(own: Path, tmp_path: Path) -> None:
    """A card with its numbers; a wrong key with the nearest spelling, the same from every command."""
    shown = posecheck("stretches", "show", own, "--set", "hold.target_s=20", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "My fold" in shown.stdout
    assert "hold.target_s = 20 s" in shown.stdout
    own.write_text(own.read_text(encoding="utf-8").replace("[hold]", "[hold]\nrepeats = 2"), encoding="utf-8")
    told = posecheck("stretches", "check", own, cwd=tmp_path).stderr
    assert 'Did you mean "repeat"?' in told
    for words in (
        ("stretches", "show", own),
        ("analyze", CLIP, "--stretch", own),
        ("live", "--terminal", "--stretch", own),
    ):
        done = posecheck(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr == told
    refused(posecheck("stretches", "show", "nowhere.toml", cwd=tmp_path), 2, r"nowhere\.toml")


def test_a_routine_may_name_it_beside_itself(own: Path, tmp_path: Path) -> None:
    """Found relative to the routine's file, wherever one stands; its mistakes are the routine's."""
    file = own.parents[1] / "evening.toml"
    file.write_text(ROUTINE, encoding="utf-8")
    part, posture = plan(read_routine(file))
    assert (part.stretch.id, part.target, posture.stretch.id) == ("my_fold", 12.0, "standing_posture")
    assert part.stretch.rules[0].say == "Long like a plank."
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shown = posecheck("routines", "show", file, cwd=elsewhere)
    assert shown.returncode == 0, shown.stderr
    assert "My fold  my_fold" in shown.stdout
    own.write_text(own.read_text(encoding="utf-8").replace("[hold]", "[hold]\nrepeats = 2"), encoding="utf-8")
    done = posecheck("routines", "show", file, cwd=elsewhere)
    assert done.returncode == 2
    assert re.search(r'evening\.toml, items\[0\]: .*my_fold\.toml, hold: .*Did you mean "repeat"\?', done.stderr)


def test_a_profile_may_have_numbers_for_it(own: Path, tmp_path: Path) -> None:
    """[stretches.my_fold.…] is understood where that stretch is used."""
    profile = tmp_path / "mine.toml"
    profile.write_text("[stretches.my_fold.spine_rounding]\nlimit_deg = 21\n", encoding="utf-8")
    shown = posecheck("stretches", "show", own, "--profile", profile, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert any("spine_rounding.limit_deg = 21°" in line for line in islice(shown.stdout.splitlines(), 200))
