"""The facts of one statement: everything it mentions, with functions and classes inside it."""

import ast

from course_lib.grading.allowed import lists
from course_lib.grading.allowed.bound import arguments_of, bound_names, imported, is_name, own_nodes
from course_lib.grading.allowed.chains import Chain, Facts, Mention
from course_lib.grading.allowed.magics import Conjuring
from course_lib.grading.allowed.scopes import Scope


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


class _Reader(Conjuring):
    """Reads statements."""

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
            if isinstance(one, ast.Call) and is_name(one.func, "globals", "locals"):
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
        scope = Scope("class", bound_names(ast.Module(node.body, [])))
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
        arguments = arguments_of(node.args)
        for argument in arguments:
            self._annotation(argument.annotation)
        self._annotation(node.returns)
        self._function(node, arguments, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        for one in (*node.args.defaults, *node.args.kw_defaults):
            if one is not None:
                self.visit(one)
        self._function(node, arguments_of(node.args), [node.body])

    def _function(self, node, arguments, body) -> None:
        names = bound_names(ast.Module(body, [])) | {a.arg for a in arguments}
        method = bool(self.scopes) and self.scopes[-1].kind == "class"
        scope = Scope("function", names, own=arguments[0].arg if method and arguments else "")
        outside = {n for s in own_nodes(body) if isinstance(s, (ast.Global,)) for n in s.names}
        shared = {n for s in own_nodes(body) if isinstance(s, ast.Nonlocal) for n in s.names}
        scope.globals, scope.names = outside, scope.names - outside - shared
        self._prepare(scope, body)
        self.scopes.append(scope)
        self.late += 1
        for statement in body:
            self.visit(statement)
        self.late -= 1
        self.scopes.pop()

    def _comprehension(self, node):
        scope = Scope("function", set())
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
