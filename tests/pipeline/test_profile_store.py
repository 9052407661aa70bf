"""Named profiles on disk: private, whole or not at all, and nobody's own lines are touched."""

from __future__ import annotations

import stat
import sys
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from posecheck.calibration import Calibrations
from posecheck.errors import OutputError, UsageError
from posecheck.pipeline import profile_store
from posecheck.pipeline.profile_store import (
    calibrations_of,
    delete_profile,
    find_named,
    find_profile,
    keep_numbers,
    named_path,
    own_numbers,
    own_profile,
    profile_names,
    profiles_dir,
    save_calibration,
)
from tests.test_calibration import as_bits, standing

TODAY = date(2026, 12, 1)
COACH = (
    '# from my coach\n[spine_rounding]\nlimit_deg = 33  # "a little" less\n\n[stretches.pyramid.hold]\ntarget_s = 20\n'
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder of its own."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def test_a_calibration_is_kept_privately_and_comes_back_with_its_age() -> None:
    """Its own file, for its owner's eyes, beside the history."""
    path = save_calibration("anna", standing())
    assert path == profiles_dir() / "anna.toml"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = own_profile("anna", TODAY)
    assert found.file == path
    assert found.calibrations is not None
    assert as_bits(found.calibrations, age=False) == as_bits(Calibrations("anna", standing()), age=False)
    assert found.calibrations.standing is not None
    assert found.calibrations.standing.age_days == 10.0
    assert [one.name for one in profiles_dir().iterdir()] == ["anna.toml"]


def test_a_second_position_joins_and_a_second_time_replaces() -> None:
    """Standing and sitting in one file; a new calibration of either takes the place of the old one."""
    save_calibration("anna", standing())
    save_calibration("anna", replace(standing(), position="seated", own_max_deg=50.0))
    path = save_calibration("anna", replace(standing(), own_max_deg=70.0))
    found = calibrations_of(path, TODAY)
    assert found is not None
    assert [one.own_max_deg for one in found] == [70.0, 50.0]
    assert path.read_text(encoding="utf-8").count("made_on") == 2


def test_the_lines_of_the_person_stay_as_they_are() -> None:
    """Numbers, comments and spacing, however often one calibrates."""
    path = named_path("anna")
    path.parent.mkdir(parents=True)
    path.write_text(COACH, encoding="utf-8")
    for own_max_deg in (60.0, 70.0):
        save_calibration("anna", replace(standing(), own_max_deg=own_max_deg))
        assert path.read_text(encoding="utf-8").startswith(COACH.rstrip())
    assert own_numbers(path) == {"spine_rounding.limit_deg": "33", "stretches.pyramid.hold.target_s": "20"}


@pytest.mark.parametrize(
    "text",
    [
        "calibration.standing.made_on = 'x'\n",
        "calibration = {standing = {made_on = 'x'}}\n",
        '[a]\nb = """\n[calibration.standing]\n"""\n',
    ],
)
def test_a_file_laid_out_otherwise_is_left_alone(text: str) -> None:
    """What cannot be changed line by line is refused, and stands as it was."""
    path = named_path("anna")
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match="take it out, then calibrate again"):
        save_calibration("anna", standing())
    assert path.read_text(encoding="utf-8") == text


def test_numbers_take_the_place_of_numbers_and_leave_the_calibration() -> None:
    """Saved twice under a calibrated name: the last numbers, the calibration bit for bit; without one, just numbers."""
    path = save_calibration("my back", standing())
    known = calibrations_of(path, TODAY)
    for target_s in ("20.0", "25.0"):
        keep_numbers(path, f"# mine\n[hold]\ntarget_s = {target_s}\n")
        assert own_numbers(path) == {"hold.target_s": target_s}
    found = calibrations_of(path, TODAY)
    assert known is not None
    assert found is not None
    assert as_bits(found, age=True) == as_bits(known, age=True)
    plain = named_path("plain")
    keep_numbers(plain, "[hold]\ntarget_s = 1.0\n")
    assert plain.read_text(encoding="utf-8") == "[hold]\ntarget_s = 1.0\n"
    assert calibrations_of(plain, TODAY) is None


