"""Label files: read strictly, every mistake at once, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import LabelsError, OutputError
from posecheck.resources import samples_dir
from posecheck.tuning.intervals import agreed, both, minus, total_s, union
from posecheck.tuning.labels import Interval, Labels, Truth, labels_path, read_labels, write_labels

GOOD = """
video = "a.mp4"
stretch = "standing_forward_fold"

[[interval]]
start_s = 0
end_s = 2.5
rule = "spine_rounding"
truth = "warn"
person = "lena"
rater = "coach"
"""


def mistakes(folder: Path, text: str) -> str:
    """What the reader says of a file of this text."""
    path = folder / "a.labels.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LabelsError) as caught:
        read_labels(path)
    return str(caught.value)


def test_the_labels_of_a_sample_clip_are_read() -> None:
    """What the benchmark writes beside its clips is what the tuner reads."""
    labels = read_labels(labels_path(samples_dir() / "standing_fold_rounded.mp4"))
    assert labels.stretch == "standing_forward_fold"
    assert {one.truth for one in labels.intervals if one.rule == "spine_rounding"} >= {Truth.WARN}
    assert labels.raters == ("synthetic truth",)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """A wrong rule, times the wrong way round and an overlap are three lines, each with its place."""
    text = GOOD + GOOD.partition("\n\n")[2].replace("end_s = 2.5", "end_s = 4.0")
    text += (
        '\n[[interval]]\nstart_s = 3\nend_s = 2\nrule = "spine_roundin"\ntruth = "good"\nperson = "l"\nrater = "r"\n'
    )
    told = mistakes(tmp_path, text).splitlines()
    assert len(told) == 3
    assert any("overlaps interval[0]" in line for line in told)
    assert any('Did you mean "spine_rounding"?' in line for line in told)
    assert any("end after it began" in line for line in told)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('truth = "warn"', 'truth = "bad"'), "unknown truth"),
        (("start_s = 0", 'start_s = "0"'), "must be a number"),
        (("person", "persn"), 'Did you mean "person"?'),
        (('"standing_forward_fold"', '"standing_fold"'), 'Did you mean "standing_forward_fold"?'),
        (('rater = "coach"', 'rater = " "'), "must not be empty"),
        (("start_s = 0", "start_s = -1"), "must begin at 0 s or later"),
        (("[[interval]]", "[[interval"), "syntax"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    """Unknown words, wrong types, impossible times and broken TOML are refused, naming the file."""
    told = mistakes(tmp_path, GOOD.replace(*change))
    assert message in told
    assert told.startswith("a.labels.toml, ")


names = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: bool(text.strip()))


@given(person=names, rater=names, from_s=st.floats(0, 1e5), long_s=st.floats(0.01, 1e3))
def test_labels_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, person: str, rater: str, from_s: float, long_s: float
) -> None:
    """Whatever people are called, and to the last bit of a time."""
    path = tmp_path_factory.getbasetemp() / "again.labels.toml"
    one = Interval(from_s, from_s + long_s, "knee_bend", Truth.UNSURE, person, rater)
    labels = Labels('clip "7" ä.mp4', "standing_forward_fold", (one,))
    write_labels(path, labels)
    assert read_labels(path) == labels


def test_labels_that_could_not_be_read_are_not_written(tmp_path: Path) -> None:
    """The old file stays as it was when the new labels make no sense, or there is no room for them."""
    path = tmp_path / "a.labels.toml"
    path.write_text(GOOD, encoding="utf-8")
    wrong = Interval(2.0, 1.0, "spine_rounding", Truth.GOOD, "lena", "coach")
    with pytest.raises(LabelsError, match="end after it began"):
        write_labels(path, Labels("a.mp4", "standing_forward_fold", (wrong,)))
    assert path.read_text(encoding="utf-8") == GOOD
    with pytest.raises(OutputError, match="Cannot write"):
        write_labels(tmp_path / "none" / "a.labels.toml", read_labels(path))


def label(start_s: float, end_s: float, truth: Truth, rater: str) -> Interval:
    """What somebody says."""
    return Interval(start_s, end_s, "spine_rounding", truth, "lena", rater)


def test_raters_who_are_split_settle_nothing() -> None:
    """Truth is what more than half of those who spoke say; the rest is neither good nor broken."""
    two = [label(0, 4, Truth.WARN, "a"), label(2, 6, Truth.GOOD, "b")]
    assert agreed(two) == (((4, 6),), ((0, 2),))
    assert agreed([*two, label(3, 5, Truth.WARN, "c")]) == (((5, 6),), ((0, 2), (3, 4)))
    assert agreed([label(0, 1, Truth.UNSURE, "a")]) == ((), ())


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8).map(union)


@given(spans, spans)
def test_time_is_neither_lost_nor_made(
    one: tuple[tuple[float, float], ...], other: tuple[tuple[float, float], ...]
) -> None:
    """What lies in both and what lies in the first alone make up the first."""
    assert total_s(both(one, other)) + total_s(minus(one, other)) == total_s(one)
    assert both(minus(one, other), other) == ()
    assert union((*both(one, other), *minus(one, other))) == one
