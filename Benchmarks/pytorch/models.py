"""The template models in PyTorch, each with the batch that it is timed at, for `peer.py`."""

import torch
from torch import nn
from torch.nn import functional


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        branch = functional.relu(self.norm1(self.first(x)))
        return functional.relu(self.norm2(self.second(branch)) + self.shortcut(x))


def resnet20():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    channels = 16
    for stage, width in enumerate([16, 32, 64]):
        for block in range(3):
            layers.append(Residual(channels, width, 2 if stage > 0 and block == 0 else 1))
            channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.input = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x):
        batch, positions, width = x.shape
        q, k, v = self.input(self.norm1(x)).split(width, 2)
        q, k, v = (
            t.view(batch, positions, self.heads, width // self.heads).transpose(1, 2)
            for t in (q, k, v))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.output(y.transpose(1, 2).reshape(batch, positions, width))
        wide = functional.gelu(self.wide(self.norm2(x)), approximate="tanh")
        return x + self.narrow(wide)


class GPT(nn.Module):
    def __init__(self, layers=6, width=384, heads=6, context=256, vocabulary=256):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.zeros(context, width))
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, ids):
        x = self.blocks(self.tokens(ids) + self.positions)
        return self.norm(x) @ self.tokens.weight.T


def images(channels, size, batch):
    return torch.rand(batch, channels, size, size), torch.randint(0, 10, (batch,))


def mlp(widths):
    layers = [nn.Flatten()]
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84),
        nn.ReLU(), nn.Linear(84, 10))


def text(batch, context):
    return torch.randint(0, 256, (batch, context)), torch.randint(0, 256, (batch, context))


MODELS = {
    "mlp 784-128-10": (lambda: mlp([784, 128, 10]), lambda: images(1, 28, 64)),
    "mlp 784-1024-1024-10": (lambda: mlp([784, 1024, 1024, 10]), lambda: images(1, 28, 128)),
    "lenet": (lenet, lambda: images(1, 28, 64)),
    "resnet20": (resnet20, lambda: images(3, 32, 128)),
    "gpt 6×384, context 256": (GPT, lambda: text(16, 256)),
}
