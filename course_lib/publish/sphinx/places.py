"""Where a notebook of this site can be opened besides one's own JupyterLab.

Colab and Binder read a public repository, the one of ``repository: url`` in ``_config.yml``; while
that is empty, no page mentions them. They open the notebooks of the site itself, in the language of
the page, from the branch that the site is published on.
"""

from urllib.parse import quote, urlsplit


def open_places(url: str, branch: str, path: str) -> dict[str, str]:
    """Colab's and Binder's addresses of the notebook at ``path`` of the branch of a repository.

    Colab knows GitHub only; Binder any place. None without a repository.
    """
    if not url:
        return {}
    place = urlsplit(url.removesuffix("/").removesuffix(".git"))
    name, at = place.path.strip("/"), quote(branch, safe="")
    inside = quote(f"lab/tree/{path}", safe="")
    if place.hostname == "github.com":
        colab = f"https://colab.research.google.com/github/{name}/blob/{branch}/{quote(path)}"
        return {
            "Colab": colab,
            "Binder": f"https://mybinder.org/v2/gh/{name}/{at}?urlpath={inside}",
        }
    kind = "gl" if place.hostname == "gitlab.com" else "git"
    where = quote(name if kind == "gl" else url, safe="")
    return {"Binder": f"https://mybinder.org/v2/{kind}/{where}/{at}?urlpath={inside}"}


def repository(app) -> tuple[str, str]:
    """The address of the repository, and the branch that the site is published on."""
    options = app.config.html_theme_options
    return options.get("repository_url") or "", options.get("repository_branch") or "gh-pages"


def places_of(app, path: str) -> dict[str, str]:
    """``open_places`` of a file of this language's site."""
    return open_places(*repository(app), f"{app.config.language}/{path}")


def first_cell(language: str, url: str) -> str:
    """What a notebook of this course must run first away from home; "" when there is nothing."""
    lines = []
    if url:
        lines.append(
            "try:\n    import course_lib\nexcept ModuleNotFoundError:  # on Colab or Binder\n"
            f'    %pip install --quiet "git+{url.removesuffix("/")}"'
        )
    if language != "en":
        lines.append(f'from course_lib.i18n import set_language\n\nset_language("{language}");')
    return "\n\n".join(lines)


def code_cell(source: str, name: str, metadata: dict | None = None) -> dict:
    """A code cell that has not run."""
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata or {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def setup(app):
    """Where the server of ``course lab`` answers."""
    app.add_config_value("course_lab_url", "", "html")
