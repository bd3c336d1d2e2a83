"""Which files of course_lib stand behind a page: those it imports, those they import, their data.

A page is executed again when one of them changes, and for no other change of the library. Names
are followed through the packages: ``from course_lib.figures import GateBoard`` leads to
``figures/gate_board.py`` alone, so that a new figure executes no chapter but its own.
"""

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

PACKAGE = "course_lib"

# In these folders a file that is not Python counts when its name, or its name without the ending,
# stands as a string in the page or in a module behind it; elsewhere, when its package is reached.
CALLED_BY_NAME = ("figures", "models/recorded")
# The words of figures are counted one by one (config.py), the catalogs not as files.
NOT_DATA = ("i18n",)

# Between the fence and the code there may be options, as ":name: value" or between "---".
_CELL = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\s*\{code-cell\}[^\n]*\n"
    r"(?:---\n.*?^---\n|(?::[\w-]+:[^\n]*\n)+)?(?P<body>.*?)^(?P=fence)",
    re.M | re.S,
)
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.M)
_DOTTED = re.compile(rf"{PACKAGE}(?:\.\w+)+")


def cells(page: str) -> list[str]:
    """The sources of the code cells of a page."""
    return [found["body"] for found in _CELL.finditer(page)]


class Library:
    """The package as its files tell it; nothing is imported."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._trees: dict[Path, ast.Module] = {}

    def behind(self, page: str) -> list[Path]:
        """The files behind the text of a page, sorted; the whole library for a cell that cannot
        be read as Python."""
        reached: set[Path] = set()
        strings: set[str] = set()
        for source in cells(page):
            try:
                tree = ast.parse(_MAGIC.sub("pass", source))
            except SyntaxError:
                return sorted(self._python + self._data)
            self._follow(tree, PACKAGE, reached, strings)
        return sorted(reached | set(self._data_of(reached, strings)))

    def _follow(self, tree: ast.AST, package: str, reached: set[Path], strings: set[str]) -> None:
        """Add what ``tree``, code inside ``package``, imports; and the strings it holds."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._reach(alias.name, reached, strings)
            elif isinstance(node, ast.ImportFrom):
                base = _absolute(node, package)
                for alias in node.names:
                    self._reach_name(base, alias.name, reached, strings)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
                for dotted in _DOTTED.findall(node.value):  # "python -m course_lib.models.record_x"
                    self._reach(dotted, reached, strings)

    def _reach(self, dotted: str, reached: set[Path], strings: set[str]) -> None:
        """The module ``dotted`` as a whole, with all that it imports."""
        path = self._file(dotted)
        if path is None or path in reached:
            return
        reached.add(path)
        package = dotted if path.name == "__init__.py" else dotted.rpartition(".")[0]
        self._follow(self._tree(path), package, reached, strings)

    def _reach_name(self, module: str, name: str, reached: set[Path], strings: set[str]) -> None:
        """``from module import name``: the submodule of that name, or wherever a package has the
        name from; the module as a whole when it is no package or defines the name itself."""
        path = self._file(module)
        if path is None:
            return
        if self._file(f"{module}.{name}"):
            self._reach(f"{module}.{name}", reached, strings)
            return
        if path.name == "__init__.py":
            for node in self._tree(path).body:
                if not isinstance(node, ast.ImportFrom):
                    continue
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        self._reach_name(_absolute(node, module), alias.name, reached, strings)
                        return
        self._reach(module, reached, strings)

    def _data_of(self, reached: set[Path], strings: set[str]) -> Iterator[Path]:
        packages = {path.parent for path in reached} - {self.folder}
        for file in self._data:
            where = file.relative_to(self.folder).parent.as_posix()
            if where in CALLED_BY_NAME:
                if file.name in strings or file.stem in strings:
                    yield file
            elif packages.intersection(file.parents):
                yield file

    def _file(self, dotted: str) -> Path | None:
        """The file of a module of this package, None for a module of another or none at all."""
        first, *rest = dotted.split(".")
        if first != PACKAGE:
            return None
        stem = self.folder.joinpath(*rest)
        for path in (stem / "__init__.py", stem.with_suffix(".py")):
            if path.is_file():
                return path
        return None

    def _tree(self, path: Path) -> ast.Module:
        if path not in self._trees:
            self._trees[path] = ast.parse(path.read_text(encoding="utf-8"))
        return self._trees[path]

    @cached_property
    def _files(self) -> list[Path]:
        return [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        ]

    @cached_property
    def _python(self) -> list[Path]:
        return [path for path in self._files if path.suffix == ".py"]

    @cached_property
    def _data(self) -> list[Path]:
        return [
            path
            for path in self._files
            if path.suffix != ".py" and path.relative_to(self.folder).parts[0] not in NOT_DATA
        ]


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that ``from ... import`` names, in full; ``package``: where the line stands."""
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *filter(None, [node.module])])
