"""The app that is served: the page and its files, the login, the API, the WebSocket, all behind the guard."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from posecheck.app.server.api import Api, error_response
from posecheck.app.server.guard import LOGIN_PATH, Guard, Pass
from posecheck.app.server.websocket import Link

STATIC: Final = Path(__file__).resolve().parents[1] / "static"
#: Answers smaller than this gain nothing from being packed.
_PACK_FROM_BYTES: Final = 1000
#: Packing harder than this takes longer and saves next to nothing.
_PACK_LEVEL: Final = 6


def build(link: Link, let_in: Pass) -> ASGIApp:
    """The whole app, guarded."""

    async def index(request: Request) -> Response:
        del request
        page = STATIC / "index.html"
        return FileResponse(page) if page.is_file() else PlainTextResponse("The page is missing. Install again.", 404)

    async def login(request: Request) -> Response:
        if not let_in.knows_token(request.query_params.get("t", "")):
            return PlainTextResponse(
                "This address is of another start of posecheck. Open the one that it printed last.\n", 403
            )
        answer = RedirectResponse("/", 303)
        answer.set_cookie(let_in.cookie, let_in.session, httponly=True, samesite="strict", path="/")
        return answer

    async def socket(websocket: WebSocket) -> None:
        await link.serve(websocket)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return error_response(error.status_code, f"{error.detail}: {request.url.path[:200]}")

    app = Starlette(
        routes=[
            Route("/", index),
            Route(LOGIN_PATH, login),
            WebSocketRoute("/ws", socket),
            *Api(link.worker).routes(),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={HTTPException: refused},
    )
    return Guard(GZipMiddleware(app, _PACK_FROM_BYTES, _PACK_LEVEL), let_in)
