"""What makes a build quick changes nothing in the book."""

import filecmp
import sys

import pytest
from bs4 import BeautifulSoup, Comment
from docutils import nodes
from myst_parser.config.main import MdParserConfig

from course_lib.errors import CourseError
from course_lib.publish.config import derive, execution_cache
from course_lib.publish.sphinx import blocks, messages
from course_lib.publish.sphinx_run import run_book

PAGE = """<section class="tex2jax_ignore" id="page">
<h1>Page<a class="headerlink" href="#page" title="Link">#</a></h1>
<p id='a' class="course-needs">1 &lt; 2 &amp; "x" <br/>and <em>more</em></p>

<style>p > a { color: red }</style>
<div class="cell tag_x docutils container"><div class="cell_input"><div>a</div></div>
<img alt="a > b" src="a.png"><div class="highlight"><pre>if a<span>&lt;</span> b:</pre></div></div>
<p>After<img alt="a" src="b.png"/> it, <span class="cellar" id="highlight">a cellar</span>.</p>
<script>if (a <b && "</div>") { document.write('<div class="cell">') }</script>
<svg viewBox="0 0 1 1"><g><svg/></g><path d="M0"/></svg>
<nav class="course-map"><nav><ol><li>no</li></ol></nav></nav>
<span class="math notranslate"><math alttext="a > b"><mi>a</mi></math></span>
<div class='exercise-link' id="x">no</div>
<!-- <div class="cell"> <script> --><p>after a comment</p>
<div class="cell"><!-- </div> --><p>no</p></div>
<p data-id="1" class="
">end</p></section>
"""


def test_the_text_of_a_page_is_what_a_tree_of_it_would_leave():
    tree = BeautifulSoup(PAGE, "html.parser")
    left_out = [f".{name}" for name in blocks.CLASSES] + ["script", "style", "img", "svg"]
    for element in tree.select(", ".join(left_out)):
        element.decompose()
    for comment in tree.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for element in tree.select("[id]"):
        del element["id"]

    def shape(html: str) -> list:
        soup = BeautifulSoup(html, "html.parser")
        seen = [(e.name, e.attrs) if e.name else " ".join(str(e).split()) for e in soup.descendants]
        return [each for each in seen if each]

    assert shape(blocks.only_text(PAGE)) == shape(str(tree))


def test_a_page_of_which_the_rest_would_be_lost_fails_the_build_and_is_named(book):
    book.write("page", '# Page\n\n<div class="cell">\n\nText.\n')
    with pytest.raises(CourseError, match=r'book/page\.md: .*<div class="cell"> is not closed'):
        book.build()


def test_a_sentence_read_twice_is_handed_out_once_and_never_when_it_is_in_the_page():
    made = []

    def publish(app, source, path, line):
        made.append(source)
        return nodes.paragraph("", "", nodes.Text(source))

    read = messages.ReadOnce(publish)
    first = read(None, "a", "page.md", 1)
    assert read(None, "a", "page.md", 1) is first and made == ["a"]
    assert read(None, "a", "page.md", 1) is not first  # it may have been changed since
    assert read(None, "a", "page.md", 2) is not read(None, "a", "other.md", 2)
    title = read(None, "b", "page.md", 3)
    nodes.title("", "", *title.children)  # its children have another parent now
    assert read(None, "b", "page.md", 3).astext() == "b"
    assert made == ["a", "a", "a", "a", "b", "b"]


def test_a_kept_parser_reads_each_sentence_as_a_new_one_would():
    class Environment:
        myst_config = MdParserConfig(enable_extensions={"dollarmath", "attrs_inline"})
        docname, metadata = "page", {"page": {}}

    def read(parser, text):
        document = messages.make_document("page.md:1:<translated>")
        document.settings.env = Environment
        document.current_source = "page.md:1:<translated>"
        parser.parse(text, document)
        return document.pformat()

    texts = ["A *b* `c`{.d} $e$.", "[f]: http://g\n\n[f]", "[f]", "[^1]\n\n[^1]: note", "[^1]", "A"]
    kept = [read(messages.BookParser(), text) for text in texts]
    new = []
    for text in texts:
        messages.BookParser.kept = None, None
        new.append(read(messages.BookParser(), text))
    assert kept == new
    assert kept[1] != kept[2]


def test_the_defaults_of_a_document_are_its_own():
    first, second = messages.make_document(), messages.make_document()
    first.settings.tab_width += 1
    assert second.settings.tab_width == first.settings.tab_width - 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_two_processes_write_the_same_pages_and_find_the_same_faults(book):
    names = [f"page{number}" for number in range(7)]
    toc = {"format": "jb-book", "root": "book/welcome"}
    chapters = "".join(f"- file: book/{name}\n" for name in names)
    text = "".join(f"{key}: {value}\n" for key, value in toc.items())
    (book.root / "_toc.yml").write_text(f"{text}chapters:\n{chapters}", encoding="utf-8")
    for at, name in enumerate(names):
        link = f"[the next](page{(at + 1) % 7}.md)"
        book.write(
            name, f"# Page {at}\n\nWords of {name}, {link}, $x_{at}$.\n\n```python\n{at}\n```\n"
        )

    def built(jobs: int):
        config = derive(book.root, "id", execution_cache(book.root))
        work = book.root / f"work{jobs}"
        problems = run_book(book.root, config, work, jobs=jobs)
        return problems, work / "_build" / "html"

    (one, first), (two, second) = built(1), built(2)
    assert one == two == []
    pages = sorted(path.relative_to(first).as_posix() for path in first.rglob("*.*"))
    assert pages == sorted(path.relative_to(second).as_posix() for path in second.rglob("*.*"))
    files = [name for name in pages if (first / name).is_file()]
    assert f"_blocks/book/{names[-1]}.js" in files
    assert filecmp.cmpfiles(first, second, files, shallow=False)[1:] == ([], [])

    for name in names[1], names[6]:
        book.write(name, "# Page\n\n[nowhere](missing.md)\n")
    one, two = built(1)[0], built(2)[0]
    assert len(one) == 2 and sorted(map(str, one)) == sorted(map(str, two))
