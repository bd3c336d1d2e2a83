"""What lies beside a notebook, or is shown by it, costs nobody what is right in it."""

import os

import nbformat
import pytest

from course_lib.grading.submissions import submission_digest
from tests.grading.engine import test_attacks
from tests.grading.engine.attacks import plain_course
from tests.slow import slow_but

seed, plain = test_attacks.seed, test_attacks.plain
RIGHT = {name: plain_course.right(name) for name in plain_course.PARTS}
SHOW = "from IPython.display import display, clear_output\n"
FIND = (
    "import gc\nfrom course_lib.grading.engine import wire\n"
    "channel = next(o for o in gc.get_objects() if type(o).__name__ == 'Shell').channel\n"
    "def output(**told):\n    wire.send(channel, {'output': told})\n"
    "deep = []\nfor _ in range(450):\n    deep = [deep]\n"
)


def total(plain, student) -> float:
    submission_digest(plain.root, plain.assignment, student)
    points, _notebook = plain.graded(student)
    return sum(value or 0.0 for value in points.values())


def nested(folder, depth: int, name: str = "a") -> None:
    before = os.getcwd()
    try:
        os.chdir(folder)
        for _level in range(depth):
            os.mkdir(name)
            os.chdir(name)
        with open("x.py", "w") as file:
            file.write("1")
    finally:
        os.chdir(before)


FOLDERS = {
    "a-thousand-folders-deep": lambda folder: nested(folder, 900),
    "a-path-too-long": lambda folder: nested(folder, 14, "b" * 250),
    "a-folder-called-as-the-notebook": lambda folder: (
        (folder / "own.ipynb").rename(folder / "other.ipynb"),
        (folder / "own.ipynb").mkdir(),
        (folder / "own.ipynb" / "x.py").write_text("1"),
    ),
    "a-pipe": lambda folder: os.mkfifo(folder / "pipe.txt"),
    "odd-names": lambda folder: [
        (folder / name).write_text("1")
        for name in ("a\nb.txt", "..\\..\\x.py", "-rf", "*.txt", "~", "$HOME", "n\udcff.txt", "';x")
    ],
    "a-folder-in-the-place-of-the-courses-file": lambda folder: (
        (folder / "expected.txt").mkdir(),
        (folder / "expected.txt" / "x").write_text("1"),
    ),
    "more-files-than-the-scratch-folder-holds": lambda folder: [
        (folder / f"{number}.txt").touch() for number in range(21_000)
    ],
}


@pytest.mark.parametrize("name", slow_but([*FOLDERS][:-1:3], FOLDERS))
def test_files_beside_a_notebook_cost_nothing(plain, name):
    plain.submit(name, RIGHT)
    FOLDERS[name](plain.root / "submitted" / name / plain.assignment)
    assert total(plain, name) == plain_course.MOST


@pytest.mark.parametrize("inside", [False, True])
def test_a_link_to_somebody_elses_folder_is_no_submission(plain, inside):
    plain.submit(f"alice-{inside}", RIGHT)
    theirs = plain.root / "submitted" / f"alice-{inside}" / plain.assignment
    home = plain.root / "submitted" / f"mallory-{inside}"
    (home / plain.assignment if inside else home).mkdir(parents=True)
    link = home / plain.assignment / "sub" if inside else home / plain.assignment
    link.symlink_to(theirs)
    assert total(plain, home.name) == 0


def strip(notebook) -> None:
    """No metadata, and ids of another program."""
    notebook.metadata = {}
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = {}, f"cell-{number}"


def handed_in_stripped(plain, student, answers, change=lambda cells: None) -> float:
    plain.submit(student, answers)
    path = plain.root / "submitted" / student / plain.assignment / f"{plain.assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    strip(notebook)
    change(notebook.cells)
    nbformat.write(notebook, path)
    return total(plain, student)


def test_a_notebook_without_metadata_has_the_points_of_its_answers(plain):
    assert handed_in_stripped(plain, "stripped", RIGHT) == plain_course.MOST
    wrong = {**RIGHT, "root": plain_course.WRONG["root"]}
    got = handed_in_stripped(plain, "stripped-wrong", wrong)
    assert got == plain_course.MOST - len(plain_course.PARTS["root"][2])


