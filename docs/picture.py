"""Make the picture of the README, `docs/picture.jpg`: `python docs/picture.py`.

Two moments of a bundled clip, drawn as in every annotated clip: a bend from the hips, and a rounded back.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.landmarks.registry import open_backend
from posecheck.outputs.overlay import draw
from posecheck.pipeline.session import default_profile, find_people, judge_step, start_judging
from posecheck.records import Bytes
from posecheck.resources import samples_dir
from posecheck.sources.video import VideoSource

CLIP = samples_dir() / "hinge_clean_then_rounded.mp4"
MOMENTS_S = (2.9, 7.9)
HEIGHT_PX = 420
OUT = Path(__file__).with_name("picture.jpg")


def main() -> None:
    """Watch the clip up to each moment, draw it, and lay both side by side."""
    stretch = load_stretch("hip_hinge_drill")
    profile = default_profile(stretch)
    state = start_judging(stretch, profile)
    pictures: list[Bytes] = []
    with open_backend() as model, VideoSource(CLIP, to_s=MOMENTS_S[-1] + 0.1) as video:
        for frame, sighting in find_people(video, model):
            state, judged, _ = judge_step(state, sighting, stretch, profile)
            if len(pictures) < len(MOMENTS_S) and judged.t_s >= MOMENTS_S[len(pictures)]:
                pictures.append(draw(frame.image_rgb, judged))
    both = np.concatenate(pictures, axis=1)
    width_px = round(both.shape[1] * HEIGHT_PX / both.shape[0])
    small = cv2.resize(both, (width_px, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(OUT), small[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, 82))
    print(f"{OUT.name}: {OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
