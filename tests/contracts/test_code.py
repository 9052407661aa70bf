"""The code as a whole: lint, format, types, import contracts, quick and silent imports."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment in the checkout."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def tool(name: str) -> str:
    """A console script of this environment, found even when the environment is not activated."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} is not installed: pip install -e '.[test]'"
    return found


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="lint"),
        pytest.param(["ruff", "format", "--check", "."], id="format"),
        pytest.param(["mypy"], id="types", marks=pytest.mark.long),
        pytest.param(["lint-imports"], id="contracts"),
    ],
)
def test_the_code_passes_its_checks(command: list[str]) -> None:
    """Lint, format, strict types and import contracts are clean, tests and benchmarks included."""
    done = run(tool(command[0]), *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_posecheck_does_nothing() -> None:
    """Importing the package loads no camera, no model library and prints nothing."""
    done = run(sys.executable, "-c", "import posecheck, sys; print('cv2' in sys.modules, 'mediapipe' in sys.modules)")
    assert (done.stdout, done.stderr) == ("False False\n", "")


def test_help_does_not_wait_for_heavy_libraries() -> None:
    """`--help` answers without importing numpy, OpenCV or the model library."""
    code = (
        "import sys\nsys.argv = ['posecheck', '--help']\nfrom posecheck.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code in (0, None)\n"
        "print(sorted({'numpy', 'cv2', 'mediapipe', 'pydantic'} & set(sys.modules)))"
    )
    done = run(sys.executable, "-c", code)
    assert done.stdout.rstrip().endswith("[]"), done.stdout + done.stderr


def test_only_the_command_line_prints_or_exits() -> None:
    """Nothing outside of the room `cli` calls print or sys.exit."""
    guilty = [
        path.name
        for path in (ROOT / "posecheck").rglob("*.py")
        if path.parent.name != "cli"
        and re.search(r"^\s*(print\(|sys\.exit\()", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert guilty == []


def test_the_changelog_knows_the_version() -> None:
    """The version of the package has its section in the changelog."""
    import posecheck

    assert f"## [{posecheck.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_model_library_is_the_one_that_stays_silent() -> None:
    """The dependency on mediapipe is pinned to the release the doctor expects."""
    from posecheck.pipeline.doctor import MEDIAPIPE_VERSION

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"mediapipe=={MEDIAPIPE_VERSION}" in project["dependencies"]


def test_ci_runs_the_two_commands_of_the_readme() -> None:
    """README.md holds exactly the two commands that .ci/run takes from it, each a single line."""
    block = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- two commands -->")[1].split("<!-- end -->")[0]
    commands = [line for line in block.splitlines() if line.startswith("python3 ")]
    assert len(commands) == 2
    assert commands[0].endswith("posecheck demo")
    assert "[test]" in commands[1]
    assert "pytest" in commands[1]
