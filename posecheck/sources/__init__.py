"""What picture, when: video files, cameras, a video played as if it were a camera, recordings.

Every source gives `Frame`s whose times rise strictly (see `base`). Nothing is opened by importing this room.
"""
