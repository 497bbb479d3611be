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
from safetensors.torch import load_file, save_file

STEPS = 100
SIDE = 16
CONTEXT = 48
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
    "LeNet, clipped gradients": ["--template", "lenet", "--clip-norm", "0.5"],
    # A low rate: batch norm before relu makes the run chaotic at a high one, where PyTorch in
    # single
    # and in double precision part as fast as either does from us.
    "ResNet-20, SGD": [
        "--template", "resnet20", "--optimizer", "sgd", "--momentum", "0", "--learning-rate",
        "0.0005", "--schedule", "constant",
    ],
    "GPT, decay of matrices": [
        "--template", "gpt", "--layers", "2", "--width", "32", "--heads", "4", "--decay",
        "matrices", "--weight-decay", "0.1", "--clip-norm", "1",
    ],
    "adapters on a perceptron, float16": ["--template", "lora", "--rank", "4", "--alpha", "6"],
    "adapters on a GPT, bfloat16": ["--template", "lora", "--rank", "4", "--clip-norm", "1"],
    "a GPT from given weights, float32": ["--weight-decay", "0.1", "--clip-norm", "1"],
    "LeNet, smoothed labels, micro-batches": [
        "--template", "lenet", "--label-smoothing", "0.1", "--accumulate", "5",
    ],
    "GPT, an ignored token, micro-batches": [
        "--template", "gpt", "--layers", "1", "--width", "32", "--heads", "4", "--clip-norm", "1",
        "--ignore-label", str(ord("s")), "--accumulate", "4",
    ],
    "every operator on images": ["--template", "lenet"],
    "every operator on text": ["--template", "gpt", "--layers", "1"],
}

# What the cases that start from given weights have as their base, and the weights' type.
BASES = {
    "adapters on a perceptron, float16": (["--hidden", "48,48"], torch.float16),
    "adapters on a GPT, bfloat16": (
        ["--template", "gpt", "--layers", "2", "--width", "32", "--heads", "4"], torch.bfloat16),
    "a GPT from given weights, float32": (
        ["--template", "gpt", "--layers", "2", "--width", "32", "--heads", "4"], torch.float32),
}


def operators_on_images():
    """A graph that uses the operators for images that no template does."""
    weights = [
        ("first", [8, 1, 3, 3], 0.5), ("grouped", [8, 4, 3, 3], 0.3),
        ("strided", [12, 8, 5, 5], 0.1),
        ("dense", [24, 60], 0.2), ("output", [10, 48], 0.2),
    ]
    nodes = [
        ("image", "reshape", ["features"], {"shape": [1, 16, 16]}),
        ("a", "conv2d", ["image", "first"], {"stride": 1, "padding": 1, "groups": 1}),
        ("b", "silu", ["a"], {}),
        ("c", "conv2d", ["b", "grouped"], {"stride": 1, "padding": 1, "groups": 2}),
        ("d", "gelu", ["c"], {"approximate": "none"}),
        ("e", "add", ["d", "b"], {}),
        ("f", "average-pool2d", ["e"], {"kernel": 3, "stride": 2, "padding": 1}),
        ("g", "conv2d", ["f", "strided"], {"stride": 3, "padding": 2, "groups": 1}),
        ("h", "max-pool2d", ["g"], {"kernel": 2, "stride": 1, "padding": 1}),
        ("i", "reshape", ["h"], {"shape": [12, 16]}),
        ("j", "transpose", ["i"], {"order": [1, 0]}),
        ("k", "softmax", ["j"], {}),
        ("l", "sigmoid", ["j"], {}),
        ("m", "concatenate", ["k", "l"], {}),
        ("n", "flatten", ["m"], {}),
        ("o", "slice", ["n"], {"first": 30, "count": 60}),
        ("p", "linear", ["o", "dense"], {}),
        ("q", "tanh", ["p"], {}),
        ("r", "concatenate", ["p", "q"], {}),
        ("prediction", "linear", ["r", "output"], {}),
    ]
    return model(weights, nodes)


