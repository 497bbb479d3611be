"""A recorded run, made again by serve: to the bit where it runs on the same machine."""

import json
import os
import tempfile
import unittest

import numpy

from assay_trace import Recorder, load_state, reseed, serve
from assay_trace.parts import restore, state_of

try:
    import torch
except ImportError:
    torch = None


class RecorderTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.trace = os.path.join(self.folder, "trace")

    def test_a_trace_has_its_checkpoints_and_batches(self):
        parts = {"model": {"w": numpy.zeros(2)}}
        with Recorder(self.trace, parts, every=2, hyperparameters={"lr": 1}) as recorder:
            for step in range(5):
                parts["model"] = {"w": parts["model"]["w"] + 1}
                recorder.step(range(step % 3 + 1))
        with open(os.path.join(self.trace, "trace.json")) as file:
            manifest = json.load(file)
        self.assertEqual([entry["step"] for entry in manifest["checkpoints"]], [0, 2, 4, 5])
        numpy.testing.assert_array_equal(
            numpy.load(os.path.join(self.trace, "batches.npy")),
            [[0, -1, -1], [0, 1, -1], [0, 1, 2], [0, -1, -1], [0, 1, -1]])
        last = load_state(os.path.join(self.trace, "step-5.safetensors"))
        self.assertEqual(last["model"]["w"].tolist(), [5, 5])

    def test_wrong_use_is_refused(self):
        parts = {"model": {"w": numpy.zeros(1)}}
        with self.assertRaises(ValueError):
            Recorder(self.trace, parts, every=0)
        recorder = Recorder(self.trace, parts, every=1)
        for indices in ([], [-1]):
            with self.assertRaises(ValueError):
                recorder.step(indices)
        with self.assertRaises(ValueError):
            recorder.close()
        recorder.step([0])
        recorder.close()
        with self.assertRaises(FileExistsError):
            Recorder(self.trace, parts, every=1)

    def test_parts_of_another_shape_are_not_restored(self):
        parts = {"model": {"w": numpy.zeros(1)}}
        with Recorder(self.trace, parts, every=1) as recorder:
            recorder.step([0])
        path = os.path.join(self.trace, "step-1.safetensors")
        for other in [{"net": {"w": numpy.zeros(1)}}, {"model": {"v": numpy.zeros(1)}}]:
            with self.assertRaises(ValueError):
                restore(other, path)

    def answer(self, parts, step, first, last, data=None):
        """Asks serve for the steps from one checkpoint, as `assay tolerance verify` does."""
        folder = os.path.join(self.folder, "request")
        os.makedirs(os.path.join(folder, "out"))
        batches = numpy.load(os.path.join(self.trace, "batches.npy"))[first:last]
        numpy.save(os.path.join(folder, "batches.npy"), batches)
        source = os.path.join(self.trace, f"step-{first}.safetensors")
        os.link(source, os.path.join(folder, "state.safetensors"))
        with open(os.path.join(folder, "request.json"), "w") as file:
            json.dump({"version": 1, "firstStep": first, "stepCount": last - first,
                       "hyperparameters": {"seed": 3}}, file)
        os.environ["ASSAY_STEP_FOLDER"] = folder
        self.addCleanup(os.environ.pop, "ASSAY_STEP_FOLDER")
        serve(parts, step, data)
        return os.path.join(folder, "out", "state.safetensors")

    def test_arrays_are_trained_again_to_the_bit(self):
        def made():
            parts = {"model": {"w": numpy.ones(3, "f4")}, "optimizer": {"lr": 0.1, "count": 0}}

            def step(number, indices, hyperparameters):
                reseed(hyperparameters["seed"], number)
                noise = numpy.random.rand(3).astype("f4")
                parts["model"]["w"] = parts["model"]["w"] - noise * len(indices)
                parts["optimizer"]["count"] += 1

            return parts, step

        parts, step = made()
        with Recorder(self.trace, parts, every=2) as recorder:
            for number in range(4):
                step(number, [number], {"seed": 3})
                recorder.step([number])
        parts, step = made()
        answer = load_state(self.answer(parts, step, 2, 4))
        expected = load_state(os.path.join(self.trace, "step-4.safetensors"))
        numpy.testing.assert_array_equal(answer["model"]["w"], expected["model"]["w"])
        self.assertEqual(answer["optimizer"], {"lr": 0.1, "count": 4})

    @unittest.skipIf(torch is None, "torch is missing")
    def test_a_model_of_torch_is_trained_again_to_the_bit(self):
        inputs = torch.arange(40.0).reshape(10, 4) / 40

        def made():
            torch.manual_seed(0)
            model = torch.nn.Sequential(
                torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.5),
                torch.nn.Linear(8, 1))
            optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
            parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}

            def step(number, indices, hyperparameters):
                reseed(hyperparameters["seed"], number)
                optimizer.zero_grad()
                model(inputs[torch.as_tensor(indices)]).square().mean().backward()
                optimizer.step()
                scheduler.step()

            return parts, step

        parts, step = made()
        with Recorder(self.trace, parts, every=3) as recorder:
            for number in range(6):
                indices = numpy.arange(number, number + 4)
                step(number, indices, {"seed": 3})
                recorder.step(indices)
        claimed = state_of(parts)
        parts, step = made()
        answer = load_state(self.answer(parts, step, 3, 6))
        expected = load_state(os.path.join(self.trace, "step-6.safetensors"))
        for name in claimed["model"]:
            numpy.testing.assert_array_equal(
                answer["model"][name], expected["model"][name], name)
        self.assertEqual(answer["scheduler"], expected["scheduler"])


if __name__ == "__main__":
    unittest.main()
