"""An instructor's own test cells, run where no code of the student's is.

``TrustedShell`` is IPython with a namespace of three layers: what test cells define, what the
instructor's notebook gives them, and for every other name the student's process.
"""

import builtins
import inspect
import sys
from collections.abc import Callable
from pathlib import Path

from course_lib.grading.engine.capturing import DATA, TEXT, CapturingShell
from course_lib.grading.engine.given import Given
from course_lib.grading.engine.proxies import (
    Link,
    Trust,
    asked_as,
    is_missing,
    is_proxy,
    remote_source,
)
from course_lib.grading.result import CHECK

_HERE = str(Path(__file__).parent)  # frames of these files say nothing to anybody
_OUTPUTS = {"stream", "display_data", "execute_result", "update_display_data", "clear_output"}


class GivenFailed(Exception):
    """The instructor's own cells do not run on the trusted side; their error is the text."""


class TrustedShell(CapturingShell):
    """Runs test cells against the student's process behind ``ask``.

    ``ask(header, blobs, on_output)`` sends one request and gives (header, blobs) of the answer.
    ``run(source)`` returns a cell's outputs.
    """

    def __init__(
        self,
        ask: Callable,
        given: Given | None = None,
        on_output: Callable[[dict], None] | None = None,
    ) -> None:
        given = given or Given()
        self.link = Link(
            lambda header, blobs: ask(header, blobs, self.show), Trust(given.comparisons)
        )
        super().__init__(on_output, user_ns=_Names(self.link))
        self._give(given)

    def _give(self, given: Given) -> None:
        outputs = self.run(given.source) if given.source else []
        self.execution_count = 1
        for output in outputs:
            if output["output_type"] == "error":
                raise GivenFailed(f"{output['ename']}: {output['evalue']}")
        for name in given.classes:
            kind = self.user_ns.get(name)
            if isinstance(kind, type):
                self.link.share_class(name, kind)
        self.user_ns.tested = given.tested
        self.link.push = _Pushed(self.user_ns, given.read)

    def run_cell(self, raw_cell, store_history=None, **options):
        """As a kernel would; the student's functions are called in the other process."""
        with _sources_of_proxies():
            return super().run_cell(raw_cell, store_history, **options)

    def show(self, output) -> None:
        """What the student's code prints or displays while a test calls it."""
        kind = output.get("output_type") if type(output) is dict else None
        if kind not in _OUTPUTS:
            return
        if kind == "stream":
            text = output.get("text")
            if type(text) is str and output.get("name") in ("stdout", "stderr"):
                getattr(sys, output["name"]).write(text[:TEXT])
            return
        if kind in ("display_data", "execute_result") and _is_bundle(output.get("data")):
            self.flush_streams()
            metadata = output.get("metadata")
            self._send(
                {
                    "output_type": "display_data",
                    "metadata": metadata if type(metadata) is dict else {},
                    "data": {k: v for k, v in output["data"].items() if k != CHECK},
                }
            )

    def _showtraceback(self, etype, evalue, stb) -> None:
        stb = [line for line in stb if _HERE not in line]
        frames = getattr(evalue, "student_frames", None)
        if frames and stb:
            stb = [*stb[:-1], *(_as_text(frame) for frame in frames), stb[-1]]
        super()._showtraceback(etype, evalue, stb)


class _Names(dict):
    """Globals of test cells: a name that is not here is the student's."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.link = link
        self.tested: frozenset[str] = frozenset()

    def __missing__(self, name):
        if not isinstance(name, str) or hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        if name in self.tested:
            raise KeyError(name)
        try:
            found = self.link.do("name", name)
        except NameError as error:
            if is_missing(error):
                raise KeyError(name) from None
            raise
        if is_proxy(found) and self.link.trust.methods.get(name):
            return asked_as(found, name)
        return found


class _Pushed:
    """Names that solutions read and only test cells bind: told to the student's side, no others.

    An expected value that a test keeps in a name of its own stays here.
    """

    def __init__(self, names: dict, wanted: frozenset[str]) -> None:
        self.names, self.wanted = names, wanted
        self.told: dict[str, object] = {}

    def __call__(self) -> list[tuple[str, object]]:
        fresh = [
            (name, self.names[name])
            for name in self.wanted & self.names.keys()
            if self.told.get(name, self) is not self.names[name]
        ]
        self.told.update(fresh)
        return fresh


def _is_bundle(data) -> bool:
    return (
        type(data) is dict
        and all(type(key) is str for key in data)
        and all(type(value) in (str, dict, list) for value in data.values())
        and sum(len(value) for value in data.values() if type(value) is str) < DATA
    )


def _as_text(frame: tuple[str, int, str]) -> str:
    name, line, text = frame
    return f"\x1b[36mStudent's code\x1b[39m in \x1b[36m{name}\x1b[39m, line {line}\n    {text}\n"


class _sources_of_proxies:
    """``inspect.getsource`` of a student's function asks the student's process for it."""

    def __enter__(self) -> None:
        self.before = inspect.getsource
        inspect.getsource = self._getsource

    def _getsource(self, value):
        return remote_source(value) if is_proxy(value) else self.before(value)

    def __exit__(self, *_error) -> None:
        inspect.getsource = self.before
