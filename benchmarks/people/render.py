"""What does the camera see? (A painter's algorithm: faces are filled from far to near.)"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.people.camera import View
from benchmarks.people.clothes import Figure
from benchmarks.people.mesh import Points, face_normals
from benchmarks.people.room import paint_shadow
from benchmarks.people.scene import SUBPIXELS, Image, Scene, shade
from benchmarks.people.solids import Props

_SHIFT = 4
"""Polygon corners are placed on a sixteenth of a painted pixel."""


@dataclass(frozen=True)
class Drawing:
    """One clean picture, before the lens and the sensor."""

    image_rgb: Image
    """(H, W, 3)"""
    silhouette: Image
    """(H, W) how much of each pixel is the person, 0..255; things in front of the person are left out."""


def draw(figure: Figure, points_m: Points, props: Props, room: Image, scene: Scene, view: View) -> Drawing:
    """Paint a posed figure and its props into a room."""
    canvas = paint_shadow(room, points_m, view, scene.shadow)
    body = _faces_of_figure(figure, points_m, scene, view)
    things = _faces_of_props(props, scene, view)
    polygons = np.concatenate([body[0], things[0]])
    colour = np.concatenate([body[2], things[2]])
    order = np.argsort(-np.concatenate([body[1], things[1]]), kind="stable")
    for polygon, ink in zip(polygons[order], colour[order].tolist(), strict=True):
        cv2.fillConvexPoly(canvas, polygon, ink, cv2.LINE_8, _SHIFT)
    size = (room.shape[1] // SUBPIXELS, room.shape[0] // SUBPIXELS)
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    return Drawing(
        np.ascontiguousarray(small[:, :, :3], dtype=np.uint8),
        np.ascontiguousarray(small[:, :, 3], dtype=np.uint8),
    )


_Painted = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]


def _faces_of_figure(figure: Figure, points_m: Points, scene: Scene, view: View) -> _Painted:
    normals = face_normals(points_m, figure.faces)
    smooth = figure.corners.vertex_normals(normals)[figure.faces].mean(axis=1)
    smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-9)
    colour = figure.colours * shade(scene, view, smooth)[:, None]
    seen = _towards_camera(points_m, figure.faces, normals, view)
    polygons, depth = _flatten(points_m, figure.faces[seen], view)
    return polygons, depth - figure.nearer_m[seen], _ink(colour[seen], person=True)


def _faces_of_props(props: Props, scene: Scene, view: View) -> _Painted:
    normals = face_normals(props.points_m, props.faces)
    unit = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    colour = props.colours * shade(scene, view, unit)[:, None]
    seen = _towards_camera(props.points_m, props.faces, normals, view)
    polygons, depth = _flatten(props.points_m, props.faces[seen], view)
    return polygons, depth, _ink(colour[seen], person=False)


def _towards_camera(points_m: Points, faces: NDArray[np.int64], normals: Points, view: View) -> NDArray[np.bool_]:
    """Which faces (F,) show their outside."""
    outside: NDArray[np.bool_] = np.einsum("fi,fi->f", normals, view.position_m - points_m[faces[:, 0]]) > 0.0
    return outside


def _flatten(points_m: Points, faces: NDArray[np.int64], view: View) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Polygons (F, 4, 2) in fixed-point painted pixels, and the distance of each face (F,)."""
    pixels = np.round((view.project(points_m) * SUBPIXELS - 0.5) * (1 << _SHIFT)).astype(np.int32)
    return pixels[faces], view.depth_m(points_m)[faces].mean(axis=1)


def _ink(colour: Points, *, person: bool) -> NDArray[np.float64]:
    """Red, green, blue and the mark of the person, in levels of 255. (F, 4)"""
    mark = np.full((len(colour), 1), 255.0 if person else 0.0)
    return np.concatenate([np.clip(colour * 255.0, 0.0, 255.0), mark], axis=1)
