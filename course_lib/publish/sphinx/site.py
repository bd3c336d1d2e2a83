"""What every page carries besides its text: language links, words, and its blocks for others."""

import json
import re
from pathlib import Path

import polib
from babel.dates import format_date
from bs4 import BeautifulSoup
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.util import logging

from course_lib.i18n import LANGUAGES, translator

from ..version import translated_from
from ..words import theme_words, words
from .blocks import only_text
from .tidy import keep_numbers, tidy

logger = logging.getLogger(__name__)

SHORT, LONG = 20, 150  # signs of a description
HAN = re.compile("[\u3400-\u9fff]")
OPENING = 50_000  # signs of a page, tags included, in which it is looked for
_PARAGRAPH = re.compile(r"<p\b.*?</p>", re.S)


def html_code(language: str) -> str:
    """ "zh_CN" -> "zh-CN", as HTML writes it."""
    return language.replace("_", "-")


def add_theme_words(app):
    """Fill the gaps in the catalogs of Sphinx and of the theme with the course's words."""
    language = app.config.language
    said = theme_words(language)
    if not said:
        return
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalog.extend(polib.POEntry(msgid=key, msgstr=text) for key, text in said.items())
    folder = Path(app.doctreedir) / "words"
    for domain in ("sphinx", "booktheme"):
        target = folder / language / "LC_MESSAGES" / f"{domain}.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        catalog.save_as_mofile(str(target))
        app.add_message_catalog(domain, str(folder))


def fill_script_words(app, exception):
    """Sphinx's scripts read their own list of words, where what nobody translated is empty: the
    course's words go there, and English shows where there are none."""
    path = Path(app.outdir) / "_static" / "translations.js"
    if exception or not path.is_file():
        return
    said = theme_words(app.config.language)
    call, _, rest = path.read_text(encoding="utf-8").partition("{")
    catalog, end = json.JSONDecoder().raw_decode("{" + rest)
    messages = {key: text or said.get(key) for key, text in catalog["messages"].items()}
    catalog["messages"] = {key: text for key, text in messages.items() if text}
    filled = json.dumps(catalog, ensure_ascii=False)
    path.write_text(call + filled + rest[end - 1 :], encoding="utf-8")


def translate_folds(app, doctree, docname):
    """The label of a folded code cell, in the language of the page."""
    say = translator(app.config.language)
    for fold in doctree.findall(HideCodeCellNode):
        fold["prompt_show"] = say(fold["prompt_show"])
        fold["prompt_hide"] = say(fold["prompt_hide"])


def add_context(app, pagename, templatename, context, doctree):
    """Give the templates the languages, the words, and the scripts that this page needs."""
    up = "../" * (pagename.count("/") + 1)
    context["course_page"] = pagename
    context["course_up"] = up
    context["course_words"] = words(app.config.language)
    context["course_language"] = app.config.language
    context["course_languages"] = [
        {
            "key": key,
            "lang": html_code(key),
            "name": name,
            "href": f"{up}{key}/{pagename}.html",
            "here": key == app.config.language,
        }
        for key, name in LANGUAGES.items()
    ]
    if doctree is None:
        return
    context["course_description"] = description(context.get("body", ""))
    context["course_behind"] = behind(app, pagename, doctree)
    body = context["body"] = tidy(context.get("body", ""))
    if "application/vnd.jupyter.widget-view+json" in body:
        app.add_js_file("figures.js", loading_method="defer")
    write_blocks(app, pagename, body)


def description(body: str) -> str:
    """The beginning of a page's first paragraph, for what a search engine shows: in its language,
    without formulas, and cut between two words or Chinese signs."""
    # Read paragraph by paragraph: a tree of the whole page takes half a second.
    for found in _PARAGRAPH.finditer(body, 0, OPENING):
        paragraph = BeautifulSoup(found[0], "html.parser").p
        if "course-needs" in paragraph.get("class", ()):
            continue
        for formula in paragraph.select(".math, math"):
            formula.replace_with("…")
        text = " ".join(paragraph.get_text().split())
        if len(text) >= SHORT:
            break
    else:
        return ""
    if len(text) <= LONG:
        return text
    cut = re.match(rf".{{1,{LONG}}}(?:(?<=[\u3400-\u9fff])|(?=\s))", text)
    return (cut[0] if cut else text[:LONG]) + "…"


def behind(app, pagename: str, doctree) -> str:
    """What a page says above its text when the English has gone on, or some of it has no
    translation yet; "" when the page is whole."""
    count = sum("untranslated" in node["classes"] for node in doctree.findall(nodes.Element))
    if not count:
        return ""
    say, language = words(app.config.language), app.config.language
    folders = [Path(app.srcdir) / folder for folder in app.config.locale_dirs]
    catalogs = [folder / language / "LC_MESSAGES" / f"{pagename}.po" for folder in folders]
    version = next(filter(None, map(translated_from, catalogs)), None)
    if version is None:
        return say["untranslated"].format(count=count)
    day = format_date(version, "long", locale=language)
    return say["translated_from"].format(date=day, count=count)


def write_blocks(app, pagename: str, body: str) -> None:
    """Write the page's text as a script that another language's page can load.

    A script and not a fetched page, because a script also loads over ``file://``.
    """
    try:
        text = only_text(body)
    except ValueError as error:
        logger.warning("The HTML of this page does not end: %s.", error, location=pagename)
        return
    target = Path(app.outdir) / "_blocks" / f"{pagename}.js"
    target.parent.mkdir(parents=True, exist_ok=True)
    page = json.dumps([app.config.language, pagename, text], ensure_ascii=False)
    target.write_text(f"courseBlocks(...{page});\n", encoding="utf-8")


def mark_latin_emphasis(app, doctree, _docname):
    """Chinese words are emphasised by a dot below each; the English title of a paper is not."""
    if not app.config.language.startswith("zh"):
        return
    for emphasis in doctree.findall(nodes.emphasis):
        if not HAN.search(emphasis.astext()):
            emphasis["classes"].append("latin")


def setup(app):
    """Connect to the pages, before the theme renders the templates that use our words."""
    add_theme_words(app)
    app.connect("doctree-resolved", translate_folds)
    app.connect("doctree-resolved", keep_numbers)
    app.connect("doctree-resolved", mark_latin_emphasis)
    app.connect("html-page-context", add_context, priority=400)
    app.connect("build-finished", fill_script_words)
