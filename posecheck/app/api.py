"""What the page asks over HTTP: words, the catalogue, numbers, profiles, the history, what is stored. All JSON.

Errors are {"error": "one line"} with 400, 403, 404, 409 or 413.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from posecheck.app import catalogue, numbers
from posecheck.app.protocol import Message
from posecheck.app.work import Worker
from posecheck.assessment.catalogue import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.assessment.routine_files import load_routine, routine_ids
from posecheck.errors import PosecheckError, UsageError
from posecheck.history.store import History

#: What a body may be at most: a profile of every number is some ten thousand letters.
MOST_BODY_BYTES: Final = 256 * 1024


class RefusedError(Exception):
    """A request that cannot be done, with its status."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


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

    async def body(self, request: Request) -> dict[str, Any]:
        """The table in a body. Raises RefusedError: too large, no JSON, no table."""
        data = b""
        async for chunk in request.stream():
            data += chunk
            if len(data) > MOST_BODY_BYTES:
                raise RefusedError(413, f"At most {MOST_BODY_BYTES} bytes are taken.")
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, "The body must be JSON.") from error
        if not isinstance(found, dict):
            raise RefusedError(400, "The body must be a table.")
        return found

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
        told = catalogue.catalogue(text, days, settings.routine, api.places.profile_names())
        routine = settings.routine.id if settings.routine else None
        profile = settings.profile.stem if settings.profile else None
        return {**told, "cli": {"stretch": settings.stretch, "routine": routine, "profile": profile}}

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
    found = next((part.profile for part in api.desk.parts() if part.stretch.id == stretch.id), None)
    profile = found or numbers.adjusted(numbers.base_profile(stretch), stretch, api.desk.own)
    return JSONResponse({"numbers": catalogue.tunables(stretch, profile, api.text(request).knowing(stretch))})
