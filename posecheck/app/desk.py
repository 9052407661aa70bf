"""The one session of the server, from Start to Summary: takes commands and pictures, gives messages for the page.

    start ─> setup ─> work ─> summary ─> start

Everything here happens in one thread, the worker's, in the order in which it came: nothing is locked and nothing is
judged by half a change. The session is no page's: pages come and go, and find it as it is. What is judged, `run`
decides; what is kept, `kept`; what is shown at the end, `moments`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from posecheck.app import numbers, protocol
from posecheck.app.kept import Kept
from posecheck.app.moments import Moments
from posecheck.app.places import Places
from posecheck.app.protocol import Message, Milliseconds, Told
from posecheck.app.run import SETUP, WORK, Run, begin, go_on, look, pause, with_numbers
from posecheck.assessment.catalogue import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.routine import Routine
from posecheck.assessment.routine_files import load_routine
from posecheck.assessment.stretch import Stretch
from posecheck.assessment.turns import Part
from posecheck.errors import PosecheckError, TunableError
from posecheck.history.store import History
from posecheck.keeping import CAMERA, VIDEO
from posecheck.records import Sighting
from posecheck.routine_session import plan
from posecheck.tunables import Profile

START: Final = "start"
SUMMARY: Final = "summary"
#: So much of what was seen stays in memory, to be judged again with other numbers. Numbers only, no pictures.
REPLAY_S: Final = 60.0
#: A camera faster than this does not make the memory larger.
_MOST_REPLAYED: Final = 4000
BROWSER, SERVER = "browser", "server"


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server was started."""

    places: Places
    model_sha256: str = ""
    source: str = BROWSER
    """BROWSER: the page's camera; SERVER: the server's own camera or a file."""
    source_name: str = "the browser's camera"
    is_file: bool = False
    language: str = "en"
    routine: Routine | None = None
    """The one that was asked for by name or file; None: chosen on the page."""
    stretch: str | None = None
    profile: Path | None = None
    sets: tuple[str, ...] = ()
    history: bool = False
    record: Path | None = None
    setup: bool = True


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the person chose at the start; "again" starts the same."""

    routine: Routine
    is_single: bool
    profile: str | None
    setup: bool
    history: bool
    record: bool


@dataclass(slots=True)
class _Session:
    """What belongs to one session."""

    chosen: _Chosen
    base: tuple[Part, ...]
    """The parts without the numbers of the page."""
    run: Run
    kept: Kept
    started: datetime
    moments: Moments = field(default_factory=Moments)


class Desk:
    """See the module. `now` is the calendar and clock of the person, aware of its time zone."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] | None = None) -> None:
        self.settings = settings
        self.stage = START
        self.sessions = 0
        """How many were begun: another number, another session."""
        self.latest: deque[Sighting] = deque(maxlen=_MOST_REPLAYED)
        """What was seen in the last `REPLAY_S`."""
        self.own: dict[str, float] = {}
        """The numbers moved on the page."""
        self.language = settings.language
        self._now = now or (lambda: datetime.now().astimezone())
        self._session: _Session | None = None
        self._summary: Message | None = None
        # What is kept without being asked for again; one session's own wishes are in what was chosen for it.
        self._wants_history = settings.history
        self._wants_record = settings.record is not None
        self._record_to = settings.record
        self._pictures = True
        self._profile: str | None = settings.profile.stem if settings.profile else None
        self._texts: dict[tuple[str, str], Messages] = {}

    # ---------------------------------------------------------------------------------------------- what is asked
    @property
    def wants_pictures(self) -> bool:
        """Whether a picture would be looked at now."""
        return self.stage in (SETUP, WORK)

    def do(self, command: Mapping[str, Any]) -> list[Message]:
        """Do what the page asks; what the page is to be told. What is wrong with a command is told too, and changes nothing."""
        name = command.get("do")
        doing = _COMMANDS.get(name) if isinstance(name, str) else None
        if doing is None:
            known = ", ".join(_COMMANDS)
            return [protocol.error("bad_command", f"Unknown command {str(name)[:40]!r}. Known: {known}.")]
        before = self._state_without_text()
        try:
            told = doing(self, command)
        except TunableError as error:
            return [protocol.error("bad_numbers", str(error))]
        except _NotNowError as error:
            return [protocol.error("not_now", str(error))]
        except (PosecheckError, _BadError) as error:
            return [protocol.error("bad_command", str(error))]
        return [self.state(), *told] if self._state_without_text() != before else told

    def _start(self, command: Mapping[str, Any]) -> list[Message]:
        if "lang" in command:
            self.language = _language(command["lang"])
        own = self.settings.profile  # what a session before was begun with may be deleted by now
        profile = command.get("profile", own.stem if own else None)
        if profile is not None and not isinstance(profile, str):
            raise _BadError('"profile" must be a name or null.')
        routine, is_single = self._asked_for(command)
        setup = _flag(command, "setup", self.settings.setup)
        self._pictures = _flag(command, "pictures", self._pictures)
        history = _flag(command, "history", self._wants_history)
        record = _flag(command, "record", self._wants_record)
        return self._begin(_Chosen(routine, is_single, profile, setup, history, record))

    def _asked_for(self, command: Mapping[str, Any]) -> tuple[Routine, bool]:
        stretch, routine = command.get("stretch"), command.get("routine")
        if isinstance(stretch, str) and routine is None:
            return numbers.single(load_stretch(stretch)), True
        if isinstance(routine, str) and stretch is None:
            own = self.settings.routine
            return (own if own is not None and own.id == routine else load_routine(routine)), False
        raise _BadError('"start" needs a "stretch" or a "routine", one of them.')

    def _begin(self, chosen: _Chosen) -> list[Message]:
        base = self._plan(chosen)
        parts = numbers.adjusted_parts(base, self.own)
        told = self._end()
        self.sessions += 1
        self.latest.clear()
        started = self._now()
        kept = Kept(
            self.settings.places,
            chosen.routine.id,
            "" if chosen.is_single else chosen.routine.id,
            self.settings.source_name,
            VIDEO if self.settings.is_file else CAMERA,
            self.settings.model_sha256,
        )
        run = begin(parts, setup=chosen.setup)
        self._session = _Session(chosen, base, run, kept, started)
        self._summary = None
        self._profile = chosen.profile
        self.stage = run.stage
        if chosen.history:
            told += self._lost(kept.follow(started, parts))
        if chosen.record:
            told += self._lost(kept.record(started, run.part, self._record_to))
            self._record_to = None  # a second session gets a file of its own
        return told

    def _plan(self, chosen: _Chosen) -> tuple[Part, ...]:
        settings = self.settings
        file = settings.profile if settings.profile and chosen.profile == settings.profile.stem else None
        if file is None and chosen.profile is not None:
            file = settings.places.profile(chosen.profile)
        days = 0
        if chosen.routine.then and settings.places.history.exists():
            with History(settings.places.history) as history:
                days = history.days_practised(routine=chosen.routine.id, before=self._now().date())
        parts = plan(chosen.routine, days, file)
        sets = numbers.checked_sets(settings.sets)
        return tuple(
            replace(part, profile=numbers.adjusted(part.profile, part.stretch, sets, numbers.SET)) for part in parts
        )

    def _go_on(self, command: Mapping[str, Any]) -> list[Message]:
        del command
        session = self._under_way()
        session.run = go_on(session.run)
        return self._after(session)

    def _pause(self, command: Mapping[str, Any]) -> list[Message]:
        session = self._under_way()
        session.run = pause(session.run, on=_flag(command, "on"))
        return []

    def _stop(self, command: Mapping[str, Any]) -> list[Message]:
        del command
        return self._finish(self._under_way())

    def _again(self, command: Mapping[str, Any]) -> list[Message]:
        del command
        if self._session is None:
            raise _NotNowError("There is no session yet to be done again.")
        return self._begin(self._session.chosen)

    def _home(self, command: Mapping[str, Any]) -> list[Message]:
        del command
        told = self._end()
        self._session, self._summary, self.stage = None, None, START
        return told

    def _numbers(self, command: Mapping[str, Any]) -> list[Message]:
        values = numbers.checked(command.get("set", {}))
        own = values if _flag(command, "reset", False) else {**self.own, **values}
        session = self._session
        if session is None:
            for key, value in values.items():
                numbers.known()[key].check(value, numbers.ORIGIN)
        else:
            parts = numbers.adjusted_parts(session.base, own)
            session.run = with_numbers(session.run, parts)
            session.kept.numbers_changed(parts)
        self.own = own
        return []

    def _lang(self, command: Mapping[str, Any]) -> list[Message]:
        self.language = _language(command.get("lang"))
        return [self._summary_message(self._session)] if self._summary and self._session else []

    def _record(self, command: Mapping[str, Any]) -> list[Message]:
        on, session = _flag(command, "on"), self._session
        if session is None or not self.wants_pictures:  # a standing wish, for the sessions to come
            self._wants_record = on
            return []
        session.chosen = replace(session.chosen, record=on)
        if on:
            return self._lost(session.kept.record(self._now(), session.run.part))
        return self._lost(session.kept.stop_recording())

    def _history(self, command: Mapping[str, Any]) -> list[Message]:
        on, session = _flag(command, "on"), self._session
        if session is None or not self.wants_pictures:
            self._wants_history = on
            return []
        session.chosen = replace(session.chosen, history=on)
        if on:
            return self._lost(session.kept.follow(self._now(), session.run.parts))
        return self._lost(session.kept.stop_following(session.run.doings))

    def _set_pictures(self, command: Mapping[str, Any]) -> list[Message]:
        self._pictures = _flag(command, "on")
        if not self._pictures and self._session is not None:
            self._session.moments.forget_pictures()
        return []

    def _nothing(self, command: Mapping[str, Any]) -> list[Message]:
        """What the page says of pictures it was shown is for the connection, not for the session."""
        del command
        return []

    # ---------------------------------------------------------------------------------------------- what is seen
    def look(
        self, seq: int, sighting: Sighting, jpeg: Callable[[], bytes], decode_ms: float = 0.0, model_ms: float = 0.0
    ) -> list[Message]:
        """Judge one picture: its `frame` message, and whatever else changed with it. `jpeg` gives the picture itself."""
        session = self._session
        if session is None or not self.wants_pictures:
            return [protocol.dropped(seq)]
        began_s = time.perf_counter()
        session.run, seen = look(session.run, sighting)
        doings = session.run.doings if seen.out is not None else None
        told: list[Message] = []
        if seen.out is not None and not seen.out.paused:
            session.moments.put(seen.judged, seen.out, seen.part, jpeg if self._pictures else None)
        told += self._lost(session.kept.put(seen.judged, seen.out, doings))
        self._remember(sighting)
        ms = Milliseconds(decode_ms, model_ms, 1000.0 * (time.perf_counter() - began_s))
        shown = Told(seq, seen.judged, seen.part, seen.hand, ms, seen.out, doings, seen.placed)
        message = protocol.frame(shown, session.run.parts, self._text(seen.part))
        return [message, *told, *([self.state()] if told else []), *self._after(session, tell_state=True)]

    def source_ended(self, line: str) -> list[Message]:
        """The server's own source gives no more pictures: the session ends with what was done. `line` empty: an orderly end."""
        text = line or Messages.load(self.language).text("live.ended")
        told = [protocol.error("source_lost", text)]
        if self._session is not None and self.wants_pictures:
            finished = self._finish(self._session)
            told += [self.state(), *finished]
        return told

    def _remember(self, sighting: Sighting) -> None:
        self.latest.append(sighting)
        while sighting.t_s - self.latest[0].t_s > REPLAY_S:
            self.latest.popleft()

    def _after(self, session: _Session, *, tell_state: bool = False) -> list[Message]:
        """What follows from where the session is now: another stage, or its end."""
        if session.run.done:
            told = self._finish(session)
            return [self.state(), *told] if tell_state else told
        if self.stage == session.run.stage:
            return []
        self.stage = session.run.stage
        return [self.state()] if tell_state else []

    # ---------------------------------------------------------------------------------------------- the end
    def _finish(self, session: _Session) -> list[Message]:
        """The session is over: what was kept is whole, and the summary is shown."""
        told = self._lost(session.kept.close(session.run.doings))
        self.stage = SUMMARY
        self._summary = self._summary_message(session)
        return [*told, self._summary]

    def _end(self) -> list[Message]:
        """Close what the present session keeps."""
        session = self._session
        return [] if session is None else self._lost(session.kept.close(session.run.doings))

    def close(self) -> list[Message]:
        """The server ends: what was kept is closed, so that it can be read. Twice does nothing."""
        session = self._session
        if session is None:
            return []
        return self._lost(session.kept.close(session.run.doings, "interrupted" if self.wants_pictures else "complete"))

    def _summary_message(self, session: _Session) -> Message:
        run = session.run
        texts = {part.stretch.id: self._text(part) for part in run.parts}
        doings = run.doings
        good_s = sum(
            doing.amount
            for (index, _), doing in doings.items()
            if run.parts[index].stretch.watch and run.parts[index].stretch.reps is None
        )
        return {
            "type": "summary",
            "finished": run.done and all(doing.done for doing in doings.values()),
            "parts": session.moments.told(run.parts, doings, texts),
            "good_s": protocol.number(good_s),
            "kept": session.kept.rows,
            "recording": str(session.kept.path) if session.kept.path else None,
            "note": Messages.load(self.language).text("live.note"),
        }

    # ---------------------------------------------------------------------------------------------- what goes on
    def hello(self) -> list[Message]:
        """What a page is told that has just connected."""
        return [self.state(), *([self._summary] if self._summary else [])]

    def state(self) -> Message:
        """What goes on, for the page."""
        return {"type": "state", **self._state_without_text(), "session": self._session_told()}

    def _state_without_text(self) -> Message:
        session = self._session
        kept = session.kept if session else None
        on = kept.recording if kept and self.wants_pictures else self._wants_record
        following = kept.following if kept and self.wants_pictures else self._wants_history
        return {
            "stage": self.stage,
            "source": self.settings.source,
            "lang": self.language,
            "sessions": self.sessions,
            "recording": {"on": on, "path": str(kept.path) if kept and kept.path else None},
            "history": {"on": following, "path": str(self.settings.places.history)},
            "pictures": self._pictures,
            "paused": session.run.paused if session else False,
            "profile": self._profile,
            "numbers": dict(self.own),
        }

    def _session_told(self) -> Message | None:
        session = self._session
        if session is None:
            return None
        return {
            "title": Messages.load(self.language).text(session.chosen.routine.name),
            "routine": None if session.chosen.is_single else session.chosen.routine.id,
            "parts": [
                {
                    "stretch": part.stretch.id,
                    "name": self._text(part).text(part.stretch.name),
                    "sides": list(part.sides),
                    "watch": part.stretch.watch,
                    "target": part.target,
                    "repeats": part.stretch.reps is not None,
                }
                for part in session.run.parts
            ],
            "started": session.started.isoformat(timespec="seconds"),
        }

    def in_force(self, stretch: Stretch) -> Profile:
        """The numbers in force for a stretch: in this session, else as the next one would begin with."""
        parts = self._session.run.parts if self._session else ()
        found = next((part.profile for part in parts if part.stretch.id == stretch.id), None)
        return found or numbers.adjusted(numbers.base_profile(stretch), stretch, self.own)

    def recording_to(self) -> Path | None:
        """The recording that is being written; None while none is."""
        session = self._session
        return session.kept.path if session is not None and session.kept.recording else None

    @property
    def is_following(self) -> bool:
        """Whether the history is being kept."""
        return self._session is not None and self._session.kept.following

    def _text(self, part: Part) -> Messages:
        key = (self.language, part.stretch.id)
        if key not in self._texts:
            self._texts[key] = Messages.load(self.language).knowing(part.stretch)
        return self._texts[key]

    def _under_way(self) -> _Session:
        if self._session is None or not self.wants_pictures:
            raise _NotNowError("That is possible only during a session.")
        return self._session

    def _lost(self, lines: Sequence[str]) -> list[Message]:
        """What could not be kept, told to the page; it is off from here on, and the state shows that."""
        return [protocol.error("no_room", line) for line in lines]


