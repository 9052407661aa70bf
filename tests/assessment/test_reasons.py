"""Reasons are codes: each has a sentence in every language, and no sentence stands where reasons are made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import posecheck
from posecheck.assessment.messages import Messages, blanks, languages
from posecheck.reasons import RULE, Reason, ReasonCode, Wording, code_of, english
from tests.examples import examples

PACKAGE = Path(posecheck.__file__).parent
#: Where reasons are made. The readers of stretch files speak to their authors, in English, and raise what they say.
ROOMS = sorted(
    path
    for room in ("kinematics", "assessment")
    for path in (PACKAGE / room).rglob("*.py")
    if path.name not in {"schema.py", "semantic_checks.py", "stretch_files.py", "routine_files.py", "messages.py"}
)
#: Codes whose sentence has numbers or names in it, with what fills them.
PARTS = ("hips", "feet")


def sentences(path: Path) -> Iterator[str]:
    """The sentences in a module's code: not its docstrings, whys and sources of numbers, and what it raises."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Raise)
            or _is_docstring(node)
            or (isinstance(node, ast.keyword) and node.arg in {"why", "source"})
        ):
            skipped |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node not in skipped and isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            if " " in text and re.match(r"[A-Z]", text) and text.endswith((".", "!", "?")):
                yield text


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.stem)
def test_no_sentence_stands_where_reasons_are_made(path: Path) -> None:
    """Sentences live in the message files."""
    assert list(sentences(path)) == []


def test_the_search_finds_a_sentence(tmp_path: Path) -> None:
    """One in a constant, in a table, and in a call; none in a docstring, a why or an error."""
    module = tmp_path / "module.py"
    module.write_text(
        '"""A docstring."""\nONE = "Turn side-on."\nTWO = {"a": "Step back: now."}\nsay("Look up!")\n'
        'def f():\n    """Another one."""\n    raise ValueError("Wrong, that is.")\nTunable(why="It is so.")\n'
    )
    assert sorted(sentences(module)) == ["Look up!", "Step back: now.", "Turn side-on."]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("code", ReasonCode)
def test_every_code_has_a_sentence_in_every_language(code: ReasonCode, language: str) -> None:
    """Its blanks filled, it ends as a sentence does and holds no brace."""
    words = Messages.load(language)
    wanted = blanks(words.english[code])
    values = {name: PARTS if name == "parts" else 3.0 for name in wanted}
    text = words.text(Reason(code, **values))
    assert text.endswith(".")
    assert "{" not in text
    assert text[0].isupper() or text[0].isdigit() or text.startswith("posecheck")
    assert words.texts[code] == words.english[code] or language != "en"


@pytest.mark.parametrize("code", ReasonCode)
def test_no_code_is_left_over(code: ReasonCode) -> None:
    """Each is used somewhere in the package, beside its declaration."""
    used = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.name != "reasons.py")
    assert re.search(rf"ReasonCode\.{code.name}\b", used)


def test_no_message_of_a_reason_is_left_over() -> None:
    """Every text in the sections of reasons is that of a code."""
    sections = {code.partition(".")[0] for code in ReasonCode} - {"setup", "calibrate"}
    texts = {key for key in Messages.load("en").english if key.partition(".")[0] in sections}
    assert texts == {code for code in ReasonCode if code.partition(".")[0] in sections}


def test_english_is_that_of_the_catalogue() -> None:
    """Tables and the catalogue word a reason alike."""
    reason = Reason(ReasonCode.VIEW_CUT_OFF, parts=PARTS)
    assert english(reason) == Messages.load("en").text(reason) == "Step back: your hips and feet are cut off."
    assert Messages.load("de").text(reason) == "Geh einen Schritt zurück: Deine Hüften und Füße sind nicht im Bild."
    assert (english(None), code_of(None)) == ("", "")


def test_a_rule_is_worded_by_its_stretch() -> None:
    """Translated where the words are those that came with posecheck, as they are where somebody changed them."""
    words = Messages.load("de")
    shipped = words.english["stretch.standing_forward_fold.spine_rounding.reason"]
    reason = Reason.of_rule("standing_forward_fold", "spine_rounding", shipped)
    assert reason.code == f"{RULE}spine_rounding"
    assert words.text(reason) == words.texts[reason.key] != shipped
    assert words.text(Reason.of_rule("standing_forward_fold", "spine_rounding", "Round!")) == "Round!"
    assert english(Reason.of_rule("mine", "spine_rounding", "Round!")) == "Round!"


@given(st.sampled_from(sorted(ReasonCode)), st.floats(0.0, 90.0), st.floats(0.0, 90.0))
@examples(30)
def test_numbers_do_not_make_another_reason(code: str, one: float, other: float) -> None:
    """Turn by 31°, by 33°: one family; other parts of the body, or another code, are another."""
    assert Reason(code, degrees=one).family == Reason(code, degrees=other).family
    assert Reason(code, parts=("hips",)).family != Reason(code, parts=("feet",)).family
    assert Reason(code, degrees=one) == Reason(code, degrees=one)
    assert hash(Reason(code, degrees=one)) == hash(Reason(code, degrees=one))
    assert Reason(code).family != Reason(code, Wording("stretch.a.b.reason", "x"), name="x").family
