"""The network as torch trains it. `posecheck.kinematics.spine.network` computes the same with numpy.

An encoder turns one picture (the aligned silhouette, the joints around it) into a short code; a reader turns the code,
and the mean code of the person's own upright pictures where there are any, into the angles.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from posecheck.kinematics.spine.network import CODE_SIZE, INPUT_JOINTS, PREDICTED

CHANNELS: Final = (32, 64, 128)
HIDDEN: Final = 256


class SpineNet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Encoder and reader; see `posecheck.kinematics.spine.network` for inputs and outputs."""

    def __init__(self, channels: tuple[int, int, int] = CHANNELS, dropout: float = 0.1) -> None:
        super().__init__()
        first, second, third = channels
        self.conv1 = nn.Conv2d(1, first, 5, stride=2, padding=2)
        self.conv2 = nn.Conv2d(first, second, 3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(second, third, 3, stride=2, padding=1)
        self.code1 = nn.Linear(third * 6 * 5 + INPUT_JOINTS, HIDDEN)
        self.code2 = nn.Linear(HIDDEN, CODE_SIZE)
        self.read1 = nn.Linear(2 * CODE_SIZE + 1, HIDDEN)
        self.read2 = nn.Linear(HIDDEN, len(PREDICTED))
        self.drop = nn.Dropout(dropout)

    def encode(self, crop: Any, joints: Any) -> Any:
        """Codes (B, CODE_SIZE) of crops (B, 1, 48, 40) in 0..1 and prepared joints (B, INPUT_JOINTS)."""
        x = torch.relu(self.conv1(crop))
        x = torch.relu(self.conv2(x))
        x = torch.relu(self.conv3(x)).flatten(1)
        x = torch.relu(self.code1(torch.cat([self.drop(x), joints], dim=1)))
        return self.code2(self.drop(x))

    def read(self, code: Any, own: Any, has_own: Any) -> Any:
        """Outputs (B, len(PREDICTED)) from codes, the person's own upright codes and whether (B, 1) there are any."""
        x = torch.cat([code, own * has_own, has_own], dim=1)
        return self.read2(torch.relu(self.read1(x)))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """All weights by name, as the product reads them."""
        return {name: value.detach().numpy().astype(np.float32) for name, value in self.state_dict().items()}
