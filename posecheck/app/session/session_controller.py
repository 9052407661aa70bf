"""The one session of the server, from Start to Summary: takes commands and pictures, gives messages for the page.

    start ─> setup ─> (calibrate) ─> work ─> summary ─> start

Everything here happens in one thread, the worker's, in the order in which it came: nothing is locked and nothing is
judged by half a change. The session is no page's: pages come and go, and find it as it is. What is chosen, `session_options`
reads; what is judged, `live_session` decides; what is recorded, `session_recorder`; what the page gets, `state_message`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import posecheck
from posecheck.app import parameters, session_options
from posecheck.app.messages import frame_message, state_message
from posecheck.app.messages.frame_message import FrameState, Message, Milliseconds
from posecheck.app.messages.state_message import Session
from posecheck.app.session import calibration_guide
from posecheck.app.session.live_session import (
    CALIBRATE,
    SETUP,
    WORK,
    begin,
    calibrate,
    calibrated,
    go_on,
    look,
    pause,
    with_numbers,
)
from posecheck.app.session.recent_buffer import Latest
from posecheck.app.session.session_recorder import Kept
from posecheck.app.session_options import BadError, Chosen, Settings, flag
from posecheck.assessment.catalogue.stretch import Stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines.progress import RoutineItem
from posecheck.calibration import Calibration, Calibrations
from posecheck.errors import PosecheckError, TunableError
from posecheck.pipeline import profile_store
from posecheck.pipeline.profile_store import OwnProfile
from posecheck.pipeline.session_history import CAMERA, VIDEO
from posecheck.records import CueKind, Sighting
from posecheck.tunables import Profile

START: Final = "start"
SUMMARY: Final = "summary"


class Desk:
    """See the module. `now` is the calendar and clock of the person, aware of its time zone."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] | None = None) -> None:
        self.settings = settings
        self.stage = START
        self.sessions = 0
        """How many were begun: another number, another session."""
        self.latest = Latest()
        """What was seen in the last minute."""
        self.own: dict[str, float] = {}
        """The numbers moved on the page."""
        self.language = settings.language
        self._now = now or (lambda: datetime.now().astimezone())
        self._session: Session | None = None
        self._summary: Message | None = None
        # What is kept without being asked for again; one session's own wishes are in what was chosen for it.
        self._wants_history = settings.history
        self._wants_record = settings.record is not None
        self._record_to = settings.record
        self._pictures = True
        self._profile: str | None = settings.profile.stem if settings.profile else None
        self._texts: dict[tuple[str, ...], Messages] = {}

    # ---------------------------------------------------------------------------------------------- what is asked
    @property
    def wants_pictures(self) -> bool:
        """Whether a picture would be looked at now."""
        return self.stage in (SETUP, CALIBRATE, WORK)

    def do(self, command: Mapping[str, Any]) -> list[Message]:
        """Do what the page asks; what the page is to be told. What is wrong with a command is told too, and changes nothing."""
        name = command.get("do")
        doing = _COMMANDS.get(name) if isinstance(name, str) else None
        if doing is None:
            known = ", ".join(_COMMANDS)
            return [frame_message.error("bad_command", f"Unknown command {str(name)[:40]!r}. Known: {known}.")]
        before = self._state_without_text()
        try:
            replies = doing(self, command)
        except TunableError as error:
            return [frame_message.error("bad_numbers", str(error))]
        except _NotNowError as error:
            return [frame_message.error("not_now", str(error))]
        except (PosecheckError, BadError) as error:
            return [frame_message.error("bad_command", str(error))]
        return [self.state(), *replies] if self._state_without_text() != before else replies

    def _start(self, command: Mapping[str, Any]) -> list[Message]:
        if "lang" in command:
            self.language = session_options.language_in(command["lang"])
        routine, is_single = session_options.routine_in(command, self.settings)
        chosen = Chosen(
            routine,
            is_single,
            # Not that of the session before: it may be deleted by now.
            session_options.profile_in(command, self.settings),
            flag(command, "setup", self.settings.setup),
            flag(command, "calibrate", False),
            flag(command, "history", self._wants_history),
            flag(command, "record", self._wants_record),
        )
        pictures = flag(command, "pictures", self._pictures)
        replies = self._begin(chosen)
        self._pictures = pictures
        return replies

    def _begin(self, chosen: Chosen) -> list[Message]:
        started = self._now()
        own = session_options.own_of(chosen.profile, self.settings, started.date(), may_be_new=chosen.calibrate)
        base = session_options.parts_for(chosen.routine, own, self.settings, started.date())
        parts = parameters.adjusted_parts(base, self.own)
        replies = self._end()
        self.sessions += 1
        self.latest.clear()
        kept = Kept(
            self.settings.places,
            chosen.routine.id,
            "" if chosen.is_single else chosen.routine.id,
            self.settings.source_name,
            VIDEO if self.settings.is_file else CAMERA,
            self.settings.model_sha256,
        )
        position = calibration_guide.position_for(parts) if chosen.calibrate else ""
        run = begin(parts, setup=chosen.setup, calibrations=own.calibrations, position=position)
        self._session = Session(chosen, base, run, kept, started)
        self._summary = None
        self._profile = chosen.profile
        self.stage = run.stage
        if chosen.history:
            replies += self._lost(kept.follow(started, parts))
        if chosen.record:
            replies += self._lost(kept.record(started, run, self._record_to))
            self._record_to = None  # a second session gets files of its own
        return replies

    def _go_on(self, command: Mapping[str, Any]) -> list[Message]:
        del command
        session = self._under_way()
        session.run = go_on(session.run)
        return self._after(session)

    def _calibrate(self, command: Mapping[str, Any]) -> list[Message]:
        del command
        session = self._under_way()
        position = calibration_guide.position_of(session.run.part) or calibration_guide.position_for(session.run.parts)
        if not position:
            raise _NotNowError(
                "Nothing in this session is judged by how you stand or sit: there is nothing to calibrate."
            )
        if session.run.leading is None:
            session.run = calibrate(session.run, position)
        return self._after(session)

    def _pause(self, command: Mapping[str, Any]) -> list[Message]:
        session = self._under_way()
        session.run = pause(session.run, on=flag(command, "on"))
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
        replies = self._end()
        self._session, self._summary, self.stage = None, None, START
        return replies

    def _numbers(self, command: Mapping[str, Any]) -> list[Message]:
        values = parameters.checked(command.get("set", {}))
        own = values if flag(command, "reset", False) else {**self.own, **values}
        session = self._session
        if session is None:
            for key, value in values.items():
                parameters.known()[key].check(value, parameters.ORIGIN)
        else:
            parts = parameters.adjusted_parts(session.base, own)
            session.run = with_numbers(session.run, parts)
            session.kept.numbers_changed(parts)
        self.own = own
        return []

    def _lang(self, command: Mapping[str, Any]) -> list[Message]:
        self.language = session_options.language_in(command.get("lang"))
        return [self._summary_message(self._session)] if self._summary and self._session else []

    def _record(self, command: Mapping[str, Any]) -> list[Message]:
        on, session = flag(command, "on"), self._session
        if session is None or not self.wants_pictures:  # a standing wish, for the sessions to come
            self._wants_record = on
            return []
        session.chosen = replace(session.chosen, record=on)
        if on:
            return self._lost(session.kept.record(self._now(), session.run))
        return self._lost(session.kept.stop_recording())

    def _history(self, command: Mapping[str, Any]) -> list[Message]:
        on, session = flag(command, "on"), self._session
        if session is None or not self.wants_pictures:
            self._wants_history = on
            return []
        session.chosen = replace(session.chosen, history=on)
        if on:
            return self._lost(session.kept.follow(self._now(), session.run.parts))
        return self._lost(session.kept.stop_following(session.run.doings))

    def _set_pictures(self, command: Mapping[str, Any]) -> list[Message]:
        self._pictures = flag(command, "on")
        if not self._pictures and self._session is not None:
            self._session.moments.forget_pictures()
        return []

    def _nothing(self, command: Mapping[str, Any]) -> list[Message]:
        """What the page says of pictures it was shown is for the connection, not for the session."""
        del command
        return []

    # ---------------------------------------------------------------------------------------------- what is seen
    def look(
        self, seq: int, sighting: Sighting, jpeg: Callable[[], bytes], ms: Milliseconds | None = None
    ) -> list[Message]:
        """Judge one picture: its `frame` message, and whatever else changed with it.

        `jpeg` gives the picture itself, `ms` says how long it took until now.
        """
        session = self._session
        if session is None or not self.wants_pictures:
            return [frame_message.dropped(seq)]
        began_s = time.perf_counter()
        session.run, seen = look(before := session.run, sighting)
        doings = session.run.doings if seen.out is not None else None
        replies: list[Message] = []
        if seen.out is not None and not seen.out.paused:
            session.moments.put(seen.judged, seen.out, seen.part, jpeg if self._pictures else None)
        replies += self._lost(session.kept.put(self._now(), before, seen, doings))
        if seen.before is not None:
            self.latest.put(sighting, seen.judged.measures, seen.before, seen.part)
        ms = replace(ms or Milliseconds(), judge=1000.0 * (time.perf_counter() - began_s))
        shown = FrameState(seq, seen.judged, seen.part, seen.hand, ms, seen.out, doings, seen.placed, seen.led)
        message = frame_message.frame(shown, session.run.parts, self._text(seen.part, session.run.parts))
        if seen.found is not None:
            replies += self._found(session, seen.found)
        said = seen.judged.said
        farewell = said is None or not said.spoken or said.kind is not CueKind.DONE
        after = self._after(session, tell_state=True, farewell=farewell)
        return [message, *replies, *([self.state()] if replies else []), *after]

    def _found(self, session: Session, found: Calibration) -> list[Message]:
        """Somebody is calibrated: it is kept in their profile, and in force from the next picture on."""
        today = self._now().date()
        found = replace(found, made_on=today.isoformat(), version=posecheck.__version__)
        name = session.chosen.profile or profile_store.DEFAULT_NAME
        replies: list[Message] = []
        try:
            profile_store.keep_calibration(session_options.profile_path(name, self.settings), found)
            own = session_options.own_of(name, self.settings, today)
        except PosecheckError as error:  # it serves this session all the same
            replies = self._lost([str(error)])
            file = session_options.profile_path(name, self.settings) if session.chosen.profile else None
            own = OwnProfile(
                file if file and file.exists() else None,
                (session.run.calibrations or Calibrations(name)).plus(replace(found, age_days=0.0)),
            )
            name = session.chosen.profile or ""
        session.chosen = replace(session.chosen, profile=name or None, calibrate=False)
        self._profile = session.chosen.profile
        assert own.calibrations is not None
        session.base = session_options.parts_for(session.chosen.routine, own, self.settings, today)
        parts = parameters.adjusted_parts(session.base, self.own)
        session.run = calibrated(session.run, parts, own.calibrations)
        session.kept.numbers_changed(parts)
        return replies

    def source_ended(self, line: str) -> list[Message]:
        """The server's own source gives no more pictures: the session ends with what was done. `line` empty: an orderly end."""
        text = line or Messages.load(self.language).text("live.ended")
        replies = [frame_message.error("source_lost", text)]
        if self._session is not None and self.wants_pictures:
            finished = self._finish(self._session)
            replies += [self.state(), *finished]
        return replies

    def _after(self, session: Session, *, tell_state: bool = False, farewell: bool = True) -> list[Message]:
        """What follows from where the session is now: another stage, or its end."""
        if session.run.done:
            replies = self._finish(session, farewell=farewell)
            return [self.state(), *replies] if tell_state else replies
        if self.stage == session.run.stage:
            return []
        self.stage = session.run.stage
        return [self.state()] if tell_state else []

    # ---------------------------------------------------------------------------------------------- the end
    def _finish(self, session: Session, *, farewell: bool = False) -> list[Message]:
        """The session is over: what was kept is whole, and the summary is shown; with `farewell` its end is spoken."""
        replies = self._lost(session.kept.close(session.run.doings))
        self.stage = SUMMARY
        self._summary = self._summary_message(session)
        if not farewell:
            return [*replies, self._summary]
        return [*replies, {**self._summary, "say": state_message.farewell(self.language)}]

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

    def _summary_message(self, session: Session) -> Message:
        return state_message.summary(session, self.language, self._text)

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
        return None if self._session is None else state_message.session_told(self._session, self.language, self._text)

    def in_force(self, stretch: Stretch) -> Profile:
        """The numbers in force for a stretch: in this session, else as the next one would begin with."""
        parts = self._session.run.parts if self._session else ()
        found = next((part.profile for part in parts if part.stretch.id == stretch.id), None)
        if found is not None:
            return found
        today = self._now().date()
        try:
            own = session_options.own_of(self._profile, self.settings, today)
        except PosecheckError:  # deleted or damaged since it was chosen: whoever begins with it sees that
            own = OwnProfile()
        (part,) = session_options.parts_for(parameters.single(stretch), own, self.settings, today)
        return parameters.adjusted(part.profile, stretch, self.own)

    def recording_to(self) -> Path | None:
        """The recording that is being written; None while none is."""
        session = self._session
        return session.kept.path if session is not None and session.kept.recording else None

    @property
    def is_following(self) -> bool:
        """Whether the history is being kept."""
        return self._session is not None and self._session.kept.following

    def _text(self, part: RoutineItem, parts: Sequence[RoutineItem] = ()) -> Messages:
        """The texts for a frame of `part`; what comes next may be said in it, so those of all `parts`."""
        own = Messages.load(self.language)
        others = [each.stretch for each in parts if f"stretch.{each.stretch.id}.name" not in own.english]
        key = (self.language, part.stretch.id, *(stretch.id for stretch in others))
        if key not in self._texts:
            for stretch in (*others, part.stretch):
                own = own.knowing(stretch)
            self._texts[key] = own
        return self._texts[key]

    def _under_way(self) -> Session:
        if self._session is None or not self.wants_pictures:
            raise _NotNowError("That is possible only during a session.")
        return self._session

    def _lost(self, lines: Sequence[str]) -> list[Message]:
        """What could not be kept, told to the page; it is off from here on, and the state shows that."""
        return [frame_message.error("no_room", line) for line in lines]


class _NotNowError(Exception):
    """A command that has no meaning in this stage."""


_COMMANDS: Final[dict[str, Callable[[Desk, Mapping[str, Any]], list[Message]]]] = {
    "start": Desk._start,  # noqa: SLF001  the desk's own table of what it can be asked
    "go_on": Desk._go_on,  # noqa: SLF001
    "calibrate": Desk._calibrate,  # noqa: SLF001
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
