"""A PostgreSQL server of its own for the tests, from Debian's package; never run as root."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, which Debian keeps off the search path."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


def _as_whom() -> list[str]:
    """What to put before a command: the server refuses to run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None or "postgres" not in _users():
        pytest.skip("root, and no user postgres to start PostgreSQL as")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _users() -> set[str]:
    return {line.split(":")[0] for line in Path("/etc/passwd").read_text().splitlines()}


class Server:
    """Listens on the loopback address only; trusts whoever comes."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://course@127.0.0.1:{self.port}/{database}"

    def ask(self, command: str) -> list[tuple]:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            answer = connection.execute(command)
            return answer.fetchall() if answer.description else []

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"course_{uuid4().hex}"
        self.ask(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def running_server():
    """A server with an empty cluster in a temporary folder; skips where there is none."""
    place = programs()
    if place is None:
        pytest.skip("PostgreSQL is not installed")
    prefix = _as_whom()
    folder = Path(tempfile.mkdtemp(prefix="course-postgres-"))
    if prefix:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, log = folder / "data", folder / "log"
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"

    def run(name, *arguments):
        command = [*prefix, str(place / name), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + (log.read_text() if log.exists() else "")

    try:
        run("initdb", "-D", data, "-U", "course", "--auth=trust", "--no-sync", "--encoding=UTF8")
        run("pg_ctl", "-D", data, "-l", log, "-o", settings, "-w", "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
