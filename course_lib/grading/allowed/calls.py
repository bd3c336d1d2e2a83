"""Calls: who is handed what, who changes what, and texts and files that a call runs as code."""

import ast

from course_lib.grading.allowed import lists
from course_lib.grading.allowed.cells import parsed
from course_lib.grading.allowed.chains import ANY, Chain, Mention, Timed, as_written
from course_lib.grading.allowed.texts import constant
from course_lib.grading.allowed.used import Using

CHANGING = frozenset(
    [
        "append",
        "extend",
        "insert",
        "add",
        "update",
        "setdefault",
        "push",
        "appendleft",
        "put",
        "register",
        "__setitem__",
        "__setattr__",
        "__iadd__",
        "__ior__",
        "setattr",
    ]
)


_RUNS_A_TEXT = frozenset(path.split(".")[-1] for path in lists.READ_AS_CODE)


def says_it_runs_a_text(chain: Chain) -> bool:
    """Whether the name by which it is called is one of those whose text is read."""
    return (chain.attrs or (chain.root.split(".")[-1],))[-1] in _RUNS_A_TEXT


class Calling(Using):
    """Reads calls."""

    def visit_Call(self, node):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        name = "" if self._is_local(name) else name
        if self._is_getattr(node) and self.chains(node):
            self.mention(node)
            return
        if self._magic(node):
            return
        if name in ("setattr", "delattr") and node.args:
            self._setattr(node)
        whole = name == "globals" or (name in ("vars", "locals") and not self.scopes)
        if whole and not node.args and id(node) not in self.measured:
            self.hide(f"{name}()", node)
        if name in ("vars", "locals") and self.scopes and not node.args:
            self._everything_local(node)
        if name == "vars" and node.args:
            self._vars(node)
        self._reads_code(node)
        if self._is_getattr(node):
            self._getattr(node)
        self._hand_over(node, name)
        if self._measures(node):
            self._timed(node)
        if self.chains(node.func):
            more = len(node.args) > 2 or any(key.arg is None for key in node.keywords)
            self.mention(node.func, held=False, role="options" if more else "called")
        else:
            self.visit(node.func)
        harmless = name in lists.HARMLESS_CALLS
        for argument in [*node.args, *(k.value for k in node.keywords)]:
            if (
                harmless
                and isinstance(argument, (ast.Name, ast.Attribute))
                and self.chains(argument)
            ):
                self.mention(argument, asks=name)
            else:
                self.visit(argument)

    def _vars(self, node: ast.Call) -> None:
        for chain in self.chains(node.args[0]):
            self.facts.mentions.append(Mention(chain.then("__dict__"), node, bool(self.late)))

    def _everything_local(self, node: ast.Call) -> None:
        """``locals()["m"]``: every name of the function is passed on."""
        for values in list(self.scopes[-1].aliases.values()):
            for value in values:
                chains = [Chain(value, (), True)] if isinstance(value, str) else self.chains(value)
                for chain in chains:
                    self.facts.mentions.append(Mention(chain, node, bool(self.late), True))

    def _reads_code(self, node: ast.Call) -> None:
        """``load(file, allow_pickle=True)``: what is in the file is run."""
        for key in node.keywords:
            if key.arg in lists.CODE_IN_FILES:
                safe = lists.CODE_IN_FILES[key.arg]
                if not (isinstance(key.value, ast.Constant) and key.value.value is safe):
                    self.hide(f"{key.arg}={as_written(key.value)}", node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "eval" and node.args:
            self.hide(as_written(node), node)  # pandas runs the text; a module's has no argument

    def _setattr(self, node: ast.Call) -> None:
        name = constant(node.args[1]) if len(node.args) > 1 else None
        for chain in self.chains(node.args[0]):
            self.facts.mentions.append(
                Mention(chain.then(name or ANY), node, bool(self.late), False, "changed")
            )
        self._root_changed(node.args[0])

    def _hand_over(self, node: ast.Call, name: str) -> None:
        """Who may keep or change the names that are given to a call."""
        given = [*node.args, *(k.value for k in node.keywords)]
        given = [a.value if isinstance(a, ast.Starred) else a for a in given]
        roots = {c.root for a in given for c in self.chains(a) if not c.imported}
        for chain in self.chains(node.func):
            if not chain.imported:
                self.facts.handed.setdefault(chain.root, set()).update(roots)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if method in CHANGING and given:
            self._root_changed(node.func.value)
            if isinstance(node.func.value, ast.Name) and node.func.value.id in (
                "list",
                "dict",
                "set",
            ):
                self._root_changed(given[0])

    def _measures(self, node: ast.Call) -> bool:
        called = self.chains(node.func)
        return bool(node.args or node.keywords) and any(map(says_it_runs_a_text, called))

    def _timed(self, node: ast.Call) -> None:
        """The text that ``timeit`` runs is read as code; what it is otherwise, is seen later."""
        for key in node.keywords:
            if key.arg in ("globals", "locals") and isinstance(key.value, ast.Call):
                self.measured.add(id(key.value))
        called = [c for c in self.chains(node.func) if says_it_runs_a_text(c)]
        one = any((c.attrs or (c.root,))[-1].startswith("run") for c in called)  # (text, globals)
        texts = [*node.args[: 1 if one else 2]]
        texts += [k.value for k in node.keywords if k.arg in ("stmt", "setup", "statement", None)]
        for text in texts:
            name = text.id if isinstance(text, ast.Name) else ""
            said = constant(text)
            if said is not None:
                self._read_text(said, node)
            elif name in self.texts and not self._is_local(name):
                for each in sorted(self.texts[name]):
                    self._read_text(each, node)
            elif not isinstance(text, ast.Lambda):
                name = "" if self._is_local(name) else name
                for chain in called:
                    about = name, bool(self.late), node.lineno, as_written(node.func)
                    self.facts.timed.append(Timed(chain, *about))

    def _read_text(self, text: str, node: ast.AST) -> None:
        tree, _offset = parsed(text)
        for inner in ast.walk(tree):
            if hasattr(inner, "lineno"):
                inner.lineno = node.lineno
        self.late += 1
        for statement in tree.body:
            self.visit(statement)
        self.late -= 1
