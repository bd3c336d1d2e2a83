"""Write a .po file that only changes when a sentence does: no dates, no line numbers."""

import re
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from course_lib.i18n import LANGUAGES

from .sources import Source
from .version import headers

_DATES = re.compile(
    rb'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By'
    rb'|Report-Msgid-Bugs-To|Project-Id-Version):.*"\n',
    re.M,
)
# Babel breaks the line of a long "#| msgid" comment, which polib then cannot read.
_WRAPPED = re.compile(rb'\n#\| (?!msgid |")')
_LAST = b'"Content-Transfer-Encoding: 8bit\\n"\n'
HEADER = """\
# {language}: {name}
# An empty msgstr shows the English. `course translate update` brings new and changed sentences;
# one marked fuzzy was translated before the English changed: mend it and delete the mark."""


def merge(source: Source, path: Path, language: str) -> bool:
    """Bring the catalog at ``path`` up to the source; True when the file changed.

    New sentences come empty, changed ones keep their translation marked fuzzy, and those that
    are gone from the source are dropped.
    """
    template = Catalog()
    for at, message in enumerate(source.messages):
        places = source.places[at] if source.places else ()
        template.add(message, locations=[(place, None) for place in places])
    before = path.read_bytes() if path.is_file() else b""
    catalog = read_po(BytesIO(before), locale=language) if before else Catalog(locale=language)
    catalog.update(template, update_creation_date=False)
    # Babel takes the line "#| msgid", what a fuzzy sentence was before, for a comment.
    old = polib.pofile(str(path)) if before else None
    previous = {e.msgid: e.previous_msgid for e in old or ()}
    for message in catalog:
        message.user_comments = [c for c in message.user_comments if not c.startswith("|")]
        if message.fuzzy and not message.previous_id and previous.get(message.id):
            message.previous_id = [previous[message.id]]
    catalog.header_comment = HEADER.format(language=LANGUAGES[language], name=source.name)
    catalog.fuzzy = False
    if source.markdown:  # Babel takes the braces of a role for those of str.format
        for message in catalog:
            message.flags -= {"python-format", "python-brace-format"}
    written = BytesIO()
    write_po(written, catalog, width=0, ignore_obsolete=True, include_previous=True)
    after = _WRAPPED.sub(b" ", _DATES.sub(b"", written.getvalue()))
    said = "".join(f'"{name}: {text}\\n"\n' for name, text in headers(old, source.messages).items())
    after = after.replace(_LAST, _LAST + said.encode(), 1)  # Babel writes no headers but its own
    if after == before:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(after)
    return True
