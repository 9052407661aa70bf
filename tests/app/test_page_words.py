"""The files of the live page: every text has its key, nothing points outside, nothing is written inline, little weight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import posecheck
from posecheck.assessment.messages import Messages

STATIC = Path(posecheck.__file__).parent / "app" / "static"
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
LABEL = sorted((STATIC / "label").glob("*.js"))
WORDS = {key for key in Messages.load("en").texts if key.startswith("page")}
#: A whole key, or its beginning where the end is filled in: `page_stretch.limit_${…}`, and w("…") of a screen's section.
WHOLE = re.compile(r"[\"'`](page(?:_[a-z]+)?\.[a-z_]+)")
SECTION = re.compile(r"words\(`(page_[a-z]+)\.\$\{")
SHORT = re.compile(r"\bw\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
QUOTED = re.compile(r"[\"`]([a-z][a-z_]*)[\"`$]")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_key_the_page_asks_for_has_words(script: Path) -> None:
    """A key nobody has written would be shown as it is."""
    for key in WHOLE.findall(script.read_text("utf-8")):
        assert key in WORDS or any(known.startswith(key) for known in WORDS), f"{script.name} asks for {key}"


@pytest.mark.parametrize("name", ["start", "setup", "calibrate", "stretch"])
def test_every_short_key_of_a_screen_has_words(name: str) -> None:
    """The screens ask their own section by the key's last part."""
    text = (STATIC / "js" / "screens" / f"{name}.js").read_text("utf-8")
    (section,) = set(SECTION.findall(text))
    found = 0
    for call in SHORT.findall(text):
        first = call.split(",", 1)[0]
        for key in QUOTED.findall(first):
            if "===" in first or "?" in first:
                continue
            found += 1
            assert any(known.startswith(f"{section}.{key}") for known in WORDS), f"{name} asks for {section}.{key}"
    assert found > 3


@pytest.mark.parametrize("section", ["page", "page_keys", "page_stop", "page_start", "page_setup", "page_trouble"])
def test_no_words_wait_for_a_page_that_never_asks(section: str) -> None:
    """A text that nothing shows is a text that nobody keeps right."""
    text = "\n".join(script.read_text("utf-8") for script in SCRIPTS)
    ends = {key.split(".", 1)[1] for key in WORDS if key.startswith(f"{section}.")}
    for end in ends:
        beginnings = [end[:i] for i, letter in enumerate(end) if letter == "_"]
        asked = any(f"{section}.{part}" in text for part in (end, *(f"{start}_${{" for start in beginnings)))
        filled = any(f"`{start}_${{" in text for start in beginnings) or re.search(rf"[\"`]{end}[\"`]", text)
        ended = re.search(rf"\$\{{\w+\}}_{end.rsplit('_', 1)[-1]}`", text)
        code = section == "page_trouble" and re.search(rf"\"{end.removesuffix('_do')}\"", text)
        assert asked or filled or ended or code, f"nothing asks for {section}.{end}"


def test_the_label_page_says_just_the_words_that_were_written_for_it() -> None:
    """Every key it asks for has words, and every word is asked for."""
    text = "\n".join(script.read_text("utf-8") for script in LABEL)
    known = {key.removeprefix("page_label.") for key in WORDS if key.startswith("page_label.")}
    asked = set(re.findall(r"\bw\(\"([a-z_]+)\"", text))
    assert asked <= known
    quoted = set(re.findall(r"[\"`]([a-z_]+)[\"`]", text))
    filled = set(re.findall(r"w\(`([a-z]+)_\$\{", text))
    unasked = {key for key in known - quoted if key.split("_", 1)[0] not in filled}
    assert unasked == set()


def test_nothing_points_outside_and_nothing_is_inline() -> None:
    """The page's policy forbids both, so neither would work; and no packet leaves the machine."""
    for path in [*STATIC.glob("*.*"), *(STATIC / "label").glob("*.*"), *SCRIPTS]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text), path.name
        assert "innerHTML" not in text, path.name
        assert not re.search(r"\bstyle\s*=\s*[\"']", text), path.name
    assert re.findall(r"<script(?![^>]*\bsrc=)", (STATIC / "index.html").read_text("utf-8")) == []


def test_the_page_stays_light() -> None:
    """All that is loaded before the first picture, phrases aside: at most 300 kB."""
    weight = sum(path.stat().st_size for path in [*STATIC.glob("*.*"), *SCRIPTS, *(STATIC / "vendor").glob("*.*s")])
    assert weight < 300_000
