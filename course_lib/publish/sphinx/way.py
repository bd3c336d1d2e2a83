"""``{course-map}``: the way through the course as a picture with links; and at the head and the
foot of each chapter, what it stands on and what comes next."""

import json
from html import escape

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from course_lib.i18n import translator

from ..way import BY_DOCUMENT, BY_LABEL, WAY, Chapter, after, behind, opened_by
from ..words import words

logger = logging.getLogger(__name__)


class course_map(nodes.General, nodes.Element):
    """A place where the page draws the way through the course."""


class CourseMapDirective(SphinxDirective):
    """Takes nothing: everything it shows is in ``course_lib/publish/way.py`` and ``_toc.yml``."""

    def run(self):
        return [course_map()]


class Guide:
    """Links to the chapters from one page, in the language of the build."""

    def __init__(self, app, page: str):
        self.app, self.page = app, page
        self.words = {key: escape(text) for key, text in words(app.config.language).items()}
        self.translate = translator(app.config.language)

    def say(self, text: str) -> str:
        """``text`` in the language of the build, as HTML."""
        return escape(self.translate(text))

    def is_here(self, chapter: Chapter) -> bool:
        """Whether the book has this chapter yet."""
        return chapter.document in self.app.builder.env.found_docs

    def address(self, chapter: Chapter, place: str = "") -> str:
        """From this page to the chapter, or to one of its sections."""
        uri = self.app.builder.get_relative_uri(self.page, chapter.document)
        if place and "#" not in uri:
            uri += f"#{chapter.label}-{place}"
        return escape(uri or "#")

    def link(self, chapter: Chapter) -> str:
        """The name of the chapter, which leads there once it is here."""
        name = self.say(chapter.name)
        if not self.is_here(chapter):
            return name
        return f'<a class="reference internal" href="{self.address(chapter)}">{name}</a>'

    def exercise(self, chapter: Chapter) -> str:
        """The exercise of the chapter, which its section on it hands out."""
        code = f"<code>{chapter.exercise}</code>"
        if not self.is_here(chapter):
            return code
        return f'<a href="{self.address(chapter, "exercise")}">{code}</a>'

    def list(self, chapters) -> str:
        """Names beside each other."""
        return self.words["and_so_on"].join(map(self.link, chapters))


def draw(guide: Guide) -> str:
    """The map: a trunk with one branch for each part, and a stop for each chapter."""
    branches = []
    for number, part in enumerate(WAY, start=1):
        stops = "\n".join(_stop(guide, chapter) for chapter in part.chapters)
        branches.append(
            f'<li class="map-part map-{part.key}">'
            f'<span class="map-mark"><svg viewBox="0 0 24 24" aria-hidden="true">'
            f'<path d="{part.mark}"/></svg></span>'
            f'<span class="map-name"><span class="map-number">{number}</span> '
            f"{guide.say(part.name)}</span>\n"
            f'<ol class="map-stops">\n{stops}\n</ol></li>'
        )
    body = "\n".join(branches)
    return (
        f'<nav class="course-map" aria-label="{guide.words["way"]}">\n'
        f'<ol class="map-trunk">\n{body}\n</ol></nav>\n'
    )


def _stop(guide: Guide, chapter: Chapter) -> str:
    lines = [("title", guide.link(chapter)), ("idea", guide.say(chapter.idea))]
    if not guide.is_here(chapter):
        lines.append(("soon", guide.words["soon"]))
    if chapter.exercise:
        lines.append(("task", guide.exercise(chapter)))
    kind = "map-stop" if guide.is_here(chapter) else "map-stop is-soon"
    said = " ".join(f'<span class="map-{name}">{text}</span>' for name, text in lines)
    return f'<li class="{kind}">{said}</li>'


def head(guide: Guide, chapter: Chapter) -> str:
    """One line below the title: which chapters this one stands on."""
    needs = [BY_LABEL[label] for label in chapter.needs]
    said = guide.list(needs) if needs else guide.words["needs_nothing"]
    return f'\n<p class="course-needs">{_named(guide.words["needs"], said)}</p>\n'


def foot(guide: Guide, chapter: Chapter) -> str:
    """What to do now: the next chapter, and the others that this one opens."""
    following = after(chapter)
    lines = []
    if following:
        idea = guide.say(following.idea)
        lines.append((guide.words["then"], f"{guide.link(following)} ({idea})"))
        known = {chapter.label, *behind(chapter)}
        missing = [BY_LABEL[label] for label in following.needs if label not in known]
        if missing:
            lines.append((guide.words["then_needs"], guide.list(missing)))
    others = [other for other in opened_by(chapter) if other is not following]
    if others:
        lines.append((guide.words["opens"], guide.list(others)))
    if not lines:
        lines.append((guide.words["the_end"], ""))
    said = "".join(f"<p>{_named(name, text)}</p>\n" for name, text in lines)
    label = guide.words["what_next"]
    return f'<nav class="course-next" aria-label="{label}">\n{said}</nav>\n'


def _named(name: str, text: str) -> str:
    """A line with its name in front; a full-width colon brings its own space."""
    return f"<strong>{name}</strong>{'' if name.endswith('：') else ' '}{text}"


def add_lines(app, pagename, templatename, context, doctree):
    """Put the two lines into the page of a chapter."""
    chapter = BY_DOCUMENT.get(pagename)
    if doctree is None or chapter is None:
        return
    guide = Guide(app, pagename)
    before, title, rest = context["body"].partition("</h1>")
    context["body"] = before + title + head(guide, chapter) + rest + foot(guide, chapter)


def check_labels(app, env):
    """A chapter that is here, but not under its label, would leave a link that leads nowhere."""
    labels = env.get_domain("std").anonlabels
    for chapter in BY_DOCUMENT.values():
        if chapter.document not in env.found_docs:
            continue
        for label in (chapter.label, *([f"{chapter.label}-exercise"] if chapter.exercise else [])):
            if labels.get(label, ("",))[0] != chapter.document:
                logger.warning(
                    "The way through the course (course_lib/publish/way.py) leads to the label "
                    '"%s", which this page does not have.',
                    label,
                    location=chapter.document,
                )


def note_pages(app, config):
    """Remember the pages, their order and the parts: when one of these changes, every page is
    written again, since its lists of chapters have changed too. As text, because Sphinx takes two
    lists for one that differ in their order only."""
    site_map = getattr(config, "external_site_map", None)
    config.course_pages = json.dumps(site_map.as_json()["documents"]) if site_map else ""


def visit_html(self, node):
    """Draw the map from this page."""
    self.body.append(draw(Guide(self.builder.app, self.builder.current_docname)))
    raise nodes.SkipNode


def skip(self, node):
    """Its words are in the catalog of the program."""
    raise nodes.SkipNode


def setup(app):
    """The lines come before the site writes the page's blocks for bilingual reading (400)."""
    app.add_node(course_map, html=(visit_html, None), gettext=(skip, None))
    app.add_directive("course-map", CourseMapDirective)
    app.connect("env-check-consistency", check_labels)
    app.connect("html-page-context", add_lines, priority=380)
    app.add_config_value("course_pages", "", "html")
    # sphinx-external-toc reads the table of contents at priority 900.
    app.connect("config-inited", note_pages, priority=960)
