"""The live page without its server: the real page, answered from files and from made-up sessions.

Only for what a running server cannot produce quickly: weeks of history, a whole summary, a minute to judge again.
"""

from __future__ import annotations

import base64
import json
import math
import mimetypes
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import cv2
from playwright.sync_api import Page, Route, WebSocketRoute

import posecheck
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.messages import Messages, languages
from posecheck.pipeline.session import default_profile
from posecheck.resources import samples_dir

STATIC: Final = Path(posecheck.__file__).parent / "app" / "static"
ORIGIN: Final = "http://posecheck.test"
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self' ws://posecheck.test; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOLD: Final = "standing_forward_fold"
RATE_HZ: Final = 12


@cache
def picture(second: float) -> str:
    """A frame of a sample clip as a data URL."""
    clip = cv2.VideoCapture(str(samples_dir() / "hinge_clean_then_rounded.mp4"))
    clip.set(cv2.CAP_PROP_POS_MSEC, 1000 * second)
    seen, image = clip.read()
    clip.release()
    assert seen
    return "data:image/jpeg;base64," + base64.b64encode(cv2.imencode(".jpg", image)[1].tobytes()).decode()


def series(length_s: int = 42, limit_deg: float = 35.0) -> dict[str, Any]:
    """A fold that rounds for a while and is covered for a while."""
    times = [i / RATE_HZ for i in range(length_s * RATE_HZ)]
    spine: list[float | None] = []
    verdict = ""
    for t in times:
        covered = 27 < t < 31
        value = 14 + 4 * math.sin(t / 2) + (27 * math.exp(-(((t - 16) / 3) ** 2)))
        spine.append(None if covered else round(value, 1))
        verdict += "U" if covered else "W" if value > limit_deg else "G"
    fold = [round(72 / (1 + math.exp(-(t - 4))) + 2 * math.sin(t), 1) for t in times]
    knee = [round(8 + 3 * math.sin(t / 3), 1) for t in times]
    return {
        "t_s": [1000 + t for t in times],
        "spine_flexion_deg": spine,
        "hip_hinge_deg": fold,
        "knee_flexion_deg": knee,
        "verdict": verdict,
    }


def part(side: str, **differs: Any) -> dict[str, Any]:
    """A part of a summary."""
    return {
        "stretch": FOLD, "name": "Standing forward fold", "side": side, "watch": True, "done": True, "good_s": 30.0,
        "target_s": 30.0, "rounded_s": 4.2, "unknown_s": 4.0, "depth": 74.3, "depth_label": "Deepest fold",
        "hip_share": 0.71, "reps": None, "best": {"t_s": 1009.0, "jpeg": picture(2.0)},
        "worst": {"t_s": 1016.0, "jpeg": picture(5.0)}, "series": series(),
        "limits": {"spine_flexion_deg": 35.0, "knee_flexion_deg": 20.0},
    } | differs  # fmt: skip


def summary() -> dict[str, Any]:
    """A routine with a hold on one side, an unfinished one, repetitions, and a stretch nobody watched."""
    reps = {"whole": 8, "good": 6, "partial": 2, "unseen": 1}
    return {
        "type": "summary",
        "finished": True,
        "parts": [
            part("left", name="Foot on a step"),
            part("right", name="Foot on a step", done=False, good_s=18.4, rounded_s=0.0, worst=None),
            part(
                "",
                name="Hip hinge drill",
                stretch="hip_hinge_drill",
                reps=reps,
                target_s=0.0,
                rounded_s=None,
                best=None,
                worst=None,
            ),
            part("", name="Foam roll", watch=False, best=None, worst=None, good_s=0.0, timed_s=60.0),
            part("", name="Lying leg raise", done=False, good_s=0.0, unknown_s=None, series={"t_s": [], "verdict": ""}),
        ],
        "good_s": 96.0,
        "kept": 3,
        "recording": None,
        "note": "Estimates from one camera: single readings can be wrong by 10° and more. A form cue, not a medical device.",
    }


