#!/usr/bin/env python3
"""Times in PyTorch, on the CPU and eager, what `benchmarks table` asks for.

A request is a line of JSON on standard input, the answer a line on standard output:

    {"kind": "matmul", "m": 128, …, "threads": 1, "budget": 0.05}
    {"results": [{"name": "MKL", "setting": "1 thread", "seconds": 0.00031}]}

The first request of a kind of work tries every way PyTorch has of doing it; the fastest is timed
from then on. `threads` 0 leaves the number of threads to that choice, `budget` is how many seconds
to measure. Nothing but answers is written to standard output.
"""

import json
import os
import sys
import time

import torch
from torch.nn import functional

from models import MODELS

CORES = len(os.sched_getaffinity(0))
NAME = f"PyTorch {torch.__version__.split('+')[0]}"


def seconds_per_call(body, budget):
    """The mean over as many calls as fit the budget, after one that warms up if calls are short."""
    clock = time.perf_counter
    start = clock()
    body()
    first = clock() - start
    if first > 0.1:
        return first
    calls, start = max(1, int(budget / max(first, 1e-7))), clock()
    for _ in range(calls):
        body()
    return (clock() - start) / calls


def training(request):
    """Steps of AdamW: {label: step}."""
    make_model, make_batch = MODELS[request["model"]]
    candidates = {}
    for label, layout in [("", torch.contiguous_format), ("channels last", torch.channels_last)]:
        torch.manual_seed(1)
        model, (x, y) = make_model(), make_batch()
        if label:
            if not any(isinstance(layer, torch.nn.Conv2d) for layer in model.modules()):
                continue
            model, x = model.to(memory_format=layout), x.contiguous(memory_format=layout)
        candidates[NAME, label] = step(model, x, y)
    return candidates


def step(model, x, y):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def body():
        optimizer.zero_grad(set_to_none=True)
        logits = model(x)
        functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1)).backward()
        optimizer.step()

    return body


def matmul(request):
    m, n, k = request["m"], request["n"], request["k"]
    a = torch.randn(k, m).T if request["transposeA"] else torch.randn(m, k)
    b = torch.randn(n, k).T if request["transposeB"] else torch.randn(k, n)
    out = torch.empty(m, n)
    candidates = {}
    if torch.backends.mkl.is_available():
        candidates["MKL", ""] = lambda: torch.mm(a, b, out=out)
    if torch.backends.mkldnn.is_available():
        product = torch.ops.mkldnn._linear_pointwise
        candidates["oneDNN", ""] = lambda: product(a, b.T, None, "none", [], "")
    return candidates


def convolution(request):
    stride, padding = [request["stride"]] * 2, [request["padding"]] * 2
    sizes = [request[name] for name in ("batch", "inputs", "height", "width")]
    candidates = {}
    for label, layout in [("", torch.contiguous_format), ("channels last", torch.channels_last)]:
        x = torch.randn(sizes).contiguous(memory_format=layout)
        weight = torch.randn(
            request["outputs"], request["inputs"], request["kernel"], request["kernel"]
        ).contiguous(memory_format=layout)
        y = functional.conv2d(x, weight, None, stride, padding)
        dy = torch.randn_like(y).contiguous(memory_format=layout)

        def forward(x=x, weight=weight):
            functional.conv2d(x, weight, None, stride, padding)

        def gradient(of_input, x=x, weight=weight, dy=dy):
            torch.ops.aten.convolution_backward(
                dy, x, weight, None, stride, padding, [1, 1], False, [0, 0], 1,
                [of_input, not of_input, False])

        candidates[NAME, label] = {
            "forward": forward,
            "input gradient": lambda gradient=gradient: gradient(True),
            "weight gradient": lambda gradient=gradient: gradient(False),
        }[request["part"]]
    return candidates


def elements(request):
    count, columns = request["count"], request["columns"]
    x = (torch.arange(count) * 97 % 251 / 251 - 0.5).reshape(-1, columns)
    out = torch.empty_like(x)
    ops, name = torch.ops.aten, request["operator"]
    if name == "adam":
        tensors = [[x.clone()] for _ in range(4)] + [[]]
        tensors[3][0].abs_()
        steps = [torch.tensor(3.0)]
        settings = dict(
            lr=1e-6, beta1=0.9, beta2=0.999, weight_decay=0.01, eps=1e-8, amsgrad=False,
            maximize=False)
        return {(NAME, "fused"): lambda: torch._fused_adamw_(*tensors, steps, **settings)}
    weight, bias = torch.ones(columns), torch.zeros(columns)
    functions = {
        "exp": [lambda: torch.exp(x, out=out)],
        "tanh": [lambda: torch.tanh(x, out=out)],
        "gelu": [
            lambda: ops.gelu.out(x, approximate="tanh", out=out),
            lambda: functional.gelu(x, approximate="tanh")],
        "softmax": [lambda: torch.softmax(x, -1), lambda: ops._softmax.out(x, -1, False, out=out)],
        "layer norm": [lambda: ops.native_layer_norm(x, [columns], weight, bias, 1e-5)],
    }
    labels = ["", "allocating"]
    return {(NAME, label): body for label, body in zip(labels, functions[name])}


MAKERS = {
    "training": training, "matmul": matmul, "convolution": convolution, "elements": elements}


class Chosen:
    """For each library the fastest way of doing a request, with its number of threads."""

    def __init__(self, request):
        counts = [request["threads"]] if request["threads"] else sorted({1, CORES})
        self.best = {}
        for (library, label), body in MAKERS[request["kind"]](request).items():
            for count in counts:
                torch.set_num_threads(count)
                try:
                    body()
                    seconds = seconds_per_call(body, min(0.1, request["budget"]))
                except RuntimeError as error:  # this build lacks the operator
                    print(f"{library} {label}: {error}", file=sys.stderr)
                    continue
                if library not in self.best or seconds < self.best[library][0]:
                    setting = f"{count} thread" + ("s" if count > 1 else "")
                    setting += ", " + label if label else ""
                    self.best[library] = (seconds, body, count, setting)

    def measured(self, budget):
        results = []
        for library, (_, body, count, setting) in self.best.items():
            torch.set_num_threads(count)
            results.append({
                "name": library, "setting": setting, "seconds": seconds_per_call(body, budget)})
        return results


def main():
    answers, chosen = os.fdopen(os.dup(1), "w"), {}
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        budget = request["budget"]
        key = json.dumps({**request, "budget": 0})
        with torch.no_grad() if request["kind"] != "training" else torch.enable_grad():
            if key not in chosen:
                chosen[key] = Chosen(request)
            results = chosen[key].measured(budget)
        print(json.dumps({"results": results}), file=answers, flush=True)


if __name__ == "__main__":
    main()
