"""Which clips are meant: files, folders, patterns and lists, each with what it says of a clip; and where results go."""

from __future__ import annotations

import csv
import glob
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from posecheck.assessment.catalogue.stretch_files import stretch_ids
from posecheck.batch import state
from posecheck.batch.job import Labels
from posecheck.errors import PosecheckError, SourceError, UsageError
from posecheck.pipeline.analysis import FILES
from posecheck.tunables import unknown

#: What is taken for a video in a folder, by its ending. In a list and by name every file is tried.
VIDEO_ENDINGS: Final = frozenset(
    (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp", ".wmv", ".ogv", ".flv")
)
LIST_ENDING: Final = ".csv"
COLUMNS: Final = ("clip", "stretch", "profile", "from_s", "to_s", "person", "side", "note")
_SIDES: Final = ("", "left", "right")
_MOST_LABEL: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One clip that is meant. What is None or empty here is as the command line says."""

    clip: Path
    under: Path = Path()
    """The folder of its results below the output folder, without its own name."""
    stretch: str = ""
    profile: str = ""
    from_s: float | None = None
    to_s: float | None = None
    labels: Labels = field(default_factory=Labels)


def is_many(name: Path) -> bool:
    """Whether this names several clips: a folder, a list, a pattern."""
    return name.is_dir() or name.suffix.lower() == LIST_ENDING or (glob.has_magic(str(name)) and not name.exists())


def entries(names: Iterable[Path], out: Path) -> list[Entry]:
    """Every clip that is meant by these names, each once. Results in `out` are not taken for clips.

    Raises SourceError for a folder without any video, UsageError for a pattern that nothing fits and for a list with
    mistakes (all of them, one a line).
    """
    found: list[Entry] = []
    for name in names:
        if name.is_dir():
            clips = [Entry(clip, clip.parent.relative_to(name)) for clip in _videos(name, out)]
            if not clips:
                endings = ", ".join(sorted(VIDEO_ENDINGS))
                raise SourceError(f"There is no video in the folder {name}. It is searched for {endings}.")
        elif name.suffix.lower() == LIST_ENDING:
            clips = read_list(name)
        elif glob.has_magic(str(name)) and not name.exists():
            matched = sorted(Path(match) for match in glob.glob(str(name), recursive=True))  # noqa: PTH207  absolute too
            clips = [Entry(clip) for clip in matched if clip.is_file()]
            if not clips:
                raise UsageError(f"No file fits the pattern {name}.")
        else:
            clips = [Entry(name)]
        found += clips
    return list({(e.clip.absolute(), e.stretch, e.profile, e.from_s, e.to_s): e for e in found}.values())


def _videos(folder: Path, out: Path) -> Iterator[Path]:
    """The videos in a folder and below, in order of their names; hidden ones, `out` and result folders left out."""
    below = sorted(folder.iterdir(), key=lambda path: path.name)
    if folder.resolve() == out.resolve() or any(
        (folder / name).exists() for name in (state.DONE, state.PARTIAL, FILES["recording"])
    ):
        return
    for path in below:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _videos(path, out)
        elif path.suffix.lower() in VIDEO_ENDINGS:
            yield path


def read_list(path: Path) -> list[Entry]:
    """The clips of a list: a CSV file whose first line names its columns (`COLUMNS`; only `clip` must be there).

    Clips are looked for from the list's own folder. Whether they exist is found out when their turn comes. Raises
    UsageError with every mistake there is, each as `file, line: message`.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except OSError as error:
        raise UsageError(f"Cannot read the list {path}: {error.strerror or error}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The list {path} is not a CSV file in UTF-8: {error}.") from error
    if not lines:
        raise UsageError(f"The list {path} is empty. Its first line names the columns: {','.join(COLUMNS)}")
    header = [cell.strip() for cell in lines[0][1]]
    mistakes = [f"{path.name}, line 1: {unknown('column', name, COLUMNS)}" for name in header if name not in COLUMNS]
    mistakes += [
        f'{path.name}, line 1: column "{n}" is there twice' for n in sorted(set(header)) if header.count(n) > 1
    ]
    if "clip" not in header and not mistakes:
        mistakes.append(f'{path.name}, line 1: the column "clip" is missing')
    if mistakes:
        raise UsageError("\n".join(mistakes))
    found = []
    for number, row in lines[1:]:
        place = f"{path.name}, line {number}"
        if len(row) != len(header):
            mistakes.append(f"{place}: {len(row)} cells, but {len(header)} columns")
            continue
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        wrong: list[str] = []
        found.append(_entry(cells, path.parent, wrong.append))
        mistakes += [f"{place}: {mistake}" for mistake in wrong]
    if mistakes:
        raise UsageError("\n".join(mistakes))
    if not found:
        raise UsageError(f"The list {path} names no clip.")
    return found


def _entry(cells: dict[str, str], folder: Path, wrong: Callable[[str], None]) -> Entry:
    if not cells["clip"]:
        wrong("clip is empty")
    stretch, side = cells.get("stretch", ""), cells.get("side", "")
    if stretch and stretch not in stretch_ids():
        wrong(unknown("stretch", stretch, stretch_ids()))
    if side not in _SIDES:
        wrong(f'side must be left, right or empty, not "{side}"')
    times: dict[str, float | None] = {}
    for name in ("from_s", "to_s"):
        times[name] = None
        if text := cells.get(name, ""):
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not 0.0 <= value < math.inf:
                wrong(f'{name} must be seconds from 0 on, not "{text}"')
            times[name] = value
    if times["from_s"] is not None and times["to_s"] is not None and times["to_s"] <= times["from_s"]:
        wrong(f"to_s {times['to_s']:g} must be later than from_s {times['from_s']:g}")
    for name in ("person", "note"):
        if len(cells.get(name, "")) > _MOST_LABEL:
            wrong(f"{name} is longer than {_MOST_LABEL} letters")
    labels = Labels(cells.get("person", ""), side, cells.get("note", ""))
    profile = cells.get("profile", "")
    if profile.endswith(".toml"):
        profile = str(folder / profile)
    return Entry(folder / cells["clip"], Path(), stretch, profile, times["from_s"], times["to_s"], labels)


def folders(found: Sequence[Entry], out: Path) -> list[Path]:
    """Where the results of each go: below `out` as the clips lie below their folder, named after the clip.

    Clips of the same name are distinguished by a number. A folder that holds the results of another clip is passed over,
    so that clips which come later take nobody's place.
    """
    taken: set[str] = set()
    places = []
    for entry in found:
        base, number = out / entry.under / (entry.clip.stem or "clip"), 1
        place = base
        while str(place).casefold() in taken or _is_of_another(place, entry.clip):  # some disks know no upper case
            number += 1
            place = base.with_name(f"{base.name}_{number}")
        taken.add(str(place).casefold())
        places.append(place)
    return places


def _is_of_another(folder: Path, clip: Path) -> bool:
    done = state.read_done(folder)
    return done is not None and Path(str(done.get("source"))) != clip.resolve()


def checked(problems: Iterable[tuple[str, Callable[[], object]]]) -> None:
    """Call each, and raise one UsageError with what all of them had to say, each after its place."""
    mistakes = []
    for place, call in problems:
        try:
            call()
        except PosecheckError as error:
            mistakes += [f"{place}: {line}" for line in str(error).splitlines()]
    if mistakes:
        raise UsageError("\n".join(mistakes))
