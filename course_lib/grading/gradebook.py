"""Opening nbgrader's gradebook so that a failure is a sentence and a new one is never half made."""

import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import nbgrader
from alembic.script import ScriptDirectory
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from course_lib.errors import CourseError
from course_lib.grading.config import load_config
from course_lib.i18n import _


def course_directory(root: Path) -> CourseDirectory:
    """nbgrader's idea of the folders and the gradebook of the course in ``root``."""
    return CourseDirectory(config=load_config(root))


@contextmanager
def open_gradebook(root: Path):
    """The gradebook of the course in ``root``, made when there is none.

    Raises CourseError when it is locked, is no gradebook, or is of another version of nbgrader.
    """
    course = course_directory(root)
    prepare(course.db_url)
    try:
        with Gradebook(course.db_url, course.course_id) as gradebook:
            yield gradebook
    except OperationalError as error:
        raise in_use(course.db_url, error) from error


def prepare(db_url: str) -> None:
    """Make sure that ``db_url`` holds a gradebook of this nbgrader."""
    url = make_url(db_url)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if file is not None and not file.exists():
        _create(file)
    else:
        _check_version(db_url)


def _create(file: Path) -> None:
    """Make a gradebook beside its place and move it there.

    A process that is killed must not leave tables without a version, which nbgrader never mends.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    url = f"sqlite:///{temporary.as_posix()}"
    engine = create_engine(url)
    try:
        _write_version(engine)
        engine.dispose()
        Gradebook(url).close()
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def _write_version(engine: Engine) -> None:
    """Written before nbgrader makes its tables: it would call the program `alembic` for it.

    That takes seconds, and the program is not found outside an activated environment.
    """
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(
            text("INSERT INTO alembic_version VALUES (:version)"), {"version": _newest_version()}
        )


def _check_version(db_url: str) -> None:
    engine = create_engine(db_url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                if inspect(connection).get_table_names():
                    raise _unusable(db_url, _("it has no version"))
                _write_version(engine)
                return
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except OperationalError as error:
        raise in_use(db_url, error) from error
    except DatabaseError as error:
        raise _unusable(db_url, str(error.orig)) from error
    finally:
        engine.dispose()
    if found != _newest_version():
        raise _unusable(db_url, _("it was made by another version of nbgrader"))


@cache
def _newest_version() -> str:
    folder = Path(nbgrader.__file__).parent / "alembic"
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
