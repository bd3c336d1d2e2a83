"""What is noted down of one statement: the chains that it mentions, and what hides in it.

A *chain* is a name of the notebook, or something imported, and the attributes taken from it:
``nn.functional.conv2d`` and also ``getattr(nn, "LS" + "TM")``. The names of the notebook are
resolved later, when it is known which of their definitions was alive.
"""

import ast
from dataclasses import dataclass, field

ANY = "*"  # an attribute whose name cannot be known


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


@dataclass(frozen=True)
class Timed:
    """What a call of ``run`` or ``Timer`` is given to run, where that is no text to be read.

    ``chain`` is what is called; ``name`` the notebook's name for what is run, "" for anything else.
    """

    chain: Chain
    name: str
    late: bool
    line: int
    written: str


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
    timed: list[Timed] = field(default_factory=list)
