"""Measures made by hand, frame by frame, and what the session's own rooms say of them: the truth for the fast path."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from posecheck.assessment import events, judge
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.pipeline import session
from posecheck.records import QUANTITY_NAMES, Event, Measures, Sighting, Verdict
from posecheck.tunables import Profile
from tests.assessment.scenes import CLEAN, sighting, view

REASONS = (
    "",
    "",
    "",
    "",
    "Turn side-on, by 31°.",
    "Turn side-on, by 33°.",
    "The line of your back is covered: keep arms and objects off it.",
    "Your back cannot be judged lying down: sit or stand.",
)
CUT_OFF: tuple[tuple[str, ...], ...] = ((), (), (), ("ankle",), ("shoulder", "knee"))


def frames(seed: int, stretch: Stretch, count: int) -> list[tuple[Sighting, Measures]]:
    """A random session: measures that wander about the limits, unseen spells, pauses, nobody, other positions."""
    dice = random.Random(seed)
    bounds: dict[str, list[float]] = {}
    for rule in stretch.rules:
        bounds.setdefault(rule.measure, []).extend([rule.limit.default, rule.leave.default])
    for phase in stretch.phases:
        bounds.setdefault(phase.measure, []).extend([phase.begin.default, phase.leave.default])
    values = dict(CLEAN)
    looks, position, empty, well = view(), stretch.position, False, True
    hidden: set[str] = set()
    t_s = dice.choice([0.0, 3.7])
    out = []
    for _ in range(count):
        t_s += dice.choice([0.02, 1 / 30, 1 / 30, 1 / 30, 0.1, 0.25, 0.31, 0.9, 1.7, 6.0])
        for name, value in values.items():
            near = bounds.get(name, [value])
            if dice.random() < 0.3:
                values[name] = dice.choice(near) + dice.choice([-12.0, -1.0, 0.0, 0.0, 0.5, 9.0]) * (
                    1.0 if name != "hip_share" else 0.02
                )
        if dice.random() < 0.15:
            hidden = {name for name in values if dice.random() < 0.25}
        if dice.random() < 0.2:
            looks = view(dice.choice(REASONS), dice.choice(CUT_OFF))
            well = dice.random() < 0.5
            empty = dice.random() < 0.1
            position = dice.choice([stretch.position, stretch.position, stretch.position, "", "standing", "lying"])
        now = {name: math.nan if name in hidden or empty else values[name] for name in QUANTITY_NAMES}
        seen = replace(looks, position=position, well_placed=well)
        out.append((sighting(t_s, empty=empty), Measures(t_s, now, seen)))
    return out


def numbers(seed: int, stretch: Stretch) -> Profile:
    """Random numbers within their ranges, for about half of what judges; also senseless ones."""
    dice = random.Random(seed)
    base = session.default_profile(stretch)
    own = [one for one in base.tunables.values() if one in stretch.tunables or one.key.startswith(("rules.", "hold."))]
    near = {
        one.key: min(one.high, max(one.low, one.default + dice.gauss(0.0, 0.1) * (one.high - one.low))) for one in own
    }
    return base.with_layer({key: value for key, value in near.items() if dice.random() < 0.5}, "--set")


def by_session(
    played: Sequence[tuple[Sighting, Measures]], stretch: Stretch, profile: Mapping[str, float]
) -> tuple[list[Event], list[Verdict], list[dict[str, Verdict]], float]:
    """Events, verdict of each frame, verdict of each rule in it, and the longest hold, one frame at a time."""
    state, noting = judge.start(stretch), events.start(stretch, profile)
    found: list[Event] = []
    verdicts: list[Verdict] = []
    told: list[dict[str, Verdict]] = []
    good_s = 0.0
    for seen, measured in played:
        state, judged = judge.step(state, seen, measured, stretch, profile)
        noting, ended = events.step(noting, judged)
        found += ended
        verdicts.append(judged.verdict)
        told.append({finding.rule: finding.verdict for finding in judged.findings})
        good_s = max(good_s, judged.hold.good_s)
    found += events.finish(noting, played[-1][0].t_s) if played else ()
    return sorted(found, key=lambda event: (event.start_s, event.rule)), verdicts, told, good_s


def signal(
    name: str, t_s: Sequence[float], values: Sequence[float], stretch: Stretch
) -> list[tuple[Sighting, Measures]]:
    """Frames in which one measure goes its way and everything else stays as in a clean stretch."""
    still = replace(view(), position=stretch.position, well_placed=True)
    return [
        (sighting(at), Measures(at, {**CLEAN, name: float(value)}, still))
        for at, value in zip(t_s, np.asarray(values, dtype=float), strict=True)
    ]
