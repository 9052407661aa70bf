"""Make the spoken phrases of the live page: small Opus files for browsers that have no voice of their own.

    apt-get install espeak-ng opus-tools
    python -m models.build_phrases            (from the root of a checkout)

Reads the message catalogue and writes `posecheck/app/static/phrases/LANGUAGE/*.opus` with a `manifest.json` each:

    {"language", "voice", "tools", "licence", "bitrate_kbps",
     "phrases": {key: {"text": TEXT, "play": [FILE or {blank}, …]}}, "numbers": {"12": FILE, "twelve": FILE}}

A text with {blanks} is cut at them: what stands between is a file, what stands in them is looked up when it is said,
numbers in `numbers`, names of stretches and parts of the body among `phrases`. Texts that are worded alike share a
file. With the same tools the same files come out.

eSpeak NG is free software under GPL-3.0-or-later. What it speaks is not covered by that licence: the recordings hold
none of its code, and they carry the licence of the texts that are read, that of posecheck.
"""

from __future__ import annotations

import json
import re
import shutil
import string
import subprocess
import sys
import tempfile
import wave
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from posecheck.assessment.messages import Messages, languages

ROOT: Final = Path(__file__).resolve().parents[1]
PLACE: Final = ROOT / "posecheck" / "app" / "static" / "phrases"
#: espeak-ng's voice, by language.
VOICES: Final = {"de": "de", "en": "en-us"}
#: How words are written so that they are read right.
READ_AS: Final = {
    "de": {"posecheck": "Pohs-tscheck", "°": " Grad", "−": "minus "},
    "en": {"posecheck": "pose check", "°": " degrees", "−": "minus "},
}
WORDS_PER_MINUTE: Final = 155
BITRATE_KBPS: Final = 8
#: Silence kept before and after the voice; the rest is cut off, so that phrases made of pieces do not limp.
BEFORE_S: Final = 0.02
AFTER_S: Final = 0.08
#: Quieter than this share of the loudest sample counts as silence.
SILENT_FRAC: Final = 0.01
#: Every number up to here can be said, and from there on every fifth one.
EVERY_NUMBER_TO: Final = 100
FIFTHS_TO: Final = 180
#: How the keys of what is spoken begin, and how those of a stretch end.
SPOKEN: Final = (
    "coach.",
    "view.",
    "part.",
    "position.",
    "spine.",
    "trunk.",
    "legs.",
    "page_sound.test",
    "live.stand_still",
    "live.ended",
    "live.begin",
    "live.done",
)
SPOKEN_OF_ROUTINE: Final = (
    "once_more",
    "missing_left",
    "missing_right",
    "left_out",
    "not_watched",
    "done",
    "stretch_done",
)
SPOKEN_OF_STRETCH: Final = ("name", "setup", "say", "fix", "good_again")
LICENCE: Final = (
    "Spoken by eSpeak NG (GPL-3.0-or-later, not included here); the recordings are not covered by its licence and "
    "carry that of posecheck (Apache-2.0)."
)


def is_spoken(key: str) -> bool:
    """Whether the live page may have to say the message `key` aloud."""
    first, _, rest = key.partition(".")
    if first == "routine":
        return rest in SPOKEN_OF_ROUTINE
    if first == "setup":
        return not rest.startswith(("label.", "what."))
    if first == "calibrate":
        return not rest.startswith("card.") and not rest.endswith(".title")
    if first == "stretch":
        return key.rpartition(".")[2] in SPOKEN_OF_STRETCH and not re.search(r"\.\w+\.name$", rest)
    return key.startswith(SPOKEN)


def spoken_texts(language: str) -> dict[str, str]:
    """Everything that may be said in a language, by its key; with {blanks}."""
    messages = Messages.load(language)
    texts = {**messages.english, **messages.texts}
    return {key: texts[key] for key in sorted(texts) if is_spoken(key)}


def pieces(text: str) -> Iterator[str]:
    """A text cut at its {blanks}: what is read out, and the blanks as {name}; pieces without a word are left out.

    >>> list(pieces("Done, that was {seconds} seconds."))
    ['Done, that was', '{seconds}', 'seconds.']
    >>> list(pieces("{count}."))
    ['{count}']
    """
    for literal, name, _, _ in string.Formatter().parse(text):
        if re.search(r"\w|°", literal):
            yield literal.strip()
        if name is not None:
            yield f"{{{name}}}"


