"""Random numbers that a verifier can draw again."""

import hashlib
import random
import sys

import numpy


def reseed(seed, step):
    """Seeds random, numpy and, where it is loaded, torch from a run's seed and a step's number.

    Called before each step by who trains and by who verifies, it makes dropout and augmentation
    the same in both: otherwise they are most of what a tolerance has to cover.
    """
    digest = hashlib.sha256(f"assay.trace-step.v1 {int(seed)} {int(step)}".encode()).digest()
    random.seed(digest)
    numpy.random.seed(int.from_bytes(digest[:4], "little"))
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(int.from_bytes(digest[:8], "little") >> 1)
