"""`measures.parquet`: the rows of measures.csv with types, for data frames. Needs the extra `[parquet]` (pyarrow)."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any, Final, Self

from posecheck.errors import OutputError
from posecheck.outputs.base import ClosingSink, cannot_write
from posecheck.outputs.context import OutputContext
from posecheck.outputs.tables import MEASURES_COLUMNS, measures_row
from posecheck.records import QUANTITY_NAMES, Assessment, Frame
from posecheck.resources import install_command

#: Rows kept in memory before they go to the disk: flat memory, and still few groups.
_GROUP_ROWS: Final = 10_000
#: Rows that are held as Python's own numbers until then.
_BATCH_ROWS: Final = 500
_NUMBERS: Final = frozenset(("t_s", *QUANTITY_NAMES, "hold_good_s"))
_WHOLE: Final = frozenset(("people",))


class ParquetTable(ClosingSink):
    """Writes the columns of `MEASURES_COLUMNS` to `path`: numbers as float64, `people` as int32, the rest as text.

    What was not seen is null, as it is an empty cell in the CSV. The file is whole only once it is closed: it grows
    under another name. Raises OutputError when the extra is missing or the file cannot be written.
    """

    critical = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._arrow, self._parquet = parquet_library(path)
        kinds = {**dict.fromkeys(_NUMBERS, self._arrow.float64()), **dict.fromkeys(_WHOLE, self._arrow.int32())}
        fields = [(name, kinds.get(name, self._arrow.string())) for name in MEASURES_COLUMNS]
        self._schema = self._arrow.schema(fields)
        self._partial = path.with_name(path.name + ".part")
        self._rows: list[tuple[Any, ...]] = []
        self._batches: list[Any] = []
        self._closed = False
        try:
            self._writer: Any = self._parquet.ParquetWriter(str(self._partial), self._schema, compression="zstd")
        except OSError as error:
            raise cannot_write(path, error) from None

    @classmethod
    def of(cls, path: Path, context: OutputContext) -> Self:
        """The output as the registry makes it."""
        del context
        return cls(path)

    def put(self, frame: Frame | None, assessment: Assessment) -> None:
        """Add the row of one frame."""
        del frame
        self._rows.append(tuple(_typed(*cell) for cell in zip(MEASURES_COLUMNS, _cells(assessment), strict=True)))
        if len(self._rows) == _BATCH_ROWS:
            self._pack()
            if len(self._batches) * _BATCH_ROWS >= _GROUP_ROWS:
                self._flush()

    def close(self, ending: str) -> None:
        """Write what is left; the table itself does not say how it ended, `summary.json` does."""
        del ending
        if self._closed:
            return
        self._closed = True
        try:
            self._flush()
            self._writer.close()
            self._partial.replace(self.path)
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def _pack(self) -> None:
        """Turn the open rows into columns: as Python's own numbers they take ten times the room."""
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [self._arrow.array(cells, field.type) for cells, field in zip(columns, self._schema, strict=True)]
            self._batches.append(self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._rows = []

    def _flush(self) -> None:
        self._pack()
        if not self._batches:
            return
        group = self._arrow.Table.from_batches(self._batches, schema=self._schema)
        self._batches = []
        try:
            self._writer.write_table(group)
        except OSError as error:
            raise cannot_write(self.path, error) from None


def parquet_library(path: Path) -> tuple[Any, Any]:
    """PyArrow and its Parquet part. Raises OutputError, naming the file it is wanted for, where they are missing."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise OutputError(
            f"Cannot write {path}: Parquet needs an extra part. Install it with {install_command('parquet')}, "
            "or leave --parquet out: measures.csv holds the same rows."
        ) from None


def _cells(assessment: Assessment) -> tuple[Any, ...]:
    """The row of the CSV with its numbers unrounded."""
    exact = {"t_s": assessment.t_s, "hold_good_s": assessment.hold.good_s, **assessment.measures.values}
    return tuple(exact.get(name, text) for name, text in zip(MEASURES_COLUMNS, measures_row(assessment), strict=True))


def _typed(name: str, cell: float | str) -> float | int | str | None:
    if isinstance(cell, float):
        return None if math.isnan(cell) else cell
    if name in _WHOLE:
        return int(cell)
    return cell
