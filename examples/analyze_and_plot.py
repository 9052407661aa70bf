"""Analyse a clip and plot spine, hip and knee over time: `python examples/analyze_and_plot.py [CLIP [PICTURE.png]]`.

Needs matplotlib.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

import posecheck
from posecheck.resources import samples_dir

mpl.use("Agg")
from matplotlib import pyplot as plt


def main(clip: Path, picture: Path) -> None:
    """Draw three measures; red where a rule warns, grey where nothing could be judged."""
    result = posecheck.analyze(clip, stretch="hip_hinge_drill", sample_fps=10)
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    for name, label in (("spine_flexion_deg", "spine"), ("hip_hinge_deg", "hip hinge"), ("knee_flexion_deg", "knee")):
        axes.plot(result.measures["t_s"], result.measures[name], label=label)
    colors = {posecheck.Verdict.WARN: "tab:red", posecheck.Verdict.UNKNOWN: "tab:gray"}
    for event in result.events:
        axes.axvspan(event.start_s, event.end_s, color=colors[event.verdict], alpha=0.2)
    axes.set(xlabel="seconds", ylabel="degrees", title=f"{clip.name}: {result.good_s:.1f} good seconds")
    axes.legend()
    figure.savefig(picture, dpi=120)
    print(f"{picture}: {len(result.reps or ())} repetitions, {len(result.events)} events")


if __name__ == "__main__":
    chosen = [Path(argument) for argument in sys.argv[1:]]
    main(*(chosen + [samples_dir() / "hinge_clean_then_rounded.mp4", Path("plot.png")][len(chosen) :]))
