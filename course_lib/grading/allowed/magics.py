"""IPython's magics, which stand in a cell as calls of ``get_ipython()``."""

import ast
import re

from course_lib.grading.allowed import lists
from course_lib.grading.allowed.bound import bound_names, is_name
from course_lib.grading.allowed.calls import Calling
from course_lib.grading.allowed.cells import parsed, parses
from course_lib.grading.allowed.texts import constant

_OPTION = re.compile(r"-[\w./=-]*")
_SETTINGS = re.compile(
    r"cfg\.((InlineBackend|IPCompleter|Completer)\.\w+|InteractiveShell\.ast_node_interactivity)"
)


class Conjuring(Calling):
    """Reads magics: what they run is read as code, and unknown ones hide it."""

    def _magic(self, node: ast.Call) -> bool:
        """``%time f()``: what IPython makes of it is allowed for magics that are known."""
        func = node.func
        if not (
            isinstance(func, ast.Attribute)
            and isinstance(func.value, ast.Call)
            and is_name(func.value.func, "get_ipython")
        ):
            if isinstance(func, ast.Name) and func.id == "get_ipython":
                self.hide("get_ipython()", node)
                return True
            return False
        said = [constant(argument) for argument in node.args]
        if func.attr in ("system", "getoutput"):
            if None in said or node.keywords or any(map(_runs_braces, said)):
                self.hide("{…}" if None not in said else "get_ipython()", node)
            return True
        if func.attr in ("run_line_magic", "run_cell_magic") and said and None not in said:
            magic, texts = said[0], said[1:]
            if magic in lists.MAGIC_WITH_CODE and len(texts) == (2 if "cell" in func.attr else 1):
                code = texts[-1] if func.attr == "run_cell_magic" else _without_options(texts[-1])
                if magic == "capture" and any(map(_runs_braces, texts[:1])):
                    self.hide("%capture {…}", node)
                above = _without_options(texts[0]) if func.attr == "run_cell_magic" else code
                if magic != "capture" and not parsed(above)[0].body and not parses(above):
                    self.hide(f"%{magic}", node)  # options that nobody knows, and code behind them
                elif func.attr == "run_cell_magic" and above:
                    self._read_text(above, node)
                below = 1 if func.attr == "run_cell_magic" else 0
                self._read_cell(code, node, below)
                return True
            whole = magic in ("sx", "system") or magic.startswith("!")
            expanded = texts if whole or "line" in func.attr else texts[:1]
            if any(map(_runs_braces, expanded)):
                self.hide(f"%{magic} {{…}}", node)
                return True
            if magic == "config" and not all(map(_is_setting, texts)):
                self.hide("%config", node)
                return True
            if magic == "debug" and any(map(str.strip, texts)):
                self.hide("%debug", node)
                return True
            known = magic in ("load_ext", "reload_ext") and texts[-1].strip() in lists.EXTENSIONS
            if (
                known
                or magic in lists.MAGIC_HARMLESS
                or magic.startswith("!")
                or magic in ("sh", "bash")
            ):
                return True
            self.hide(f"%{magic}", node)
            return True
        self.hide("get_ipython()", node)
        return True

    def _read_cell(self, text: str, node: ast.AST, below: int) -> None:
        tree, offset = parsed(text)
        for inner in ast.walk(tree):
            if hasattr(inner, "lineno"):
                inner.lineno += node.lineno - 1 + below + offset
        for statement in tree.body:
            self.facts.changes |= bound_names(statement)
            self.visit(statement)


def _runs_braces(text: str) -> bool:
    """``!ls {f(x)}``: IPython evaluates what stands in braces; names alone do nothing."""
    return "(" in text[text.index("{") :] if "{" in text else False


def _is_setting(text: str) -> bool:
    """``%config InlineBackend.x = "svg"``: the text is run, and a setting may run others."""
    if "=" not in text:
        return True
    try:
        (node,) = ast.parse(f"cfg.{text.strip()}").body
        ast.literal_eval(node.value)
        where = [ast.unparse(target) for target in node.targets]
    except (SyntaxError, ValueError, AttributeError, MemoryError, RecursionError, TypeError):
        return False
    return len(where) == 1 and bool(_SETTINGS.fullmatch(where[0]))


def _without_options(text: str) -> str:
    """``-n 10 f(x)`` -> ``f(x)``, but not ``-f(x)`` -> ````."""
    words = text.split()
    while words and _OPTION.fullmatch(words[0]):
        option = words.pop(0)
        if len(option) == 2 and option[1] in "nrpstlDTo" and words:
            named = option[1] in "slDT" and _OPTION.fullmatch(f"-{words[0]}") and len(words) > 1
            if words[0].isdigit() or named:
                words.pop(0)
    return " ".join(words)
