"""Texts put together from constants: what ``"LS" + "TM"`` spells, as far as it can be read."""

import ast
from dataclasses import dataclass, field

LONGEST = 10_000


def constant(node: ast.AST, depth: int = 0) -> str | None:
    """The text that an expression of constants spells; None where it depends on anything else."""
    if depth > 40:
        return None
    again = depth + 1
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = constant(node.left, again), constant(node.right, again)
        whole = None if left is None or right is None else left + right
        return whole if whole is None or len(whole) < LONGEST else None
    if isinstance(node, ast.JoinedStr):
        parts = [constant(v.value if isinstance(v, ast.FormattedValue) else v, again)
                 for v in node.values]  # fmt: skip
        return None if None in parts else "".join(parts)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        text = constant(node.value, again)
        step = node.slice.step
        whole = node.slice.lower is None and node.slice.upper is None
        backwards = step is not None and ast.unparse(step) == "-1"
        return text[::-1] if text is not None and whole and backwards else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _called(node, again)
    return None


def _called(node: ast.Call, depth: int) -> str | None:
    text, method = constant(node.func.value, depth), node.func.attr
    if text is None or node.keywords:
        return None
    if method in ("upper", "lower", "title", "capitalize", "strip", "swapcase") and not node.args:
        return getattr(text, method)()
    if method == "join" and len(node.args) == 1 and isinstance(node.args[0], (ast.List, ast.Tuple)):
        parts = [constant(part, depth) for part in node.args[0].elts]
        return None if None in parts else text.join(parts)
    if method == "replace" and len(node.args) == 2:
        old, new = (constant(argument, depth) for argument in node.args)
        return None if old is None or new is None else text.replace(old, new)
    return None


@dataclass
class Bindings:
    """Names with the texts they are bound to, and how often they are bound to anything else."""

    texts: dict[str, set[str]] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)


def bindings_of(tree: ast.Module) -> Bindings:
    """``for name in ("sigmoid", "tanh")`` binds texts, an argument can be anything."""
    found = Bindings()
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.comprehension)):
            _spelled(node.target, node.iter, found.texts, found.others)
        elif isinstance(node, ast.Assign) and constant(node.value) is not None:
            for target in node.targets:
                _spelled(target, ast.List([node.value]), found.texts, found.others)
        for name in _bound(node):
            found.others[name] = found.others.get(name, 0) + 1
    return found


def only_texts(several: list[Bindings]) -> dict[str, set[str]]:
    """Names that stand for nothing but known texts, wherever in the notebook they are bound."""
    names = {name for one in several for name in one.texts}
    return {
        name: set().union(*(one.texts.get(name, ()) for one in several))
        for name in names
        if not any(one.others.get(name) for one in several)
    }


def _spelled(target, several, found, bound) -> None:
    """Count what a loop over literals binds as one binding less."""
    if isinstance(several, ast.Dict):
        several = ast.List([key for key in several.keys if key is not None])
    if not isinstance(several, (ast.List, ast.Tuple, ast.Set)):
        return
    pairs = [(target, several.elts)]
    if isinstance(target, (ast.Tuple, ast.List)):
        rows = [row.elts for row in several.elts if isinstance(row, (ast.Tuple, ast.List))]
        if len(rows) != len(several.elts) or any(len(r) != len(target.elts) for r in rows):
            return
        pairs = list(zip(target.elts, zip(*rows, strict=True), strict=False))
    for name, values in pairs:
        texts = {constant(value) for value in values}
        if isinstance(name, ast.Name) and None not in texts:
            found.setdefault(name.id, set()).update(texts)
            bound[name.id] = bound.get(name.id, 0) - 1


def _bound(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.MatchAs, ast.MatchStar, ast.ExceptHandler)):
        return [node.name] if node.name else []
    if isinstance(node, ast.MatchMapping):
        return [node.rest] if node.rest else []
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return list(node.names)
    if isinstance(node, ast.alias):
        return [(node.asname or node.name).split(".")[0]]
    return []
