"""Letters on a picture: crisp at any size, on any background.

OpenCV 5 brings a real typeface (Rubik) and draws it smoothly. OpenCV 4 has only Hershey's plotter letters, which know
no degree sign: it is drawn as a small circle there.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Any, Final, Protocol

import cv2
import numpy as np

from posecheck.outputs.palette import INK, Colour
from posecheck.records import Bytes

#: Letters lower than this many pixels cannot be read; they are left out.
SMALLEST_PX: Final = 6.0
#: Height of a capital, as a share of the letter size; for centring.
CAPITAL: Final = 0.70

REGULAR: Final = 450
STRONG: Final = 650


class Letters(Protocol):
    """A way to set letters."""

    def width_px(self, text: str, size_px: float, weight: int) -> float:
        """How wide `text` comes out."""

    def put(self, image: Bytes, text: str, at_px: tuple[int, int], colour: Any, size_px: float, weight: int) -> None:
        """Set `text` into `image`, beginning at `at_px` (left end of the baseline)."""


class Typeface:
    """Letters of OpenCV 5's built-in typeface."""

    def __init__(self) -> None:
        self._face = cv2.FontFace("sans")

    def width_px(self, text: str, size_px: float, weight: int) -> float:
        """How wide `text` comes out."""
        box = cv2.getTextSize((0, 0), text, (0, 0), self._face, round(size_px), weight)
        return float(box[0] + box[2])

    def put(self, image: Bytes, text: str, at_px: tuple[int, int], colour: Any, size_px: float, weight: int) -> None:
        """Set `text` into `image`, beginning at `at_px` (left end of the baseline)."""
        # The wrap range is set far out: else a line that reaches the edge jumps back to the left.
        cv2.putText(
            image, text, at_px, colour, self._face, round(size_px), weight, cv2.PUT_TEXT_ALIGN_LEFT, (0, 1 << 20)
        )


class PlotterLetters:
    """Letters of OpenCV 4: Hershey's, with a circle for the degree sign."""

    _FACE: Final = cv2.FONT_HERSHEY_DUPLEX
    _CAPITAL_PX: Final = 22.0  # at scale 1
    _DEGREE: Final = 0.42  # width of the degree sign, of the size

    def width_px(self, text: str, size_px: float, weight: int) -> float:
        """How wide `text` comes out."""
        plain = _plain(text)
        bare = cv2.getTextSize(plain.replace("°", ""), self._FACE, self._scale(size_px), self._stroke(size_px, weight))
        return float(bare[0][0]) + plain.count("°") * self._DEGREE * size_px

    def put(self, image: Bytes, text: str, at_px: tuple[int, int], colour: Any, size_px: float, weight: int) -> None:
        """Set `text` into `image`, beginning at `at_px` (left end of the baseline)."""
        x, y = float(at_px[0]), at_px[1]
        scale, stroke = self._scale(size_px), self._stroke(size_px, weight)
        for number, piece in enumerate(_plain(text).split("°")):
            if number:
                radius = max(1.0, 0.12 * size_px)
                centre = (round(x + 0.20 * size_px), round(y - (CAPITAL - 0.1) * size_px))
                cv2.circle(image, centre, round(radius), colour, stroke, cv2.LINE_AA)
                x += self._DEGREE * size_px
            cv2.putText(image, piece, (round(x), y), self._FACE, scale, colour, stroke, cv2.LINE_AA)
            x += cv2.getTextSize(piece, self._FACE, scale, stroke)[0][0]

    def _scale(self, size_px: float) -> float:
        return size_px * CAPITAL / self._CAPITAL_PX

    @staticmethod
    def _stroke(size_px: float, weight: int) -> int:
        return max(1, round(size_px * (0.09 if weight >= STRONG else 0.055)))


def _plain(text: str) -> str:
    """`text` with what Hershey's letters cannot write put in plainer words, and the degree sign kept."""
    for fancy, plain in (("–", "-"), ("—", "-"), ("…", "..."), ("×", "x"), ("→", "->"), ("’", "'"), ("·", "-")):
        text = text.replace(fancy, plain)
    parts = text.split("°")
    return "°".join(unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode() for part in parts)


@functools.cache
def letters() -> Letters:
    """The best letters this OpenCV has."""
    return Typeface() if hasattr(cv2, "FontFace") else PlotterLetters()


def put(image: Bytes, text: str, at_px: tuple[float, float], colour: Colour, size_px: float, weight: int) -> None:
    """Set `text` on a plain panel: `at_px` is its left end, at half the height of its capitals."""
    if text and size_px >= SMALLEST_PX:
        baseline = (round(at_px[0]), round(at_px[1] + CAPITAL * size_px / 2))
        letters().put(image, text, baseline, colour, size_px, weight)


def put_on_picture(
    image: Bytes, text: str, centre_px: tuple[float, float], colour: Colour, size_px: float, weight: int
) -> None:
    """Set `text` on a picture, centred, with a dark halo so that it reads on anything; moved inside if it would not fit."""
    if not text or size_px < SMALLEST_PX:
        return
    height, width = image.shape[:2]
    halo = max(1, round(size_px * 0.14))
    wide = int(letters().width_px(text, size_px, weight)) + 4 * halo + 2
    high = int(size_px * 1.25) + 4 * halo
    left = int(min(max(centre_px[0] - wide / 2, 0), max(width - wide, 0)))
    top = int(min(max(centre_px[1] - high / 2, 0), max(height - high, 0)))
    shape = np.zeros((high, wide), np.uint8)
    letters().put(shape, text, (2 * halo, round(high / 2 + CAPITAL * size_px / 2)), (255,), size_px, weight)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * halo + 1, 2 * halo + 1))
    soft = cv2.GaussianBlur(cv2.dilate(shape, kernel), (2 * halo + 1, 2 * halo + 1), 0)
    place = image[top : top + high, left : left + wide]
    high, wide = place.shape[:2]
    _stamp(place, soft[:high, :wide], INK, 0.85)
    _stamp(place, shape[:high, :wide], colour, 1.0)


def _stamp(place: Bytes, shape: Any, colour: Colour, opacity: float) -> None:
    cover = shape[..., None].astype(np.float32) * np.float32(opacity / 255.0)
    place[:] = np.rint(place + (np.array(colour, np.float32) - place) * cover).astype(np.uint8)


def wrapped(text: str, room_px: float, size_px: float, weight: int, most_lines: int) -> list[str]:
    """`text` broken into lines no wider than `room_px`; what does not fit into `most_lines` ends in "…"."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and letters().width_px(longer, size_px, weight) <= room_px:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most_lines:
        lines = lines[:most_lines]
        lines[-1] = _shortened(lines[-1] + "…", room_px, size_px, weight)
    return [_shortened(line, room_px, size_px, weight) for line in lines]


def _shortened(line: str, room_px: float, size_px: float, weight: int) -> str:
    while len(line) > 2 and letters().width_px(line, size_px, weight) > room_px:
        line = line[:-2].rstrip() + "…"
    return line
