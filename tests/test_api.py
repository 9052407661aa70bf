"""posecheck from Python: the public names, what they give, and the scripts in `examples/`."""

from __future__ import annotations

import inspect
import lzma
import runpy
import shutil
import subprocess
import sys
import threading
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import posecheck
from posecheck.errors import CatalogueError, RecordingError, SourceError, TunableError, UsageError
from posecheck.pipeline.session import Ending
from posecheck.records import QUANTITY_NAMES
from posecheck.resources import samples_dir
from tests.journeys import media

ROOT = Path(__file__).parents[1]
ROUNDED = samples_dir() / "standing_fold_rounded.mp4"
GOLDEN = ROOT / "tests" / "goldens" / "standing_forward_fold.jsonl.xz"
STRICT = {"spine_rounding.limit_deg": 25.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the analysis below left its files."""
    return tmp_path_factory.mktemp("api") / "out"


@pytest.fixture(scope="module")
def result(folder: Path) -> posecheck.AnalysisResult:
    """The second in which the back of a sample clip rounds, analysed into `folder`."""
    return posecheck.analyze(ROUNDED, from_s=2.3, to_s=3.6, output_dir=folder)


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """A recording of a whole session, of the form that recordings have had from the beginning."""
    path = tmp_path / "golden.jsonl"
    path.write_bytes(lzma.decompress(GOLDEN.read_bytes()))
    return path


def test_importing_loads_next_to_nothing() -> None:
    """No camera library, no model, not even NumPy, before a name is used."""
    code = (
        "import sys, posecheck; posecheck.__all__; print(*{'cv2', 'mediapipe', 'numpy', 'rich'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_every_public_name_is_there_and_explained() -> None:
    """`__all__` is what `dir` shows; each name has a docstring, each function says what it takes and raises."""
    assert set(posecheck.__all__) <= set(dir(posecheck))
    for name in posecheck.__all__:
        value = getattr(posecheck, name)
        if name == "__version__":
            continue
        assert inspect.getdoc(value), name
        if inspect.isfunction(value) and name != "read_recording":
            assert "Args:" in (inspect.getdoc(value) or ""), name
        assert "Raises" in (inspect.getdoc(value) or "") or inspect.isclass(value), name
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        posecheck.analyse  # noqa: B018  a misspelt name


def test_an_analysis_gives_arrays_events_and_settings(result: posecheck.AnalysisResult, folder: Path) -> None:
    """N of everything; NaN where nothing was measured; the event names its reason by code; the files are named."""
    n = len(result.verdict)
    assert (result.ending, n, len(result.reason_code)) == (Ending.COMPLETE, 39, 39)
    assert list(result.measures) == ["t_s", *QUANTITY_NAMES]
    assert {(values.shape, values.dtype, values.flags.writeable) for values in result.measures.values()} == {
        ((n,), np.dtype(np.float64), False)
    }
    assert np.all(np.diff(result.measures["t_s"]) > 0)
    assert np.nanmax(result.measures["spine_flexion_deg"]) > 45
    (event,) = [one for one in result.events if one.verdict is posecheck.Verdict.WARN]
    assert event.reason is not None
    assert (event.rule, event.reason.code) == ("spine_rounding", "rule.spine_rounding")
    assert set(result.reason_code) >= {"", "rule.spine_rounding"}
    assert result.reps is None
    assert result.verdict_s[posecheck.Verdict.WARN] > 0.3
    assert result.settings["spine_rounding.limit_deg"] == (35.0, "default")
    assert result.files["report"] == folder / "report.html"
    assert all(path.exists() for path in result.files.values())


def test_nothing_is_written_unless_a_folder_is_given(
    result: posecheck.AnalysisResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same numbers to the last bit, other settings where they differ, and not a file."""
    monkeypatch.chdir(tmp_path)
    seen: list[posecheck.Assessment] = []
    again = posecheck.analyze(ROUNDED, from_s=2.3, to_s=3.6, settings=STRICT, on_frame=seen.append)
    for name, values in result.measures.items():
        np.testing.assert_array_equal(again.measures[name], values, err_msg=name)
    assert again.settings["spine_rounding.limit_deg"] == (25.0, "settings")
    assert again.files == {}
    assert tuple(one.verdict for one in seen) == again.verdict
    assert list(tmp_path.iterdir()) == []


def test_a_recording_is_judged_as_it_was_and_with_other_limits(result: posecheck.AnalysisResult, folder: Path) -> None:
    """Judged again it is the analysis to the last bit; a longer dwell warns less."""
    recording = posecheck.read_recording(folder / "recording.jsonl")
    again = posecheck.judge(recording)
    for name, values in result.measures.items():
        np.testing.assert_array_equal(again.measures[name], values, err_msg=name)
    assert (again.verdict, again.events, again.settings) == (result.verdict, result.events, result.settings)
    assert again.source == result.source
    gentle = posecheck.judge(folder / "recording.jsonl", settings={"spine_rounding.dwell_s": 3.0})
    assert gentle.settings["spine_rounding.dwell_s"] == (3.0, "settings")
    assert gentle.verdict_s[posecheck.Verdict.WARN] < again.verdict_s[posecheck.Verdict.WARN]


def test_the_numbers_of_the_recording_stand_unless_others_are_asked_for(golden: Path, tmp_path: Path) -> None:
    """Those it was made with, with their origin; a profile instead of them; files where a folder is named."""
    profile = tmp_path / "mine.toml"
    profile.write_text("[spine_rounding]\nlimit_deg = 28\n", encoding="utf-8")
    asked = posecheck.judge(golden, profile=profile, output_dir=tmp_path / "out")
    assert asked.settings["spine_rounding.limit_deg"] == (28.0, str(profile))
    assert asked.files["measures"].exists()
    usual = posecheck.judge(golden)
    assert usual.good_s > 1.5
    assert usual.statistics.frames == len(usual.verdict)


def test_data_frames(result: posecheck.AnalysisResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row a frame; units as attributes; where the library is missing one line says how to get it."""
    frame = result.to_dataframe()
    assert list(frame.columns) == ["t_s", *QUANTITY_NAMES, "verdict", "reason_code"]
    assert len(frame) == len(result.verdict)
    assert (frame["verdict"] == "WARN").sum() == sum(one is posecheck.Verdict.WARN for one in result.verdict)
    data = result.to_xarray()
    assert data["spine_flexion_deg"].attrs["units"] == "deg"
    np.testing.assert_array_equal(data["t_s"].to_numpy(), result.measures["t_s"])
    for name, make in (("pandas", result.to_dataframe), ("xarray", result.to_xarray)):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(UsageError, match=rf"{name}: pip install .*\[dataframe\]"):
            make()


def test_a_stream_ends_when_its_reader_does(tmp_path: Path) -> None:
    """Assessments come in order of time; leaving the loop closes camera and threads; a clip ends the stream."""
    before = set(threading.enumerate())
    stream = posecheck.watch(clip=media.endless(tmp_path / "clip.mp4", ROUNDED))
    times_s = [one.t_s for one in islice(stream, 4)]
    assert times_s == sorted(set(times_s))
    stream.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before
    short = media.encode(tmp_path / "short.mp4", media.sample_frames(count=4))
    assert 1 <= len(list(posecheck.watch(clip=short))) <= 4


def test_one_picture_is_judged_as_if_it_were_held() -> None:
    """Rounded far down it warns, upright it does not; a picture that is none is refused."""
    rounded, upright = (media.sample_frames(from_s=from_s, count=1)[0] for from_s in (3.4, 0.0))
    judged = posecheck.assess_image(rounded)
    assert judged.reason is not None
    assert (judged.verdict, judged.reason.code) == (posecheck.Verdict.WARN, "rule.spine_rounding")
    assert judged.measures["spine_flexion_deg"] > 45
    assert posecheck.assess_image(upright).verdict is not posecheck.Verdict.WARN
    for wrong in (rounded.astype(float), rounded[:, :, 0], rounded[:0]):
        with pytest.raises(UsageError, match="image_rgb must be"):
            posecheck.assess_image(wrong)


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    """The classes of `posecheck.errors`, all of them PosecheckError, before a model is loaded where that can be."""
    with pytest.raises(CatalogueError, match="standing_fold"):
        posecheck.analyze(ROUNDED, stretch="standing_fold")
    with pytest.raises(TunableError, match=r'settings: unknown key "spine\.limit"'):
        posecheck.watch(settings={"spine.limit": 3})
    with pytest.raises(UsageError, match="output_dir"):
        posecheck.analyze(ROUNDED, outputs=["parquet"])
    with pytest.raises(SourceError, match=r"none\.mp4"):
        posecheck.analyze(tmp_path / "none.mp4")
    with pytest.raises(RecordingError, match=r"none\.jsonl"):
        posecheck.judge(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    ("script", "arguments", "shown"),
    [
        ("analyze_and_plot", ["short.mp4", "plot.png"], "plot.png: 0 repetitions"),
        ("batch_to_dataframe", ["."], "short.mp4"),
        ("judge_with_other_limits", ["golden.jsonl"], "limit 35 deg: warned for"),
        ("watch_camera", ["short.mp4"], " deg "),
        ("own_stretch", [str(ROUNDED)], "judged by my_fold.toml:"),
    ],
)
def test_the_examples_run(
    script: str,
    arguments: list[str],
    shown: str,
    golden: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each as its first line says it is called."""
    path = ROOT / "examples" / f"{script}.py"
    assert f"python examples/{script}.py" in path.read_text(encoding="utf-8").split('"""')[1]
    monkeypatch.chdir(golden.parent)
    media.encode(Path("short.mp4"), media.sample_frames(count=12))
    monkeypatch.setattr(sys, "argv", [str(path), *arguments])
    runpy.run_path(str(path), run_name="__main__")
    assert shown in capsys.readouterr().out
    if script == "analyze_and_plot":
        assert Path("plot.png").stat().st_size > 5_000
        shutil.move("plot.png", "seen.png")


def test_every_example_is_tested() -> None:
    """No script is left out of the list above."""
    tested = test_the_examples_run.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == {one[0] for one in tested}
