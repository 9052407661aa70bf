"""The annotated video, written and read back."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from posecheck.errors import OutputError
from posecheck.outputs.encoders import sane_fps
from posecheck.outputs.overlay import draw
from posecheck.outputs.video import AnnotatedVideo
from posecheck.records import Assessment, Bytes
from tests.outputs import people


def _write(path: Path, judged: list[Assessment], fps: float = 30.0, size: tuple[int, int] | None = None) -> None:
    with AnnotatedVideo(path, size, fps) as video:
        for one in judged:
            video.put(people.frame_of(one), one)


def _read(path: Path) -> list[tuple[float, Bytes]]:
    reader = cv2.VideoCapture(str(path))
    out: list[tuple[float, Bytes]] = []
    while True:
        ok, image = reader.read()
        if not ok:
            break
        out.append((reader.get(cv2.CAP_PROP_POS_MSEC) / 1000.0, np.asarray(image[..., ::-1], np.uint8)))
    reader.release()
    return out


def _available(ending: str) -> None:
    if ending == ".mp4":
        pytest.importorskip("av", reason="the extra [h264] is not installed")


ENDINGS = [".webm", ".mp4"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_plays(tmp_path: Path, ending: str) -> None:
    """As many frames as were put, at their times, with the drawn picture in them."""
    _available(ending)
    path = tmp_path / f"annotated{ending}"
    judged = list(people.stream(1.0))
    _write(path, judged)
    found = _read(path)
    assert len(found) == len(judged)
    assert [t_s for t_s, _ in found] == pytest.approx([one.t_s for one in judged], abs=0.002)
    for (_, image), one in list(zip(found, judged, strict=True))[::7]:
        wanted = draw(people.frame_of(one).image_rgb, one)
        assert image.shape == wanted.shape
        assert np.abs(image.astype(float) - wanted).mean() < 4.0


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("wh", [(641, 361), (363, 640), (64, 64), (5, 3)])
def test_odd_and_tiny_sizes_are_widened_to_even(tmp_path: Path, ending: str, wh: tuple[int, int]) -> None:
    """No picture is cut: a side that is odd gains a pixel."""
    _available(ending)
    path = tmp_path / f"annotated{ending}"
    _write(path, [people.assessment(people.sighting(t / 30, wh)) for t in range(4)])
    height, width = _read(path)[0][1].shape[:2]
    assert (width, height) == (max(wh[0] + wh[0] % 2, 16), max(wh[1] + wh[1] % 2, 16))


def _uneven() -> list[Assessment]:
    steps = itertools.accumulate([0.0] + [1 / 60, 0.1, 1 / 30, 0.4, 1 / 120, 1 / 24] * 4)
    return [people.assessment(people.sighting(2.0 + t_s, (320, 240))) for t_s in steps]


def test_mp4_keeps_the_times_of_an_uneven_source(tmp_path: Path) -> None:
    """Every picture is there, at its own time counted from the first."""
    pytest.importorskip("av", reason="the extra [h264] is not installed")
    path = tmp_path / "annotated.mp4"
    judged = _uneven()
    _write(path, judged)
    found = [t_s for t_s, _ in _read(path)]
    assert found == pytest.approx([one.t_s - judged[0].t_s for one in judged], abs=0.001)


def test_webm_keeps_real_time_for_an_uneven_source(tmp_path: Path) -> None:
    """The file's rate is constant, so pictures are held and left out; at each moment the right one is shown."""
    path = tmp_path / "annotated.webm"
    judged = _uneven()
    greys = (40, 80, 120, 160, 200)
    with AnnotatedVideo(path, fps_hint=30.0) as video:
        for number, one in enumerate(judged):
            video.put(people.frame_of(one, grey=greys[number % 5]), one)
    found = _read(path)
    spent_s = judged[-1].t_s - judged[0].t_s
    assert len(found) / 30.0 == pytest.approx(spent_s + 1 / 30, abs=1 / 30)
    times = np.array([one.t_s - judged[0].t_s for one in judged])
    for t_s, image in found:
        grey = float(np.median(image[200:230, 100:300]))
        # The latest picture up to half a frame later; where one falls on the half, either.
        right = {int((times <= t_s + 0.5 / 30 + slack_s).sum()) - 1 for slack_s in (-0.001, 0.001)}
        assert min(abs(grey - greys[number % 5]) for number in right) < 12.0


