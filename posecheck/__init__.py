"""posecheck: see whether a hamstring stretch bends from the hips or rounds the spine. Nothing leaves the machine.

Importing it does nothing: no camera, no model, no folder, no log. The path of data, room by room:

    sources ─> landmarks ─> kinematics ─> assessment ─> outputs        (wired in `session`, called by `cli`)
"""

__version__ = "0.1.0"
