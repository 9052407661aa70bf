"""The file of the history: SQLite, one row a session, on this machine and nowhere else.

Several programs may use it at once (each waits for the other's write), and a program that is killed leaves whole rows.
A file of an older posecheck is brought up to date step by step; a newer, damaged or foreign one is refused and left as
it is.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from posecheck.errors import HistoryError
from posecheck.history.row import COLUMNS, HistoryRow, cells_of, row_from

#: Marks a file as a history of posecheck ("pose" in ASCII).
APPLICATION_ID: Final = 0x706F7365
#: For how long a write waits for another program's; a write takes milliseconds.
BUSY_S: Final = 10.0

#: What brings a file from version n to n + 1 stands at index n. Never change a step: files made by it exist. Add one.
STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE done (
            id INTEGER PRIMARY KEY,
            started_at TEXT NOT NULL,
            local_date TEXT NOT NULL,
            stretch TEXT NOT NULL,
            version TEXT NOT NULL,
            source_kind TEXT NOT NULL,
            side TEXT NOT NULL CHECK (side IN ('left', 'right', '')),
            routine TEXT NOT NULL,
            duration_s REAL,
            good_s REAL,
            warned_s REAL,
            unknown_s REAL,
            rounded_s REAL,
            hold_target_s REAL,
            best_hold_s REAL,
            held_s REAL,
            reps_whole REAL,
            reps_partial REAL,
            depth_deg REAL,
            depth_measure TEXT NOT NULL,
            straight_leg_deg REAL,
            view_yaw_deg REAL,
            calibrated INTEGER NOT NULL CHECK (calibrated IN (0, 1)),
            limits TEXT NOT NULL
        )""",
        "CREATE INDEX done_by_day ON done (local_date, stretch)",
    ),
    # Good seconds used to be all with verdict GOOD, standing before the stretch too. Those of holds were counted beside
    # them and take their place. Those of repetitions were not: such rows keep what they have, at most too much.
    (
        "ALTER TABLE done ADD COLUMN reps_good REAL",
        "UPDATE done SET good_s = held_s WHERE held_s IS NOT NULL",
    ),
)


def history_path() -> Path:
    """The history's place: the platform's own folder for a user's data. Makes nothing."""
    home = Path.home()
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return folder / "posecheck" / "history.sqlite3"


