"""What is done with things: taken from, kept, changed."""

import ast

from course_lib.grading.allowed import lists
from course_lib.grading.allowed.bound import is_name
from course_lib.grading.allowed.chains import Mention, as_written
from course_lib.grading.allowed.scopes import Scoped


class Using(Scoped):
    """Reads expressions other than calls."""

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
            own = own or (isinstance(root, ast.Call) and is_name(root.func, "super"))
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
