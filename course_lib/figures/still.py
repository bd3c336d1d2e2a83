"""The small drawing kit of the still pictures: inline SVG with words in every language.

Inline, so that one style sheet chooses the words by the language of the page, without JavaScript.
"""

import struct
import zlib
from base64 import b64encode
from html import escape


class Picture:
    """An SVG of ``width`` × ``height`` px that is drawn from left to right and never edited."""

    def __init__(self, width: float, height: float, words: dict, language: str = ""):
        self.width, self.height = width, height
        # A figure told which language to speak has that one only.
        self.spoken = {language: words[language]} if language else words
        self.parts: list[str] = []

    def rect(self, x, y, width, height, kind="", **style):
        """A rectangle whose top left corner is (x, y)."""
        self._add("rect", kind, style, x=x, y=y, width=width, height=height, rx=4)

    def square(self, x, y, width, height, kind="", **style):
        """A rectangle with square corners: a pixel, a bar."""
        self._add("rect", kind, style, x=x, y=y, width=width, height=height)

    def line(self, x1, y1, x2, y2, kind="wire"):
        """A straight line."""
        self._add("line", kind, {}, x1=x1, y1=y1, x2=x2, y2=y2)

    def arrow(self, x1, y1, x2, y2):
        """A horizontal or vertical line with a small head at its end."""
        self.line(x1, y1, x2, y2)
        dx, dy = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        head = [
            (x2, y2),
            (x2 - 6 * dx - 3.5 * dy, y2 - 6 * dy - 3.5 * dx),
            (x2 - 6 * dx + 3.5 * dy, y2 - 6 * dy + 3.5 * dx),
        ]
        self._add("polygon", "head", {}, points=" ".join(f"{x:g},{y:g}" for x, y in head))

    def image(self, png: bytes, x, y, width, height):
        """A small picture, enlarged pixel by pixel."""
        href = f"data:image/png;base64,{b64encode(png).decode('ascii')}"
        look = {"image-rendering": "pixelated"}
        self._add("image", "", look, href=href, x=x, y=y, width=width, height=height)

    def text(self, text, x, y, kind="", size=13, anchor="middle", language=""):
        """A line of text whose base line passes (x, y)."""
        lang = f' lang="{language.replace("_", "-")}"' if language else ""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" '
            f'class="{kind}"{lang}>{escape(text)}</text>'
        )

    def maths(self, letter, index, x, y, size=17):
        """A bold letter with an index below it, as in the book's maths."""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" class="name">{bold(letter)}'
            f'<tspan dy="4" font-size="{size * 0.7:g}" class="index">{escape(index)}</tspan></text>'
        )

    def words(self, key, x, y, size=13, anchor="start", kind="words"):
        """The words of the figure called ``key``, in every language; the page shows its own."""
        for language, texts in self.spoken.items():
            only = language if len(self.spoken) > 1 else ""
            self.text(texts[key], x, y, kind, size, anchor, language=only)

    def cell(self, x, y, width, height, value, *, feel=None, full=1.0, digits=2):
        """A number in a box centred at (x, y), shaded by its value, or by how strongly it feels."""
        shade = abs(value) / full if feel is None else feel
        colour = "neg" if feel is None and value < 0 else "pos"
        box = {"x": x - width / 2, "y": y - height / 2, "width": width, "height": height, "rx": 5}
        self._add("rect", "paper", {}, **box)
        self._add("rect", f"{colour} edge", {"fill-opacity": f"{min(1, shade):.2f}"}, **box)
        if feel is None:
            self.text(signed(value, digits), x, y + 4, size=12)
        else:
            self.text(signed(value), x, y - 5, size=11)
            self.text(signed(feel), x, y + 13, size=13, kind="strong")

    def gate(self, x, y, gate, is_open):
        """A gate of the memory cell: O open, — closed."""
        self._add("circle", f"gate-{gate} " + ("open" if is_open else "shut"), {}, cx=x, cy=y, r=14)
        self.text(
            "O" if is_open else "—", x, y + 5, size=14, kind=f"sign {'' if is_open else 'off'}"
        )

    def svg(self) -> str:
        """The finished drawing. Its numbers are hidden from screen readers: the title speaks."""
        return (
            f'<svg aria-hidden="true" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" '
            f'xmlns="http://www.w3.org/2000/svg">{"".join(self.parts)}</svg>'
        )

    def _add(self, tag, kind, style, **numbers):
        attributes = "".join(
            f' {name}="{value:g}"' if isinstance(value, (int, float)) else f' {name}="{value}"'
            for name, value in numbers.items()
        )
        look = ";".join(f"{name}:{value}" for name, value in style.items())
        self.parts.append(
            f"<{tag}{attributes}{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}"
            f"{f' style={chr(34)}{look}{chr(34)}' if look else ''}/>"
        )


def bold(letter: str) -> str:
    """The letter as a bold part of a text; nothing for no letter."""
    return f'<tspan class="strong">{escape(letter)}</tspan>' if letter else ""


def grouped(number: int) -> str:
    """12 345 678, with narrow spaces that do not break."""
    return f"{number:,}".replace(",", "\u202f")


def signed(value: float, digits: int = 2) -> str:
    """A number as the figures print it: two decimals, a real minus sign, no "−0.00"."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def grey_png(rows: list[list[int]]) -> bytes:
    """Rows of whole numbers from 0, black, to 255, white, as a PNG file."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = b"".join(b"\0" + bytes(row) for row in rows)  # each row says that it has no filter
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
