"""A camera whose pictures come on demand: as many as the page asks for, each a fixed time later than the one before.

What a session counts (seconds held, seconds still, how late a warning is) it counts by the times of its pictures. Here
these are the film's own, so that a slow or busy machine judges the same pictures as a fast one, only later. A test
directs what is shown next (`play`) and waits for what comes of it.

Replaced are the browser's camera and the worker that reads it (`grabber.js`), nothing else of the page. The real ones
have tests of their own: `test_live_page`, `test_live_troubles`, `test_live_seen`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from playwright.sync_api import Page

from posecheck.records import Bytes
from posecheck.resources import samples_dir
from tests.browser.waiting import until

#: How many pictures the page may have asked for that are not answered yet.
FLIGHT: Final = 2
#: `film.t_s` is the time of the latest picture; `film.given` says of each when the page got it and what it shows.
_SCRIPT: Final = """(() => {
  const SCENES = %(scenes)s, FPS = %(fps)s, FIRST = %(first)s;
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const asImage = (jpeg) => createImageBitmap(new Blob([jpeg], {type: 'image/jpeg'}));
  const film = window.film = {
    opened: 0,
    fps: FPS,
    t_s: 0,
    given: [],
    queue: [FIRST],
    next: 0,
    /** Show these scenes, one after the other; the last one over and over. */
    play(...scenes) {
      film.queue = scenes;
      film.next = 0;
    },
  };
  const beganMs = performance.now();
  function take() {
    const scene = film.queue[0], place = film.next;
    film.next += 1;
    if (film.next >= SCENES[scene].length) {
      film.next = 0;
      if (film.queue.length > 1) film.queue.shift();
    }
    film.t_s += 1 / FPS;
    film.given.push({at: performance.now(), scene, place, t_s: film.t_s});
    return bytes(SCENES[scene][place]);
  }
  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
    film.opened += 1;
    const image = await asImage(bytes(SCENES[film.queue[0]][0]));
    const canvas = document.createElement('canvas');
    Object.assign(canvas, {width: image.width, height: image.height});
    const pen = canvas.getContext('2d');
    const stream = (window.testStream = canvas.captureStream(0));
    pen.drawImage(image, 0, 0);
    stream.getVideoTracks()[0].requestFrame();
    return stream;
  };
  const Real = window.Worker;
  window.Worker = function (url, ...how) {
    if (!String(url).endsWith('/grabber.js')) return new Real(url, ...how);
    let wanted = 0, turn = 0, over = false, busy = false;
    const give = async () => {
      busy = true;
      while (wanted > 0 && !over) {
        // The picture before is painted first: what is on the screen is never further behind than what was asked for.
        await new Promise((done) => requestAnimationFrame(done));
        if (wanted < 1 || over) break;
        wanted -= 1;
        const mine = turn, jpeg = take(), capturedMs = performance.timeOrigin + beganMs + 1000 * film.t_s;
        const picture = await asImage(jpeg);
        if (over) picture.close();
        else this.onmessage({data: {turn: mine, picture, jpeg: jpeg.buffer, width: picture.width, height: picture.height, capturedMs}});
      }
      busy = false;
    };
    this.terminate = () => (over = true);
    this.postMessage = (data) => {
      if (data.readable) turn = data.turn;
      else if (data.rest) [wanted, turn] = [0, data.turn];
      else {
        wanted += 1;
        if (!busy) give();
      }
    };
  };
})();"""


@dataclass(frozen=True)
class Film:
    """Scenes by their names, JPEGs of one size, `fps` of them in a second of the film."""

    scenes: Mapping[str, Sequence[bytes]]
    fps: float

    def script(self, first: str) -> str:
        """For a page, before it is opened; it begins with the scene `first`."""
        scenes = {name: [base64.b64encode(jpeg).decode() for jpeg in scene] for name, scene in self.scenes.items()}
        return _SCRIPT % {"scenes": json.dumps(scenes), "fps": json.dumps(self.fps), "first": json.dumps(first)}


def play(page: Page, *scenes: str) -> None:
    """From the next picture on these scenes, one after the other, the last one over and over."""
    page.evaluate("scenes => film.play(...scenes)", list(scenes))


def judged_for(page: Page, seconds: float) -> None:
    """Wait until so many more seconds of the film have been judged, whatever came of them."""
    now_s = page.evaluate("film.t_s")
    # The page asks for another picture only when the one before the last was answered.
    until(page, f"film.t_s > {now_s + seconds} + {FLIGHT + 1} / film.fps")


def jpeg(image: Any) -> bytes:
    """A picture, (h, w, 3) BGR, as a page sends it."""
    done, packed = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 92))
    assert done
    return packed.tobytes()


def frames(clip: str) -> list[Bytes]:
    """(h, w, 3) BGR: every frame of a sample clip."""
    capture = cv2.VideoCapture(str(samples_dir() / f"{clip}.mp4"))
    found = []
    while (read := capture.read())[0]:
        found.append(np.asarray(read[1], np.uint8))
    capture.release()
    return found


CLIP_FPS: Final = 30
#: Of both sample clips of a standing fold: when it begins, is half done, is deep, ends, and is over.
DOWN_S, HALF_S, DEEP_S, UP_S, STANDS_S = 1.0, 2.0, 2.7, 4.4, 6.2


@cache
def fold(clip: str = "standing_fold_rounded", every: int = 5) -> Film:
    """A forward fold in scenes: an empty room ("nobody"), "still", "down", "deep" (60° round in the rounded clip), "up".

    "half-way" and "half" are the same with less of it (44° to 50°); "restless" is down and up at once. Takes every so
    many frames of the clip: ten pictures a second unless told otherwise.
    """
    all_frames = frames(clip)

    def part(from_s: float, to_s: float) -> list[bytes]:
        return [jpeg(image) for image in all_frames[round(from_s * CLIP_FPS) : round(to_s * CLIP_FPS) : every]]

    down, deep, up = part(DOWN_S, DEEP_S), part(DEEP_S, UP_S), part(UP_S, STANDS_S)
    half = part(HALF_S, HALF_S + 0.2)
    room = np.full_like(all_frames[0], 128)
    scenes = {
        "nobody": [jpeg(room)],
        "still": [jpeg(all_frames[0])],
        "down": down,
        "deep": [*deep, *reversed(deep)],
        "up": up,
        "half-way": part(DOWN_S, HALF_S),
        "half": [*half, *reversed(half)],
        "restless": [*down, *reversed(down)],
    }
    return Film(scenes, CLIP_FPS / every)
