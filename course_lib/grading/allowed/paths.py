"""Dotted paths, and what they really lead to: ``F.torch`` is ``torch``, ``os.sys`` is ``sys``.

Only modules that are loaded already are looked into, and only at their names.
"""

import sys
from functools import lru_cache
from types import ModuleType

# Modules that lead to finished layers, to the course, or to everything.
GUARDED = frozenset(
    [
        "torch",
        "course_lib",
        "sys",
        "builtins",
        "importlib",
        "inspect",
        "gc",
        "types",
        "IPython",
        "ctypes",
        "os",
        "torchvision",
    ]
)
TO_EVERYTHING = frozenset(["sys", "builtins", "importlib", "inspect", "gc", "ctypes"])


@lru_cache(maxsize=20_000)
def canonical(path: str) -> str:
    """The path with every module by its own name."""
    name, thing = _walked(path)
    if thing is None:  # a module that is not loaded here: ``zipapp.sys`` is ``sys`` all the same
        parts = name.split(".")
        for place in range(len(parts) - 1, 0, -1):
            if parts[place].strip("_") in TO_EVERYTHING and parts[0] not in ("torch", "course_lib"):
                return ".".join((parts[place].strip("_"), *parts[place + 1 :]))
    return name


@lru_cache(maxsize=20_000)
def is_module(path: str) -> bool:
    return isinstance(_walked(path)[1], ModuleType)


@lru_cache(maxsize=20_000)
def exists(path: str) -> bool:
    return _walked(path)[1] is not None


def real_name(path: str) -> str:
    """The name under which the thing was made; "" when it is not to be had."""
    name = getattr(_walked(path)[1], "__name__", "")
    return name if isinstance(name, str) else ""


def _walked(path: str):
    parts = path.split(".")
    thing, name = sys.modules.get(parts[0]), parts[0]
    for part in parts[1:]:
        inner = None
        if isinstance(thing, ModuleType):
            inner = vars(thing).get(part)
            if inner is None:
                inner = sys.modules.get(f"{name}.{part}")
        elif isinstance(thing, type):
            inner = next((vars(c)[part] for c in thing.__mro__ if part in vars(c)), None)
        thing = inner
        name = f"{name}.{part}"
        if isinstance(thing, ModuleType):
            own = vars(thing).get("__name__")
            name = own if isinstance(own, str) else name
    return name, thing
