"""What a test cell may rely on: the instructor's imports, helpers and constants, not the student's.

Read from the instructor's own notebook. A statement of a cell that is neither solution nor test
belongs to the trusted side if everything it needs at once does; names that a solution binds, or
that depend on one, stay with the student.
"""

import ast
import builtins
import symtable
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from IPython.core.inputtransformer2 import TransformerManager

from course_lib.grading.engine.specials import ARITHMETIC, JUDGES

_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__"}
_ORDER = {"__lt__", "__le__", "__gt__", "__ge__"}
_DECIDES = _COMPARISONS | {*ARITHMETIC} | JUDGES
_PLAIN_BASES = {"object", "Module", "nn.Module", "torch.nn.Module", "ABC", "abc.ABC", "Exception",
                "Dataset", "torch.utils.data.Dataset", "Protocol", "Generic",
                "Enum", "enum.Enum"}  # fmt: skip
_BUILTIN = {*dir(builtins), "__name__", "__doc__", "__file__", "get_ipython", "display"}
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LIBRARIES = {*sys.stdlib_module_names, "numpy", "torch", "matplotlib", "scipy", "pandas"}
_LAZY = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Given:
    """Of one assignment: ``source`` is run before the first test cell.

    ``comparisons`` are the special methods that the solution defines, by class; ``classes`` the
    helper classes of the instructor; ``read`` the global names that solutions use and do not bind.
    ``tested`` are the names that only test cells bind: no name of the student's stands in for them,
    and ``helpers`` binds the functions, classes and modules among them again in a new process.
    """

    source: str = ""
    comparisons: dict[str, frozenset[str]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    read: frozenset[str] = frozenset()
    tested: frozenset[str] = frozenset()
    helpers: str = ""

    def once_more(self) -> "Given":
        """For a process that takes the place of one that has run test cells."""
        return replace(self, source=f"{self.source}\n{self.helpers}")


def given_by(notebook) -> Given:
    """What an instructor's notebook, with its solutions, gives to its test cells."""
    own, tests, solutions = [], [], []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        told = cell.metadata.get("nbgrader", {})
        kind = solutions if told.get("solution") else tests if told.get("grade") else own
        kind.extend(statements(cell.source))
    libraries = [s for s in solutions if _is_library(s)]
    students = _students_names(own, [s for s in solutions if s not in libraries])
    mine = _independent([*libraries, *own], students)
    wanted = {name for statement in tests for name in _uses(statement).all}
    needed = _needed(mine, wanted)
    classes = tuple(s.name for s in needed if isinstance(s, ast.ClassDef))
    return Given(
        "\n".join(ast.unparse(statement) for statement in needed),
        {s.name: _comparisons(s) for s in solutions if isinstance(s, ast.ClassDef)},
        classes,
        frozenset(name for s in solutions for name in _globals_of(s))
        - _BUILTIN
        - frozenset(name for s in [*own, *solutions] for name in _uses(s).bound),
        frozenset(name for s in tests for name in _uses(s).bound) - students,
        _helpers(needed, tests, students),
    )


def _helpers(needed: list[ast.stmt], tests: list[ast.stmt], students: set[str]) -> str:
    """What test cells define for later ones and that needs nothing of a solution."""
    defined = [s for s in tests if isinstance(s, _DEFINITIONS)]
    kept = _independent([*needed, *defined], students)
    return "\n".join(ast.unparse(s) for s in defined if s in kept)


def _is_library(statement: ast.stmt) -> bool:
    """An import of a solution's that is no work of the student's: the tests have their own."""
    if isinstance(statement, ast.ImportFrom):
        names = [statement.module or ""] if not statement.level else [""]
        star = any(alias.name == "*" for alias in statement.names)
    elif isinstance(statement, ast.Import):
        names, star = [alias.name for alias in statement.names], False
    else:
        return False
    return not star and all(name.partition(".")[0] in _LIBRARIES for name in names)


def statements(source: str) -> list[ast.stmt]:
    """A cell's statements, magics made Python; none if it cannot be read."""
    try:
        return ast.parse(TransformerManager().transform_cell(source)).body
    except (SyntaxError, ValueError, RecursionError):
        return []


@dataclass
class _Uses:
    """Names a statement binds, needs at once, and needs at all (in bodies of functions, too)."""

    bound: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    all: set[str] = field(default_factory=set)
    star: bool = False


def _uses(statement: ast.AST) -> _Uses:
    found = _Uses()
    _visit(statement, found, lazy=False)
    found.now -= _bound_inside(statement)
    return found


def _globals_of(statement: ast.stmt) -> set[str]:
    """Global names that functions of a statement read, not their local ones."""
    found, todo = set(), [symtable.symtable(ast.unparse(statement), "<solution>", "exec")]
    while todo:
        scope = todo.pop()
        todo.extend(scope.get_children())
        if scope.get_type() == "function":
            found |= {s.get_name() for s in scope.get_symbols() if s.is_global()}
    return found


def _bound_inside(statement: ast.AST) -> set[str]:
    """Names that only live in a comprehension or a class body."""
    inside = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.comprehension):
            inside |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                inside |= _uses(part).bound
    return inside


