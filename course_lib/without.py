"""Imports that leave out modules of which nothing is asked at first."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType


@contextmanager
def without(*names: str) -> Iterator[None]:
    """What is imported within finds modules of these names with nothing in them yet.

    What it takes from them is looked up when it is called or asked for something. As soon as
    anybody imports one, what has been taken from it under a module's own names becomes the thing
    itself: a class that an ``except`` names has to be one. One that is loaded already stays.
    """
    empty = {name: _LEFT_OUT.get(name) or _Empty(name) for name in names if name not in sys.modules}
    _LEFT_OUT.update(empty)
    sys.modules.update(empty)
    try:
        yield
    finally:
        for name, module in empty.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            parent, _dot, own = name.rpartition(".")
            if name in _LEFT_OUT and parent in sys.modules:  # as if it had been imported
                setattr(sys.modules[parent], own, module)


class _Empty(ModuleType):
    """Has nothing within ``without``; whoever asks it for something later has it imported."""

    __path__ = ()

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            return _Late(self, name)
        return getattr(import_module(self.__name__), name)


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
        name = self.module.__name__
        if sys.modules.get(name) is self.module:  # it cannot be left out any longer
            del sys.modules[name]
        return getattr(import_module(name), self.name)


class _MakeWhole:
    """Lets the other finders find a module that was left out, and sees when it has been loaded."""

    @staticmethod
    def find_spec(name: str, path=None, target=None) -> ModuleSpec | None:
        if name not in _LEFT_OUT:
            return None
        others = (finder for finder in sys.meta_path if finder is not _MakeWhole)
        specs = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def run_and_give(module: ModuleType) -> None:
            run(module)
            empty = _LEFT_OUT.pop(name, None)
            if empty is not None:
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
