"""What the book must do for the figures: take their page HTML, not the bare widget view."""

from pathlib import Path

import pytest
import yaml
from myst_nb.core.render import get_mime_priority

from course_lib.figures import GateBoard

CONFIG = Path(__file__).parents[2] / "_config.yml"


@pytest.mark.parametrize("builder", ["html", "singlehtml"])
def test_the_book_prefers_the_html_that_holds_the_picture(builder):
    options = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["sphinx"]["config"]
    overrides = [tuple(line) for line in options.get("nb_mime_priority_overrides", [])]
    data, _ = GateBoard()._repr_mimebundle_()
    order = [mime for mime in get_mime_priority(builder, overrides) if mime in data]
    assert order[0] == "text/html", (
        "Figures would have no still picture in print and without JavaScript. In _config.yml below "
        'sphinx: config: set  nb_mime_priority_overrides: [["*", "text/html", 5]]'
    )