def test_a_notebook_without_metadata_gains_nothing_by_what_it_puts_beside_the_tests(plain):
    def tests_twice(cells) -> None:
        for cell in [c for c in cells if "assert" in c.source]:
            cells.append(nbformat.v4.new_code_cell(cell.source))
        cells += [nbformat.v4.new_code_cell("def near(a, b): return True\n1000.0") for _ in "ab"]

    assert handed_in_stripped(plain, "stripped-more", plain_course.WRONG, tests_twice) == 0


def test_a_file_cut_off_has_the_points_of_its_whole_answers(plain):
    plain.submit("cut", RIGHT)
    path = plain.root / "submitted" / "cut" / plain.assignment / f"{plain.assignment}.ipynb"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("def total(")], "utf-8")
    later = sum(len(plain_course.PARTS[name][2]) for name in ("total", "share", "book"))
    assert total(plain, "cut") == plain_course.MOST - later


SHOWN = {
    "json-that-is-none": SHOW
    + "display({'x/json5': {'a': 1}, 'json': [1], 'text/plain': 'x'}, raw=True)",
    "json-nested-deep": SHOW + "x = []\nfor _ in range(400):\n    x = [x]\n"
    "display({'application/json': x, 'text/plain': 'x'}, raw=True)",
    "half-characters": SHOW + "print('\\ud800')\ndisplay({'text/plain': '\\udfff'}, raw=True)\n"
    "raise ValueError('\\ud800')",
    "nan": SHOW + "display({'application/json': {'a': float('nan')}}, raw=True)",
    "a-huge-exception": "class E(Exception):\n    pass\nE.__name__ = 'x' * 100_000\n"
    "raise E('y' * 5_000_000)",
    "frames-nested-deep": FIND + "output(output_type='display_data', metadata={'a': deep},\n"
    "       data={'application/json': deep})",
    "frames-that-are-no-outputs": FIND + "wire.send(channel, {'output': 5})\n"
    "output(output_type='execute_result', data={}, metadata={})\n"
    "output(output_type='update_display_data', data={'text/plain': 'x'}, display_id='x')\n"
    "output(output_type='error', ename='\\ud800', evalue='', traceback=['\\ud800'] * 100_000)\n"
    "output(output_type='display_data', data={'image/png': '\\ud800', 'a': None}, metadata=5)",
}  # fmt: skip


@pytest.mark.parametrize("name", slow_but([*SHOWN][::3], SHOWN))
def test_what_a_cell_shows_costs_nothing(plain, name):
    plain.submit(name, {**RIGHT, "root": f"{RIGHT['root']}\n{SHOWN[name]}"})
    assert total(plain, name) == plain_course.MOST


TOO_DEEP = {
    "a-sum": "1+" * 100_000 + "1",
    "minus": "-" * 100_000 + "1",
    "brackets": "x = " + "(" * 50_000,
    "indices": "x" + "[0]" * 30_000,
    "choices": "if 1:\n pass\n" + "elif 1:\n pass\n" * 20_000,
}


@pytest.mark.parametrize("name", slow_but([*TOO_DEEP][::4], TOO_DEEP))
def test_a_cell_that_python_cannot_read_costs_itself_only(plain, name):
    plain.submit(f"deep-{name}", {**RIGHT, "root": f"{RIGHT['root']}\n{TOO_DEEP[name]}"})
    own = len(plain_course.PARTS["root"][2])
    assert total(plain, f"deep-{name}") == plain_course.MOST - own


@pytest.mark.slow
def test_a_submission_that_takes_all_the_time_keeps_what_was_right_before(plain, monkeypatch):
    from course_lib.grading.engine.executor import Place

    monkeypatch.setattr(Place, "longest", property(lambda place: 20.0))
    endless = "while True:\n    pass"
    wait = {"halves": endless, "total": endless, "share": endless, "book": endless}
    plain.submit("endless", {**RIGHT, **wait})
    points, notebook = plain.graded("endless")
    assert sum(v or 0.0 for n, v in points.items() if "root" in n or "double" in n) == 13
    texts = [o.evalue for c in notebook.cells for o in c.get("outputs", []) if "evalue" in o]
    assert any("too much time in all" in text for text in texts)
