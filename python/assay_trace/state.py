"""States as safetensors files: tensors by the keys on the way to them, plain values beside.

A state is what `state_dict()` returns, under a name for each part: {"model": …, "optimizer": …}.
Tensors of torch and numpy become tensors of the file, named by their keys joined with slashes; the
rest becomes JSON in the file's metadata ("values"), which keeps what JSON lacks: keys that are no
texts, tuples, and floats that are not finite. Nothing is pickled, here or when it is read.
"""

import json
import math
import os
import struct
import sys

import numpy

# The names of a safetensors header, and the types of numpy that hold their bits.
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U8": "|u1", "BOOL": "|b1",
}
_NAMES = {numpy.dtype(text): name for name, text in _TYPES.items() if name != "BF16"}
_TORCH_TYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64",
    "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
}


def encode(state):
    """Takes a nested state apart: (tensors, values).

    tensors maps names to (type, shape, bytes); values is JSON.
    """
    tensors = {}

    def walk(value, name, depth):
        if depth > 16:
            raise ValueError(f"{name!r} is nested deeper than 16")
        tensor = _tensor(value)
        if tensor is not None:
            tensors[name] = tensor
            return {"tensor": name}
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, (int, numpy.integer)):
            return int(value)
        if isinstance(value, (float, numpy.floating)):
            value = float(value)
            return value if math.isfinite(value) else {"float": str(value)}
        if isinstance(value, dict):
            return {"dict": [[key, walk(item, _join(name, key), depth + 1)]
                             for key, item in value.items()]}
        if isinstance(value, (list, tuple)):
            items = [walk(item, _join(name, index), depth + 1)
                     for index, item in enumerate(value)]
            return {"tuple": items} if isinstance(value, tuple) else items
        raise TypeError(
            f"{name!r} is a {type(value).__name__}; expected tensors, numbers, texts, lists, "
            "tuples and dictionaries, as state_dict() returns them")

    return tensors, walk(state, "", 0)


def decode(tensors, values, make_tensor):
    """Puts a state together again; make_tensor gets (type, shape, bytes)."""

    def build(value):
        if isinstance(value, list):
            return [build(item) for item in value]
        if not isinstance(value, dict):
            return value
        (kind, content), = value.items()
        if kind == "dict":
            return {key: build(item) for key, item in content}
        if kind == "tuple":
            return tuple(build(item) for item in content)
        if kind == "tensor":
            return make_tensor(*tensors[content])
        if kind == "float":
            return float(content)
        raise ValueError(f"unknown kind of value: {kind!r}")

    return build(values)


def save_state(path, state, data=None):
    """Writes a nested state as a safetensors file and returns its bytes.

    data is the digest of the training data, which a verifier's step function reports.
    """
    tensors, values = encode(state)
    metadata = {"values": json.dumps(values, allow_nan=False, separators=(",", ":"))}
    if data is not None:
        metadata["data"] = data
    header = {"__metadata__": metadata}
    offset = 0
    contents = []
    for name in sorted(tensors):
        kind, shape, numbers = tensors[name]
        header[name] = {"dtype": kind, "shape": list(shape),
                        "data_offsets": [offset, offset + len(numbers)]}
        offset += len(numbers)
        contents.append(numbers)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    written = b"".join([struct.pack("<Q", len(text)), text] + contents)
    # A reader finds the old file or the whole new one.
    temporary = f"{path}.{os.getpid()}.new"
    with open(temporary, "wb") as file:
        file.write(written)
    os.replace(temporary, path)
    return written


def load_state(path, make_tensor=None):
    """Reads a state that save_state or `assay tolerance import` wrote: numpy arrays, or what
    make_tensor(type, shape, bytes) makes."""
    with open(path, "rb") as file:
        contents = file.read()
    (count,) = struct.unpack("<Q", contents[:8])
    header = json.loads(contents[8:8 + count])
    metadata = header.pop("__metadata__", {})
    start = 8 + count
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        tensors[name] = (entry["dtype"], entry["shape"], contents[start + first:start + last])
    make_tensor = make_tensor or numpy_tensor
    if "values" not in metadata:
        # A plain safetensors file of other programs: a dictionary of tensors.
        return {name: make_tensor(*tensor) for name, tensor in tensors.items()}
    return decode(tensors, json.loads(metadata["values"]), make_tensor)


def numpy_tensor(kind, shape, numbers):
    """A numpy array of a file's numbers; BF16 as the bits of its numbers."""
    return numpy.frombuffer(bytearray(numbers), dtype=_TYPES[kind]).reshape(shape)


def torch_tensor(kind, shape, numbers):
    """A tensor of torch of a file's numbers."""
    import torch

    (name,) = [name for name, known in _TORCH_TYPES.items() if known == kind]
    if not numbers:
        return torch.empty(shape, dtype=getattr(torch, name))
    return torch.frombuffer(bytearray(numbers), dtype=getattr(torch, name)).reshape(shape)


def _tensor(value):
    if isinstance(value, numpy.ndarray):
        kind = _NAMES.get(value.dtype.newbyteorder("<"))
        if kind is None:
            raise TypeError(f"arrays of {value.dtype} are not recorded; convert it first")
        return kind, value.shape, value.astype(_TYPES[kind], order="C", copy=False).tobytes()
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        kind = _TORCH_TYPES.get(str(value.dtype).removeprefix("torch."))
        if kind is None:
            raise TypeError(f"tensors of {value.dtype} are not recorded; convert it first")
        flat = value.detach().cpu().contiguous().reshape(-1)
        return kind, tuple(value.shape), flat.view(torch.uint8).numpy().tobytes()
    return None


def _join(name, part):
    if isinstance(part, bool) or not isinstance(part, (int, str)) or "/" in str(part):
        raise TypeError(f"the key {part!r} in {name!r} is neither a whole number nor a text "
                        "without a slash")
    return f"{name}/{part}" if name else str(part)
