"""Watch a camera and print what the coach would say: `python examples/watch_camera.py [CLIP]`; Ctrl-C ends it.

With a clip, that is played in real time as if it were the camera.
"""

from __future__ import annotations

import sys

import posecheck


def main(clip: str | None = None) -> None:
    """Print a line whenever verdict or cue changes."""
    shown = ("", "")
    for assessment in posecheck.watch(camera=0, clip=clip, stretch="standing_forward_fold"):
        now = (str(assessment.verdict), assessment.cue)
        if now != shown:
            shown = now
            spine_deg = assessment.measures["spine_flexion_deg"]
            print(f"{assessment.t_s:6.1f} s  {assessment.verdict:8}{spine_deg:5.0f} deg  {assessment.cue}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except posecheck.PosecheckError as error:
        sys.exit(str(error))
