"""A printed book can be searched, says who wrote it, and keeps together what belongs together."""

import pikepdf
import pytest
from pypdf import PdfReader

from course_lib.publish import chromium
from course_lib.publish.paper.book import Book, Chapter
from course_lib.publish.paper.finish import finish
from course_lib.publish.paper.numbers import pages_of
from course_lib.publish.paper.signs import as_written, name_signs
from tests.browser.conftest import ROOT

MAP = """1 begincodespacerange
<00> <FF>
endcodespacerange
3 beginbfchar
<0001> <D835DC4E>
<0202> <2ED3>
<0203> <53CD>
endbfchar
4 beginbfrange
<0005> <0006> <D835DC4E>
<10> <12> <2F47>
<20> <21> <9577>
<30> <31> <2FD4>
endbfrange
"""


def test_the_glyphs_of_radicals_are_named_by_the_ideographs():
    with pikepdf.new() as paper:
        names = paper.make_stream(MAP.encode())
        paper.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name("/Font"), ToUnicode=names))
        name_signs(paper)
        told = names.read_bytes().decode()
    assert "<0001> <D835DC4E>\n<0202> <957F>\n<0203> <53CD>" in told  # 长, 反
    assert "<10> <12> [<65E5> <66F0> <6708>]" in told  # 日曰月: they do not follow each other
    assert "<0005> <0006> <D835DC4E>\n" in told
    assert "<20> <21> <9577>" in told and "<00> <FF>\nendcodespacerange" in told
    assert "<30> <31> [<9FA0> <2FD5>]" not in told and "<9FA0>" in told  # 龠
    assert as_written("⻓⽅⻔ A，长") == "长方门 A，长"


@pytest.mark.browser
def test_a_finished_pdf_is_searchable_small_and_says_what_it_is(chinese, tmp_path):
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    rows = "<p>长短期记忆 一二人入八 见车门方日月木水火</p>" * 300
    page.write_text(
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>页</title>'
        f'<h1 id="here">门控长龙<span style="display:block">gate</span></h1><h2 id="cells" '
        f'style="width:4em">many cells</h2><a href="#here">x</a><a href="#cells">x</a>{rows}',
        encoding="utf-8",
    )
    chromium.print_page(page, pdf)
    before = pdf.stat().st_size
    finish(pdf, "Sepp", [Chapter("here", "门控长龙", "", sections=[("cells", "many cells")])])
    reader = PdfReader(pdf)
    text = "".join(page.extract_text() for page in reader.pages)
    for wanted in ("长短期记忆", "门控长龙", "见车门方日月木水火", "一二人入八"):
        assert wanted in text
    titles = [reader.outline[0].title, *(mark.title for mark in reader.outline[1])]
    assert titles == ["门控长龙", "many cells"]
    assert (reader.metadata.title, reader.metadata.author) == ("页", "Sepp")
    assert reader.page_mode == "/UseOutlines" and str(reader.root_object["/Lang"]) == "zh-CN"
    assert pages_of(pdf, ["here"]) == {"here": 1}
    assert pdf.stat().st_size < 0.6 * before


@pytest.mark.browser
def test_paper_keeps_together_what_belongs_together(browser, tmp_path):
    """Each of the pairs would be parted by the foot of its page, if nothing held it together."""
    css = (ROOT / "book/web/static/course.css").as_uri()
    paper = (ROOT / "course_lib/publish/paper/paper.css").read_text(encoding="utf-8")
    short, long = ("\n".join(f"x = {n}" for n in range(lines)) for lines in (14, 60))
    pairs = [
        ('<dl><dt id="a{n}">gate</dt><dd id="b{n}">A tensor.</dd></dl>', 1),
        ('<h2 id="a{n}">Why</h2><p id="b{n}">Because.</p>', 1),
        ('<p id="a{n}">Further reading</p><ul><li id="b{n}">A paper.</li></ul>', 1),
        ('<p class="paper-lead" id="a{n}">So:</p><div id="b{n}">42</div>', 1),
        ('<p id="a{n}">A sentence.</p><p id="b{n}">Another one.</p>', 0),
        (f'<div class="cell_input"><div class="highlight"><pre><i id="a{{n}}"></i>{short}'
         '<i id="b{n}"></i></pre></div></div>', 1),
        (f'<div class="cell_input is-long"><div class="highlight"><pre><i id="a{{n}}"></i>{long}'
         '<i id="b{n}"></i></pre></div></div>', 0),
    ]  # fmt: skip
    body, links = "", ""
    for n, (pair, _) in enumerate(pairs):
        gap = 205 if "cell_input" in pair else 243 if "h2" in pair else 247
        body += f'<div style="break-before:page;height:{gap}mm"></div>{pair.format(n=n)}'
        links += f'<a href="#a{n}">x</a><a href="#b{n}">x</a>'
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="{css}">'
        f"<style>div.highlight {{ break-inside: avoid }} {paper}"  # the theme cuts no code
        "body.paper * { margin: 0 !important }</style>"
        f'<body class="paper"><section class="paper-text bd-article">{body}{links}</section>'
    )
    chromium.print_page(page, pdf)
    at = pages_of(pdf, [f"{side}{n}" for n in range(len(pairs)) for side in "ab"])
    together = [at[f"a{n}"] == at[f"b{n}"] for n in range(len(pairs))]
    assert together == [bool(wanted) for _, wanted in pairs]


def test_paper_shows_nothing_to_press_and_leaves_no_lead_alone(tmp_path):
    site, long = tmp_path / "en", "\n".join("12" for _ in range(25))
    (site / "book").mkdir(parents=True)
    (site / "_static").mkdir()
    (site / "book/welcome.html").write_text(
        '<article class="bd-article"><h1>Welcome</h1><p>Look here:</p><pre>x</pre>'
        f'<div class="cell_input">{long}</div><div class="cell_input">1</div>'
        "<details><summary>Answer"
        '<span class="sd-summary-state-marker">v</span></summary>It is 42.</details>'
        '<nav class="course-next">Next: the LSTM</nav></article>'
    )
    html = Book(tmp_path, "en", author="The authors of this course").html({})
    assert "course-next" not in html and "state-marker" not in html
    assert '<p class="paper-lead">Look here:</p>' in html
    assert html.count('class="cell_input is-long"') == 1
    assert '<details open="">' in html and "The authors of this course" in html
