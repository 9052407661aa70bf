"""Fixtures every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.shared import run_folder

# The machine decides how long an example takes, so no deadline: time is measured in benchmarks, as a ratio.
settings.register_profile("posecheck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("posecheck")


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
