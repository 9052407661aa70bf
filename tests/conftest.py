"""Fixtures every test may use."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The machine decides how long an example takes, so no deadline: time is measured in benchmarks, as a ratio.
settings.register_profile("posecheck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("posecheck")
