"""What a page wrote goes with the page: Sphinx leaves it in a folder that is published whole."""

from pathlib import Path

from .exercise_link import notebook


def outputs(folder: Path, page: str) -> list[Path]:
    """The files that a page of the book writes below ``folder``, there or not."""
    chapter = page.removeprefix("book/")
    sources = sorted((folder / "_sources").glob(f"{page}.*"))
    return [
        folder / f"{page}.html",
        folder / "_blocks" / f"{page}.js",
        folder / "notebooks" / f"{chapter}.ipynb",
        *sources,
    ]


def unlink_outputs(app, exception):
    """Leave only what the pages of this build write. Every page writes its blocks, so those tell
    which pages there have been, in this build or in any before it."""
    if exception or app.builder.name != "html":
        return
    folder, env = Path(app.outdir), app.env
    blocks = folder / "_blocks"
    written = [path.relative_to(blocks).with_suffix("").as_posix() for path in blocks.rglob("*.js")]
    for page in written:
        if page not in env.found_docs:
            for path in outputs(folder, page):
                path.unlink(missing_ok=True)
    asked = {Path(name).name for files in env.dependencies.values() for name in files}
    for path in (folder / "exercises").glob("*/*"):
        if path.name not in asked or not notebook(app, path.parent.name).is_file():
            path.unlink()
    pictures = {name for _, name in env.images.values()}
    for path in (folder / "_images").glob("*"):
        if path.name not in pictures:
            path.unlink()


def setup(app):
    """Once the build is done, so that one that fails takes nothing away."""
    app.connect("build-finished", unlink_outputs)
