"""The JupyterLab that ``course lab`` starts, with settings of a test's own, on a free port."""

import os
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from course_lib.lab import lab_command
from tests.browser.patient import wait

ROOT = Path(__file__).parents[2]


@contextmanager
def running_lab(browser, home: Path, notebook: str):
    """Serve the folder ``home``; gives the address of the file ``notebook`` in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = os.environ | folders | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    log = (home / "log.txt").open("w")
    server = subprocess.Popen(
        [
            *lab_command(home, port), "--no-browser", "--ip=127.0.0.1",
            "--IdentityProvider.token=course", "--ServerApp.port_retries=0",
            f"--LabApp.workspaces_dir={home / 'workspaces'}",
            f"--LabApp.user_settings_dir={home / 'settings'}",
        ],
        env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=home,
    )  # fmt: skip

    def answers():
        if server.poll() is not None:
            raise RuntimeError((home / "log.txt").read_text())
        try:
            urlopen(f"http://127.0.0.1:{port}/api?token=course", timeout=5).close()
        except OSError:
            return False
        return True

    try:
        wait(answers, 180)
        yield f"http://127.0.0.1:{port}/lab/tree/{notebook}?token=course&reset"
    finally:
        browser.get("about:blank")
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        server.terminate()
        server.wait(60)
        log.close()
