"""Where POSECHECK_NO_SKIPS is set, as in CI, a skipped test fails: a missing tool must not hide a behaviour.

At a developer's desk a test that needs a browser, an extra or a feature of Linux skips with its reason.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Final, TypeVar

import pytest

VARIABLE: Final = "POSECHECK_NO_SKIPS"
#: Skips that are right even there: CI runs as root, who may read everything.
ALLOWED: Final = ("root may read everything",)

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips."""
    return strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file that skips."""
    return strict((yield))


def strict(report: Report) -> Report:
    """The report, failed if it tells of a skip that is not allowed; expected failures stay what they are."""
    if not os.environ.get(VARIABLE) or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if reason.removeprefix("Skipped: ") not in ALLOWED:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} may not skip where {VARIABLE} is set. {reason}"
    return report
