"""The glossary and the index are sorted as each language is, and still pair entry by entry."""

from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from course_lib.publish.paper.beside import blocks
from course_lib.publish.sphinx.order import BEGIN, LETTERS, letter, place, sort_glossary, sort_index

ROOT = Path(__file__).parents[2]
# The letters of their pinyin, written by hand.
PINYIN = {
    "批量": "P", "遗忘门": "Y", "重置门": "C", "长短期记忆": "C", "门": "M", "单元状态": "D",
    "参数": "C", "交叉熵": "J", "卷积": "J", "循环": "X", "梯度": "T", "窥孔": "K", "输入门": "S",
    "谱半径": "P",
    "偏置": "P", "雅可比矩阵": "Y", "暂退法": "Z", "膨胀": "P", "温度": "W",
    "LSTM": "L", "softmax": "S",
}  # fmt: skip


def test_a_chinese_term_stands_under_the_letter_of_its_pinyin():
    assert {term: letter(term) for term in PINYIN} == PINYIN
    assert len(LETTERS) == len(BEGIN) and sorted(BEGIN) == BEGIN
    assert letter("3D") == "#" and letter("Épsilon") == "E"


def test_every_chinese_headword_of_the_glossary_has_a_letter():
    entries = yaml.safe_load((ROOT / "course_lib/i18n/glossary.yml").read_text("utf-8"))
    terms = [entry["zh_CN"]["use"] for entry in entries]
    assert len(terms) > 80 and [term for term in terms if letter(term) == "#"] == []


@pytest.mark.parametrize(
    "ordered",
    [
        "CNN 参数 长短期记忆 重置门 单元 单元状态 卷积 卷积核 LSTM 循环 遗忘门",
        "bias bobot bobot-berulang ConvLSTM gerbang keadaan sel Toeplitz",
    ],
)  # fmt: skip
def test_terms_are_in_order(ordered):
    terms = ordered.split()
    assert sorted(reversed(terms), key=place) == terms


LIST = """<h1>G</h1><p>Before.</p><dl class="simple glossary">
<dt id="term-cell">sel<a class="headerlink">#</a></dt><dd><p>Satu langkah.</p></dd>
<dt id="term-first">sel di depan</dt><dd><p>Urutan.</p></dd>
<dt id="term-bias">bias<a class="headerlink">#</a></dt><dd><p>Vektor.</p><p>Lagi.</p></dd>
<dt id="term-gate">gerbang (gate)</dt><dd><p>Porsi.</p></dd></dl><p>After.</p>"""


def test_the_glossary_is_sorted_and_its_entries_keep_their_english_number():
    soup = BeautifulSoup(sort_glossary(LIST), "html.parser")
    assert [tag["id"] for tag in soup.select("dt")] == [
        "term-bias", "term-gate", "term-cell", "term-first",
    ]  # fmt: skip
    assert [tag["data-at"] for tag in soup.select("dt, dd")] == [*"22330011"]
    english = [tag.get_text() for tag in blocks(BeautifulSoup(LIST, "html.parser"))]
    assert [tag.get_text() for tag in blocks(soup)] == english  # pairs as before


def test_the_index_is_grouped_by_letter():
    entry = {name: (name, ([], [], None)) for name in ("门", "批量", "LSTM", "膨胀", "卷积")}
    groups = sort_index([("门", [entry["门"], entry["批量"]]), ("L", [entry["LSTM"]]),
                         ("膨", [entry["膨胀"], entry["卷积"]])])  # fmt: skip
    assert [(name, [e[0] for e in group]) for name, group in groups] == [
        ("J", ["卷积"]), ("L", ["LSTM"]), ("M", ["门"]), ("P", ["膨胀", "批量"]),
    ]  # fmt: skip


@pytest.mark.slow
def test_the_built_glossary_and_index_of_each_language_are_sorted(book):
    terms = "cell\n  One.\n\nbias\n  Two.\n\ngate\n  Three.\n"
    book.write("page", f"# Page\n\n:::{{glossary}}\n{terms}:::\n")
    for language, said in (("id", ("sel", "bias", "gerbang")), ("zh_CN", ("单元", "偏置", "门"))):
        path = book.root / f"book/locales/{language}/LC_MESSAGES/book/page.po"
        path.parent.mkdir(parents=True)
        lines = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n']
        for english, local in zip(("cell", "bias", "gate"), said, strict=True):
            lines.append(f'msgid "{english}"\nmsgstr "{local} ({english})"\n')
        path.write_text("\n".join(lines), "utf-8")
    book.build("en", "id", "zh_CN")
    expected = {
        "id": ["bias (bias)", "gerbang (gate)", "sel (cell)"],
        "zh_CN": ["单元 (cell)", "门 (gate)", "偏置 (bias)"],
    }
    for language, order in expected.items():
        soup = BeautifulSoup(book.html("page", language), "html.parser")
        assert [tag.get_text().rstrip("#") for tag in soup.select("article dt")] == order
        index = book.root / f"_build/html/{language}/genindex.html"
        soup = BeautifulSoup(index.read_text("utf-8"), "html.parser")
        assert [tag.get_text() for tag in soup.select("article td li a")] == order
    assert [tag.get_text() for tag in soup.select("article h2")] == ["D", "M", "P"]
