"""What changes while training goes on: a model, its optimiser, a schedule, or arrays of numpy."""

from .state import load_state, numpy_tensor, torch_tensor


def state_of(parts):
    """The state of all parts, by their names."""
    return {name: part.state_dict() if hasattr(part, "state_dict") else part
            for name, part in parts.items()}


def restore(parts, path):
    """Sets all parts to a recorded state."""
    recorded = {name: state for name, state in load_state(path, _keep).items()}
    if set(recorded) != set(parts):
        raise ValueError(
            f"the trace holds {sorted(recorded)}, the step function has {sorted(parts)}; "
            "name the parts as the recorder did")
    for name, part in parts.items():
        of_torch = any(base.__module__.split(".")[0] == "torch" for base in type(part).__mro__)
        state = _made(recorded[name], torch_tensor if of_torch else numpy_tensor)
        if hasattr(part, "load_state_dict"):
            part.load_state_dict(state)
        else:
            _fill(part, state, name)


class _Raw(tuple):
    """A tensor of a file: (type, shape, bytes)."""


def _keep(kind, shape, numbers):
    return _Raw((kind, shape, numbers))


def _made(value, make_tensor):
    if isinstance(value, _Raw):
        return make_tensor(*value)
    if isinstance(value, dict):
        return {key: _made(item, make_tensor) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_made(item, make_tensor) for item in value)
    return value


def _fill(part, state, name):
    """Writes a state into a dictionary of arrays and numbers, in place."""
    if not isinstance(part, dict) or set(part) != set(state):
        raise ValueError(f"{name!r} is neither a part with load_state_dict nor a dictionary with "
                         "the recorded keys")
    for key, value in state.items():
        if isinstance(part[key], dict):
            _fill(part[key], value, f"{name}/{key}")
        else:
            part[key] = value
