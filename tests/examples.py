"""How many examples a property test draws, where the profile's own number does not fit."""

from __future__ import annotations

from hypothesis import settings

#: `max_examples` of the profile of the default run.
USUAL = 30


def examples(number: int, **more: object) -> settings:
    """`number` examples in the default run, and as many times more or fewer in any other profile.

    Fewer than the usual 30 are for tests whose examples take long to judge, more for those that search a large space;
    the test says which. `more` is handed on to `hypothesis.settings`.
    """
    scaled = round(number * settings.default.max_examples / USUAL)  # type: ignore[union-attr]
    return settings(max_examples=max(1, scaled), **more)  # type: ignore[arg-type]
