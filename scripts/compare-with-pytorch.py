#!/usr/bin/env python3
"""Trains the same models with `assay` and with PyTorch, and compares the losses of every step.

Both start from the same weights (the checkpoint of step 0) and see the same batches (`assay spec
batches`). The two do not compute the same bits: PyTorch's order of operations is its own. Losses
must agree within 1e-4, relative, over 100 steps; a wrong gradient or update shows within a few.

Needs Python with numpy, torch and safetensors. usage: compare-with-pytorch.py [path of assay]
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from safetensors.torch import load_file

STEPS = 100
TOLERANCE = 1e-4

CASES = {
    "relu, AdamW, cosine with warm-up": [
        "--hidden", "64,32", "--activation", "relu", "--optimizer", "adamw",
        "--weight-decay", "0.05", "--schedule", "cosine", "--warmup", "10",
    ],
    "tanh, SGD with momentum and weight decay": [
        "--hidden", "48", "--activation", "tanh", "--optimizer", "sgd", "--momentum", "0.9",
        "--weight-decay", "0.001", "--learning-rate", "0.05", "--schedule", "constant",
    ],
    "GELU, Adam with weight decay": [
        "--hidden", "40,40", "--activation", "gelu", "--optimizer", "adam",
        "--weight-decay", "0.01", "--schedule", "constant",
    ],
    "mean squared error, plain SGD": [
        "--hidden", "32", "--activation", "tanh", "--optimizer", "sgd", "--momentum", "0",
        "--weight-decay", "0", "--learning-rate", "0.05", "--schedule", "constant",
    ],
}


def write_data(folder, regression):
    """Ten noisy prototypes with their labels, or values that a random map gives them."""
    random = numpy.random.default_rng(7)
    labels = random.integers(0, 10, 1500).astype(numpy.int32)
    prototypes = random.uniform(0, 255, (10, 8, 8))
    images = prototypes[labels] + random.normal(0, 60, (1500, 8, 8))
    images = numpy.clip(images, 0, 255).astype(numpy.uint8)
    targets = labels
    if regression:
        weights = random.normal(0, 1, (64, 3))
        targets = numpy.tanh(images.reshape(1500, 64) / 255.0 @ weights).astype(numpy.float32)
    numpy.save(folder / "examples.npy", images)
    numpy.save(folder / "targets.npy", targets)
    return images, targets


class Graph:
    """The model graph of a spec, evaluated by PyTorch."""

    def __init__(self, model, parameters):
        self.model = model
        self.parameters = {
            entry["name"]: parameters[entry["name"]].clone().requires_grad_()
            for entry in model["parameters"]
        }

    def loss(self, features, targets):
        tensors = {"features": features, "targets": targets, **self.parameters}
        for node in self.model["nodes"]:
            inputs = [tensors[name] for name in node["inputs"]]
            tensors[node["name"]] = self.apply(node, inputs)
        return tensors[self.model["loss"]]

    @staticmethod
    def apply(node, inputs):
        functions = {
            "flatten": lambda x: x.flatten(1),
            "linear": torch.nn.functional.linear,
            "bias": torch.add,
            "relu": torch.relu,
            "tanh": torch.tanh,
            "gelu": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
            "softmax-cross-entropy": torch.nn.functional.cross_entropy,
            "mean-squared-error": torch.nn.functional.mse_loss,
        }
        return functions[node["op"]](*inputs)


def make_optimizer(description, parameters):
    """PyTorch's optimiser of the same kind; the learning rate is set step by step."""
    kind = description["kind"]
    if kind == "sgd":
        return torch.optim.SGD(
            parameters, lr=0, momentum=description["momentum"],
            nesterov=description["nesterov"], weight_decay=description["weightDecay"])
    make = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind]
    return make(
        parameters, lr=0, betas=(description["beta1"], description["beta2"]),
        eps=description["epsilon"], weight_decay=description["weightDecay"])


def torch_losses(spec, batches, initial, images, targets):
    scale = spec["data"]["scale"]
    features = torch.from_numpy(images.astype(numpy.float32))
    features = (features / scale["divisor"] - scale["mean"]) / scale["deviation"]
    targets = torch.from_numpy(targets if targets.dtype == numpy.float32 else targets.astype("i8"))
    graph = Graph(spec["model"], initial)
    optimizer = make_optimizer(spec["optimizer"], graph.parameters.values())
    losses = []
    for batch, rate in zip(batches["batches"], batches["learningRates"]):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = graph.loss(features[batch], targets[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return numpy.array(losses)


def compare(assay, name, options):
    """Returns the largest relative difference of the losses."""

    def run(*words):
        return subprocess.run(
            [assay, *words], check=True, capture_output=True, cwd=place, text=True).stdout

    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        images, targets = write_data(folder, regression="squared" in name)
        data = ["--data", "examples.npy", "--targets", "targets.npy"]
        run("spec", "new", "--out", "spec.json", "--steps", str(STEPS), "--batch", "50",
            "--interval", "10", *data, *options)
        run("train", "spec.json", "--run", "run", *data)
        batches = json.loads(run("spec", "batches", "spec.json", "--count", str(STEPS), "--json"))
        spec = json.loads((folder / "spec.json").read_text())
        initial = load_file(folder / "run/checkpoints/step-000000000000.safetensors")
        ours = numpy.fromfile(folder / "run/losses.f32", dtype="<f4").astype(numpy.float64)
        theirs = torch_losses(spec, batches, initial, images, targets)
    if len(ours) != STEPS:
        raise SystemExit(f"{name}: {len(ours)} losses recorded, expected {STEPS}")
    difference = float(numpy.max(numpy.abs(ours - theirs) / numpy.abs(theirs)))
    print(f"{name}: loss {ours[0]:.6f} -> {ours[-1]:.6f}, PyTorch {theirs[-1]:.6f}, "
          f"largest relative difference {difference:.1e}")
    if not ours[-1] < ours[0]:
        raise SystemExit(f"{name}: the loss did not fall, so the comparison says nothing")
    return difference


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    assay = sys.argv[1] if len(sys.argv) > 1 else str(root / ".build/release/assay")
    assay = str(pathlib.Path(assay).resolve())
    torch.manual_seed(0)
    worst = max(compare(assay, name, options) for name, options in CASES.items())
    print(f"PyTorch {torch.__version__}: largest relative difference {worst:.1e}, {STEPS} steps")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