class _NotNowError(Exception):
    """A command that has no meaning in this stage."""


class _BadError(Exception):
    """A command that is not as it must be."""


def _flag(command: Mapping[str, Any], name: str, otherwise: object = None) -> bool:
    value = command.get(name, otherwise)
    if not isinstance(value, bool):
        raise _BadError(f'"{name}" must be true or false.')
    return value


def _language(value: object) -> str:
    if not isinstance(value, str):
        raise _BadError('"lang" must be a language, like "en".')
    return Messages.load(value).language


_COMMANDS: Final[dict[str, Callable[[Desk, Mapping[str, Any]], list[Message]]]] = {
    "start": Desk._start,  # noqa: SLF001  the desk's own table of what it can be asked
    "go_on": Desk._go_on,  # noqa: SLF001
    "pause": Desk._pause,  # noqa: SLF001
    "stop": Desk._stop,  # noqa: SLF001
    "again": Desk._again,  # noqa: SLF001
    "home": Desk._home,  # noqa: SLF001
    "numbers": Desk._numbers,  # noqa: SLF001
    "lang": Desk._lang,  # noqa: SLF001
    "record": Desk._record,  # noqa: SLF001
    "history": Desk._history,  # noqa: SLF001
    "pictures": Desk._set_pictures,  # noqa: SLF001
    "shown": Desk._nothing,  # noqa: SLF001
}
