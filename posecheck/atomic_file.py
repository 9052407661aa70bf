"""Text files that are there whole or not at all, however many processes write the same one at once."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


@contextlib.contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[TextIO]:
    """A UTF-8 text file to write; it takes its place at once when the block ends, and the old one stands until then.

    Where the block raises, nothing is changed. What UTF-8 cannot hold (a stray byte of a file name) is written as
    its escape. `private`: readable by its owner only; else with the rights that every new file of the user has.
    Raises OSError.
    """
    # A name of its own: with a fixed one, of two who write the same file one takes the other's away.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:64]}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            _give_usual_rights(temporary)
        os.replace(temporary, path)  # noqa: PTH105  the one call that is atomic, named as such
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _give_usual_rights(path: str) -> None:
    mask = os.umask(0)
    os.umask(mask)
    with contextlib.suppress(OSError):
        Path(path).chmod(0o666 & ~mask)
