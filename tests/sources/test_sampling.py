"""Looking at fewer frames: which ones, and that what is said of them stays true."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.errors import UsageError
from posecheck.outputs.base import ClosingSink
from posecheck.pipeline.output_options import OutputOptions
from posecheck.pipeline.session import default_profile, find_people, run
from posecheck.records import Event, Verdict
from posecheck.resources import samples_dir
from posecheck.sources.timeline import Sampler
from posecheck.sources.video import VideoSource
from tests.journeys.test_analyze import rows
from tests.journeys.test_repetitions import analysed_hinges

ROUNDED = samples_dir() / "hinge_clean_then_rounded.mp4"


@given(st.lists(st.floats(0.001, 0.4), min_size=1, max_size=200), st.floats(2.0, 60.0))
def test_one_frame_a_tick_is_taken_and_none_is_made_up(steps_s: list[float], fps: float) -> None:
    """On any clock: never more than asked for, and never a wait longer than a tick beyond what the source has."""
    times = list(itertools.accumulate([0.0, *steps_s]))
    sampler = Sampler(fps)
    taken = [t_s for t_s in times if sampler.takes(t_s)]
    assert taken[0] == times[0]
    assert len(taken) <= (times[-1] - times[0]) * fps + 2
    for early, late in itertools.pairwise(taken):
        skipped = [t_s for t_s in times if early < t_s < late]
        assert not skipped or skipped[-1] - early < 1.0 / fps + 1e-9


def test_without_a_rate_or_with_a_high_one_every_frame_is_taken() -> None:
    """The default, and 60 of a clip of 30."""
    for fps in (None, 60.0):
        sampler = Sampler(fps)
        assert all(sampler.takes(k / 30) for k in range(90))


def test_a_video_is_read_at_its_own_times() -> None:
    """Ten a second of a clip of thirty: every third frame, each with the time it has in the file."""
    with VideoSource(ROUNDED, to_s=2.0) as whole, VideoSource(ROUNDED, to_s=2.0, sample_fps=10.0) as source:
        every = [frame.t_s for frame in whole.frames()]
        some = [frame.t_s for frame in source.frames()]
        assert some == every[::3]
        assert [frame.t_s for frame in source.frames()] == some
        assert source.info.fps_nominal == 10.0
        assert source.info.frames_estimate == pytest.approx(20, abs=1)


class Warned(ClosingSink):
    """Remembers the events in which the back was called rounded."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def event(self, event: Event) -> None:
        """Note one."""
        if event.verdict is Verdict.WARN and event.rule == "spine_rounding":
            self.events.append(event)


def test_the_same_is_said_at_the_same_time_with_a_third_of_the_frames(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The warning of the sample clip begins and ends within a sampling interval of where it does with every frame.

    To that comes what the smoothing makes of fewer values: a tenth of a second.
    """
    from posecheck.landmarks.mediapipe import MediaPipeBackend

    stretch = load_stretch("hip_hinge_drill")
    sink = Warned()
    with MediaPipeBackend() as backend, VideoSource(ROUNDED, sample_fps=10.0) as source:
        run(find_people(source, backend), stretch, default_profile(stretch), [sink])
    (some,) = sink.events
    told = rows(analysed_hinges(tmp_path_factory) / "out" / "events.csv")
    (every,) = [row for row in told if row["verdict"] == "WARN" and row["rule"] == "spine_rounding"]
    assert some.start_s == pytest.approx(float(every["start_s"]), abs=0.1 + 0.1)
    assert some.end_s == pytest.approx(float(every["end_s"]), abs=0.1 + 0.1)
    assert some.value == pytest.approx(float(every["value"]), abs=3.0)


@pytest.mark.parametrize(
    ("choice", "told"),
    [({"slow": 0.5}, "--slow 0.5"), ({"slow": math.nan}, "--slow"), ({"sample_fps": 1.0}, "--sample-fps 1")],
)
def test_a_choice_that_makes_no_sense_is_refused(choice: dict[str, float], told: str) -> None:
    """With the option's name and what is possible."""
    with pytest.raises(UsageError, match=told):
        OutputOptions(**choice)  # type: ignore[arg-type]
