"""The registry of pose models, and what a model that reports fewer landmarks comes to."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.body import ALL_LANDMARKS, LANDMARK_COUNT, Landmark
from posecheck.errors import UsageError
from posecheck.landmarks import registry
from posecheck.landmarks.base import LandmarkBackend, only_reported
from posecheck.landmarks.registry import BACKENDS, DEFAULT_BACKEND, Backend
from posecheck.pipeline.session import assess, default_profile
from posecheck.reasons import Reason, ReasonCode
from posecheck.records import Detection, Sighting, Verdict, frozen
from tests.stick_figure import stick_figure

UPPER_BODY = frozenset(landmark for landmark in Landmark if landmark < Landmark.LEFT_KNEE)
FOLD = load_stretch("standing_forward_fold")


def unused(weights: Path | None) -> LandmarkBackend:
    """A maker that is never called."""
    raise AssertionError(weights)


OTHER = Backend("other", unused, lambda _: "0" * 64, help="another one")


def test_the_default_is_the_first_and_its_weights_have_a_hash_without_loading_it() -> None:
    """64 hex digits, those of the manifest."""
    assert DEFAULT_BACKEND == "mediapipe" == BACKENDS[0].name
    assert len(registry.backend_named(DEFAULT_BACKEND).sha256()) == 64


def test_an_unknown_backend_is_refused_with_those_there_are() -> None:
    """In one line."""
    with pytest.raises(UsageError, match=r"no backend 'other'. There are: mediapipe\."):
        registry.open_backend("other")


def test_an_entry_is_enough_to_be_found() -> None:
    """Inside `registered`; its name must be free."""
    with registry.registered(OTHER):
        assert registry.backend_named("other").sha256() == "0" * 64
        with pytest.raises(ValueError, match="'other' already"), registry.registered(OTHER):
            pass
    assert OTHER not in registry.backends()


def test_rows_that_are_not_declared_are_nan_whatever_the_model_leaves_there() -> None:
    """And a model that reports all of them is left as it is, without a copy."""
    full = Detection(
        0.0,
        frozen(np.ones((LANDMARK_COUNT, 2)), np.float64),
        frozen(np.ones(LANDMARK_COUNT), np.float64),
        frozen(np.ones((LANDMARK_COUNT, 3)), np.float64),
        np.ones((4, 4), np.float32),
        1,
    )
    assert only_reported(full, ALL_LANDMARKS) is full
    part = only_reported(full, UPPER_BODY)
    for values in (part.landmarks_px, part.visibility, part.world_m):
        assert np.isnan(values[Landmark.LEFT_KNEE :]).all()
        assert np.isfinite(values[: Landmark.LEFT_KNEE]).all()


def seen_by(landmarks: frozenset[Landmark], t_s: float) -> Sighting:
    """Somebody bent forward, as a model that reports these landmarks has it."""
    whole = stick_figure(trunk_inclination_deg=40.0).sighting(t_s)
    rows = sorted(ALL_LANDMARKS - landmarks)
    points, world = whole.landmarks_px.copy(), whole.world_m.copy()
    points[rows], world[rows] = np.nan, np.nan
    return replace(whole, landmarks_px=frozen(points, np.float64), world_m=frozen(world, np.float64))


def test_what_needs_a_joint_the_model_does_not_report_is_unknown_with_that_reason() -> None:
    """Knees: the fold and the knee are NaN, the trunk is measured; the knee's rule says which joints are lacking."""
    profile = default_profile(FOLD)
    judged = list(assess((seen_by(UPPER_BODY, number / 30) for number in range(60)), FOLD, profile))[-1]
    measures = judged.measures
    assert measures.view.not_reported == ("knee", "ankle")
    assert math.isnan(measures["knee_flexion_deg"])
    assert math.isnan(measures["hip_hinge_deg"])
    assert math.isfinite(measures["trunk_inclination_deg"])
    knees = next(finding for finding in judged.findings if finding.rule.startswith("knee"))
    assert knees.verdict is Verdict.UNKNOWN
    assert knees.reason == Reason(ReasonCode.VIEW_NOT_REPORTED, parts=("knee", "ankle"))


def test_without_shoulders_nothing_can_be_judged_and_the_reason_says_so() -> None:
    """Not that they are cut off: nobody can step back from a model that has no shoulders."""
    headless = frozenset(landmark for landmark in Landmark if "SHOULDER" not in landmark.name)
    judged = list(assess((seen_by(headless, number / 30) for number in range(30)), FOLD, default_profile(FOLD)))[-1]
    assert judged.measures.view.reason == Reason(ReasonCode.VIEW_NOT_REPORTED, parts=("shoulders",))
    assert judged.verdict is Verdict.UNKNOWN
