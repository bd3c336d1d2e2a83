"""A notebook's cells without a kernel: an IPython shell that hands over what ipykernel would send.

Outputs are dictionaries as nbformat writes them. Two more kinds are for whoever keeps the list,
``Outputs`` here: "update_display_data" and "clear_output".
"""

import ast
import builtins
import getpass
import io
import json
import os
import pdb
import sys
import tempfile
import threading
import time
import zlib
from base64 import b64encode
from collections.abc import Callable
from contextlib import contextmanager

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import CBool, Type
from traitlets.config import Config

TEXT = 2 << 20  # characters of streams kept of one cell
DATA = 32 << 20  # characters of displayed data kept of one cell
OUTPUTS = 5_000  # outputs kept of one cell
DECIDING = 100  # errors and results kept of one cell beside all others
_LONGEST = 100_000  # characters of each that are kept at least
_CHUNK = 8192  # characters of a stream after which they are handed over
_PAUSE = 0.2  # seconds after which they are handed over, as ipykernel does
_INLINE = "module://matplotlib_inline.backend_inline"
_NO_INPUT = "{} was called, but this frontend does not support input requests."


class CapturingShell(InteractiveShell):
    """Runs cells; every output goes to ``on_output`` as soon as it is complete.

    It writes no history and starts no thread.
    """

    displayhook_class = Type("course_lib.grading.engine.capturing._DisplayHook")
    display_pub_class = Type("course_lib.grading.engine.capturing._Publisher")
    autoindent = CBool(False)
    system = InteractiveShell.system_piped
    compiler_class = Type("course_lib.grading.engine.capturing._Compiler")

    def __init__(self, on_output: Callable[[dict], None] | None = None, **options):
        config = Config()
        config.HistoryManager.enabled = False
        config.IPKernelApp.tqdm = "a notebook"  # what tqdm asks to know that it is in one
        self.on_output = on_output or (lambda output: None)
        self._depth = 0
        self._kept = _Room()
        self.streams = {name: _Stream(name, self._send) for name in ("stdout", "stderr")}
        super().__init__(config=config, **options)
        _forget_debugger_files()
        for kind in type(self)._walk_mro():  # get_ipython() and display() look for it there
            kind._instance = self

    def belongs_here(self) -> None:
        """This process, forked from the one that made the shell, is the one that it speaks for."""
        for stream in self.streams.values():
            stream.owner = os.getpid()

    def run(self, source: str) -> list[dict]:
        """Run one cell and return its outputs."""
        outputs, before = Outputs(), self.on_output
        self.on_output = outputs.add
        try:
            self.run_cell(source)
        finally:
            self.on_output = before
        return outputs.kept

    def run_cell(self, raw_cell, store_history=None, **options):
        """Run one cell; its outputs have been handed over when this returns."""
        if self._depth:  # a magic runs a cell in a cell
            return super().run_cell(raw_cell, store_history=bool(store_history), **options)
        options["store_history"] = store_history is not False
        self._kept = _Room()
        with self._in_place():
            try:
                return super().run_cell(raw_cell, **options)
            except (RecursionError, MemoryError) as error:
                # Where IPython only looks whether a cell is asynchronous it expects none.
                self._showtraceback(type(error), error, [f"{type(error).__name__}: {error}"])
            finally:
                self.flush_streams()
                if self._kept.dropped:
                    text = f"\n[… {self._kept.dropped}]\n"
                    self.on_output({"output_type": "stream", "name": "stdout", "text": text})

    def transform_cell(self, raw_cell):
        """Plain Python stays as it is: to look for magics in it takes longer than to run it."""
        own = self.input_transformers_post or "In [" in raw_cell  # "In [1]: x" is Python, too
        own = own or raw_cell[:1].isspace()  # empty lines above are taken away, and not counted
        cell = raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        try:
            plain = not own and self.compile.parse_once(cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            plain = None
        return cell if plain else super().transform_cell(raw_cell)

    def should_run_async(self, raw_cell, *, transformed_cell=None, **options):
        """Only what has one of two words can be asynchronous: others are not compiled for it."""
        text = raw_cell if transformed_cell is None else transformed_cell
        if "await" not in text and "async" not in text:
            return False
        return super().should_run_async(raw_cell, transformed_cell=transformed_cell, **options)

    @contextmanager
    def _tee(self, *_channel, **_options):
        """There is no history that keeps what is printed."""
        yield

    @contextmanager
    def capturing(self):
        """What is printed in this block is handed over when it ends, as that of a cell is."""
        self._kept = _Room()
        with self._in_place():
            try:
                yield
            finally:
                self.flush_streams()

    @contextmanager
    def _in_place(self):
        """Streams and questions to the user are the shell's while a cell runs."""
        before = sys.stdout, sys.stderr, builtins.input, getpass.getpass
        sys.stdout, sys.stderr = self.streams["stdout"], self.streams["stderr"]
        builtins.input, getpass.getpass = _no_input, _no_password
        self._depth += 1
        _show_figures_inline(self)
        try:
            yield
        finally:
            self._depth -= 1
            sys.stdout, sys.stderr, builtins.input, getpass.getpass = before

    def flush_streams(self) -> None:
        for stream in self.streams.values():
            stream.flush()

    def _send(self, output: dict) -> None:
        if self._kept.for_(output):
            self.on_output(output)

    def _showtraceback(self, etype, evalue, stb) -> None:
        self.flush_streams()
        error = {
            "output_type": "error",
            "ename": str(etype.__name__),
            "evalue": str(evalue),
            "traceback": [str(line) for line in stb],
        }
        self._send(error)

    def init_hooks(self) -> None:
        """Help pages are no outputs."""
        super().init_hooks()
        self.set_hook("show_in_pager", lambda *_page, **_options: None, 99)

    def enable_gui(self, gui=None) -> None:
        """There is no event loop to run."""

    def ask_exit(self) -> None:
        """``exit()`` in a cell ends nothing: the other cells still count."""


def _forget_debugger_files() -> None:
    """``pdb.set_trace()`` and ``%debug`` run what stands in ``.pdbrc``, which nobody has read."""
    made = pdb.Pdb.__init__
    names = made.__code__.co_varnames[: made.__code__.co_argcount]
    given = dict(zip(names[-len(made.__defaults__) :], made.__defaults__, strict=True))
    made.__defaults__ = tuple({**given, "readrc": False}[name] for name in given)


class _Compiler(CachingCompiler):
    """Cells are files that do not exist, as in a kernel; tracebacks look different otherwise."""

    _parsed: tuple | None = None  # the cell that comes next, how it was read, and its tree

    def parse_once(self, source: str) -> ast.AST:
        """What ``ast_parse`` of the same text gives the next time; whoever takes it may change it.

        A text with a backslash is read again: its warnings name the cell.
        """
        self._parsed = None
        tree = self.ast_parse(source)
        self._parsed = None if "\\" in source else (source, self.flags, tree)
        return tree

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        parsed, self._parsed = self._parsed, None
        if parsed and parsed[:2] == (source, self.flags) and symbol == "exec":
            return parsed[2]
        return super().ast_parse(source, filename, symbol)

    def get_code_name(self, raw_code, code, number) -> str:
        name = f"{zlib.crc32(raw_code.encode('utf-8', 'replace'))}.py"
        return os.path.join(tempfile.gettempdir(), f"ipykernel_{os.getpid()}", name)


class _DisplayHook(DisplayHook):
    """The value of a cell's last expression."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._result: dict | None = None

    def start_displayhook(self) -> None:
        self._result = {
            "output_type": "execute_result",
            "metadata": {},
            "data": {},
            "execution_count": None,
        }

    def write_output_prompt(self) -> None:
        self._result["execution_count"] = self.prompt_count

    def write_format_data(self, format_dict, md_dict=None) -> None:
        self._result["data"] = _as_json(format_dict)
        self._result["metadata"] = _as_json(md_dict or {})

    def finish_displayhook(self) -> None:
        self.shell.flush_streams()
        if self._result and self._result["data"]:
            self.shell._send(self._result)
        self._result = None


class _Publisher(DisplayPublisher):
    """``display(...)`` and figures."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **_options) -> None:
        self.shell.flush_streams()
        self._validate_data(data, metadata)
        output = {
            "output_type": "update_display_data" if update else "display_data",
            "metadata": _as_json(metadata or {}),
            "data": _as_json(data),
        }
        name = (transient or {}).get("display_id")
        if name is not None:
            output["display_id"] = str(name)
        self.shell._send(output)

    def clear_output(self, wait=False) -> None:
        self.shell.flush_streams()
        self.shell._send({"output_type": "clear_output", "wait": bool(wait)})


class _Stream(io.TextIOBase):
    """stdout or stderr: text is handed over at a flush, when it is long, or after a pause."""

    def __init__(self, name: str, send: Callable[[dict], None]):
        self.name, self._send = name, send
        self._text: list[str] = []
        self._length = 0
        self._since = 0.0
        self._lock = threading.RLock()
        self.owner = os.getpid()

    encoding, errors = "UTF-8", "strict"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self.owner:
            return len(text)  # a process that the cell forked does not speak for it
        with self._lock:
            if not self._text:
                self._since = time.monotonic()
            self._text.append(text)
            self._length += len(text)
            if self._length > _CHUNK or time.monotonic() - self._since > _PAUSE:
                self.flush()
        return len(text)

    def flush(self) -> None:
        with self._lock:
            text = "".join(self._text)
            self._text.clear()
            self._length = 0
        if text:
            self._send({"output_type": "stream", "name": self.name, "text": text})


class _Room:
    """How much more of one cell's outputs is kept, so that no cell can fill memory.

    What decides about points, the error or the result of a test, has room of its own: what a
    student's function shows while the test calls it must not crowd it out.
    """

    def __init__(self) -> None:
        self.text, self.data, self.outputs, self.dropped = TEXT, DATA, OUTPUTS, 0
        self.deciding = DECIDING

    def for_(self, output: dict) -> bool:
        """Whether an output is handed over; a stream is cut to what fits."""
        if output["output_type"] in ("error", "execute_result") and self.deciding:
            self.deciding -= 1
            shorten(output)
            return True
        if output["output_type"] == "stream":
            size = len(output["text"])
            output["text"] = output["text"][: self.text]
            self.text -= len(output["text"])
            self.dropped += size - len(output["text"])
            return bool(output["text"])
        self.outputs -= 1
        self.data -= len(json.dumps(output))
        if self.outputs < 0 or self.data < 0:
            self.dropped += 1
            return False
        return True


def shorten(output: dict) -> None:
    """Leave of an error or a result what tells it is one, where it is too large for a notebook."""
    if output["output_type"] == "error":
        for key in ("ename", "evalue"):
            output[key] = output[key][:_LONGEST]
        lines = output["traceback"]
        if sum(map(len, lines)) + len(lines) > DATA // 8:
            output["traceback"] = [line[:_LONGEST] for line in lines[-10:]]
    elif len(json.dumps(output)) > DATA // 8:
        text = output["data"].get("text/plain", "")
        text = text if isinstance(text, str) else str(text)[:_LONGEST]
        output["data"], output["metadata"] = {"text/plain": text[:_LONGEST]}, {}


class Outputs:
    """The outputs of one cell as a notebook keeps them."""

    def __init__(self) -> None:
        self.kept: list[dict] = []
        self._by_name: dict[str, list[dict]] = {}
        self._clear_first = False

    def add(self, output: dict) -> None:
        """Append an output, or do what it asks for."""
        kind = output["output_type"]
        if kind == "clear_output":
            self._clear_first = output["wait"]
            if not output["wait"]:
                self.kept.clear()
            return
        if self._clear_first:
            self.kept.clear()
            self._clear_first = False
        name = output.pop("display_id", None)
        if kind == "update_display_data":
            for shown in self._by_name.get(name, []):
                shown.update(data=output["data"], metadata=output["metadata"])
            return
        if name is not None:
            self._by_name.setdefault(name, []).append(output)
        last = self.kept[-1] if self.kept else {}
        if kind == "stream" == last.get("output_type") and last["name"] == output["name"]:
            last["text"] += output["text"]
        else:
            self.kept.append(output)


def _as_json(bundle: dict) -> dict:
    """Data by type as it stands in a notebook: images are text, everything is plain."""
    plain = {
        key: b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for key, value in bundle.items()
    }
    return json.loads(json.dumps(plain, default=str))


def _no_input(*_args, **_options):
    raise StdinNotImplementedError(_NO_INPUT.format("raw_input"))


def _no_password(*_args, **_options):
    raise StdinNotImplementedError(_NO_INPUT.format("getpass"))


def _show_figures_inline(shell: CapturingShell) -> None:
    """Figures are outputs of the cell that draws them, also where matplotlib is loaded already."""
    if "matplotlib" not in sys.modules:
        os.environ["MPLBACKEND"] = _INLINE
        return
    if getattr(shell, "_figures_inline", False):
        return
    shell._figures_inline = True
    import matplotlib

    if matplotlib.get_backend(auto_select=False) not in (None, "agg", "inline", _INLINE):
        return
    from matplotlib_inline.backend_inline import configure_inline_support

    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].switch_backend(_INLINE)
    else:
        matplotlib.rcParams["backend"] = _INLINE
    configure_inline_support.current_backend = "unset"  # the formats belong to one shell
    configure_inline_support(shell, _INLINE)
