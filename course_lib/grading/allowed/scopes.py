"""What an expression stands for: names are followed through the scopes of functions and classes."""

import ast
from dataclasses import dataclass, field

from course_lib.grading.allowed.bound import (
    alias_values,
    imported,
    own_nodes,
)
from course_lib.grading.allowed.chains import ANY, Chain, Facts
from course_lib.grading.allowed.texts import constant


@dataclass
class Scope:
    kind: str
    names: set[str]
    aliases: dict[str, list] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    own: str = ""  # "self" of a method


class Scoped(ast.NodeVisitor):
    """A reader that knows what names stand for; ``facts`` is what it finds."""

    def __init__(self, texts: dict[str, set[str]] | None = None) -> None:
        self.facts = Facts()
        self.texts = texts or {}
        self.scopes: list[Scope] = []
        self.late = 0
        self.aliased: set[int] = set()
        self.measured: set[int] = set()

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

    def _aliases(self, node) -> None:
        """In a function ``m = nn`` only gives a name; in a class, or for a global, it keeps it."""
        if not self.scopes:
            return
        scope = self.scopes[-1]
        for name, value in alias_values(node):
            if scope.kind == "class" or name in scope.globals:
                continue
            self.aliased.add(id(value))

    def _prepare(self, scope: Scope, body) -> None:
        """Aliases and imports of a scope, wherever they stand in it."""
        for node in own_nodes(body):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for name, path, _whole in imported(node):
                    scope.aliases.setdefault(name, []).append(path)
            for name, value in alias_values(node):
                if not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(value)):
                    scope.aliases.setdefault(name, []).append(value)
