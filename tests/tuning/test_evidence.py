"""Groups drawn from other distributions than the ones the search was made with: what is there is found, nonsense is not."""

from __future__ import annotations

import pytest

from benchmarks import evidence
from benchmarks.planted import NONSENSE, Nonsense, World, draw_group, try_group


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", NONSENSE)
def test_labels_that_say_nothing_of_the_back_give_no_profile(kind: Nonsense, seed: int) -> None:
    """However they came about: a coin, a habit, somebody else's clip, any time."""
    _, draw = try_group(World(people=5, nonsense=kind), seed)
    assert not draw.enough
    assert draw.doubts


def test_clear_labels_give_the_limit_that_was_planted() -> None:
    """Three groups of eight with other limits: each within 3 degrees, on its plateau, and sure enough to be written."""
    draws = [try_group(evidence.ENOUGH["8 people, every reading and label right"], seed)[1] for seed in (11, 12, 13)]
    assert all(draw.is_near and draw.is_covered and draw.enough for draw in draws)
    assert len({round(draw.limit_deg) for draw in draws}) == 3


def test_the_same_seed_draws_the_same_people() -> None:
    """Clips, labels and the limit; another seed draws others."""
    one, same, other = (draw_group(World(people=2), seed) for seed in (5, 5, 6))
    assert [clip.labels for clip in one.clips] == [clip.labels for clip in same.clips]
    assert one.limit_deg == same.limit_deg != other.limit_deg
    assert [clip.labels for clip in one.clips] != [clip.labels for clip in other.clips]


def test_the_table_has_a_row_for_every_world() -> None:
    """Random labels are told by their kind; each row says how many of its groups would be written."""
    draw = try_group(World(people=3), 1)[1]
    lines = list(evidence.table({name: [draw] for name in evidence.WORLDS}))
    for name in (*evidence.ENOUGH, *evidence.HARD, *evidence.NOTHING):
        assert any(line.startswith(f"| {name} |") for line in lines)
    assert sum(line.startswith("| random labels, ") for line in lines) == len(NONSENSE)
    assert any(line.startswith("| 0.3 | 0 of 15 ") for line in lines)
