"""Analyse every clip of a folder into one data frame: `python examples/batch_to_dataframe.py FOLDER [STRETCH]`.

Needs the extra `dataframe` (pandas). For hundreds of clips, several processes and going on after a stop, use
`posecheck analyze FOLDER`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import posecheck


def frames_of(folder: Path, stretch: str) -> pd.DataFrame:
    """One row a frame of every clip, with the clip's name; a clip that cannot be read is named and left out."""
    tables = []
    for clip in sorted(folder.glob("*.mp4")):
        try:
            table = posecheck.analyze(clip, stretch=stretch, sample_fps=10).to_dataframe()
        except posecheck.PosecheckError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        tables.append(table.assign(clip=clip.name))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def main(folder: str, stretch: str = "standing_forward_fold") -> None:
    """Print the most rounded moment and the share of each verdict, clip by clip."""
    frames = frames_of(Path(folder), stretch)
    if frames.empty:
        sys.exit(f"no clip in {folder} could be read")
    print(frames.groupby("clip")["spine_flexion_deg"].max().round(0).to_string())
    print(frames.groupby("clip")["verdict"].value_counts(normalize=True).round(2).to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
