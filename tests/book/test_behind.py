"""Which files of the library stand behind a page, told without importing any."""

import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.publish import behind
from course_lib.publish.execution import pages

ROOT = Path(__file__).parents[2]
FILES = {
    "__init__.py": "VERSION = 1",
    "i18n/__init__.py": "",
    "i18n/glossary.yml": "",
    "layers/__init__.py": "from .lstm import LSTM\nfrom .gru import GRU as Gated\nHERE = 1",
    "layers/lstm.py": "from course_lib.shared import base",
    "layers/gru.py": "def late():\n    from ..shared import base",
    "shared.py": "import course_lib.far.away",
    "far/__init__.py": "",
    "far/away.py": "",
    "far/files/data.txt": "1",
    "figures/__init__.py": "from course_lib.figures.board import Board\n"
    "from course_lib.figures.stack import Stack",
    "figures/base.py": "WORDS = 'base.js'",
    "figures/base.js": "",
    "figures/board.py": "from course_lib.figures.base import WORDS\nscript = 'board.js'",
    "figures/board.js": "",
    "figures/stack.py": "from course_lib.figures.base import WORDS\nscript = 'stack.js'",
    "figures/stack.js": "",
    "models/recorded.py": "folder = 'recorded'",
    "models/recorded/long.json": "",
    "models/recorded/other.json": "",
    "models/record_long.py": "",
}
SHARED = {"shared.py", "far/away.py", "far/files/data.txt"}
BOARD = {"figures/base.py", "figures/base.js", "figures/board.py", "figures/board.js"}


@pytest.fixture
def library(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return behind.Library(tmp_path)


def found(library, *sources, options=""):
    fences = [f"```{{code-cell}} ipython3\n{options}{source}\n```\n" for source in sources]
    files = library.behind("# Page\n\n" + "\n".join(fences))
    return {file.relative_to(library.folder).as_posix() for file in files}


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("import torch\nfrom pathlib import Path", set()),
        ("from course_lib.layers import LSTM", SHARED | {"layers/lstm.py"}),
        ("from course_lib.layers import Gated", SHARED | {"layers/gru.py"}),
        ("from course_lib.layers.gru import GRU", SHARED | {"layers/gru.py"}),
        ("%matplotlib inline\nfrom course_lib.figures import Board", BOARD),
        ("def f():\n    import course_lib.far.away", {"far/away.py", "far/files/data.txt"}),
        ("from course_lib import VERSION", {"__init__.py"}),
        ("run(['python', '-m', 'course_lib.models.record_long'])", {"models/record_long.py"}),
        (
            "from course_lib.models.recorded import recorded\nrecorded('long')",
            {"models/recorded.py", "models/recorded/long.json"},
        ),
    ],
)
def test_a_page_stands_on_what_it_imports_and_on_what_that_imports(library, source, files):
    assert found(library, source) == files
    assert found(library, source, options=":tags: [hide-input]\n") == files
    assert found(library, source, options="---\ntags: [hide-input]\n---\n") == files


def test_a_package_as_a_whole_is_all_that_it_imports(library):
    whole = SHARED | {"layers/__init__.py", "layers/lstm.py", "layers/gru.py"}
    assert found(library, "from course_lib import layers") == whole
    assert found(library, "import course_lib.layers as l") == whole
    assert found(library, "from course_lib.layers import HERE") == whole
    assert found(library, "from course_lib.layers import *") == whole


def test_of_a_cell_that_is_no_python_the_whole_library_is_assumed(library):
    assert found(library, "%%bash\nls for") >= set(FILES) - {"i18n/glossary.yml"}


@pytest.mark.slow
def test_nothing_that_a_chapter_really_imports_is_missed(tmp_path):
    """Against Python itself: which modules hold what the imports of a page really took."""
    library = behind.Library(ROOT / "course_lib")
    seen = 0
    for page in pages(ROOT):
        text = page.read_text(encoding="utf-8")
        taken = "\n".join(
            line
            for source in behind.cells(text)
            for line in source.splitlines()
            if line.startswith(("from course_lib", "import course_lib")) and "(" not in line
        )
        if not taken:
            continue
        told = "import inspect; print(*{o.__module__ for o in list(globals().values())"
        told += " if getattr(o, '__module__', '').startswith('course_lib.')})"
        command = [sys.executable, "-c", f"{taken}\n{told}"]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        files = {f.relative_to(ROOT).with_suffix("").as_posix() for f in library.behind(text)}
        modules = {module.replace(".", "/") for module in ended.stdout.split()}
        assert modules <= files, page
        seen += len(modules)
    assert seen > 2
