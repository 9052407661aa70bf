"""How the tests themselves are run: long ones start first, and where nothing may skip, nothing does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.no_skips import VARIABLE
from tests.run_order import dealt_out

ROOT = Path(__file__).resolve().parents[2]


def run_pytest(folder: Path, plugin: str, *words: str, **environment: str) -> str:
    """What another pytest prints of the tests in a folder, with one of our plugins and settings of its own."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = long\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), "-p", plugin, *words, str(folder)]
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", VARIABLE))}
    done = subprocess.run(
        command, cwd=ROOT, env=outside | environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
@pytest.mark.parametrize("others", [0, 1, 20, 41])
def test_long_tests_are_dealt_out_over_the_workers_and_none_is_lost(workers: int, others: int) -> None:
    """Cut as `worksteal` cuts it, every worker's share begins with a group of long tests as long as there are some."""
    first, rest = [["a1", "a2"], ["b"], ["c"]], [f"other {number}" for number in range(others)]
    order = dealt_out(first, rest, workers)
    assert sorted(order) == sorted([*rest, "a1", "a2", "b", "c"])
    if others >= 20:
        shares, waiting = [], list(order)
        for remaining in range(workers, 0, -1):
            size = len(waiting) // remaining
            shares.append(waiting[:size])
            del waiting[:size]
        fronts = [[item for item in share if item not in rest] for share in shares]
        assert all(share[: len(front)] == front for share, front in zip(shares, fronts, strict=True))
        assert [front[:1] for front in fronts] == [["a1"], ["b"], ["c"], []][:workers]


def test_two_workers_begin_with_the_long_tests(tmp_path: Path) -> None:
    """Shuffled and shared out by pytest-xdist, the first test of each worker is a long one."""
    (tmp_path / "conftest.py").write_text(
        "import pathlib, pytest\n"
        "@pytest.fixture(autouse=True)\n"
        "def _noted(request, worker_id):\n"
        "    with (pathlib.Path(__file__).parent / f'{worker_id}.txt').open('a') as file:\n"
        "        file.write(f'{request.node.name}\\n')\n",
        encoding="utf-8",
    )
    for name in ("one", "two"):
        short = "".join(f"def test_short_{number}(): pass\n" for number in range(15))
        long = f"import pytest\n@pytest.mark.long\ndef test_long_{name}(): pass\n"
        (tmp_path / f"test_{name}.py").write_text(short + long, encoding="utf-8")
    printed = run_pytest(tmp_path, "tests.run_order", "-n", "2", "--dist", "worksteal", "--randomly-seed=1")
    assert "32 passed" in printed, printed
    begun = {path.read_text(encoding="utf-8").split()[0] for path in tmp_path.glob("gw?.txt")}
    assert begun == {"test_long_one", "test_long_two"}


def test_where_nothing_may_skip_only_what_root_may_do_skips(tmp_path: Path) -> None:
    """A missing module fails a test, a whole file too; an expected failure is none, and at a desk all of them skip."""
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_tool(): pytest.importorskip('no_such_module')\n"
        "@pytest.mark.skipif(True, reason='the machine has no camera')\n"
        "def test_marked(): pass\n"
        "@pytest.mark.skipif(True, reason='root may read everything')\n"
        "def test_root(): pass\n"
        "@pytest.mark.xfail\n"
        "def test_expected(): raise ValueError\n",
        encoding="utf-8",
    )
    words = ("-n", "0", "-q")
    at_a_desk = run_pytest(tmp_path, "tests.no_skips", *words)
    assert "3 skipped, 1 xfailed" in at_a_desk, at_a_desk
    (tmp_path / "test_whole.py").write_text("import pytest\npytest.importorskip('no_such_module')\n", encoding="utf-8")
    strict = run_pytest(tmp_path, "tests.no_skips", *words, "--continue-on-collection-errors", POSECHECK_NO_SKIPS="1")
    assert "1 failed, 1 skipped, 1 xfailed, 2 errors" in strict, strict
    for told in (
        "test_tool may not skip",
        "test_marked may not skip",
        "no camera",
        "could not import 'no_such_module'",
    ):
        assert told in strict, strict
