"""What `docs/extending.md` promises: its examples run, and one entry in a registry is all there is to do."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "extending.md"


def test_the_examples_of_the_document_run_from_top_to_bottom() -> None:
    """A stretch is read, a measure taken, an output written through an analysis, a pose model judged by its landmarks."""
    blocks = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, object] = {"__name__": "extending"}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"{DOCUMENT.name}, example {number}", "exec"), names)
