"""Imports that leave out modules of which nothing is asked at first."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType


@contextmanager
def without(*names: str) -> Iterator[None]:
    """What is imported within finds modules of these names with nothing in them yet.

    What it takes from them is looked up when it is called or asked for something. As soon as
    anybody imports one, whoever has taken something from it gets that itself: a class that an
    ``except`` names has to be one. One that is loaded already stays.
    """
    empty = {name: _Empty(name) for name in names if name not in sys.modules}
    sys.modules.update(empty)
    try:
        yield
    finally:
        for name, module in empty.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            parent, _dot, own = name.rpartition(".")
            if getattr(sys.modules.get(parent), own, None) is module:
                delattr(sys.modules[parent], own)
        _LEFT_OUT.update(empty)


class _Empty(ModuleType):
    __path__ = ()

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Late(self, name)


class _Late:
    """What was taken from an empty module, until that is whole."""

    def __init__(self, module: _Empty, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self, *arguments, **named):
        return self._itself()(*arguments, **named)

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._itself(), name)

    def _itself(self):
        return getattr(import_module(self.module.__name__), self.name)


class _MakeWhole:
    """Sees that a module is imported that was left out; it is found where others find it."""

    @staticmethod
    def find_spec(name: str, _path=None, _target=None) -> ModuleSpec | None:
        empty = _LEFT_OUT.pop(name, None)
        spec = find_spec(name) if empty else None
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def run_and_give(module: ModuleType) -> None:
            run(module)
            _give(empty, module)

        spec.loader.exec_module = run_and_give
        return spec


def _give(empty: _Empty, whole: ModuleType) -> None:
    """Put what is in the module now where something was taken from it while it was empty."""
    for taker in list(sys.modules.values()):
        names = getattr(taker, "__dict__", {})
        for name, value in list(names.items()):
            if value is empty:
                names[name] = whole
            elif type(value) is _Late and value.module is empty and hasattr(whole, value.name):
                names[name] = getattr(whole, value.name)


_LEFT_OUT: dict[str, _Empty] = {}
sys.meta_path.insert(0, _MakeWhole)
