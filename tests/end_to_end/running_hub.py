"""A real JupyterHub on this machine, where each user has a system account as on a Hub of a school.

The accounts exist for the Hub and for the commands that a test runs only: in a mount namespace,
with files of the test's own in the place of /etc/passwd and /etc/group. That takes root.
"""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
USERS = {"teacher": 61700, "ana": 61701, "budi": 61702}
PROXY = "configurable-http-proxy"
SERVED = ("assignment_list", "formgrader")

HUB = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {token!r}
c.Authenticator.allow_all = True
c.JupyterHub.services = [{{"name": "test", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{"name": "test", "services": ["test"], "scopes": {scopes}}}
]
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.http_timeout = c.Spawner.start_timeout = 120


def settings_of(spawner):
    kind = "teacher" if spawner.user.name == "teacher" else "student"
    spawner.environment = {{**{environment!r}, "JUPYTER_CONFIG_PATH": f"{root}/{{kind}}"}}


c.Spawner.pre_spawn_hook = settings_of
"""


def why_not() -> str | None:
    """Why no Hub can be started here; None where one can."""
    if importlib.util.find_spec("jupyterhub") is None or shutil.which(PROXY) is None:
        return f"no JupyterHub here: pip install jupyterhub, npm install {PROXY}"
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "a Hub starts each user's server as the user's account: that takes root, on Linux"
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        return "no mount namespace here, in which users of the test's own can exist"
    needed = "import course_lib, jupyterhub, jupyterlab, nbgrader"
    command = ["setpriv", "--reuid=61700", "--regid=61700", "--clear-groups", sys.executable]
    environment = _paths() | {"HOME": "/"}
    found = subprocess.run([*command, "-c", needed], capture_output=True, cwd="/", env=environment)
    if found.returncode:
        said = found.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return f"another account cannot use {sys.executable}, which a Hub's users need: {said}"
    return None


def _paths() -> dict[str, str]:
    bin = os.path.dirname(sys.executable)  # nbgrader calls alembic, and finds it there
    path = os.pathsep.join([bin, os.environ.get("PATH", os.defpath)])
    return {"PATH": path, "PYTHONPATH": str(ROOT), "LANGUAGE": "en", "OMP_NUM_THREADS": "1"}


class Hub:
    """The Hub's users, their folders, and what they do: commands, and requests to a server."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.exchange = root / "exchange"
        with _free_ports(3) as self.ports:
            pass
        self.address = f"http://127.0.0.1:{self.ports[0]}"
        self._token = os.urandom(16).hex()
        self._tokens: dict[str, str] = {}

    def home(self, user: str) -> Path:
        return self.root / "home" / user

    def prepare(self) -> None:
        """Accounts, and what docs/grading.md says of the image and of the exchange."""
        self.root.chmod(0o755)
        lines = "".join(
            f"{user}:x:{uid}:{uid}::{self.home(user)}:/bin/sh\n" for user, uid in USERS.items()
        )
        groups = "".join(f"{user}:x:{uid}:\n" for user, uid in USERS.items())
        (self.root / "passwd").write_text(Path("/etc/passwd").read_text() + lines)
        (self.root / "group").write_text(Path("/etc/group").read_text() + groups)
        for user, uid in USERS.items():
            self.home(user).mkdir(parents=True, mode=0o700)
            os.chown(self.home(user), uid, uid)
        self.exchange.mkdir()
        self.exchange.chmod(0o1777)
        for kind in ("teacher", "student"):
            served = {f"nbgrader.server_extensions.{name}": True for name in SERVED}
            served["nbgrader.server_extensions.formgrader"] = kind == "teacher"
            folder = self.root / kind / "jupyter_server_config.d"
            folder.mkdir(parents=True)
            settings = {"ServerApp": {"jpserver_extensions": served}}
            (folder / "nbgrader.json").write_text(json.dumps(settings))
            (self.root / kind / "nbgrader_config.py").write_text(
                f'c.CourseDirectory.course_id = "conv"\nc.Exchange.root = "{self.exchange}"\n'
            )

    def give(self, user: str, folder: Path) -> None:
        """The folder, closed to others, is the user's."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, USERS[user], USERS[user])
        folder.chmod(0o700)

    def among_users(self, *command: str) -> list[str]:
        """The command that runs ``command`` as root where the accounts exist."""
        mounts = " && ".join(
            f"mount --bind '{self.root}/{name}' /etc/{name}" for name in ("passwd", "group")
        )
        script = f'mount --make-rprivate / && {mounts} && exec "$@"'
        return ["unshare", "-m", "sh", "-c", script, "sh", *command]

    def run(self, user: str, *command: str, folder: Path | None = None):
        """Run a command as the user, as in a terminal of their server."""
        kind = "teacher" if user == "teacher" else "student"
        uid = str(USERS[user])
        become = ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"]
        extra = {"HOME": str(self.home(user)), "JUPYTER_CONFIG_PATH": f"{self.root}/{kind}"}
        return subprocess.run(
            self.among_users(*become, *command),
            cwd=folder or self.home(user),
            env=_paths() | extra,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def ask(self, who: str, path: str, /, *, whose: str | None = None, method="GET", **json_body):
        """What the server of ``whose`` (their own) answers a user."""
        return requests.request(
            method,
            f"{self.address}/user/{whose or who}/{path}",
            headers={"Authorization": f"token {self._tokens[who]}"},
            json=json_body or None,
            allow_redirects=False,
            timeout=60,
        )

    def open_server(self, user: str) -> None:
        """Make the user known to the Hub, with a token, and start their server."""
        self._api("POST", f"users/{user}")
        self._tokens[user] = self._api("POST", f"users/{user}/tokens").json()["token"]
        self._api("POST", f"users/{user}/server")
        for _ in range(600):
            if self._api("GET", f"users/{user}").json()["servers"].get("", {}).get("ready"):
                return
            time.sleep(0.2)
        raise TimeoutError(f"{user}'s server does not start:\n{self.log()[-3000:]}")

    def log(self) -> str:
        return (self.root / "log.txt").read_text("utf-8", "replace")

    def _api(self, method: str, path: str):
        answer = requests.request(
            method,
            f"{self.address}/hub/api/{path}",
            headers={"Authorization": f"token {self._token}"},
            timeout=130,
        )
        assert answer.status_code < 400, answer.text
        return answer

    @contextmanager
    def running(self):
        config = self.root / "jupyterhub_config.py"
        values = {"ports": self.ports, "token": self._token, "python": sys.executable}
        values["scopes"] = ["admin:users", "admin:servers", "tokens", "access:servers"]
        config.write_text(
            HUB.format(**values, root=self.root, proxy=[shutil.which(PROXY)], environment=_paths())
        )
        config.chmod(0o600)  # the token in it is an administrator's
        state = self.root / "state"
        state.mkdir(mode=0o700)
        with (self.root / "log.txt").open("w") as log:
            hub = subprocess.Popen(
                self.among_users(sys.executable, "-m", "jupyterhub", "-f", str(config)),
                cwd=state,
                env=_paths() | {"HOME": str(state)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                self._wait(hub)
                yield self
            finally:
                hub.terminate()  # the Hub stops its users' servers and its proxy
                with suppress(subprocess.TimeoutExpired):
                    hub.wait(60)
                hub.kill()

    def _wait(self, hub: subprocess.Popen) -> None:
        for _ in range(300):
            if hub.poll() is not None:
                break
            try:
                self._api("GET", "users")
            except (requests.ConnectionError, AssertionError):
                time.sleep(0.2)
            else:
                return
        raise RuntimeError(self.log())


@contextmanager
def _free_ports(count: int):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        yield [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


@contextmanager
def running_hub():
    """A Hub in a folder that its users can reach, which a test's own folder is not."""
    with tempfile.TemporaryDirectory(prefix="hub-", ignore_cleanup_errors=True) as folder:
        hub = Hub(Path(folder))
        before = os.umask(0o022)
        try:
            hub.prepare()
            with hub.running():
                yield hub
        finally:
            os.umask(before)
