"""A session over the WebSocket of the really running server: what is judged, what is kept, what it withstands."""

from __future__ import annotations

import json
import math
import signal
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, TypeAlias

import cv2
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from posecheck import recording_format
from posecheck.app import parameters
from posecheck.app.clock import Clock
from posecheck.app.clock import step as clock_step
from posecheck.app.messages import frame_codec, frame_message
from posecheck.app.messages.frame_message import FrameState, Milliseconds
from posecheck.app.session import live_session
from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages
from posecheck.history.store import History
from posecheck.landmarks.mediapipe import MediaPipeBackend
from posecheck.pipeline.routine import plan
from posecheck.pipeline.session import assess, default_profile, find_people
from posecheck.reasons import code_of
from posecheck.records import Frame
from posecheck.sources.base import SourceInfo
from posecheck.sources.replay import read_recording
from tests.app.serving import SAMPLES, Page, Server, jpegs, serving
from tests.waiting import GIVE_UP_S, wait_until

#: Milliseconds and JPEG of each picture, and the size of all.
Shots: TypeAlias = tuple[list[tuple[float, bytes]], tuple[int, int]]
STRETCH = "standing_forward_fold"
CLIP = "hinge_clean_then_rounded"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's person keeps their data."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    """One server for all of these; each begins a session of its own."""
    with serving(home) as started:
        yield started
        assert started.process.poll() is None, "something ended the server"


@pytest.fixture(scope="module")
def shots() -> Shots:
    """Two seconds about the rounding of the clip, and the size of its pictures."""
    found, size = jpegs(CLIP, 2.0, from_s=6.1, every=2)
    return list(found), size


def begin(page: Page, **more: object) -> dict[str, Any]:
    """Start a session without a set-up; the state it began with."""
    page.say(do="start", stretch=STRETCH, setup=False, **more)
    while (state := page.hear("state"))["stage"] != "work":
        pass
    return state


def play(page: Page, shots: Shots, first: int = 0, last: int = 9999) -> list[dict[str, Any]]:
    """Send pictures, two in flight, as the page does; the answers. With no more in flight none is dropped."""
    some, size = shots[0][first:last], shots[1]
    answers: list[dict[str, Any]] = []
    sent = 0
    while len(answers) < len(some):
        while sent < len(some) and sent - len(answers) < 2:
            page.show(first + sent, *some[sent], size)
            sent += 1
        answer = page.hear("frame", "dropped")
        assert answer["type"] == "frame"
        answers.append(answer)
    return answers


class Pictures:
    """The same JPEGs as a source."""

    name = "pictures"
    info = SourceInfo(640, 480, None, None, None)

    def __init__(self, shots: Shots) -> None:
        self._shots = shots

    def frames(self) -> Iterator[Frame]:
        clock = Clock()
        for index, (t_ms, jpeg) in enumerate(self._shots[0]):
            clock, t_s = clock_step(clock, t_ms)
            yield Frame(frame_codec.decode(frame_codec.Packet(index, t_ms, self._shots[1], jpeg)), t_s, index)

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_the_same_pictures_give_the_same_numbers_live_and_recorded(server: Server, shots: Shots) -> None:
    """The page's JPEGs through the socket, and through find_people and assess: the same sightings to the last bit, the
    same measures, verdicts and findings, and a recording that tells them too.
    """
    with server.page() as page:
        begin(page, record=True)
        answers = play(page, shots)
        page.say(do="stop")
        summary = page.hear("summary")
    with MediaPipeBackend() as backend:
        sightings = [sighting for _, sighting in find_people(Pictures(shots), backend)]
    recorded = list(read_recording(Path(summary["recording"])).sightings())
    assert [*map(recording_format.sighting_line, recorded)] == [*map(recording_format.sighting_line, sightings)]

    stretch = load_stretch(STRETCH)
    judged = list(assess(sightings, stretch, default_profile(stretch)))
    for answer, own in zip(answers, judged, strict=True):
        assert answer["values"] == {
            name: frame_message.number(value, 3 if name == "hip_share" else 1)
            for name, value in own.measures.values.items()
        }
        assert (answer["verdict"], answer["reason_code"]) == (own.verdict, code_of(own.reason))
        assert [(one["rule"], one["verdict"]) for one in answer["findings"]] == [
            (one.rule, one.verdict) for one in own.findings
        ]
    assert {answer["verdict"] for answer in answers} == {"GOOD", "WARN"}, "the clip must show both"

    parts, text = plan(parameters.single(stretch)), Messages.load("en").knowing(stretch)
    state = live_session.begin(parts, setup=False)
    for answer, sighting in zip(answers, sightings, strict=True):
        state, seen = live_session.look(state, sighting)
        told = FrameState(
            answer["seq"], seen.judged, seen.part, seen.hand, Milliseconds(), seen.out, state.doings, None
        )
        own_message = json.loads(frame_message.text_of(frame_message.frame(told, parts, text)))
        assert {**answer, "ms": None} == {**own_message, "ms": None}


