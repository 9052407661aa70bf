"""Nothing leaves the machine: counted by the kernel in an empty network of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from posecheck.resources import samples_dir

ROOT = Path(__file__).resolve().parents[2]
#: Attempts leave a trace in these even where there is no route: a connection begun, a datagram or packet sent or refused.
COUNTERS = {"Ip": ("OutRequests", "OutNoRoutes"), "Tcp": ("ActiveOpens",), "Udp": ("OutDatagrams",)}


def attempts(*command: str) -> int:
    """Run a command in a new network namespace with nothing in it; how often it tried to reach anything."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs Linux with unshare: the kernel counts what is sent")
    probe = subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"this system allows no network namespace: {probe.stderr.decode().strip()}")
    script = '"$@" >/dev/null 2>&1; code=$?; cat /proc/net/snmp; exit $code'
    done = subprocess.run(
        [unshare, "-rn", "sh", "-c", script, "sh", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    tables = {
        head[0].rstrip(":"): dict(zip(head[1:], row[1:], strict=True))
        for head, row in zip(lines[::2], lines[1::2], strict=True)
    }
    return sum(int(tables[table][name]) for table, names in COUNTERS.items() for name in names)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; s = socket.socket(); s.settimeout(1); s.connect_ex(('192.0.2.1', 443))",
        "import socket; s = socket.socket(type=socket.SOCK_DGRAM)\ntry: s.sendto(b'x', ('192.0.2.1', 53))\nexcept OSError: pass",
    ],
    ids=["connection", "datagram"],
)
def test_the_kernel_s_counters_see_an_attempt(code: str) -> None:
    """The measure of the next test is able to fail: reaching for an address (of the documentation's) is counted."""
    assert attempts(sys.executable, "-c", code) > 0


def test_an_analysis_reaches_for_nothing(tmp_path: Path) -> None:
    """The whole pipeline with every output makes no connection, asks no name and sends no packet."""
    clip = samples_dir() / "standing_fold_clean.mp4"
    command = [sys.executable, "-m", "posecheck", "analyze", str(clip), "-o", str(tmp_path / "out"), "--video"]
    command += ["--to", "1"]
    assert attempts(*command) == 0
    assert (tmp_path / "out" / "report.html").exists()
