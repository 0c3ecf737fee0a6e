"""Real database servers for the tests: started once a run, gone afterwards.

Each listens on 127.0.0.1 at a free port, has a data folder of its own and
writes every statement into its log. Under pytest-xdist all workers share one
server: the first starts it, the last stops it.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from made_once import locked

PASSWORD = "s3cret-of-the-admin"
_SECONDS = 60


class NoServerError(Exception):
    """The server's programs are not installed."""


@dataclass(frozen=True)
class Server:
    """A running server. `url` is the administrator's, without a database."""

    url: str
    port: int
    pid: int
    folder: str
    log: str

    def logged(self) -> str:
        """All that the server has logged so far."""
        return Path(self.log).read_text(errors="replace")

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
            for _ in range(200):
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(self.pid, os.WNOHANG)
                os.kill(self.pid, 0)
                time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def shared(root: Path, name: str, start: Callable[[], Server]) -> Iterator[Server]:
    """The server of that name for all processes which share the folder `root`."""
    state = root / f"{name}.server.json"
    with locked(root / f"{name}.lock"):
        if state.exists():
            known = json.loads(state.read_text())
        else:
            known = {"users": 0, "server": asdict(start())}
        known["users"] += 1
        state.write_text(json.dumps(known))
    server = Server(**known["server"])
    try:
        yield server
    finally:
        with locked(root / f"{name}.lock"):
            known = json.loads(state.read_text())
            known["users"] -= 1
            if known["users"]:
                state.write_text(json.dumps(known))
            else:
                state.unlink()
                server.stop()


def start_postgres(**more: str) -> Server:
    """PostgreSQL from Debian's folders or the PATH, with `more` settings; or NoServerError."""
    candidates = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    found = candidates[-1] if candidates else shutil.which("postgres")
    if not found:
        raise NoServerError("PostgreSQL is not installed (apt-get install postgresql)")
    binaries = Path(found).parent
    folder = Path(tempfile.mkdtemp(prefix="crmaudit-pg-"))
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    password = folder / "password"
    password.write_text(PASSWORD)
    if user:
        for place in (folder, password):
            shutil.chown(place, user, user)
    data, log, port = folder / "data", folder / "server.log", _free_port()
    initdb = [binaries / "initdb", "-D", data, "-U", "admin", "-A", "scram-sha-256", "--no-sync"]
    initdb += ["--pwfile", password, "-E", "UTF8", "--locale=C.UTF-8"]
    _run(initdb, user)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "shared_buffers": "64MB",
        "max_connections": 60,
        "log_statement": "all",
        "log_line_prefix": "%p %d|",
        "autovacuum": "off",
    }
    if any((binaries.parent / "lib").glob("pg_stat_statements.*")):
        # One table for all databases: large enough that no test pushes out another's entries.
        settings["shared_preload_libraries"] = "pg_stat_statements"
        settings["pg_stat_statements.max"] = 50_000
    settings |= more
    command = [str(binaries / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    pid = _launch(command, log, user)
    url = f"postgresql://admin:{PASSWORD}@127.0.0.1:{port}"

    def ready() -> None:
        import psycopg

        psycopg.connect(f"{url}/postgres", connect_timeout=2).close()

    return _wait(Server(url, port, pid, str(folder), str(log)), ready)


def start_mariadb() -> Server:
    """MariaDB from the usual folders or the PATH; raises NoServerError without one."""
    search = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    found = shutil.which("mariadbd", path=search)
    install = shutil.which("mariadb-install-db", path=search)
    if not found or not install:
        raise NoServerError("MariaDB is not installed (apt-get install mariadb-server)")
    folder = Path(tempfile.mkdtemp(prefix="crmaudit-maria-"))
    user = "mysql" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)
    data, log, port = folder / "data", folder / "general.log", _free_port()
    _run(
        [install, "--no-defaults", f"--datadir={data}", "--skip-test-db"]
        + ["--auth-root-authentication-method=normal"]
        + ([f"--user={user}"] if user else []),
        None,
    )
    first = folder / "first.sql"
    first.write_text(
        f"CREATE USER 'admin'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL ON *.* TO 'admin'@'127.0.0.1' WITH GRANT OPTION;\n"
    )
    if user:
        shutil.chown(first, user, user)
    command = [found, "--no-defaults", f"--datadir={data}", f"--port={port}"]
    command += ["--bind-address=127.0.0.1", f"--socket={folder}/s", f"--pid-file={folder}/pid"]
    command += [f"--init-file={first}", "--character-set-server=utf8mb4", "--skip-name-resolve"]
    command += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"]
    command += ["--general-log=1", f"--general-log-file={log}", "--skip-log-bin"]
    command += ["--max-allowed-packet=64M", "--skip-ssl"]
    command += ["--performance-schema=ON", "--performance-schema-digests-size=20000"]
    command += [f"--user={user}"] if user else []
    pid = _launch(command, folder / "error.log", None)
    url = f"mariadb://admin:{PASSWORD}@127.0.0.1:{port}"

    def ready() -> None:
        import pymysql

        pymysql.connect(host="127.0.0.1", port=port, user="admin", password=PASSWORD).close()

    return _wait(Server(url, port, pid, str(folder), str(log)), ready)


def postgres_statements(server: Server, database: str) -> list[str]:
    """The statements that the log tells of for that database, in order."""
    found = []
    for entry in re.split(r"^(?=\d+ \S*\|)", server.logged(), flags=re.MULTILINE):
        match = re.match(
            rf"\d+ {database}\|LOG:\s+(?:statement|execute <unnamed>): (.*)", entry, re.DOTALL
        )
        if match:
            found.append(match.group(1).replace("\n\t", "\n").strip())
    return found


def mariadb_statements(server: Server, account: str) -> list[str]:
    """The statements that the log tells of for connections of that account, in order."""
    found, numbers = [], set()
    start = r"^(?=(?:\d{6} +[\d:]+)?\t+ *\d+ (?:Connect|Query|Quit|Init DB)\t)"
    for entry in re.split(start, server.logged(), flags=re.MULTILINE):
        match = re.match(r"\S* *\S*\t+ *(\d+) ([A-Z][a-zA-Z ]+)\t(.*)", entry, re.DOTALL)
        if not match:
            continue
        number, command, argument = match.groups()
        if command == "Connect" and argument.startswith(f"{account}@"):
            numbers.add(number)
        elif command == "Query" and number in numbers:
            found.append(argument.rstrip("\n"))
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[object], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd="/", user=user,
        group=user, extra_groups=[] if user else None,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}\n{done.stderr}")


def _launch(command: list[str], log: Path, user: str | None) -> int:
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/", user=user,
            group=user, extra_groups=[] if user else None, start_new_session=True,
        )  # fmt: skip
    # Stopped by its number, perhaps by another process: Popen must not complain.
    process.returncode = 0
    return process.pid


def _wait(server: Server, ready: Callable[[], None]) -> Server:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            ready()
            return server
        except Exception as error:
            if time.monotonic() > deadline:
                logs = [p.read_text() for p in Path(server.folder).glob("*.log")]
                server.stop()
                raise RuntimeError(f"the server does not start: {error}\n{logs}") from error
            time.sleep(0.1)
