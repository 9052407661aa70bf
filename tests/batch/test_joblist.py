"""Which clips are meant by what is named, and where their results go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.batch.joblist import Entry, entries, folders, is_many, read_list
from posecheck.errors import PosecheckError, UsageError


def files(folder: Path, *names: str) -> list[Path]:
    """Empty files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return [folder / name for name in names]


def test_a_folder_means_the_videos_in_it_and_below(tmp_path: Path) -> None:
    """Other files, hidden ones and the results of an earlier run are not taken for clips."""
    wanted = files(tmp_path, "a.mp4", "b.MOV", "monday/a.mp4")
    files(tmp_path, "notes.txt", ".hidden.mp4", "out/a/annotated.webm", "old/recording.jsonl", "old/annotated.webm")
    found = entries([tmp_path], tmp_path / "out")
    assert [entry.clip for entry in found] == wanted
    assert folders(found, tmp_path / "out") == [tmp_path / "out" / name for name in ("a", "b", "monday/a")]


def test_a_pattern_means_what_fits_and_nothing_twice(tmp_path: Path) -> None:
    """A clip that is meant by two names is done once."""
    one, two = files(tmp_path, "a.mp4", "b.mp4")
    assert [entry.clip for entry in entries([tmp_path / "*.mp4", one], tmp_path / "out")] == [one, two]


@pytest.mark.parametrize(("name", "said"), [("*.mp4", "No file fits"), (".", "There is no video")])
def test_nothing_found_is_a_mistake(tmp_path: Path, name: str, said: str) -> None:
    """A folder or pattern without a video is told, not passed over."""
    with pytest.raises(PosecheckError, match=said):
        entries([tmp_path / name], tmp_path / "out")


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    """Brackets in the name of a clip that is there mean the clip."""
    (clip,) = files(tmp_path, "knee [left].mp4")
    assert not is_many(clip)
    assert entries([clip], tmp_path / "out")[0].clip == clip


def test_a_list_says_what_is_special_about_a_clip(tmp_path: Path) -> None:
    """Clips and profile files are looked for from the list's folder; empty cells leave it to the command line."""
    path = tmp_path / "list.csv"
    path.write_text(
        "\ufeffclip,stretch,profile,from_s,to_s,person,side,note\n"
        "a.mp4,hip_hinge_drill,ann.toml,1.5,4,Ann,left,second visit\n\n"
        '"b, too.mp4",,,,,,,\n',
        encoding="utf-8",
    )
    first, second = read_list(path)
    assert first.clip == tmp_path / "a.mp4"
    assert (first.stretch, first.profile, first.from_s, first.to_s) == (
        "hip_hinge_drill",
        str(tmp_path / "ann.toml"),
        1.5,
        4.0,
    )
    assert (first.labels.person, first.labels.side, first.labels.note) == ("Ann", "left", "second visit")
    assert second == Entry(tmp_path / "b, too.mp4")


def test_every_mistake_in_a_list_is_told_at_once(tmp_path: Path) -> None:
    """Each with its line, and the nearest spelling where there is one."""
    path = tmp_path / "list.csv"
    path.write_text(
        "clip,stretch,from_s,to_s,side\n"
        "a.mp4,hip_hinge_dril,,,\n"
        ",,,,\n"
        "b.mp4,,5,4,\n"
        "c.mp4,,soon,-1,both\n"
        "d.mp4,,\n"
        ",,1,,\n",
        encoding="utf-8",
    )
    with pytest.raises(UsageError) as caught:
        read_list(path)
    said = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in said] == [f"list.csv, line {n}" for n in (2, 4, 5, 5, 5, 6, 7)]
    assert 'Did you mean "hip_hinge_drill"?' in said[0]
    assert "to_s 4 must be later than from_s 5" in said[1]
    assert "left, right or empty" in said[2]
    assert "3 cells, but 5 columns" in said[5]
    assert "clip is empty" in said[6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("clip\n", "names no clip"),
        ("clip,strech\na,b\n", 'Did you mean "stretch"?'),
        ("person\nAnn\n", '"clip" is missing'),
        ("clip,clip\na,b\n", "there twice"),
        ('clip\n"a', "not a CSV file"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """What is wrong with the whole of it is told in a line."""
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_list(path)


@given(st.lists(st.tuples(st.sampled_from("aAbc"), st.sampled_from((".mp4", ".mov")), st.sampled_from(("", "x")))))
def test_no_two_clips_share_a_folder(names: list[tuple[str, str, str]]) -> None:
    """Whatever the clips are called, also on disks that know no upper case."""
    found = [Entry(Path("/nowhere") / under / f"{stem}{ending}", Path(under)) for stem, ending, under in names]
    places = [str(place).casefold() for place in folders(found, Path("/nowhere/out"))]
    assert len(set(places)) == len(places)


def test_a_clip_that_comes_later_takes_nobody_s_place(tmp_path: Path) -> None:
    """The finished results of a.mp4 stay where they are when a.mov is put beside it."""
    mov, mp4 = files(tmp_path, "a.mov", "a.mp4")
    (tmp_path / "out" / "a").mkdir(parents=True)
    done = {"form": 1, "source": str(mp4.resolve())}
    (tmp_path / "out" / "a" / ".done.json").write_text(json.dumps(done), encoding="utf-8")
    assert folders([Entry(mov), Entry(mp4)], tmp_path / "out") == [tmp_path / "out" / "a_2", tmp_path / "out" / "a"]
