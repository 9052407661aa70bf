"""Who is let in: every way in that is known to be tried, against the really running server."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus

from posecheck.app.server.guard import Pass, allowed
from posecheck.app.server.server import HOST, listen
from posecheck.errors import UsageError
from tests.app.serving import ROOT, Server, serving
from tests.waiting import GIVE_UP_S


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these: none of them may harm it."""
    with serving(tmp_path_factory.mktemp("home")) as started:
        yield started
        assert started.process.poll() is None, "an attack ended the server"


def test_the_page_itself_is_let_in(server: Server) -> None:
    """With its cookie, its Host and its Origin everything answers: the tests below refuse for their own reason."""
    assert server.ask("GET", "/api/words")[0] == 200
    assert server.json("POST", "/api/replay", {"stretch": "pyramid", "set": {}})[0] == 409
    with server.page() as page:
        assert page.hear("state")["stage"] == "start"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:{other}",
        "localhost:{other}",
        "127.0.0.1.nip.io:{port}",
        "[::1]:{port}",
        "0.0.0.0:{port}",
        "127.1:{port}",
        "localhost.:{port}",
        "",
    ],
)
def test_another_name_for_this_machine_is_refused(server: Server, host: str) -> None:
    """A name that was pointed at this machine (rebinding), or another port in Host, gets nothing, cookie or not."""
    told = host.format(port=server.port, other=server.port + 1)
    assert server.ask("GET", "/api/words", {"Host": told})[0] in (400, 403)
    with pytest.raises(InvalidStatus) as refused:
        server.page(Host=None, Origin=f"http://{told}")
    assert refused.value.response.status_code == 403


def test_two_hosts_at_once_are_refused(server: Server) -> None:
    """A request cannot say two names and have the better one looked at."""
    raw = f"GET /api/words HTTP/1.1\r\nHost: {server.host}\r\nHost: evil.example\r\nCookie: {server.cookie}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), GIVE_UP_S) as connection:
        connection.sendall(raw.encode())
        assert connection.recv(64).split()[1] in (b"400", b"403")


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{other}",
        "http://localhost:{port}",
        "file://",
    ],
)
def test_a_socket_needs_the_pages_own_origin(server: Server, origin: str | None) -> None:
    """Another site's page, one without an origin, and another port's page cannot open the WebSocket."""
    told = None if origin is None else origin.format(port=server.port, other=server.port + 1)
    with pytest.raises(InvalidStatus) as refused:
        server.page(Origin=told)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("origin", [None, "null", "http://evil.example"])
def test_whatever_may_change_something_needs_the_pages_own_origin(
    server: Server, method: str, origin: str | None
) -> None:
    """A form on another site, or a request without an origin, changes nothing; there is no answer for other sites."""
    headers = {} if origin is None else {"Origin": origin}
    status, answer, _ = server.ask(method, "/api/history", headers, json.dumps({"all": True}).encode())
    assert status == 403
    assert not [name for name in answer if name.startswith("access-control-")]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_another_site_caused_is_refused(server: Server, site: str) -> None:
    """What the browser says of who asked is believed: links, pictures and scripts of other sites get nothing."""
    for path in ("/", "/api/words", "/static/vendor/LICENSE-uPlot.txt", f"/login?t={server.token}"):
        assert server.ask("GET", path, {"Sec-Fetch-Site": site})[0] == 403
    with pytest.raises(InvalidStatus):
        server.page(**{"Sec-Fetch-Site": site})


def test_without_this_launchs_cookie_nothing_is_told(server: Server) -> None:
    """No cookie, another port's, another launch's and the token itself as a cookie are all nothing."""
    name, _, value = server.cookie.partition("=")
    wrong = [
        None,
        f"posecheck_{server.port + 1}={value}",
        f"{name}=another",
        f"{name}={server.token}",
        f"{name}=",
        "a;b=;=c;" + "x" * 3000,
        f"{name}={value}x",
    ]
    for cookie in wrong:
        headers = {} if cookie is None else {"Cookie": cookie}
        for path in ("/", "/api/words", "/api/stored", "/static/vendor/LICENSE-uPlot.txt", "/nowhere"):
            assert server.ask("GET", path, headers, logged_in=False)[0] == 403, (cookie, path)
        with pytest.raises(InvalidStatus):
            server.page(Cookie=cookie)
    both = f"posecheck_{server.port + 1}=x; {server.cookie}; other=1"
    assert server.ask("GET", "/api/words", {"Cookie": both}, logged_in=False)[0] == 200


def test_the_token_opens_the_page_as_long_as_the_server_runs_and_no_other_does(server: Server) -> None:
    """The printed address works in a second browser too; a wrong, an empty or another launch's token sets no cookie."""
    status, headers, _ = server.ask("GET", f"/login?t={server.token}", logged_in=False)
    assert (status, headers["location"]) == (303, "/")
    given = headers["set-cookie"]
    assert all(word in given for word in ("HttpOnly", "SameSite=strict", "Path=/", f"posecheck_{server.port}="))
    assert server.token not in given
    for token in ("", "x", server.token[:-1], server.token + "x", Pass.new(server.port).token, "%00", "ü"):
        path = f"/login?t={token}".encode().decode("latin-1") if token.isascii() else "/login?t=%C3%BC"
        status, headers, _ = server.ask("GET", path, logged_in=False)
        assert (status, "set-cookie" in headers) == (403, False)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../serve.py",
        "/static/%2e%2e/serve.py",
        "/static/..%2fserve.py",
        "/static/%2e%2e%2f%2e%2e%2fcli%2flive.py",
        "/static/..%5cserve.py",
        "/static/vendor/../../serve.py",
        "/static/vendor/%252e%252e/%252e%252e/serve.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/C:%5cWindows%5cwin.ini",
        "/static/%00",
        "/static/" + "a" * 4000,
        "/static",
        "/static/",
        "/static/vendor",
    ],
)
def test_only_the_pages_own_files_are_served(server: Server, path: str) -> None:
    """No way of writing a path leads out of the folder of the page, and no folder is listed."""
    status, _, body = server.ask("GET", path)
    assert status in (307, 400, 404, 405)
    assert b"import" not in body
    assert b"root:" not in body


