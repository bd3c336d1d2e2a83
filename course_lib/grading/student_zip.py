"""What a student gets as one file: the notebook in one language, and how to begin.

It is packed from the released notebook alone, in which a release has left no answer. The same
notebook gives the same bytes on every machine.
"""

import io
import zipfile
from pathlib import Path

import nbformat

from course_lib.errors import CourseError
from course_lib.files import write_bytes_atomically
from course_lib.grading.markdown import heading
from course_lib.grading.release import release_path
from course_lib.i18n import LANGUAGES, _, speaking

FOLDER = Path("_build", "releases")
_UNIX, _WINDOWS = ".venv/bin/python", ".venv\\Scripts\\python"
_WHEN = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name


def zip_path(root: Path, assignment: str, language: str) -> Path:
    """Where the zip of ``assignment`` lies in ``language``."""
    return Path(root) / FOLDER / assignment / f"{assignment}-{language}.zip"


def student_zips(root: Path, assignment: str, languages: list[str] | None = None) -> list[Path]:
    """Pack the released notebook in each language; returns the paths of the zips.

    Raises CourseError when there is no release in a language.
    """
    paths = []
    for language in languages or list(LANGUAGES):
        notebook = release_path(root, assignment, language)
        if not notebook.exists():
            raise CourseError(
                _("There is no {file}. Make it with: course release {name}").format(
                    file=notebook, name=assignment
                )
            )
        path = zip_path(root, assignment, language)
        write_bytes_atomically(path, packed(assignment, language, notebook.read_text("utf-8")))
        paths.append(path)
    return paths


def packed(assignment: str, language: str, notebook: str) -> bytes:
    """The bytes of the zip: a folder with the notebook and a README in ``language``."""
    title = heading(nbformat.reads(notebook, as_version=4)) or assignment
    files = {
        f"{assignment}/README.md": readme(assignment, title, language),
        f"{assignment}/{assignment}.ipynb": notebook,
    }
    made = io.BytesIO()
    # Stored as it is: two versions of a compressor may write different bytes.
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files.items():
            about = zipfile.ZipInfo(name, _WHEN)
            about.create_system, about.external_attr = 3, 0o644 << 16
            archive.writestr(about, text.encode())
    return made.getvalue()


def readme(assignment: str, title: str, language: str) -> str:
    """How a student begins, in ``language``."""
    with speaking(language):
        python = _("On Windows, write {windows} in the place of {elsewhere}.")
        steps = [
            _("Python 3.11 or newer is needed."),
            _(
                "Install the course's package once. Your teacher gives it to you as a file that "
                "ends in .whl, as a folder or as an address; write it in the place of COURSE:"
            )
            + _lines("python -m venv .venv", f"{_UNIX} -m pip install COURSE")
            + "\n\n   "
            + python.format(windows=f"`{_WINDOWS}`", elsewhere=f"`{_UNIX}`"),
            _("Open the notebook from this folder:")
            + _lines(f"{_UNIX} -m jupyterlab {assignment}.ipynb"),
            _(
                "Write into the answer cells, run the check below each of them, read what it "
                "says, and check again. After the installation no network is needed."
            ),
            _("Save, and hand in {file} under this name.").format(file=f"`{assignment}.ipynb`"),
        ]
    return f"# {title}\n\n" + "".join(f"{n}. {step}\n" for n, step in enumerate(steps, 1))


def _lines(*commands: str) -> str:
    return "\n\n" + "\n".join(f"       {command}" for command in commands)
