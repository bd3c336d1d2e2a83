"""The grader's side of nbgrader's exchange, where every student can write into one folder.

nbgrader believes what lies there. The name of whoever hands in is part of a folder's name, so a
student can put work in the place of another's; links in a folder are followed with the rights of
whoever collects, and what they lead to comes back to the student in the feedback; and a name that
cannot be read ends the collection for the whole class.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from glob import glob
from pathlib import Path

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback
from nbgrader.utils import ignore_patterns, notebook_hash

from course_lib.grading.config import safe_student
from course_lib.i18n import N_, _

DEEPEST = 20  # folders in folders: more is nobody's homework
MOST_NAMES = 20  # of notebooks in one submission, a copy of the page for each
# Between the name that a submission gets and its last file, and between two machines' clocks.
PATIENCE = timedelta(minutes=5)

NAME = N_(
    "{folder} is left out: its name is not one that `nbgrader submit` gives. The others are "
    "collected."
)
OWNER = N_(
    "{folder} is left out: it says that it is by {student}, and belongs to {owner}. If all "
    "students of your Hub have one system account, set c.ExchangeCollect.check_owner = False"
)
LARGE = N_("{folder} is left out: it has {size} MB, and {limit} MB may be handed in.")
LATER = N_(
    "{folder} says it was handed in at {said} UTC, and was written at {written} UTC: look at it "
    "before its lateness counts."
)
NO_FILE = N_("{file} of {folder} is left out: it is a link, somebody else's, or cannot be read.")
BY_HAND = N_(
    "{student}: nothing is released, since this was not handed in through the exchange. The page "
    "is {page}"
)


class CollectOwnWork(ExchangeCollect):
    """Collect of each student what belongs to them, and go on where something does not."""

    def init_src(self):
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]

    def _path_to_record(self, path):
        """What nbgrader reads from a folder's name; without a user where it cannot be taken."""
        try:
            record = super()._path_to_record(path)
        except (ExchangeError, ValueError, OverflowError):
            record = {"username": "", "filename": Path(path).name}
        problem = self._problem(path, record)
        if problem is None:
            return record
        self.log.warning(problem)
        return {**record, "username": "", "timestamp": datetime.min}

    def _problem(self, path: str, record: dict) -> str | None:
        shown = os.path.basename(path)
        if not safe_student(record["username"]) or not stat.S_ISDIR(os.lstat(path).st_mode):
            return _(NAME).format(folder=shown)
        owner = _name(os.lstat(path).st_uid)
        if self.check_owner and owner != record["username"]:
            return _(OWNER).format(folder=shown, student=record["username"], owner=owner)
        size, limit = self.get_size(path), 1000 * self.coursedir.max_dir_size
        if size > limit:
            return _(LARGE).format(folder=shown, size=size // 10**6, limit=limit // 10**6)
        return None

    def get_size(self, root):
        size = 0
        for _folder, name, handle in _files(root):
            with suppress(OSError):  # gone since
                size += os.stat(name, dir_fd=handle, follow_symlinks=False).st_size
        return size

    def do_copy(self, src, dest, log=None):
        """Copy plain files of the folder's owner; what a name leads to is asked of the open file.

        Asked of a name, the answer may be old when the file is opened.
        """
        owner = os.lstat(src).st_uid
        self._look_at_time(src)
        ignored = ignore_patterns(
            self.coursedir.ignore,
            self.coursedir.include,
            self.coursedir.max_file_size,
            self.log,
        )
        # Whole or not at all: what is half there would count as collected.
        unfinished = Path(dest).with_name(f".{Path(dest).name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for folder, name, handle in _files(src, ignored):
            within = os.path.relpath(os.path.join(folder, name), src)
            content = _read_own(name, handle, owner)
            if content is None:
                self.log.warning(_(NO_FILE).format(file=within, folder=os.path.basename(src)))
                continue
            target = unfinished / within
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if self.coursedir.groupshared:
            self._let_the_group_write(unfinished)
        os.replace(unfinished, dest)

    def _look_at_time(self, src: str) -> None:
        """The time in the name is the student's word; the system's own is not theirs to set."""
        said = super()._path_to_record(src)["timestamp"]
        times = [os.lstat(src).st_ctime]
        for _folder, name, handle in _files(src):
            with suppress(OSError):
                times.append(os.stat(name, dir_fd=handle, follow_symlinks=False).st_ctime)
        written = datetime.fromtimestamp(max(times), UTC).replace(tzinfo=None, microsecond=0)
        if written - said > PATIENCE:
            values = {"folder": os.path.basename(src), "said": said.replace(microsecond=0)}
            self.log.warning(_(LATER).format(**values, written=written))

    def _let_the_group_write(self, collected: Path) -> None:
        for path in (collected, *collected.rglob("*")):
            with suppress(PermissionError):
                path.chmod(path.stat().st_mode | (0o2770 if path.is_dir() else 0o660))


class ReleaseFeedbackByName(ExchangeReleaseFeedback):
    """Release a page under each name that a notebook was handed in under.

    A student's server looks for feedback under the name of the notebook that it handed in. With a
    notebook renamed, nbgrader's own release has nothing there, and nobody is told.
    """

    def copy_files(self):
        left_out = set(filter(None, self.coursedir.student_id_exclude.split(",")))
        for page in map(Path, sorted(glob(os.path.join(self.src_path, "*.html")))):
            student = page.parent.parent.name
            if student not in left_out:
                self._release(student, page)

    def _release(self, student: str, page: Path) -> None:
        try:
            secret = page.with_name("submission_secret.txt").read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            self.log.warning(_(BY_HAND).format(student=student, page=page))
            return
        for name in (page.stem, *self._handed_in(student, page)):
            target = Path(self.dest_path, f"{notebook_hash(secret=secret, notebook_id=name)}.html")
            unfinished = target.with_name(f"{target.stem}-tmp.html")
            unfinished.write_bytes(page.read_bytes())
            unfinished.chmod(0o644)  # whatever the grader's umask is: a student has to read it
            os.replace(unfinished, target)
        self.log.info("Releasing feedback for student '%s' on assignment '%s'", student, page.stem)

    def _handed_in(self, student: str, page: Path) -> list[str]:
        """Names of notebooks that have no page of their own: they are why there is this one."""
        if page.stem != self.coursedir.assignment_id:
            return []
        folder = self.coursedir.format_path(
            self.coursedir.submitted_directory, student, self.coursedir.assignment_id
        )
        pages = {other.stem for other in page.parent.glob("*.html")}
        return sorted({path.stem for path in Path(folder).glob("*.ipynb")} - pages)[:MOST_NAMES]


def _name(uid: int) -> str:
    import pwd  # not on Windows, where there is no exchange, but nbgrader_config.py is read

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _files(root: str, ignored=None) -> Iterator[tuple[str, str, int]]:
    """Folder, name and the open folder of each file below ``root``; no link is followed."""
    for folder, folders, files, handle in os.fwalk(root, follow_symlinks=False):
        skip = set(ignored(folder, folders + files)) if ignored else set()
        deep = len(Path(os.path.relpath(folder, root)).parts) >= DEEPEST
        folders[:] = [] if deep else sorted(set(folders) - skip)
        for name in sorted(set(files) - skip):
            yield folder, name, handle


def _read_own(name: str, handle: int, owner: int) -> bytes | None:
    """What a plain file of the owner's holds; None for anything else, and never waiting for it."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
    except OSError:
        return None
    with open(file, "rb") as content:
        status = os.fstat(content.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != owner:
            return None
        return content.read()
