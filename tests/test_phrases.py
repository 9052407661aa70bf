"""The recordings of the live page say what the catalogue says, in every language."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.build_phrases import PLACE, manifest, numbers, pieces, spoken_texts
from posecheck.assessment.messages import languages


def written(language: str) -> dict[str, Any]:
    """The manifest as it was committed."""
    read: dict[str, Any] = json.loads((PLACE / language / "manifest.json").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("language", languages())
def test_every_spoken_text_has_its_recording_as_it_is_worded_now(language: str) -> None:
    """A text that changed shows here: run `python -m models.build_phrases`."""
    known = written(language)
    assert known == manifest(language, known["tools"])[0]


@pytest.mark.parametrize("language", languages())
def test_each_recording_is_a_small_opus_file_and_none_is_left_over(language: str) -> None:
    """Mono Opus in Ogg, no more than 1.5 kB for a second of it."""
    says = manifest(language, {})[1]
    files = {path.stem: path for path in (PLACE / language).glob("*.opus")}
    assert files.keys() == says.keys()
    for path in files.values():
        data = path.read_bytes()
        assert data.startswith(b"OggS")
        assert data[28:36] == b"OpusHead"
        assert data[37] == 1  # channels
        assert len(data) < 600 + 1500 * length_s(data)


def length_s(data: bytes) -> float:
    """How long a file in Ogg Opus plays: the last page tells the samples, 48000 a second."""
    return int.from_bytes(data[data.rindex(b"OggS") + 6 :][:8], "little") / 48000


@pytest.mark.parametrize("language", languages())
def test_all_the_coach_can_say_is_among_what_is_spoken(language: str) -> None:
    """The coach, every reason, set-up sentences, announcements, and every rule of every stretch; no labels."""
    keys = set(spoken_texts(language))
    assert {"coach.done", "view.too_dark", "setup.turn_left", "routine.once_more", "part.feet"} <= keys
    assert {f"stretch.foot_on_step.{what}" for what in ("name", "setup", "sides.say", "spine_rounding.fix")} <= keys
    assert not {"setup.label.title", "routine.set_of", "stretch.foot_on_step.safety", "page_tune.title"} & keys
    assert not [key for key in keys if key.endswith(("steps.1", "spine_rounding.name", "spine_rounding.reason"))]


def test_a_text_is_cut_at_its_blanks() -> None:
    """What is between them is read out; a lone full stop is not."""
    assert list(pieces("Rest for {seconds} seconds.")) == ["Rest for", "{seconds}", "seconds."]
    assert list(pieces("{count}.")) == ["{count}"]
    assert list(pieces("Turn about {degrees}° to your left.")) == ["Turn about", "{degrees}", "° to your left."]


def test_the_seconds_of_every_hold_can_be_said() -> None:
    """All of a long hold, one by one up to a hundred."""
    assert set(range(101)) <= set(numbers())
    assert {120, 180} <= set(numbers())
