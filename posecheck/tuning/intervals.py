"""Stretches of time as sorted, disjoint [start_s, end_s) pairs, and what several raters agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from posecheck.tuning.labels import Interval, Truth

Spans: TypeAlias = tuple[tuple[float, float], ...]


def union(pairs: Iterable[tuple[float, float]]) -> Spans:
    """All of it, what touches joined."""
    out: list[tuple[float, float]] = []
    for start_s, end_s in sorted(pair for pair in pairs if pair[1] > pair[0]):
        if out and start_s <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end_s))
        else:
            out.append((start_s, end_s))
    return tuple(out)


def both(one: Spans, other: Spans) -> Spans:
    """What lies in both."""
    cut = (
        (max(a_from, b_from), min(a_to, b_to))
        for a_from, a_to in one
        for b_from, b_to in other
        if a_from < b_to and b_from < a_to
    )
    return union(cut)


def minus(one: Spans, other: Spans) -> Spans:
    """What lies in the first and not in the second."""
    out = list(one)
    for from_s, to_s in other:
        out = [
            piece
            for start_s, end_s in out
            for piece in ((start_s, min(end_s, from_s)), (max(start_s, to_s), end_s))
            if piece[1] > piece[0]
        ]
    return tuple(out)


def total_s(spans: Spans) -> float:
    """How long it is altogether."""
    return sum(end_s - start_s for start_s, end_s in spans)


def wider(spans: Spans, by_s: float) -> Spans:
    """Each span, so much longer at both ends."""
    return union((start_s - by_s, end_s + by_s) for start_s, end_s in spans)


def said(intervals: Iterable[Interval], truth: Truth) -> Spans:
    """When somebody said so."""
    return union((one.start_s, one.end_s) for one in intervals if one.truth is truth)


def agreed(intervals: Sequence[Interval]) -> tuple[Spans, Spans]:
    """When a rule is kept and when it is broken, of one rule: what more than half of the raters say who spoke then.

    Where they are split, or most are unsure, it counts as neither.
    """
    edges = sorted({edge for one in intervals for edge in (one.start_s, one.end_s)})
    good: list[tuple[float, float]] = []
    warn: list[tuple[float, float]] = []
    for start_s, end_s in pairwise(edges):
        votes = Counter(one.truth for one in intervals if one.start_s <= start_s and one.end_s >= end_s)
        for truth, out in ((Truth.GOOD, good), (Truth.WARN, warn)):
            if votes[truth] * 2 > votes.total():
                out.append((start_s, end_s))
    return union(good), union(warn)
