"""What a process without the answers is told of an item, and which observations it can make.

An item holds torch's answer and every known mistake. Of all that, the process in which a student's
code runs gets plain data: names, shapes, how a class is made, and where the code of an observation
stands. That code imports nothing that knows an answer.
"""

import json
import math
from functools import partial
from importlib import import_module
from itertools import count

from course_lib.exercises.spec import Case, Constructor, Item
from course_lib.grading.engine import named_tensors, wire

# Modules of observations that hold no answer ...
HARMLESS = (
    "course_lib.exercises.asked_bptt",
    "course_lib.exercises.asked_rnn_text",
    "course_lib.exercises.asked_rnn_training",
    "course_lib.exercises.observations_conv",
    "course_lib.exercises.observe_convlstm",
    "course_lib.exercises.observe_debug",
    "course_lib.exercises.observe_gru",
)
# ... and of those that train a model of the course: asked in a process of their own, which is
# never asked anything else.
WITH_MODELS = ("course_lib.exercises.training_convlstm",)

# Where an observation is made: beside the student's code, there but with the course's models, or
# here, with nothing but what the student's function returns.
BESIDE, BESIDE_MODELS, HERE = "beside", "beside-models", "here"


def place(item: Item, observe: str) -> str:
    """Where an observation of an item is made."""
    function = item.observations.get(observe)
    if function is None:
        return BESIDE
    module = getattr(function, "__module__", None)
    if isinstance(function, partial) or module not in HARMLESS + WITH_MODELS:
        return HERE
    return BESIDE if module in HARMLESS else BESIDE_MODELS


def needs_models(assignment) -> bool:
    """Whether some observation of an assignment trains a model of the course."""
    return any(
        place(item, observe) == BESIDE_MODELS
        for item in assignment.items
        for observe in item.observations
    )


def description(item: Item, models: bool = False) -> dict:
    """Plain data from which ``described`` makes an item that can be observed, and no more.

    Only the observations that are made in that process, the one with ``models`` or the other:
    it could not load the rest.
    """
    own = {
        name: f"{function.__module__}:{function.__name__}"
        for name, function in item.observations.items()
        if place(item, name) == (BESIDE_MODELS if models else BESIDE)
    }
    made = item.constructor
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "signature": str(item.signature),
        "arguments": item.arguments,
        "returns": item.returns,
        "weights": dict(item.weights),
        "forbidden": sorted(item.forbidden),
        "chapter": item.chapter,
        "observations": own,
        "constructor": {"sizes": dict(made.sizes), "options": made.options} if made else None,
    }


def described(told: dict) -> Item:
    """An item without cases, oracle, aspects or mistakes."""
    made = told["constructor"]
    return Item(
        **{key: told[key] for key in ("id", "kind", "name", "signature", "arguments", "returns")},
        **{key: told[key] for key in ("weights", "chapter")},
        forbidden=frozenset(told["forbidden"]),
        observations={name: _found(path) for name, path in told["observations"].items()},
        constructor=Constructor(made["sizes"], made["options"]) if made else None,
        title="",
        points=0.0,
        result="",
        axes=_nothing,
        cases=_nothing,
        oracle=None,
        candidate=_nothing,
        aspects=(),
        faults=(),
    )


_numbers = count()


def encoded(case: Case) -> tuple[int, list[bytes]]:
    """A number for the case, and the case as blobs; made once and kept with it.

    The first blob is JSON: to write it anew for each submission would take milliseconds.
    """
    kept = getattr(case, "_encoded", None)
    if kept is None:
        blobs: list = []
        packed = named_tensors.pack(case.tensors)
        told = {
            "id": case.id,
            "sizes": dict(case.sizes),
            "options": {n: v for n, v in case.options.items() if not callable(v)},
            "functions": [n for n, v in case.options.items() if callable(v)],
        }
        if packed is None:
            told["tensors"] = dict(case.tensors)
        node = {"rows": packed and packed[0]}
        if _is_json(told):
            node["plain"] = told
        else:
            node["told"] = wire.encode(told, blobs)
        text = json.dumps(node, allow_nan=False, separators=(",", ":")).encode()
        blobs = [text, *map(bytes, blobs), *([packed[1]] if packed else [])]
        kept = next(_numbers), blobs
        object.__setattr__(case, "_encoded", kept)
    return kept


def decoded(blobs: list) -> tuple[dict, list[str]]:
    """What a ``Case`` is made of, and which of its options are functions."""
    text, *blobs = blobs
    node = json.loads(text)
    packed = blobs.pop() if node["rows"] is not None else None
    told = node["plain"] if "plain" in node else wire.decode(node["told"], blobs)
    if packed is not None:
        told["tensors"] = named_tensors.unpack(node["rows"], packed)
    return told, told.pop("functions")


def _is_json(value) -> bool:
    """Whether JSON gives back the very same; most cases are, and nothing is as quick to read."""
    kind = type(value)
    if kind is dict:
        return all(type(key) is str for key in value) and all(map(_is_json, value.values()))
    if kind is list:
        return all(map(_is_json, value))
    return value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value))


def _nothing(*_arguments):
    raise LookupError("this process knows no answers")


def _found(path: str):
    module, _colon, name = path.partition(":")
    if module not in HARMLESS + WITH_MODELS:
        raise LookupError(f"{module} is not for this process")
    return getattr(import_module(module), name)
