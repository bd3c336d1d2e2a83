"""The index of the search: the same words for Chinese, and the same index however it was built."""

from pathlib import Path

import yaml
from sphinx.search import js_index
from sphinx.search.zh import SearchChinese

GLOSSARY = Path(__file__).parents[2] / "i18n" / "glossary.yml"


class Seen(set):
    """The Latin words of the pages so far. In Sphinx it is a list that is searched for each word
    of each page: in this book, most of the time that the Chinese index takes."""

    extend = set.update


def write_terms(glossary: Path, target: Path) -> bool:
    """Write the course's Chinese terms as a dictionary for jieba; False when there are none."""
    if not glossary.is_file():
        return False
    entries = yaml.safe_load(glossary.read_text(encoding="utf-8")) or []
    terms = sorted({entry["zh_CN"]["use"] for entry in entries if entry.get("zh_CN")})
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(f"{term} 1000\n" for term in terms), encoding="utf-8")
    return bool(terms)


def use_terms(app, config):
    """Teach the index the course's terms, and the page how to cut a query."""
    if not config.language.startswith("zh"):
        return
    terms = Path(app.doctreedir) / "terms.txt"
    if write_terms(GLOSSARY, terms):
        config.html_search_options = {"dict": str(terms)}
    SearchChinese.latin_terms = Seen()
    app.add_js_file("search-zh.js", priority=200)


def leave_out_entries(app, exception):
    """Entries of a printed index: Sphinx knows those of the pages that it has just written, and
    forgets the others, so a search would find other things first after each build."""
    path = Path(app.outdir) / "searchindex.js"
    if exception or app.builder.name != "html" or not path.exists():
        return
    index = js_index.loads(path.read_text(encoding="utf-8"))
    if index["indexentries"]:
        index["indexentries"] = {}
        path.write_text(js_index.dumps(index), encoding="utf-8")


def setup(app):
    """Connect to the configuration of the build, and to its end."""
    app.connect("config-inited", use_terms)
    app.connect("build-finished", leave_out_entries)
