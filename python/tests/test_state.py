"""States as files: what is written is read again."""

import math
import os
import tempfile
import unittest

import numpy

from assay_trace import data_digest, load_state, reseed, save_state
from assay_trace.state import decode, encode, numpy_tensor

try:
    import torch
except ImportError:
    torch = None


class StateTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "state.safetensors")

    def test_arrays_and_plain_values_are_read_as_they_were_written(self):
        state = {
            "model": {"w": numpy.arange(6, dtype="f4").reshape(2, 3).T, 3: numpy.array(7)},
            "optimizer": {"lr": 0.1, "betas": (0.9, 0.999), "flags": [True, None, "é"],
                          "big": 2**53 + 1, "inf": -math.inf},
        }
        save_state(self.path, state)
        read = load_state(self.path)
        self.assertEqual(read["optimizer"], state["optimizer"])
        self.assertIsInstance(read["optimizer"]["betas"], tuple)
        numpy.testing.assert_array_equal(read["model"]["w"], state["model"]["w"])
        self.assertEqual(read["model"][3].dtype, numpy.int64)

    def test_what_cannot_be_recorded_is_refused(self):
        for value in [object(), {"a/b": 1}, {1.5: 1}, {"a": {1, 2}}, numpy.array(["a"]),
                      numpy.array(1j)]:
            with self.assertRaises(TypeError):
                encode({"part": value})
        nested = []
        nested.append(nested)
        with self.assertRaises(ValueError):
            encode(nested)

    def test_two_names_for_one_tensor_are_kept_apart(self):
        tensors, values = encode({"a": [numpy.ones(1), numpy.zeros(1)]})
        self.assertEqual(sorted(tensors), ["a/0", "a/1"])
        self.assertEqual(decode(tensors, values, numpy_tensor)["a"][0][0], 1)

    def test_data_are_hashed_to_the_last_byte_and_with_their_labels(self):
        images = numpy.zeros((2, 32, 32, 3), "u1")
        labels = numpy.array([1, 2])
        other = images.copy()
        other[0, 16, 16, 1] = 1
        digests = {data_digest(images, labels), data_digest(other, labels),
                   data_digest(images, labels[::-1]), data_digest(images),
                   data_digest(images.reshape(2, -1), labels)}
        self.assertEqual(len(digests), 5)
        self.assertEqual(data_digest(images.astype(">u2")), data_digest(images.astype("<u2")))

    def test_a_step_draws_the_same_numbers_again(self):
        reseed(1, 5)
        first = numpy.random.rand()
        reseed(1, 6)
        second = numpy.random.rand()
        reseed(1, 5)
        self.assertEqual(numpy.random.rand(), first)
        self.assertNotEqual(first, second)

    @unittest.skipIf(torch is None, "torch is missing")
    def test_torch_tensors_keep_their_types(self):
        kinds = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64,
                 torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
        state = {"model": {str(kind): torch.tensor([[1, 0, 1]]).to(kind).t() for kind in kinds}}
        state["model"]["empty"] = torch.empty(0, 2)
        save_state(self.path, state)
        from assay_trace.state import torch_tensor
        read = load_state(self.path, torch_tensor)
        for name, tensor in state["model"].items():
            self.assertEqual(read["model"][name].dtype, tensor.dtype)
            self.assertTrue(torch.equal(read["model"][name], tensor), name)


if __name__ == "__main__":
    unittest.main()
