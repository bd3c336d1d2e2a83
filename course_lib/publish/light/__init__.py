"""Make a built edition light: what a page needs, once, under names that change with the content.

Sphinx and its theme send nine style sheets, a dozen scripts and 150 KB of icons with every page.
Here, in the copy that is published, the style sheets become one without the rules that no page
uses, the fonts hold the signs that the pages hold, pictures are WebP and know their size, and
scripts wait until the page is shown.
"""

from pathlib import Path

from .pages import Edition


def lighten(folder: Path, cache: Path) -> None:
    """Rewrite the edition in ``folder``; what takes long is kept in ``cache`` for the next time."""
    cache.mkdir(parents=True, exist_ok=True)
    Edition(folder, cache).rewrite()
