"""What a term means, beside the link that leads to it: the definitions of the terms of a page
travel in the page, in its language, so that nothing is fetched."""

import re
from html import escape

from bs4 import BeautifulSoup
from docutils import nodes

GLOSSARY = "book/glossary"
_LINK = re.compile(r'href="[^"]*glossary\.html#(term-[^"]+)"')


def definitions(app) -> dict[str, str]:
    """Term id -> its definition as HTML without links, in the language of the build."""
    env = app.builder.env
    if not hasattr(app, "course_definitions"):
        app.course_definitions = _read(app) if GLOSSARY in env.found_docs else {}
    return app.course_definitions


def _read(app) -> dict[str, str]:
    doctree = app.builder.env.get_and_resolve_doctree(GLOSSARY, app.builder)
    found = {}
    for item in doctree.findall(nodes.definition_list_item):
        meaning = next(item.findall(nodes.definition))
        soup = BeautifulSoup(app.builder.render_partial(meaning)["fragment"], "html.parser")
        for link in soup.select("a"):
            link.unwrap()
        blocks = soup.select("p") or [soup]
        html = " ".join(block.decode_contents().strip() for block in blocks)
        for term in item.findall(nodes.term):
            name = escape(term.astext())
            for key in term["ids"]:
                found[key] = f"<strong>{name}</strong> {html}"
    return found


def used(body: str) -> list[str]:
    """The ids of the terms that a page links to, each once."""
    return list(dict.fromkeys(_LINK.findall(body)))


def add_definitions(app, pagename, templatename, context, doctree):
    """Append what the terms of this page mean, where nothing but our script sees it."""
    if doctree is None or pagename == GLOSSARY:
        return
    meaning = definitions(app)
    texts = [
        f'<span id="course-{key}">{meaning[key]}</span>'
        for key in used(context.get("body", ""))
        if key in meaning
    ]
    if not texts:
        return
    context["body"] += f'<template id="course-terms">{"".join(texts)}</template>\n'
    app.add_js_file("terms.js", loading_method="defer")


def setup(app):
    """After the site has written the page's blocks for bilingual reading (priority 400)."""
    app.connect("html-page-context", add_definitions, priority=420)
