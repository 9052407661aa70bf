"""Does the live server's memory stay flat? Ten minutes of pictures, faster than real time, with everything on.

    python -m benchmarks.live_memory [--frames 18000]

Pictures are decoded, looked at, judged, recorded, kept in the history and told as the server does it; only the pose
model is left out (what it said of the clip is played again), because it would take ten minutes and is measured by
`benchmarks.speed`. Whoever measures more asks `memory()`, which does it in a process of its own.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Self

from posecheck.app.messages import frame_codec, frame_message
from posecheck.app.messages.frame_codec import Packet
from posecheck.app.server.worker import Eyes
from posecheck.app.session.session_controller import SUMMARY, Desk
from posecheck.app.session_options import Settings
from posecheck.app.user_paths import Places
from posecheck.body import ALL_LANDMARKS
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.records import Detection, Frame
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource

CLIP: Final = "hinge_clean_then_rounded.mp4"
STRETCH: Final = "standing_forward_fold"
#: Ten minutes at 30 pictures a second.
FRAMES: Final = 18_000
FPS: Final = 30.0
#: From here on the last minute is full, and so is every curve that grows.
SETTLED_S: Final = 120.0
#: Every so manieth picture of the clip is played: their masks take 1.2 MB each.
_EVERY: Final = 6


@dataclass(frozen=True)
class Memory:
    """What was measured, in MB of resident memory."""

    frames: int
    settled_mb: float
    """After `SETTLED_S` of pictures."""
    end_mb: float
    most_mb: float
    """The most at any time from then on."""

    @property
    def growth_mb(self) -> float:
        """From settled to the end."""
        return self.end_mb - self.settled_mb


def memory(frames: int = FRAMES) -> Memory:
    """Measure in a process of its own; about 10 ms a picture. Raises CalledProcessError if it fails."""
    command = [sys.executable, "-m", "benchmarks.live_memory", "--json", "--frames", str(frames)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    return Memory(**json.loads(done.stdout.splitlines()[-1]))


class _Played:
    """What the model said of the clip, said again of every picture: no model runs."""

    def __init__(self, said: list[Detection]) -> None:
        self._said = said
        self.name = "played again"
        self.model_sha256 = ""
        self.landmarks = ALL_LANDMARKS

    def begin(self) -> None:
        """Every picture is answered by its number: nothing is remembered."""

    def detect(self, frame: Frame) -> Detection:
        """What was said of the picture that is shown now."""
        return replace(self._said[frame.index % len(self._said)], t_s=frame.t_s)

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def measure(frames: int, home: Path) -> Memory:
    """Feed so many pictures to a desk whose person keeps everything, in `home`."""
    shots, said = _clip()
    desk = Desk(Settings(Places(home, home / "history.sqlite3"), history=True))
    eyes = Eyes(_Played(said), desk)
    # Without the set-up, which this clip never ends: nobody in it stands still.
    desk.do({"do": "start", "stretch": STRETCH, "record": True, "setup": False})
    settled, most = float("nan"), 0.0
    for number in range(frames):
        jpeg, size = shots[number % len(shots)]
        for message in eyes.see_packet(Packet(number, 1000.0 * number / FPS, size, jpeg)):
            frame_message.text_of(message)
        if desk.stage == SUMMARY:
            desk.do({"do": "again"})
        if number == round(SETTLED_S * FPS):
            settled = resident_mb()
        if number >= SETTLED_S * FPS and number % 100 == 0:
            most = max(most, resident_mb())
    desk.close()
    return Memory(frames, settled, resident_mb(), most)


def resident_mb(process: int | str = "self") -> float:
    """The resident memory of a process; Linux only."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024.0


def _clip() -> tuple[list[tuple[bytes, tuple[int, int]]], list[Detection]]:
    """The pictures of the clip as a page sends them, and what the model says of each."""
    shots, said = [], []
    with VideoSource(samples_dir() / CLIP) as source, MediaPipeBackend() as backend:
        for frame in itertools.islice(source.frames(), 0, None, _EVERY):
            height, width = frame.image_rgb.shape[:2]
            shots.append((frame_codec.encode(frame.image_rgb), (width, height)))
            said.append(backend.detect(frame))
    return shots, said


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--json", action="store_true", help="one line, for a program")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="posecheck-memory-") as home:
        found = measure(asked.frames, Path(home))
    if asked.json:
        print(json.dumps(asdict(found)))
        return
    print(f"{found.frames} pictures, {found.frames / FPS / 60.0:.1f} minutes at {FPS:g} a second")
    print(f"after {SETTLED_S:g} s  {found.settled_mb:7.1f} MB")
    print(f"at the end  {found.end_mb:7.1f} MB  ({found.growth_mb:+.1f} MB; the most {found.most_mb:.1f} MB)")


if __name__ == "__main__":
    main()
