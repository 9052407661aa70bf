"""Fixtures every test uses: a fixed choice of examples, and a home, a language, a terminal and data folders of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tests.shared import run_folder

pytest_plugins = ["tests.run_order", "tests.no_skips"]

# The default run draws the same examples every time: a failure is a change of the code, never a draw.
# `--hypothesis-profile=explore` draws new ones, many more; developers run it before a release.
# No deadline in either: the machine decides how long an example takes, and time is measured in benchmarks, as a ratio.
settings.register_profile(
    "fixed",
    derandomize=True,
    database=None,
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore",
    derandomize=False,
    max_examples=1000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fixed")

# No more threads than workers: more in each would wait for one another, busily. Workers and commands inherit this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than cores: a third of the time tests wait, for a camera's film, a browser, a started command.

    Measured on two cores: three workers use 153 % of the processors' 200, four 183 %.

    `--maxprocesses` of pyproject.toml still caps it.
    """
    return (os.cpu_count() or 1) + 2


#: What the environment says of a person's language and folders. Tests that mean one of them set it themselves.
_LANGUAGE = ("LC_ALL", "LC_MESSAGES", "LANGUAGE")
#: What it says of a terminal and its colours (a CI server sets some of these): a test that means one sets it itself.
_TERMINAL = (
    *("COLUMNS", "LINES", "TERMINAL_WIDTH", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS"),
    *("TTY_COMPATIBLE", "TTY_INTERACTIVE", "GITHUB_ACTIONS"),
)
_homes = count()


def _settle_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Let everything from here on, started commands included, live in `home`, speak English and see a usual terminal."""
    home.mkdir(parents=True, exist_ok=True)
    for name in (*_LANGUAGE, *_TERMINAL):
        patch.delenv(name, raising=False)
    patch.setenv("LANG", "C.UTF-8")
    patch.setenv("TERM", "xterm-256color")
    patch.setenv("HOME", str(home))
    patch.setenv("USERPROFILE", str(home))  # what HOME is called on Windows
    patch.setenv("LOCALAPPDATA", str(home / "local"))
    for name, folder in (("DATA", "share"), ("STATE", "state"), ("CONFIG", "config"), ("CACHE", "cache")):
        patch.setenv(f"XDG_{name}_HOME", str(home / folder))


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that outlive a test never touch the folders of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        _settle_in(tmp_path_factory.getbasetemp() / "home", patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _begun_at_noon() -> Iterator[None]:
    """The run starts about noon, in some time zone: no test, command or browser sees one day turn into the next."""
    hours_west = datetime.now(UTC).hour - 12
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", f"NOON{hours_west:+d}")
        _apply_time_zone()
        yield
    _apply_time_zone()


def _apply_time_zone() -> None:
    if hasattr(time, "tzset"):  # Windows has none: there a run over midnight may see two days
        time.tzset()


@pytest.fixture(autouse=True)
def _home_of_the_test(
    _home_of_the_run: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each test begins as somebody who has never used posecheck."""
    _settle_in(tmp_path_factory.getbasetemp() / "homes" / str(next(_homes)), monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def _examples_by_the_test_alone() -> Iterator[None]:
    """In the fixed profile a test draws the same examples whichever tests ran before it, alone or with all others.

    Hypothesis also draws the numbers and words that stand in the project's modules, those that are loaded by then. It
    has no setting for that. Exploring is welcome to do so.
    """
    with pytest.MonkeyPatch.context() as patch:
        if settings.default is not None and settings.default.derandomize:
            none = getattr(providers, "_local_constants", None)  # filled by the function that is replaced, so empty
            patch.setattr(providers, "_get_local_constants", lambda: none, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _bytecode_of_commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The commands that tests start compile each module once, even where nothing may be written beside the sources.

    Some hundred commands are started: compiling anew each time is a quarter of what a short one costs.
    """
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("PYTHONDONTWRITEBYTECODE"):
            patch.delenv("PYTHONDONTWRITEBYTECODE")
            patch.setenv("PYTHONPYCACHEPREFIX", str(run_folder(tmp_path_factory) / "bytecode"))
        yield
