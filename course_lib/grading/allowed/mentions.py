"""What the code of one statement mentions: names with what is taken from them, and what hides.

A *chain* is a name of the notebook, or something imported, and the attributes taken from it:
``nn.functional.conv2d`` and also ``getattr(nn, "LS" + "TM")``. Whatever a function binds itself
is followed through its aliases; the names of the notebook are resolved later, when it is known
which of their definitions was alive.
"""

import ast
from dataclasses import dataclass, field

from course_lib.grading.allowed import lists
from course_lib.grading.allowed.texts import constant

ANY = "*"  # an attribute whose name cannot be known
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
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


@dataclass(frozen=True)
class Chain:
    """``root`` is a name of the notebook, or with ``imported`` the path of a module."""

    root: str
    attrs: tuple[str, ...] = ()
    imported: bool = False

    def then(self, attr: str) -> "Chain":
        return Chain(self.root, (*self.attrs, attr), self.imported)


def as_written(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


@dataclass(frozen=True, eq=False)
class Mention:
    """A chain where it stands. ``held``: the thing itself is passed on or kept.

    ``late``: inside a function, which runs later than its definition. ``role`` is what is done
    with it: "", "called", "options" (called with some that are not named) or "changed".
    """

    chain: Chain
    node: ast.AST
    late: bool = False
    held: bool = False
    role: str = ""
    asks: str = ""  # the built-in function that only looks at it

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def written(self) -> str:
        return as_written(self.node)


@dataclass
class Facts:
    """Everything that matters in one statement."""

    mentions: list[Mention] = field(default_factory=list)
    imports: list[tuple[str, int]] = field(default_factory=list)  # inside functions and classes
    hiding: list[tuple[str, int]] = field(default_factory=list)
    on_anything: list[tuple[str, ast.expr]] = field(default_factory=list)
    changes: set[str] = field(default_factory=set)  # names of the notebook changed inside
    binds_global: set[str] = field(default_factory=set)
    changes_arguments: bool = False
    handed: dict[str, set[str]] = field(default_factory=dict)  # function -> names it is given
    methods: set[str] = field(default_factory=set)


@dataclass
class _Scope:
    kind: str
    names: set[str]
    aliases: dict[str, list] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    own: str = ""  # "self" of a method


def facts_of(node: ast.stmt, aliased=(), texts: dict[str, set[str]] | None = None) -> Facts:
    """The facts of a statement; ``aliased`` are expressions that only give a thing a name.

    ``texts`` are names of the notebook that never stand for anything but these texts.
    """
    reader = _Reader(texts)
    reader.aliased |= {id(each) for each in aliased}
    reader.visit(node)
    return reader.facts


def chains_of(node: ast.expr, texts: dict[str, set[str]]) -> list[Chain]:
    """What an expression outside of functions stands for."""
    return list(dict.fromkeys(_Reader(texts).chains(node)))


def alias_values(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    """``m = nn`` and ``m, f = nn, nn.functional`` as pairs of a name and what it stands for."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        pairs = [(node.target, node.value)]
    else:
        return []
    found = []
    for target, value in pairs:
        if isinstance(target, ast.Name):
            found.append((target.id, value))
        elif (
            isinstance(target, (ast.Tuple, ast.List))
            and isinstance(value, (ast.Tuple, ast.List))
            and len(target.elts) == len(value.elts)
        ):
            both = zip(target.elts, value.elts, strict=True)
            found += [(t.id, v) for t, v in both if isinstance(t, ast.Name)]
    return found


def imported(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str, str]]:
    """Name that is bound, what it stands for, and what is imported as a whole."""
    if isinstance(node, ast.Import):
        return [
            (a.asname or a.name.split(".")[0], a.name if a.asname else a.name.split(".")[0], a.name)
            for a in node.names
        ]
    module = node.module or ""
    return [(a.asname or a.name, f"{module}.{a.name}", f"{module}.{a.name}") for a in node.names]


def bound_names(node: ast.AST) -> set[str]:
    """The names that a statement or a function's body binds, without going into inner scopes."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Name) and isinstance(one.ctx, (ast.Store, ast.Del)):
            names.add(one.id)
        elif isinstance(one, (ast.Import, ast.ImportFrom)):
            names |= {name for name, _path, _whole in imported(one)}
        elif (isinstance(one, ast.ExceptHandler) and one.name) or (
            isinstance(one, (ast.MatchAs, ast.MatchStar)) and one.name
        ):
            names.add(one.name)
        elif isinstance(one, ast.MatchMapping) and one.rest:
            names.add(one.rest)
        for child in ast.iter_child_nodes(one):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(child.name)
                waiting += child.decorator_list
            elif isinstance(child, COMPREHENSIONS):
                inner = (n for n in ast.walk(child) if isinstance(n, ast.NamedExpr))
                names |= {n.target.id for n in inner}
            elif not isinstance(child, ast.Lambda):
                waiting.append(child)
    return names


class _Reader(ast.NodeVisitor):
    def __init__(self, texts: dict[str, set[str]] | None = None) -> None:
        self.facts = Facts()
        self.texts = texts or {}
        self.scopes: list[_Scope] = []
        self.late = 0
        self.aliased: set[int] = set()
        self.measured: set[int] = set()

    # ------------------------------------------------------------------ what a thing stands for

    def chains(self, node: ast.AST, depth: int = 0) -> list[Chain]:
        if depth > 60:
            return []
        again = depth + 1
        if isinstance(node, ast.Name):
            return self._named(node.id, again)
        if isinstance(node, ast.Attribute):
            return [c.then(node.attr) for c in self.chains(node.value, again)]
        if isinstance(node, ast.IfExp):
            return self.chains(node.body, again) + self.chains(node.orelse, again)
        if isinstance(node, ast.BoolOp):
            return [c for value in node.values for c in self.chains(value, again)]
        if isinstance(node, ast.NamedExpr):
            return self.chains(node.value, again)
        if self._is_getattr(node):
            names = self.spelled(node.args[1])
            return [c.then(name) for c in self.chains(node.args[0], again) for name in names]
        return []

    def spelled(self, node: ast.expr) -> tuple[str, ...]:
        """The attribute names that ``getattr`` may be given; ANY when they cannot be known."""
        if isinstance(node, ast.Name) and node.id in self.texts:
            return tuple(sorted(self.texts[node.id]))
        return (constant(node) or ANY,)

    def _is_getattr(self, node) -> bool:
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "getattr"
            and len(node.args) >= 2
        )

    def _named(self, name: str, depth: int) -> list[Chain]:
        for place in range(len(self.scopes) - 1, -1, -1):
            scope = self.scopes[place]
            if name in scope.globals:
                break
            if scope.kind == "class" and place != len(self.scopes) - 1:
                continue
            if name in scope.names:
                found = []
                for value in scope.aliases.get(name, ()):
                    if isinstance(value, str):
                        found.append(Chain(value, (), True))
                    elif depth < 20:
                        kept, self.scopes = self.scopes, self.scopes[: place + 1]
                        found += self.chains(value, depth + 5)
                        self.scopes = kept
                return found
        return [Chain(name)]

    def _is_local(self, name: str) -> bool:
        for scope in reversed(self.scopes):
            if name in scope.globals:
                return False
            if name in scope.names:
                return True
        return False

    # ------------------------------------------------------------------------------- mentioning

    def mention(self, node: ast.expr, held=True, role: str = "", asks: str = "") -> None:
        """Note what a maximal chain stands for, then look inside it."""
        chains = self.chains(node)
        held = held and id(node) not in self.aliased
        if chains:
            for chain in dict.fromkeys(chains):
                self.facts.mentions.append(Mention(chain, node, bool(self.late), held, role, asks))
        self._inside(node)

    def _inside(self, node: ast.expr) -> None:
        if isinstance(node, ast.Name):
            if node.id in lists.BUILT_IN_NAMES and not self._is_local(node.id):
                self.hide(node.id, node)
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
            if self.chains(node.value):
                self._inside(node.value)
            else:
                self.visit(node.value)
        elif isinstance(node, ast.IfExp):
            self.visit(node.test)
            self._part(node.body)
            self._part(node.orelse)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                self._part(value)
        elif isinstance(node, ast.NamedExpr):
            self._part(node.value)
        elif self._is_getattr(node):
            self._getattr(node)
            self._part(node.args[0])
            for argument in node.args[1:]:
                self.visit(argument)
        else:
            self.generic_visit(node)

    def _part(self, node: ast.expr) -> None:
        if self.chains(node):
            self.mention(node, held=False)
        else:
            self.visit(node)

    def _attribute(self, node: ast.Attribute) -> None:
        if node.attr in lists.LEADS_ANYWHERE:
            self.hide(as_written(node), node)
        if isinstance(node.ctx, ast.Load):
            self._of_a_tensor(node.attr, node.value, node)

    def _of_a_tensor(self, attr: str, root: ast.expr, node: ast.expr) -> None:
        if attr in lists.OF_A_TENSOR:
            own = isinstance(root, ast.Name) and any(s.own == root.id for s in self.scopes)
            own = own or (isinstance(root, ast.Call) and _is_name(root.func, "super"))
            if not own:
                self.facts.on_anything.append((attr, node))

    def _getattr(self, node: ast.Call) -> None:
        for name in self.spelled(node.args[1]):
            if name in lists.LEADS_ANYWHERE:
                self.hide(as_written(node), node)
            self._of_a_tensor(name, node.args[0], node)

    def hide(self, written: str, node: ast.AST) -> None:
        self.facts.hiding.append((written[:80], getattr(node, "lineno", 1)))

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.mention(node)

    def visit_Attribute(self, node):
        if isinstance(node.ctx, ast.Load):
            self.mention(node)
        else:
            self._changed(node)

    def visit_IfExp(self, node):
        self.mention(node) if self.chains(node) else self.generic_visit(node)

    visit_BoolOp = visit_IfExp

    def visit_NamedExpr(self, node):
        self._aliases(node)
        self.mention(node) if self.chains(node) else self.generic_visit(node)

    def visit_Subscript(self, node):
        if not isinstance(node.ctx, ast.Load):
            self._changed(node)
            return
        self.visit(node.value)
        self.visit(node.slice)

    def _changed(self, node: ast.Attribute | ast.Subscript) -> None:
        """``x.a = ...`` and ``x["a"] = ...`` change what x stands for."""
        for chain in self.chains(node.value):
            last = node.attr if isinstance(node, ast.Attribute) else "[]"
            self.facts.mentions.append(
                Mention(chain.then(last), node, bool(self.late), False, "changed")
            )
            if not chain.imported:
                self.facts.changes.add(chain.root)
        self._root_changed(node.value)
        if isinstance(node, ast.Attribute):
            self._attribute(node)
        else:
            self.visit(node.slice)
        if self.chains(node.value):
            self._inside(node.value)
        else:
            self.visit(node.value)

    def _root_changed(self, node: ast.expr) -> None:
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            node = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Name):
            if not self._is_local(node.id):
                self.facts.changes.add(node.id)
            elif any(node.id in s.names and s.own != node.id for s in self.scopes[-1:]):
                self.facts.changes_arguments = True

    # ----------------------------------------------------------------------------------- calls

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
        ends = {path.split(".")[-1] for path in lists.READ_AS_CODE}
        return bool(node.args or node.keywords) and any(
            (c.attrs or (c.root.split(".")[-1],))[-1] in ends for c in self.chains(node.func)
        )

    def _timed(self, node: ast.Call) -> None:
        """The text that ``timeit`` runs is read as code; only what is no text at all hides."""
        for key in node.keywords:
            if key.arg in ("globals", "locals") and isinstance(key.value, ast.Call):
                self.measured.add(id(key.value))
        texts = [*node.args[:2], *(k.value for k in node.keywords if k.arg in ("stmt", "setup"))]
        for text in texts:
            said = constant(text)
            if said is not None:
                self._read_text(said, node)
            elif isinstance(text, (ast.JoinedStr, ast.BinOp)):
                self.hide(as_written(node.func), node)

    def _read_text(self, text: str, node: ast.AST) -> None:
        from course_lib.grading.allowed.cells import parsed

        tree, _offset = parsed(text)
        for inner in ast.walk(tree):
            if hasattr(inner, "lineno"):
                inner.lineno = node.lineno
        self.late += 1
        for statement in tree.body:
            self.visit(statement)
        self.late -= 1

    def _magic(self, node: ast.Call) -> bool:
        """``%time f()``: what IPython makes of it is allowed for magics that are known."""
        func = node.func
        if not (
            isinstance(func, ast.Attribute)
            and isinstance(func.value, ast.Call)
            and _is_name(func.value.func, "get_ipython")
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
        from course_lib.grading.allowed.cells import parsed

        tree, offset = parsed(text)
        for inner in ast.walk(tree):
            if hasattr(inner, "lineno"):
                inner.lineno += node.lineno - 1 + below + offset
        for statement in tree.body:
            self.facts.changes |= bound_names(statement)
            self.visit(statement)

    # ------------------------------------------------------------------------------ statements

    def visit_Constant(self, node):
        if isinstance(node.value, str) and node.value in lists.LEADS_ANYWHERE:
            self.hide(repr(node.value), node)

    def visit_MatchClass(self, node):
        for name in lists.LEADS_ANYWHERE & set(node.kwd_attrs):
            self.hide(name, node)
        self.generic_visit(node)

    def visit_Compare(self, node):
        """``"x" in globals()`` only asks."""
        for one in node.comparators:
            if isinstance(one, ast.Call) and _is_name(one.func, "globals", "locals"):
                self.measured.add(id(one))
        asks = all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops)
        for one in (node.left, *node.comparators):
            if asks and self.chains(one):
                self.mention(one, held=False)
            else:
                self.visit(one)

    def visit_Assign(self, node):
        self._aliases(node)
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        self._aliases(node)
        self._annotation(node.annotation)
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_AugAssign(self, node):
        if isinstance(node.target, ast.Name) and not self._is_local(node.target.id):
            self.facts.changes.add(node.target.id)
        self.generic_visit(node)

    def _annotation(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._read_text(node.value, node)
        elif node is not None:
            self.visit(node)

    def _aliases(self, node) -> None:
        """In a function ``m = nn`` only gives a name; in a class, or for a global, it keeps it."""
        if not self.scopes:
            return
        scope = self.scopes[-1]
        for name, value in alias_values(node):
            if scope.kind == "class" or name in scope.globals:
                continue
            self.aliased.add(id(value))

    def visit_Import(self, node):
        for name, path, whole in imported(node):
            self.facts.imports.append((whole, node.lineno))
            keeps = self.scopes and (
                self.scopes[-1].kind == "class" or name in self.scopes[-1].globals
            )
            if keeps:
                self.facts.mentions.append(
                    Mention(Chain(path, (), True), node, bool(self.late), True)
                )

    visit_ImportFrom = visit_Import

    def visit_Global(self, node):
        self.facts.binds_global |= set(node.names)

    def visit_ClassDef(self, node):
        for one in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.visit(one)
        scope = _Scope("class", bound_names(ast.Module(node.body, [])))
        self._prepare(scope, node.body)
        self.facts.methods |= {
            s.name for s in node.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        self.scopes.append(scope)
        for statement in node.body:
            self.visit(statement)
        self.scopes.pop()

    def visit_FunctionDef(self, node):
        for one in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if one is not None:
                self.visit(one)
        arguments = _arguments(node.args)
        for argument in arguments:
            self._annotation(argument.annotation)
        self._annotation(node.returns)
        self._function(node, arguments, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        for one in (*node.args.defaults, *node.args.kw_defaults):
            if one is not None:
                self.visit(one)
        self._function(node, _arguments(node.args), [node.body])

    def _function(self, node, arguments, body) -> None:
        names = bound_names(ast.Module(body, [])) | {a.arg for a in arguments}
        method = bool(self.scopes) and self.scopes[-1].kind == "class"
        scope = _Scope("function", names, own=arguments[0].arg if method and arguments else "")
        outside = {n for s in _own(body) if isinstance(s, (ast.Global,)) for n in s.names}
        shared = {n for s in _own(body) if isinstance(s, ast.Nonlocal) for n in s.names}
        scope.globals, scope.names = outside, scope.names - outside - shared
        self._prepare(scope, body)
        self.scopes.append(scope)
        self.late += 1
        for statement in body:
            self.visit(statement)
        self.late -= 1
        self.scopes.pop()

    def _prepare(self, scope: _Scope, body) -> None:
        """Aliases and imports of a scope, wherever they stand in it."""
        for node in _own(body):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for name, path, _whole in imported(node):
                    scope.aliases.setdefault(name, []).append(path)
            for name, value in alias_values(node):
                if not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(value)):
                    scope.aliases.setdefault(name, []).append(value)

    def _comprehension(self, node):
        scope = _Scope("function", set())
        for generator in node.generators:
            scope.names |= bound_names(generator.target)
        # The first sequence is read outside; reading all of them inside errs on no name.
        self.visit(node.generators[0].iter)
        self.scopes.append(scope)
        for place, generator in enumerate(node.generators):
            if place:
                self.visit(generator.iter)
            for condition in generator.ifs:
                self.visit(condition)
        for part in ("elt", "key", "value"):
            if hasattr(node, part):
                self.visit(getattr(node, part))
        self.scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return given + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]


def _own(body):
    """The nodes of a body without those of inner functions and classes."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            waiting += list(ast.iter_child_nodes(node))


def _without_options(text: str) -> str:
    """``-n 10 f(x)`` -> ``f(x)``."""
    words = text.split()
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if len(option) == 2 and option[1] in "nrpstlDTo" and words and words[0].isdigit():
            words.pop(0)
    return " ".join(words)


def _is_name(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names
