"""Runs steps again for a verifier: the other side of `assay tolerance verify`.

The verifier puts a folder into the environment as ASSAY_STEP_FOLDER. It holds `request.json`
({"version": 1, "firstStep": …, "stepCount": …, "hyperparameters": {…}}), `state.safetensors` and
`batches.npy` (a row for each step, filled up with -1). The answer is `out/state.safetensors`.
"""

import json
import os

import numpy

from .parts import restore, state_of
from .state import save_state


def serve(parts, step, data=None):
    """Answers one request: sets the parts to its state, makes its steps, writes their state.

    step(number, indices, hyperparameters) makes step `number` (from 0) with these examples and
    changes the parts. The hyperparameters are the provider's words: use your own where you can.
    data is data_digest(…) of the data that the steps use; the verifier compares it with the
    trace's.
    """
    folder = os.environ.get("ASSAY_STEP_FOLDER")
    if folder is None:
        raise SystemExit("ASSAY_STEP_FOLDER is not set; `assay tolerance verify` runs this program")
    with open(os.path.join(folder, "request.json")) as file:
        request = json.load(file)
    if request["version"] != 1:
        raise SystemExit(f"requests of version {request['version']} are not known here")
    batches = numpy.load(os.path.join(folder, "batches.npy"), allow_pickle=False)
    restore(parts, os.path.join(folder, "state.safetensors"))
    for place, row in enumerate(batches):
        step(request["firstStep"] + place, row[row >= 0], request["hyperparameters"])
    save_state(os.path.join(folder, "out", "state.safetensors"), state_of(parts), data=data)
