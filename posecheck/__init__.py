"""posecheck: see whether a hamstring stretch bends from the hips or rounds the spine. Nothing leaves the machine.

    result = posecheck.analyze("clip.mp4", stretch="hip_hinge_drill")

Importing it does nothing: no camera, no model, no folder, no log; what a name needs is loaded when it is first used.
The names of `__all__` are the public API (`posecheck.api`, docs/python.md). The path of data, room by room:

    sources ─> landmarks ─> kinematics ─> assessment ─> outputs        (wired in `pipeline`, called by `api` and `cli`)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from posecheck.api import AnalysisResult, analyze, assess_image, judge, read_recording, watch
    from posecheck.errors import PosecheckError
    from posecheck.reasons import Reason, ReasonCode
    from posecheck.records import Assessment, Event, Rep, Verdict

__version__ = "0.1.0"

__all__ = [
    "AnalysisResult",
    "Assessment",
    "Event",
    "PosecheckError",
    "Reason",
    "ReasonCode",
    "Rep",
    "Verdict",
    "__version__",
    "analyze",
    "assess_image",
    "judge",
    "read_recording",
    "watch",
]

_HOMES = {
    "posecheck.api": ("AnalysisResult", "analyze", "assess_image", "judge", "read_recording", "watch"),
    "posecheck.errors": ("PosecheckError",),
    "posecheck.reasons": ("Reason", "ReasonCode"),
    "posecheck.records": ("Assessment", "Event", "Rep", "Verdict"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load the module of a public name when it is first asked for (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
