"""The server's life: a port on loopback, the page opened, until Ctrl-C or SIGTERM; then everything kept is closed."""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from posecheck.app.messages.frame_codec import MOST_BYTES
from posecheck.app.server.guard import Pass
from posecheck.app.server.web import build
from posecheck.app.server.websocket import Link
from posecheck.app.server.worker import Eyes, Worker
from posecheck.app.session.server_source import OpenSource, Watcher
from posecheck.app.session.session_controller import Desk
from posecheck.app.session_options import Settings
from posecheck.errors import PosecheckError, UsageError
from posecheck.landmarks.base import LandmarkBackend

HOST: Final = "127.0.0.1"
PORT: Final = 8765
#: How many ports are tried from `PORT` on, when none was asked for.
_TRIES: Final = 20
#: The number that leaves the choice to the system.
_ANY: Final = 0
#: How many connections there may be at once; a page needs a handful.
_MOST_CONNECTIONS: Final = 100
#: How long pages have to say good-bye.
_GOODBYE_S: Final = 2


def listen(port: int | None) -> socket.socket:
    """A socket that listens on loopback: at `port`, else at the first free one from `PORT` on.

    Where a score of them is taken, the system chooses one. The socket itself finds out whether a port is free, by
    listening there, so that of several servers that start at once each gets its own.

    Raises UsageError when the port asked for is taken, PosecheckError when none is free.
    """
    wanted = (*range(PORT, PORT + _TRIES), _ANY) if port is None else (port,)
    for number in wanted:
        own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: else two programs could share a port
                own.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            own.bind((HOST, number))
            own.listen(_MOST_CONNECTIONS)
        except OSError as error:
            own.close()
            if port is not None:
                taken = f"Port {port} is taken by another program. Choose another with --port, or leave it out."
                barred = f"Port {port} cannot be used: {error}. Choose another with --port, or leave it out."
                raise UsageError(taken if error.errno == errno.EADDRINUSE else barred) from error
            continue
        return own
    raise PosecheckError("No port of this computer is free. Close a program that uses the network, then try again.")


class _Server(uvicorn.Server):
    """uvicorn, ended by Ctrl-C and SIGTERM without dying of them: what is kept has to be closed first."""

    interrupted = False
    on_start: Callable[[], None] = staticmethod(lambda: None)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals for as long as it serves."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._end) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _end(self, _number: int, _frame: object) -> None:
        self.force_exit = self.interrupted
        self.should_exit = self.interrupted = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does it; then the page may be opened."""
        await super().startup(sockets)
        if self.started:
            self.on_start()


def keep_serving(
    app: ASGIApp, let_in: Pass, listening: socket.socket, *, open_browser: bool, say: Callable[[str], None]
) -> bool:
    """Serve an app until somebody ends it; whether that was an interrupt. `say` is told the address."""
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=MOST_BYTES,
        ws_per_message_deflate=False,
        http="h11",
        loop="asyncio",
        lifespan="off",
        server_header=False,
        date_header=False,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GOODBYE_S,
    )
    server = _Server(config)

    def begin() -> None:
        say(let_in.address)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(let_in.address,), name="browser", daemon=True).start()

    server.on_start = begin
    server.run(sockets=[listening])
    return server.interrupted


def serve(
    settings: Settings,
    backend: LandmarkBackend,
    listening: socket.socket,
    *,
    open_source: OpenSource | None = None,
    open_browser: bool = True,
    say: Callable[[str], None],
) -> tuple[bool, list[str]]:
    """Serve the page until somebody ends it.

    `open_source` opens the server's own source for a session; None: the page's camera. `say` gets the address.
    Gives whether it was interrupted, and the lines of what could not be kept at the end.
    """
    desk = Desk(replace(settings, model_sha256=backend.model_sha256))
    worker = Worker(desk, Eyes(backend, desk))
    let_in = Pass.new(listening.getsockname()[1])
    link = Link(worker)
    watcher = Watcher(open_source, link) if open_source is not None else None
    if watcher is not None:
        link.on_change = watcher.follow
    interrupted = False
    # What is loaded by now stays: looking through all of it again would hold a picture up (measured: 0.1 s at a time).
    gc.collect()
    gc.freeze()
    try:
        interrupted = keep_serving(build(link, let_in), let_in, listening, open_browser=open_browser, say=say)
    finally:
        if watcher is not None:
            watcher.stop()
        lost = [str(message["text"]) for message in worker.ask(lambda desk, _: desk.close()).result()]
        worker.stop()
    return interrupted, lost
