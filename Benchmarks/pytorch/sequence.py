"""Times in PyTorch what the suite `sequence` times here.

    python3 Benchmarks/pytorch/sequence.py [threads]

Prints the median of each forward pass and of its gradient alone (forward and backward together,
less the forward pass), in the suite's units.
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F

BATCH, POSITIONS, HEADS, HEAD_WIDTH, VOCABULARY = 16, 256, 6, 64, 65
WIDTH = HEADS * HEAD_WIDTH
ROWS = BATCH * POSITIONS


def seconds(function, turns=15):
    function()
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def report(name, unit, forward_work, gradient_work, leaves, function):
    with torch.no_grad():
        out = function()
        forward = seconds(function)
    print(f"{name:24} {forward_work / forward / 1e9:8.2f} {unit}   {forward * 1e3:8.3f} ms")
    if gradient_work is None:
        return
    gradient = torch.randn_like(out)

    def both():
        for leaf in leaves:
            leaf.grad = None
        function().backward(gradient)

    alone = max(seconds(both) - forward, 1e-9)
    rate = gradient_work / alone / 1e9
    print(f"{name + ' gradient':24} {rate:8.2f} {unit}   {alone * 1e3:8.3f} ms")


def main():
    if len(sys.argv) > 1:
        torch.set_num_threads(int(sys.argv[1]))
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    together = torch.randn(BATCH, POSITIONS, 3 * WIDTH, requires_grad=True)

    def attention(product):
        parts = [
            part.view(BATCH, POSITIONS, HEADS, HEAD_WIDTH).transpose(1, 2)
            for part in together.split(WIDTH, dim=2)
        ]
        return product(*parts).transpose(1, 2).reshape(BATCH, POSITIONS, WIDTH)

    mask = torch.ones(POSITIONS, POSITIONS).tril() == 0

    def plain(query, key, value):
        scores = query @ key.transpose(-2, -1) * HEAD_WIDTH**-0.5
        return scores.masked_fill(mask, float("-inf")).softmax(-1) @ value

    work = 4 * HEAD_WIDTH * POSITIONS * (POSITIONS + 1) / 2 * BATCH * HEADS
    report(
        "attention, fused", "GFLOP/s", work, 2.5 * work, [together],
        lambda: attention(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)))
    report(
        "attention, plain", "GFLOP/s", work, 2.5 * work, [together], lambda: attention(plain))

    size = 4 * ROWS * WIDTH
    x = torch.randn(ROWS, WIDTH, requires_grad=True)
    norm = torch.nn.LayerNorm(WIDTH)
    # The gradient is of x, weight and bias: 3 + 2 + 1 tensors in the suite's count.
    report(
        "layer norm", "GB/s", 2 * size, 6 * size, [x, norm.weight, norm.bias], lambda: norm(x))
    report("softmax", "GB/s", 2 * size, 3 * size, [x], lambda: x.softmax(-1))
    wide = torch.randn(ROWS, 4 * WIDTH, requires_grad=True)
    for name, function in [
        ("gelu", lambda: F.gelu(wide, approximate="tanh")), ("geluErf", lambda: F.gelu(wide)),
        ("silu", lambda: F.silu(wide)), ("sigmoid", lambda: wide.sigmoid()),
    ]:
        report(name, "GB/s", 8 * size, 12 * size, [wide], function)
    table = torch.randn(VOCABULARY, WIDTH, requires_grad=True)
    ids = torch.randint(VOCABULARY, (ROWS,))
    report("embed", "GB/s", 2 * size, size, [table], lambda: F.embedding(ids, table))
    report("dropout", "GB/s", 2 * size, None, [x], lambda: F.dropout(x, 0.1, True))


if __name__ == "__main__":
    main()
