"""The label page's server: the page, its words, the sheets, and the clips named on the command line; nothing else of the disk.

The same guard, policy and life as the live page's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from posecheck.app import catalogue
from posecheck.app.labelling import ChangedError, Sheet, sheets
from posecheck.app.server.api import RefusedError, error_response, table_in
from posecheck.app.server.guard import LOGIN_PATH, Guard, Pass
from posecheck.app.server.server import keep_serving
from posecheck.app.server.web import STATIC
from posecheck.assessment.messages import Messages
from posecheck.errors import PosecheckError
from posecheck.tuning.label_targets import Subject

#: What a body may be at most: five thousand intervals.
MOST_BODY_BYTES: Final = 1024 * 1024


def build(on_page: Sequence[Sheet], rater: str, language: str, let_in: Pass) -> ASGIApp:
    """The whole app, guarded; `rater` is whose labels are made, "" while nobody has said; `language` until one is chosen."""

    def text(request: Request) -> Messages:
        return Messages.load(request.query_params.get("lang", language))

    def sheet(request: Request) -> Sheet:
        number: int = request.path_params["number"]
        if not 0 <= number < len(on_page):
            raise RefusedError(404, f"There is no clip {number}.")
        return on_page[number]

    async def index(request: Request) -> Response:
        del request
        return FileResponse(STATIC / "label" / "index.html")

    async def login(request: Request) -> Response:
        if not let_in.knows_token(request.query_params.get("t", "")):
            return PlainTextResponse(
                "This address is of another start of posecheck. Open the one that it printed last.\n", 403
            )
        answer = RedirectResponse("/", 303)
        answer.set_cookie(let_in.cookie, let_in.session, httponly=True, samesite="strict", path="/")
        return answer

    async def cards(request: Request) -> Response:
        shown = await asyncio.to_thread(lambda: [one.card(text(request)) for one in on_page])
        return JSONResponse({"rater": rater, "clips": shown})

    async def words(request: Request) -> Response:
        return JSONResponse(catalogue.words(request.query_params.get("lang", language)))

    async def whole(request: Request) -> Response:
        one = sheet(request)
        return JSONResponse(await asyncio.to_thread(one.whole, request.query_params.get("rater", ""), text(request)))

    async def save(request: Request) -> Response:
        one, asked = sheet(request), await table_in(request, MOST_BODY_BYTES)
        return JSONResponse(await asyncio.to_thread(one.save, asked))

    async def clip(request: Request) -> Response:
        video = sheet(request).subject.video
        if video is None or not video.is_file():
            raise RefusedError(404, "The clip is not there any more.")
        return FileResponse(video)  # answers ranges, so that the page can jump

    async def refused(request: Request, error: Exception) -> Response:
        del request
        if isinstance(error, HTTPException):
            return error_response(error.status_code, error.detail)
        status = error.status if isinstance(error, RefusedError) else 409 if isinstance(error, ChangedError) else 400
        return error_response(status, str(error))

    app = Starlette(
        routes=[
            Route("/", index),
            Route(LOGIN_PATH, login),
            Route("/api/words", words),
            Route("/api/clips", cards),
            Route("/api/clips/{number:int}", whole),
            Route("/api/clips/{number:int}/labels", save, methods=["PUT"]),
            Route("/clip/{number:int}", clip),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={HTTPException: refused, RefusedError: refused, PosecheckError: refused},
    )
    return Guard(app, let_in)


def serve(
    subjects: Sequence[Subject],
    rater: str,
    listening: socket.socket,
    *,
    language: str,
    open_browser: bool = True,
    say: Callable[[str], None],
) -> bool:
    """Serve the label page until somebody ends it; whether that was an interrupt. Everything is saved as it is made.

    It speaks `language` to whoever has not chosen another one on it.
    """
    let_in = Pass.new(listening.getsockname()[1])
    return keep_serving(
        build(sheets(subjects), rater, language, let_in), let_in, listening, open_browser=open_browser, say=say
    )
