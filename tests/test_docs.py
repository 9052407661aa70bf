"""README and docs: every code block and command runs, every link leads somewhere, and the README stays short.

A ```python block runs with what the blocks before it in its file defined. Of a ```sh block each line that begins with
`posecheck` runs in this process, in document order, in a folder with clips and results (`folder`). Where nobody can be in
front of a camera, a page would be served until somebody ends it, or labelled people are needed, the words are parsed
and no more (`only_parsed`).
Other lines (pip, python3 -m venv) are run by CI as they stand.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer

from posecheck.cli import app
from posecheck.resources import samples_dir
from tests.journeys import media
from tests.journeys.command import posecheck
from tests.shared import made_once

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
NAMED = [pytest.param(path, id=path.name) for path in DOCUMENTS]
MOST_README_BYTES = 6 * 1024
#: What watches a camera or serves a page until it is ended, unless it says otherwise; and what needs labelled people,
#: which `tests/journeys/test_tune.py` has.
ENDLESS = ("live", "routine", "calibrate", "cameras", "tune")
#: Files that the documents tell a reader to make, or that are made on the way.
TO_COME = ("benchmarks/.cache", "posecheck/outputs/deepest.py", "posecheck/landmarks/markers.py")


def blocks(path: Path, language: str) -> list[str]:
    """The code blocks of a language, in order."""
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def commands(path: Path) -> list[list[str]]:
    """The words of every posecheck command in a document's shell blocks, without the comments behind them."""
    lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("posecheck ")]


def only_parsed(words: list[str]) -> bool:
    """Whether a command cannot come to an end here."""
    called = " ".join(words)
    return called.startswith(ENDLESS) and "--for" not in words and "--help" not in words


def parsed(words: list[str]) -> None:
    """Find the command and read its options as the command line does. Raises click's own errors for wrong ones."""
    command = typer.main.get_command(app)
    name, rest = words[0], words[1:]
    context = command.make_context("posecheck", list(words), resilient_parsing=False)
    with context:
        sub = command.get_command(context, name)  # type: ignore[attr-defined]
        while hasattr(sub, "get_command") and rest and sub.get_command(context, rest[0]) is not None:
            sub, rest = sub.get_command(context, rest[0]), rest[1:]
        assert sub is not None, name
        sub.make_context(name, list(rest), parent=context)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of a third of a second, a result, a profile: what the documents' commands name."""

    def make(out: Path) -> None:
        pictures = media.sample_frames(count=10)
        media.encode(out / "clip.mp4", pictures)
        (out / "clips").mkdir()
        shutil.copy(out / "clip.mp4", out / "clips" / "bent.mp4")
        (out / "mine.toml").write_text("[spine_rounding]\nlimit_deg = 30\n", encoding="utf-8")

    made = made_once(tmp_path_factory, "documented", make)
    return shutil.copytree(made, tmp_path_factory.mktemp("docs"), dirs_exist_ok=True)


@pytest.mark.parametrize("path", [one for one in NAMED if blocks(one.values[0], "python")])  # type: ignore[arg-type]
def test_python_blocks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the top of each document to its end, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "documented"}
    for number, block in enumerate(blocks(path, "python"), 1):
        exec(compile(block, f"{path.name} block {number}", "exec"), names)


@pytest.mark.parametrize("path", [one for one in NAMED if commands(one.values[0])])  # type: ignore[arg-type]
def test_commands_run(path: Path, folder: Path) -> None:
    """In document order, each to its end with exit code 0, or parsed where it has none of its own."""
    for words in commands(path):
        if only_parsed(words):
            parsed(words)
            continue
        done = posecheck(*words, cwd=folder)
        assert done.returncode == 0, (words, done.stdout, done.stderr)


@pytest.mark.parametrize("path", NAMED)
def test_links_lead_somewhere(path: Path) -> None:
    """Each relative link, and each file named in code marks with a folder before it."""
    text = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        if not link.startswith(("http://", "https://")):
            assert (path.parent / link).exists(), link
    for name in re.findall(r"`((?:posecheck|docs|tests|benchmarks|models|examples)/[\w./-]+)`", text):
        assert name in TO_COME or (ROOT / name.rstrip("/")).exists(), name


def test_the_readme_is_short_and_shows_one_picture() -> None:
    """Two screens, and a picture made by docs/picture.py, committed small."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.encode()) <= MOST_README_BYTES
    assert re.findall(r"!\[.+?\]\((.+?)\)", text) == ["docs/picture.jpg"]
    assert (ROOT / "docs" / "picture.jpg").stat().st_size < 80_000
    for document in (ROOT / "docs").glob("*.md"):
        assert f"docs/{document.name}" in text


def test_a_wrong_command_is_noticed(tmp_path: Path) -> None:
    """The runner itself can fail: an unknown option of a command that is only parsed."""
    with pytest.raises(Exception, match="No such option"):
        parsed(["live", "--sterch", "x"])
    assert samples_dir().exists()
    document = tmp_path / "x.md"
    document.write_text("```sh\nposecheck live   # a page\npip install x\n```\n", encoding="utf-8")
    assert commands(document) == [["live"]]
