"""On which page of a PDF each heading is."""

from collections.abc import Iterable
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.i18n import _


def pages_of(pdf: Path, anchors: Iterable[str]) -> dict[str, int]:
    """Anchor -> number of its page, counted from 1. Raises CourseError for one that is not there:
    the contents would then lead nowhere."""
    from pypdf import PdfReader

    reader = PdfReader(pdf)
    found = {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }
    anchors = list(anchors)
    missing = [anchor for anchor in anchors if anchor not in found]
    if missing:
        text = _("These headings were not printed: {headings}.")
        raise CourseError(text.format(headings=", ".join(missing)))
    return {anchor: found[anchor] for anchor in anchors}


def mend_bookmarks(pdf: Path) -> None:
    """Chromium writes the title of some bookmarks twice, one after the other: keep it once."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=pdf)
    waiting = [writer.root_object.get("/Outlines")]
    while waiting:
        mark = waiting.pop()
        if mark is None:
            continue
        mark = mark.get_object()
        title = str(mark.get("/Title", ""))
        half = title[: len(title) // 2]
        if half and title == 2 * half:
            mark[NameObject("/Title")] = TextStringObject(half)
        waiting += [mark.get("/First"), mark.get("/Next")]
    writer.write(pdf)
