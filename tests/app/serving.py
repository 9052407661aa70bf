"""A really running server, in a process of its own, and pages that talk to it over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import cv2
from websockets.sync.client import ClientConnection, connect

from posecheck.app.messages import frame_codec
from tests.waiting import GIVE_UP_S

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_videos"


class Server:
    """A started `posecheck live`."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.address = process, address
        parts = urlsplit(address)
        assert parts.port is not None
        self.port = parts.port
        self.host = f"127.0.0.1:{self.port}"
        self.origin = f"http://{self.host}"
        self.token = parts.query.removeprefix("t=")
        status, headers, _ = self.ask("GET", f"/login?t={self.token}", {}, logged_in=False)
        assert status == 303
        self.cookie = headers["set-cookie"].split(";")[0]

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        *,
        logged_in: bool = True,
    ) -> tuple[int, dict[str, str], bytes]:
        """One request as it is written here: nothing is mended, nothing is followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GIVE_UP_S)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            own = {"Host": self.host, **({"Cookie": self.cookie} if logged_in else {}), **(headers or {})}
            if body is not None:
                own.setdefault("Content-Length", str(len(body)))
            for name, value in own.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def json(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request as the page makes it."""
        data = None if body is None else json.dumps(body).encode()
        status, _, answer = self.ask(method, path, {"Origin": self.origin, "Content-Type": "application/json"}, data)
        return status, json.loads(answer)

    def page(self, **headers: str | None) -> Page:
        """A page that connects; `headers` replace its own, None leaves one out."""
        own: dict[str, str | None] = {"Origin": self.origin, "Cookie": self.cookie, **headers}
        given = {name: value for name, value in own.items() if value is not None and name != "Origin"}
        origin = own["Origin"]
        return Page(
            connect(
                f"ws://{self.host}/ws",
                additional_headers=given,
                origin=origin,  # type: ignore[arg-type]
                user_agent_header=None,
                compression=None,
                max_size=None,
                proxy=None,
                open_timeout=GIVE_UP_S,
                close_timeout=GIVE_UP_S,
            )
        )

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(GIVE_UP_S)


class Page:
    """One WebSocket."""

    def __init__(self, socket: contextlib.AbstractContextManager[ClientConnection]) -> None:
        self._closing = contextlib.ExitStack()
        self.socket = self._closing.enter_context(socket)
        self.heard: list[dict[str, Any]] = []
        self.pictures: list[bytes] = []

    def say(self, **command: object) -> None:
        """Send a command."""
        self.socket.send(json.dumps(command))

    def hear(self, kind: str, *others: str) -> dict[str, Any]:
        """The next message of a kind; those before it are remembered."""
        while True:
            got = self.socket.recv(timeout=GIVE_UP_S)
            if isinstance(got, bytes):
                self.pictures.append(got)
                continue
            message: dict[str, Any] = json.loads(got)
            self.heard.append(message)
            if message["type"] in (kind, *others):
                return message

    def show(self, seq: int, t_ms: float, jpeg: bytes, wh: tuple[int, int]) -> None:
        """Send a picture."""
        self.socket.send(frame_codec.HEAD.pack(frame_codec.JPEG, *wh, seq, t_ms) + jpeg)

    def show_at_once(self, shots: Sequence[tuple[float, bytes]], wh: tuple[int, int]) -> None:
        """Send small pictures in one piece: the server has all of them before it can have looked at one."""
        connection = self.socket
        with connection.protocol_mutex:
            for seq, (t_ms, jpeg) in enumerate(shots):
                connection.protocol.send_binary(frame_codec.HEAD.pack(frame_codec.JPEG, *wh, seq, t_ms) + jpeg)
            connection.socket.sendall(b"".join(connection.protocol.data_to_send()))

    def close(self) -> None:
        """Go."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def serving(
    home: Path, *options: str, most_bytes: int | None = None, python: Path = Path(sys.executable), cwd: Path = ROOT
) -> Iterator[Server]:
    """A server whose person's data lie in `home`; no file of it may grow beyond `most_bytes`, as on a full disk.

    `python` runs it in the folder `cwd`: where that is not this checkout, the posecheck installed for it.
    """
    limited = [] if most_bytes is None else ["prlimit", f"--fsize={most_bytes}"]
    environment = {
        **os.environ,
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "LANG": "C",
    }
    with subprocess.Popen(
        [*limited, str(python), "-m", "posecheck", "live", "--no-browser", *options],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            if not line.startswith("http://127.0.0.1:"):
                process.terminate()
                rest = process.stdout.read()
                raise AssertionError(
                    f"the server did not start but said {line!r}, then {rest!r}, exit {process.wait()}"
                )
            yield Server(process, line)
        finally:
            if process.poll() is None:
                process.kill()


def jpegs(
    clip: str, seconds: float, from_s: float = 0.0, every: int = 1
) -> tuple[Sequence[tuple[float, bytes]], tuple[int, int]]:
    """The frames of a sample clip as a page would send them, (milliseconds, JPEG), and their size."""
    capture = cv2.VideoCapture(str(SAMPLES / f"{clip}.mp4"))
    found: list[tuple[float, bytes]] = []
    size = (0, 0)
    number = 0
    try:
        while True:
            read, image = capture.read()
            t_ms = capture.get(cv2.CAP_PROP_POS_MSEC)
            if not read or t_ms > 1000.0 * (from_s + seconds):
                return found, size
            number += 1
            if t_ms < 1000.0 * from_s or number % every:
                continue
            size = (image.shape[1], image.shape[0])
            done, jpeg = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 95))
            assert done
            found.append((t_ms, jpeg.tobytes()))
    finally:
        capture.release()