def operators_on_text():
    """A graph that uses the operators for text that no template does, with tied weights."""
    width = 24
    weights = [
        ("table", [256, width], 0.5), ("scale", [width], 1.0), ("query", [width, width], 0.3),
        ("key", [width, width], 0.3), ("value", [width, width], 0.3),
    ]
    heads = {"heads": 3, "base": 100.0}
    nodes = [
        ("x", "embedding", ["features", "table"], {}),
        ("n", "rms-norm", ["x", "scale"], {"epsilon": 1e-5}),
        ("q", "linear", ["n", "query"], {}),
        ("k", "linear", ["n", "key"], {}),
        ("v", "linear", ["n", "value"], {}),
        ("qr", "rotary", ["q"], heads),
        ("kr", "rotary", ["k"], heads),
        ("a", "attention", ["qr", "kr", "v"], {"heads": 3, "causal": True}),
        ("b", "attention", ["q", "k", "v"], {"heads": 2, "causal": False}),
        ("s", "add", ["a", "x"], {}),
        ("t", "add", ["s", "b"], {}),
        ("prediction", "linear", ["t", "table"], {}),
    ]
    return model(weights, nodes)


def model(weights, nodes):
    nodes = nodes + [("loss", "softmax-cross-entropy", ["prediction", "targets"], {})]
    return {
        "parameters": [
            {"name": name, "shape": shape, "init": {"kind": "uniform", "bound": bound}}
            for name, shape, bound in weights
        ],
        "nodes": [
            {"name": name, "op": operation, "inputs": inputs, **attributes}
            for name, operation, inputs, attributes in nodes
        ],
        "loss": "loss",
        "prediction": "prediction",
    }


def write_data(folder, regression):
    """Ten noisy prototypes with their labels, or values that a random map gives them."""
    random = numpy.random.default_rng(7)
    labels = random.integers(0, 10, 1500).astype(numpy.int32)
    prototypes = random.uniform(0, 255, (10, SIDE, SIDE))
    images = prototypes[labels] + random.normal(0, 60, (1500, SIDE, SIDE))
    images = numpy.clip(images, 0, 255).astype(numpy.uint8)
    targets = labels
    if regression:
        weights = random.normal(0, 1 / SIDE, (SIDE * SIDE, 3))
        flat = images.reshape(1500, -1) / 255.0 - 0.5
        targets = numpy.tanh(flat @ weights).astype(numpy.float32)
    numpy.save(folder / "examples.npy", images)
    numpy.save(folder / "targets.npy", targets)
    return images, targets


def write_text(folder):
    """Words that a few rules put together; rows of one token more than the context."""
    random = numpy.random.default_rng(8)
    words = ["proof", "of", "training", "is", "a", "hash", "the", "state", "and", "step"]
    text = " ".join(words[i] for i in random.zipf(1.5, 30_000) % 10).encode()
    (folder / "text.txt").write_bytes(text)


def text_rows(text, description):
    """The rows that the spec's data have: every CONTEXT tokens, CONTEXT + 1 of them."""
    count = description["examples"]
    return numpy.stack([
        numpy.frombuffer(text, "u1", CONTEXT + 1, CONTEXT * row) for row in range(count)
    ]).astype("i8")


def rotary(x, heads, base):
    batch, positions, width = x.shape
    half = width // heads // 2
    angles = torch.arange(positions, dtype=torch.float64)[:, None] * (
        base ** (-torch.arange(half, dtype=torch.float64) / half))
    cosines, sines = angles.cos().float(), angles.sin().float()
    x = x.view(batch, positions, heads, 2, half)
    a, b = x[..., 0, :], x[..., 1, :]
    c, s = cosines[:, None, :], sines[:, None, :]
    return torch.stack([a * c - b * s, b * c + a * s], 3).reshape(batch, positions, width)


