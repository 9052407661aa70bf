"""The server's own eye: its camera, or a file played in real time, for as long as a session wants pictures.

Every picture is judged; the page gets those that it can show, the newest first: at most two that it has not shown yet.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from posecheck.app.messages import frame_codec
from posecheck.app.messages.frame_message import Message
from posecheck.app.server.websocket import Link
from posecheck.app.server.worker import Eyes
from posecheck.app.session.session_controller import Desk
from posecheck.errors import PosecheckError
from posecheck.records import Frame
from posecheck.sources.camera import CameraSource

_log = logging.getLogger(__name__)

#: Opens the source anew, for one session.
OpenSource = Callable[[], AbstractContextManager[CameraSource]]
_JOIN_S: Final = 3.0


class Watcher:
    """Watches while a session wants pictures: `follow` after everything that may have changed that. From one thread."""

    def __init__(self, open_source: OpenSource, link: Link) -> None:
        self._open, self._link = open_source, link
        self._watching: _Watch | None = None

    def follow(self) -> None:
        """Begin to watch for a session that has begun, stop for one that is over."""
        desk = self._link.worker.desk
        wanted, session = desk.wants_pictures, desk.sessions
        if self._watching is not None and not (wanted and self._watching.session == session):
            self.stop()
        if wanted and self._watching is None:
            self._watching = _Watch(self._open, self._link, session)

    def stop(self) -> None:
        """Let go of the source."""
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.stop()


class _Watch:
    """One session's watch, in a thread of its own."""

    def __init__(self, open_source: OpenSource, link: Link, session: int) -> None:
        self.session = session
        self._open, self._link = open_source, link
        self._stopped = threading.Event()
        self._source: CameraSource | None = None
        self._unsaid: Message | None = None
        self._thread = threading.Thread(target=self._watch, name="watching", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        source = self._source
        if source is not None:
            source.close()
        self._thread.join(_JOIN_S)

    def _watch(self) -> None:
        line = ""
        try:
            with self._open() as source:
                self._source = source
                with contextlib.closing(source.frames()) as frames:  # type: ignore[type-var]
                    for frame in frames:
                        if self._stopped.is_set() or not self._look(frame):
                            return
        except PosecheckError as error:
            line = str(error)
        except Exception as error:  # noqa: BLE001  logged whole; the session lives on
            _log.exception("the source failed")
            line = f"The source failed ({type(error).__name__})."
        if not self._stopped.is_set():
            self._send(self._link.worker.ask(lambda desk, _: desk.source_ended(line)).result())

    def _look(self, frame: Frame) -> bool:
        """Have one picture judged and shown; whether more are wanted."""

        def judge(desk: Desk, eyes: Eyes) -> bool:
            if not (desk.wants_pictures and desk.sessions == self.session):
                return False
            self._show(frame, eyes.see_frame(frame.index, frame))  # here, so that nothing overtakes it
            return True

        return self._link.worker.ask(judge).result()

    def _show(self, frame: Frame, replies: list[Message]) -> None:
        page = self._link.page
        if page is None:
            return
        first, rest = replies[0], replies[1:]
        say = first.get("say")
        if not page.has_room:  # it is not shown; what was to be spoken in it is spoken in the next one
            if say is not None and say["spoken"]:
                self._unsaid = say
            self._send(rest)
            return
        if self._unsaid is not None and not (say is not None and say["spoken"]):
            first = {**first, "say": self._unsaid}
        self._unsaid = None
        page.showing(frame.index)
        page.send([first, *rest], frame_codec.pack(frame.index, 1000.0 * frame.t_s, frame.image_rgb))

    def _send(self, messages: list[Message]) -> None:
        page = self._link.page
        if page is not None and messages:
            page.send(messages)
