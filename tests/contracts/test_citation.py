"""What is cited is what is installed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import posecheck

ROOT = Path(__file__).resolve().parents[2]


def test_the_citation_names_this_version_and_licence() -> None:
    """Version and licence are those of the package; the title begins with its name."""
    cited = dict(re.findall(r'^(\w+): "?(.+?)"?$', (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["version"] == posecheck.__version__
    assert cited["license"] == project["license"]
    assert cited["title"].startswith("posecheck:")
