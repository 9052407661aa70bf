"""One slip in a file that works is one mistake that names it: tried on every stretch and routine there is."""

from __future__ import annotations

import copy
import json
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck import assessment
from posecheck.assessment.catalogue.routine_files import check_any
from tests.examples import examples

ROOT = Path(assessment.__file__).parent / "catalogue"
FILES = {
    path.name: tomllib.loads(path.read_text(encoding="utf-8"))
    for folder in ("stretches", "routines")
    for path in sorted((ROOT / folder).glob("*.toml"))
    if path.stem != "_common"
}
Path_ = tuple[str | int, ...]


def toml(value: object) -> str:
    """A value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def mistakes(name: str, content: dict[str, Any]) -> tuple[str, ...]:
    """What is wrong with a file of this name and content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in content.items()), encoding="utf-8")
        return check_any(path)


def keys(content: object, at: Path_ = ()) -> Iterator[Path_]:
    """The path of every key of the schema; names that the author chose are none."""
    if isinstance(content, dict):
        for key, value in content.items():
            if at != ("phases",) and at[-1:] != ("numbers",):
                yield (*at, key)
            yield from keys(value, (*at, key))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from keys(value, (*at, number))


def table_at(content: Any, at: Path_) -> dict[str, Any]:
    """A copy's table that holds the last key of a path."""
    for part in at[:-1]:
        content = content[part]
    found: dict[str, Any] = content
    return found


PLACES = [(name, at) for name, content in FILES.items() for at in keys(content)]
places = st.sampled_from(PLACES)


def slips(word: str) -> list[str]:
    """A letter left out, doubled, or swapped with the next."""
    out = {word[:i] + word[i + 1 :] for i in range(len(word))} | {word[: i + 1] + word[i:] for i in range(len(word))}
    out |= {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return sorted(out - {word, ""})


@pytest.mark.parametrize("name", FILES)
def test_every_file_works_and_survives_being_written_anew(name: str) -> None:
    """The writer of these tests changes nothing, so what is found below is found because of the slip."""
    assert mistakes(name, FILES[name]) == ()


@examples(150)  # cheap, and each damages one place of a file: fewer leave most places whole
@given(places, st.data())
def test_a_misspelt_key_is_one_mistake_with_the_right_spelling(place: tuple[str, Path_], data: st.DataObject) -> None:
    """Not two (one unknown, one missing), and nothing that only follows from it."""
    name, at = place
    content = copy.deepcopy(FILES[name])
    table, right = table_at(content, at), str(at[-1])
    wrong = data.draw(st.sampled_from([slip for slip in slips(right) if slip not in table]))
    items = [(wrong if key == right else key, value) for key, value in table.items()]
    table.clear()
    table.update(items)
    (found,) = mistakes(name, content)
    assert found.startswith(f"{name}, ")
    assert f'unknown key "{wrong}". Did you mean "{right}"?' in found


@examples(100)  # cheap, and each damages one place of a file: fewer leave most places whole
@given(places)
def test_a_missing_key_is_one_mistake_or_was_not_needed(place: tuple[str, Path_]) -> None:
    """What may be left out may be left out; anything else is asked for by its name, once."""
    name, at = place
    content = copy.deepcopy(FILES[name])
    del table_at(content, at)[str(at[-1])]
    found = mistakes(name, content)
    assert len(found) <= 1
    assert all(str(at[-1]) in one for one in found)


@examples(150)  # cheap, and each damages one place of a file: fewer leave most places whole
@given(places, st.sampled_from([7, "x", True, [[]], {"x": 1}]))
def test_a_value_of_the_wrong_kind_is_one_mistake(place: tuple[str, Path_], value: object) -> None:
    """A number for a text, a text for a table: one mistake at the key's own place."""
    name, at = place
    content = copy.deepcopy(FILES[name])
    table, key = table_at(content, at), str(at[-1])
    if isinstance(table[key], type(value)) or (isinstance(value, int | dict) and isinstance(table[key], float | dict)):
        return
    is_number = isinstance(table[key], str) and key.endswith(("_deg", "_s", "limit", "leave", "count", "repeat"))
    if is_number and isinstance(value, dict):
        return  # a table is right there, and what it lacks is many things
    table[key] = value
    found = mistakes(name, content)
    assert len(found) == 1
    assert key in found[0]


@given(places, st.sampled_from(["zzz", "colour", "x1"]))
def test_a_key_that_means_nothing_is_one_mistake(place: tuple[str, Path_], key: str) -> None:
    """It is never passed over in silence."""
    name, at = place
    content = copy.deepcopy(FILES[name])
    table_at(content, at)[key] = 1
    (found,) = mistakes(name, content)
    assert f'unknown key "{key}"' in found
