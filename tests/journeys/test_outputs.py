"""`posecheck analyze` with everything it can leave, as people use it."""

from __future__ import annotations

import base64
import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.errors import OutputError
from posecheck.pipeline.analysis import judge_recording
from posecheck.pipeline.output_options import OutputOptions
from posecheck.pipeline.session import default_profile
from tests.journeys import media
from tests.journeys.command import posecheck, refused
from tests.journeys.test_analyze import CLEAN, ROUNDED
from tests.outputs.schema import mistakes
from tests.outputs.test_exports import SCHEMA, read_trc
from tests.shared import made_once


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a clip with every choice that needs no extra, in German."""
    words = ["--from", "2", "--to", "4", "--smooth", "--opensim", "--blur-face", "--slow", "2", "--lang", "de"]

    def make(folder: Path) -> None:
        done = posecheck("analyze", ROUNDED, "-o", "out", *words, "--set", "spine_rounding.limit_deg=30", cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once(tmp_path_factory, "every_output", make) / "out"


def test_tables_for_other_programs_are_there_and_agree(everything: Path) -> None:
    """As many rows everywhere, filtered columns beside raw ones, a summary that its schema describes."""
    with (everything / "measures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"position", "lead_side", "knee_flexion_deg_smooth"} <= set(rows[0])
    assert {row["position"] for row in rows} == {"standing"}
    gap = [
        abs(float(r["knee_flexion_deg"]) - float(r["knee_flexion_deg_smooth"])) for r in rows if r["knee_flexion_deg"]
    ]
    assert 0.0 < max(gap) < 5.0
    header, _, markers = read_trc(everything / "landmarks.trc")
    assert int(header["NumFrames"]) == len(markers) == len(rows)
    assert f"nRows={len(rows)}\n" in (everything / "angles.mot").read_text(encoding="ascii")
    summary = json.loads((everything / "summary.json").read_text(encoding="utf-8"))
    assert list(mistakes(summary, SCHEMA, SCHEMA)) == []


def test_the_report_is_german_and_tells_what_was_changed(everything: Path) -> None:
    """The language asked for, the changed number first, with its default beside it."""
    page = (everything / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    assert "Du machst einen Rundrücken" in page
    numbers = page[page.index("Geltende Zahlen") :]
    first = numbers[numbers.index("<tbody>") :][:700]
    assert "spine_rounding.limit_deg" in first
    assert re.search(r'<td class="number">30</td><td class="number">3[1-9]</td><td>deg</td><td>--set</td>', first)


def test_a_missing_library_is_told_before_earlier_results_are_taken_away(
    everything: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged again with --parquet where that extra is missing: one line, and what was there stands as it was."""
    stretch = load_stretch("standing_forward_fold")
    profile, again = default_profile(stretch), tmp_path / "again"
    judge_recording(everything / "recording.jsonl", again, stretch, profile)
    before = {path.name: path.read_bytes() for path in again.iterdir()}
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OutputError, match=r"pip install -e '\.\[parquet\]'"):
        judge_recording(
            everything / "recording.jsonl", again, stretch, profile, wanted=OutputOptions(outputs=("parquet",))
        )
    assert {path.name: path.read_bytes() for path in again.iterdir()} == before


def test_a_replay_shows_its_moments_as_a_drawn_figure(everything: Path, tmp_path: Path) -> None:
    """Without pixels the report has pictures of the worst moments all the same, on a dark ground."""
    stretch = load_stretch("standing_forward_fold")
    judge_recording(everything / "recording.jsonl", tmp_path / "again", stretch, default_profile(stretch))
    page = (tmp_path / "again" / "report.html").read_text(encoding="utf-8")
    packed = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert packed
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(packed[0]), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert np.median(picture) < 40
    assert picture.max() > 200


def test_a_hidden_face_is_hidden_in_clip_and_report(everything: Path) -> None:
    """The report shows the clip that was made, never the source, and the head in it is smooth."""
    page = (everything / "report.html").read_text(encoding="utf-8")
    assert 'src="annotated.webm"' in page
    assert ROUNDED.name not in page.split("<video")[1].split(">")[0]
    source = cv2.VideoCapture(str(ROUNDED))
    source.set(cv2.CAP_PROP_POS_MSEC, 2000.0)
    clear = source.read()[1]
    source.release()
    made = cv2.VideoCapture(str(everything / "annotated.webm"))
    hidden = made.read()[1]
    frames = made.get(cv2.CAP_PROP_FRAME_COUNT)
    made.release()
    x, y = _nose(everything)
    head = (slice(int(y) - 14, int(y) + 14), slice(int(x) - 14, int(x) + 14))

    def edges(image: Any) -> float:
        return float(cv2.Laplacian(cv2.cvtColor(image[head], cv2.COLOR_BGR2GRAY), cv2.CV_64F).std())

    assert edges(hidden) < 0.5 * edges(clear)
    assert frames / 30.0 == pytest.approx(4.0, abs=0.2)


