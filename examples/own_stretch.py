"""Add a stretch of your own, and analyse a clip by it: `python examples/own_stretch.py [CLIP]`.

A stretch is a TOML file, here `my_fold.toml` beside this script. It may stand wherever an id may stand, in Python, on
the command line and in a routine. docs/extending.md has the keys.
"""

from __future__ import annotations

import sys
from pathlib import Path

import posecheck
from posecheck.resources import samples_dir

STRETCH = Path(__file__).with_name("my_fold.toml")


def main(clip: Path) -> None:
    """Print what the coach said, in the words of the file."""
    cues: list[str] = []
    result = posecheck.analyze(
        clip, stretch=str(STRETCH), from_s=2.2, to_s=3.6, on_frame=lambda one: cues.append(one.cue)
    )
    print(f"judged by {Path(result.stretch).name}: {' | '.join(dict.fromkeys(filter(None, cues)))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else samples_dir() / "standing_fold_rounded.mp4")
