"""What Chromium leaves to do in a PDF: bookmarks, signs that can be found, who wrote it, size."""

from collections.abc import Iterable
from pathlib import Path

from .book import Chapter
from .signs import name_signs


def finish(pdf: Path, author: str, chapters: Iterable[Chapter]) -> None:
    """Rewrite ``pdf`` in place; ``chapters`` are those of its Book, each of them printed.

    It opens with its bookmarks, and takes 40 % of the room: Chromium writes each of its hundred
    thousand small objects bare, here they are compressed.
    """
    import pikepdf

    with pikepdf.open(pdf, allow_overwriting_input=True) as paper:
        _write_bookmarks(paper, chapters)
        name_signs(paper)
        paper.Root["/PageMode"] = pikepdf.Name("/UseOutlines")
        paper.docinfo["/Author"] = author
        paper.docinfo["/Creator"] = "course pdf"  # Chromium names the machine it ran on
        packed = pikepdf.ObjectStreamMode.generate
        paper.save(pdf, object_stream_mode=packed, linearize=True)


def _write_bookmarks(paper, chapters: Iterable[Chapter]) -> None:
    """The chapters with their sections, in place of Chromium's bookmarks.

    Those are glued together from the pieces of a heading: a line twice over, no space where it
    ends, a second language behind the first, differently in each font and version.
    """
    from pikepdf import OutlineItem

    places = paper.Root["/Dests"]
    with paper.open_outline() as outline:
        outline.root.clear()
        for chapter in chapters:
            mark = OutlineItem(chapter.title, places[f"/{chapter.anchor}"])
            mark.is_closed = True
            mark.children += [
                OutlineItem(title, places[f"/{anchor}"]) for anchor, title in chapter.sections
            ]
            outline.root.append(mark)