def test_numbers_do_not_take_the_place_of_what_is_laid_out_otherwise() -> None:
    """A calibration that cannot be found line by line is never lost: it is refused, and stands as it was."""
    path = named_path("anna")
    path.parent.mkdir(parents=True)
    text = "calibration.standing.made_on = 'x'\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match="take it out, then save again"):
        keep_numbers(path, "[hold]\ntarget_s = 1.0\n")
    assert path.read_text(encoding="utf-8") == text


def test_a_name_in_a_folder_is_looked_up_there_alone(tmp_path: Path) -> None:
    """Another folder than the person's own has its own names, and a file in the way is no name."""
    folder = tmp_path / "others"
    keep_numbers(named_path("bea", folder), "")
    assert find_named("bea", folder) == folder / "bea.toml"
    assert profile_names(folder) == ["bea"]
    with pytest.raises(UsageError, match="There is no profile"):
        find_named("bea")
    with pytest.raises(UsageError, match="cannot be the name"):
        find_named(str(folder / "bea.toml"), folder)


def test_a_disk_that_fails_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a profile never exists."""
    path = save_calibration("anna", standing())
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        save_calibration("anna", replace(standing(), own_max_deg=70.0))
    assert path.read_bytes() == before
    assert [one.name for one in profiles_dir().iterdir()] == ["anna.toml"]


def test_a_name_is_looked_up_and_a_file_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an ending or a slash, or if it is there: a file. Else a name, and the nearest one is offered."""
    with pytest.raises(UsageError, match=r'There is no profile "ana" yet\. Make one: posecheck calibrate ana'):
        find_profile("ana")
    path = save_calibration("anna", standing())
    assert find_profile("anna") == path
    assert find_profile("anna.toml") == Path("anna.toml")
    monkeypatch.chdir(tmp_path)
    Path("numbers").write_text(COACH, encoding="utf-8")
    assert find_profile("numbers") == Path("numbers")
    with pytest.raises(UsageError, match=r'unknown profile "ana"\. Did you mean "anna"'):
        find_profile("ana")
    assert own_profile("numbers", TODAY).calibrations is None
    assert own_profile(None, TODAY) == profile_store.OwnProfile()


@pytest.mark.parametrize("name", ["", "..", "a ", " a", ".anna", "x" * 65, "a*"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    """Nothing outside of the folder can be written by a name."""
    with pytest.raises(UsageError, match="cannot be the name of a profile"):
        save_calibration(name, standing())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[calibration.standing]\nmade_on = 3\n", "calibration.standing: missing:"),
        ("[calibration]\nsitting = 1\n", 'calibration: unknown key "sitting"'),
        ("calibration = 1\n", "calibration must be a table"),
        ("[", "is not valid TOML"),
    ],
)
def test_a_damaged_profile_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    """File and key stand in the message."""
    path = tmp_path / "anna.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as told:
        calibrations_of(path, TODAY)
    assert str(path) in str(told.value)
    assert words in str(told.value)


def test_a_day_that_never_was_is_refused() -> None:
    """The thirty-first of February."""
    path = save_calibration("anna", standing())
    path.write_text(path.read_text(encoding="utf-8").replace("2026-11-21", "2026-02-31"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"anna\.toml"):
        calibrations_of(path, TODAY)


def test_profiles_are_listed_and_deleted(tmp_path: Path) -> None:
    """By name; a file of one's own is nobody's to delete."""
    assert profile_names() == []
    save_calibration("bert", standing())
    path = save_calibration("anna", standing())
    assert profile_names() == ["anna", "bert"]
    assert tomllib.loads(path.read_text(encoding="utf-8"))["calibration"]["standing"]["own_max_deg"] == 62.0
    assert delete_profile("anna") == path
    assert profile_names() == ["bert"]
    (tmp_path / "mine.toml").write_text(COACH, encoding="utf-8")
    with pytest.raises(UsageError, match="delete it yourself"):
        delete_profile(str(tmp_path / "mine.toml"))