class History:
    """The open file. Made when it is not there, with its folder, readable by its owner only; `with` closes it.

    `steps` are the steps that lead to the present version. Every method raises HistoryError, saying what to do: the
    file cannot be made, read or written, is damaged, no history, or of a newer posecheck.
    """

    def __init__(self, path: Path, *, steps: Sequence[Sequence[str]] = STEPS) -> None:
        self.path = Path(path)
        _make(self.path)
        with _told(self.path):
            self._db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
        try:
            with _told(self.path):
                _require_ours(self._db, self.path, len(steps))
                _write_ahead(self._db)
                _migrate(self._db, steps)
        except BaseException:
            self._db.close()
            raise

    def add(self, done: HistoryRow) -> None:
        """Keep one row: it is on the disk whole when this returns, or not at all."""
        cells = cells_of(done)
        marks = ", ".join("?" * len(cells))
        with _told(self.path):
            self._db.execute(f"INSERT INTO done ({', '.join(cells)}) VALUES ({marks})", tuple(cells.values()))  # noqa: S608  the names are ours

    def rows(
        self, *, stretch: str | None = None, since: date | None = None, newest_first: bool = True
    ) -> Iterator[HistoryRow]:
        """The rows of `stretch` (None: all) from the day `since` on, in order of time."""
        where, values = _where(stretch=stretch, since=since)
        order = "DESC" if newest_first else "ASC"
        query = f"SELECT id, {', '.join(COLUMNS)} FROM done{where} ORDER BY started_at {order}, id {order}"  # noqa: S608  see above
        with _told(self.path):
            for row, *cells in self._db.execute(query, values):
                try:
                    done = row_from(cells)
                except (ValueError, TypeError, KeyError, AttributeError) as error:
                    raise HistoryError(
                        f"Row {row} of the history {self.path} was changed by hand and cannot be read ({error}). "
                        "Put a copy of the file in its place, or mend that row."
                    ) from error
                yield done

    def days(self, *, stretch: str | None = None) -> tuple[date, ...]:
        """The days on which `stretch` (None: any) was practised, each once, earliest first."""
        where, values = _where(stretch=stretch)
        with _told(self.path):
            found = self._db.execute(f"SELECT DISTINCT local_date FROM done{where} ORDER BY local_date", values)  # noqa: S608  see above
            return tuple(date.fromisoformat(day) for (day,) in found)

    def days_practised(
        self, *, stretch: str | None = None, routine: str | None = None, before: date | None = None
    ) -> int:
        """On how many days earlier than `before` (None: all) `stretch` (None: any) was done; unlocks what comes next.

        With `routine` only what was done within it counts.
        """
        where, values = _where(stretch=stretch, routine=routine, before=before)
        return self._number(f"SELECT COUNT(DISTINCT local_date) FROM done{where}", values)  # noqa: S608  see above

    def stretches(self) -> tuple[str, ...]:
        """The ids of every stretch in the history, in alphabetical order."""
        with _told(self.path):
            return tuple(
                str(name) for (name,) in self._db.execute("SELECT DISTINCT stretch FROM done ORDER BY stretch")
            )

    def count(self, *, stretch: str | None = None, before: date | None = None) -> int:
        """How many rows `delete` would take away."""
        where, values = _where(stretch=stretch, before=before)
        return self._number(f"SELECT COUNT(*) FROM done{where}", values)  # noqa: S608  see above

    def delete(self, *, stretch: str | None = None, before: date | None = None) -> int:
        """Take away the rows of `stretch` (None: all) of days earlier than `before` (None: all); how many there were.

        Their bytes are overwritten, so that what was deleted cannot be read from the file either.
        """
        where, values = _where(stretch=stretch, before=before)
        with _told(self.path):
            self._db.execute("PRAGMA secure_delete = ON")
            deleted = self._db.execute(f"DELETE FROM done{where}", values).rowcount  # noqa: S608  see above
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return deleted

    def close(self) -> None:
        """Close the file. Twice does nothing."""
        self._db.close()

    def _number(self, query: str, values: Sequence[str]) -> int:
        with _told(self.path):
            return int(self._db.execute(query, values).fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _where(
    *,
    stretch: str | None = None,
    routine: str | None = None,
    since: date | None = None,
    before: date | None = None,
) -> tuple[str, tuple[str, ...]]:
    """The condition of a query, with the values of its marks."""
    wanted = (
        ("stretch = ?", stretch),
        ("routine = ?", routine),
        ("local_date >= ?", None if since is None else since.isoformat()),
        ("local_date < ?", None if before is None else before.isoformat()),
    )
    given = [(condition, value) for condition, value in wanted if value is not None]
    text = " AND ".join(condition for condition, _ in given)
    return (f" WHERE {text}" if text else ""), tuple(value for _, value in given)


def _make(path: Path) -> None:
    """Make an empty file that only its owner may read; one that is there is not touched."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Never open and close a database beside SQLite: that would drop the locks this process holds on it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        if path.is_file():
            return
        raise HistoryError(
            f"Cannot make the history {path}: {error.strerror or error}. Free some space, or allow writing there."
        ) from error


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever SQLite raises inside becomes one line that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            message = (
                f"{path} is damaged or no history of posecheck ({error}). It was left as it was: put a copy of yours in "
                "its place, or move it away to begin anew."
            )
        elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            message = f"The history {path} is held by another program. Close that, then try again."
        else:
            message = f"Cannot use the history {path}: {error}. Free some space, or allow reading and writing there."
        raise HistoryError(message) from error


def _pragma(db: sqlite3.Connection, name: str) -> Any:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


def _require_ours(db: sqlite3.Connection, path: Path, newest: int) -> None:
    """Raise HistoryError unless the file is empty or a whole history that this posecheck knows."""
    version, mark = _pragma(db, "user_version"), _pragma(db, "application_id")
    if mark != APPLICATION_ID:
        if version or mark or _pragma(db, "schema_version"):
            raise HistoryError(f"{path} is a database of another program. It was left as it was; choose another file.")
        return
    if version > newest:
        raise HistoryError(
            f"{path} was written by a newer posecheck (version {version} of the file, known here up to {newest}). "
            "It was left as it was: install the newest posecheck."
        )
    if (found := _pragma(db, "quick_check(1)")) != "ok":
        raise HistoryError(
            f"{path} is damaged ({found.splitlines()[-1]}). It was left as it was: put a copy of yours in its place, or "
            "move it away to begin anew."
        )


def _write_ahead(db: sqlite3.Connection) -> None:
    """Readers and a writer do not wait for each other (WAL). Where a disk cannot do that, the file works without."""
    until_s = time.monotonic() + BUSY_S
    while _pragma(db, "journal_mode") != "wal":
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # this change does not wait for other programs by itself
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
            time.sleep(0.01)
        else:
            return


def _migrate(db: sqlite3.Connection, steps: Sequence[Sequence[str]]) -> None:
    """Bring the file up to date: each step whole or not at all, and by one program only."""
    while _pragma(db, "user_version") < len(steps):
        db.execute("BEGIN IMMEDIATE")
        try:
            version = _pragma(db, "user_version")  # another program may have been quicker
            if version < len(steps):
                for statement in steps[version]:
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
