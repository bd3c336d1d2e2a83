"""What bilingual reading sets beneath another language: a page's text and nothing else.

Cut out of the page as Sphinx has written it. A tree of each page, made to drop parts of it, took
a fifth of the time of a build.
"""

import re

# Never repeated beneath the text: code, figures, scripts, permalinks.
CLASSES = frozenset({"cell", "highlight", "headerlink", "exercise-link", "course-map"})
TAGS = frozenset({"img", "svg"})

_RAW = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.S | re.I)
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)(?P<rest>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
)
_CLASS = re.compile(r"\sclass=(?P<quote>[\"'])(?P<names>.*?)(?P=quote)", re.S)
_BLANK = re.compile(r">\s*\n\s*<")
_ID = re.compile(r"\sid=(?P<quote>[\"']).*?(?P=quote)", re.S)


def only_text(body: str) -> str:
    """The body of a page without what is not text, and without ids, which a page may have once.

    Raises ValueError when something to leave out has no end: all that follows would be lost.
    """
    body = _RAW.sub("", body)
    kept, at = [], 0
    # The tag of the element that is left out, how often it is open, and how it began.
    outer, depth, opening = "", 0, ""
    for tag in _TAG.finditer(body):
        alone = tag["name"] == "img" or tag[0].endswith("/>")
        if depth:
            if tag["name"] == outer and not alone:
                depth += -1 if tag["end"] else 1
            at = tag.end()
        elif tag["end"]:
            continue
        elif _left_out(tag):
            kept.append(body[at : tag.start()])
            at = tag.end()
            outer, depth, opening = tag["name"], int(not alone), tag[0]
        elif " id=" in tag["rest"]:
            kept += [body[at : tag.start()], _ID.sub("", tag[0])]
            at = tag.end()
    if depth:
        raise ValueError(f"{opening} is not closed")
    return _BLANK.sub(">\n<", "".join([*kept, body[at:]]))


def _left_out(tag: re.Match) -> bool:
    names = _CLASS.search(tag["rest"])
    return tag["name"] in TAGS or bool(names and not CLASSES.isdisjoint(names["names"].split()))
