"""The spine estimator: how its people are drawn, how it is trained, and how well it reads people it never saw.

    python -m benchmarks.spine train      # from seeds to models/spine_<version>.npz and its model card
    python -m benchmarks.spine score      # its errors on other people, by group

Needs torch for `train` (`pip install -e '.[train]'`); posecheck itself reads the network with numpy alone.
"""
