"""Names and what statements bind them to, as far as their syntax says."""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


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


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return given + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]


def own_nodes(body):
    """The nodes of a body without those of inner functions and classes."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            waiting += list(ast.iter_child_nodes(node))


def is_name(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names
