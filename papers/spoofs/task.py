#!/usr/bin/env python3
"""A small training in numpy, and the buyer's step function for it.

A network of one hidden layer learns generated data by SGD with momentum: nothing but numpy, so that
it runs anywhere in seconds. Run by `assay tolerance verify`, this file answers its requests.

    task.py [--own-rate] [--reversed] [--data INPUTS LABELS]

With --own-rate the step takes the buyer's learning rate; without it the one in the checkpoint, as
the published code of proof-of-learning does by load_state_dict. With --reversed each batch is summed
in the opposite order, as other hardware may do. With --data the examples are those that a provider
hands in with the trace.
"""

import pathlib
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))

from assay_trace import data_digest, serve  # noqa: E402

INPUTS, HIDDEN, CLASSES, EXAMPLES, BATCH = 32, 32, 10, 2000, 32
RATE, MOMENTUM = 0.1, 0.9


def make_data():
    """Inputs around a centre for each class."""
    random = numpy.random.default_rng(1)
    labels = random.integers(0, CLASSES, EXAMPLES)
    centres = random.normal(size=(CLASSES, INPUTS))
    inputs = centres[labels] + 1.5 * random.normal(size=(EXAMPLES, INPUTS))
    return inputs.astype("f4"), labels


def make_parts(seed):
    random = numpy.random.default_rng(seed)
    model = {
        "w1": (random.normal(size=(INPUTS, HIDDEN)) / INPUTS**0.5).astype("f4"),
        "b1": numpy.zeros(HIDDEN, "f4"),
        "w2": (random.normal(size=(HIDDEN, CLASSES)) / HIDDEN**0.5).astype("f4"),
        "b2": numpy.zeros(CLASSES, "f4"),
    }
    momentum = {name: numpy.zeros_like(value) for name, value in model.items()}
    return {"model": model, "optimizer": {"lr": RATE, "momentum": momentum}}


def gradient(model, inputs, labels):
    """Mean cross entropy: its gradients by the weights and by the inputs, and the loss."""
    hidden = numpy.tanh(inputs @ model["w1"] + model["b1"])
    logits = hidden @ model["w2"] + model["b2"]
    logits = logits - logits.max(axis=1, keepdims=True)
    chances = numpy.exp(logits)
    chances /= chances.sum(axis=1, keepdims=True)
    rows = numpy.arange(len(labels))
    loss = -numpy.log(chances[rows, labels]).mean()
    chances[rows, labels] -= 1
    chances /= numpy.float32(len(labels))
    back = (chances @ model["w2"].T) * (1 - hidden**2)
    weights = {"w1": inputs.T @ back, "b1": back.sum(axis=0),
               "w2": hidden.T @ chances, "b2": chances.sum(axis=0)}
    return weights, back @ model["w1"].T, loss


def make_step(parts, inputs, labels, own_rate=False, backwards=False):
    """step(number, indices, hyperparameters), which changes the parts."""

    def step(number, indices, hyperparameters=None):
        if backwards:
            indices = indices[::-1]
        if own_rate:
            parts["optimizer"]["lr"] = RATE
        rate = numpy.float32(parts["optimizer"]["lr"])
        slopes, _, _ = gradient(parts["model"], inputs[indices], labels[indices])
        for name, slope in slopes.items():
            momentum = parts["optimizer"]["momentum"]
            momentum[name] = numpy.float32(MOMENTUM) * momentum[name] + slope
            parts["model"][name] = parts["model"][name] - rate * momentum[name]

    return step


def make_batches(steps, seed):
    random = numpy.random.default_rng(seed)
    return random.integers(0, EXAMPLES, (steps, BATCH))


def accuracy(model, inputs, labels):
    hidden = numpy.tanh(inputs @ model["w1"] + model["b1"])
    return float(((hidden @ model["w2"] + model["b2"]).argmax(axis=1) == labels).mean())


def main():
    inputs, labels = make_data()
    if "--data" in sys.argv:
        place = sys.argv.index("--data")
        inputs, labels = [numpy.load(name, allow_pickle=False)
                          for name in sys.argv[place + 1:place + 3]]
    parts = make_parts(0)
    step = make_step(parts, inputs, labels, "--own-rate" in sys.argv, "--reversed" in sys.argv)
    serve(parts, step, data=data_digest(inputs, labels))


if __name__ == "__main__":
    main()
