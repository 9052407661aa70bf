"""A small, strict reader of the part of JSON Schema that summary.schema.json uses: it refuses every word it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SILENT = {"$schema", "$defs", "title", "description"}


def mistakes(value: object, schema: Mapping[str, Any], root: Mapping[str, Any], at: str = "$") -> Iterator[str]:
    """Every way in which `value` is not what `schema` (within `root`) describes."""
    for word, told in schema.items():
        if word in _SILENT:
            continue
        if word == "$ref":
            yield from mistakes(value, root["$defs"][told.removeprefix("#/$defs/")], root, at)
        elif word == "type":
            names = [told] if isinstance(told, str) else told
            kinds = tuple(kind for name in names for kind in _TYPES[name])
            if not isinstance(value, kinds) or (isinstance(value, bool) and "boolean" not in names):
                yield f"{at}: {value!r} is not {told}"
        elif word == "const":
            if value != told:
                yield f"{at}: {value!r} is not {told!r}"
        elif word == "enum":
            if value not in told:
                yield f"{at}: {value!r} is none of {told}"
        elif word == "minimum":
            if isinstance(value, int | float) and value < told:
                yield f"{at}: {value!r} is below {told}"
        elif word == "oneOf":
            fits = [not list(mistakes(value, one, root, at)) for one in told]
            if fits.count(True) != 1:
                yield f"{at}: fits {fits.count(True)} of {len(told)} choices"
        elif word == "items":
            for number, item in enumerate(value if isinstance(value, list) else ()):
                yield from mistakes(item, told, root, f"{at}[{number}]")
        elif word == "required":
            yield from (f"{at}: {name} is missing" for name in told if isinstance(value, dict) and name not in value)
        elif word == "properties":
            for name, one in told.items():
                if isinstance(value, dict) and name in value:
                    yield from mistakes(value[name], one, root, f"{at}.{name}")
        elif word == "additionalProperties":
            for name in set(value if isinstance(value, dict) else ()) - set(schema.get("properties", ())):
                if told is False:
                    yield f"{at}: {name} is not described"
                else:
                    yield from mistakes(value[name], told, root, f"{at}.{name}")  # type: ignore[index]
        else:
            raise AssertionError(f"the schema uses {word!r}, which this reader does not know")
