"""Opening nbgrader's gradebook so that a failure is a sentence and a new one is never half made."""

import os
import re
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path

import nbgrader
from nbgrader.api import Base, Course, Gradebook
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DatabaseError, NoSuchModuleError, OperationalError

from course_lib.errors import CourseError
from course_lib.grading.directories import course_directory
from course_lib.i18n import _

# Locks on a server: under which a gradebook's tables are made, and of runs.
MAKING, RUNS = 0x67726164, 0x67726165


@contextmanager
def open_gradebook(root: Path):
    """The gradebook of the course in ``root``, made when there is none.

    Raises CourseError when it is locked, is no gradebook, or is of another version of nbgrader.
    """
    course = course_directory(root)
    prepare(course.db_url, course.course_id)
    try:
        with Gradebook(course.db_url, course.course_id) as gradebook:
            yield gradebook
    except OperationalError as error:
        raise in_use(course.db_url, error) from error


@contextmanager
def held(root: Path, assignment: str):
    """Yields whether nobody else, on any machine, grades the assignment into this gradebook.

    Only a server can know; a file lies in the folder whose lock the run has already. The lock is
    that of a connection: it ends with the process that holds it, however that ends.
    """
    course = course_directory(root)
    if make_url(course.db_url).get_backend_name() != "postgresql":
        yield True
        return
    prepare(course.db_url, course.course_id)
    engine = create_engine(course.db_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            ask = text("SELECT pg_try_advisory_lock(:runs, hashtext(:name))")
            name = f"{course.course_id}\n{assignment}"
            yield connection.execute(ask, {"runs": RUNS, "name": name}).scalar()
    finally:
        engine.dispose()  # closes the connection, and so opens the lock


def prepare(db_url: str, course_id: str = "") -> None:
    """Make sure that ``db_url`` holds a gradebook of this nbgrader, with the course in it."""
    url = make_url(db_url)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if file is not None and not file.exists():
        _create(file)
    else:
        _check_version(db_url, course_id)


def _create(file: Path) -> None:
    """Make a gradebook beside its place and move it there.

    A process that is killed must not leave tables without a version, which nbgrader never mends.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    url = f"sqlite:///{temporary.as_posix()}"
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            _write_version(connection)
        engine.dispose()
        Gradebook(url).close()
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def _write_version(connection: Connection) -> None:
    """Written before nbgrader makes its tables: it would call the program `alembic` for it.

    That takes seconds, and the program is not found outside an activated environment.
    """
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    connection.execute(
        text("INSERT INTO alembic_version VALUES (:version)"), {"version": _newest_version()}
    )


def _check_version(db_url: str, course_id: str) -> None:
    try:
        engine = create_engine(db_url)
    except (ImportError, NoSuchModuleError) as error:
        raise _unusable(db_url, str(error)) from error
    try:
        found = _found_version(engine) or _make_tables(engine, db_url)
        if found == _newest_version() and engine.dialect.name == "postgresql":
            _name_course(engine, course_id)
    except OperationalError as error:
        raise in_use(db_url, error) from error
    except DatabaseError as error:
        raise _unusable(db_url, str(error.orig)) from error
    finally:
        engine.dispose()
    if found != _newest_version():
        raise _unusable(db_url, _("it was made by another version of nbgrader"))


def _found_version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _version(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _make_tables(engine: Engine, db_url: str) -> str | None:
    """Make the tables in an empty database, and those of nbgrader with them.

    On a server several graders may begin at the same moment: one makes them, the others wait.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MAKING})
        if _version(connection) is None:
            if inspect(connection).get_table_names():
                raise _unusable(db_url, _("it has no version"))
            _write_version(connection)
            Base.metadata.create_all(connection)
        return _version(connection)


def _name_course(engine: Engine, course_id: str) -> None:
    """Add the course that assignments belong to, and the one nbgrader's own steps open.

    nbgrader's own id of a course, "", is one that it never adds: SQLite does not ask, a server
    refuses every assignment. And graders who begin at once would each add theirs.
    """
    from sqlalchemy.dialects.postgresql import insert

    wanted = [{"id": id} for id in sorted({course_id, "default_course"})]
    with engine.begin() as connection:
        connection.execute(insert(Course.__table__).on_conflict_do_nothing(), wanted)


@cache
def _newest_version() -> str:
    """The last of nbgrader's changes to its tables: the one that no other comes after.

    Alembic runs each of them to know; it is asked where they do not say so in their texts.
    """
    folder = Path(nbgrader.__file__).parent / "alembic"
    texts = [path.read_text("utf-8") for path in folder.glob("versions/*.py")]
    names = [re.findall(r"^revision = '(\w+)'$", text, re.M) for text in texts]
    befores = [re.findall(r"^down_revision = '(\w+)'$", text, re.M) for text in texts]
    newest = set(chain(*names)) - set(chain(*befores))
    if len(newest) == 1 and all(len(found) == 1 for found in names):
        return newest.pop()
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(folder)).get_current_head()


def _shown(db_url: str) -> str:
    """The gradebook's name for people: a file, or an address without its password."""
    url = make_url(db_url)
    return url.database if url.get_backend_name() == "sqlite" and url.database else str(url)


def in_use(db_url: str, error: DatabaseError) -> CourseError:
    """The sentence for a gradebook that is locked, or whose disk is full."""
    return CourseError(
        _(
            "The gradebook {url} cannot be used ({reason}). Close what else is using it, "
            "for example a formgrader, and run the same command again."
        ).format(url=_shown(db_url), reason=error.orig)
    )


def _unusable(db_url: str, reason: str) -> CourseError:
    return CourseError(
        _(
            "The gradebook {url} cannot be used: {reason}. Keep a copy of it, then run "
            "`nbgrader db upgrade`, or move it away to begin a new one."
        ).format(url=_shown(db_url), reason=reason)
    )
