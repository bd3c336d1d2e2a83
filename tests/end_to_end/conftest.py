"""A tiny course in a temporary folder: one assignment that a kernel without torch can run."""

import shutil
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]

TINY = '''---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A tiny assignment

Write the sum $a + b$.

```{code-cell} ipython3
def start(assignment, language):
    pass


class Result:
    """What a check returns, without torch."""

    def __init__(self, add):
        self.right = add(1, 2) == 3

    def _repr_mimebundle_(self, **kwargs):
        finding = {"kind": "fault", "id": "minus", "text": "It subtracts."}
        found = {"item": "tiny.add", "findings": [] if self.right else [finding]}
        return {
            "text/plain": "4.0" if self.right else "1.0",
            "text/html": "<b>feedback of the check</b>",
            "application/vnd.course.check+json": found,
        }


start("tiny", language="en")
```

## Add

```{code-cell} ipython3
---
nbgrader:
  grade: false
  grade_id: add
  locked: false
  schema_version: 3
  solution: true
  task: false
---
def add(a, b):
    """The sum."""
    ### BEGIN SOLUTION
    result = a + b
    return result
    ### END SOLUTION
```

```{code-cell} ipython3
---
nbgrader:
  grade: true
  grade_id: test_add
  locked: true
  points: 4
  schema_version: 3
  solution: false
  task: false
---
Result(add)
### BEGIN HIDDEN TESTS
Result(lambda a, b: add(a, b) if add(20, 22) == 42 else None)
### END HIDDEN TESTS
```
'''


class Course:
    """The temporary course and the few things tests do with it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "solutions" / "tiny" / "tiny.md"

    def submit(self, student: str, change=None, *, language="en", file="tiny.ipynb") -> Path:
        """Hand in the release after ``change(notebook)``; a text is the answer of the cell add."""
        path = self.root / "exercises" / language / "tiny" / "tiny.ipynb"
        notebook = nbformat.read(path, as_version=4)
        if isinstance(change, str):
            cell(notebook, "add").source = change
        elif change is not None:
            change(notebook)
        target = self.root / "submitted" / student / "tiny" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        return target

    def graded(self, student: str):
        path = self.root / "autograded" / student / "tiny" / "tiny.ipynb"
        return nbformat.read(path, as_version=4)


def cell(notebook, name: str):
    """The cell with this nbgrader id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


@pytest.fixture(scope="session")
def make_course():
    """A function: a course in a folder, with the source of the tiny assignment, not released."""

    def make(root: Path) -> Course:
        shutil.copy(ROOT / "nbgrader_config.py", root)
        course = Course(root)
        course.source.parent.mkdir(parents=True)
        course.source.write_text(TINY, "utf-8")
        return course

    return make


@pytest.fixture
def new_course(make_course, tmp_path) -> Course:
    """The tiny course, not released."""
    return make_course(tmp_path)


@pytest.fixture
def course(new_course) -> Course:
    """The tiny course with its release in three languages and its assignment in the gradebook."""
    from course_lib.grading.release import release

    release(new_course.root, "tiny")
    return new_course


@pytest.fixture(scope="session")
def find_cell():
    return cell
