"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from posecheck.atomic_file import whole_file


def test_two_who_write_the_same_file_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Two calls on one folder both write its index; the last to end stands, and nobody's beginning is lost."""
    path = tmp_path / "index.html"
    with whole_file(path) as last, whole_file(path) as first:
        last.write("last")
        first.write("first")
        assert not path.exists()
    assert path.read_text("utf-8") == "last"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_half_way_leaves_the_old_one_and_no_rest(tmp_path: Path) -> None:
    """Ctrl-C while a large page is written."""
    path = tmp_path / "labels.toml"
    path.write_text("old", "utf-8")

    def interrupted() -> None:
        with whole_file(path) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_rights_line_ends_and_stray_bytes(tmp_path: Path) -> None:
    """As any new file of the user, or for nobody else; lines end alike everywhere; a stray byte of a name is no fault."""
    before = os.umask(0o027)
    try:
        for name, private, rights in (("usual", False, 0o640), ("private", True, 0o600)):
            with whole_file(tmp_path / name, private=private) as file:
                file.write("a\n\udcff")
            assert (tmp_path / name).stat().st_mode & 0o777 == rights
            assert (tmp_path / name).read_bytes() == b"a\n\\udcff"
    finally:
        os.umask(before)


def test_a_folder_that_is_gone_is_an_os_error(tmp_path: Path) -> None:
    """Whose words it becomes is for the callers, who know what was written for what."""
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "gone" / "file"):
        pass
