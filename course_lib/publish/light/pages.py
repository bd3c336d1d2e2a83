"""The pages of one edition, rewritten to ask for less."""

import posixpath
import re
from functools import cached_property
from hashlib import sha256
from html import unescape
from pathlib import Path

from . import css, fonts, pictures

STATIC = "_static"
MATHS_FONT = "stix-two-math.woff2"
_STYLE = re.compile(r"[ \t]*<link\b[^>]*\brel=\"stylesheet\"[^>]*>\n?")
_PRELOAD = re.compile(r"[ \t]*<link\b[^>]*\brel=\"preload\"[^>]*>\n?")
_SCRIPT = re.compile(
    r"[ \t]*<script\b(?P<before>[^>]*?)\bsrc=\"(?P<src>[^\"]+)\"(?P<after>[^>]*)></script>\n?"
)
_ICON = re.compile(r"(?P<tag><link\b[^>]*\brel=\"icon\"[^>]*\bhref=\")(?P<href>[^\"?]+)(?=\")")
_HREF = re.compile(r"href=\"([^\"]+)\"")
_IMG = re.compile(r"<img\b(?P<before>[^>]*?)\bsrc=\"(?P<src>[^\"]+\.png)\"(?P<after>[^>]*?)\s*/?>")
_MATH = re.compile(r"<math.*?</math>", re.S)
_NAMES = re.compile(r"\b(?:class|id)=\"([^\"]*)\"")
_WORD = re.compile(r"-?[A-Za-z_][\w-]*")
# The search asks for its index when somebody searches, which is on a page of its own.
SEARCH_ONLY = (
    "searchtools.js",
    "language_data.js",
    "searchindex.js",
    "search-zh.js",
    "search.js",
)
# The icons come from the font; the script would draw them a second time.
NEEDLESS = ("fontawesome.js",)
# Read by the small scripts in the page itself, which do not wait.
AT_ONCE = "documentation_options.js"
# A picture knows its size, so that nothing moves when it comes, and still fits a narrow column.
SIZED = "img[width][height]{max-width:100%;height:auto}"

# A font inside a style sheet is still decoded beside the page. Text that were shown before would
# be drawn twice, and its lines would move; so it is shown with the font, or after a moment anyway.
WITH_THE_FONT = (
    "<style>.maths-wait article{visibility:hidden}</style>\n"
    "<script>{const root = document.documentElement.classList; root.add('maths-wait');"
    "const show = () => root.remove('maths-wait');"
    "document.fonts.load('16px \"Course Math\"').then(show, show); setTimeout(show, 600);}"
    "</script>\n"
)


