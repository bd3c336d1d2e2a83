"""On which page of a PDF each heading is."""

from collections.abc import Iterable
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.i18n import _


def pages_of(pdf: Path, anchors: Iterable[str]) -> dict[str, int]:
    """Anchor -> number of its page, counted from 1. Raises CourseError for one that is not there:
    the contents would then lead nowhere."""
    import pikepdf

    with pikepdf.open(pdf) as paper:
        number = {page.objgen: at for at, page in enumerate(paper.pages, start=1)}
        places = paper.Root.get("/Dests", {})
        found = {name.lstrip("/"): number[place[0].objgen] for name, place in places.items()}
    anchors = list(anchors)
    missing = [anchor for anchor in anchors if anchor not in found]
    if missing:
        text = _("These headings were not printed: {headings}.")
        raise CourseError(text.format(headings=", ".join(missing)))
    return {anchor: found[anchor] for anchor in anchors}
