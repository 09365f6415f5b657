"""The real binary as a fixture, and a client that speaks to it as a user would.

Environment:
  CONFAB_BINARY         the program under test (default: build/confab)
  CONFAB_E2E_DATABASE   sqlite (default) or postgres
  CONFAB_TEST_PG        libpq conninfo of a superuser database, needed for postgres
  CONFAB_E2E_LONG       runs the tests that wait for minutes too
  CONFAB_E2E_PORTS      first-last: where servers may listen (default: wherever is free)
"""

import contextlib
import itertools
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.parse

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CONFAB_BINARY", str(ROOT / "build" / "confab"))
DATABASE = os.environ.get("CONFAB_E2E_DATABASE", "sqlite")
ADMIN_CONNINFO = os.environ.get("CONFAB_TEST_PG", "")
PASSWORD = "S3cure-pass-phrase"
MISSING_UUID = "550e8400-e29b-41d4-a716-446655440000"
NOT_FOUND = "Not found."
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
UUID7 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")

_names = itertools.count(1)
_given_ports = set()


def unique(stem):
    """A name that no other test uses, in this run or an earlier one against the same database."""
    return f"{stem}{next(_names)}x{secrets.token_hex(3)}"


def free_port():
    """A port for one server: from CONFAB_E2E_PORTS (first-last) if set, else any."""
    first, last = (int(p) for p in os.environ.get("CONFAB_E2E_PORTS", "0-0").split("-"))
    for port in range(first, last + 1):
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


class Answer:
    """A response; `expect` checks the status and hands out the decoded body."""

    def __init__(self, response):
        self.raw = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text

    @property
    def json(self):
        return json.loads(self.raw.content.decode("utf-8"))

    def expect(self, *statuses):
        request = self.raw.request
        assert self.status in statuses, (
            f"{request.method} {request.path_url} {request.body!r}: expected {statuses}, "
            f"got {self.status} {self.text[:600]}"
        )
        return self.json if self.raw.content and "json" in self.headers.get("Content-Type", "") else None

    def problem(self, status, detail=None, code=None):
        body = self.expect(status)
        assert isinstance(body, dict) and "detail" in body, body
        assert isinstance(body.get("code"), str) and body["code"], f"no code in {body}"
        if detail is not None:
            assert body["detail"] == detail
        if code is not None:
            assert body["code"] == code
        return body

    def invalid(self, field, text=None):
        """A validation error (400) that names `field`, with `text` among its messages."""
        body = self.expect(400)
        assert field in body, f"{field} not in {body}"
        if text is not None:
            assert text in body[field], body
        return body