def test_every_answer_has_what_the_page_draws(server: Server, shots: Shots) -> None:
    """33 points, the line of the back, three gauges in order, and the stage of the routine; null where nothing is known."""
    with server.page() as page:
        begin(page)
        answer = play(page, shots, 20, 23)[-1]
    assert len(answer["points"]) == 33
    assert len(answer["back"]) > 10
    assert [gauge["name"] for gauge in answer["gauges"]] == ["hip_hinge", "knee", "spine"]
    assert answer["gauges"][2]["limit"] == 35.0
    assert answer["wh"] == [640, 480]
    assert answer["routine"]["stage"] == "ready"
    assert (answer["setup"], answer["reps"], answer["calibrate"]) == (None, None, None)


def test_junk_is_told_and_the_session_lives_on(server: Server, shots: Shots) -> None:
    """Pictures that are none, are cut off, claim another or an absurd size, or have no time: one error each, no more."""
    jpeg = shots[0][0][1]
    huge = bytearray(jpeg)
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    pack = frame_codec.HEAD.pack
    junk: list[tuple[bytes, str]] = [
        (b"", "junk_frame"),
        (b"\x01", "junk_frame"),
        (pack(1, 640, 480, 7, 0.0), "junk_frame"),
        (pack(1, 640, 480, 7, 0.0) + b"no picture at all", "junk_frame"),
        (pack(2, 640, 480, 7, 0.0) + jpeg, "junk_frame"),
        (pack(1, 640, 481, 7, 0.0) + jpeg, "junk_frame"),
        (pack(1, 640, 480, 7, math.nan) + jpeg, "junk_frame"),
        (pack(1, 640, 480, 7, -1.0) + jpeg, "junk_frame"),
        (pack(1, 640, 480, 7, 1e300) + jpeg, "junk_frame"),
        (pack(1, 640, 480, 7, 0.0) + jpeg[:200], "junk_frame"),
        (pack(1, 65535, 65535, 7, 0.0) + bytes(huge), "too_big"),
    ]
    with server.page() as page:
        begin(page)
        for message, code in junk:
            page.socket.send(message)
            error = page.hear("error")
            assert error["code"] == code, message[:30]
            assert "\n" not in error["text"]
        assert play(page, shots, 0, 2)[-1]["verdict"] in ("GOOD", "WARN", "UNKNOWN")


def test_a_message_of_more_than_four_mebibytes_is_not_taken_in(server: Server, shots: Shots) -> None:
    """The connection is closed for it; the page comes back and finds its session."""
    with server.page() as page:
        begin(page)
        play(page, shots, 0, 2)
        with pytest.raises(ConnectionClosedError) as closed:  # noqa: PT012  in sending or in hearing, as it comes
            page.socket.send(b"\x01" * (frame_codec.MOST_BYTES + 1))
            page.hear("error")
        # The farewell may be lost: what was sent on is thrown away unread.
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    with server.page() as page:
        assert page.hear("state")["stage"] == "work"
        play(page, shots, 2, 4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "7",
        "{}",
        '{"do":"fly"}',
        '{"do":["start"]}',
        '{"do":"start"}',
        '{"do":"start","stretch":"pyramids"}',
        '{"do":"start","stretch":"pyramid","routine":"daily"}',
        '{"do":"start","routine":"../../etc/passwd"}',
        '{"do":"start","stretch":"pyramid","setup":"yes"}',
        '{"do":"start","stretch":"pyramid","profile":"../x"}',
        '{"do":"lang","lang":"../../de"}',
        '{"do":"pictures"}',
        '{"do":"record","on":1}',
        "[" * 60000,
        '{"do":"' + "x" * 70000 + '"}',
    ],
)
def test_a_command_that_is_none_is_told_in_a_line(server: Server, text: str) -> None:
    """Nothing of it is done, and the next one is."""
    with server.page() as page:
        page.hear("state")
        page.socket.send(text)
        error = page.hear("error")
        assert error["code"] == "bad_command"
        assert "\n" not in error["text"]
        assert len(error["text"]) < 1500
        page.say(do="home")
        page.say(do="go_on")
        assert page.hear("error")["code"] == "not_now"


