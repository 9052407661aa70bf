"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from posecheck.landmarks.registry import BACKENDS

DEFAULT_STRETCH: Final = "standing_forward_fold"

StretchOption = Annotated[
    str,
    typer.Option(
        "--stretch", metavar="ID|FILE", help="Which stretch; see `posecheck stretches list`. Or your own file (TOML)."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a number, e.g. spine_rounding.limit_deg=30. Repeatable."),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME|FILE",
        help="Your own numbers and calibration: a name (see `posecheck profile list`) or a TOML file.",
    ),
]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model", metavar="FILE", help="Weights of your own for the pose model: a pose_landmarker .task bundle."
    ),
]
BackendOption = Annotated[
    str,
    typer.Option(
        "--backend",
        metavar="NAME",
        help="Which pose model: " + ", ".join(f"{one.name} ({one.help})" for one in BACKENDS) + ".",
    ),
]
HistoryOption = Annotated[
    bool, typer.Option("--history/--no-history", help="Keep a line of this in your history; see `posecheck history`.")
]
HistoryFileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Another history than your own.", show_default=False)
]
LangOption = Annotated[
    str | None,
    typer.Option("--lang", metavar="en|de", help="Language of cues and reasons. Default: that of LANG, else English."),
]
EveryFrameOption = Annotated[
    bool,
    typer.Option(
        "--every-frame",
        help="With --source: look at every frame, as fast as this machine can. Without it the video plays in real "
        "time, and frames that the machine is too slow for are dropped, as with a camera.",
    ),
]
EmbedOption = Annotated[bool, typer.Option("--embed", help="Carry the clip inside the report: one file to send.")]
SmoothOption = Annotated[
    bool, typer.Option("--smooth", help="Add filtered columns to measures.csv (6 Hz, no lag). Verdicts never use them.")
]
