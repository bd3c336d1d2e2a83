"""Each chapter as a notebook in the language of its page: to download, and to open in JupyterLab,
Colab and Binder."""

import json
from pathlib import Path

from myst_nb.core.read import read_myst_markdown_notebook
from sphinx.locale import get_translation
from sphinx.util.osutil import relative_uri

from ..way import BY_DOCUMENT
from ..words import words
from .markdown import Markdown
from .places import code_cell, first_cell, places_of, repository

theme_word = get_translation("booktheme")


def chapter_notebook(document, source: str, language: str, url: str) -> dict:
    """The notebook of a chapter: its text from the translated document, its code from the page."""
    code = read_myst_markdown_notebook(source).cells
    cells, text = [], []

    def flush():
        if text:
            cells.append(
                {
                    "cell_type": "markdown",
                    "id": f"text-{len(cells)}",
                    "metadata": {},
                    "source": "\n\n".join(text),
                }
            )
            text.clear()

    first = first_cell(language, url)
    for piece in Markdown(language).page(document):
        if isinstance(piece, str):
            if piece.startswith("#"):
                flush()  # a section begins a cell
            text.append(piece)
            continue
        flush()
        if first:
            cells.append(code_cell(first, "first"))
            first = ""
        cell = code[piece]
        cells.append(code_cell(cell.source, f"code-{piece}", dict(cell.metadata)))
    flush()
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "course": {"language": language}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write_notebook(app, pagename, templatename, context, doctree):
    """Write the chapter's notebook beside the pages, and offer it in the page's head."""
    chapter = BY_DOCUMENT.get(pagename)
    if doctree is None or chapter is None:
        return
    path = f"notebooks/{chapter.page}.ipynb"
    source = Path(app.env.doc2path(pagename)).read_text(encoding="utf-8")
    made = chapter_notebook(doctree, source, app.config.language, repository(app)[0])
    target = Path(app.outdir) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    target.write_text(text, encoding="utf-8")
    context["course_notebook"] = relative_uri(app.builder.get_target_uri(pagename), path)
    lab = app.config.course_lab_url
    places = {"JupyterLab": lab.format(notebook=f"chapters/{chapter.page}.ipynb")} if lab else {}
    context["course_places"] = places | places_of(app, path)


def offer(app, pagename, templatename, context, doctree):
    """The theme's buttons know the page's source, which is English MyST: the notebook takes its
    place, and what opens it stands beside."""
    if "course_notebook" not in context:
        return
    say = words(app.config.language)
    for group in context["header_buttons"]:
        if group.get("label") != "download-buttons":
            continue
        group["buttons"] = [b for b in group["buttons"] if b["label"] != "download-source-button"]
        group["buttons"].insert(
            0,
            {
                "type": "link",
                "url": context["course_notebook"],
                "text": ".ipynb",
                "tooltip": theme_word("Download notebook file"),
                "icon": "fas fa-code",
                "label": "download-notebook-button",
            },
        )
    buttons = [
        {
            "type": "link",
            "url": address,
            "text": name,
            "tooltip": say["open_in"].format(place=name),
            "icon": "fas fa-flask" if name == "JupyterLab" else "fas fa-cloud",
            "label": f"open-{name.lower()}-button",
        }
        for name, address in context["course_places"].items()
    ]
    if buttons:
        context["header_buttons"].insert(
            0,
            {
                "type": "group",
                "tooltip": say["open_page"],
                "icon": "fas fa-rocket",
                "buttons": buttons,
                "label": "launch-buttons",
            },
        )


def setup(app):
    """The theme makes its buttons at priority 501."""
    app.connect("html-page-context", write_notebook, priority=370)
    app.connect("html-page-context", offer, priority=510)
