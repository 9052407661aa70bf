"""The annotated video: every frame with everything drawn on it, as a clip that plays in a browser."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np

from posecheck.errors import OutputError
from posecheck.outputs.base import ClosingSink
from posecheck.outputs.context import OutputContext
from posecheck.outputs.encoders import Encoder, Mp4Encoder, Sound, WebmEncoder, h264_library
from posecheck.outputs.overlay import draw
from posecheck.outputs.palette import INK
from posecheck.reasons import Translate
from posecheck.records import Assessment, Bytes, Frame

_ENDINGS: Final = (".webm", ".mp4")
_LEAST_PX: Final = 16  # smaller pictures are refused by some encoders


class AnnotatedVideo(ClosingSink):
    """Writes the frames with the overlay to `path`. An optional output: its failure does not end a session.

    `.webm` is VP8 through OpenCV: one constant rate (`fps_hint`, else 30), kept in real time by holding and leaving out
    pictures when the source's rate varies. `.mp4` is H.264 with each picture at its own time; it needs the extra
    `[h264]`. The clip begins with its first frame; the time written into the picture is the source's.
    `size` is (width, height) in pixels; None takes the first frame's. A side that is odd is widened by one pixel, as
    H.264 wants. A frame of another size is fitted in. In a replay, without pixels, and without `with_picture`, the figure
    stands on a dark ground. `slow` times slower than life, every picture kept. `sound_of` is a file whose sound goes
    along with an .mp4 in real time; WebM and slow motion are silent. `translate` says the words, in English without it.

    Raises OutputError for any other ending, a missing extra, or a file that cannot be written.
    """

    critical = False

    def __init__(
        self,
        path: Path,
        size: tuple[int, int] | None = None,
        fps_hint: float = math.nan,
        *,
        with_picture: bool = True,
        slow: float = 1.0,
        sound_of: Path | None = None,
        translate: Translate | None = None,
    ) -> None:
        self.path = Path(path)
        self._fps_hint = fps_hint
        self._with_picture = with_picture
        self._slow = slow
        self._sound_of = sound_of if slow == 1.0 else None
        self._translate = translate
        self._begin_s = math.nan
        self._closed = False
        self._size = (0, 0)
        self._encoder: Encoder | None = None
        if self.path.suffix.lower() not in _ENDINGS:
            raise OutputError(f"Cannot write {self.path}: an annotated video ends in .webm or .mp4.")
        if self.path.suffix.lower() == ".mp4":
            h264_library(self.path)  # a missing extra is reported at once, not after the first frame
        if size is not None:
            self._open(size)

    @classmethod
    def of(cls, path: Path, context: OutputContext) -> Self:
        """The output as the registry makes it."""
        return cls(
            path,
            fps_hint=context.fps_nominal,
            with_picture=context.with_picture,
            slow=context.slow,
            sound_of=context.source,
            translate=context.translate,
        )

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Draw and write one frame."""
        width, height = assessment.sighting.image_wh
        bare = frame is None or not self._with_picture
        picture = np.full((height, width, 3), INK, np.uint8) if frame is None or bare else frame.image_rgb
        if math.isnan(self._begin_s):
            self._begin_s = assessment.t_s
        encoder = self._encoder or self._open((picture.shape[1], picture.shape[0]))
        drawn = draw(picture, assessment, self._translate, bare=bare)
        encoder.write(_fitted(drawn, self._size), (assessment.t_s - self._begin_s) * self._slow)

    def close(self, ending: str) -> None:
        """Finish the file, so that what was written plays, however the session ended."""
        del ending
        if self._closed:
            return
        self._closed = True
        if self._encoder is not None:
            self._encoder.close()

    def _open(self, size: tuple[int, int]) -> Encoder:
        if self._closed:
            raise OutputError(f"Cannot write {self.path}: it is closed already.")
        self._size = (max(size[0] + size[0] % 2, _LEAST_PX), max(size[1] + size[1] % 2, _LEAST_PX))
        encoder: Encoder
        if self.path.suffix.lower() == ".mp4":
            begin_s = 0.0 if math.isnan(self._begin_s) else self._begin_s
            sound = None if self._sound_of is None else Sound(self._sound_of, begin_s)
            encoder = Mp4Encoder(self.path, self._size, self._fps_hint, sound)
        else:
            encoder = WebmEncoder(self.path, self._size, self._fps_hint)
        self._encoder = encoder
        return encoder


def _fitted(image: Bytes, size: tuple[int, int]) -> Bytes:
    """`image` in a picture of (width, height) `size`: as it is if it fits to a pixel, else scaled; edges continued."""
    width, height = size
    right, below = width - image.shape[1], height - image.shape[0]
    if not (0 <= right <= _LEAST_PX and 0 <= below <= _LEAST_PX):
        scale = min(width / image.shape[1], height / image.shape[0])
        fitted = (max(1, min(width, round(image.shape[1] * scale))), max(1, min(height, round(image.shape[0] * scale))))
        image = np.asarray(cv2.resize(image, fitted, interpolation=cv2.INTER_AREA), np.uint8)
        right, below = width - fitted[0], height - fitted[1]
    if right or below:
        image = np.asarray(cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)
    return image
