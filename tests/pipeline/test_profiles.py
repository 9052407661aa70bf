"""Profiles as people write them, on disk and on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.errors import TunableError
from posecheck.pipeline.profiles import build_profile, parse_set
from posecheck.pipeline.session import default_profile

KEY = "spine_rounding.limit_deg"


def build(
    folder: Path, text: str | None, *sets: str, stretch_id: str = "standing_forward_fold"
) -> dict[str, tuple[float, str]]:
    """The numbers in force with a profile file of this text."""
    file = None
    if text is not None:
        file = folder / "coach.toml"
        file.write_text(text, encoding="utf-8")
    return build_profile(default_profile(load_stretch(stretch_id)), stretch_id, file, sets).origins()


def test_the_command_line_stands_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    """Three layers, and each number says which one it came from."""
    before = build(tmp_path, None)
    text = "[spine_rounding]\nlimit_deg = 30\ndwell_s = 1.5\n"
    after = build(tmp_path, text, f"{KEY}=29")
    assert before[KEY][1] == "default"
    assert after[KEY] == (29.0, "--set")
    assert after["spine_rounding.dwell_s"] == (1.5, str(tmp_path / "coach.toml"))
    assert after["spine_rounding.leave_deg"] == before["spine_rounding.leave_deg"]


def test_a_number_for_one_stretch_stands_over_the_one_for_all(tmp_path: Path) -> None:
    """[stretches.ID] concerns that stretch only."""
    text = "[spine_rounding]\nlimit_deg = 30\n[stretches.hip_hinge_drill.spine_rounding]\nlimit_deg = 31\n"
    assert build(tmp_path, text)[KEY][0] == 30.0
    assert build(tmp_path, text, stretch_id="hip_hinge_drill")[KEY][0] == 31.0


def test_one_file_serves_stretches_that_lack_a_number(tmp_path: Path) -> None:
    """A number that only another stretch has is passed over; that stretch takes it."""
    text = "[hold]\ntarget_s = 20\n"
    assert build(tmp_path, text)["hold.target_s"][0] == 20.0
    assert "hold.target_s" not in build(tmp_path, text, stretch_id="hip_hinge_drill")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[spine_rounding]\nlimt_deg = 30\n",
            'unknown key "spine_rounding.limt_deg". Did you mean "spine_rounding.limit_deg"?',
        ),
        ("[spine_rounding]\nlimit_deg = 400\n", "spine_rounding.limit_deg = 400 is outside"),
        ('[spine_rounding]\nlimit_deg = "hello"\n', "spine_rounding.limit_deg must be a number, not 'hello'"),
        (
            "[stretches.hip_hinge.spine_rounding]\nlimit_deg = 30\n",
            'unknown stretch "hip_hinge". Did you mean "hip_hinge_drill"?',
        ),
        ("[stretches.hip_hinge_drill]\nlimit = 30\n", 'unknown key "limit"'),
        ("stretches = 3\n", "[stretches.ID.…] must be tables"),
        ("[spine_rounding\n", "is not valid TOML"),
    ],
)
def test_a_wrong_profile_is_refused_naming_the_file(tmp_path: Path, text: str, message: str) -> None:
    """Whatever is wrong, the message names the file and what to do; also in tables of other stretches."""
    with pytest.raises(TunableError) as caught:
        build(tmp_path, text)
    assert message in str(caught.value)
    assert "coach.toml" in str(caught.value)


def test_a_profile_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    """A missing file and a picture are each told apart."""
    base = default_profile(load_stretch("hip_hinge_drill"))
    with pytest.raises(TunableError, match=r"Cannot read the profile .*none\.toml: No such file"):
        build_profile(base, "hip_hinge_drill", tmp_path / "none.toml", ())
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(TunableError, match="is not a text file"):
        build_profile(base, "hip_hinge_drill", tmp_path / "picture.toml", ())


def test_the_end_of_a_warning_follows_a_limit_moved_past_it(tmp_path: Path) -> None:
    """What is written as in force is what is used: a limit of 20 takes the end of the warning along."""
    numbers = build(tmp_path, None, f"{KEY}=20")
    assert numbers["spine_rounding.leave_deg"] == (20.0, f"follows {KEY}")
    with pytest.raises(TunableError, match=r"--set: spine_rounding\.leave_deg = 28 must lie on the good side"):
        build(tmp_path, None, f"{KEY}=20", "spine_rounding.leave_deg=28")


@pytest.mark.parametrize("text", ["key", "=3", "key=", " = "])
def test_a_set_without_key_or_value_is_refused(text: str) -> None:
    """`--set` needs KEY=VALUE."""
    with pytest.raises(TunableError, match="must be KEY=VALUE"):
        parse_set(text)


def test_a_set_keeps_spaces_out() -> None:
    """Spaces around the sign do not matter."""
    assert parse_set(" a.b_deg = 3 ") == ("a.b_deg", "3")
