"""The Sphinx extension of the book: one small file for each thing it adds or mends."""

from . import (
    executed,
    exercise_link,
    gone,
    maths,
    messages,
    notebook,
    order,
    places,
    quiz,
    quotes,
    search,
    site,
    terms,
    translation,
    way,
)

PARTS = (messages, translation, executed, maths, quiz, places, exercise_link, notebook, way)
PARTS += (search, site, terms, order, gone, quotes)


# Extensions that do not say whether pages may be read by several processes. They may: the first
# numbers sections once all pages have been read, the second changes each page by itself.
SILENT = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")


def allow_processes(app):
    """Say it for them; otherwise Sphinx would warn, and read by itself."""
    for name in SILENT:
        extension = app.extensions.get(name)
        if extension and getattr(extension, "parallel_read_safe", None) is None:
            extension.parallel_read_safe = True


def count_first_process(app, builder):
    """Let as many processes write as have read. Sphinx takes one less, for its first process: that
    hands out the pages, and writes none."""
    if app.parallel > 1:
        app.parallel += 1


def setup(app):
    """Connect every part; Sphinx calls this once for each build."""
    for part in PARTS:
        part.setup(app)
    app.connect("builder-inited", allow_processes)
    app.connect("write-started", count_first_process)
    # A value of the environment: when the extension itself changes, every page is read again.
    app.add_config_value("course_fingerprint", "", "env")
    app.add_config_value("course_words", "", "html")  # a page is written with them, not read
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
