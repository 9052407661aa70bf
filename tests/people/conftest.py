"""Marks every test of the synthetic people as `synthetic`: `-m "not synthetic"` leaves them out."""

from __future__ import annotations

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Called for the tests of this folder alone."""
    item.add_marker("synthetic")
