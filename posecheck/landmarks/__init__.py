"""Where the joints are: the protocol of a pose model, the registry, MediaPipe, and the check of its weights.

Importing this room loads no model; `landmarks.mediapipe` loads MediaPipe when a backend is made.
"""
