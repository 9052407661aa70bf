"""Who may talk to the live page's server: this machine's own page, opened by its own address, and nobody else.

One pure ASGI layer around everything, HTTP and WebSocket alike. The server listens on loopback only; the guard stops
what comes through the person's own browser from elsewhere: another site's page (Origin, fetch metadata), a name that
was pointed at this machine (Host), another program's page on another port (its cookie), and anybody without the token
of this launch.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Where the token becomes a cookie; the only place that is open without one.
LOGIN_PATH: Final = "/login"
#: The WebSocket's close code for "not allowed" (RFC 6455, 7.4.1).
_POLICY: Final = 1008
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_FORBIDDEN: Final = (
    b"This page belongs to posecheck on this computer. Open the address that `posecheck live` printed; it works until "
    b"posecheck ends.\n"
)


@dataclass(frozen=True, slots=True)
class Pass:
    """What lets a request through: the port served, and the two secrets of this launch."""

    port: int
    token: str
    """Stands in the address that is opened, once."""
    session: str
    """What the cookie holds: a secret of its own, so that an address in a browser's history is not the cookie."""

    @staticmethod
    def new(port: int) -> Pass:
        """A pass with fresh secrets."""
        return Pass(port, secrets.token_urlsafe(32), secrets.token_urlsafe(32))

    @property
    def cookie(self) -> str:
        """The cookie's name; it carries the port, since cookies of all ports of a host lie in one jar."""
        return f"posecheck_{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand in Host."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    @property
    def address(self) -> str:
        """The address to open."""
        return f"http://127.0.0.1:{self.port}{LOGIN_PATH}?t={self.token}"

    def knows_token(self, token: str) -> bool:
        """Whether `token` is that of this launch."""
        return _same(token, self.token)


def headers(port: int) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of every answer: nothing from elsewhere may run, frame, read or be asked for."""
    sockets = f"ws://127.0.0.1:{port} ws://localhost:{port}"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"media-src 'self' blob:; connect-src 'self' {sockets}; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return (
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-embedder-policy", b"require-corp"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(self), screen-wake-lock=(self), microphone=(), geolocation=()"),
        (b"cache-control", b"no-store"),
    )


class Guard:
    """The layer itself: refuses with 403 (WebSocket: closes before accepting), else hands on and adds `headers`."""

    def __init__(self, app: ASGIApp, let_in: Pass) -> None:
        self._app = app
        self._let_in = let_in
        self._headers = headers(let_in.port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if allowed(scope, self._let_in):
            await self._app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": _POLICY})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self._headers}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in own]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        if allowed(scope, self._let_in):
            await self._app(scope, receive, dressed)
            return
        text = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(_FORBIDDEN)).encode())]
        await dressed({"type": "http.response.start", "status": 403, "headers": text})
        body = b"" if scope["method"] == "HEAD" else _FORBIDDEN
        await send({"type": "http.response.body", "body": body})


def allowed(scope: Scope, let_in: Pass) -> bool:
    """Whether a request may be answered.

    Host must be this server's own, said once. Origin, where there is one, must be the page's own; a WebSocket and
    everything that is no GET must have one. Fetch metadata, where the browser sends them, must say same origin or that
    the person opened the address. Everything but the login needs the cookie of this launch.
    """
    sent: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        sent.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    host, origins = sent.get("host", []), sent.get("origin", [])
    if len(host) != 1 or host[0].lower() not in let_in.hosts or len(origins) > 1:
        return False
    if origins and origins[0] != f"http://{host[0].lower()}":
        return False
    is_http = scope["type"] == "http"
    if not origins and not (is_http and scope["method"] in _SAFE_METHODS):
        return False
    if any(site not in ("same-origin", "none") for site in sent.get("sec-fetch-site", ())):
        return False
    return (is_http and scope["path"] == LOGIN_PATH) or _has_cookie(sent.get("cookie", []), let_in)


def _has_cookie(sent: list[str], let_in: Pass) -> bool:
    """Whether the cookie of this launch is among those sent, which may be another program's and in any state."""
    for line in sent:
        for pair in line.split(";"):
            jar = SimpleCookie()
            try:
                jar.load(pair.strip())
            except CookieError:
                continue
            if let_in.cookie in jar and _same(jar[let_in.cookie].value, let_in.session):
                return True
    return False


def _same(given: str, secret: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how much of them is."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), secret.encode())
