"""The translated sentences of the book, read with one Markdown parser instead of one for each.

Sphinx reads every sentence of a translation by itself, and twice: 13 000 small documents for each
language of this book. For each of them MyST makes a Markdown parser, and docutils the options of a
command line that nobody has typed; that was a third of the time a further language took.
"""

from functools import cache

from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser as RestParser
from docutils.utils import new_document
from myst_nb.sphinx_ import Parser
from myst_parser.mdit_to_docutils import base
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser
from sphinx.transforms import i18n

TRANSLATED = "<translated>"  # how the source of a sentence ends, as Sphinx calls it


class BookParser(Parser):
    """Pages are read as MyST-NB reads them; their translated sentences by a parser that is kept."""

    kept = None, None  # the settings, and the Markdown parser made for them

    def parse(self, inputstring, document):
        """Add the nodes of a page, or of one of its sentences, to ``document``."""
        sentence = document.current_source.endswith(TRANSLATED)
        if not sentence or inputstring.startswith("---"):  # which may be settings of its own
            return super().parse(inputstring, document)
        settings = document.settings.env.myst_config
        if BookParser.kept[0] is not settings:
            BookParser.kept = settings, create_md_parser(settings, SphinxRenderer)
        parser = BookParser.kept[1]
        parser.options["document"] = document
        parser.render(inputstring)


@cache
def _defaults(parser):
    return get_default_settings(parser)


def make_document(source_path="notset", parser_cls=RestParser):
    """An empty document, as MyST makes one for each text and mostly throws it away."""
    return new_document(source_path, settings=_defaults(parser_cls).copy())


class ReadOnce:
    """Sphinx's ``publish_msgstr``, whose answer is kept for its second question.

    Sphinx first reads all sentences of a page to find its headings, and then reads them again.
    What the first reading has made is handed out once, unless it has become part of the page.
    """

    def __init__(self, publish):
        self.publish = publish
        self.page, self.read = "", {}

    def __call__(self, app, source, source_path, source_line, *rest):
        if source_path != self.page:
            self.page, self.read = source_path, {}
        key = source, source_line
        found = self.read.pop(key, None)
        if found is not None and all(child.parent is found for child in found.children):
            return found
        found = self.read[key] = self.publish(app, source, source_path, source_line, *rest)
        return found


def setup(app):
    """Our parser takes the place of the one that MyST-NB has registered."""
    app.add_source_parser(BookParser, override=True)
    base.make_document = make_document
    if not isinstance(i18n.publish_msgstr, ReadOnce):
        i18n.publish_msgstr = ReadOnce(i18n.publish_msgstr)
