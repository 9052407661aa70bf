"""posecheck on the lowest versions that pyproject.toml declares, in an environment of its own.

uv resolves them (`--resolution lowest-direct`: the lowest of what is declared, the newest of what those need in turn)
from the package index that pip is configured for. Without a package index the test skips.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.app.serving import serving
from tests.journeys import media

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
CLIP = "hinge_clean_then_rounded"
FRAMES = 15
#: What uv says of an index that nobody answers for.
OFFLINE = ("dns error", "error sending request", "Connection refused", "Network is unreachable", "timed out")


def index_options(pip_config: Mapping[str, str]) -> list[str]:
    """The options of uv for the indexes of pip, from the names and values of `pip config list`.

    pip takes the best version of all indexes, wherever it is found: so does uv with `unsafe-best-match`. A setting may
    stand there several times, for one command (`install.`) or all (`global.`, `:env:.`); they are added up.
    """
    options = ["--index-strategy", "unsafe-best-match"]
    names = {"index-url": "--default-index", "extra-index-url": "--index", "find-links": "--find-links"}
    for key, value in pip_config.items():
        scope, _, name = key.rpartition(".")
        if scope not in {"global", "install", ":env:"}:
            continue
        if name in names:
            for one in value.split():
                options += [names[name], one]
        elif name == "no-index" and value.lower() in {"1", "true", "yes", "on"}:
            options.append("--no-index")
    return options


def pip_config() -> dict[str, str]:
    """What pip is configured to on this machine, for the person who runs the tests."""
    # The tests have a home of their own; pip's file is in that of the person.
    own = {name: value for name, value in os.environ.items() if name not in {"HOME", "XDG_CONFIG_HOME"}}
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], env=own, capture_output=True, text=True, check=True
    )
    lines = (line.partition("=") for line in done.stdout.splitlines())
    return {key: value.strip("'\"").replace("\\n", " ") for key, _, value in lines}


def uv(*words: str) -> None:
    """Run uv; skips the test where the package index does not answer."""
    done = subprocess.run([sys.executable, "-m", "uv", *words], capture_output=True, text=True, check=False)
    if done.returncode and any(word in done.stderr for word in OFFLINE):
        pytest.skip("there is no package index: " + done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def lowest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the lowest versions and posecheck, installed as a wheel with half a second of clip."""
    place = tmp_path_factory.mktemp("lowest")
    uv("venv", "--quiet", "--python", sys.executable, str(place))
    scheme = "nt_venv" if os.name == "nt" else "posix_venv"
    paths = sysconfig.get_paths(scheme=scheme, vars={"base": str(place), "platbase": str(place)})
    python = Path(paths["scripts"]) / ("python.exe" if os.name == "nt" else "python")
    install = ("pip", "install", "--quiet", "--python", str(python))
    uv(*install, *index_options(pip_config()), "--resolution", "lowest-direct", "-r", str(ROOT / "pyproject.toml"))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place / "wheel")],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = (place / "wheel").glob("*.whl")
    uv(*install, "--no-deps", "--no-index", str(wheel))
    clip = Path(paths["purelib"]) / "posecheck" / "_data" / "sample_videos" / f"{CLIP}.mp4"
    media.encode(clip, media.sample_frames(CLIP, from_s=0.0, count=FRAMES))
    return python


def run(python: Path, *words: str, cwd: Path) -> str:
    """What a command of posecheck printed; it must end well."""
    done = subprocess.run(
        [str(python), "-m", "posecheck", *words], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_installed_is_the_lowest_that_is_declared(lowest: Path) -> None:
    """Not by chance something newer: the test would show nothing."""
    code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    installed = json.loads(subprocess.run([str(lowest), "-c", code], capture_output=True, check=True).stdout)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for requirement in map(Requirement, declared):
        (bound,) = requirement.specifier
        assert bound.operator in {">=", "=="}
        found = installed[requirement.name]
        assert re.match(rf"{re.escape(bound.version)}(\.|$)", found), f"{requirement}: {found}"


def test_the_demo_and_help_work_on_the_lowest_versions(lowest: Path, tmp_path: Path) -> None:
    """From the clip to the report; the help of a command with options of every kind is drawn."""
    assert "not a medical device" in run(lowest, "demo", cwd=tmp_path)
    results = tmp_path / "posecheck_out" / "demo"
    assert json.loads((results / "summary.json").read_text(encoding="utf-8"))["frames"] == FRAMES
    assert (results / "report.html").stat().st_size > 20_000
    assert "--stretch" in run(lowest, "live", "--help", cwd=tmp_path)


def test_the_live_page_starts_on_the_lowest_versions(lowest: Path, tmp_path: Path) -> None:
    """It serves the page and speaks through the WebSocket."""
    with serving(tmp_path, python=lowest, cwd=tmp_path) as server:
        status, _, body = server.ask("GET", "/")
        assert status == 200
        assert b"<html" in body
        with server.page() as page:
            assert page.hear("state")["stage"] == "start"


def test_the_indexes_of_pip_become_those_of_uv() -> None:
    """Whatever stands in pip's configuration, and nothing of another command of pip."""
    found = index_options(
        {
            "global.index-url": "https://a/simple",
            "global.extra-index-url": "https://b/simple https://c/simple",
            ":env:.find-links": "/wheels",
            "download.find-links": "/elsewhere",
            "global.timeout": "60",
        }
    )
    assert found[2:] == [
        *("--default-index", "https://a/simple", "--index", "https://b/simple", "--index", "https://c/simple"),
        *("--find-links", "/wheels"),
    ]
    assert index_options({"install.no-index": "true"})[2:] == ["--no-index"]
