"""From how far must the camera look so that the whole movement is in the picture?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.people.camera import View
from benchmarks.people.clips import ClipSpec, Studio

_ROUNDS = 5
_MIN_DISTANCE_M = 1.5


def framed(spec: ClipSpec, fill: float = 0.86) -> ClipSpec:
    """The spec with its camera moved so that the person takes up `fill` of the picture in the tighter direction.

    Yaw, height, field of view and roll stay; the distance and the point looked at change. Every pose between the
    moves counts, so nothing is cut off at any time.
    """
    studio = Studio(spec)
    times = sorted({key[0] for key in spec.motion.keys} | set(np.linspace(0.0, spec.motion.duration_s, 9).tolist()))
    points = np.concatenate([studio.points_m(t_s)[::7] for t_s in times])
    size = np.array([spec.width_px, spec.height_px], dtype=np.float64)
    camera = spec.camera
    for _ in range(_ROUNDS):
        view = View.of(camera, spec.width_px, spec.height_px)
        pixels = view.project(points)
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        off = (low + high) / 2.0 - size / 2.0
        m_per_px = camera.distance_m / view.focal_px
        camera = replace(
            camera,
            aim_forward_m=camera.aim_forward_m + float(off[0]) * m_per_px * float(np.sign(view.axes[0, 0])),
            aim_height_m=camera.aim_height_m - float(off[1]) * m_per_px,
            distance_m=max(_MIN_DISTANCE_M, camera.distance_m * float(((high - low) / size).max()) / fill),
        )
    return replace(spec, camera=camera)
