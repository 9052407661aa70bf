"""What lies on this machine because the person asked for it: profiles, recordings, the history. Read, write, delete."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import tomlkit

from posecheck.app import parameters
from posecheck.app.messages.frame_message import Message
from posecheck.app.user_paths import Places
from posecheck.assessment.catalogue.stretch_files import load_stretch, stretch_ids
from posecheck.assessment.messages import Messages
from posecheck.assessment.routines import routine_state
from posecheck.errors import OutputError, TunableError, UsageError
from posecheck.history.progress import longest_streak, streak_days
from posecheck.history.row import HistoryRow, cells_of
from posecheck.history.store import History
from posecheck.pipeline.profile_store import calibrations_of
from posecheck.pipeline.profiles import read_profile_file
from posecheck.tunables import unknown

_RUNNING: Final = frozenset(tunable.key for tunable in routine_state.TUNABLES)


# ------------------------------------------------------------------------------------------------ profiles
def profile_text(values: Mapping[str, float], stretch_id: str | None) -> str:
    """A profile file (TOML): the numbers for one stretch, or for every one that has them.

    Raises TunableError for numbers that nobody knows, out of range, or with a warning that would never end.
    """
    for_stretches = stretch_ids() if stretch_id is None else (stretch_id,)
    had: set[str] = set()
    for each in for_stretches:
        stretch = load_stretch(each)
        base = parameters.base_profile(stretch)
        parameters.adjusted(base, stretch, values)
        had |= set(base)
    if strange := sorted(set(values) - had):
        raise TunableError(f"{parameters.ORIGIN}: {unknown('key', strange[0], had)}")
    written: dict[str, Any] = {}
    # What a stretch has for itself stands last, below the numbers that count for all.
    for key, value in sorted(values.items(), key=lambda item: (item[0] not in _RUNNING, item[0])):
        own = [] if stretch_id is None or key in _RUNNING else ["stretches", stretch_id]
        *tables, name = [*own, *key.split(".")]
        inner = written
        for table in tables:
            inner = inner.setdefault(table, {})
        inner[name] = float(value)
    head = "# Written by posecheck's live page. Numbers that are not here keep their defaults.\n"
    return f"{head}\n{tomlkit.dumps(written)}" if written else head


def profiles(places: Places, today: date) -> list[Message]:
    """Every profile with its numbers and the days of its calibrations; one that cannot be read with what is wrong."""
    out: list[Message] = []
    for name in places.profile_names():
        path = places.profile(name)
        entry: Message = {"name": name, "path": str(path)}
        try:
            shared, own = read_profile_file(path)
            found = calibrations_of(path, today)
        except (TunableError, UsageError) as error:
            out.append({**entry, "error": str(error)})
        else:
            days = {one.position: one.made_on for one in found or ()}
            out.append({**entry, "shared": shared, "stretches": own, "calibrated": days})
    return out


def delete(path: Path) -> bool:
    """Delete a file of the person's: whether it was there. Raises OutputError when it cannot be deleted."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OutputError(f"Cannot delete {path}: {error.strerror or error}.") from error
    return True


def stored(places: Places, *, recording: Path | None, history_on: bool, log: Path) -> list[Message]:
    """Everything stored, what it is, where, how large, and whether it is being written now."""
    items: list[Message] = []
    if places.history.exists():
        beside = [places.history.with_name(places.history.name + ending) for ending in ("", "-wal", "-shm")]
        size = sum(_size(path) for path in beside)
        items.append({"what": "history", "path": str(places.history), "bytes": size, "on": history_on})
    found = places.all_recordings()
    if recording is not None and recording not in found and recording.exists():
        found.append(recording)
    items += [
        {"what": "recording", "name": path.name, "path": str(path), "bytes": _size(path), "on": path == recording}
        for path in found
    ]
    for name in places.profile_names():
        path = places.profile(name)
        items.append({"what": "profile", "name": name, "path": str(path), "bytes": _size(path), "on": False})
    if log.exists():
        items.append({"what": "log", "path": str(log), "bytes": _size(log), "on": True})
    return items


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone meanwhile
        return 0


# ------------------------------------------------------------------------------------------------ history
def history(path: Path, days: int | None, today: date, text: Messages) -> Message:
    """The history of the last `days` days (None: all), newest first, with its streaks and trends."""
    if not path.exists():
        return {"path": str(path), "days": [], "good_s": 0.0, "streak": 0, "longest": 0, "trends": {}, "rows": []}
    since = None if days is None else today - timedelta(days=days - 1)
    with History(path) as opened:
        dones = list(opened.rows(since=since))
        practised = opened.days()
    rows = [_row(done, text) for done in dones]
    by_day: dict[str, list[Message]] = {}
    for row in rows:
        by_day.setdefault(row["local_date"], []).append(row)
    return {
        "path": str(path),
        "days": [{"date": day, "good_s": _good_s(of_day), "rows": of_day} for day, of_day in by_day.items()],
        "good_s": _good_s(rows),
        "streak": streak_days(practised, today),
        "longest": longest_streak(practised),
        "trends": _trends(dones, text),
        "rows": rows,
    }


def _good_s(rows: Sequence[Message]) -> float:
    """Good seconds of all rows together; one without a number adds none."""
    good_s: list[float] = [row["good_s"] or 0.0 for row in rows]
    return round(math.fsum(good_s), 1)


def _row(done: HistoryRow, text: Messages) -> Message:
    row: Message = {key: value for key, value in cells_of(done).items() if key != "limits"}
    row["name"] = _name(done.stretch, text)
    return row


def _name(stretch_id: str, text: Messages) -> str:
    """A stretch's name; its id where this posecheck does not know it any more."""
    return text.text(load_stretch(stretch_id).name) if stretch_id in stretch_ids() else stretch_id


def _trends(dones: Sequence[HistoryRow], text: Messages) -> dict[str, Message]:
    """Of each stretch the best of each day, in order of time: depth (of the measure of the latest row), and straight leg."""
    groups: dict[str, list[HistoryRow]] = {}
    for done in dones:
        groups.setdefault(done.stretch, []).append(done)
    out = {}
    for stretch, newest_first in sorted(groups.items()):
        measure = newest_first[0].depth_measure
        days: dict[date, list[HistoryRow]] = {}
        for done in reversed(newest_first):
            days.setdefault(done.local_date, []).append(done)
        depths = [[done.depth_deg for done in rows if done.depth_measure == measure] for rows in days.values()]
        legs = [[done.straight_leg_deg for done in rows] for rows in days.values()]
        out[stretch] = {
            "name": _name(stretch, text),
            "t": [day.isoformat() for day in days],
            "hinge": [_seen(values, most=True) for values in depths],
            "knee": [_seen(values, most=False) for values in legs],
        }
    return out


def _seen(values: Sequence[float], *, most: bool) -> float | None:
    """The most or the least of those that were seen, None where none was."""
    seen = [value for value in values if value == value]  # noqa: PLR0124  NaN is unlike itself
    return round(max(seen) if most else min(seen), 1) if seen else None
