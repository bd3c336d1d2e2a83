"""What Chromium leaves to do in a PDF: bookmarks, signs that can be found, who wrote it, size."""

from pathlib import Path

from .book import unspaced
from .signs import as_written, name_signs


def finish(pdf: Path, author: str, headings: dict[str, str]) -> None:
    """Rewrite ``pdf`` in place; ``headings`` are those of its Book.

    It opens with its bookmarks, and takes 40 % of the room: Chromium writes each of its hundred
    thousand small objects bare, here they are compressed.
    """
    import pikepdf

    with pikepdf.open(pdf, allow_overwriting_input=True) as paper:
        _mend_bookmarks(paper, headings)
        name_signs(paper)
        paper.Root["/PageMode"] = pikepdf.Name("/UseOutlines")
        paper.docinfo["/Author"] = author
        paper.docinfo["/Creator"] = "course pdf"  # Chromium names the machine it ran on
        packed = pikepdf.ObjectStreamMode.generate
        paper.save(pdf, object_stream_mode=packed, linearize=True)


def _mend_bookmarks(paper, headings: dict[str, str]) -> None:
    """Chromium loses the space where a heading's line ends, glues a second language to the first,
    and writes some titles twice, one after the other."""
    waiting = [paper.Root.get("/Outlines")]
    while waiting:
        mark = waiting.pop()
        if mark is None:
            continue
        title = as_written(str(mark.get("/Title", "")))
        half = title[: len(title) // 2]
        title = half if title == 2 * half else title
        if title:
            mark["/Title"] = headings.get(unspaced(title), title)
        waiting += [mark.get("/First"), mark.get("/Next")]
