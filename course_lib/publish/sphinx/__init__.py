"""The Sphinx extension of the book: one small file for each thing it adds or mends."""

from . import (
    executed,
    exercise_link,
    maths,
    notebook,
    order,
    places,
    quiz,
    search,
    site,
    terms,
    translation,
    way,
)

PARTS = (translation, executed, maths, quiz, places, exercise_link, notebook, way)
PARTS += (search, site, terms, order)


def setup(app):
    """Connect every part; Sphinx calls this once for each build."""
    for part in PARTS:
        part.setup(app)
    # A value of the environment: when the extension itself changes, every page is read again.
    app.add_config_value("course_fingerprint", "", "env")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
