"""What is left out of an import to begin sooner is there for whoever asks for it later."""

import subprocess
import sys

import pytest

from course_lib.quick_start import ONE_THREAD, bare

NBGRADER = """
from course_lib.quick_start import nbgrader_without_server
nbgrader_without_server()
import sys, nbgrader
import nbgrader.auth.jupyterhub, nbgrader.utils, pathlib, tempfile, zipfile
for name in ("requests", "urllib3", "setuptools", "nbgrader.server_extensions"):
    assert name not in sys.modules, name
assert nbgrader.__version__
place = pathlib.Path(tempfile.mkdtemp())
(place / "out").mkdir()
with zipfile.ZipFile(place / "one.zip", "w") as archive:
    archive.writestr("a.txt", "text")
nbgrader.utils.unzip(str(place / "one.zip"), str(place / "out"), create_own_folder=False)
assert (place / "out" / "a.txt").read_text() == "text"
asked = nbgrader.auth.jupyterhub.requests
try:
    asked.request("GET", "http://127.0.0.1:9/", timeout=5)
except OSError as error:
    assert type(error).__module__.startswith("requests")
from nbgrader.server_extensions.formgrader import load_jupyter_server_extension as load
from nbgrader.server_extensions.formgrader.handlers import default_handlers
assert callable(load) and default_handlers
assert nbgrader.server_extensions.formgrader.load_jupyter_server_extension is load
"""
EMPTY = """
import json, sys
from course_lib.quick_start import without
import xml.dom
with without("xml.sax", "xml.sax.saxutils", "xml.dom", "json"):
    from xml import sax
    from xml.sax import handler
    from xml.sax.saxutils import escape
    assert sax.__name__ == "xml.sax" and type(handler).__name__ == "function"
    assert sys.modules["json"] is json and xml.dom.Node
assert "xml.sax" not in sys.modules and not hasattr(xml, "sax") and xml.dom.Node
assert escape("<") == "&lt;"
from xml.sax import handler
assert handler.ContentHandler
"""


@pytest.mark.parametrize("program", [NBGRADER, EMPTY], ids=["nbgrader", "any module"])
def test_what_was_empty_is_whole_when_it_is_asked_for(program):
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        env={**bare(), **ONE_THREAD},
    )
    assert ended.returncode == 0, ended.stderr
