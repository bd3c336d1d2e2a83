"""The files of an EPUB, out of the same chapters that are printed."""

from dataclasses import dataclass, field
from datetime import datetime
from errno import ENOENT
from html import escape
from io import BytesIO
from mimetypes import guess_type
from os import strerror
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from bs4 import BeautifulSoup, Comment, Tag

from course_lib.errors import CourseError
from course_lib.i18n import _

from ..config import LIBRARY
from ..paper.book import Book, Chapter
from ..words import title, words
from .svg_names import restore_capitals

HERE = Path(__file__).parent
NAMESPACES = {
    "math": "http://www.w3.org/1998/Math/MathML",
    "svg": "http://www.w3.org/2000/svg",
}
STYLES = "".join(
    f'<link rel="stylesheet" href="{name}.css"/>' for name in ("maths", "figures", "book")
)
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""
NO_TIME = (1980, 1, 1, 0, 0, 0)  # where ZIP begins to count: the book tells when it was modified
ACCESSIBLE = {
    "accessMode": ["textual", "visual"],
    "accessModeSufficient": ["textual"],
    "accessibilityFeature": ["MathML", "alternativeText", "structuralNavigation"],
    "accessibilityHazard": ["none"],
}


@dataclass
class Package:
    """What is in the book: file -> bytes, in reading order, and what each page contains."""

    files: dict[str, bytes] = field(default_factory=dict)
    contains: dict[str, list[str]] = field(default_factory=dict)


def packed(book: Book, modified: datetime) -> bytes:
    """``book``, last ``modified`` at that time (UTC), as an EPUB 3: the same bytes for the same
    book.

    Raises CourseError when a page cannot be one of an EPUB, and FileNotFoundError when a file of
    the site is not there.
    """
    package = Package()
    language, name = book.language.replace("_", "-"), title(book.language)
    cover = f'<h1>{escape(name)}</h1><p class="author">{escape(book.author)}</p>'
    package.files["cover.xhtml"] = _page(language, name, cover)
    package.files["nav.xhtml"] = _page(language, name, _contents(book))
    package.contains["nav.xhtml"] = ["nav"]
    for chapter in book.chapters:
        _add_chapter(package, chapter, language)
    package.files["maths.css"] = _maths_style(book.folder / "_static")
    package.files["figures.css"] = (LIBRARY / "figures/still.css").read_bytes()
    package.files["book.css"] = (HERE / "book.css").read_bytes()
    description = _description(package, language, name, book.author, modified)
    files = {"META-INF/container.xml": CONTAINER, "book/package.opf": description}
    files |= {f"book/{file}": content for file, content in package.files.items()}
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr(ZipInfo("mimetype", NO_TIME), "application/epub+zip", ZIP_STORED)
        for file, content in files.items():
            archive.writestr(ZipInfo(file, NO_TIME), content, ZIP_DEFLATED)
    return made.getvalue()


def _maths_style(folder: Path) -> bytes:
    """The style of the formulas, whose name changes with what is in it."""
    found = sorted(folder.glob("maths.*.css"))
    if not found:
        raise FileNotFoundError(ENOENT, strerror(ENOENT), str(folder / "maths.css"))
    return found[0].read_bytes()


def _add_chapter(package: Package, chapter: Chapter, language: str) -> None:
    """The chapter as XHTML of its own, with its pictures."""
    text = BeautifulSoup(chapter.html, "html.parser")
    for style in text.select("style"):
        style.decompose()  # each drawing brings the same
    for link in text.select('a[href^="#"]'):
        link["href"] = f"{link['href'][1:].partition('--')[0]}.xhtml{link['href']}"
    _speak_only(text, language)
    for comment in text.find_all(string=lambda string: isinstance(string, Comment)):
        comment.extract()  # one with "--" in it is no XML
    for image in text.select("img[src]"):
        _add_picture(package, image, chapter.title)
    _as_mathml_3(text)
    for name, space in NAMESPACES.items():
        for element in text.select(name):
            element["xmlns"] = space
    restore_capitals(text)
    page = f"{chapter.anchor}.xhtml"
    package.files[page] = _page(language, chapter.title, str(text))
    package.contains[page] = [
        said for said, tag in (("mathml", "math"), ("svg", "svg")) if text.find(tag)
    ]


def _speak_only(text: BeautifulSoup, language: str) -> None:
    """A figure's picture has its words in every language, and the site's style shows one: not so
    a reader that has no styles, or that searches the book or reads it aloud."""
    for words_of_picture in text.select(".course-still [lang]"):
        if words_of_picture["lang"] == language:
            del words_of_picture["lang"]  # that of the page
        else:
            words_of_picture.decompose()


