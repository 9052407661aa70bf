"""What the tables of the benchmarks are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).resolve().parent / "results"
ROOT: Final = Path(__file__).resolve().parents[1]
CLIP: Final = "hinge_clean_then_rounded.mp4"
STRETCH: Final = "standing_forward_fold"
HEAD: Final = "| what | measured | budget | detail |\n|---|---:|---:|---|"


@dataclass(frozen=True)
class Figure:
    """One row of a table."""

    what: str
    value: float
    unit: str
    budget: str
    detail: str

    def row(self) -> str:
        """The row in Markdown."""
        return f"| {self.what} | {self.value:.2f} {self.unit} | {self.budget} | {self.detail} |"


def read(path: Path) -> dict[str, list[Figure]]:
    """The figures that were kept, by part; none where there is no such file yet."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {part: [Figure(**row) for row in rows] for part, rows in kept.items()}


def write(path: Path, figures: Mapping[str, Iterable[Figure]], order: Iterable[str]) -> None:
    """Keep figures as JSON, and as a table beside it, part after part in this order."""
    known = {part: list(figures[part]) for part in order if part in figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [one.row() for part in known.values() for one in part]
    path.with_suffix(".md").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    told = {part: [asdict(one) for one in ones] for part, ones in known.items()}
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
