"""The built wheel, installed in a fresh environment outside the source tree."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from posecheck.resources import install_command
from tests.journeys import media

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as hatchling builds it from this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("posecheck_stretch-*.whl")
    return built


@pytest.fixture(scope="module")
def posecheck(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that holds the wheel; dependencies are those of this environment."""
    place = tmp_path_factory.mktemp("fresh")
    venv.create(place, with_pip=False, symlinks=os.name != "nt")
    scheme = "nt_venv" if os.name == "nt" else "posix_venv"
    paths = sysconfig.get_paths(scheme=scheme, vars={"base": str(place), "platbase": str(place)})
    python = Path(paths["scripts"]) / ("python.exe" if os.name == "nt" else "python")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # A plain path line: unlike a site folder, it does not process the editable install that this environment has.
    (Path(paths["purelib"]) / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return Path(paths["scripts"]) / ("posecheck.exe" if os.name == "nt" else "posecheck")


def test_the_wheel_carries_model_stretches_and_clips(wheel: Path) -> None:
    """Everything that is needed at run time travels inside the wheel, and no test or benchmark does."""
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "posecheck/py.typed",
        "posecheck/_data/models/pose_landmarker_full.task",
        "posecheck/_data/models/spine_1.npz",
        "posecheck/_data/models/manifest.toml",
        "posecheck/_data/sample_videos/manifest.toml",
        "posecheck/_data/sample_videos/hinge_clean_then_rounded.mp4",
        "posecheck/assessment/messages/de.toml",
        "posecheck/assessment/messages/en.toml",
        "posecheck/assessment/catalogue/stretches/hip_hinge_drill.toml",
        "posecheck/assessment/catalogue/stretches/standing_forward_fold.toml",
        "posecheck/assessment/catalogue/stretches/_common.toml",
        "posecheck/assessment/catalogue/routines/daily.toml",
        "posecheck/outputs/static/page.html",
        "posecheck/outputs/static/report.js",
        "posecheck/outputs/summary.schema.json",
        "posecheck/app/static/vendor/uPlot.iife.min.js",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]
    assert not [name for name in names if name.startswith("posecheck/_data/") and name.endswith(".py")]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_no_text_names_the_project_of_others(wheel: Path) -> None:
    """`pip install posecheck` would fetch another project: nothing in the package says so, extra or not."""
    found = []
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith((".py", ".toml", ".js", ".html", ".json", "METADATA")):
                text = archive.read(name).decode("utf-8")
                found += [
                    f"{name}: {one}"
                    for one in re.findall(r"posecheck\[[a-z0-9,-]+\]|install[^\n]{0,40} 'posecheck\b(?!-)", text)
                ]
    assert found == []


def test_an_extra_is_asked_for_by_the_name_of_the_distribution(posecheck: Path, tmp_path: Path) -> None:
    """Installed from a wheel, as from the index; in a checkout, as these tests run, by the checkout."""
    code = "from posecheck.resources import install_command; print(install_command('h264'), install_command())"
    python = posecheck.parent / ("python.exe" if os.name == "nt" else "python")
    done = subprocess.run([str(python), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "pip install 'posecheck-stretch[h264]' pip install 'posecheck-stretch'"
    assert install_command("h264") == "pip install -e '.[h264]'"


def test_demo_runs_from_the_installed_wheel(posecheck: Path, tmp_path: Path) -> None:
    """`posecheck demo` does the main job from the wheel alone, in an empty folder, to a report.

    Of the installed clip only the first second is left: what the whole one shows, test_repetitions says.
    """
    python = posecheck.parent / ("python.exe" if os.name == "nt" else "python")
    where = subprocess.run(
        [str(python), "-c", "import posecheck.resources; print(posecheck.resources.samples_dir())"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    samples = Path(where.stdout.strip())
    assert samples.is_relative_to(posecheck.parent.parent)
    clip = samples / "hinge_clean_then_rounded.mp4"
    media.encode(clip, media.sample_frames(clip.stem, from_s=0.0, count=30))
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "COLUMNS": "100", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [str(posecheck), "demo"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not a medical device" in done.stdout
    results = tmp_path / "posecheck_out" / "demo"
    assert json.loads((results / "summary.json").read_text(encoding="utf-8"))["frames"] == 30
    assert (results / "report.html").stat().st_size > 20_000
    assert (results / "annotated.webm").stat().st_size > 5_000
    assert {path.name for path in results.iterdir()} >= {"report.html", "measures.csv", "events.csv", "summary.json"}