def _nose(folder: Path) -> tuple[float, float]:
    from posecheck.sources.replay import read_recording

    first = next(iter(read_recording(folder / "recording.jsonl").sightings()))
    return float(first.landmarks_px[0, 0]), float(first.landmarks_px[0, 1])


def test_skeleton_only_shows_no_pixel_of_the_source(tmp_path: Path) -> None:
    """The clip is dark but for the figure, and so is every picture in the report."""
    done = posecheck("analyze", ROUNDED, "-o", "out", "--skeleton-only", "--from", "2", "--to", "2.4", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = cv2.VideoCapture(str(tmp_path / "out" / "annotated.webm"))
    picture = made.read()[1]
    made.release()
    assert float(np.median(picture)) < 40.0
    assert 'src="annotated.webm"' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_sound_goes_along_in_step(tmp_path: Path) -> None:
    """An mp4 made from a clip with sound has that sound, moved with the beginning; slow motion is silent."""
    clip = _with_sound(tmp_path / "loud.mp4")
    done = posecheck("analyze", clip, "-o", "out", "--mp4", "--from", "0.5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with av.open(str(tmp_path / "out" / "annotated.mp4")) as file:
        (sound,) = file.streams.audio
        packets = [p for p in file.demux(sound) if p.pts is not None]
        spans_s = [float(p.pts * p.time_base) for p in packets]
        assert spans_s[0] == pytest.approx(0.0, abs=0.05)
        assert spans_s[-1] == pytest.approx(0.5, abs=0.1)
    loud = _loudest_s(tmp_path / "out" / "annotated.mp4")
    assert loud == pytest.approx(_loudest_s(clip) - 0.5, abs=0.06)
    slow = posecheck("analyze", clip, "-o", "slow", "--mp4", "--slow", "2", "--to", "0.3", cwd=tmp_path)
    assert slow.returncode == 0, slow.stderr
    with av.open(str(tmp_path / "slow" / "annotated.mp4")) as file:
        assert not file.streams.audio


def _with_sound(path: Path) -> Path:
    """One second of a person, with a click at 0.75 s."""
    silent = media.encode(path.with_name("silent.mp4"), media.sample_frames(count=30))
    with av.open(str(silent)) as source, av.open(str(path), "w") as target:
        picture = source.streams.video[0]
        out: Any = target.add_stream_from_template(picture)
        sound: Any = target.add_stream("aac", rate=44100)
        samples = np.zeros((1, 44 * 1024), np.float32)
        samples[0, int(0.75 * 44100) : int(0.76 * 44100)] = 0.9
        for number in range(44):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[:, number * 1024 : (number + 1) * 1024]), format="fltp", layout="mono"
            )
            frame.sample_rate = 44100
            frame.pts = number * 1024
            target.mux(sound.encode(frame))
        target.mux(sound.encode())
        for packet in source.demux(picture):
            if packet.dts is not None:
                packet.stream = out
                target.mux(packet)
    return path


def _loudest_s(path: Path) -> float:
    """When the click is."""
    with av.open(str(path)) as file:
        best = (0.0, 0.0)
        for frame in file.decode(audio=0):
            assert isinstance(frame, av.AudioFrame)
            wave = np.abs(frame.to_ndarray()[0])
            at_s = float(frame.pts * frame.time_base) + int(wave.argmax()) / frame.sample_rate
            best = max(best, (float(wave.max()), at_s))
    return best[1]


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        (["--slow", "0.5"], r"--slow 0\.5 is outside 1\.\.10"),
        (["--sample-fps", "1"], r"--sample-fps 1 is too few"),
        (["--lang", "xx"], r'unknown language "xx"'),
    ],
)
def test_choices_that_make_no_sense_are_refused(words: list[str], pattern: str, tmp_path: Path) -> None:
    """One line, exit code 2, nothing written."""
    refused(posecheck("analyze", CLEAN, *words, "-o", "out", cwd=tmp_path), 2, pattern)
    assert not (tmp_path / "out").exists()
