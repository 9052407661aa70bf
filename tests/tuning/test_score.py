"""The score: events counted as a person would, figures that add up, kappa and ROC as they are defined."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import UsageError
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Event, Verdict
from posecheck.tuning.objective import BROKEN, read_objective
from posecheck.tuning.score import COUNTS, METRICS, Leeway, agreement_s, count, kappa, metrics, roc, with_interval
from tests import wording

RULE = "spine_rounding"
Pair = tuple[float, float]


def event(
    start_s: float, end_s: float, verdict: Verdict = Verdict.WARN, rule: str = RULE, why: Reason | str = ""
) -> Event:
    """A warning, or a time in which nothing could be told."""
    return Event(start_s, end_s, rule, verdict, 40.0, 35.0, "deg", wording.reason(why))


def counted(events: list[Event], good: tuple[Pair, ...], warn: tuple[Pair, ...]) -> dict[str, float]:
    """The counts by name."""
    return dict(zip(COUNTS, count(events, RULE, good, warn).tolist(), strict=True))


def test_a_late_warning_hits_and_its_delay_is_told() -> None:
    """A warning 0.7 s into a fault is a hit after 0.7 s; the seconds of both are compared."""
    found = counted([event(10.7, 15.4)], ((0, 10), (15, 30)), ((10, 15),))
    assert (found["hits"], found["misses"], found["false_alarms"]) == (1, 0, 0)
    assert found["delay_s"] == pytest.approx(0.7)
    assert found["both_warn_s"] == pytest.approx(4.3)
    assert found["only_posecheck_s"] == pytest.approx(0.4)


def test_a_warning_that_never_ends_is_a_false_alarm_too() -> None:
    """Warning all the time hits every fault, but reaches into the good time between them: once is one, not none."""
    found = counted([event(0, 60)], ((0, 20), (30, 60)), ((20, 30),))
    assert (found["hits"], found["false_alarms"]) == (1, 1)


def test_a_warning_that_lingers_after_its_fault_is_none() -> None:
    """Warnings end below their limit, so for 2 s they may outlast the fault they came in; one that comes then may not."""
    truth = (((0.0, 10.0), (15.0, 30.0)), ((10.0, 15.0),))
    assert counted([event(11, 16.9)], *truth)["false_alarms"] == 0
    assert counted([event(11, 17.1)], *truth)["false_alarms"] == 1
    assert counted([event(15.2, 16.9)], *truth)["false_alarms"] == 1
    assert counted([event(15.2, 15.9)], *truth)["false_alarms"] == 0
    strict = dict(zip(COUNTS, count([event(11, 16.9)], RULE, *truth, Leeway(linger_s=0.0)), strict=True))
    assert strict["false_alarms"] == 1


def test_a_miss_in_which_nothing_could_be_seen_is_told_apart() -> None:
    """UNKNOWN never counts as a hit, and a pause of the picture is UNKNOWN; a mere remark on the view is not."""
    blind = [event(9, 12, Verdict.UNKNOWN), event(12, 16, Verdict.UNKNOWN, "view", Reason(ReasonCode.VIEW_NO_PICTURE))]
    found = counted(blind, ((0, 10),), ((10, 15), (20, 25)))
    assert (found["hits"], found["misses"], found["unseen"]) == (0, 2, 1)
    assert found["unknown_s"] == pytest.approx(6.0)
    remark = [event(0, 30, Verdict.UNKNOWN, "view", "Turn side-on.")]
    assert counted(remark, ((0, 10),), ((10, 15),))["unknown_s"] == 0.0


def test_what_is_not_labelled_counts_for_nothing() -> None:
    """A warning in time that nobody labelled, or of another rule, is neither hit nor false alarm."""
    found = counted([event(50, 60), event(1, 9, rule="knee_bend")], ((0, 10),), ())
    assert sum(found[name] for name in ("hits", "misses", "false_alarms")) == 0
    assert found["neither_s"] == 10.0


def test_the_figures_are_those_of_the_textbooks() -> None:
    """Ten faults, eight hit, two false alarms in four good minutes."""
    counts = np.zeros(len(COUNTS))
    for name, value in {"hits": 8, "misses": 2, "false_alarms": 2, "delay_s": 4.0, "good_s": 240.0}.items():
        counts[COUNTS.index(name)] = value
    found = metrics(counts)
    assert found["recall"] == found["precision"] == pytest.approx(0.8)
    assert found["f1"] == found["f2"] == found["f05"] == pytest.approx(0.8)
    assert found["false_alarms_per_min"] == pytest.approx(0.5)
    assert found["delay_s"] == pytest.approx(0.5)
    assert set(found) == set(METRICS)
    assert all(math.isnan(metrics(np.zeros(len(COUNTS)))[name]) for name in ("f1", "kappa", "delay_s"))


def test_kappa_is_one_for_the_same_nought_for_chance() -> None:
    """Cohen's example: 20, 5, 10, 15 of 50 is 0.4; always the same single answer says nothing."""
    assert kappa(*map(np.asarray, (20.0, 5.0, 10.0, 15.0))) == pytest.approx(0.4)
    assert kappa(*map(np.asarray, (25.0, 25.0, 25.0, 25.0))) == pytest.approx(0.0)
    assert kappa(*map(np.asarray, (30.0, 0.0, 0.0, 10.0))) == pytest.approx(1.0)
    assert math.isnan(float(kappa(*map(np.asarray, (30.0, 0.0, 0.0, 0.0)))))
    same = (((0.0, 5.0),), ((5.0, 8.0),))
    assert agreement_s(same, same).tolist() == [3.0, 0.0, 0.0, 5.0]


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=40))
def test_the_area_is_the_chance_that_a_broken_frame_reads_higher(frames: list[tuple[int, bool]]) -> None:
    """Area under the curve = P(broken > kept) + half of P(equal), by its definition; NaN without both kinds."""
    values = np.array([value for value, _ in frames], np.float64)
    truth = np.array([broken for _, broken in frames])
    area = roc(values, truth)[3]
    yes, no = values[truth], values[~truth]
    if not len(yes) or not len(no):
        assert math.isnan(area)
        return
    wins = (yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean()
    assert area == pytest.approx(wins)


def test_an_interval_draws_people_and_says_nothing_of_one() -> None:
    """Alike people give a narrow interval, different ones a wide one; a single person none."""
    row = count([event(1, 2)], RULE, ((5.0, 65.0),), ((0.0, 3.0),))
    miss = count([], RULE, ((5.0, 65.0),), ((0.0, 3.0),))
    _, low, high = with_interval(np.array([row] * 6))["recall"]
    assert (low, high) == (1.0, 1.0)
    value, low, high = with_interval(np.array([row, row, row, miss, miss, miss]))["recall"]
    assert (value, low <= 0.2, high >= 0.8) == (0.5, True, True)
    assert math.isnan(with_interval(np.array([row]))["recall"][1])


def test_conditions_come_before_the_figure() -> None:
    """More hits with too many false alarms are worth less than fewer hits without."""
    wanted = read_objective("hits at false_alarms_per_min<=0.5 and delay_s<=2")
    few, many = np.zeros(len(COUNTS)), np.zeros(len(COUNTS))
    few[[COUNTS.index("hits"), COUNTS.index("good_s")]] = 3, 60
    many[[COUNTS.index("hits"), COUNTS.index("good_s"), COUNTS.index("false_alarms")]] = 9, 60, 1
    assert wanted.worth(few) == 3.0
    assert wanted.worth(many) < BROKEN
    assert str(wanted) == "hits at false_alarms_per_min<=0.5 and delay_s<=2"
    less = read_objective("delay_s")
    assert less.worth(few) > less.worth(np.where(np.arange(len(COUNTS)) == COUNTS.index("delay_s"), 6.0, few))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recal", 'Did you mean "recall"?'),
        ("hits at", 'missing after "at"'),
        ("hits at delay_s<2", 'cannot read "delay_s<2"'),
        ("hits at delay_s<=soon", "needs a number"),
        ("hits at delay_s<=nan", "needs a number"),
        ("", "unknown figure"),
    ],
)
def test_an_objective_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    """With the nearest spelling, or an example."""
    with pytest.raises(UsageError) as caught:
        read_objective(text)
    assert message in str(caught.value)