def _add_picture(package: Package, image: Tag, page: str) -> None:
    """Put the file of ``image`` into the EPUB, unless the page itself holds the picture."""
    address = urlsplit(image["src"])
    if address.scheme == "data":
        return
    if address.scheme != "file":
        text = _(
            'The page "{page}" shows {address}, which an EPUB may not fetch. '
            "Put the picture into the folder of the book and build the book again."
        )
        raise CourseError(text.format(page=page, address=image["src"]))
    file = Path(unquote(address.path))
    image["src"] = f"images/{file.name}"
    package.files[image["src"]] = file.read_bytes()


def _as_mathml_3(text: BeautifulSoup) -> None:
    """What browsers take and EPUB's older MathML does not, said as it has it; and no block of text
    in the line that opens a fold."""
    for table in text.select("mtable[scriptlevel]"):
        del table["scriptlevel"]  # 0, as it is outside of indices
    for fraction in text.select("mfrac[displaystyle]"):
        style = fraction.attrs.pop("displaystyle")
        fraction.wrap(text.new_tag("mstyle", attrs={"displaystyle": style}))
    for words_of_fold in text.select("summary p"):
        if "expanded" in words_of_fold.get("class", []):
            words_of_fold.decompose()  # what a script would show once it is open
        else:
            words_of_fold.name = "span"


def _page(language: str, name: str, body: str) -> bytes:
    """A page of the EPUB, which parses: an e-reader shows nothing of one that does not."""
    page = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'lang="{language}" xml:lang="{language}"><head><title>{escape(name)}</title>\n'
        f"{STYLES}</head>\n<body>{body}</body></html>\n"
    )
    content = page.encode()
    try:
        ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        line, column = error.position
        near = page.split("\n")[line - 1][max(0, column - 20) : column + 20]
        text = _(
            'The page "{page}" is no XML, which e-readers need: {reason}, near {near}. '
            "Mend the page and build the book again."
        )
        raise CourseError(text.format(page=name, reason=error, near=repr(near))) from None
    return content


def _contents(book: Book) -> str:
    parts: dict[str, list[str]] = {}
    for chapter in book.chapters:
        page = f"{chapter.anchor}.xhtml"
        inner = "".join(
            f'<li><a href="{page}#{anchor}">{escape(text)}</a></li>'
            for anchor, text in chapter.sections
        )
        inner = f"<ol>{inner}</ol>" if inner else ""
        entry = f'<li><a href="{page}">{escape(chapter.title)}</a>{inner}</li>'
        parts.setdefault(chapter.part, []).append(entry)
    listed = "".join(
        f"<li><span>{escape(part)}</span><ol>{''.join(entries)}</ol></li>"
        if part
        else "".join(entries)
        for part, entries in parts.items()
    )
    heading = escape(words(book.language)["contents"])
    return f'<nav epub:type="toc" id="toc"><h1>{heading}</h1><ol>{listed}</ol></nav>'


def _description(package: Package, language: str, name: str, who: str, modified: datetime) -> str:
    """The list of all files, and what a shop or a reader with a screen reader asks of a book."""
    items, order = [], []
    for at, file in enumerate(package.files):
        kind = "application/xhtml+xml" if file.endswith(".xhtml") else guess_type(file)[0]
        said = " ".join(package.contains.get(file, []))
        said = f' properties="{said}"' if said else ""
        items.append(f'<item id="f{at}" href="{file}" media-type="{kind}"{said}/>')
        if file.endswith(".xhtml"):
            order.append(f'<itemref idref="f{at}"/>')
    about = "".join(
        f'<meta property="schema:{key}">{value}</meta>'
        for key, values in ACCESSIBLE.items()
        for value in values
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<package version="3.0" unique-identifier="id" '
        f'xmlns="http://www.idpf.org/2007/opf" xml:lang="{language}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{uuid5(NAMESPACE_URL, f"{name} {language}")}'
        f"</dc:identifier><dc:title>{escape(name)}</dc:title><dc:creator>{escape(who)}"
        f"</dc:creator><dc:language>{language}</dc:language>"
        f'<meta property="dcterms:modified">{modified:%Y-%m-%dT%H:%M:%SZ}</meta>'
        f"{about}</metadata>\n"
        f"<manifest>{''.join(items)}</manifest>\n<spine>{''.join(order)}</spine></package>\n"
    )
