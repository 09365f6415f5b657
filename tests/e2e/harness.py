"""The real binary as a fixture.

Environment:
  CONFAB_BINARY         the program under test (default: build/confab)
  CONFAB_E2E_DATABASE   sqlite (default) or postgres
  CONFAB_TEST_PG        libpq conninfo of a superuser database, needed for postgres
  CONFAB_E2E_LONG       runs the tests that wait for minutes too
  CONFAB_E2E_PORTS      first-last: where servers may listen (default: wherever is free)
"""

import contextlib
import itertools
import os
import pathlib
import random
import secrets
import signal
import socket
import sqlite3
import subprocess
import time

import requests

from client import PASSWORD, Client, User
from database import Database

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CONFAB_BINARY", str(ROOT / "build" / "confab"))
DATABASE = os.environ.get("CONFAB_E2E_DATABASE", "sqlite")

_names = itertools.count(1)
_given_ports = set()


def unique(stem):
    """A name that no other test uses, in this run or an earlier one against the same database."""
    return f"{stem}{next(_names)}x{secrets.token_hex(3)}"


def free_port():
    """A port for one server: from CONFAB_E2E_PORTS (first-last) if set, else any."""
    first, last = (int(p) for p in os.environ.get("CONFAB_E2E_PORTS", "0-0").split("-"))
    # In no order, for whoever else looks for one at the same time.
    for port in random.sample(range(first, last + 1), last - first + 1):
        if port in _given_ports:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given_ports.add(probe.getsockname()[1])
            return probe.getsockname()[1]
    raise RuntimeError("no free port in CONFAB_E2E_PORTS")


def wait_until(condition, seconds, pause=0.05):
    """The condition's first true value within `seconds`; else its last false one."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(pause)
    return value


class Server:
    """One `confab serve` with a data directory (and on PostgreSQL a database) of its own."""

    def __init__(self, directory, database=DATABASE, **settings):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data_dir = self.directory / "data"
        self.log_path = self.directory / "confab.log"
        self.port = free_port()
        self.process = None
        self.admin_name = None
        self.database = Database() if database == "postgres" else None
        self.settings = {
            "LISTEN": f"127.0.0.1:{self.port}",
            "DATA_DIR": str(self.data_dir),
            "ARGON2_MEMORY_KIB": "1024",
            "ARGON2_ITERATIONS": "1",
            "LOGIN_THROTTLE": "off",
            **(self.database.settings if self.database else {}),
            **settings,
        }

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self):
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
        plain = {k: v for k, v in os.environ.items() if k in kept}
        return {**plain, **{k: v for k, v in self.settings.items() if v is not None}}

    def start(self, *flags, wait=True):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", *flags], cwd=self.directory, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=120):
        assert wait_until(self.ready_or_gone, seconds) and self.process.poll() is None, (
            f"not ready (exit {self.process.poll()}):\n{self.log()[-3000:]}"
        )

    def ready_or_gone(self):
        if self.process.poll() is not None:
            return True
        try:
            with requests.Session() as session:
                session.trust_env = False
                return session.get(self.url + "/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop(self, seconds=60):
        """SIGTERM, and the exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running {seconds} s after SIGTERM:\n{self.log()[-2000:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def discard(self):
        try:
            self.stop()
        finally:
            if self.database:
                self.database.drop()

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def command(self, *arguments, stdin="", seconds=120, **settings):
        """Another subcommand of the binary, with this server's settings."""
        return subprocess.run(
            [BINARY, *arguments], cwd=self.directory, env={**self.environment, **settings},
            input=stdin, capture_output=True, text=True, timeout=seconds,
        )

    def dump(self):
        """Everything in the database as text, blobs in hex. The server has to be stopped."""
        if self.database:
            return self.database.dump()
        with contextlib.closing(sqlite3.connect(self.embedded_file())) as connection:
            # A virtual table cannot be scanned, but what it keeps stands in ordinary ones beside it.
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").fetchall()
            rows = [row for (name,) in tables for row in connection.execute(f'SELECT * FROM "{name}"')]
            return "\n".join(", ".join(v.hex() if isinstance(v, bytes) else str(v) for v in row) for row in rows).lower()

    def embedded_file(self):
        files = [f for f in self.data_dir.iterdir() if f.is_file() and f.read_bytes()[:15] == b"SQLite format 3"]
        assert len(files) == 1, files
        return files[0]

    def change_database(self, statement):
        """A statement that both databases understand, behind the server's back: it has to be stopped."""
        if self.database:
            self.database.execute(statement)
            return
        with contextlib.closing(sqlite3.connect(self.embedded_file())) as connection, connection:
            connection.execute(statement)

    def client(self, token=None):
        return Client(self, token)

    def register(self, stem="user", password=PASSWORD, **fields):
        name = unique(stem)
        body = {"username": name, "email": f"{name}@example.com", "password": password, **fields}
        return self.client().post("/api/users/", body).expect(201)

    def user(self, stem="user", password=PASSWORD, **fields):
        return User(self, self.register(stem, password, **fields), password)

    def users(self, *stems):
        return [self.user(stem) for stem in stems]

    def create_admin(self):
        """An administrator, made by the operator's command; the embedded database wants the server stopped for it."""
        self.admin_name = unique("root")
        done = self.command(
            "createsuperuser", "--username", self.admin_name, "--email", f"{self.admin_name}@example.com",
            stdin=f"{PASSWORD}\n",
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def admin(self):
        login = {"username": self.admin_name, "password": PASSWORD}
        token = self.client().post("/api/token/", login).expect(200)["access"]
        return User(self, self.client(token).get("/api/users/me/").expect(200))
