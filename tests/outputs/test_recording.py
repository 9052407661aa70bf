"""The recording, written to real files, by processes that are killed and on disks that are full."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from posecheck.errors import OutputError
from posecheck.outputs.recording import RecordingWriter
from posecheck.sources.replay import CUT_OFF, read_recording
from tests.outputs import people
from tests.waiting import GIVE_UP_S, wait_until

ROOT = Path(__file__).parents[2]


def _python(code: str, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *args],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Header, every sighting and the ending are there, in order."""
    path = tmp_path / "a.jsonl"
    judged = list(people.stream(1.0))
    with RecordingWriter(path, people.ORIGIN) as writer:
        for one in judged:
            writer.put(None, one)
        writer.event(people.WARNED)
    found = read_recording(path)
    assert found.origin == people.ORIGIN
    assert found.ending == "complete"
    assert found.counts == writer.counts
    assert [seen.t_s for seen in found.sightings()] == [one.t_s for one in judged]


@pytest.mark.parametrize(
    ("error", "ending"),
    [(KeyboardInterrupt(), "interrupted"), (ValueError("odd"), "stopped by an error: odd")],
)
def test_the_last_line_says_how_it_ended(tmp_path: Path, error: BaseException, ending: str) -> None:
    """Ctrl-C and a mistake both close the recording, and it says which of them it was."""
    path = tmp_path / "a.jsonl"

    def broken() -> None:
        with RecordingWriter(path, people.ORIGIN) as writer:
            writer.write(people.sighting())
            raise error

    with pytest.raises(type(error)):
        broken()
    assert read_recording(path).ending == ending


def test_closing_twice_writes_one_ending(tmp_path: Path) -> None:
    """The first ending stands."""
    path = tmp_path / "a.jsonl"
    with RecordingWriter(path, people.ORIGIN) as writer:
        writer.close("source broke at 12.3 s: unplugged")
    assert path.read_text().count("ending") == 1
    assert read_recording(path).ending == "source broke at 12.3 s: unplugged"
    with pytest.raises(OutputError, match="closed already"):
        writer.write(people.sighting())


def test_every_line_is_on_the_file_at_once(tmp_path: Path) -> None:
    """Nothing waits in a buffer: another process sees a frame as soon as it was written."""
    path = tmp_path / "a.jsonl"
    with RecordingWriter(path, people.ORIGIN) as writer:
        for count, one in enumerate(people.stream(0.2), start=1):
            writer.put(None, one)
            assert len(list(read_recording(path).sightings())) == count
            assert read_recording(path).ending == CUT_OFF


def test_a_killed_process_leaves_whole_lines(tmp_path: Path) -> None:
    """SIGKILL in the middle of writing: everything up to the last whole line is read, and it is called cut off."""
    path = tmp_path / "a.jsonl"
    code = """
        import sys
        from pathlib import Path
        from posecheck.outputs.recording import RecordingWriter
        from tests.outputs import people
        writer = RecordingWriter(Path(sys.argv[1]), people.ORIGIN)
        for index in range(1_000_000):
            writer.write(people.sighting(index / 30, index=index))
            if index == 200:
                print("going", flush=True)
    """
    with _python(code, str(path)) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "going\n"
            begun_bytes = path.stat().st_size
            wait_until(lambda: path.stat().st_size > 2 * begun_bytes, "the process to be in the middle of writing")
        finally:
            process.kill()
    found = read_recording(path)
    indexes = [seen.index for seen in found.sightings()]
    assert found.ending == CUT_OFF
    assert len(indexes) > 200
    assert indexes == list(range(len(indexes)))


def test_a_full_disk_is_told_and_leaves_what_was_written(tmp_path: Path) -> None:
    """When no more fits, the writer says so in one line, keeps saying so, and the file holds whole lines only."""
    path = tmp_path / "a.jsonl"
    code = """
        import resource, sys
        from pathlib import Path
        from posecheck.errors import OutputError
        from posecheck.outputs.recording import RecordingWriter
        from tests.outputs import people
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        writer = RecordingWriter(Path(sys.argv[1]), people.ORIGIN)
        try:
            for index in range(100):
                writer.write(people.sighting(index / 30, index=index))
        except OutputError as error:
            print(index, error)
        try:
            writer.write(people.sighting(99.0))
        except OutputError as error:
            print("again", error)
        writer.close("complete")
    """
    pytest.importorskip("resource")
    with _python(code, str(path)) as process:
        out, err = process.communicate(timeout=GIVE_UP_S)
    assert not err
    first, again = out.splitlines()
    written = int(first.split()[0])
    assert f"Cannot write {path}: File too large" in first
    assert again.startswith(f"again Cannot write {path}")
    assert path.read_bytes().endswith(b"}\n")
    found = read_recording(path)
    assert found.ending == CUT_OFF
    assert [seen.index for seen in found.sightings()] == list(range(written))
    assert written > 5


def test_a_device_without_room_is_told() -> None:
    """The kernel's own full device gives the kernel's own reason."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(OutputError, match=r"Cannot write /dev/full: No space left on device\. Free some space"):
        RecordingWriter(Path("/dev/full"), people.ORIGIN)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The message names the file that could not be made."""
    path = tmp_path / "no" / "a.jsonl"
    with pytest.raises(OutputError, match=f"Cannot write {path}: No such file or directory"):
        RecordingWriter(path, people.ORIGIN)


def test_a_failed_writer_keeps_no_file_open(tmp_path: Path) -> None:
    """A hundred recordings that cannot begin do not use up the process's files."""
    handles = Path("/proc/self/fd")
    if not handles.exists() or not Path("/dev/full").exists():
        pytest.skip("this system does not show open files")
    before = len(list(handles.iterdir()))
    for _ in range(100):
        with pytest.raises(OutputError):
            RecordingWriter(Path("/dev/full"), people.ORIGIN)
    assert len(list(handles.iterdir())) <= before + 1
    assert not list(tmp_path.iterdir())
