"""Which of nbgrader's changes to its tables is the last: what Alembic says, without loading it."""

import re
import shutil
import sys
from pathlib import Path

import nbgrader
import pytest
from alembic.script import ScriptDirectory

from course_lib.grading.gradebook import _newest_version

CHANGES = Path(nbgrader.__file__).parent / "alembic"


def in_double_quotes(versions: Path) -> None:
    for path in versions.glob("*.py"):
        text = re.sub(r"revision = '(\w+)'", r'revision = "\1"', path.read_text("utf-8"))
        path.write_text(text, "utf-8")


def one_more(versions: Path) -> None:
    head = ScriptDirectory(str(CHANGES)).get_current_head()
    text = f"revision = 'feed00000000'\ndown_revision = '{head}'\nbranch_labels = None\n"
    (versions / "feed00000000_one_more.py").write_text(text, "utf-8")


def one_more_as_alembic_writes_them_now(versions: Path) -> None:
    head = ScriptDirectory(str(CHANGES)).get_current_head()
    text = f"revision: str = 'feed00000000'\ndown_revision: str | None = '{head}'\n"
    (versions / "feed00000000_one_more.py").write_text(text, "utf-8")


@pytest.mark.parametrize(
    "change", [None, one_more, in_double_quotes, one_more_as_alembic_writes_them_now]
)
def test_the_newest_version_is_alembics(tmp_path, monkeypatch, change):
    shutil.copytree(CHANGES, tmp_path / "alembic")
    if change:
        change(tmp_path / "alembic" / "versions")
    monkeypatch.setattr(nbgrader, "__file__", str(tmp_path / "__init__.py"))
    # Sees whether Alembic was asked, and lets it answer.
    monkeypatch.delitem(sys.modules, "alembic.script")
    wanted = ScriptDirectory(str(tmp_path / "alembic")).get_current_head()
    assert _newest_version.__wrapped__() == wanted
    assert ("alembic.script" in sys.modules) == (change not in (None, one_more))
