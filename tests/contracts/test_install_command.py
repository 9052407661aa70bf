"""How posecheck says it is installed again: by the checkout it runs from, or by the name of its distribution."""

from __future__ import annotations

from pathlib import Path

import pytest

from posecheck.resources import DISTRIBUTION, install_command

INDEX = "pip install 'posecheck-stretch[h264]'"
CHECKOUT = "pip install -e '.[h264]'"


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        pytest.param('{"url": "file:///x", "dir_info": {"editable": true}}', CHECKOUT, id="pip install -e ."),
        pytest.param('{"url": "file:///x", "dir_info": {}}', INDEX, id="pip install ."),
        pytest.param('{"url": "file:///x", "dir_info": {"editable": false}}', INDEX, id="not editable"),
        pytest.param('{"url": "file:///x.whl", "archive_info": {}}', INDEX, id="a wheel"),
        pytest.param(None, INDEX, id="the index"),
    ],
)
def test_only_an_editable_installation_is_a_checkout(
    origin: str | None, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the installer wrote down about where the distribution came from (PEP 610) decides."""
    info = tmp_path / "posecheck_stretch-9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {DISTRIBUTION}\nVersion: 9\n", encoding="utf-8")
    if origin is not None:
        (info / "direct_url.json").write_text(origin, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert install_command("h264") == command
