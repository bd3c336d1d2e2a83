"""How many processes build the book."""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial

import psutil
import pytest
import yaml

from course_lib.publish import build, sphinx_run
from course_lib.publish.config import derive, execution_cache


@pytest.mark.parametrize(
    ("processors", "languages", "each"),
    [
        (1, ["en"], 1),
        (2, ["en"], 2),
        (2, ["en", "id", "zh_CN"], 1),
        (6, ["en", "id"], 3),
        (64, ["en", "id", "zh_CN"], 4),
    ],
)
def test_each_language_gets_its_part_of_the_processors_and_four_at_most(
    book, monkeypatch, processors, languages, each
):
    given = []
    monkeypatch.setattr(build, "usable_processors", lambda: processors)
    monkeypatch.setattr(build, "run_book", lambda *_, jobs, **__: given.append(jobs) or [])
    build._build_all(book.root, languages, book.console)
    assert given == [each] * len(languages)


def test_the_processors_are_those_that_this_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7}, raising=False)
    assert build.usable_processors() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert build.usable_processors() == 5


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
@pytest.mark.parametrize("phase", ["reading", "writing"])
def test_as_many_processes_read_and_write_as_are_asked_for(book, monkeypatch, phase):
    names = [f"page{number}" for number in range(8)]
    toc = {"format": "jb-book", "root": "book/page0"}
    toc["chapters"] = [{"file": f"book/{name}"} for name in names[1:]]
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    work = book.root / "work"
    pages = work / "_build/html/book"
    pages.mkdir(parents=True)
    os.mkfifo(book.root / "pipe.txt")
    for name in names:  # whoever reads or writes a page waits for the other end of a pipe
        read = "```{include} ../pipe.txt\n```" if phase == "reading" else "Text."
        book.write(name, f"# Page\n\n{read}\n")
        if phase == "writing" and name != names[0]:  # which the first process writes before
            os.mkfifo(pages / f"{name}.html")

    started = []

    def start(*command, **options):
        started.append(popen(*command, **options))
        return started[0]

    popen = subprocess.Popen
    monkeypatch.setattr(sphinx_run.subprocess, "Popen", start)
    config = derive(book.root, "en", execution_cache(book.root))
    run = partial(sphinx_run.run_book, book.root, config, work, jobs=2)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        if phase == "writing":
            wait_for((work / "_build/.doctrees/environment.pickle").is_file)
        wait_for(lambda: started and psutil.Process(started[0].pid).children())
        time.sleep(0.7)  # for one too many
        assert len(psutil.Process(started[0].pid).children()) == 2
    finally:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(started[0].pid)
            for each in [*process.children(), process]:
                each.kill()
        thread.join()


def wait_for(happens, seconds=20):
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it does not happen"
        time.sleep(0.05)
