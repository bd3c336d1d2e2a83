"""A notebook as the text of its file: what nbformat writes, byte for byte, in a tenth of the time.

Python's own encoder is slow whenever it indents, and nbformat copies the whole notebook first.
"""

from json.encoder import encode_basestring as quoted
from typing import Any

import nbformat
from nbformat import NotebookNode

_SPLIT_TOO = {"application/javascript", "image/svg+xml"}
_TRANSIENT = {"orig_nbformat", "orig_nbformat_minor", "signature"}


class _Unusual(Exception):
    """A value of a kind that only nbformat itself knows how to write."""


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """The file's content with its final newline; half characters are written as "?".

    A student's output may hold half of an emoji, which no UTF-8 file can.
    """
    try:
        text = _encode(_on_disk(notebook), "\n")
    except _Unusual:
        text = nbformat.writes(notebook, version=4)
    return (text + "\n").encode("utf-8", "replace")


def _on_disk(notebook: NotebookNode) -> dict:
    """The notebook with its texts split into lines; shares everything else with ``notebook``."""
    kept = {key: value for key, value in notebook.metadata.items() if key not in _TRANSIENT}
    return {
        **notebook,
        "metadata": kept,
        "cells": [_cell_on_disk(cell) for cell in notebook.cells],
    }


def _cell_on_disk(cell: NotebookNode) -> dict:
    made = dict(cell)
    if "trusted" in cell["metadata"]:
        made["metadata"] = {k: v for k, v in cell["metadata"].items() if k != "trusted"}
    if isinstance(cell.get("source"), str):
        made["source"] = cell["source"].splitlines(True)
    if cell.get("attachments"):
        made["attachments"] = {k: _bundle(v) for k, v in cell["attachments"].items()}
    if cell["cell_type"] == "code":
        made["outputs"] = [_output_on_disk(output) for output in cell["outputs"]]
    return made


def _output_on_disk(output: NotebookNode) -> dict:
    kind = output["output_type"]
    if kind in ("execute_result", "display_data") and "data" in output:
        return {**output, "data": _bundle(output["data"])}
    if kind == "stream" and isinstance(output["text"], str):
        return {**output, "text": output["text"].splitlines(True)}
    return output


def _bundle(data: dict) -> dict:
    return {
        kind: value.splitlines(True)
        if isinstance(value, str) and (kind.startswith("text/") or kind in _SPLIT_TOO)
        else value
        for kind, value in data.items()
    }


def _encode(value: Any, line: str) -> str:
    """JSON with keys sorted and an indent of one; ``line`` starts a line at this depth."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    kind = type(value)
    if kind is int:
        return int.__repr__(value)
    inner = line + " "
    if isinstance(value, dict):
        if not value:
            return "{}"
        items = [f"{_key(key)}: {_encode(value[key], inner)}" for key in sorted(value)]
        return "{" + inner + ("," + inner).join(items) + line + "}"
    if isinstance(value, list | tuple):
        if not value:
            return "[]"
        items = [quoted(v) if type(v) is str else _encode(v, inner) for v in value]
        return "[" + inner + ("," + inner).join(items) + line + "]"
    if kind is float and value - value == 0:  # neither infinite nor nan
        return float.__repr__(value)
    raise _Unusual


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise _Unusual
    return quoted(key)