def history(days: int) -> dict[str, Any]:
    """`days` days of practice up to today, every third left out."""
    today = date.today()  # noqa: DTZ011  the calendar of this computer is meant
    rows: list[dict[str, Any]] = []
    for back in range(days):
        day = today - timedelta(days=back)
        if back % 3 == 2 and back > 3:
            continue
        for number, stretch in enumerate((FOLD, "hip_hinge_drill")):
            rows.append(
                {
                    "id": 1000 - 2 * back - number, "local_date": day.isoformat(), "stretch": stretch, "side": "",
                    "started_at": f"{day.isoformat()}T18:0{number}:00+00:00", "name": stretch.replace("_", " ").capitalize(),
                    "good_s": 20.0 + 190 * (back * 7 % 10) / 10, "held_s": None if number else 30.0,
                    "rounded_s": float(back % 4), "reps_whole": 8.0 if number else None,
                    "depth_deg": None if back == 5 else 78 - back * 0.5 + back * 5 % 7,
                    "straight_leg_deg": 6 + back * 0.2 + back * 3 % 5,
                }
            )  # fmt: skip
    of_day: dict[str, list[Any]] = {}
    for row in rows:
        of_day.setdefault(row["local_date"], []).append(row)
    trends = {
        stretch: {
            "name": stretch.replace("_", " ").capitalize(),
            "t": [row["local_date"] for row in reversed(rows) if row["stretch"] == stretch],
            "hinge": [row["depth_deg"] for row in reversed(rows) if row["stretch"] == stretch],
            "knee": [row["straight_leg_deg"] for row in reversed(rows) if row["stretch"] == stretch],
        }
        for stretch in (FOLD, "hip_hinge_drill")
        if rows
    }
    return {
        "path": "/home/ada/.local/share/posecheck/history.sqlite",
        "days": [
            {"date": day, "good_s": sum(row["good_s"] for row in of), "rows": of} for day, of in sorted(of_day.items())
        ],
        "good_s": sum(row["good_s"] for row in rows),
        "streak": min(days, 5),
        "longest": min(days, 11),
        "trends": trends,
        "rows": rows,
    }


def tunables(stretch_id: str) -> list[dict[str, Any]]:
    """The numbers of a stretch as the server tells them, and some of those that all stretches share."""
    stretch = load_stretch(stretch_id)
    own = {tunable.key for tunable in stretch.tunables}
    profile = default_profile(stretch)
    some = [each for key, each in profile.tunables.items() if key in own or key.startswith(("spine.", "coach."))]
    order = sorted(some, key=lambda tunable: tunable.key not in own)
    return [
        {
            "key": each.key, "label": each.key.replace(".", ": ").replace("_", " "), "unit": each.unit,
            "default": each.default, "low": each.low, "high": each.high, "step": each.step,
            "value": profile[each.key], "origin": profile.settings[each.key].origin, "why": each.why,
            "source": each.source, "group": "stretch" if each.key in own else each.key.split(".")[0],
        }
        for each in order
    ]  # fmt: skip


#: A page with nothing but the policy of the real one, in which its modules can be tried one by one.
BLANK: Final = '<!doctype html><html lang="en"><title>posecheck</title><main></main></html>'


def static(route: Route) -> None:
    """Answer from the page's own files, as the server does; at "/blank" there is an empty page."""
    path = urlsplit(route.request.url).path
    if path == "/blank":
        route.fulfill(body=BLANK, content_type="text/html", headers={"Content-Security-Policy": CSP})
        return
    file = STATIC / ("index.html" if path == "/" else path.removeprefix("/static/"))
    if not file.is_file():
        route.fulfill(status=404, body="")
        return
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    route.fulfill(body=file.read_bytes(), content_type=kind, headers={"Content-Security-Policy": CSP})


