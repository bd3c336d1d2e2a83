"""Pictures that were pasted into a written answer: which are kept, and where they are shown.

JupyterLab keeps them in the cell, ``attachments: {name: {kind: base64}}``, and the text names them
as ``![](attachment:name)``.
"""

import re
from urllib.parse import unquote

# No image/svg+xml: it is no picture of points but a document, with scripts and links to elsewhere.
KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
LARGEST = 6  # MB of one picture
_SIGN = "attachment:"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BLANKS = re.compile(r"\s+")


def kept(attachments: object) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Of a cell's attachments those that are pictures, and names of others, as far as to be told.

    Nothing is believed of what was handed in: it may be of any shape.
    """
    found: dict[str, dict[str, str]] = {}
    others: list[str] = []
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        kinds = kinds.items() if isinstance(kinds, dict) else ()
        pictures = {kind: _data(data) for kind, data in kinds if kind in KINDS}
        pictures = {kind: data for kind, data in pictures.items() if data}
        if pictures:
            found[str(name)] = pictures
        else:
            others.append(" ".join(str(name).split())[:60])
    return found, others[:3]


def _data(value: object) -> str:
    """The base64 in one line; empty where it is none or too much."""
    if not isinstance(value, str) or len(value) * 3 // 4 > LARGEST * 2**20:
        return ""
    data = _BLANKS.sub("", value)
    return data if _BASE64.fullmatch(data) else ""


def shown(address: str, attachments: dict) -> str:
    """The address of a picture in a text, as ``data:`` where it names one that is kept."""
    if not address.startswith(_SIGN):
        return address
    name = address.removeprefix(_SIGN)
    pictures, _others = kept({name: attachments.get(name) or attachments.get(unquote(name))})
    for kind, data in pictures.get(name, {}).items():
        return f"data:{kind};base64,{data}"
    return address
