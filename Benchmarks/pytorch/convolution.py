#!/usr/bin/env python3
"""Times the layers of `benchmarks convolution` in PyTorch on the CPU: GFLOP/s, medians.

Run it in a process of its own: spinning thread pools would slow each other.
usage: convolution.py [threads]
"""

import statistics
import sys
import time

import torch
from torch.nn import functional

# batch, input channels, size, output channels, kernel, stride, padding
LAYERS = [
    (64, 1, 28, 6, 5, 1, 2), (64, 6, 14, 16, 5, 1, 0), (128, 3, 32, 16, 3, 1, 1),
    (128, 16, 32, 16, 3, 1, 1), (128, 16, 32, 32, 3, 2, 1), (128, 32, 16, 32, 3, 1, 1),
    (128, 32, 16, 64, 3, 2, 1), (128, 64, 8, 64, 3, 1, 1), (128, 16, 32, 32, 1, 2, 0),
]


def rate(work, body, turns=25):
    """Work per second: the median over turns, after three that warm up."""
    rates = []
    for turn in range(turns + 3):
        start = time.perf_counter()
        body()
        if turn >= 3:
            rates.append(work / (time.perf_counter() - start))
    return statistics.median(rates)


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    torch.set_num_threads(threads)
    print(f"torch {torch.__version__}, {threads} threads, GFLOP/s")
    for batch, inputs, size, outputs, kernel, stride, padding in LAYERS:
        x = torch.randn(batch, inputs, size, size)
        weight = torch.randn(outputs, inputs, kernel, kernel)
        y = functional.conv2d(x, weight, None, stride, padding)
        dy = torch.randn_like(y)

        def gradient(of_input):
            torch.ops.aten.convolution_backward(
                dy, x, weight, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1,
                [of_input, not of_input, False])

        work = 2e-9 * y.numel() * inputs * kernel * kernel
        name = f"{inputs}×{size}×{size}, {outputs} of {kernel}×{kernel}"
        name += f" by {stride}" if stride > 1 else ""
        with torch.no_grad():
            print(f"{name:26}", " ".join(f"{label} {rate(work, body):6.1f} " for label, body in [
                ("forward", lambda: functional.conv2d(x, weight, None, stride, padding)),
                ("input gradient", lambda: gradient(True)),
                ("weight gradient", lambda: gradient(False))]))


if __name__ == "__main__":
    main()
