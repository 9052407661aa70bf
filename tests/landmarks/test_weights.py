"""The weights are what they claim to be, or one line says why not."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from posecheck.errors import ModelError
from posecheck.landmarks import weights
from posecheck.landmarks.weights import BUNDLED_NAME, MEMBERS, bundled_model, verify


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models of our own to damage."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(bundled_model(), folder)
    shutil.copy(bundled_model().with_name("manifest.toml"), folder)
    monkeypatch.setattr(weights, "models_dir", lambda: folder)
    return folder


def bundle(path: Path, members: tuple[str, ...]) -> Path:
    """A zip with these members."""
    with zipfile.ZipFile(path, "w") as out:
        for member in members:
            out.writestr(member, b"network " * 100)
    return path


def test_the_bundled_model_is_whole() -> None:
    """Its hash is that of its bytes, and the manifest agrees."""
    assert verify(bundled_model()) == hashlib.sha256(bundled_model().read_bytes()).hexdigest()


def test_one_changed_byte_is_found(installation: Path) -> None:
    """One line with the file, both hashes to compare, and what to do."""
    path = installation / BUNDLED_NAME
    expected = verify(path)
    data = bytearray(path.read_bytes())
    data[5_000_000] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="Install posecheck again") as caught:
        verify(path)
    actual = hashlib.sha256(data).hexdigest()
    assert f"{actual[:12]}… instead of {expected[:12]}…" in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pointer_instead_of_the_file_says_how_to_get_it(installation: Path) -> None:
    """A clone without Git LFS has a text of three lines in the model's place."""
    path = installation / BUNDLED_NAME
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 9398034\n")
    with pytest.raises(ModelError, match="git lfs pull"):
        verify(path)


def test_a_missing_model_and_a_manifest_without_it_say_so(installation: Path) -> None:
    """Both mean that the installation is incomplete."""
    (installation / "manifest.toml").write_text("[models]\n")
    with pytest.raises(ModelError, match="does not tell the hash"):
        verify(installation / BUNDLED_NAME)
    (installation / BUNDLED_NAME).unlink()
    with pytest.raises(ModelError, match="is missing"):
        bundled_model()


def test_a_users_own_bundle_is_taken_whatever_its_hash(tmp_path: Path) -> None:
    """Its hash is reported, for the recording; there is none to compare with."""
    path = bundle(tmp_path / "mine.task", MEMBERS)
    assert verify(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_no_pose_bundle_is_refused(tmp_path: Path) -> None:
    """Each with its own words: missing, a folder, a text, empty, another bundle, damaged inside."""
    text = tmp_path / "text.task"
    text.write_text("hello")
    empty = tmp_path / "empty.task"
    empty.touch()
    hurt = bundle(tmp_path / "hurt.task", MEMBERS)
    data = bytearray(hurt.read_bytes())
    data[100] ^= 1
    hurt.write_bytes(data)
    for path, words in (
        (tmp_path / "none.task", "No such model"),
        (tmp_path, "Cannot read the model"),
        (text, "is not a model bundle"),
        (empty, "is not a model bundle"),
        (bundle(tmp_path / "hand.task", ("hand_detector.tflite", MEMBERS[0])), f"without {MEMBERS[1]}"),
        (hurt, "does not match its checksum"),
    ):
        with pytest.raises(ModelError, match=words) as caught:
            verify(path)
        assert str(path) in str(caught.value)