def attention(q, k, v, heads, causal):
    batch, positions, width = q.shape
    q, k, v = (
        t.reshape(batch, positions, heads, width // heads).transpose(1, 2) for t in (q, k, v))
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return y.transpose(1, 2).reshape(batch, positions, width)


class Graph:
    """The model graph of a spec, evaluated by PyTorch."""

    def __init__(self, model, parameters):
        self.model = model
        self.parameters = {
            entry["name"]: parameters[entry["name"]].clone().requires_grad_()
            for entry in model["parameters"]
        }
        self.statistics = {
            entry["name"]: parameters[entry["name"]].clone()
            for entry in model.get("statistics", [])
        }
        self.frozen = {
            entry["name"]: parameters[entry["name"]] for entry in model.get("frozen", [])}

    def loss(self, features, targets):
        tensors = {
            "features": features, "targets": targets, **self.parameters, **self.statistics,
            **self.frozen}
        for node in self.model["nodes"]:
            inputs = [tensors[name] for name in node["inputs"]]
            tensors[node["name"]] = self.apply(node, inputs)
        return tensors[self.model["loss"]]

    @staticmethod
    def apply(node, inputs):
        functional = torch.nn.functional
        get = node.get
        window = {"kernel_size": get("kernel"), "stride": get("stride"), "padding": get("padding")}
        epsilon = get("epsilon")
        functions = {
            "flatten": lambda x: x.flatten(1),
            "reshape": lambda x: x.reshape(len(x), *get("shape")),
            "slice": lambda x: x[..., get("first"):get("first") + get("count")],
            "concatenate": lambda x, y: torch.cat([x, y], -1),
            "transpose": lambda x: x.permute(0, *[place + 1 for place in get("order")]),
            "linear": functional.linear,
            "bias": torch.add,
            "add": torch.add,
            "scale": lambda x: x * get("factor"),
            "relu": torch.relu,
            "tanh": torch.tanh,
            "sigmoid": torch.sigmoid,
            "silu": functional.silu,
            "gelu": lambda x: functional.gelu(x, approximate=get("approximate")),
            "softmax": lambda x: torch.softmax(x, -1),
            "conv2d": lambda x, w: functional.conv2d(
                x, w, None, get("stride"), get("padding"), 1, get("groups")),
            "channel-bias": lambda x, b: x + b[:, None, None],
            "max-pool2d": lambda x: functional.max_pool2d(x, **window),
            "average-pool2d": lambda x: functional.avg_pool2d(x, **window),
            "global-average-pool": lambda x: x.mean((2, 3)),
            "batch-norm": lambda x, w, b, mean, variance: functional.batch_norm(
                x, mean, variance, w, b, True, get("momentum"), epsilon),
            "layer-norm": lambda x, w, b: functional.layer_norm(x, w.shape, w, b, epsilon),
            "rms-norm": lambda x, w: functional.rms_norm(x, w.shape, w, epsilon),
            "embedding": lambda ids, table: functional.embedding(ids, table),
            "position-embedding": torch.add,
            "rotary": lambda x: rotary(x, get("heads"), get("base")),
            "attention": lambda q, k, v: attention(q, k, v, get("heads"), get("causal")),
            "self-attention": lambda x: attention(
                *x.chunk(3, -1), get("heads"), get("causal")),
            "softmax-cross-entropy": lambda x, y: functional.cross_entropy(
                x.reshape(-1, x.shape[-1]), y.reshape(-1),
                label_smoothing=get("smoothing", 0.0), ignore_index=get("ignore", -100)),
            "mean-squared-error": functional.mse_loss,
        }
        return functions[node["op"]](*inputs)


def make_optimizer(description, named, spared):
    """PyTorch's optimiser of the same kind; the learning rate is set step by step."""
    kind = description["kind"]
    parameters = [
        {"params": [p for name, p in named.items() if name not in spared]},
        {"params": [p for name, p in named.items() if name in spared], "weight_decay": 0},
    ]
    if kind == "sgd":
        return torch.optim.SGD(
            parameters, lr=0, momentum=description["momentum"],
            nesterov=description["nesterov"], weight_decay=description["weightDecay"])
    make = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind]
    return make(
        parameters, lr=0, betas=(description["beta1"], description["beta2"]),
        eps=description["epsilon"], weight_decay=description["weightDecay"])


def write_weights(path, base, kind):
    """Weights that PyTorch draws for every parameter of a spec, in a file as its users have it."""
    weights = {
        entry["name"]: (torch.randn(entry["shape"]) / 10 + ("norm" in entry["name"])).to(kind)
        for entry in json.loads(base.read_text())["model"]["parameters"]
    }
    save_file(weights, path, metadata={"format": "pt"})
    return {name: weight.float() for name, weight in weights.items()}


def torch_data(spec, folder, images, targets):
    if images is None:
        rows = torch.from_numpy(text_rows((folder / "text.txt").read_bytes(), spec["data"]))
        return rows[:, :-1], rows[:, 1:]
    scale = spec["data"]["scale"]
    features = torch.from_numpy(images.astype(numpy.float32))
    features = (features / scale["divisor"] - scale["mean"]) / scale["deviation"]
    targets = targets if targets.dtype == numpy.float32 else targets.astype("i8")
    return features, torch.from_numpy(targets)


def torch_losses(spec, batches, initial, features, targets):
    graph = Graph(spec["model"], initial)
    update = spec.get("update", {})
    optimizer = make_optimizer(spec["optimizer"], graph.parameters, update.get("noDecay", []))
    losses = []
    for batch, rate in zip(batches["batches"], batches["learningRates"]):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        # Each micro-batch counts for the rows that its mean is over.
        ignored = spec["model"]["nodes"][-1].get("ignore")
        rows = (targets[batch] != ignored).sum() if ignored is not None else len(batch)
        loss = 0.0
        for part in torch.tensor(batch).chunk(update.get("accumulate", 1)):
            counted = (targets[part] != ignored).sum() if ignored is not None else len(part)
            share = graph.loss(features[part], targets[part]) * (counted / rows)
            share.backward()
            loss += share.item()
        if "clipNorm" in update:
            torch.nn.utils.clip_grad_norm_(graph.parameters.values(), update["clipNorm"])
        optimizer.step()
        losses.append(loss)
    return numpy.array(losses)


def compare(assay, name, options):
    """Returns the largest relative difference of the losses."""

    def run(*words):
        return subprocess.run(
            [assay, *words], check=True, capture_output=True, cwd=place, text=True).stdout

    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        base_options, kind = BASES.get(name, ([], None))
        if "gpt" in options + base_options:
            write_text(folder)
            images, targets = None, None
            data = ["--text", "text.txt"]
            shape = ["--context", str(CONTEXT), "--batch", "8"]
        else:
            images, targets = write_data(folder, regression="squared" in name)
            data = ["--data", "examples.npy", "--targets", "targets.npy"]
            shape = ["--batch", "50"]
        given = {}
        if name in BASES:
            run("spec", "new", "--out", "base.json", *shape, *data, *base_options)
            given = write_weights(folder / "weights.safetensors", folder / "base.json", kind)
            options = [*options, "--base", "base.json", "--weights", "weights.safetensors"]
        run("spec", "new", "--out", "spec.json", "--steps", str(STEPS), "--interval", "10",
            *shape, *data, *options)
        graphs = {
            "every operator on images": operators_on_images,
            "every operator on text": operators_on_text,
        }
        if name in graphs:
            spec = json.loads((folder / "spec.json").read_text())
            spec["model"] = graphs[name]()
            (folder / "spec.json").write_text(json.dumps(spec))
        weights = ["--weights", "weights.safetensors"] if given else []
        run("train", "spec.json", "--run", "run", *data, *weights)
        batches = json.loads(run("spec", "batches", "spec.json", "--count", str(STEPS), "--json"))
        spec = json.loads((folder / "spec.json").read_text())
        first = load_file(folder / "run/checkpoints/step-000000000000.safetensors")
        initial = {**first, **given}
        ours = numpy.fromfile(folder / "run/losses.f32", dtype="<f4").astype(numpy.float64)
        theirs = torch_losses(
            spec, batches, initial, *torch_data(spec, folder, images, targets))
    if len(ours) != STEPS:
        raise SystemExit(f"{name}: {len(ours)} losses recorded, expected {STEPS}")
    difference = float(numpy.max(numpy.abs(ours - theirs) / numpy.abs(theirs)))
    print(f"{name}: loss {ours[0]:.6f} -> {ours[-1]:.6f}, PyTorch {theirs[-1]:.6f}, "
          f"largest relative difference {difference:.1e}")
    if not ours[-10:].mean() < ours[:10].mean():
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
