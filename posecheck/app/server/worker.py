"""The one thread that owns the pose model and the session: everything happens in it, in order, and nothing piles up.

Commands are done in the order in which they come. At most two pictures are not answered yet; a third takes the place of
the one that waits longest (newest wins, never a queue).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, TypeVar

from posecheck.app.clock import Clock
from posecheck.app.clock import step as clock_step
from posecheck.app.messages import frame_codec, frame_message
from posecheck.app.messages.frame_codec import JunkError, Packet
from posecheck.app.messages.frame_message import Message, Milliseconds
from posecheck.app.session.session_controller import Desk
from posecheck.landmarks.base import LandmarkBackend
from posecheck.pipeline.session import SightingBuilder
from posecheck.records import Frame

_log = logging.getLogger(__name__)

#: How many pictures may be unanswered: one being looked at, one waiting, so that neither page nor model idles.
MOST_UNANSWERED: Final = 2

#: Called with what the work on one picture came to.
Reply: TypeAlias = Callable[[list[Message]], None]
_Answer = TypeVar("_Answer")


class Eyes:
    """The pose model and what belongs to one stream of pictures. For one thread."""

    def __init__(self, backend: LandmarkBackend, desk: Desk) -> None:
        self._backend, self._desk = backend, desk
        self._session = -1
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._builder, self._clock, self._index = SightingBuilder(self._backend.landmarks), Clock(), 0
        self._session = self._desk.sessions

    def see_packet(self, packet: Packet, wait_ms: float = 0.0) -> list[Message]:
        """Look at a picture from a page, which has waited so long: what the page is to be told."""
        if not self._desk.wants_pictures:
            return [frame_message.dropped(packet.seq)]
        began_s = time.perf_counter()
        try:
            image_rgb = frame_codec.decode(packet)
        except JunkError as error:
            return [frame_message.error(error.code, str(error), error.seq)]
        decode_ms = 1000.0 * (time.perf_counter() - began_s)
        if self._session != self._desk.sessions:
            self._begin_anew()
        self._clock, t_s = clock_step(self._clock, packet.t_ms)
        frame = Frame(image_rgb, t_s, self._index)
        self._index += 1
        return self._judge(packet.seq, frame, lambda: packet.jpeg, Milliseconds(wait=wait_ms, decode=decode_ms))

    def see_frame(self, seq: int, frame: Frame) -> list[Message]:
        """Look at a picture of the server's own source: what the page is to be told."""
        if self._session != self._desk.sessions:
            self._begin_anew()
        return self._judge(seq, frame, lambda: frame_codec.encode(frame.image_rgb), Milliseconds())

    def _judge(self, seq: int, frame: Frame, jpeg: Callable[[], bytes], ms: Milliseconds) -> list[Message]:
        began_s = time.perf_counter()
        detection = self._backend.detect(frame)
        model_ms = 1000.0 * (time.perf_counter() - began_s)
        sighting = self._builder.build(frame, detection)
        return self._desk.look(seq, sighting, jpeg, replace(ms, model=model_ms))


@dataclass(frozen=True, slots=True)
class _Shot:
    """A picture that waits, and who is told what comes of it."""

    packet: Packet
    reply: Reply
    since_s: float = field(default_factory=time.perf_counter)


class Worker:
    """The thread. `ask` and `offer` may be called from any other."""

    def __init__(self, desk: Desk, eyes: Eyes) -> None:
        self.desk = desk
        self._eyes = eyes
        self._changed = threading.Condition()
        self._asked: deque[tuple[Callable[[], object], Future[object]]] = deque()
        self._waiting: deque[_Shot] = deque()
        self._looking = False
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="model and session", daemon=True)
        self._thread.start()

    def ask(self, what: Callable[[Desk, Eyes], _Answer]) -> Future[_Answer]:
        """Have something done in the thread, after all that was asked before; its answer or its error."""
        answer: Future[_Answer] = Future()
        with self._changed:
            if self._stopped:
                answer.set_exception(RuntimeError("the server is ending"))
                return answer
            self._asked.append((lambda: what(self.desk, self._eyes), answer))  # type: ignore[arg-type]
            self._changed.notify_all()
        return answer

    def offer(self, packet: Packet, reply: Reply) -> None:
        """Have a picture looked at, unless a newer one comes first; `reply` is called in the worker's thread, or now."""
        dropped: _Shot | None = None
        with self._changed:
            if len(self._waiting) + self._looking >= MOST_UNANSWERED:
                dropped = self._waiting.popleft()
            self._waiting.append(_Shot(packet, reply))
            self._changed.notify_all()
        if dropped is not None:
            dropped.reply([frame_message.dropped(dropped.packet.seq)])

    def forget_pictures(self) -> None:
        """Let go of the pictures that wait: the page that sent them has gone."""
        with self._changed:
            self._waiting.clear()

    def stop(self) -> None:
        """Finish what is under way, and end the thread."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._asked or self._waiting or self._stopped):
                    self._changed.wait()
                if self._asked:
                    job, answer = self._asked.popleft()
                    shot = None
                elif self._stopped:
                    return
                else:
                    shot, self._looking = self._waiting.popleft(), True
            if shot is not None:
                self._look(shot)
            elif answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(job())
                except BaseException as error:  # noqa: BLE001  it is raised again where it was asked
                    answer.set_exception(error)

    def _look(self, shot: _Shot) -> None:
        try:
            replies = self._eyes.see_packet(shot.packet, 1000.0 * (time.perf_counter() - shot.since_s))
        except Exception as error:  # noqa: BLE001  logged whole; the session lives on
            # A mistake of ours, or the model's: one picture is lost, the session is not.
            _log.exception("a picture could not be judged")
            line = f"A picture could not be judged ({type(error).__name__})."
            replies = [frame_message.error("junk_frame", line, shot.packet.seq)]
        with self._changed:
            self._looking = False  # before it is sent, so that the page's next one is not one too many
        shot.reply(replies)
