"""Writes a trace while training goes on."""

import hashlib
import json
import os

import numpy

from .parts import state_of
from .state import save_state


class Recorder:
    """Records every so many steps of a training loop to a folder.

        recorder = Recorder("trace", {"model": model, "optimizer": optimizer}, every=100,
                            hyperparameters={"lr": 0.1}, data=data_digest(images, labels))
        for indices in batches:
            train_one_step(model, optimizer, indices)
            recorder.step(indices)
        recorder.close()

    The parts are whatever a next step reads: models, optimisers and schedules of torch, or
    dictionaries of numpy arrays and numbers that are changed in place. Made before the first step,
    the recorder writes their state then, after every `every` steps, and when it is closed.
    """

    def __init__(self, folder, parts, every, hyperparameters=None, data=None,
                 source="assay_trace 0.1"):
        if every < 1:
            raise ValueError(f"every: expected 1 or more steps, found {every}")
        self._folder = os.fspath(folder)
        os.makedirs(self._folder, exist_ok=True)
        if os.path.exists(self._path("trace.json")):
            raise FileExistsError(f"{self._folder!r} holds a trace already; choose another folder")
        self._parts = parts
        self._every = every
        self._manifest = {"format": "assay/tolerance-trace/1", "source": source,
                          "hyperparameters": dict(hyperparameters or {})}
        json.dumps(self._manifest, allow_nan=False)
        if data is not None:
            self._manifest["data"] = data
        self._batches = []
        self._checkpoints = []
        self._checkpoint()

    def step(self, batch_indices):
        """Records that a step was made with these examples."""
        indices = numpy.asarray(batch_indices, dtype=numpy.int64).reshape(-1)
        if indices.size == 0 or indices.min() < 0:
            raise ValueError("expected the indices of a batch's examples, whole numbers from 0")
        self._batches.append(indices)
        if len(self._batches) % self._every == 0:
            self._checkpoint()

    def close(self):
        """Writes the last checkpoint, the batches and the manifest; the trace is whole then."""
        if not self._batches:
            raise ValueError("no step was recorded")
        if self._checkpoints[-1]["step"] != len(self._batches):
            self._checkpoint()
        table = numpy.full((len(self._batches), max(map(len, self._batches))), -1, "<i8")
        for row, indices in zip(table, self._batches):
            row[:len(indices)] = indices
        numpy.save(self._path("batches.npy"), table)
        self._manifest["checkpoints"] = self._checkpoints
        temporary = self._path("trace.json.new")
        with open(temporary, "w") as file:
            json.dump(self._manifest, file, indent=2, allow_nan=False)
        os.replace(temporary, self._path("trace.json"))

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _checkpoint(self):
        step = len(self._batches)
        written = save_state(self._path(f"step-{step}.safetensors"), state_of(self._parts))
        self._checkpoints.append(
            {"step": step, "state": hashlib.sha256(written).hexdigest()})
