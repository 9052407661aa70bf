"""Without a browser its tests are skipped, and where one is required they fail."""

from __future__ import annotations

import pytest

from tests.browser.conftest import NAMES, REQUIRED, browser_or_end


def no_program(_name: str) -> str | None:
    """A computer without browsers."""
    return None


@pytest.mark.parametrize("environment", [{}, {REQUIRED: ""}])
def test_without_a_browser_the_test_is_skipped_and_says_why(environment: dict[str, str]) -> None:
    """Whoever develops without Chromium sees which tests did not run."""
    with pytest.raises(pytest.skip.Exception, match=r"no browser: none of chromium, .* is installed"):
        browser_or_end(no_program, environment)


def test_where_a_browser_is_required_a_missing_one_is_a_failure() -> None:
    """So a check that lost its Chromium does not pass with everything skipped."""
    with pytest.raises(pytest.fail.Exception, match=f"no browser.*{REQUIRED} is set"):
        browser_or_end(no_program, {REQUIRED: "1"})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("environment", [{}, {REQUIRED: "1"}])
def test_any_of_the_known_browsers_will_do(name: str, environment: dict[str, str]) -> None:
    """By whichever name this system has it."""
    assert browser_or_end(lambda asked: f"/bin/{asked}" if asked == name else None, environment) == f"/bin/{name}"
