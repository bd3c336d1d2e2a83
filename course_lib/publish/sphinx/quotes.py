"""A page is written again when what it quotes of others has changed, and not otherwise.

Sphinx writes the pages that it has read again. But a page also shows the titles of all others in
its list of chapters, the names of the sections that it leads to, and what its terms mean.
"""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

from docutils import nodes
from sphinx.addnodes import glossary, pending_xref

QUOTES, TERMS = "course_quotes", "course_terms"  # in what Sphinx keeps of each page
TITLES = ""  # a name that no page quotes: they all do


def note_quotes(app, doctree):
    """Keep which names a page refers to; and of a glossary, what each term means."""
    kept = app.env.metadata[app.env.docname]
    kept[QUOTES] = names_in(doctree)
    kept[TERMS] = {
        term.astext().lower(): (_digest(item.pformat()), names_in(item))
        for terms in doctree.findall(glossary)
        for item in terms.findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
    }


def names_in(node) -> list[str]:
    """The labels, terms and equations that the links of a node ask for."""
    return sorted({link["reftarget"].lower() for link in node.findall(pending_xref)})


def facts(env) -> dict[str, str]:
    """Name -> a digest of all that a page which refers to it may show of it."""
    found: dict[str, list] = defaultdict(list)
    std, maths = env.get_domain("std"), env.get_domain("math")
    for known in (std.labels, std.anonlabels, maths.equations):
        for name, place in known.items():
            found[name.lower()].append([str(part) for part in place])
    for kept in env.metadata.values():
        for term, (meaning, names) in kept.get(TERMS, {}).items():
            found[term].append((meaning, *(str(found.get(name)) for name in names if name != term)))
    found[TITLES] = [(page, env.titles[page].pformat()) for page in sorted(env.found_docs)]
    return {name: _digest(str(said)) for name, said in found.items()}


def pages_that_quote(app, env) -> Iterable[str]:
    """The pages to be written because of others."""
    if app.builder.name != "html":
        return []
    before, now = getattr(env, "course_facts", None), facts(env)
    env.course_facts = now
    if before is None:  # nothing has been written yet
        return []
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    if TITLES in changed:
        return sorted(env.found_docs)
    return [
        page
        for page in sorted(env.found_docs)
        if not changed.isdisjoint(env.metadata[page].get(QUOTES, ()))
    ]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def setup(app):
    """The order of the pages and the names of the parts are in ``course_pages`` (way.py)."""
    app.connect("doctree-read", note_quotes)
    app.connect("env-updated", pages_that_quote)
