"""What the page asks over HTTP: words, the catalogue, numbers, profiles, the history, what is stored. All JSON.

Errors are {"error": "one line"} with 400, 403, 404, 409 or 413.
"""

from __future__ import annotations

import asyncio
import functools
import io
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from posecheck.app import catalogue, parameters, user_data
from posecheck.app.messages.frame_message import Message
from posecheck.app.replay import replay
from posecheck.app.server.worker import Worker
from posecheck.app.session.recent_buffer import Row
from posecheck.app.session.session_controller import Desk
from posecheck.assessment.catalogue.routine_files import load_routine, routine_ids
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.errors import PosecheckError, UsageError
from posecheck.history.export import write_csv
from posecheck.history.store import History
from posecheck.logs import log_path
from posecheck.pipeline.profile_store import keep_numbers
from posecheck.tunables import Profile

#: What a body may be at most: a profile of every number is some ten thousand letters.
MOST_BODY_BYTES: Final = 256 * 1024
_MOST_DAYS: Final = 36500
_Answer = TypeVar("_Answer")


class RefusedError(Exception):
    """A request that cannot be done, with its status."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


async def table_in(request: Request, most_bytes: int = MOST_BODY_BYTES) -> dict[str, Any]:
    """The table in a body. Raises RefusedError: too large, no JSON, no table."""
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > most_bytes:
            raise RefusedError(413, f"At most {most_bytes} bytes are taken.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "The body must be JSON.") from error
    if not isinstance(found, dict):
        raise RefusedError(400, "The body must be a table.")
    return found


def error_response(status: int, line: str) -> JSONResponse:
    """The answer to a request that cannot be done."""
    return JSONResponse({"error": " ".join(line.split())}, status)


Handler = Callable[["Api", Request], Awaitable[Response]]


class Api:
    """The endpoints of one server."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.desk = worker.desk
        self.places = worker.desk.settings.places

    def routes(self) -> list[Route]:
        """What is served below /api."""
        return [
            Route("/api/words", self._told(_words)),
            Route("/api/catalogue", self._told(_catalogue)),
            Route("/api/tunables", self._told(_tunables)),
            Route("/api/replay", self._told(_replay), methods=["POST"]),
            Route("/api/profiles", self._told(_profiles)),
            Route("/api/profiles", self._told(_save_profile), methods=["POST"]),
            Route("/api/profiles/{name}", self._told(_delete_profile), methods=["DELETE"]),
            Route("/api/history", self._told(_history)),
            Route("/api/history", self._told(_delete_history), methods=["DELETE"]),
            Route("/api/history.csv", self._told(_history_csv)),
            Route("/api/stored", self._told(_stored)),
            Route("/api/recordings/{name}", self._told(_delete_recording), methods=["DELETE"]),
        ]

    def _told(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        @functools.wraps(handler)
        async def endpoint(request: Request) -> Response:
            try:
                return await handler(self, request)
            except RefusedError as error:
                return error_response(error.status, str(error))
            except PosecheckError as error:
                return error_response(400, str(error))

        return endpoint

    def text(self, request: Request) -> Messages:
        """The language of a request: its own, else the session's. Raises UsageError for an unknown one."""
        return Messages.load(request.query_params.get("lang", self.desk.language))

    async def at_the_desk(self, what: Callable[[Desk], _Answer]) -> _Answer:
        """Something read from the session, in its own thread."""

        def ask(desk: Desk, _eyes: object) -> _Answer:
            return what(desk)

        return await asyncio.wrap_future(self.worker.ask(ask))

    async def elsewhere(self, do: Callable[[], Message]) -> JSONResponse:
        """The answer of something that reads files or thinks for long, away from the event loop."""
        return JSONResponse(await asyncio.to_thread(do))


# ------------------------------------------------------------------------------------------------ what there is
async def _words(api: Api, request: Request) -> Response:
    del api
    return JSONResponse(catalogue.words(request.query_params.get("lang", "en")))


async def _catalogue(api: Api, request: Request) -> Response:
    text = api.text(request)
    settings = api.desk.settings

    def look() -> Message:
        days = _days_practised(api)
        listed = catalogue.catalogue(text, days, settings.routine, api.places.profile_names())
        routine = settings.routine.id if settings.routine else None
        profile = settings.profile.stem if settings.profile else None
        return {**listed, "cli": {"stretch": settings.stretch, "routine": routine, "profile": profile}}

    return await api.elsewhere(look)


def _days_practised(api: Api) -> dict[str, int]:
    if not api.places.history.exists():
        return {}
    today = datetime.now().astimezone().date()
    with History(api.places.history) as history:
        return {routine: history.days_practised(routine=routine, before=today) for routine in routine_ids()}


async def _tunables(api: Api, request: Request) -> Response:
    stretch_id = request.query_params.get("stretch")
    routine = request.query_params.get("routine")
    if stretch_id is None and routine is not None:
        stretch_id = load_routine(routine).first[0].stretch
    if stretch_id is None:
        raise UsageError("Name a stretch: /api/tunables?stretch=ID")
    stretch = load_stretch(stretch_id)
    profile = await api.at_the_desk(lambda desk: desk.in_force(stretch))
    return JSONResponse({"numbers": catalogue.tunables(stretch, profile, api.text(request).knowing(stretch))})


async def _replay(api: Api, request: Request) -> Response:
    asked = await table_in(request)
    stretch_id = asked.get("stretch")
    if not isinstance(stretch_id, str):
        raise UsageError('"stretch" must name a stretch.')
    stretch, values = load_stretch(stretch_id), parameters.checked(asked.get("set", {}))
    text = api.text(request).knowing(stretch)

    def take(desk: Desk) -> tuple[tuple[Row, ...], Profile]:
        return desk.latest.rows(), desk.in_force(stretch)

    seen, before = await api.at_the_desk(take)
    if not seen:
        raise RefusedError(409, "Nothing was seen yet that could be judged again.")
    after = parameters.adjusted(before, stretch, values)
    return await api.elsewhere(lambda: replay(seen, stretch, before, after, text))


# ------------------------------------------------------------------------------------------------ what is stored
async def _profiles(api: Api, request: Request) -> Response:
    del request
    today = datetime.now().astimezone().date()
    return await api.elsewhere(lambda: {"profiles": user_data.profiles(api.places, today)})


async def _save_profile(api: Api, request: Request) -> Response:
    asked = await table_in(request)
    name, stretch_id = asked.get("name"), asked.get("stretch")
    if not isinstance(name, str) or not (stretch_id is None or isinstance(stretch_id, str)):
        raise UsageError('A profile needs a "name", and a "stretch" or null for all of them.')
    path = api.places.profile(name)
    if stretch_id is not None:
        load_stretch(stretch_id)
    text = user_data.profile_text(parameters.checked(asked.get("set", {})), stretch_id)

    def save() -> Message:
        keep_numbers(path, text)
        return {"name": name, "path": str(path)}

    return await api.elsewhere(save)


async def _delete_profile(api: Api, request: Request) -> Response:
    return await _delete(api.places.profile(request.path_params["name"]))


async def _delete_recording(api: Api, request: Request) -> Response:
    name = request.path_params["name"]
    path = next((path for path in api.places.all_recordings() if path.name == name), None)
    if path is None:
        raise RefusedError(404, f"There is no recording {name}.")
    if path == await api.at_the_desk(lambda desk: desk.recording_to()):
        raise RefusedError(409, "This recording is being written. Turn recording off first.")
    return await _delete(path)


async def _delete(path: Path) -> Response:
    if not await asyncio.to_thread(user_data.delete, path):
        raise RefusedError(404, f"There is no {path.name}.")
    return JSONResponse({"deleted": path.name})


async def _stored(api: Api, request: Request) -> Response:
    del request
    recording, following = await api.at_the_desk(lambda desk: (desk.recording_to(), desk.is_following))
    return await api.elsewhere(
        lambda: {"items": user_data.stored(api.places, recording=recording, history_on=following, log=log_path())}
    )


async def _history(api: Api, request: Request) -> Response:
    days = request.query_params.get("days")
    if days is not None and not (days.isdecimal() and 1 <= int(days) <= _MOST_DAYS):
        raise UsageError(f'"days" must be a number from 1 to {_MOST_DAYS}.')
    text, today = api.text(request), datetime.now().astimezone().date()
    return await api.elsewhere(lambda: user_data.history(api.places.history, int(days) if days else None, today, text))


async def _history_csv(api: Api, request: Request) -> Response:
    del request

    def write() -> str:
        out = io.StringIO(newline="")
        if not api.places.history.exists():
            write_csv((), out)
        else:
            with History(api.places.history) as history:
                write_csv(history.rows(newest_first=False), out)
        return out.getvalue()

    text = await asyncio.to_thread(write)
    return Response(
        text,
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="posecheck-history.csv"'},
    )


async def _delete_history(api: Api, request: Request) -> Response:
    asked = await table_in(request)
    before, stretch, every = asked.get("before"), asked.get("stretch"), asked.get("all", False)
    if not (before is None or isinstance(before, str)) or not (stretch is None or isinstance(stretch, str)):
        raise UsageError('"before" must be a date and "stretch" a stretch, or null.')
    if every is not True and before is None and stretch is None:
        raise UsageError('Say what to delete: "before" a date, of a "stretch", or "all".')
    try:
        until = None if before is None else date.fromisoformat(before)
    except ValueError as error:
        raise UsageError(f'"before" must be a date like 2026-01-31, not {before!r}.') from error

    def do() -> Message:
        if not api.places.history.exists():
            return {"deleted": 0}
        with History(api.places.history) as history:
            return {"deleted": history.delete(before=until, stretch=stretch)}

    return await api.elsewhere(do)
