"""IPython's magics, which stand in a cell as calls of ``get_ipython()``."""

import ast

from course_lib.grading.allowed import lists
from course_lib.grading.allowed.bound import bound_names, is_name
from course_lib.grading.allowed.calls import Calling
from course_lib.grading.allowed.cells import parsed
from course_lib.grading.allowed.texts import constant


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
            return True
        if func.attr in ("run_line_magic", "run_cell_magic") and said and None not in said:
            magic, texts = said[0], said[1:]
            if magic in lists.MAGIC_WITH_CODE and len(texts) == (2 if "cell" in func.attr else 1):
                code = texts[-1] if func.attr == "run_cell_magic" else _without_options(texts[-1])
                if func.attr == "run_cell_magic" and texts[0].strip():
                    self._read_text(_without_options(texts[0]), node)
                below = 1 if func.attr == "run_cell_magic" else 0
                self._read_cell(code, node, below)
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


def _without_options(text: str) -> str:
    """``-n 10 f(x)`` -> ``f(x)``."""
    words = text.split()
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if len(option) == 2 and option[1] in "nrpstlDTo" and words and words[0].isdigit():
            words.pop(0)
    return " ".join(words)