def test_a_flood_of_text_is_answered_in_order_and_holds_up_nobody(server: Server) -> None:
    """Hundreds of commands at once: every one is answered, and the server answers others meanwhile."""
    with server.page() as page:
        page.hear("state")
        for number in range(300):
            page.socket.send(json.dumps({"do": f"x{number}"}))
            if number == 150:
                assert server.ask("GET", "/api/words")[0] == 200
        told = [page.hear("error")["text"] for _ in range(300)]
    assert [text.split("'")[1] for text in told] == [f"x{number}" for number in range(300)]


def test_a_page_that_does_not_read_is_not_read_from(server: Server, shots: Shots) -> None:
    """What waits for it stays small, and another page takes over from it at once."""
    with server.page() as page:  # the model takes its room with the first picture
        begin(page)
        play(page, shots, 0, 2)
    before_kib = resident_kib(server)
    line = json.dumps({"do": "x", "more": "y" * 2000}).encode()
    frame = b"\x81\xfe" + struct.pack(">H", len(line)) + b"\0\0\0\0" + line  # masked with nothing, as is allowed
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect(("127.0.0.1", server.port))
        lazy.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {server.host}\r\nOrigin: {server.origin}\r\nCookie: {server.cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        lazy.setblocking(False)
        sent = turns = 0
        left = frame
        # It is not read from any more when the server has had many a turn, for others, and took nothing meanwhile.
        while turns < 50:
            try:
                taken = lazy.send(left)
                left = left[taken:] or frame * 50
                sent += taken
                turns = 0
            except BlockingIOError:
                assert server.ask("GET", "/api/words")[0] == 200
                turns += 1
            assert sent < 500_000_000
        assert resident_kib(server) - before_kib < 30_000
        with server.page() as page:
            begin(page)
            play(page, shots, 0, 2)


def resident_kib(server: Server) -> int:
    """How much memory the server has."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def test_fifty_pages_take_over_one_from_another_and_the_last_has_the_session(server: Server, shots: Shots) -> None:
    """Every earlier one is told and closed; the session goes on in the last."""
    with server.page() as first:
        begin(first)
        play(first, shots, 0, 3)
        others = [server.page() for _ in range(50)]
        for page in [first, *others[:-1]]:
            while page.hear("error")["code"] != "taken_over":
                pass
            with pytest.raises(ConnectionClosed) as closed:
                page.hear("state")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4001
        assert others[-1].hear("state")["stage"] == "work"
        assert play(others[-1], shots, 3, 5)[-1]["t_s"] > 0.1
        for page in others:
            page.close()


def test_a_page_that_comes_back_goes_on_where_it_was(server: Server, shots: Shots) -> None:
    """The same page's clock goes on; a page whose clock began anew is a break, and the session's time still rises."""
    with server.page() as page:
        begin(page)
        before = play(page, shots, 0, 4)
    with server.page() as page:
        assert page.hear("state")["stage"] == "work"
        after = play(page, shots, 4, 6)
        assert after[0]["t_s"] - before[-1]["t_s"] == pytest.approx((shots[0][4][0] - shots[0][3][0]) / 1000, abs=2e-3)
    with server.page() as page:
        page.hear("state")
        page.show(0, 5.0, shots[0][6][1], shots[1])
        page.show(1, 38.0, shots[0][7][1], shots[1])
        times = [page.hear("frame")["t_s"] for _ in range(2)]
        assert after[-1]["t_s"] + 1.0 < times[0] < times[1]


def test_more_than_two_unanswered_pictures_are_dropped_oldest_first(server: Server, shots: Shots) -> None:
    """Ten at once: each is answered or dropped, never queued, and the newest is among those looked at."""
    with server.page() as page:
        begin(page)
        page.show_at_once([(t_ms, smaller(jpeg)) for t_ms, jpeg in shots[0][:10]], (160, 120))
        while sum(m["type"] in ("frame", "dropped") for m in page.heard) < 10:
            message = json.loads(page.socket.recv(timeout=GIVE_UP_S))
            page.heard.append(message)
    answered = [m["seq"] for m in page.heard if m["type"] == "frame"]
    lost = [m["seq"] for m in page.heard if m["type"] == "dropped"]
    assert sorted(answered + lost) == list(range(10))
    assert answered == sorted(answered)
    assert answered[-1] == 9
    assert lost


def smaller(jpeg: bytes) -> bytes:
    """The same picture, 160 pixels wide."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    done, small = cv2.imencode(".jpg", cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA))
    assert done
    return small.tobytes()


def test_a_number_that_is_moved_counts_from_the_next_picture_on(server: Server, shots: Shots) -> None:
    """A lower limit warns at once, a mistake changes nothing and is told in one line, a reset brings the default back."""
    with server.page() as page:
        begin(page)
        assert play(page, shots, 0, 1)[0]["gauges"][2]["limit"] == 35.0
        page.say(do="numbers", set={"spine_rounding.limit_deg": 20, "spine_rounding.dwell_s": 0.3})
        assert page.hear("state")["numbers"] == {"spine_rounding.limit_deg": 20.0, "spine_rounding.dwell_s": 0.3}
        gauge = play(page, shots, 1, 2)[0]["gauges"][2]
        assert (gauge["limit"], gauge["leave"]) == (20.0, 20.0)
        for values in ({"spine_rounding.limit": 20}, {"spine_rounding.limit_deg": 900}, {"hold.target_s": "x"}, 7):
            page.say(do="numbers", set=values)
            error = page.hear("error")
            assert error["code"] == "bad_numbers"
            assert "\n" not in error["text"]
        assert play(page, shots, 2, 3)[0]["gauges"][2]["limit"] == 20.0
        status, told = server.json("GET", f"/api/tunables?stretch={STRETCH}")
        limit = next(number for number in told["numbers"] if number["key"] == "spine_rounding.limit_deg")
        assert (status, limit["value"], limit["default"], limit["origin"]) == (200, 20.0, 35.0, "page")
        page.say(do="numbers", set={}, reset=True)
        page.hear("state")
        assert play(page, shots, 3, 4)[0]["gauges"][2]["limit"] == 35.0


def test_the_last_minute_is_judged_again_with_other_numbers(server: Server, shots: Shots) -> None:
    """A lower limit that waits less finds the rounding earlier than before; what is in force stays as it was."""
    with server.page() as page:
        begin(page)
        play(page, shots)
    status, told = server.json(
        "POST",
        "/api/replay",
        {"stretch": STRETCH, "set": {"spine_rounding.limit_deg": 25, "spine_rounding.dwell_s": 0.3}},
    )
    assert status == 200
    assert told["frames"] == len(told["series"]["t_s"]) == len(told["series"]["verdict"]) == len(shots[0])
    now = [event for event in told["events"] if (event["rule"], event["verdict"]) == ("spine_rounding", "WARN")]
    was = [
        event for event in told["before"]["events"] if (event["rule"], event["verdict"]) == ("spine_rounding", "WARN")
    ]
    assert now[0]["start_s"] < was[0]["start_s"]
    assert told["series"]["verdict"].count("W") > told["before"]["verdict"].count("W") > 0
    assert server.json("POST", "/api/replay", {"stretch": STRETCH, "set": {"x": 1}})[0] == 400


def test_a_session_ends_with_its_summary_and_can_be_done_again(server: Server, shots: Shots) -> None:
    """Good seconds, the worst moment as a picture, a curve; without pictures none; "again" begins at zero."""
    with server.page() as page:
        begin(page)
        play(page, shots, 0, 3)
        page.say(do="go_on")
        play(page, shots, 3)
        page.say(do="stop")
        assert page.hear("state")["stage"] == "summary"
        summary = page.hear("summary")
        (part,) = summary["parts"]
        assert (summary["finished"], summary["kept"], summary["recording"]) == (False, None, None)
        assert part["worst"]["jpeg"].startswith("data:image/jpeg;base64,")
        assert part["rounded_s"] > 0
        assert len(part["series"]["t_s"]) == len(part["series"]["verdict"]) == len(part["series"]["spine_flexion_deg"])
        assert part["limits"]["spine_flexion_deg"] == 35.0
        page.say(do="again")
        page.say(do="pictures", on=False)
        while page.hear("state")["pictures"]:
            pass
        play(page, shots, 0, 3)
        page.say(do="go_on")
        play(page, shots, 3, 15)
        page.say(do="stop")
        assert page.hear("summary")["parts"][0]["worst"] is None
    with server.page() as page:
        assert page.hear("state")["stage"] == "summary"
        assert page.hear("summary")["parts"]
        page.say(do="home")
        assert page.hear("state")["session"] is None


def test_a_pause_stands_still_and_goes_on(server: Server, shots: Shots) -> None:
    """Paused pictures are still drawn, and count for nothing."""
    with server.page() as page:
        begin(page)
        play(page, shots, 0, 2)
        page.say(do="go_on")
        play(page, shots, 2, 10)
        page.say(do="pause", on=True)
        assert page.hear("state")["paused"] is True
        paused = play(page, shots, 10, 20)
        assert len({answer["hold"]["good_s"] for answer in paused}) == 1
        assert all(answer["points"] and answer["say"] is None for answer in paused)
        page.say(do="pause", on=False)
        assert page.hear("state")["paused"] is False
        play(page, shots, 20, 22)


def test_whoever_ends_the_server_loses_nothing(tmp_path: Path) -> None:
    """In the middle of a session: exit 130, the recording whole and told to be interrupted, the row in the history."""
    with serving(tmp_path, "--history") as server:
        shots = jpegs("standing_fold_clean", 4.6, from_s=1.2, every=8)
        with server.page() as page:
            state = begin(page, record=True)
            assert state["history"]["on"] is True
            page.say(do="go_on")
            answers = play(page, (list(shots[0]), shots[1]))
            assert server.stop(signal.SIGTERM) == 130
            recording = Path(state["recording"]["path"])
    played = read_recording(recording)
    assert len(list(played.sightings())) == len(answers)
    assert played.ending == "interrupted"
    with History(tmp_path / "data" / "posecheck" / "history.sqlite3") as history:
        (row,) = history.rows()
    assert row.stretch == STRETCH
    assert row.duration_s > 2.0


def test_a_full_disk_ends_the_recording_and_not_the_session(tmp_path: Path, shots: Shots) -> None:
    """One error, recording off, what was written readable, and the pictures go on being judged."""
    with serving(tmp_path, most_bytes=30_000) as server, server.page() as page:
        state = begin(page, record=True)
        answers = play(page, shots, 0, 16)
        (error,) = [message for message in page.heard if message["type"] == "error"]
        assert error["code"] == "no_room"
        assert [message["recording"]["on"] for message in page.heard if message["type"] == "state"][-1] is False
        assert len(answers) == 16
        assert server.stop(signal.SIGINT) == 130
    written = list(read_recording(Path(state["recording"]["path"])).sightings())
    assert 3 < len(written) < 16


def test_the_server_watches_a_file_and_the_page_is_shown_what_it_can_show(tmp_path: Path) -> None:
    """Each picture comes with its own judgement; never more than two that the page has not shown; a stop is the end."""
    with (
        serving(tmp_path, "--source", str(SAMPLES / f"{CLIP}.mp4")) as server,
        server.page() as page,
    ):
        assert page.hear("state")["source"] == "server"
        begin(page)
        first, second = page.hear("frame"), page.hear("frame")
        assert [head(picture)[3] for picture in page.pictures] == [first["seq"], second["seq"]]
        judged_s = second["t_s"]

        def half_a_second_later() -> bool:
            nonlocal judged_s
            told = server.json("POST", "/api/replay", {"stretch": STRETCH, "set": {}})[1]
            judged_s = first["t_s"] + told["series"]["t_s"][-1]
            return bool(judged_s > second["t_s"] + 0.5)

        wait_until(half_a_second_later, "the film to go on by half a second, judged and not shown")
        page.say(do="shown", seq=second["seq"])
        third = page.hear("frame")
        assert third["t_s"] > judged_s, "the newest wins"
        kind, width, height, _, _ = head(page.pictures[-1])
        assert (kind, width, height) == (1, *third["wh"])
        packet = frame_codec.unpack(page.pictures[-1])
        assert frame_codec.decode(packet).shape == (480, 640, 3)
        page.show(1, 1.0, packet.jpeg, packet.wh)
        assert page.hear("error")["code"] == "not_now"
        page.say(do="stop")
        page.hear("summary")
        count = len(page.pictures)
        for _ in range(20):  # whatever was still under way would come before these answers
            page.say(do="nothing at all")
            page.hear("error")
        assert len(page.pictures) == count


def head(picture: bytes) -> tuple[int, int, int, int, float]:
    """Kind, width, height, seq and t_ms of a binary message."""
    kind, width, height, seq, t_ms = frame_codec.HEAD.unpack_from(picture)
    return kind, width, height, seq, t_ms


def test_what_lies_on_the_machine_is_told_and_deleted_on_request(server: Server, shots: Shots) -> None:
    """Profiles, recordings and the history over HTTP: saved, listed with place and size, used, and taken away again."""
    saved = {"name": "my back", "stretch": STRETCH, "set": {"spine_rounding.limit_deg": 27}}
    assert server.json("POST", "/api/profiles", saved)[0] == 200
    assert [one["name"] for one in server.json("GET", "/api/profiles")[1]["profiles"]] == ["my back"]
    assert server.json("GET", "/api/catalogue?lang=de")[1]["profiles"] == ["my back"]
    with server.page() as page:
        begin(page, profile="my back", record=True)
        assert play(page, shots, 0, 2)[0]["gauges"][2]["limit"] == 27.0
        items = server.json("GET", "/api/stored")[1]["items"]
        (recording,) = [item for item in items if item["what"] == "recording" and item["on"]]
        assert Path(recording["path"]).stat().st_size >= recording["bytes"] > 0
        path = f"/api/recordings/{recording['name']}"
        assert server.json("DELETE", path)[0] == 409
        page.say(do="home")
        page.hear("state")
    assert server.json("DELETE", path) == (200, {"deleted": recording["name"]})
    assert server.json("DELETE", path)[0] == 404
    assert not Path(recording["path"]).exists()
    assert server.json("DELETE", "/api/profiles/my%20back")[0] == 200
    assert server.json("DELETE", "/api/profiles/my%20back")[0] == 404
    with server.page() as page:
        assert begin(page)["profile"] is None
    assert server.json("GET", "/api/history?days=7")[1]["rows"] == []
    assert server.ask("GET", "/api/history.csv")[2].startswith(b"started_at,")
    assert server.json("DELETE", "/api/history", {"all": True}) == (200, {"deleted": 0})
    for method, wrong, body in (
        ("POST", "/api/profiles", {"name": "../x", "stretch": None, "set": {}}),
        ("POST", "/api/profiles", {"name": "x", "stretch": "pyramids", "set": {}}),
        ("POST", "/api/profiles", {"name": "x", "stretch": STRETCH, "set": {"spine_rounding.limit_deg": 999}}),
        ("POST", "/api/profiles", [1]),
        ("DELETE", "/api/history", {}),
        ("DELETE", "/api/history", {"before": "yesterday"}),
        ("GET", "/api/history?days=x", None),
        ("GET", "/api/tunables", None),
        ("GET", "/api/tunables?stretch=pyramids", None),
        ("GET", "/api/words?lang=../../en", None),
    ):
        status, told = server.json(method, wrong, body)
        assert status == 400, (wrong, body)
        assert "\n" not in told["error"]
    assert server.ask("POST", "/api/replay", {"Origin": server.origin}, b"x" * 300_000)[0] == 413
    assert server.json("DELETE", "/api/recordings/..%2f..%2fhistory.sqlite3")[0] == 404
