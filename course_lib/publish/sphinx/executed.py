"""A page is read again when its outputs are new, even if its text is not."""

from pathlib import Path

from ..execution import STAMPS


def watch_outputs(app, docname, source):
    """Let the page depend on the file that its execution touches."""
    mark = Path(app.config.nb_execution_cache_path) / STAMPS / docname
    if mark.is_file():
        app.env.note_dependency(str(mark))


def setup(app):
    """Connect to the reading of each page."""
    app.connect("source-read", watch_outputs)
