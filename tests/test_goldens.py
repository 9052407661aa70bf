"""Golden recordings: what posecheck says of one take of every stretch it judges stays what it is, or shows as a diff."""

from __future__ import annotations

import difflib
import json
from typing import Any, Final

import pytest

from benchmarks.goldens import FOLDER, SAID, TAKE, facts, lines_of, sightings_of, watched
from benchmarks.stretch_clips import PLANS
from posecheck.records import CueKind, Verdict

HOW: Final = "If the change is meant: python -m benchmarks.goldens, look at the diff, say why in the CHANGELOG."
#: Another processor may round the last digit another way: degrees, and tenths of a second.
_CLOSE: Final = {"worst": 1.0, "depth": 1.0}
_CLOSE_S: Final = 0.11


def expected(name: str) -> list[dict[str, Any]]:
    """The facts that were written down of a take."""
    text = (FOLDER / f"{name}{SAID}").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two facts are the same but for the last digit of a measured number."""
    return one.keys() == other.keys() and all(_same(key, one[key], other[key]) for key in one)


def _same(key: str, one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int) and not isinstance(one, bool):
        return abs(one - other) <= (_CLOSE_S if key.endswith("_s") else _CLOSE.get(key, 0.0))
    return one == other


@pytest.mark.parametrize("name", watched())
def test_what_is_said_of_a_take_is_what_was_written_down(name: str) -> None:
    """Seconds of each verdict, hold, side, repetitions, events and spoken cues of the recording, judged again."""
    wanted, found = expected(name), facts(name, FOLDER / f"{name}{TAKE}")
    if len(wanted) == len(found) and all(map(same, wanted, found)):
        return
    diff = difflib.unified_diff(lines_of(wanted), lines_of(found), "written down", "said now", n=1, lineterm="")
    pytest.fail("\n".join([f"{name} is judged differently:", *diff, HOW]), pytrace=False)


def test_every_stretch_that_is_judged_has_a_take_and_no_other() -> None:
    """No stretch is skipped silently, and no file is left of one that is gone; the repository stays small."""
    takes = {path.name.removesuffix(TAKE) for path in FOLDER.glob(f"*{TAKE}")}
    told = {path.name.removesuffix(SAID) for path in FOLDER.glob(f"*{SAID}")}
    assert takes == told == set(watched()) == set(PLANS)
    assert max(path.stat().st_size for path in FOLDER.glob(f"*{TAKE}")) <= 100_000


@pytest.mark.parametrize("name", watched())
def test_a_take_shows_the_stretch_done_well_and_then_wrong(name: str) -> None:
    """Seconds of GOOD are written down of every one; where it can be done wrong, the rule that notices.

    A cue is spoken of it as well, no count and no "done" holds it back; or of how to be seen, where that comes first.
    """
    told = expected(name)
    (verdicts,) = (fact for fact in told if "GOOD_s" in fact)
    assert verdicts["GOOD_s"] >= 1.5
    wrong = PLANS[name].executions[1:]
    warned = {fact["event"] for fact in told if fact.get("verdict") == Verdict.WARN}
    assert bool(warned & wrong[0].warns) if wrong else not warned
    if wrong:
        assert any(fact.get("said") in (CueKind.FORM, CueKind.FIX, CueKind.VIEW) for fact in told)


def test_a_changed_judgement_shows() -> None:
    """The comparison itself can fail: another verdict, a moved time, a lost line are no longer the same."""
    fact = {"event": "spine_rounding", "verdict": "WARN", "start_s": 5.9, "worst": 61}
    assert same(fact, {**fact, "start_s": 6.0, "worst": 62})
    for changed in ({"start_s": 6.2}, {"worst": 64}, {"verdict": "UNKNOWN"}, {"event": "knee_bend"}, {"worst": None}):
        assert not same(fact, {**fact, **changed})
    first = next(iter(watched()))
    assert sum(1 for _ in sightings_of(FOLDER / f"{first}{TAKE}")) == expected(first)[0]["frames"]
