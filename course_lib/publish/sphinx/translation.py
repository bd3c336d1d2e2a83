"""Mends for three places where Sphinx's translation and MyST do not meet; and a mark on what stands
in English because nobody translated it yet."""

from pathlib import Path

import polib
from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import extract_messages


class TranslatableBlocks(SphinxTransform):
    """Runs before Sphinx looks for translations.

    A display formula is the same in every language, and Sphinx would rebuild a translated one as
    an empty block. A paragraph in a pipe table carries no source, so Sphinx would pass it over.
    """

    default_priority = 5

    def apply(self, **kwargs):
        for block in self.document.findall(nodes.math_block):
            block["translatable"] = False
        for entry in self.document.findall(nodes.entry):
            for paragraph in entry.findall(nodes.paragraph):
                if paragraph.rawsource and not paragraph.source:
                    paragraph.source, paragraph.line = self.document["source"], entry.line or 1


class UntranslatedBlocks(SphinxTransform):
    """Runs after Sphinx has put the translations in: what has none says that it is English.

    Docutils writes the class ``language-en`` as ``lang="en"``.
    """

    default_priority = 22

    def apply(self, **kwargs):
        if self.config.language == "en":
            return
        for node in {id(node): node for node, _ in extract_messages(self.document)}.values():
            if not node.get("translated") and not isinstance(node, nodes.image):
                node["classes"] += ["untranslated", "language-en"]


def translate_captions(app, config):
    """Captions of the parts in ``_toc.yml``: Sphinx extracts them, and nobody applies them."""
    if config.language == "en":
        return
    root = config.external_site_map.root
    for folder in config.locale_dirs:
        name = f"{folder}/{config.language}/LC_MESSAGES/{root.docname}.po"
        catalog = Path(app.srcdir) / name
        if not catalog.is_file():
            continue
        said = {e.msgid: e.msgstr for e in polib.pofile(str(catalog)) if e.translated()}
        for page in config.external_site_map.values():
            for part in page.subtrees:
                if part.caption:
                    part.caption = said.get(part.caption, part.caption)


def setup(app):
    """The captions are read by sphinx-external-toc at priority 900, so ours come after."""
    app.add_transform(TranslatableBlocks)
    app.add_transform(UntranslatedBlocks)
    app.connect("config-inited", translate_captions, priority=950)
