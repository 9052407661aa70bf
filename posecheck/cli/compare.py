"""`posecheck compare`: two results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from posecheck.cli.common import language_for, show
from posecheck.cli.options import LangOption


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A result folder or a recording.jsonl.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The other one.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The page to write.")] = Path(
        "comparison.html"
    ),
    lang: LangOption = None,
) -> None:
    """Put two results side by side on a common clock: before and after, left and right."""
    from posecheck.pipeline.comparison import compare as compared

    compared(first, second, out, language=language_for(lang))
    show(f"  [bold]{out}[/]")
