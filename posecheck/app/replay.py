"""The last minute, judged again with other numbers: what a slider would have changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from posecheck.app.moments import SERIES
from posecheck.app.protocol import Message, number
from posecheck.assessment import events
from posecheck.assessment.messages import Messages
from posecheck.assessment.stretch import Stretch
from posecheck.records import Event, Sighting
from posecheck.session import judge_step, start_judging
from posecheck.tunables import Profile


def replay(sightings: Sequence[Sighting], stretch: Stretch, before: Profile, after: Profile, text: Messages) -> Message:
    """What is told of `sightings` by the numbers of `after`, and of `before` beside it; `text` knows the stretch.

    Times are seconds from the first sighting. Raises ValueError without any.
    """
    if not sightings:
        raise ValueError("nothing was seen to be judged again")
    was = _judged(sightings, stretch, before, text)
    now = _judged(sightings, stretch, after, text)
    return {
        "seconds": number(sightings[-1].t_s - sightings[0].t_s, 2),
        "frames": len(sightings),
        "series": now["series"],
        "events": now["events"],
        "before": {"events": was["events"], "verdict": was["series"]["verdict"]},
    }


def _judged(sightings: Sequence[Sighting], stretch: Stretch, profile: Profile, text: Messages) -> Message:
    state = start_judging(stretch, profile)
    first_s = sightings[0].t_s
    ended: list[Event] = []
    series: dict[str, list[float | None]] = {"t_s": [], **{name: [] for name in SERIES}}
    verdicts = []
    for sighting in sightings:
        state, judged, over = judge_step(state, sighting, stretch, profile)
        ended.extend(over)
        series["t_s"].append(number(judged.t_s - first_s, 2))
        for name in SERIES:
            series[name].append(number(judged.measures[name]))
        verdicts.append(judged.verdict[0])
    ended.extend(events.finish(state.events, sightings[-1].t_s))
    told = [
        {
            "start_s": number(event.start_s - first_s, 2),
            "end_s": number(event.end_s - first_s, 2),
            "rule": event.rule,
            "verdict": str(event.verdict),
            "reason": text.text(event.reason) if event.reason else "",
            "value": number(event.value, 2),
            "limit": number(event.limit, 2),
        }
        for event in sorted(ended, key=lambda event: (event.start_s, event.rule))
    ]
    return {"series": {**series, "verdict": "".join(verdicts)}, "events": told}
