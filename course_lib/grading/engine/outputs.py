"""Outputs of a cell that come from a process that nobody trusts: checked, bounded, put together."""

import json
import re

from nbformat import NotebookNode, from_dict

from course_lib.grading.engine import capturing
from course_lib.grading.result import CHECK

MOST = 4 << 20  # characters of one cell's outputs; nbgrader keeps far less
LONGEST = 20_000  # characters of one line of a traceback
_JSON = re.compile(r"application/(.*\+)?json")


class Outputs:
    """The outputs of ``cell``, as nbclient would have written them.

    With ``trusted`` they come from a test, and its errors and results decide about points: those
    are kept however much a student's function has shown before them.
    """

    def __init__(self, cell: NotebookNode, count: int, trusted: bool = False) -> None:
        self.cell, self.count, self.trusted = cell, count, trusted
        self.room = MOST
        self.collected = capturing.Outputs()

    def add(self, output: dict) -> None:
        """One output as plain data; what is not one is dropped."""
        try:
            made = _made(output, self.count, self.room) if isinstance(output, dict) else None
            if made is not None and not self.trusted and "data" in made:
                made.data.pop(CHECK, None)  # only a test leaves results in a notebook
            size = 0 if made is None else len(json.dumps(made))
        except (RecursionError, ValueError, TypeError):  # nested too deep for a notebook
            return
        if made is None:
            return
        decides = self.trusted and made.output_type in ("error", "execute_result")
        if size > self.room and decides:
            capturing.shorten(made)
            size = 0
        self.room -= size
        if decides or self.room > 0:
            self.collected.add(made)
            self.cell.outputs = self.collected.kept

    def error(self, name: str, text: str) -> None:
        self.cell.outputs.append(error_output(name, text))

    def replace_errors(self, name: str, text: str) -> None:
        """One error that says best what happened in the place of those that came of it."""
        kept = [output for output in self.cell.outputs if output["output_type"] != "error"]
        self.cell.outputs = [*kept, error_output(name, text)]


def error_output(name: str, text: str) -> NotebookNode:
    return _output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def _output(kind: str, **parts) -> NotebookNode:
    """As nbformat makes one, less its look at the schema: every part has been looked at."""
    return NotebookNode(output_type=kind, **parts)


def _made(output: dict, count: int, room: int) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        text = output.get("text")
        return _output(kind, name=output["name"], text=text[:room]) if _is_text(text) else None
    if kind == "error":
        lines = output.get("traceback")
        told = [output.get("ename"), output.get("evalue")]
        if not isinstance(lines, list) or not all(map(_is_text, [*lines, *told])):
            return None
        lines = [line[:LONGEST] for line in lines]
        name, value = (text[:LONGEST] for text in told)
        return _output(kind, ename=name, evalue=value, traceback=lines)
    if kind in ("execute_result", "display_data", "update_display_data"):
        data, metadata = output.get("data"), output.get("metadata") or {}
        if not isinstance(data, dict) or not isinstance(metadata, dict):
            return None
        data = {mime: part for mime, part in data.items() if _fits(mime, part)}
        shown = "execute_result" if kind == "execute_result" else "display_data"
        more = {"execution_count": count} if kind == "execute_result" else {}
        made = _output(shown, data=from_dict(data), metadata=from_dict(metadata), **more)
        made.output_type = kind
        if _is_text(output.get("display_id")):
            made["display_id"] = output["display_id"]
        return made
    if kind == "clear_output":
        return NotebookNode(output_type=kind, wait=output.get("wait") is True)
    return None


def _fits(mime, part) -> bool:
    """Text is a string; only JSON may be anything else, as notebooks are defined."""
    return isinstance(mime, str) and (isinstance(part, str) or bool(_JSON.fullmatch(mime)))


def _is_text(value) -> bool:
    return isinstance(value, str)
