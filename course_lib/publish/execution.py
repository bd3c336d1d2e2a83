"""Execute the pages of the book, two at a time, each once for all languages.

Sphinx would execute one page after the other. Here the pages that need it are executed first, and
their results put where MyST-NB looks for them, so that Sphinx finds them all. What a page was
executed with is kept in ``executed.json``: its own code and the files of course_lib behind it.
"""

import json
import os
import shutil
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import yaml

from course_lib.bench import results
from course_lib.files import write_atomically
from course_lib.quick_start import end_with_parent

from .behind import Library, cells
from .config import COUNTED, LIBRARY, execution_cache, fingerprint, read_config, words_of
from .sphinx_run import Problem, failed_cell

AT_A_TIME = 2
RECORD = "executed.json"
STAMPS = "stamps"


@dataclass(frozen=True)
class Executed:
    """How it went with one page: the notebook with its outputs, or why there is none."""

    notebook: str = ""
    seconds: float = 0.0
    failure: str = ""


def pages(root: Path) -> list[Path]:
    """The pages of ``_toc.yml`` that have a file, in reading order."""
    found: list[Path] = []

    def walk(entry) -> None:
        if isinstance(entry, list):
            for part in entry:
                walk(part)
        elif isinstance(entry, dict):
            for key, value in entry.items():
                if key in ("root", "file"):
                    found.append(root / f"{str(value).removesuffix('.md')}.md")
                else:
                    walk(value)

    walk(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8")))
    return [page for page in found if page.is_file()]


def wanted(root: Path) -> dict[str, str]:
    """Page, such as ``book/gates/lstm`` -> fingerprint of all that its outputs depend on."""
    library = Library(LIBRARY)
    found = {}
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        sources = cells(text)
        if sources:
            behind = library.behind(text)
            said = words_of([f"course_lib/{f.relative_to(LIBRARY).as_posix()}" for f in behind])
            name = page.relative_to(root).with_suffix("").as_posix()
            code = "\n".join([_front_matter(text), *sources, said])
            if LIBRARY / "bench/results.py" in behind and results.FILE.is_file():
                behind = [*behind, results.FILE]  # measured anew, the page shows it anew
            found[name] = fingerprint(behind, COUNTED, code)
    return found


def stamp(root: Path, page: str) -> Path:
    """A file that is newer whenever the outputs of ``page`` are; Sphinx watches it."""
    return execution_cache(root) / STAMPS / page


def execute_pages(
    root: Path, progress: Callable[[int, int, str], None] = lambda done, of, page: None
) -> list[Problem]:
    """Execute what has changed; returns the problems. ``progress(done, of, page)`` is told.

    A page that fails stops none of the others, so that one build names all that is to be mended.
    """
    cache = execution_cache(root)
    _drop_others(cache)
    cache.mkdir(parents=True, exist_ok=True)
    record, now = _read_record(cache), wanted(root)
    todo = [page for page, key in now.items() if record.get(page, {}).get("key") != key]
    if not todo:
        return []
    # The longest first: then the two ends come close to each other. A new page may be long.
    todo.sort(key=lambda page: -record.get(page, {}).get("seconds", 60))
    problems, config = [], read_config(root)
    timeout = (config.get("execute") or {}).get("timeout", 300)
    extensions = (config.get("parse") or {}).get("myst_enable_extensions") or []
    methods = {"mp_context": get_context("spawn"), "initializer": _prepare}
    with ProcessPoolExecutor(min(AT_A_TIME, len(todo)), **methods) as pool:
        running = {
            pool.submit(execute_page, root / f"{page}.md", timeout, extensions): page
            for page in todo
        }
        progress(0, len(todo), todo[0])
        try:
            for done, future in enumerate(as_completed(running), start=1):
                page, result = running[future], future.result()
                if result.failure:
                    problems.append(_problem(root / f"{page}.md", page, result.failure))
                else:
                    _keep(root, page, result)
                    record[page] = {"key": now[page], "seconds": round(result.seconds, 1)}
                    _write_record(cache, {name: record[name] for name in now if name in record})
                progress(done, len(todo), page)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sorted(problems, key=lambda problem: problem.page)


def execute_page(page: Path, timeout: int, extensions: list[str]) -> Executed:
    """Execute one page in a kernel of its own; runs in a process of the pool."""
    from time import perf_counter

    import nbformat
    from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
    from myst_parser.config.main import MdParserConfig
    from nbclient import NotebookClient

    text = page.read_text(encoding="utf-8")
    if not is_myst_markdown_notebook(text):
        return Executed(failure="it has code cells but no jupytext head, so nothing would run")
    settings = MdParserConfig(enable_extensions=set(extensions))
    notebook = read_myst_markdown_notebook(text, settings, add_source_map=True, path=str(page))
    timeout = notebook.metadata.get("mystnb", {}).get("execution_timeout", timeout)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        record_timing=False,  # it would be part of what the cache finds the notebook by
        resources={"metadata": {"path": str(page.parent)}},
    )
    started = perf_counter()
    try:
        client.execute()
    except Exception:  # a cell, the time allowed, or the kernel itself
        return Executed(failure=traceback.format_exc())
    return Executed(nbformat.writes(notebook), perf_counter() - started)


def _prepare() -> None:
    """In a process of the pool: one thread for each kernel, this very course_lib, and silence
    about how kernels talk; what goes wrong comes back as an exception. It ends with the build."""
    end_with_parent()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    inherited = os.environ.get("PYTHONPATH")
    paths = [str(LIBRARY.parent), inherited] if LIBRARY.name == "course_lib" else [inherited]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def _keep(root: Path, page: str, result: Executed) -> None:
    """Put the outputs where MyST-NB finds them, and tell Sphinx that they are new."""
    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    notebook = nbformat.reads(result.notebook, as_version=4)
    bundle = CacheBundleIn(
        notebook, str(root / f"{page}.md"), data={"execution_seconds": result.seconds}
    )
    cache = get_cache(str(execution_cache(root)))
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    mark = stamp(root, page)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _problem(path: Path, page: str, failure: str) -> Problem:
    if failure.startswith("Traceback"):
        line, text = failed_cell(path, failure)
    else:
        line, text = None, failure
    return Problem(f"{page}.md", line, text)


def _front_matter(text: str) -> str:
    return text.partition("\n---")[0] if text.startswith("---") else ""


def _read_record(cache: Path) -> dict:
    try:
        return json.loads((cache / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write_record(cache: Path, record: dict) -> None:
    write_atomically(cache / RECORD, json.dumps(record, indent=1))


def _drop_others(cache: Path) -> None:
    """What builds of an older course left behind: one folder for each state of the library."""
    for folder in cache.parent.glob("*"):
        if folder != cache and folder.is_dir():
            shutil.rmtree(folder)
