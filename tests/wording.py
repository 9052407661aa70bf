"""Reasons in words of the test's own, as a stretch file gives them."""

from __future__ import annotations

import re

from posecheck.reasons import Reason, Wording


def worded(text: str) -> Reason:
    """A reason whose sentence is `text`; two of them are alike if their letters are."""
    name = re.sub(r"[^a-z]+", "_", text.lower()).strip("_")
    return Reason(f"rule.{name}", Wording(f"stretch.test.{name}.reason", text))


def reason(what: Reason | str | None) -> Reason | None:
    """A reason as tests may give it: itself, the text of one, or none ("")."""
    if isinstance(what, str):
        return worded(what) if what else None
    return what
