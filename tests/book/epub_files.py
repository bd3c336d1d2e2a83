"""A small site to pack for e-readers, and what must be true of every file of an EPUB."""

import posixpath
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

XHTML, MATHML, SVG, OPF = (
    "{http://www.w3.org/1999/xhtml}",
    "{http://www.w3.org/1998/Math/MathML}",
    "{http://www.w3.org/2000/svg}",
    "{http://www.idpf.org/2007/opf}",
)
WELCOME = """<nav class="bd-docs-nav"><p class="caption">Gates</p>
<ul><li class="toctree-l1"><a href="lstm.html">LSTM</a></li></ul></nav>
<article class="bd-article"><h1>Welcome &amp; hello</h1><h2>Where</h2><p>See
<a href="lstm.html#formula">the cell</a>.<br><img src="../_images/one.webp" alt="One"></p>
<script>alert(1)</script></article>"""
LSTM = """<article class="bd-article"><h1>LSTM</h1><style>p {}</style>
<details><summary><p>Show</p><p class="expanded">Hide</p></summary></details>
<p id="formula"><math><mfrac displaystyle="false"><mi>c</mi><mi>d</mi></mfrac>
<mtable displaystyle="true" scriptlevel="0"></mtable></math>
<svg viewBox="0 0 1 1"><path d="M0 0"/></svg></p></article>
"""


def write_site(site: Path, lstm: str = LSTM, language: str = "en") -> Path:
    """A built site of two chapters; ``lstm`` is the second."""
    folder = site / language
    for name in ("book", "_static", "_images"):
        (folder / name).mkdir(parents=True)
    (folder / "_static/maths.1.css").write_text("")
    (folder / "_images/one.webp").write_bytes(b"RIFF")
    (folder / "book/welcome.html").write_text(WELCOME, encoding="utf-8")
    (folder / "book/lstm.html").write_text(lstm, encoding="utf-8")
    return site


def check(epub) -> dict[str, ElementTree.Element]:
    """Every file of the EPUB is listed, parses, runs nothing and leads somewhere. Page -> tree."""
    with ZipFile(epub) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        files = {name.removeprefix("book/") for name in archive.namelist() if "book/" in name}
        package = ElementTree.fromstring(archive.read("book/package.opf"))
        items = {item.get("href"): item for item in package.iter(f"{OPF}item")}
        trees = {
            name: ElementTree.fromstring(archive.read(f"book/{name}"))
            for name in items
            if name.endswith(".xhtml")
        }
    assert files == {*items, "package.opf"}
    assert [item.get("idref") for item in package.iter(f"{OPF}itemref")] == [
        items[name].get("id") for name in trees
    ]
    names = {
        page: [e.get("id") for e in tree.iter() if e.get("id")] for page, tree in trees.items()
    }
    for page, tree in trees.items():
        assert len(names[page]) == len(set(names[page])), page
        assert not list(tree.iter(f"{XHTML}script")) and not list(tree.iter(f"{XHTML}style"))
        assert not list(tree.iter("math")) and not list(tree.iter(f"{XHTML}math"))
        said = items[page].get("properties", "")
        assert ("mathml" in said) == bool(list(tree.iter(f"{MATHML}math")))
        assert ("svg" in said) == any(e.tag.endswith("}svg") for e in tree.iter())
        for element in tree.iter():
            target = element.get("src") or element.get("href") or ""
            if target and not target.startswith(("http:", "https:", "mailto:", "data:image/")):
                file, _, name = target.partition("#")
                file = posixpath.normpath(file) if file else page
                assert file in items, (page, target)
                assert not name or name in names[file], (page, target)
    return trees
