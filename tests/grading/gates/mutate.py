"""Small edits to a cell of answers, one at a time: the slips of a hand, and a few of a head."""

import ast
from collections.abc import Iterator

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Mod: ast.Add,
}
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
CALLS = {
    "sigmoid": "tanh",
    "tanh": "sigmoid",
    "stack": "cat",
    "cat": "stack",
    "new_zeros": "new_ones",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "exp": "sin",
    "add_": "sub_",
    "relu": "sigmoid",
}
# Calls and attributes that are left out: x.flip(1) becomes x.
TRANSPARENT = {
    "T", "mT", "t", "transpose", "permute", "flip", "detach", "clone", "unsqueeze", "squeeze",
    "reversed", "abs", "sqrt", "softmax", "roll", "float", "double",
}  # fmt: skip


class Mutate(ast.NodeTransformer):
    """Makes the edit number ``target``; ``made`` says what it was, "" when there is none."""

    def __init__(self, target: int):
        self.target, self.count, self.made = target, 0, ""
        self.locals: list[str] = []

    def now(self, what: str) -> bool:
        self.count += 1
        if self.count - 1 == self.target:
            self.made = what
            return True
        return False

    def visit_FunctionDef(self, node):
        outer = self.locals
        stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _is_store(n)}
        taken = {a.arg for a in node.args.args if a.arg != "self"}
        self.locals = sorted(stored | taken)
        node.body = [self.visit(part) for part in node.body]
        self.locals = outer
        return node

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load) and node.id in self.locals and len(self.locals) > 1:
            place = self.locals.index(node.id)
            other = self.locals[(place + 1) % len(self.locals)]
            if self.now(f"{node.id} -> {other}"):
                return ast.Name(other, ast.Load())
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        said = ast.unparse(node)
        if type(node.op) in OPERATORS and self.now(f"{said}: other operator"):
            node.op = OPERATORS[type(node.op)]()
            return node
        if self.now(f"{said}: only the left"):
            return node.left
        if self.now(f"{said}: only the right"):
            return node.right
        return node

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        if self.now(f"{ast.unparse(node)}: without its sign"):
            return node.operand
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if node.attr in CALLS and self.now(f"{ast.unparse(node)} -> {CALLS[node.attr]}"):
            node.attr = CALLS[node.attr]
        if node.attr in ("T", "mT") and self.now(f"{ast.unparse(node)}: left out"):
            return node.value
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        called = node.func
        name = getattr(called, "attr", getattr(called, "id", ""))
        said = ast.unparse(node)
        if name in TRANSPARENT and self.now(f"{said}: left out"):
            if isinstance(called, ast.Attribute) and not _is_module(called.value):
                return called.value
            return node.args[0] if node.args else node
        for place, keyword in enumerate(node.keywords):
            if keyword.arg and self.now(f"{said}: without {keyword.arg}"):
                node.keywords = [k for n, k in enumerate(node.keywords) if n != place]
                return node
        return node

    def visit_Constant(self, node):
        if type(node.value) is bool:
            if self.now(f"{node.value} -> {not node.value}"):
                return ast.Constant(not node.value)
        elif type(node.value) in (int, float):
            if self.now(f"{node.value} -> {node.value + 1}"):
                return ast.Constant(node.value + 1)
            if self.now(f"{node.value} -> {node.value - 1}"):
                return ast.Constant(node.value - 1)
        return node

    def visit_Slice(self, node):
        self.generic_visit(node)
        said = ast.unparse(node)
        for part in ("lower", "upper", "step"):
            if getattr(node, part) is not None and self.now(f"[{said}]: without its {part}"):
                setattr(node, part, None)
                return node
        return node

    def visit_Tuple(self, node):
        self.generic_visit(node)
        if len(node.elts) > 1 and self.now(f"({ast.unparse(node)}): first two exchanged"):
            node.elts[0], node.elts[1] = node.elts[1], node.elts[0]
        return node

    def visit_Compare(self, node):
        self.generic_visit(node)
        kind = type(node.ops[0])
        if kind in COMPARISONS and self.now(f"{ast.unparse(node)}: other comparison"):
            node.ops[0] = COMPARISONS[kind]()
        return node

    def visit_BoolOp(self, node):
        self.generic_visit(node)
        if self.now(f"{ast.unparse(node)}: only the first"):
            return node.values[0]
        if self.now(f"{ast.unparse(node)}: only the last"):
            return node.values[-1]
        return node

    def visit_IfExp(self, node):
        self.generic_visit(node)
        if self.now(f"{ast.unparse(node)}: never"):
            return node.orelse
        if self.now(f"{ast.unparse(node)}: always"):
            return node.body
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        said = ast.unparse(node)
        if self.now(f"{said}: overwritten"):
            return ast.Assign([node.target], node.value, lineno=node.lineno)
        if type(node.op) in OPERATORS and self.now(f"{said}: other operator"):
            node.op = OPERATORS[type(node.op)]()
            return node
        return ast.Pass() if self.now(f"left out: {said}") else node

    def visit_Assign(self, node):
        self.generic_visit(node)
        return ast.Pass() if self.now(f"left out: {ast.unparse(node)}") else node

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Constant):  # a docstring
            return node
        self.generic_visit(node)
        return ast.Pass() if self.now(f"left out: {ast.unparse(node)}") else node

    def visit_Raise(self, node):  # what it says is no matter of ours
        return node

    def visit_Import(self, node):
        return node

    visit_ImportFrom = visit_Import


def _is_store(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _is_module(node) -> bool:
    return ast.unparse(node) in ("torch", "F", "nn", "math", "nn.functional", "torch.nn.functional")


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the changed source) for every edit that changes the text at all.

    Two edits that read alike are told apart by a number.
    """
    original, seen = ast.unparse(ast.parse(source)), {}
    for target in range(10_000):
        mutate = Mutate(target)
        tree = mutate.visit(ast.parse(source))
        if not mutate.made:
            return
        changed = ast.unparse(ast.fix_missing_locations(tree))
        number = seen[mutate.made] = seen.get(mutate.made, 0) + 1
        if changed != original:
            yield mutate.made + (f" ({number})" if number > 1 else ""), changed


def edited(source: str, targets) -> str:
    """Several edits one after the other."""
    for target in targets:
        source = ast.unparse(ast.fix_missing_locations(Mutate(target).visit(ast.parse(source))))
    return source
