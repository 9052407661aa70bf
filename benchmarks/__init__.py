"""Programs and data that measure posecheck: how right, how fast. Never imported by the package."""