def test_every_answer_carries_the_headers_that_keep_others_out(server: Server) -> None:
    """Policy, no sniffing, no referrer, no caching, no other origin: on pages, files, data, errors and refusals alike."""
    asked = [
        server.ask("GET", "/api/words"),
        server.ask("GET", "/static/vendor/uPlot.iife.min.js"),
        server.ask("GET", "/nowhere"),
        server.ask("GET", "/api/words", logged_in=False),
        server.ask("GET", f"/login?t={server.token}", logged_in=False),
    ]
    for _, headers, _ in asked:
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'",) * 3
        assert "unsafe" not in headers["content-security-policy"]
        assert "*" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert "server" not in headers
        assert not [name for name in headers if name.startswith("access-control-")]


def test_it_listens_on_loopback_only(server: Server) -> None:
    """No other address of this machine answers at its port."""
    listening = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == server.port
    ]
    assert [row[1].split(":")[0] for row in listening] == [struct.pack("<I", 0x7F000001).hex().upper()]


def test_a_port_that_is_taken_is_said_and_without_one_asked_for_the_next_is_found(
    server: Server,
) -> None:
    """`--port` of another program is an error with what to do; without it another one serves."""
    with listen(None) as other:
        assert other.getsockname()[1] != server.port
    assert listens_where_it_is_told_to()
    done = subprocess.run(
        [sys.executable, "-m", "posecheck", "live", "--no-browser", "--port", str(server.port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=GIVE_UP_S,
    )
    assert done.returncode == 2
    assert f"Port {server.port} is taken by another program" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def listens_where_it_is_told_to() -> bool:
    """Whether `listen` takes just the port it is given. Another program may take a free one first: then another one."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            number: int = probe.getsockname()[1]
        try:
            with listen(number) as wanted:
                return bool(wanted.getsockname()[1] == number)
        except UsageError:
            continue
    return False


def test_servers_that_start_at_once_listen_at_ports_of_their_own() -> None:
    """Thirty look for a port at the same moment, more than there are in the usual range: each is reached at its own."""
    together = threading.Barrier(30)

    def begin(_: int) -> socket.socket:
        together.wait(GIVE_UP_S)
        return listen(None)

    for _ in range(5):
        with contextlib.ExitStack() as stack, ThreadPoolExecutor(30) as threads:
            listening = [stack.enter_context(one) for one in threads.map(begin, range(30))]
            ports = [one.getsockname()[1] for one in listening]
            assert len(set(ports)) == 30
            for one, port in zip(listening, ports, strict=True):
                one.settimeout(GIVE_UP_S)
                with socket.create_connection((HOST, port), GIVE_UP_S) as caller:
                    answered, address = one.accept()
                    answered.close()
                    assert address == caller.getsockname()


def test_a_slow_request_does_not_keep_others_waiting(server: Server) -> None:
    """Somebody who sends half a request and then nothing holds up nobody."""
    with socket.create_connection(("127.0.0.1", server.port), GIVE_UP_S) as lazy:
        lazy.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert server.ask("GET", "/api/words")[0] == 200
        lazy.setblocking(False)
        with pytest.raises(BlockingIOError):  # neither answered nor closed: it was still waited for
            lazy.recv(1)


@given(
    host=st.sampled_from(["127.0.0.1:9", "localhost:9"]) | st.text(max_size=20),
    origin=st.none() | st.sampled_from(["http://127.0.0.1:9", "http://localhost:9", "null"]) | st.text(max_size=20),
    site=st.none() | st.sampled_from(["same-origin", "none", "cross-site", "same-site"]) | st.text(max_size=8),
    cookie=st.sampled_from(["posecheck_9=right", "posecheck_9=wrong", "posecheck_8=right"]) | st.text(max_size=20),
    kind=st.sampled_from(["websocket", "GET", "HEAD", "POST", "DELETE"]),
)
def test_whoever_is_let_in_has_every_right_to_be(
    host: str, origin: str | None, site: str | None, cookie: str, kind: str
) -> None:
    """Whatever is sent, being let in implies the right Host, no foreign Origin, no other site, and the cookie."""
    given_ = [("host", host), ("origin", origin), ("sec-fetch-site", site), ("cookie", cookie)]
    headers = [(name.encode(), value.encode("utf-8")) for name, value in given_ if value is not None]
    scope = {"type": "websocket" if kind == "websocket" else "http", "method": kind, "path": "/api", "headers": headers}
    if allowed(scope, Pass(9, "token", "right")):
        assert host.lower() in ("127.0.0.1:9", "localhost:9")
        assert origin == f"http://{host.lower()}" or (origin is None and kind in ("GET", "HEAD"))
        assert site in (None, "same-origin", "none")
        assert "posecheck_9=right" in cookie or 'posecheck_9="right"' in cookie