class Edition:
    """One language of the site as Sphinx left it, to be rewritten in place."""

    def __init__(self, folder: Path, cache: Path):
        self.folder, self.cache = folder, cache
        self.texts = {
            path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html"))
        }
        self._bundles: dict[tuple[str, ...], str] = {}
        self._pictures: dict[Path, pictures.Picture] = {}
        self._bundled: set[Path] = set()

    def rewrite(self) -> None:
        """Every page, and the files that no page asks for any more."""
        for path, text in self.texts.items():
            path.write_text(self._page(path, text), encoding="utf-8")
        for sheet in self._bundled:
            sheet.unlink(missing_ok=True)

    def _page(self, path: Path, text: str) -> str:
        up = posixpath.relpath(".", path.parent.relative_to(self.folder).as_posix())
        up = "" if up == "." else f"{up}/"
        text = _PRELOAD.sub("", text)
        text = self._one_style_sheet(path, text, up)
        text = _ICON.sub(lambda found: self._icon(path, found), text)
        text = _SCRIPT.sub(lambda found: self._script(path, found), text)
        return _IMG.sub(lambda found: self._picture(path, found, up), text)

    # ---- style sheets
    def _one_style_sheet(self, path: Path, text: str, up: str) -> str:
        links = [link for link in _STYLE.findall(text) if self._local(path, _HREF.search(link)[1])]
        if not links:
            return text
        sheets = tuple(self._local(path, _HREF.search(link)[1]).as_posix() for link in links)
        names = [self._bundle(sheets)]
        if "<math" in text and self._maths:
            names.append(self._maths)
        made = "".join(f'<link rel="stylesheet" href="{up}{STATIC}/{name}" />\n' for name in names)
        if len(names) > 1:
            made += WITH_THE_FONT
        text = text.replace(links[0], made, 1)
        for link in links[1:]:
            text = text.replace(link, "", 1)
        return text

    def _bundle(self, sheets: tuple[str, ...]) -> str:
        """The name of one style sheet for all of ``sheets``, in their order."""
        if sheets not in self._bundles:
            paths = [self.folder / name for name in sheets]
            used = {
                path: css.kept_part(
                    css.without_font(css.whole(path), MATHS_FONT), self._names, self.cache
                )
                for path in paths
            }
            icons = set().union(*map(css.icons, used.values()))
            parts = [
                css.replace_urls(text, lambda url, path=path: self._url(path, url, icons))
                for path, text in used.items()
            ]
            self._bundled.update(paths)
            self._bundles[sheets] = self._write("book", "css", "\n".join([SIZED, *parts]))
        return self._bundles[sheets]

    def _url(self, sheet: Path, url: str, signs: set[str]) -> str:
        """What a style sheet loads, as the bundle must write it; fonts become part of it."""
        plain = url.partition("?")[0].partition("#")[0]
        target = Path(posixpath.normpath((sheet.parent / plain).as_posix()))
        if target.suffix == ".woff2" and target.name != MATHS_FONT and target.is_file():
            return fonts.data_url(fonts.subset(target, signs, self.cache))
        where = posixpath.relpath(target.as_posix(), (self.folder / STATIC).as_posix())
        return f"{where}?v={_digest(target.read_bytes())}" if target.is_file() else where

    @cached_property
    def _maths(self) -> str:
        """The name of the style sheet with the font of the formulas."""
        font = next(self.folder.glob(f"{STATIC}/**/{MATHS_FONT}"), None)
        if font is None:
            return ""
        text = "".join(found[0] for page in self.texts.values() for found in _MATH.finditer(page))
        signs = fonts.signs_of_maths(unescape(re.sub(r"<[^>]*>", "", text)))
        url = fonts.data_url(fonts.subset(font, signs, self.cache))
        face = f'@font-face{{font-family:"Course Math";src:url("{url}") format("woff2")}}'
        return self._write("maths", "css", face)

    @cached_property
    def _names(self) -> frozenset[str]:
        """Every class and id of the pages, and every word of the scripts, which may add some."""
        names: set[str] = set()
        for text in self.texts.values():
            for found in _NAMES.finditer(text):
                names.update(found[1].split())
            for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.S):
                names.update(_WORD.findall(script))
        for path in (self.folder / STATIC).rglob("*.js"):
            names.update(_WORD.findall(path.read_text(encoding="utf-8")))
        return frozenset(names)

    # ---- scripts
    def _script(self, path: Path, found: re.Match) -> str:
        local = self._local(path, found["src"])
        if local is None:
            return found[0]
        if local.name in NEEDLESS:
            return ""
        if local.name in SEARCH_ONLY and path.name != "search.html":
            return ""
        if local.name == AT_ONCE:
            code = (self.folder / local).read_text(encoding="utf-8").strip()
            return f"<script>{code}</script>\n"
        src = found["src"]
        if "?" not in src:
            src += f"?v={_digest((self.folder / local).read_bytes())}"
        attributes = re.sub(
            r"\b(?:defer|async)(?:=\"[^\"]*\")?", "", found["before"] + found["after"]
        )
        attributes = " ".join(["defer", *attributes.split()])
        return f'<script {attributes} src="{src}"></script>\n'

    # ---- pictures
    def _icon(self, path: Path, found: re.Match) -> str:
        local = self._local(path, found["href"])
        version = f"?v={_digest((self.folder / local).read_bytes())}" if local else ""
        return f"{found[0]}{version}"

    def _picture(self, path: Path, found: re.Match, up: str) -> str:
        local = self._local(path, found["src"])
        if local is None:
            return found[0]
        if local not in self._pictures:
            self._pictures[local] = pictures.publish(self.folder / local, self.cache)
        picture = self._pictures[local]
        src = f"{up}{local.parent.as_posix()}/{picture.name}"
        attributes = " ".join((found["before"] + found["after"]).split())
        if "width" not in attributes and "height" not in attributes:
            attributes += f' width="{picture.width}" height="{picture.height}"'
        return f'<img {attributes} src="{src}" />'

    # ---- files
    def _local(self, path: Path, url: str) -> Path | None:
        """The file of this edition behind a page's ``url``, relative to the edition."""
        plain = url.partition("?")[0]
        if re.match(r"[a-z]+:|//", plain):
            return None
        where = path.relative_to(self.folder).parent.as_posix()
        local = Path(posixpath.normpath(posixpath.join(where, plain)))
        known = (self.folder / local).is_file() or local in self._pictures
        return local if known else None

    def _write(self, stem: str, ending: str, text: str) -> str:
        """Write ``text`` under a name that changes with it."""
        name = f"{stem}.{_digest(text.encode())}.{ending}"
        (self.folder / STATIC / name).write_text(text, encoding="utf-8")
        return name


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]