def test_mp4_is_made_for_browsers(tmp_path: Path) -> None:
    """H.264, yuv420p, and the index before the pictures, so that it plays while it loads."""
    av = pytest.importorskip("av", reason="the extra [h264] is not installed")
    path = tmp_path / "annotated.mp4"
    _write(path, list(people.stream(0.3)))
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
    raw = path.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_interrupted_video_plays(tmp_path: Path, ending: str) -> None:
    """Ctrl-C in the middle: what was written is a whole file."""
    _available(ending)
    path = tmp_path / f"annotated{ending}"

    def interrupted() -> None:
        with AnnotatedVideo(path, fps_hint=30.0) as video:
            for number, one in enumerate(people.stream(1.0)):
                video.put(people.frame_of(one), one)
                if number == 9:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(_read(path)) == 10


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_replay_shows_the_figure_without_pixels(tmp_path: Path, ending: str) -> None:
    """Without a frame the figure stands on a dark ground of the recorded size."""
    _available(ending)
    path = tmp_path / f"annotated{ending}"
    with AnnotatedVideo(path) as video:
        for one in people.stream(0.2):
            video.put(None, one)
    (_, image), *_ = _read(path)
    assert image.shape == (360, 640, 3)
    assert image[100:300].max() > 150
    assert np.median(image) < 60


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_frame_of_another_size_is_fitted_in(tmp_path: Path, ending: str) -> None:
    """A camera that changes its size does not end the clip."""
    _available(ending)
    path = tmp_path / f"annotated{ending}"
    judged = [
        people.assessment(people.sighting(t / 30, wh)) for t, wh in enumerate([(640, 360), (320, 480), (1280, 720)])
    ]
    _write(path, judged)
    assert [image.shape for _, image in _read(path)] == [(360, 640, 3)] * 3


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, ending: str) -> None:
    """The message holds the file and the system's own reason."""
    _available(ending)
    path = tmp_path / "missing" / f"annotated{ending}"
    with pytest.raises(OutputError, match=f"Cannot write {path}: No such file or directory"):
        AnnotatedVideo(path, (640, 360), 30.0)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_is_told_not_swallowed(tmp_path: Path, ending: str) -> None:
    """Writing to a device without room raises an OutputError, at the latest when it is closed."""
    _available(ending)
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    link = tmp_path / f"annotated{ending}"
    link.symlink_to("/dev/full")
    video = AnnotatedVideo(link, (640, 360), 30.0)
    with pytest.raises(OutputError, match="Cannot write"):
        _fill(video)


def _fill(video: AnnotatedVideo) -> None:
    try:
        for one in people.stream(1.0):
            video.put(people.frame_of(one), one)
    finally:
        video.close("complete")


def test_no_frame_leaves_no_file(tmp_path: Path) -> None:
    """A session that saw nothing does not leave a file that cannot be played."""
    path = tmp_path / "annotated.webm"
    AnnotatedVideo(path).close("interrupted")
    assert not path.exists()


def test_other_endings_are_refused(tmp_path: Path) -> None:
    """The message says which ones there are."""
    with pytest.raises(OutputError, match=r"ends in \.webm or \.mp4"):
        AnnotatedVideo(tmp_path / "annotated.avi")


def test_a_missing_extra_is_told_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyAV the message says what to install, before any frame is read."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(OutputError, match=r"pip install -e '\.\[h264\]'"):
        AnnotatedVideo(tmp_path / "annotated.mp4")


@pytest.mark.parametrize(("hint", "fps"), [(25.0, 25.0), (float("nan"), 30.0), (0.0, 30.0), (90_000.0, 30.0)])
def test_an_odd_rate_is_not_believed(hint: float, fps: float) -> None:
    """Some files claim 90000 frames a second, some cameras none."""
    assert sane_fps(hint) == fps
