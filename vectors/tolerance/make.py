#!/usr/bin/env python3
"""Makes torch.json: checkpoints that torch.save wrote, and what stands in them.

Needs torch. What is expected is taken from the tensors themselves, and the plain values are encoded
by the Python package in python/.
"""

import collections
import io
import json
import pathlib
import pickle
import sys

import numpy
import torch

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[1] / "python"))
from assay_trace.state import encode  # noqa: E402


def saved(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue().hex()


def read(name, value):
    tensors, values = encode(value)
    return {
        "name": name, "file": saved(value), "values": json.dumps(values),
        "tensors": [{"name": key, "type": kind, "shape": list(shape), "contents": numbers.hex()}
                    for key, (kind, shape, numbers) in sorted(tensors.items())],
    }


def refused(name, file, reason):
    return {"name": name, "file": file, "reason": reason}


class Model(torch.nn.Linear):
    pass


def training():
    """A folder of proof-of-learning: a state every two of four steps."""
    torch.manual_seed(0)
    net = torch.nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[2, 3])
    states = []
    for step in range(5):
        if step % 2 == 0:
            state = {"net": net.state_dict(), "optimizer": optimizer.state_dict(),
                     "scheduler": scheduler.state_dict()}
            states.append(read(f"model_step_{step}", state))
        optimizer.zero_grad()
        net(torch.ones(1, 3)).square().sum().backward()
        optimizer.step()
        scheduler.step()
    return states


def kinds():
    torch.manual_seed(1)
    tied = torch.randn(4)
    return {
        "types": {
            "f64": torch.randn(3, dtype=torch.float64), "f16": torch.randn(3).half(),
            "bf16": torch.randn(3).bfloat16(), "i64": torch.arange(-2, 3),
            "i32": torch.arange(3, dtype=torch.int32), "i16": torch.arange(3, dtype=torch.int16),
            "i8": torch.arange(-1, 2, dtype=torch.int8),
            "u8": torch.arange(3, dtype=torch.uint8), "bool": torch.tensor([True, False]),
        },
        "views": {
            "transposed": torch.arange(6.0).reshape(2, 3).t(),
            "slice": torch.arange(8.0)[2:7:2], "one": torch.tensor(2.5),
            "empty": torch.empty(0, 3), "expanded": torch.ones(1, 2).expand(3, 2),
            "tied": [tied, tied],
        },
        "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        "values": {
            "numbers": [0, 255, 256, 65536, -1, 2**40, -(2**62), 1e-8, 0.1, float("inf")],
            "text": "naïve", "none": None, "flags": (True, False),
            "ordered": collections.OrderedDict([(1, "a"), ("b", 2)]),
        },
    }


def calling(function, argument):
    """An archive whose pickle would call a function when it is loaded."""
    class Call:
        def __reduce__(self):
            return function, (argument,)
    return saved({"net": torch.ones(1), "extra": Call()})


def main():
    import os
    tests = training() + [
        read("every kind of value", kinds()),
        refused("a call of a function", calling(os.system, "true"), "posix.system"),
        refused("a call of eval", calling(eval, "1"), "__builtin__.eval"),
        refused("a whole model", saved(Model(1, 1)), "__main__.Model"),
        refused("a number of numpy", saved({"best": numpy.float64(1)}), "numpy"),
        refused("the layout before PyTorch 1.6",
                saved({"a": torch.ones(1)}, _use_new_zipfile_serialization=False),
                "no zip archive"),
        refused("a bare pickle", pickle.dumps({"a": 1}, 2).hex(), "no zip archive"),
        refused("another protocol", saved({"a": torch.ones(1)}, pickle_protocol=4),
                "protocol 2"),
        refused("a whole number beyond 64 bits", saved({"a": 2**80}), "64 bits"),
    ]
    source = {"name": f"PyTorch {torch.__version__}, by vectors/tolerance/make.py",
              "address": "https://pytorch.org"}
    file = {"algorithm": "checkpoints of torch.save", "source": source,
            "numberOfTests": len(tests), "tests": tests}
    (here / "torch.json").write_text(json.dumps(file, indent=1) + "\n")


main()
