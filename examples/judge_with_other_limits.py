"""Judge a recording again with other limits: `python examples/judge_with_other_limits.py RECORDING.jsonl`.

No camera, no model, no pixels: an hour takes seconds. Every analysis leaves such a `recording.jsonl`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import posecheck


def main(path: str) -> None:
    """Print how long the rule of the back would have warned, by its limit."""
    recording = posecheck.read_recording(Path(path))
    for limit_deg in (25, 30, 35, 40, 45):
        settings = {"spine_rounding.limit_deg": limit_deg}
        result = posecheck.judge(recording, settings=settings)
        warned_s = sum(
            event.end_s - event.start_s
            for event in result.events
            if event.rule == "spine_rounding" and event.verdict is posecheck.Verdict.WARN
        )
        print(f"limit {limit_deg} deg: warned for {warned_s:.1f} s, {result.good_s:.1f} good seconds")


if __name__ == "__main__":
    main(*sys.argv[1:])
