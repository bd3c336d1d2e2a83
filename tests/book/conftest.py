"""A tiny book in a temporary folder: two pages, real Sphinx, and no torch, so that it is quick."""

import json
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from course_lib.publish.build import build_book

ROOT = Path(__file__).parents[2]
HEAD = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""


class Book:
    """A course of two pages that a test can write into and build."""

    def __init__(self, root: Path):
        self.root = root
        config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
        (root / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        toc = {
            "format": "jb-book",
            "root": "book/welcome",
            "parts": [{"caption": "The part", "chapters": [{"file": "book/page"}]}],
        }
        (root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
        (root / "book").mkdir()
        (root / "book" / "web").symlink_to(ROOT / "book" / "web")
        (root / "course_lib").mkdir()
        self.write("welcome", "# Welcome\n\nHello.\n")
        self.write("page", "# Page\n\nText.\n")
        self.console = Console(record=True, width=200, file=(root / "console.txt").open("w"))

    def write(self, page: str, text: str) -> None:
        (self.root / "book" / f"{page}.md").write_text(text, encoding="utf-8")

    def cells(self, page: str, *cells: str) -> None:
        body = "\n\n".join(f"```{{code-cell}} ipython3\n{cell}\n```" for cell in cells)
        self.write(page, f"{HEAD}# Page\n\n{body}\n")

    def notebook(self, language: str, assignment: str) -> Path:
        path = self.root / "exercises" / language / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def build(self, *languages: str) -> Path:
        return build_book(self.root, languages or ("en",), self.console)

    def html(self, page: str, language: str = "en") -> str:
        path = self.root / "_build" / "html" / language / "book" / f"{page}.html"
        return path.read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book that builds as it is, with a library of its own behind its pages."""
    for module in ("build", "config", "execution"):
        monkeypatch.setattr(f"course_lib.publish.{module}.LIBRARY", tmp_path / "course_lib")
    return Book(tmp_path)
