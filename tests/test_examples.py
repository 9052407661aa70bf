"""A test draws the same examples every time, whatever else has been run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers


def drawn() -> list[str]:
    """What a property of the fixed profile is tried with."""
    found: list[str] = []

    @settings(settings.get_profile("fixed"), max_examples=300)
    @given(st.tuples(st.floats(), st.integers(), st.text()))
    def note(values: tuple[float, int, str]) -> None:
        found.append(repr(values))

    note()
    return found


def test_examples_do_not_depend_on_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another module of the project, full of numbers and words, is loaded by a test before: nothing changes."""
    if not hasattr(providers, "constants_from_module"):
        pytest.skip("this Hypothesis does not look into modules")
    before = drawn()
    path = tmp_path / "full_of_numbers.py"
    path.write_text("\n".join(f"a{n} = ({n}.125, {7000 + n}, 'word{n}')" for n in range(200)))
    spec = importlib.util.spec_from_file_location("full_of_numbers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "full_of_numbers", module)
    assert len(before) > 250
    assert drawn() == before
