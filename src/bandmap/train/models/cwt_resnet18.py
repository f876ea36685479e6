"""ResNet-18 on the wavelet power of every channel.

Based on the CNN interpretability framework (github.com/snazau/seizure-detection-cnn-interpretability, `resnet.py`):
torchvision's ResNet-18 with EEG channels in place of colours and a head of 512 -> 64 -> 1 logit; 11,278,401
parameters at 25 channels and width 64. `width` below 64 and `dropout` are ours.
"""

from typing import cast

import torch
from torch import nn
from torch.nn import functional

from bandmap.train.models._axes import check_axes

OFFERS = ("time_frequency_maps", "rescale_rule")
"""Features of this model that interpretations may need (`NEEDS` of `bandmap.interpret.methods`)."""

EXAMPLE_SHAPE = (18, 40, 64)
"""A window (channels, frequencies, times) for the contract tests."""

EXAMPLE_HYPERPARAMETERS = {"width": 8}
"""Hyperparameters that make the model small enough for tests."""


class Halving(nn.Conv2d):
    """A 3 x 3 convolution with stride two that is also right in bfloat16 on maps one frame wide.

    There, oneDNN (in torch 2.13) computes the gradient of the weights from memory that nobody has written, unless the
    padding is part of the maps.
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__(n_in, n_out, 3, stride=2, padding=1, bias=False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps of shape (batch, n_out, frequencies / 2, times / 2)."""
        if maps.shape[-1] > 1:
            return super().forward(maps)
        return functional.conv2d(functional.pad(maps, (1, 1, 1, 1)), self.weight, stride=2)


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions with a residual connection."""

    def __init__(self, n_in: int, n_out: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = Halving(n_in, n_out) if stride == 2 else nn.Conv2d(n_in, n_out, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(n_out)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or n_in != n_out:
            self.downsample = nn.Sequential(nn.Conv2d(n_in, n_out, 1, stride=stride, bias=False), nn.BatchNorm2d(n_out))
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()  # modules of their own, which DeepLIFT needs

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps of shape (batch, n_out, frequencies / stride, times / stride)."""
        inner = self.relu1(self.bn1(self.conv1(maps)))
        return cast("torch.Tensor", self.relu2(self.bn2(self.conv2(inner)) + self.downsample(maps)))


class CwtResNet18(nn.Module):
    """ResNet-18 with a head of two linear layers; `layer1` to `layer4` are the stages available to Grad-CAM."""

    def __init__(self, n_channels: int, n_outputs: int, *, width: int, dropout: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(n_channels, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(width, width, stride=1)
        self.layer2 = _stage(width, 2 * width, stride=2)
        self.layer3 = _stage(2 * width, 4 * width, stride=2)
        self.layer4 = _stage(4 * width, 8 * width, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Sequential(nn.Linear(8 * width, width), nn.ReLU(), nn.Linear(width, n_outputs))

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, n_outputs), of windows of shape (batch, channels, frequencies, times)."""
        maps = self.maxpool(self.relu(self.bn1(self.conv1(windows))))
        maps = self.layer4(self.layer3(self.layer2(self.layer1(maps))))
        return cast("torch.Tensor", self.fc(self.dropout(self.avgpool(maps).flatten(1))))


def build(shape: tuple[int, ...], n_classes: int, *, width: int = 64, dropout: float = 0.0) -> nn.Module:
    """Return a ResNet-18 with initial weights.

    Parameters
    ----------
    shape : tuple of int
        (channels, frequencies, times) of one window.
    n_classes : int
        Two classes share one logit (the log odds of class 1), as published; more classes have one each.
    width : int
        Maps of the first stage; the others have 2, 4 and 8 times as many, the hidden layer of the head equally many.
    dropout : float
        Dropout of the head's input in training.

    Raises
    ------
    ValueError
        If a window has no frequency axis, or a hyperparameter is out of range.
    """
    check_axes("cwt_resnet18", shape, "cwt")
    if width < 1 or not 0 <= dropout < 1:
        raise ValueError(f"cwt_resnet18: width {width} must be at least 1 and dropout {dropout} in [0, 1)")
    network = CwtResNet18(shape[0], 1 if n_classes == 2 else n_classes, width=width, dropout=dropout)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return network


def _stage(n_in: int, n_out: int, *, stride: int) -> nn.Sequential:
    return nn.Sequential(BasicBlock(n_in, n_out, stride=stride), BasicBlock(n_out, n_out, stride=1))