def numbers() -> tuple[int, ...]:
    """The numbers that can be said."""
    return (*range(EVERY_NUMBER_TO + 1), *range(EVERY_NUMBER_TO + 5, FIFTHS_TO + 1, 5))


def manifest(language: str, version: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What is written beside the files of a language, and what each of its files says."""
    says: dict[str, str] = {}
    file_of: dict[str, str] = {}

    def file(name: str, words: str) -> str:
        known = file_of.setdefault(words, name)
        says[known] = words
        return known

    phrases: dict[str, Any] = {}
    for key, text in spoken_texts(language).items():
        cut = list(pieces(text))
        names = [key if len(cut) == 1 else f"{key}-{number}" for number in range(1, len(cut) + 1)]
        play = [part if part.startswith("{") else file(name, part) for name, part in zip(names, cut, strict=True)]
        phrases[key] = {"text": text, "play": play}
    spoken_numbers = {str(number): file(f"number.{number}", str(number)) for number in numbers()}
    words = Messages.load(language)
    count_words = {
        words.text(key).lower(): spoken_numbers[key.removeprefix("count.")]
        for key in words.english
        if key.startswith("count.")
    }
    head = {
        "language": language,
        "voice": VOICES[language],
        "tools": dict(version),
        "licence": LICENCE,
        "bitrate_kbps": BITRATE_KBPS,
    }
    return {**head, "phrases": phrases, "numbers": {**spoken_numbers, **count_words}}, says


def speak(words: str, language: str, wav: Path) -> None:
    """Have `words` read into a wave file, without the silence around them."""
    for written, read in READ_AS[language].items():
        words = words.replace(written, read)
    call = ["espeak-ng", "-v", VOICES[language], "-s", str(WORDS_PER_MINUTE), "-w", str(wav), "--", words.strip()]
    subprocess.run(call, check=True)
    with wave.open(str(wav)) as spoken:
        rate_hz = spoken.getframerate()
        samples = np.frombuffer(spoken.readframes(spoken.getnframes()), dtype=np.int16)
    level = np.abs(samples.astype(np.int32))
    loud = np.flatnonzero(level > SILENT_FRAC * level.max())
    first = max(0, int(loud[0] - BEFORE_S * rate_hz))
    samples = samples[first : int(loud[-1] + AFTER_S * rate_hz)]
    with wave.open(str(wav), "wb") as cut:
        cut.setnchannels(1)
        cut.setsampwidth(2)
        cut.setframerate(rate_hz)
        cut.writeframes(samples.tobytes())


def encode(wav: Path, opus: Path) -> None:
    """Write `wav` as a small mono Opus file, the same bytes every time: its serial number comes from its name."""
    serial = zlib.crc32(opus.name.encode()) >> 1
    call = ["opusenc", "--quiet", "--speech", "--vbr", "--bitrate", str(BITRATE_KBPS), "--comp", "10"]
    call += ["--framesize", "60", "--max-delay", "1000", "--padding", "0", "--discard-comments"]
    subprocess.run([*call, "--serial", str(serial), str(wav), str(opus)], check=True)


def versions() -> dict[str, str]:
    """The tools at work. Exits with a hint when one is missing."""
    found = {}
    for tool in ("espeak-ng", "opusenc"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing. Try: apt-get install espeak-ng opus-tools")
        told = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
        found[tool] = told.splitlines()[0].partition("  ")[0].strip()
    return found


def build(language: str, version: Mapping[str, str]) -> None:
    """Write the folder of a language anew."""
    written, says = manifest(language, version)
    place = PLACE / language
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "phrase.wav"
        for name, words in says.items():
            speak(words, language, wav)
            encode(wav, place / f"{name}.opus")
    text = json.dumps(written, ensure_ascii=False, indent=1)
    (place / "manifest.json").write_text(f"{text}\n", encoding="utf-8")
    sizes = [path.stat().st_size for path in place.glob("*.opus")]
    print(f"{language}: {len(sizes)} files, {sum(sizes) / 1000:.0f} kB, the largest {max(sizes) / 1000:.1f} kB")


if __name__ == "__main__":
    tools = versions()
    for spoken_language in languages():
        build(spoken_language, tools)
