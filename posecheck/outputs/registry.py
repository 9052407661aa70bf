"""Every output an analysis can leave in its result folder. To add one: its module, and one entry in `OUTPUTS`.

    for output in chosen({"parquet"}):          what is always written, and what these options ask for
        sink = output.make(folder, context)     a `base.Sink`; the module is imported here, not before

Options of the command line and their help come from here. `docs/extending.md` shows an output from start to end.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

if TYPE_CHECKING:
    from posecheck.outputs.base import Sink
    from posecheck.outputs.context import OutputContext

    #: Makes the sink that writes one file.
    Maker: TypeAlias = Callable[[Path, OutputContext], Sink]


class Stage(IntEnum):
    """When an output is made, fed and closed: lower stages first, within one stage in the order of `OUTPUTS`."""

    PICTURES = 0
    """The annotated clip, which the report may show."""
    RECORDING = 1
    TABLES = 2
    SUMMARY = 3
    REPORT = 4


@dataclass(frozen=True, slots=True)
class Output:
    """One file of a result folder."""

    name: str
    """What the file holds: `parquet`. `terminal.file.NAME` is its label, if the messages have one."""
    file: str
    """Its name in the result folder. It is promised to other programs."""
    maker: str | Maker
    """Called with the path and the `OutputContext`; as text `module:name`, imported when first used."""
    option: str = ""
    """The option that asks for it, without dashes; "" for a file that is always written."""
    help: str = ""
    """What the option does, one sentence for `--help`; outputs that share an option need one once."""
    extra: str = ""
    """The extra of the distribution it needs; "" for none."""
    check: str | Callable[[Path], object] = ""
    """Called with the path before old results are removed; raises OutputError where the output cannot be made."""
    stage: Stage = Stage.TABLES
    in_replay: bool = True
    """Whether it is written as well when a recording is judged again, where there are no pictures."""

    def make(self, folder: Path, context: OutputContext) -> Sink:
        """The sink that writes this file to `folder`. Raises OutputError where it cannot."""
        maker = cast("Maker", _loaded(self.maker))
        return maker(folder / self.file, context)

    def require(self, folder: Path) -> None:
        """Raise OutputError where the library that this output needs is missing."""
        if self.check:
            _loaded(self.check)(folder / self.file)


#: In the order in which results are listed.
OUTPUTS: Final[tuple[Output, ...]] = (
    Output("report", "report.html", "posecheck.outputs.report:ReportWriter", stage=Stage.REPORT),
    Output("measures", "measures.csv", "posecheck.outputs.tables:MeasuresTable.of"),
    Output("events", "events.csv", "posecheck.outputs.tables:EventsTable.of"),
    Output("summary", "summary.json", "posecheck.outputs.summary:SummaryFile.of", stage=Stage.SUMMARY),
    Output(
        "recording",
        "recording.jsonl",
        "posecheck.outputs.recording:RecordingWriter.of",
        stage=Stage.RECORDING,
        in_replay=False,
    ),
    Output(
        "parquet",
        "measures.parquet",
        "posecheck.outputs.parquet:ParquetTable.of",
        option="parquet",
        help="Write measures.parquet too",
        extra="parquet",
        check="posecheck.outputs.parquet:parquet_library",
    ),
    Output(
        "landmarks",
        "landmarks.trc",
        "posecheck.outputs.opensim:TrcFile.of",
        option="opensim",
        help="Write landmarks.trc and angles.mot for OpenSim, Sports2D, Pose2Sim",
    ),
    Output("angles", "angles.mot", "posecheck.outputs.opensim:MotFile.of", option="opensim"),
    Output(
        "video",
        "annotated.webm",
        "posecheck.outputs.video:AnnotatedVideo.of",
        option="video",
        help="Write an annotated clip too (WebM)",
        stage=Stage.PICTURES,
        in_replay=False,
    ),
    Output(
        "video",
        "annotated.mp4",
        "posecheck.outputs.video:AnnotatedVideo.of",
        option="mp4",
        help="Write an annotated clip as H.264 mp4",
        extra="h264",
        check="posecheck.outputs.encoders:h264_library",
        stage=Stage.PICTURES,
        in_replay=False,
    ),
)
_added: list[Output] = []


def outputs() -> tuple[Output, ...]:
    """All outputs in the order in which results are listed: `OUTPUTS`, then those a program has `registered`."""
    return (*OUTPUTS, *_added)


def options() -> dict[str, Output]:
    """Every option that asks for an output, with the first output that has it."""
    found: dict[str, Output] = {}
    for output in outputs():
        if output.option:
            found.setdefault(output.option, output)
    return found


def chosen(asked: Collection[str], *, in_replay: bool = False) -> tuple[Output, ...]:
    """The outputs that are always written and those that the options `asked` name, in the order to make them.

    `in_replay` leaves out what needs a clip. Raises ValueError for an option that no output has.
    """
    if unknown := sorted(set(asked) - options().keys()):
        raise ValueError(f"no output has the option {unknown[0]!r}; there are {', '.join(sorted(options()))}")
    found = [
        output
        for output in outputs()
        if (not output.option or output.option in asked) and (output.in_replay or not in_replay)
    ]
    return tuple(sorted(found, key=lambda output: output.stage))


def file_of(name: str) -> str:
    """The file name of the output `name`: `file_of("recording")` is "recording.jsonl"."""
    return next(output.file for output in outputs() if output.name == name)


@contextmanager
def registered(output: Output) -> Iterator[Output]:
    """Add an output of one's own while inside. Raises ValueError for a file name that is taken."""
    if any(output.file == other.file for other in outputs()):
        raise ValueError(f"another output writes {output.file} already")
    _added.append(output)
    try:
        yield output
    finally:
        _added.remove(output)


def _loaded(found: str | Callable[..., Any]) -> Callable[..., Any]:
    """What `module:name` names; anything else as it is."""
    if not isinstance(found, str):
        return found
    module, _, name = found.partition(":")
    thing: Any = importlib.import_module(module)
    for part in name.split("."):
        thing = getattr(thing, part)
    return cast("Callable[..., Any]", thing)