class Client:
    """One connection's worth of requests, with or without a bearer token."""

    def __init__(self, server, token=None):
        self.server = server
        self.token = token
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Encoding"] = "identity"

    def request(self, method, path, json_body=None, headers=None, token=..., **more):
        headers = dict(headers or {})
        bearer = self.token if token is ... else token
        if bearer is not None:
            headers.setdefault("Authorization", f"Bearer {bearer}")
        if json_body is not None:
            headers.setdefault("Content-Type", "application/json")
            more["data"] = json.dumps(json_body).encode()
        url = path if path.startswith("http") else self.server.url + path
        more.setdefault("allow_redirects", False)
        more.setdefault("timeout", 30)
        return Answer(self.session.request(method, url, headers=headers, **more))

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def head(self, path, **more):
        return self.request("HEAD", path, **more)

    def options(self, path, **more):
        return self.request("OPTIONS", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, json_body={} if body is None else body, **more)

    def put(self, path, body=None, **more):
        return self.request("PUT", path, json_body={} if body is None else body, **more)

    def patch(self, path, body=None, **more):
        return self.request("PATCH", path, json_body={} if body is None else body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def send_raw(self, method, path, data, content_type="application/json", **more):
        """A body sent as it is, whatever is in it."""
        headers = {"Content-Type": content_type, **more.pop("headers", {})}
        return self.request(method, path, data=data, headers=headers, **more)

    def walk(self, path, key="results"):
        """All items of a list, following `next`; the count has to agree."""
        items, count = [], None
        while path:
            page = self.get(path).expect(200)
            items += page[key]
            count, path = page.get("count"), page["next"]
        if count is not None:
            assert count == len(items)
        return items


class User(Client):
    """A registered account that is logged in, with shorthands for what tests do all the time."""

    def __init__(self, server, account, password=PASSWORD):
        super().__init__(server)
        self.password = password
        self.id, self.user_id = account["id"], account["user_id"]
        self.username, self.email = account["username"], account["email"]
        self.login()

    def login(self):
        tokens = self.post(
            "/api/token/", {"username": self.username, "password": self.password}, token=None
        ).expect(200)
        self.token, self.refresh = tokens["access"], tokens["refresh"]
        return tokens

    @property
    def short(self):
        return {"id": self.id, "user_id": self.user_id, "username": self.username}

    def converse(self, *others, **fields):
        body = {"participant_ids": [o.user_id for o in others], **fields}
        return self.post("/api/conversations/", body).expect(201)["conversation_id"]

    def send(self, conversation, content="Hello", **fields):
        path = f"/api/conversations/{conversation}/messages/"
        return self.post(path, {"content": content, **fields}).expect(201)

    def reply(self, parent, content="A reply", **fields):
        return self.send(parent["conversation"], content, parent_message=parent["message_id"], **fields)

    def listed(self, conversation, query="all=true&page_size=100"):
        return self.walk(f"/api/conversations/{conversation}/messages/?{query}")

    def seen(self, message):
        """The message as lists show it to this user: without reading it."""
        found = [m for m in self.listed(message["conversation"]) if m["message_id"] == message["message_id"]]
        assert found, f"{message['message_id']} is not listed"
        return found[0]

    def unread(self, query="page_size=100"):
        return self.walk(f"/api/messages/unread/?{query}")

    def unread_count(self, conversation):
        return self.get(f"/api/conversations/{conversation}/").expect(200)["unread_count"]

    def notifications(self, query="page_size=100"):
        return self.walk(f"/api/notifications/?{query}")


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

    def start(self, wait=True):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve"], cwd=self.directory, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=20):
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

    def stop(self, seconds=20):
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

    def command(self, *arguments, stdin="", seconds=60, **settings):
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


class Database:
    """A fresh PostgreSQL database on the cluster that CONFAB_TEST_PG names."""

    def __init__(self):
        assert ADMIN_CONNINFO, "CONFAB_TEST_PG is needed for CONFAB_E2E_DATABASE=postgres"
        self.name = f"confab_e2e_{secrets.token_hex(6)}"
        self._psql(f'CREATE DATABASE "{self.name}"')
        given = _parse_conninfo(ADMIN_CONNINFO)
        self.settings = {
            "DB_NAME": self.name,
            "DB_USER": given.get("user", "postgres"),
            "DB_PASSWORD": given.get("password", ""),
            "DB_HOST": given.get("host", "127.0.0.1"),
            "DB_PORT": given.get("port", "5432"),
        }

    def drop(self):
        self._psql(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def cut_connections(self):
        """Ends every session of the server with its database, as a crash of the database would."""
        self._psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")

    def dump(self):
        settings = self.settings
        done = subprocess.run(
            ["pg_dump", "--inserts", "-h", settings["DB_HOST"], "-p", settings["DB_PORT"], "-U", settings["DB_USER"], self.name],
            check=True, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": settings["DB_PASSWORD"]},
        )
        return done.stdout.lower()

    def execute(self, statement):
        """As the server's own user, in its database."""
        settings = self.settings
        self._run(
            statement, "-h", settings["DB_HOST"], "-p", settings["DB_PORT"], "-U", settings["DB_USER"], self.name,
            env={**os.environ, "PGPASSWORD": settings["DB_PASSWORD"]},
        )

    def _psql(self, statement):
        self._run(statement, ADMIN_CONNINFO)

    @staticmethod
    def _run(statement, *arguments, env=None):
        subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, *arguments],
            check=True, capture_output=True, text=True, env=env,
        )


def _parse_conninfo(text):
    if "://" in text:
        parts = urllib.parse.urlsplit(text)
        given = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password}
        given.update(urllib.parse.parse_qsl(parts.query))
        return {k: str(v) for k, v in given.items() if v is not None}
    return {k: v.strip("'") for k, v in re.findall(r"(\w+)\s*=\s*('[^']*'|\S+)", text)}
