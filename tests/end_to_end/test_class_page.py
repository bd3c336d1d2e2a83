"""The page about a class: what it counts, that it obeys no student, that everybody can read it."""

import json
import re
from html.parser import HTMLParser

import pytest

from course_lib.grading import class_page
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.histogram import histogram
from course_lib.grading.overview import Bar, bars, parts
from course_lib.grading.report import report, write_reports
from course_lib.i18n import LANGUAGES, speaking
from tests.end_to_end.made_class import HOSTILE, MadeClass

MINUS = {"kind": "fault", "id": "minus", "text": "It subtracts. And more."}
LONG = "def add(a, b):\n" + "".join(
    f"    a = helper_{n}(a, {n}) + b[{n}] * {n + 1}\n" for n in range(12)
) + "    return a\n"  # fmt: skip


class Read(HTMLParser):
    """The page as a browser takes it: its tags with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.inside = [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag
        self.text += "" if tag in ("span", "a", "b", "code") else "  "

    def handle_data(self, data):
        if self.inside != "style":
            self.text += data

    def handle_endtag(self, tag):
        self.inside = ""

    def of(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def made(new_course) -> MadeClass:
    return MadeClass(new_course)


@pytest.fixture
def pages(made):
    """A class with something of everything; the page in each language."""
    made.put("ana", name=("Ana", "Lima"), written=5.0)
    made.put("budi", points=1.0, findings=[MINUS], code="def add(a, b):\n    return a - b")
    made.put("cy", points=1.0, findings=[MINUS], late=2.0, code=LONG)
    made.put("dina", points=0.0, error=("Timeout", "too long"), code=LONG.replace("b[", "b ["))
    made.put("eko", points=0.0, error=("KernelDied", "gone"))
    made.put("fay", points=0.0, findings=[{"kind": "error", "id": "not-written", "text": "Not."}])
    made.put(
        "gus",
        status="failed",
        notes=[{"template": "No room for {name}.", "values": {"name": "gus"}}],
    )
    made.put("hui", points=0.0, status="unreadable", notes=[{"template": "Cut off.", "values": {}}])
    made.course.submit("ivo", "x = 1")
    result = report(made.root, "tiny")
    write_reports(made.root, result)
    return {key: path.read_text("utf-8") for key, path in result.pages.items()}, result


def section(page: str, id: str) -> str:
    """The text of one section of the page."""
    start = page.index(f'<section aria-labelledby="{id}"')
    return " ".join(Read(page[start : page.index("</section>", start)]).text.split())


def test_the_numbers_of_the_progress_and_the_command_that_goes_on(pages):
    text = section(pages[0]["en"], "progress")
    for said in ("handed in 9", "graded 7", "not graded yet 1", "to be run again 1"):
        assert said in text
    assert "course grade tiny" in text and "seed 7" in text and "UTC" in text


def test_what_needs_a_person_is_named_with_its_reason_and_the_rubric(pages):
    text = section(pages[0]["en"], "human")
    assert "3 points: each of the two counts" in text  # the rubric
    assert "No room for gus." in text and "Cut off." in text
    assert re.search(r"dina add –", text) and re.search(r"eko – add", text)
    # All but Ana, who has her points, and those of whom there is nothing to mark.
    assert re.search(r"why_plus 6 5\b", text)


def test_who_is_refused_is_named_with_the_line_until_a_person_has_looked(made):
    values = {"cell": "add", "number": 2, "line": "return sum([a, b])  # <b>"}
    where = {"say": 'In the cell "{cell}", line {number}: {line}', "values": values}
    refused = {"kind": "error", "id": "forbidden-call", "text": "Your code uses sum. And more."}
    refused |= {"where": "W", "told": {"where": where}}
    made.put("ana", points=0.0, findings=[refused], written=5.0)
    made.put("budi", points=0.0, findings=[MINUS], written=5.0)
    made.put("cy", points=0.0, findings=[refused], written=5.0)
    with open_gradebook(made.root) as gradebook:
        gradebook.find_grade("test_add", "tiny", "tiny", "cy").manual_score = 0.0
        gradebook.db.commit()
    result = report(made.root, "tiny")
    assert [row.refused for row in result.rows] == [["test_add"], [], []]
    write_reports(made.root, result)
    text = section(result.pages["en"].read_text("utf-8"), "human")
    said = 'ana add Your code uses sum. In the cell "add", line 2: return sum([a, b]) # <b>'
    assert said in text and "budi" not in text and "cy" not in text
    assert "Nothing waits for a person" not in text
    assert "第 2 行" in section(result.pages["zh_CN"].read_text("utf-8"), "human")


def test_the_parts_are_counted_and_the_hardest_is_first(pages):
    (first, second) = parts(pages[1])
    assert (first.cell, second.cell) == ("test_add", "why_plus")
    assert (first.marked, first.right, first.stopped, first.unwritten) == (6, 1, 2, 1)
    assert first.share == pytest.approx(6 / 24)
    assert (second.marked, second.to_mark, second.share) == (1, 5, pytest.approx(5 / 6))


def test_mistakes_are_counted_with_one_example_of_code(pages):
    text = section(pages[0]["en"], "mistakes")
    assert "2× It subtracts." in text and "return a - b" in text
    assert "Not." not in text  # not written is no mistake in thinking


def test_near_identical_code_is_shown_side_by_side_without_a_verdict(pages):
    page = pages[0]["en"]
    text = section(page, "alike")
    assert "cy" in text and "dina" in text and text.count("helper_11") == 2
    assert not re.search(r"cheat|plagiar|copied|suspect", page, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone_in_its_language_and_runs_nothing(pages, language):
    read = Read(pages[0][language])
    (page,) = read.of("html")
    assert page["lang"] == language.replace("_", "-")
    assert not {"script", "link", "iframe", "object", "img", "form"} & {
        tag for tag, _a in read.tags
    }
    links = [a["href"] for a in read.of("a")]
    assert links and not [link for link in links if re.match(r"[a-z]+:|//", link)]
    assert any("default-src 'none'" in a.get("content", "") for a in read.of("meta"))
    assert "url(" not in pages[0][language] and "@import" not in pages[0][language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_caption_and_scopes_and_every_id_is_there_once(pages, language):
    page = pages[0][language]
    read = Read(page)
    assert len(read.of("table")) >= 5
    assert page.count("<caption") == len(read.of("table"))
    assert all(cell.get("scope") in ("row", "col") for cell in read.of("th"))
    ids = [a["id"] for _tag, a in read.tags if "id" in a]
    assert len(ids) == len(set(ids))
    inside = {a["href"][1:] for a in read.of("a") if a["href"].startswith("#")}
    assert inside <= set(ids)
    (drawing,) = read.of("svg")
    assert drawing["role"] == "img" and drawing["aria-label"]


def test_no_english_sentence_is_left_in_the_other_languages(pages):
    english = {t for t in re.split(r"\s{2,}|\n", Read(pages[0]["en"]).text) if len(t.split()) > 3}
    for language in ("id", "zh_CN"):
        text = Read(pages[0][language]).text
        left = [sentence for sentence in english if sentence in text]
        allowed = ("points: each", "helper_", "It subtracts", "No room", "Cut off", "return")
        assert not [s for s in left if not any(word in s for word in allowed)], language


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_student_wrote_is_text(made, language):
    folder = "<img src=x onerror=alert(1)>"
    made.put(
        "ana",
        name=(HOSTILE, HOSTILE),
        points=0.0,
        code=f"def add(a, b):\n    return '''{HOSTILE}'''",
        findings=[{"kind": "fault", "id": HOSTILE, "text": HOSTILE}],
        notes=[{"template": "Found {file}.", "values": {"file": HOSTILE}}],
    )
    made.put("budi", points=0.0, error=(HOSTILE, HOSTILE))
    made.put("cy", points=0.0, findings=[{"kind": "unknown", "id": "unknown", "text": HOSTILE}])
    made.course.submit(folder, "x = 1")
    result = report(made.root, "tiny")
    write_reports(made.root, result, [language])
    page = result.pages[language].read_text("utf-8")
    read = Read(page)
    assert "<script>alert(1)</script>" in read.text  # it is shown
    assert not {"script", "img"} & {tag for tag, _attributes in read.tags}
    assert not [a for _tag, a in read.tags if any(name.startswith("on") for name in a)]
    assert folder in read.text
    for name in ("tiny.csv", "tiny.moodle.csv", "tiny.canvas.csv"):
        assert (made.root / "marks" / name).exists()


def test_a_long_table_says_how_many_are_not_in_it(pages, monkeypatch, new_course):
    monkeypatch.setattr(class_page, "LISTED", 1)
    monkeypatch.setattr(class_page, "NAMES", 1)
    write_reports(new_course.root, pages[1], ["en"])
    page = pages[1].pages["en"].read_text("utf-8")
    assert "and 1 more" in section(page, "human")  # dina, and eko
    assert "8 more are in the CSV file." in section(page, "all")


def test_a_class_without_a_submission_has_a_page(made):
    result = report(made.root, "tiny")
    write_reports(made.root, result)
    assert "There are no marks yet." in result.pages["en"].read_text("utf-8")


def test_a_language_alone_links_to_no_page_that_is_not_there(made):
    made.put("ana")
    result = report(made.root, "tiny")
    write_reports(made.root, result, ["id"])
    assert list(result.pages) == ["id"]
    assert ".en.html" not in result.pages["id"].read_text("utf-8")
    write_reports(made.root, result, ["en"])
    assert "tiny.id.html" in result.pages["en"].read_text("utf-8")


def test_the_json_for_machines_has_what_the_page_shows(pages, new_course):
    found = json.loads((new_course.root / "marks" / "tiny.json").read_text("utf-8"))
    assert found["alike"][0]["students"] == ["cy", "dina"]
    assert found["failed"] == ["gus"] and found["waiting"] == ["ivo"]
    assert found["rows"][3]["too_long"] == ["test_add"]


@pytest.mark.parametrize(
    ("totals", "most", "counts", "above"),
    [
        ([0, 9.99, 10, 99, 100], 100, [2, 1, 0, 0, 0, 0, 0, 0, 0, 2], 0),
        ([100.01, 110, 110.5, 120], 100, [0] * 10 + [2, 2], 2),
        ([-3, 0.3], 1, [1, 0, 0, 1, 0, 0, 0, 0, 0, 0], 0),
        ([0.7], 1, [0] * 7 + [1, 0, 0], 0),
    ],
)
def test_every_mark_stands_in_one_bar_and_a_bonus_above(totals, most, counts, above):
    found = bars(totals, most)
    assert [bar.count for bar in found] == counts
    assert sum(bar.above for bar in found) == above
    assert found[0].low == 0 and found[9].high == pytest.approx(most)


def test_the_axis_begins_at_zero_and_heights_are_the_counts():
    drawn = histogram([Bar(0, 10, 3), Bar(10, 20, 6), Bar(20, 30, 0)], "t", "x", "y")
    heights = [float(h) for h in re.findall(r'<rect [^>]*height="([\d.]+)"', drawn)]
    assert len(heights) == 2 and heights[1] == pytest.approx(2 * heights[0], rel=0.01)
    ticks = re.findall(r'text-anchor="end">(\d+)<', drawn)
    assert ticks[0] == "0" and int(ticks[-1]) > 6


def test_a_page_is_told_in_the_language_of_its_reader_and_marks_stay(made):
    made.put("ana", points=3.5, written=1.0)
    with speaking("zh_CN"):
        assert report(made.root, "tiny").rows[0].total == 4.5
