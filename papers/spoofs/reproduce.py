#!/usr/bin/env python3
"""Published spoofs of proof-of-learning against tolerance traces, and against exact traces.

    papers/spoofs/reproduce.py [--assay PATH]

Needs numpy, and the built command; writes results.json and figure.svg beside itself. A provider has
no more than somebody else's final weights, and makes checkpoints on the line from fresh weights to
them. What varies is how he makes a replay land near the next checkpoint: see README.md here.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy

from task import (BATCH, EXAMPLES, MOMENTUM, RATE, accuracy, data_digest, gradient, make_batches,
                  make_data, make_parts, make_step)

from assay_trace import Recorder  # noqa: E402  (task puts it on the path)

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STEPS, EVERY = 400, 40
COUNTS = [10, 20, 50, 100, 200, 400]
# The fraction of the reference that is accepted, and the checkpoints of the spoofs that the command
# is shown. Each update of the honest run is larger than this fraction.
THRESHOLD, SHOWN, FEW = 0.05, 100, 13
SPOOFS = {
    "infinitesimal": "infinitesimal updates",
    "interpolation": "interpolation",
    "momentum": "forged momentum",
    "data": "adversarial data",
}
INPUTS, LABELS = make_data()


def norm(values):
    return float(numpy.sqrt(sum((value.astype("f8") ** 2).sum() for value in values.values())))


def difference(left, right):
    return {name: left[name] - right[name] for name in left}


def train(seed):
    """An honest run: the states after each step, and the batches."""
    parts, batches = make_parts(seed), make_batches(STEPS, 100 + seed)
    step, states = make_step(parts, INPUTS, LABELS), [copy.deepcopy(parts)]
    for number, batch in enumerate(batches):
        step(number, batch)
        states.append(copy.deepcopy(parts))
    return states, batches


def optimised(model, target, inputs, labels, rounds, rate=0.1):
    """Inputs whose gradient by the weights is nearest to a target (Zhang et al. 2022).

    The objective |g(x) - target|^2 has the slope 2 d/dx <g(x), v> by the inputs, with v the
    difference held fixed; <g(x), v> is the loss's derivative along v, so two gradients by the
    inputs at weights a little to either side along v give it.
    """
    inputs = inputs.copy()
    mean, square, best = numpy.zeros_like(inputs), numpy.zeros_like(inputs), (numpy.inf, inputs)
    for count in range(1, rounds + 1):
        found, _, _ = gradient(model, inputs, labels)
        away = difference(found, target)
        distance = norm(away)
        if distance < best[0]:
            best = (distance, inputs.copy())
        size = numpy.float32(0.01 / distance)
        _, plus, _ = gradient({n: model[n] + size * away[n] for n in model}, inputs, labels)
        _, minus, _ = gradient({n: model[n] - size * away[n] for n in model}, inputs, labels)
        slope = (plus - minus) / (2 * size)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        move = mean / (1 - 0.9**count) / (numpy.sqrt(square / (1 - 0.99**count)) + 1e-12)
        inputs = (inputs - rate * move).astype("f4")
    return best[1]


def spoof(kind, stolen, count, rounds=40):
    """Checkpoints from fresh weights to stolen ones, a step apart: (states, batches, inputs)."""
    random = numpy.random.default_rng(3)
    start = make_parts(7)["model"]

    def at(place):
        share = numpy.float32(place / count)
        return {n: (start[n] + share * (stolen[n] - start[n])).astype("f4") for n in start}

    momentum = {name: numpy.zeros_like(value) for name, value in start.items()}
    rate = 1e-12 if kind == "infinitesimal" else RATE
    batches = random.integers(0, EXAMPLES, (count, BATCH))
    inputs = INPUTS
    if kind == "data":
        # The provider's own examples: a new one for every place of every batch.
        inputs = INPUTS[batches.reshape(-1)].copy()
        places = numpy.arange(count * BATCH).reshape(count, BATCH)
    states, gradients = [], 0
    for place in range(count + 1):
        weights = at(place)
        states.append({"model": weights, "optimizer": {"lr": rate, "momentum": momentum}})
        if place == count:
            break
        step = difference(at(place + 1), weights)
        rows = batches[place]
        labels = LABELS[rows]
        if kind == "momentum":
            # m with -rate (0.9 m + g) = step: one gradient, and the replay lands where it should.
            slopes, _, _ = gradient(weights, INPUTS[rows], labels)
            gradients += 1
            forged = {n: (-step[n] / RATE - slopes[n]) / MOMENTUM for n in step}
            states[-1]["optimizer"]["momentum"] = forged
            momentum = forged
        elif kind in ("interpolation", "data"):
            batch = INPUTS[rows]
            if kind == "data":
                target = {n: -step[n] / RATE - MOMENTUM * momentum[n] for n in step}
                batch = optimised(weights, target, batch, labels, rounds)
                inputs[places[place]] = batch
                gradients += 3 * rounds
            slopes, _, _ = gradient(weights, batch, labels)
            gradients += 1
            # The optimiser's state is what a replay will have.
            momentum = {n: numpy.float32(MOMENTUM) * momentum[n] + slopes[n] for n in step}
    return states, batches, inputs, gradients


def replayed(states, batches, every, inputs, labels, **options):
    """The distances of the weights from a replay of each interval, and the claimed updates."""
    distances, updates = [], []
    for place in range(len(states) - 1):
        parts = copy.deepcopy(states[place])
        step = make_step(parts, inputs, labels, **options)
        for number in range(place * every, (place + 1) * every):
            step(number, batches[number])
        distances.append(norm(difference(parts["model"], states[place + 1]["model"])))
        updates.append(norm(difference(states[place]["model"], states[place + 1]["model"])))
    return distances, updates


def handed_in(batches, inputs):
    """The batches, inputs and labels of a provider who hands in its own examples."""
    return numpy.arange(batches.size).reshape(batches.shape), inputs, LABELS[batches.reshape(-1)]


def measure(stolen, reference):
    """The smallest tolerance that takes every interval, by spoof and number of checkpoints."""
    rows = []
    for kind in SPOOFS:
        for count in COUNTS:
            states, batches, inputs, gradients = spoof(kind, stolen, count)
            labels = LABELS
            if kind == "data":
                batches, inputs, labels = handed_in(batches, inputs)
            distances, updates = replayed(states, batches, 1, inputs, labels)
            rows.append({
                "spoof": kind, "checkpoints": count, "gradients": gradients,
                "tolerance": max(distances) / reference, "update": max(updates) / reference,
                "accuracy": accuracy(states[-1]["model"], INPUTS, LABELS)})
    return rows


class Command:
    """The built command, in a folder of its own."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, *words):
        return subprocess.run([self.path, *words], cwd=self.folder, capture_output=True, text=True)

    def __call__(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            sys.exit(f"assay {' '.join(words)}\n{done.stderr}")

    def verify(self, trace, policy, *options):
        """What the command says of a trace."""
        words = ["tolerance", "verify", trace, "--policy", policy, "--unsandboxed", "--json", "--",
                 sys.executable, str(HERE / "task.py"), *options]
        done = self.run(*words)
        answer = json.loads(done.stdout or "{}")
        if "result" not in answer:
            sys.exit(f"assay {' '.join(words)}\n{done.stderr}")
        return answer["result"]

    def audit(self, cheat):
        """What an exact audit of four intervals says of a cheat, or of the honest run."""
        claim = "run/claim.json"
        if cheat:
            words = ["cheat", "run", "--how", cheat, "--out", cheat]
            self(*words)
            claim = f"{cheat}/claim.json"
        self("challenge", claim, "--draw", "4", "--out", "challenge.json")
        if cheat:
            self(*words, "--challenge", "challenge.json")
            bundle = f"{cheat}/bundle"
        else:
            self("open", "run", "--challenge", "challenge.json", "--out", "bundle")
            bundle = "bundle"
        done = self.run("audit", claim, "--bundle", bundle, "--challenge", "challenge.json",
                        "--spec", "spec.json")
        return {0: "PASSED", 1: "FAILED"}.get(done.returncode, done.stderr)


def record(folder, states, batches, every, data=None):
    """Writes a trace: every `every`-th of the states after each step."""
    parts = copy.deepcopy(states[0])
    recorder = Recorder(folder, parts, every, data=data)
    for number, batch in enumerate(batches):
        parts.update(copy.deepcopy(states[number + 1]))
        recorder.step(batch)
    recorder.close()


def decide(assay, runs):
    """What the command says of each trace: in the published way, and in its own."""
    folder, bound = assay.folder, data_digest(INPUTS, LABELS)
    for index, (states, batches) in enumerate(runs):
        record(f"{folder}/run-{index}", states, batches, EVERY, bound)
    assay("keygen", "--out", "provider")
    policy = ["tolerance", "policy", "run-0", "run-1", "--threshold", str(THRESHOLD), "--out"]
    # The weights' L2 alone, the two largest updates, the provider's rate and data.
    assay(*policy, "published.json", "--distance", "l2", "--ignore", "optimizer", "--largest", "2",
          "--admit-uninformative")
    # All distances, the optimiser too, drawn intervals, the buyer's rate and data.
    assay(*policy, "strict.json", "--draw", "4")
    assay("tolerance", "import", "run-0", "--key", "provider.key", "--out", "honest")
    decisions = {"honest": (assay.verify("honest", "published.json", "--reversed"),
                            assay.verify("honest", "strict.json", "--own-rate", "--reversed"))}
    stolen = runs[0][0][-1]["model"]
    for kind in SPOOFS:
        states, batches, inputs, _ = spoof(kind, stolen, SHOWN)
        theirs = []
        if kind == "data":
            batches, inputs, labels = handed_in(batches, inputs)
            numpy.save(f"{folder}/inputs.npy", inputs)
            numpy.save(f"{folder}/labels.npy", labels)
            theirs = ["--data", "inputs.npy", "labels.npy"]
        record(f"{folder}/recorded-{kind}", states, batches, 1, None if theirs else bound)
        assay("tolerance", "import", f"recorded-{kind}", "--key", "provider.key", "--out", kind)
        decisions[kind] = (assay.verify(kind, "published.json", *theirs),
                           assay.verify(kind, "strict.json", "--own-rate"))
    # Longer steps, each more than the tolerance, by data that took more work, and a verifier who
    # takes the data from the provider.
    states, batches, inputs, _ = spoof("data", stolen, FEW, rounds=400)
    batches, inputs, labels = handed_in(batches, inputs)
    numpy.save(f"{folder}/inputs.npy", inputs)
    numpy.save(f"{folder}/labels.npy", labels)
    record(f"{folder}/recorded-unbound", states, batches, 1)
    assay("tolerance", "import", "recorded-unbound", "--key", "provider.key", "--out", "unbound")
    theirs = ["--data", "inputs.npy", "labels.npy"]
    decisions["unbound"] = (assay.verify("unbound", "published.json", *theirs),
                            assay.verify("unbound", "strict.json", "--own-rate", *theirs))
    return decisions


def decide_exactly(assay):
    """What exact audits say: the state after a step has one right value there."""
    assay("spec", "new", "--out", "spec.json", "--examples", "500", "--hidden", "32",
          "--steps", "60", "--interval", "5")
    assay("train", "spec.json", "--run", "run")
    assay("claim", "run")
    return {"honest": assay.audit(None), "infinitesimal": assay.audit("infinitesimalUpdates"),
            "interpolation": assay.audit("interpolation"), "data": assay.audit("otherData")}


COLOURS = {"infinitesimal": "#b2410f", "interpolation": "#8a6d00", "momentum": "#3f6212",
           "data": "#6d28d9"}


def figure(results):
    """The smallest tolerance that takes each spoof, over its number of checkpoints, as SVG."""
    width, height, left, top, right, bottom = 760, 430, 80, 60, 190, 60
    floor, ceiling = -10.5, 0
    log = numpy.log10

    def across(count):
        first, last = log(COUNTS[0]), log(COUNTS[-1])
        return left + (width - left - right) * (log(count) - first) / (last - first)

    def down(value):
        share = (ceiling - max(log(max(value, 1e-300)), floor)) / (ceiling - floor)
        return top + (height - top - bottom) * share

    def text(x, y, words, more=""):
        return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'

    def level(value, words, colour, dashes):
        y = down(value)
        return [f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{colour}" stroke-dasharray="{dashes}"/>',
                text(width - right + 8, y, words, f'fill="{colour}"')]

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'font-family="sans-serif" font-size="12" fill="#222">',
             f'<rect width="{width}" height="{height}" fill="white"/>',
             text(left, 24, "The smallest tolerance that accepts a spoof, in units of d_ref",
                  'font-size="15"'),
             text(left, 42, "Whoever has only the final weights makes up checkpoints until the "
                            "tolerance is wide enough.", 'fill="#555"')]
    for power in range(-10, 1, 2):
        y = down(10.0**power)
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}" '
                     'stroke="#ddd"/>')
        parts.append(text(left - 8, y + 4, f"10<tspan dy='-5' font-size='9'>{power}</tspan>",
                          'text-anchor="end"'))
    for count in COUNTS:
        parts.append(text(across(count), height - bottom + 18, count, 'text-anchor="middle"'))
    parts.append(text((left + width - right) / 2, height - bottom + 40,
                      "made-up checkpoints, a step apart", 'text-anchor="middle"'))
    parts += level(THRESHOLD, f"accepted: {THRESHOLD}", "#555", "6 4")
    parts += level(results["rerun"], "honest re-run", "#0369a1", "6 4")
    parts.append(text(width - right + 8, height - bottom + 4, "exact traces: 0", 'fill="#0f766e"'))
    parts.append(f'<line x1="{left}" x2="{width - right}" y1="{height - bottom}" '
                 f'y2="{height - bottom}" stroke="#0f766e" stroke-width="2"/>')
    for place, (kind, name) in enumerate(SPOOFS.items()):
        rows = [row for row in results["measured"] if row["spoof"] == kind]
        points = [(across(row["checkpoints"]), down(row["tolerance"])) for row in rows]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        colour = COLOURS[kind]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        # Names of lines that end close together are kept apart.
        label = {"interpolation": 16, "infinitesimal": 10}.get(kind, 4)
        parts.append(text(points[-1][0] + 8, points[-1][1] + label, name, f'fill="{colour}"'))
    return "\n".join(parts + ["</svg>", ""])


