"""The WebSocket between page and session: what comes in goes to the worker, what it says goes out. See `frame_message`.

One page at a time: another one takes over, and the first is informed. A page that does not read is not read from either,
so that nothing piles up for it. The session outlives every page.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from posecheck.app.messages import frame_message
from posecheck.app.messages.frame_codec import JunkError, unpack
from posecheck.app.messages.frame_message import Message
from posecheck.app.server.worker import Worker
from posecheck.app.session.session_controller import Desk
from posecheck.app.session_options import SERVER

_log = logging.getLogger(__name__)

#: A command is a line or two; every slider of a stretch moved at once is some thousand letters.
MOST_COMMAND_CHARS: Final = 64 * 1024
#: The code with which a page is closed that another one took over from: it should not come back by itself.
TAKEN_OVER_CODE: Final = 4001
#: How many messages may wait for a page before nothing more is read from it.
_MOST_WAITING: Final = 32
#: Pictures of the server's own source that a page may have before it says that it has shown them.
_MOST_UNSHOWN: Final = 2
#: How long a page has to take its farewell. Nobody waits for that, so it is long enough for a slow computer.
_CLOSE_S: Final = 10.0


class Page:
    """One page that is connected. For the event loop's thread, except `send`."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[str | bytes] = deque()
        self._more, self._less = asyncio.Event(), asyncio.Event()
        self._unshown: deque[int] = deque()
        self.gone = False

    def send(self, messages: list[Message], picture: bytes | None = None) -> None:
        """Have messages sent, after a picture if there is one. From any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is there to receive it
            self._loop.call_soon_threadsafe(self._put, messages, picture)

    def _put(self, messages: list[Message], picture: bytes | None) -> None:
        if self.gone:
            return
        if picture is not None:
            self._waiting.append(picture)
        self._waiting.extend(frame_message.text_of(message) for message in messages)
        self._more.set()

    @property
    def has_room(self) -> bool:
        """Whether it may get another picture of the server's own source."""
        return len(self._unshown) < _MOST_UNSHOWN and len(self._waiting) < _MOST_WAITING

    def showing(self, seq: int) -> None:
        """A picture of the server's own source is on its way."""
        self._unshown.append(seq)

    def shown(self, seq: object) -> None:
        """The page has shown this picture, and those before it."""
        if seq in self._unshown:
            while self._unshown.popleft() != seq:
                pass

    async def send_all(self) -> None:
        """Send what there is to be sent, for as long as it is connected."""
        while True:
            while self._waiting:
                what = self._waiting.popleft()
                await (self._socket.send_bytes(what) if isinstance(what, bytes) else self._socket.send_text(what))
            self._less.set()
            self._more.clear()
            await self._more.wait()

    async def room(self) -> None:
        """Wait until it has read enough to be read from again."""
        while len(self._waiting) >= _MOST_WAITING:
            self._less.clear()
            await self._less.wait()


class Link:
    """All pages of a server: at most one is listened to."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.page: Page | None = None
        self.on_change: Callable[[], None] | None = None
        """Called, in a thread of its own, after every command: the session may want pictures, or no more."""
        self._close: asyncio.Event | None = None

    async def serve(self, socket: WebSocket) -> None:
        """Serve one page until it goes or another one takes over."""
        await socket.accept()
        page, taken_over = Page(socket), asyncio.Event()
        if self._close is not None:
            self._close.set()
            self.worker.forget_pictures()
        self.page, self._close = page, taken_over
        sending = asyncio.create_task(page.send_all())
        reading = asyncio.create_task(self._read(socket, page))
        waiting = asyncio.create_task(taken_over.wait())
        try:
            await asyncio.wait((sending, reading, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            page.gone = True
            if self.page is page:
                self.page, self._close = None, None
                self.worker.forget_pictures()
            for task in (sending, reading, waiting):
                task.cancel()
            for result in await asyncio.gather(sending, reading, waiting, return_exceptions=True):
                _note(result)
            if taken_over.is_set():
                await _say_farewell(socket)

    async def _read(self, socket: WebSocket, page: Page) -> None:
        page.send(await self._ask(lambda desk: desk.hello()))
        while True:
            await page.room()
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data, text = message.get("bytes"), message.get("text")
            if data is not None:
                self._picture(page, data)
            elif text is not None:
                await self._command(page, text)

    def _picture(self, page: Page, data: bytes) -> None:
        try:
            packet = unpack(data)
        except JunkError as error:
            page.send([frame_message.error(error.code, str(error), error.seq)])
            return
        if self.worker.desk.settings.source == SERVER:
            page.send([frame_message.error("not_now", "The pictures come from the server's own camera.", packet.seq)])
            return
        self.worker.offer(packet, page.send)

    async def _command(self, page: Page, text: str) -> None:
        command = parsed(text)
        if isinstance(command, str):
            page.send([frame_message.error("bad_command", command)])
            return
        if command.get("do") == "shown":
            page.shown(command.get("seq"))
            return
        page.send(await self._ask(lambda desk: desk.do(command)))
        if self.on_change is not None:
            await asyncio.to_thread(self.on_change)

    async def _ask(self, what: Any) -> list[Message]:
        def do(desk: Desk, _eyes: object) -> list[Message]:
            replies: list[Message] = what(desk)
            return replies

        try:
            return await asyncio.wrap_future(self.worker.ask(do))
        except Exception as error:  # noqa: BLE001  logged whole; the session lives on
            _log.exception("a command failed")
            return [
                frame_message.error("bad_command", f"That failed by a mistake of posecheck ({type(error).__name__}).")
            ]


def parsed(text: str) -> dict[str, Any] | str:
    """A command from a page as a table, or what is wrong with it."""
    if len(text) > MOST_COMMAND_CHARS:
        return f"A command of {len(text)} letters is too long."
    try:
        command = json.loads(text)
    except (ValueError, RecursionError):
        return "A command must be JSON."
    return command if isinstance(command, dict) else 'A command must be a table with "do".'


async def _say_farewell(socket: WebSocket) -> None:
    line = frame_message.text_of(
        frame_message.error("taken_over", "Another page of posecheck took over. This one rests.")
    )
    with contextlib.suppress(Exception):  # it may be gone, or not read: nobody waits for it
        async with asyncio.timeout(_CLOSE_S):
            if socket.application_state is WebSocketState.CONNECTED:
                await socket.send_text(line)
                await socket.close(TAKEN_OVER_CODE)


def _note(result: object) -> None:
    """Log what no page's going explains."""
    if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect | RuntimeError | OSError):
        _log.error("a page's connection failed", exc_info=result)