class Canned:
    """Answers for one page. `sent` are the commands it gave, `asked` its requests that write."""

    def __init__(self, *, stage: str = "start", session: bool = False, days: int = 60, lang: str = "en") -> None:
        self.days = days
        self.seen = True
        self.profiles = ["careful"]
        self.recordings = ["2026-01-02_fold.jsonl", "2026-01-03_fold.jsonl"]
        self.writing = ""
        self.in_force: dict[str, float] = {}
        self.sent: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, Any]] = []
        one = {"stretch": FOLD, "name": "Fold", "sides": [""], "watch": True, "target": 30, "repeats": False}
        drill = {**one, "stretch": "hip_hinge_drill", "name": "Drill", "target": 8, "repeats": True}
        self.state = {
            "type": "state", "stage": stage, "source": "server", "lang": lang,
            "session": {"title": "Daily", "routine": "daily", "parts": [one, drill], "started": "2026-01-01T10:00:00Z"}
            if session or stage == "summary" else None,
            "recording": {"on": False, "path": None}, "history": {"on": True, "path": history(0)["path"]},
            "pictures": True, "paused": False, "profile": None,
        }  # fmt: skip

    def open(self, page: Page, hash_: str = "") -> None:
        """Show the page and wait until a screen stands."""
        page.route(f"{ORIGIN}/**", self._answer)
        page.route_web_socket(f"{ORIGIN.replace('http', 'ws')}/ws", self._talk)
        page.goto(f"{ORIGIN}/{hash_}")
        page.wait_for_selector("main .screen")

    def _talk(self, socket: WebSocketRoute) -> None:
        def heard(text: str | bytes) -> None:
            command = json.loads(text)
            self.sent.append(command)
            if command["do"] == "numbers":
                self.in_force |= command["set"]

        socket.on_message(heard)
        socket.send(json.dumps(self.state))
        if self.state["stage"] == "summary":
            socket.send(json.dumps(summary()))

    def _answer(self, route: Route) -> None:
        request = route.request
        path = request.url.removeprefix(ORIGIN).partition("#")[0].partition("?")[0]
        if path.startswith("/api/"):
            body = json.loads(request.post_data) if request.post_data else None
            if request.method != "GET":
                self.asked.append((request.method, path, body))
            status, answer = self._api(request.method, path, request.url, body)
            route.fulfill(status=status, json=answer)
            return
        static(route)

    def _api(self, method: str, path: str, url: str, body: Any) -> tuple[int, Any]:
        asked = dict(parse_qsl(urlsplit(url).query))
        match path:
            case "/api/words":
                lang = asked.get("lang", "en")
                return 200, {"lang": lang, "languages": list(languages()), "words": words(lang)}
            case "/api/catalogue":
                stretches = [{"id": each, "name": load_stretch(each).name} for each in stretch_ids()]
                return 200, {
                    "stretches": stretches,
                    "routines": [],
                    "profiles": self.profiles,
                    "cli": {},
                    "version": "0",
                }
            case "/api/history":
                if method == "DELETE":
                    self.days = 0
                    return 200, {"deleted": 1}
                return 200, history(self.days)
            case "/api/stored":
                return 200, {
                    "items": [
                        {"what": "history", "path": history(0)["path"], "bytes": 24_576, "on": False},
                        *(
                            {
                                "what": "recording",
                                "name": name,
                                "path": f"/home/ada/{name}",
                                "bytes": 1_234_567,
                                "on": name == self.writing,
                            }
                            for name in self.recordings
                        ),
                    ]
                }
            case _ if method == "DELETE" and path.startswith("/api/recordings/"):
                self.recordings.remove(path.rpartition("/")[2])
                return 200, {}
            case "/api/tunables":
                return 200, {"numbers": tunables(asked["stretch"])}
            case "/api/replay" if self.seen:
                return 200, replayed(self.in_force, body["set"])
            case "/api/replay":
                return 409, {"error": "Nothing was seen yet."}
            case "/api/profiles":
                if method == "POST":
                    self.profiles.append(body["name"])
                return 200, {"profiles": self.profiles}
            case _ if method == "DELETE" and path.startswith("/api/profiles/"):
                self.profiles.remove(path.rpartition("/")[2])
                return 200, {}
            case _:
                return 404, {"error": f"nothing at {path}"}


def words(lang: str) -> dict[str, str]:
    """Every text of the page."""
    messages = Messages.load(lang)
    texts = {**messages.english, **messages.texts}
    return {key: text for key, text in texts.items() if key.startswith(("page", "routine.", "coach.", "setup."))}


def replayed(in_force: Mapping[str, float], values: Mapping[str, float]) -> dict[str, Any]:
    """The minute judged with another limit of the back: the fold stays what it was, its verdicts change."""
    key = "spine_rounding.limit_deg"
    was_deg = in_force.get(key, 35.0)
    now_deg = values.get(key, was_deg)
    before, after = series(limit_deg=was_deg), series(limit_deg=now_deg)
    return {
        "seconds": 42.0,
        "frames": len(after["t_s"]),
        "series": after,
        "events": events(after, now_deg),
        "before": {"events": events(before, was_deg), "verdict": before["verdict"]},
    }


def events(judged: Mapping[str, Any], limit_deg: float) -> list[dict[str, Any]]:
    """The stretch of time in which the back was too round."""
    warned = [t for t, letter in zip(judged["t_s"], judged["verdict"], strict=True) if letter == "W"]
    if not warned:
        return []
    return [
        {
            "start_s": warned[0], "end_s": warned[-1], "rule": "spine_rounding", "verdict": "WARN",
            "reason": "Your back is rounding.", "value": 43.0, "limit": limit_deg,
        }
    ]  # fmt: skip
