"""One self-contained HTML file: style, scripts and data inside, and a policy that lets it ask nobody for anything.

Shared by the report and the comparison. The page's frame and its scripts stand in static/.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

from posecheck import resources as own
from posecheck.atomic_file import whole_file
from posecheck.outputs import palette
from posecheck.outputs.base import cannot_write

#: Bytes of a clip that are turned into base64 at a time; a multiple of three, so that the pieces fit together.
_PIECE_BYTES: Final = 3 * 256 * 1024


#: The colours of the figure, as the scripts know them.
COLOURS: Final[Mapping[str, object]] = {
    "ink": palette.INK,
    "paper": palette.PAPER,
    "mist": palette.MIST,
    "teal": palette.TEAL,
    "amber": palette.AMBER,
    "red": palette.RED,
    "grey": palette.GREY,
    "usual_limit": palette.USUAL_LIMIT_DEG,
}


def write_page(
    path: Path,
    *,
    title: str,
    language: str,
    body: str | Iterable[str],
    data: Mapping[str, Any],
    scripts: Iterable[str],
    clips: Mapping[str, Path] | None = None,
    plots: bool = True,
) -> None:
    """Write the page in one piece: it is there whole, or the old one stands.

    `body` is HTML, whole or in pieces that are never held together; `data` plain values for the scripts, bytes
    among them as base64 (files in static/, in order; with `plots` uPlot comes before them); `clips` videos to carry
    inside, by the id of their element. Raises OutputError when the file cannot be written or a clip not be read.
    """
    code = [_text(f"static/{name}") for name in scripts]
    style = _text("static/page.css")
    if plots:
        code.insert(0, own.vendored("uPlot.iife.min.js"))
        style = own.vendored("uPlot.min.css") + style
    hashes = " ".join(f"'{_hash(one)}'" for one in code)
    policy = (
        f"default-src 'none'; img-src data:; media-src 'self' file: blob:; style-src '{_hash(style)}'; "
        f"script-src {hashes}; base-uri 'none'; form-action 'none'"
    )
    page = Template(_text("static/page.html")).substitute(
        language=html.escape(language),
        policy=html.escape(policy),
        title=html.escape(title),
        style=style,
        body="\0",
        data="\0",
        scripts="\0" + "\n".join(f"<script>{one}</script>" for one in code),
    )
    before, after_body, between, after = page.split("\0")
    try:
        with whole_file(path) as file:
            file.write(before)
            file.writelines([body] if isinstance(body, str) else body)
            file.write(after_body)
            file.writelines(_json(data))
            file.write(between)
            for name, clip in (clips or {}).items():
                kind = "video/webm" if clip.suffix.lower() == ".webm" else "video/mp4"
                file.write(f'<script type="text/plain" id="{name}" data-type="{kind}">')
                with clip.open("rb") as raw:
                    while piece := raw.read(_PIECE_BYTES):
                        file.write(base64.b64encode(piece).decode("ascii"))
                file.write("</script>\n")
            file.write(after)
    except OSError as error:
        raise cannot_write(path, error) from error


def _json(data: Mapping[str, Any]) -> Iterator[str]:
    """The data as JSON in pieces, never held together: what an hour holds goes out packet after packet."""
    coder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_base64)
    # "<" never stands in the data, so no text in it can end the script element.
    return (piece.replace("<", "\\u003c") for piece in coder.iterencode(data))


def _base64(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} has no place in a page")
    return base64.b64encode(value).decode("ascii")


def _text(name: str) -> str:
    return (resources.files("posecheck.outputs") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a content security policy calls an inline script or style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
