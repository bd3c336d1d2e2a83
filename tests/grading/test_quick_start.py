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
left_out = ("requests", "urllib3", "setuptools", "nbgrader.server_extensions", "bs4")
for name in (*left_out, "jupyter_server"):
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
PAGES = """
from course_lib.quick_start import nbgrader_without_server
nbgrader_without_server()
import sys, jupytext, nbconvert
from nbformat.v4 import new_code_cell, new_notebook, new_output
assert not {"bs4", "jupyter_server"} & sys.modules.keys()
pixel = "iVBORw0KGgo="
shown = new_output("display_data", {"image/png": pixel, "text/plain": "a picture"})
page, _ = nbconvert.HTMLExporter().from_notebook_node(
    new_notebook(cells=[new_code_cell("draw()", outputs=[shown])])
)
assert 'alt="No description has been provided for this image"' in page and pixel in page
assert "bs4" in sys.modules
assert jupytext.reads("# %%\\n1 + 1\\n", "py:percent").cells[0].source == "1 + 1"
from jupytext.sync_contentsmanager import build_sync_jupytext_contents_manager_class as build
from jupyter_server.services.contents.largefilemanager import LargeFileManager
assert issubclass(build(LargeFileManager), LargeFileManager)
"""
KEPT = """
import gc
from course_lib.quick_start import nothing_is_garbage
before = gc.get_freeze_count()
try:
    with nothing_is_garbage():
        kept = [[] for _ in range(1_000)]
        assert not gc.isenabled()
        raise KeyError("an import that fails")
except KeyError:
    pass
assert gc.isenabled() and gc.get_freeze_count() >= before + 1_000
"""
EMPTY = """
import json, sys
from course_lib.without import without
import xml.dom
with without("xml.sax", "xml.sax.saxutils", "xml.dom", "json"):
    from xml import sax
    from xml.sax import handler
    from xml.sax.saxutils import escape
    assert sax.__name__ == "xml.sax" and callable(handler)
    assert sys.modules["json"] is json and xml.dom.Node
assert "xml.sax" not in sys.modules and xml.dom.Node
assert escape("<") == "&lt;"
from xml.sax import handler
assert handler.ContentHandler
"""
MORE = """
import importlib.util, sys, types, wsgiref
from course_lib.without import without
sys.modules["early"] = early = types.ModuleType("early")
with without("configparser", "wsgiref.util"):
    exec("from configparser import ConfigParser, Error", vars(early))
    exec("import configparser as whole", vars(early))
with without("configparser"):  # once more, by somebody else
    from configparser import Error as error
# Asking whether it is there is no import.
assert importlib.util.find_spec("configparser").name == "configparser"
assert wsgiref.util.shift_path_info  # by its parent, which has it as if it had been imported
try:
    early.ConfigParser().read_string("no section")
except early.Error:
    pass
else:
    raise AssertionError
import configparser
assert early.Error is error is configparser.Error and early.whole is configparser
# One that is asked for something while it is left out.
with without("colorsys"):
    from colorsys import rgb_to_hsv
    assert rgb_to_hsv(0, 0, 0) == (0, 0, 0)
"""


@pytest.mark.parametrize(
    "program", [NBGRADER, PAGES, EMPTY, MORE], ids=["nbgrader", "pages", "any module", "more"]
)
def test_what_was_empty_is_whole_when_it_is_asked_for(program):
    _works(program)


def test_what_is_loaded_within_stays_and_the_collector_goes_on():
    _works(KEPT)


def _works(program: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        env={**bare(), **ONE_THREAD},
    )
    assert ended.returncode == 0, ended.stderr
