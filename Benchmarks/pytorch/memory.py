#!/usr/bin/env python3
"""Prints the peak memory of a process that trains one of the models for a few steps in PyTorch.

    memory.py 'gpt 6×384, context 256'
    {"name": "PyTorch 2.9.0", "peakBytes": 1234567, "importedBytes": 345678}

`importedBytes` is what the process had taken before it made the model: the library itself.
"""

import json
import sys

import torch

from models import MODELS
from peer import NAME, step


def peak():
    """The largest resident size so far, in bytes, as the kernel counts it."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main():
    imported = peak()
    make_model, make_batch = MODELS[sys.argv[1]]
    torch.manual_seed(1)
    body = step(make_model(), *make_batch())
    for _ in range(3):
        body()
    print(json.dumps({"name": NAME, "peakBytes": peak(), "importedBytes": imported}))


if __name__ == "__main__":
    main()