def _visit(node: ast.AST, found: _Uses, lazy: bool) -> None:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            found.all.add(node.id)
            if not lazy:
                found.now.add(node.id)
        elif not lazy:
            found.bound.add(node.id)
        return
    if isinstance(node, ast.alias):
        found.star |= node.name == "*"
        found.bound.add(node.asname or node.name.partition(".")[0])
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and not lazy:
        found.now.add(node.target.id)
    if isinstance(node, ast.ExceptHandler) and node.name and not lazy:
        found.bound.add(node.name)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        if not lazy:
            found.bound.add(node.name)
        for part in node.decorator_list:
            _visit(part, found, lazy)
    if isinstance(node, ast.ClassDef):
        for part in [*node.bases, *(keyword.value for keyword in node.keywords)]:
            _visit(part, found, lazy)
        inner = _Uses()
        for part in node.body:
            _visit(part, inner, lazy)
        found.now |= inner.now - inner.bound
        found.all |= inner.all
        return
    if isinstance(node, _LAZY):
        defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        for part in defaults:
            _visit(part, found, lazy)
        for part in _annotations(node):
            _visit(part, found, lazy)
        body = node.body if isinstance(node.body, list) else [node.body]
        for part in body:
            _visit(part, found, lazy=True)
        return
    for part in ast.iter_child_nodes(node):
        _visit(part, found, lazy)


def _annotations(node) -> list[ast.AST]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    arguments += [a for a in (node.args.vararg, node.args.kwarg) if a is not None]
    found = [argument.annotation for argument in arguments if argument.annotation is not None]
    returns = getattr(node, "returns", None)
    return found + ([returns] if returns is not None else [])


def _students_names(own: list[ast.stmt], solutions: list[ast.stmt]) -> set[str]:
    """Names that a solution binds or, being the instructor's data, changes in place."""
    names = {name for statement in solutions for name in _uses(statement).bound}
    for statement in solutions:
        for node in ast.walk(statement):
            if isinstance(node, ast.Global):
                names.update(node.names)
            if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(
                node.ctx, ast.Load
            ):
                names |= _root(node)
    data = {n for s in own if isinstance(s, ast.Assign) for n in _uses(s).bound if _is_data(s)}
    for statement in solutions:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                names |= _root(node.func) & data
    return names


def _root(node: ast.AST) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _is_data(statement: ast.Assign) -> bool:
    """Whether a statement makes a list, dict or set: what a solution may fill by its methods."""
    value = statement.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("list", "dict", "set", "defaultdict", "deque", "Counter")
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp)


def _independent(own: list[ast.stmt], students: set[str]) -> list[ast.stmt]:
    """The statements that need nothing of a solution when they are executed."""
    kept = [s for s in own if not _is_magic(s) and not _uses(s).bound & students]
    while True:
        names = {name for s in kept for name in _uses(s).bound} | _BUILTIN
        star = any(_uses(s).star for s in kept)
        left = [s for s in kept if star or not _uses(s).now - names]
        if star:
            left = [s for s in left if not _uses(s).now & students]
        lost = {name for s in kept if s not in left for name in _uses(s).bound}
        left = [s for s in left if not _uses(s).bound & lost]
        if len(left) == len(kept):
            return kept
        kept = left


def _needed(mine: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    """The statements that bind, transitively, what is wanted, and those that only act on it."""
    wanted, kept = set(wanted), set()
    while True:
        more = {
            place
            for place, statement in enumerate(mine)
            if place not in kept and (_uses(statement).star or _uses(statement).bound & wanted)
        }
        if not more:
            break
        kept |= more
        wanted |= {name for place in more for name in _uses(mine[place]).all}
    bound = {name for place in kept for name in _uses(mine[place]).bound}
    for place, statement in enumerate(mine):
        uses = _uses(statement)
        if not uses.bound and uses.now - _BUILTIN and uses.now - _BUILTIN <= bound:
            kept.add(place)
    return [mine[place] for place in sorted(kept)]


def _is_magic(statement: ast.stmt) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "get_ipython" for n in ast.walk(statement))


def _comparisons(kind: ast.ClassDef) -> frozenset[str]:
    """The comparisons, operators and judging methods that a class of the solution defines."""
    found = {name for part in kind.body for name in _bound_in_class(part)} & _DECIDES
    if any(ast.unparse(base) not in _PLAIN_BASES for base in kind.bases):
        found |= _DECIDES - _COMPARISONS  # inherited ones
    for decorator in kind.decorator_list:
        told = ast.unparse(decorator)
        if "total_ordering" in told:
            found |= _ORDER
        if "dataclass" in told:
            found.add("__eq__")
            if "order=True" in told:
                found |= _ORDER
    return frozenset(found)


def _bound_in_class(part: ast.stmt) -> set[str]:
    return _uses(part).bound


def names_bound(cells: Iterable[str]) -> set[str]:
    """Every name that the statements of some cells bind."""
    return {name for cell in cells for s in statements(cell) for name in _uses(s).bound}
