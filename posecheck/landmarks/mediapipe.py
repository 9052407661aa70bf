"""The pose model: MediaPipe's PoseLandmarker (BlazePose). The only file that knows MediaPipe.

MediaPipe is imported when a backend is made, not before: that alone takes half a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from posecheck.body import ALL_LANDMARKS, LANDMARK_COUNT
from posecheck.errors import ModelError
from posecheck.landmarks import following, pictures
from posecheck.landmarks.following import Following, Place
from posecheck.landmarks.pictures import Mask
from posecheck.landmarks.weights import bundled_model, verify
from posecheck.records import Bytes, Detection, Floats, Frame, frozen, nobody_px

#: How often people are counted. Counting takes as long as one and a half frames, so this costs 2 to 3 % at 30
#: frames/s; a partner who walks in is noticed before they reach the mat.
CENSUS_EVERY_S: Final = 2.0
#: The most other people to count.
_CENSUS_LIMIT: Final = 3
#: A tracker set on a person must find them again within this many trunk lengths.
_SEED_TRUNKS: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """One person in a picture as given to the model, in its pixels."""

    landmarks_px: Floats
    visibility: Floats
    world_m: Floats
    mask: Mask | None
    place: Place


class MediaPipeBackend:
    """BlazePose through MediaPipe Tasks, following one person.

    Pictures with a side over `max_side_px` are made smaller for the model, and everything is mapped back to the
    pixels of the frame. Values are as the model gives them; MediaPipe's own tracker smooths landmarks a little.

    At first that is the person the model finds; if a count shows several, the one with the largest trunk, nearest to
    the middle. People are counted in the first frame with a person in it and every 2 s: the followed person is
    covered, and a second model searches for others. While several are in view, a person further away than the followed
    one can have moved is rejected, and so is a known bystander: the surroundings of the last place are searched
    instead (twice a frame's time, only while they are lost), and nobody is reported until they are found. After 2 s
    without them the choice is made again. `Detection.people` is the last count, 0 when nobody is in view.

    A time that does not rise, or a picture of another size, begins a new stream: nothing is remembered.

    Raises ModelError if the weights are missing, damaged or not a pose model.
    """

    landmarks = ALL_LANDMARKS

    def __init__(self, model_path: str | Path | None = None, *, max_side_px: int = 1280) -> None:
        path = bundled_model() if model_path is None else Path(model_path)
        self.model_sha256 = verify(path)
        self._model = _Model(path)
        self.name = f"MediaPipe {self._model.version} {path.name}"
        self._max_side_px = max_side_px
        self._counter = self._model.still(_CENSUS_LIMIT)
        self._tracker: _Tracker | None = self._model.tracker()  # here, so that the first frame does not wait for it
        self._closed = False
        self._shape: tuple[int, ...] = ()
        self._t_s = -math.inf
        self._forget()

    def _forget(self) -> None:
        """Start a new stream: nobody is followed, nobody counted."""
        self._following = Following()
        self._census_due_s = -math.inf
        self._people = 0
        self._searching = False

    def detect(self, frame: Frame) -> Detection:
        """What is seen of the followed person in `frame`. See the class."""
        if self._closed:
            raise ValueError("the backend is closed")
        if not frame.t_s > self._t_s or (self._shape and frame.image_rgb.shape != self._shape):
            self._drop_tracker()
            self._forget()
        self._t_s, self._shape = frame.t_s, frame.image_rgb.shape
        small = pictures.scaled(frame.image_rgb, self._max_side_px)
        person = self._find(pictures.padded(small), frame.t_s)
        if person is None:
            return nobody(frame.t_s, self._others(frame.t_s))
        return _mapped_back(person, frame, small, max(1, self._people))

    def begin(self) -> None:
        """Let the next frame begin a new stream, whatever its time: the next clip does not depend on this one."""
        if self._t_s > -math.inf:
            self._drop_tracker()
            self._shape, self._t_s = (), -math.inf
            self._forget()

    def close(self) -> None:
        """Release the model."""
        if not self._closed:
            self._closed = True
            self._drop_tracker()
            self._counter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------- following one person
    def _find(self, picture: Bytes, t_s: float) -> _Person | None:
        """The followed person in `picture`, or the one chosen now."""
        self._following = following.lapse(self._following, t_s)
        if self._following.followed is None:
            self._searching = False
        if self._searching:
            person = self._search(picture, t_s)
        else:
            person = self._track(picture, t_s)
            person = None if person is None else self._checked(person, picture, t_s)
        if person is not None:
            self._searching = False
            self._following = following.with_followed(self._following, person.place, t_s)
        return person

    def _checked(self, person: _Person, picture: Bytes, t_s: float) -> _Person | None:
        """`person` if they are the followed one (or chosen now), else the followed one, if found."""
        chosen_now = self._following.followed is None
        strayed = not following.can_be_followed(self._following, person.place, t_s)
        if not (chosen_now or strayed or t_s >= self._census_due_s):
            return person
        others = self._count(picture, person.place, t_s)
        if chosen_now and others:
            meant = following.choose([person.place, *others], picture.shape[1])
            others = [place for place in (person.place, *others) if place is not meant]
            self._following = following.with_bystanders(
                following.with_followed(self._following, meant, t_s), others, t_s
            )
            return person if meant is person.place else self._search(picture, t_s)
        if strayed and following.is_crowd(self._following, t_s):
            self._following = following.with_bystanders(self._following, [person.place], t_s)
            return self._search(picture, t_s)
        self._following = following.with_bystanders(self._following, others, t_s)
        return person

    def _count(self, picture: Bytes, known: Place, t_s: float) -> list[Place]:
        """Count people; the places of those other than `known`."""
        self._census_due_s = t_s + CENSUS_EVERY_S
        covered = pictures.without(picture, [known.box_px])
        everybody = following.distinct([known, *(person.place for person in self._counter.find(covered))])
        self._note(len(everybody), t_s)
        return everybody[1:]

    def _others(self, t_s: float) -> int:
        """How many people are in view while the followed one is not seen."""
        if self._searching:
            return self._people
        return self._people - 1 if following.is_crowd(self._following, t_s) else 0

    def _note(self, people: int, t_s: float) -> None:
        self._people = people
        self._following = following.with_count(self._following, people, t_s)

    def _search(self, picture: Bytes, t_s: float) -> _Person | None:
        """Search for the followed person around their last place, and set a tracker on them.

        First everybody is searched for, so that the places of bystanders stay known: a model that finds only one person
        finds them, if they are clearer. Then they are covered, and the surroundings are searched again.
        """
        if not self._searching:
            self._searching = True
            self._drop_tracker()  # it tracks somebody else
        about = [person.place for person in self._counter.find(picture)]
        others = [place for place in about if following.is_bystander(self._following, place, t_s)]
        self._following = following.with_bystanders(self._following, others, t_s)
        covered = pictures.without(picture, [place.box_px for place, _ in self._following.bystanders])
        around = pictures.only(covered, following.search_box(self._following, t_s))
        found = following.nearest(self._following, [person.place for person in self._counter.find(around)], t_s)
        self._note(len(self._following.bystanders) + (found is not None), t_s)
        if found is None:
            return None
        person = self._track(around, t_s)
        if person is None:
            return None
        off_px = float(np.hypot(*(person.place.hip_px - found.hip_px)))
        if off_px <= _SEED_TRUNKS * max(found.trunk_px, person.place.trunk_px):
            return person
        self._drop_tracker()
        return None

    def _track(self, picture: Bytes, t_s: float) -> _Person | None:
        if self._tracker is None:
            self._tracker = self._model.tracker()
        return self._tracker.track(picture, t_s)

    def _drop_tracker(self) -> None:
        if self._tracker is not None:
            self._tracker.close()
            self._tracker = None


def nobody(t_s: float, people: int = 0) -> Detection:
    """The detection of a frame in which the followed person is not seen; `people` others may be in view."""
    empty = nobody_px()
    world = frozen(np.full((LANDMARK_COUNT, 3), np.nan), np.float64)
    return Detection(t_s, empty, frozen(np.full(LANDMARK_COUNT, np.nan), np.float64), world, None, people)


def _mapped_back(person: _Person, frame: Frame, small: Bytes, people: int) -> Detection:
    """`person`, found in the padded `small`, in pixels of `frame`."""
    assert person.mask is not None
    height, width = frame.image_rgb.shape[:2]
    small_height, small_width = small.shape[:2]
    return Detection(
        t_s=frame.t_s,
        landmarks_px=frozen(person.landmarks_px * (width / small_width, height / small_height), np.float64),
        visibility=frozen(person.visibility, np.float64),
        world_m=frozen(person.world_m, np.float64),
        mask=pictures.mask_back(person.mask, (small_width, small_height), (width, height)),
        people=people,
    )


# --------------------------------------------------------------------------------------------------------- MediaPipe
class _Model:
    """The weights in memory, and what can be made of them."""

    def __init__(self, path: Path) -> None:
        import mediapipe  # noqa: PLC0415 - half a second
        from mediapipe.tasks import python as tasks  # noqa: PLC0415

        self.version: str = mediapipe.__version__
        self._mediapipe: Any = mediapipe
        self._tasks: Any = tasks
        self._path = path
        self._weights = path.read_bytes()

    def tracker(self) -> _Tracker:
        """A landmarker that follows one person from frame to frame, with masks."""
        return _Tracker(self._mediapipe, self._landmarker("VIDEO", people=1, masks=True))

    def still(self, people: int) -> _Still:
        """A landmarker that treats each picture by itself."""
        return _Still(self._mediapipe, self._landmarker("IMAGE", people=people, masks=False))

    def _landmarker(self, mode: str, *, people: int, masks: bool) -> Any:
        vision = self._tasks.vision
        options = vision.PoseLandmarkerOptions(
            base_options=self._tasks.BaseOptions(model_asset_buffer=self._weights),
            running_mode=vision.RunningMode[mode],
            num_poses=people,
            output_segmentation_masks=masks,
        )
        try:
            return vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"MediaPipe cannot load {self._path}: {reason}") from error


class _Tracker:
    """Follows one person. Its clock counts whole milliseconds, as MediaPipe wants, and always rises."""

    def __init__(self, mediapipe: Any, landmarker: Any) -> None:
        self._mediapipe = mediapipe
        self._landmarker = landmarker
        self._began_s: float | None = None
        self._ms = -1

    def track(self, picture: Bytes, t_s: float) -> _Person | None:
        """The person in the next picture of a stream."""
        self._began_s = t_s if self._began_s is None else self._began_s
        self._ms = max(self._ms + 1, round((t_s - self._began_s) * 1000))
        result = self._landmarker.detect_for_video(_image(self._mediapipe, picture), self._ms)
        people = _people(result, picture)
        return people[0] if people else None

    def close(self) -> None:
        """Release the model."""
        self._landmarker.close()


class _Still:
    """Finds people in single pictures."""

    def __init__(self, mediapipe: Any, landmarker: Any) -> None:
        self._mediapipe = mediapipe
        self._landmarker = landmarker

    def find(self, picture: Bytes) -> list[_Person]:
        """Everybody found in one picture; the same person may be found twice."""
        return _people(self._landmarker.detect(_image(self._mediapipe, picture)), picture)

    def close(self) -> None:
        """Release the model."""
        self._landmarker.close()


def _image(mediapipe: Any, picture: Bytes) -> Any:
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)


def _people(result: Any, picture: Bytes) -> list[_Person]:
    """A result of MediaPipe as records that do not refer to it: its masks are freed with it."""
    height, width = picture.shape[:2]
    people = []
    for number, landmarks in enumerate(result.pose_landmarks):
        points = np.array([(point.x * width, point.y * height) for point in landmarks], dtype=np.float64)
        mask = None
        if result.segmentation_masks:
            mask = np.array(result.segmentation_masks[number].numpy_view(), dtype=np.float32).reshape(height, width)
        people.append(
            _Person(
                landmarks_px=points,
                visibility=np.array([point.visibility for point in landmarks], dtype=np.float64),
                world_m=np.array(
                    [(point.x, point.y, point.z) for point in result.pose_world_landmarks[number]], dtype=np.float64
                ),
                mask=mask,
                place=following.place_of(points),
            )
        )
    return people
