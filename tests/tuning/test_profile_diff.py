"""What other numbers change, event by event; and where tuned numbers come from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.errors import TunableError
from posecheck.pipeline.profiles import build_profile, recorded_profile
from posecheck.pipeline.session import default_profile
from posecheck.records import Event, Verdict
from posecheck.tuning.profile_diff import compare, whatif
from posecheck.tuning.provenance import ClipUsed, Provenance, moved_clips, profile_text, read_provenance
from posecheck.tuning.rejudge import rejudge
from tests.tuning.planted import Kept, group
from tests.wording import worded

FOLD = load_stretch("standing_forward_fold")
BASE = default_profile(FOLD)
LIMIT = "spine_rounding.limit_deg"


def event(start_s: float, end_s: float, rule: str = "spine_rounding") -> Event:
    """A warning."""
    return Event(start_s, end_s, rule, Verdict.WARN, 40.0, 35.0, "deg", worded("Your back is rounding."))


def test_every_event_is_gained_lost_moved_or_kept_and_only_once() -> None:
    """Two short warnings that become a long one: one moved, one lost; another rule is another event."""
    (track,) = group(1, count=1).tracks.values()
    judged = rejudge(track, FOLD, BASE)
    before = replace(judged, events=(event(0, 1), event(2, 5), event(7, 8), event(9, 10, "knee_bend")))
    after = replace(judged, events=(event(0, 1), event(2, 8), event(9, 10)))
    found = compare(before, after)
    assert (found.kept, found.gained, found.lost) == (1, (event(9, 10),), (event(7, 8), event(9, 10, "knee_bend")))
    assert [(one.before, one.after) for one in found.moved] == [(event(2, 5), event(2, 8))]
    assert compare(before, before).is_none


def test_a_stricter_limit_gains_events_and_seconds_of_warning() -> None:
    """The same bends with a limit of 20 instead of 50 degrees: more is warned of, nothing is lost."""
    (track,) = group(1).tracks.values()
    loose, strict = (BASE.with_layer({LIMIT: value, "spine_rounding.leave_deg": 18.0}, "t") for value in (50.0, 20.0))
    found = whatif(Kept(track), FOLD, loose, strict)
    assert found.gained
    assert not found.lost
    assert found.verdict_s(Verdict.WARN) > 0.0
    assert found.verdict_s(Verdict.GOOD) == pytest.approx(-found.verdict_s(Verdict.WARN))


def test_the_numbers_of_an_old_recording_are_taken_as_far_as_they_are_known() -> None:
    """A number that is known no more, or may not be so any more, is left at its default."""
    was = {LIMIT: (30.0, "--set"), "gone.limit_deg": (3.0, "default"), "spine_rounding.dwell_s": (900.0, "--set")}
    numbers = recorded_profile(FOLD, was)
    assert numbers[LIMIT] == 30.0
    assert numbers["spine_rounding.dwell_s"] == BASE["spine_rounding.dwell_s"]


WHERE = Provenance(
    version="1.0",
    date="2026-05-01",
    stretch=FOLD.id,
    rules=["spine_rounding"],
    objective="f1",
    split="leave one person out",
    people=6,
    settings_tried=46,
    score=0.9,
    doubts=['A "doubt" with \\ in it'],
    clip=[ClipUsed(file="a.jsonl", recording_sha256="0" * 64, labels_sha256="1" * 64, people=["lena"], raters=["B"])],
)


def test_a_tuned_profile_is_read_like_any_other(tmp_path: Path) -> None:
    """Its numbers come into force for its stretch, its provenance comes back, another stretch is left alone."""
    path = tmp_path / "mine.toml"
    path.write_text(profile_text({LIMIT: 28.5, "rules.gap_s": 2.0}, WHERE), encoding="utf-8")
    numbers = build_profile(BASE, FOLD.id, path, ())
    assert (numbers[LIMIT], numbers["rules.gap_s"]) == (28.5, 2.0)
    assert read_provenance(path) == WHERE
    other = load_stretch("hip_hinge_drill")
    assert dict(build_profile(default_profile(other), other.id, path, ())) == dict(default_profile(other))


def test_a_profile_written_by_hand_has_no_provenance_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    """Missing is fine; a misspelt key is named."""
    path = tmp_path / "mine.toml"
    path.write_text("[spine_rounding]\nlimit_deg = 30\n", encoding="utf-8")
    assert read_provenance(path) is None
    path.write_text(profile_text({LIMIT: 30.0}, WHERE).replace("objective =", "objectiv ="), encoding="utf-8")
    with pytest.raises(TunableError, match=r'mine\.toml, provenance.*unknown key "objectiv"'):
        read_provenance(path)


def test_a_clip_that_changed_since_is_told(tmp_path: Path) -> None:
    """By its fingerprint; one that is gone as well."""
    there = tmp_path / "a.jsonl"
    there.write_text("another", encoding="utf-8")
    clips = [WHERE.clip[0].model_copy(update={"file": str(path)}) for path in (there, tmp_path / "b.jsonl")]
    changed, gone = moved_clips(WHERE.model_copy(update={"clip": clips}))
    assert changed.code == "terminal.profile.clip_changed"
    assert gone.code == "terminal.profile.clip_gone"
