"""Chinese has no spaces: the index and the query must be cut into the same words."""

from pathlib import Path

import yaml
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


def setup(app):
    """Connect to the configuration of the build."""
    app.connect("config-inited", use_terms)