def main():
    begun = time.monotonic()
    path = ROOT / ".build" / "release" / "assay"
    if "--assay" in sys.argv:
        path = pathlib.Path(sys.argv[sys.argv.index("--assay") + 1]).resolve()
    if not path.exists():
        sys.exit(f"{path} is missing: swift build -c release, or --assay PATH")
    runs = [train(0), train(1)]
    last = [states[-1]["model"] for states, _ in runs]
    reference = norm(difference(*last))
    states, batches = runs[0]
    distances, updates = replayed(states[::EVERY], batches, EVERY, INPUTS, LABELS, backwards=True)
    results = {
        "steps": STEPS, "every": EVERY, "reference": reference,
        "accuracy": accuracy(last[0], INPUTS, LABELS),
        "rerun": max(distances) / reference, "smallestUpdate": min(updates) / reference,
        "measured": measure(last[0], reference), "threshold": THRESHOLD, "shown": SHOWN,
    }
    with tempfile.TemporaryDirectory() as folder:
        assay = Command(str(path), folder)
        results["decisions"] = decide(assay, runs)
        results["exact"] = decide_exactly(assay)
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (HERE / "figure.svg").write_text(figure(results))
    print(f"an honest re-run is {results['rerun']:.1e} of d_ref away")
    print(f"{'trace':24} published way  own way       exact")
    names = {"honest": "honest", **SPOOFS, "unbound": f"the same, {FEW} steps"}
    for kind, name in names.items():
        published, strict = results["decisions"][kind]
        print(f"{name:24} {published:14} {strict:13} {results['exact'].get(kind, '')}")
    print(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
