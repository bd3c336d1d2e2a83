"""Run Jupyter Book once, in a process of its own, and turn what it says into problems."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

COMMAND = "course_lib.publish.sphinx_process"

# "/somewhere/book/page.md:12: WARNING: text", where path and line may be missing; of a translated
# sentence "/somewhere/book/page.md:12:<translated>:1: WARNING: text".
_MESSAGE = re.compile(
    r"^(?:(?P<path>[^\s:][^:]*?)(?::(?P<line>\d+))?(?::<translated>(?::\d+)?)?: )?"
    r"(?P<level>WARNING|ERROR|CRITICAL): (?P<text>.*)"
)
# "reading sources... [ 50%] book/gates/lstm"
_PROGRESS = re.compile(r"^(?P<task>[a-z ]+)\.\.\. \[ *(?P<percent>\d+)%\] (?P<page>\S+)")
_CELL = re.compile(r"^-{10,}\n(?P<source>.*?)\n-{10,}\n", re.S | re.M)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Problem:
    """One reason why a build failed, as a sentence with its place."""

    page: str
    line: int | None
    text: str

    def __str__(self) -> str:
        place = f"{self.page}, line {self.line}" if self.line else self.page
        return f"{place}: {self.text}" if place else self.text


def run_book(
    root: Path,
    config: dict,
    work: Path,
    *,
    builder: str = "html",
    jobs: int = 1,
    progress: Callable[[str, int, str], None] = lambda task, percent, page: None,
) -> list[Problem]:
    """Build the book at ``root`` below ``work``; ``progress(task, percent, page)`` is told.

    ``jobs`` processes read and write the pages, where processes can be forked.

    Returns the problems, none when all is well. Warnings are problems. The work is incremental;
    but Sphinx does not repeat the warnings of a page that it need not read again, so what a failed
    or interrupted build left behind is thrown away, and the next one warns again.
    """
    unfinished = work / "unfinished"
    if unfinished.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    settings = work / "config.yml"
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    if not settings.is_file() or settings.read_text(encoding="utf-8") != text:
        settings.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", COMMAND, str(jobs), "build", str(root)]
    command += ["--config", str(settings), "--path-output", str(work)]
    command += ["--warningiserror", "--nitpick", "--keep-going"]
    if builder != "html":
        command += ["--builder", "custom", "--custom-builder", builder]
    here = str(Path(__file__).parents[2])
    inherited = os.environ.get("PYTHONPATH")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [here, inherited])),
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
        # The languages share the cores; torch must not take all of them for each.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }
    process = subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.PIPE,  # by whose end it knows that this process is no more
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True)
    reader.start()
    try:
        for line in process.stdout:
            found = _PROGRESS.match(_ANSI.sub("", line))
            if found:
                progress(found["task"], int(found["percent"]), found["page"])
        process.wait()
        reader.join()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        process.stdin.close()
    said = _ANSI.sub("", "".join(errors))
    problems = parse(said, root)
    if process.returncode and not problems:
        start = " ".join(said.partition("Traceback (most recent call last)")[0].split())
        last = " ".join(said.split()[-40:])
        problems = [Problem("", None, f"Jupyter Book stopped and said: {start or last}")]
    if not problems:
        unfinished.unlink()
    return problems


def parse(said: str, root: Path) -> list[Problem]:
    """The warnings and errors in what Sphinx wrote to stderr, each once."""
    problems: dict[Problem, None] = {}
    lines = said.splitlines()
    for at, line in enumerate(lines):
        found = _MESSAGE.match(line)
        if not found:
            continue
        following = []
        for later in lines[at + 1 :]:
            if _MESSAGE.match(later):
                break
            following.append(later)
        page = _page(found["path"] or "", root)
        number = int(found["line"]) if found["line"] else None
        text = re.sub(r"\s*\[[\w.-]+\]$", "", found["text"])
        if text.startswith("Executing notebook failed"):
            number, text = failed_cell(root / page, "\n".join(following))
        problems[Problem(page, number, text)] = None
    return list(problems)


def _page(path: str, root: Path) -> str:
    """The path as the author knows it, relative to the course."""
    try:
        return Path(path).resolve().relative_to(root.resolve()).as_posix() if path else ""
    except ValueError:
        return path


def failed_cell(page: Path, report: str) -> tuple[int | None, str]:
    """The line of the failing cell in its page, and a sentence that quotes it."""
    report = _ANSI.sub("", report).partition("[mystnb.exec]")[0]
    found = _CELL.search(report)
    source = found["source"].strip() if found else ""
    first = source.splitlines()[0] if source else ""
    rest = report[found.end() :] if found else report
    errors = re.findall(r"^[A-Za-z_.]+(?:Error|Exception|Interrupt|Exit)\b.*", rest, re.M)
    reason = errors[-1].strip(" :") if errors else "it did not finish"
    arrow = re.search(r"^-+> \d+ (.+)", rest, re.M)
    if arrow:
        reason += f" at {arrow[1].strip()}"
    if "timed out" in report:
        reason = "it did not finish in the time allowed (execute: timeout in _config.yml)"
    number, line = _find_cell(page, source)
    which = f"code cell {number}" if number else "a code cell"
    return line, f'{which} ("{first}") fails: {reason}'


def _find_cell(page: Path, source: str) -> tuple[int | None, int | None]:
    """Which code cell of the page has this source, and on which line it begins."""
    if not source or not page.is_file():
        return None, None
    text = page.read_text(encoding="utf-8")
    for number, cell in enumerate(re.finditer(r"^```+\s*\{code-cell\}", text, re.M), start=1):
        body = text[cell.end() :]
        if source in body[: body.find("\n```")]:
            return number, text.count("\n", 0, cell.start()) + 1
    return None, None
