"""What stands on the pages of a PDF that Chromium printed: just enough to read its text back."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping

_OBJECT = re.compile(rb"^(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL | re.MULTILINE)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)
_WORDS = re.compile(rb"/(\w+) \S+ Tf|<([0-9A-Fa-f]+)> Tj|\[((?:<[0-9A-Fa-f]+>|[-\d. ]+)*)\] TJ|/(\w+) Do\b")


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page without spaces (on paper they are but gaps), ligatures taken apart."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    return [_text(objects, body) for body in objects.values() if b"/Type /Page\n" in body]


def _text(objects: Mapping[int, bytes], page: bytes) -> str:
    """The text of a page, or of a part of one that is drawn as a whole."""
    letters = {name: _letters(objects, number) for name, number in _named(page, b"Font")}
    parts = dict(_named(page, b"XObject"))
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    drawn = _stream(page if contents is None else objects[int(contents[1])])
    out, font = "", dict[bytes, str]()
    for name, word, words, part in _WORDS.findall(drawn):
        if name:
            font = letters.get(name, {})
        elif part:
            inside = objects.get(parts.get(part, 0), b"")
            out += _text(objects, inside) if b"/Subtype /Form" in inside else ""
        for glyphs in re.findall(rb"[0-9A-Fa-f]{4,}", word or b" ".join(re.findall(rb"<(.*?)>", words))):
            out += "".join(font.get(glyphs[at : at + 4].upper(), "") for at in range(0, len(glyphs), 4))
    return unicodedata.normalize("NFKD", "".join(out.split()))


def _named(body: bytes, kind: bytes) -> list[tuple[bytes, int]]:
    """The resources of a kind: (name on the page, number of the object)."""
    found = re.search(rb"/" + kind + rb" <<(.*?)>>", body, re.DOTALL)
    return [] if found is None else [(name, int(number)) for name, number in re.findall(rb"/(\w+) (\d+) 0 R", found[1])]


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in body[: found.start()] else found[1]


def _letters(objects: Mapping[int, bytes], number: int) -> dict[bytes, str]:
    """Glyph → letter of a font, as the file says for those who copy text out of it."""
    table = re.search(rb"/ToUnicode (\d+) 0 R", objects.get(number, b""))
    if table is None:
        return {}
    out: dict[bytes, str] = {}
    said = _stream(objects[int(table[1])])
    for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", said, re.DOTALL):
        for glyph, letter in re.findall(rb"<(\w{4})> <(\w+)>", block):
            out[glyph.upper()] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange\n(.*?)endbfrange", said, re.DOTALL):
        for first, last, letter in re.findall(rb"<(\w{4})> <(\w{4})> <(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                out[b"%04X" % (int(first, 16) + step)] = chr(int(letter, 16) + step)
    return out
