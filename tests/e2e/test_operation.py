"""Contract §14: settings, health, metrics, logs, starting and stopping."""

import http.client
import re
import socket
import subprocess
import threading

import pytest
import requests

from client import PASSWORD
from harness import BINARY, Server, unique, wait_until

BAD_SETTINGS = 78


# --- health -----------------------------------------------------------------------------------


def test_livez_and_readyz(anonymous):
    anonymous.get("/livez").expect(200)
    anonymous.get("/readyz").expect(200)


def test_metrics_are_prometheus_text(alice, direct, anonymous):
    alice.get(f"/api/conversations/{direct}/messages/").expect(200)
    alice.get("/api/users/me/").expect(200)
    answer = anonymous.get("/metrics")
    answer.expect(200)
    assert answer.headers["Content-Type"].startswith("text/plain")
    samples = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    assert samples and all(re.match(r'^[a-zA-Z_:][\w:]*(\{.*\})? \S+( \d+)?$', line) for line in samples)
    for topic in ("request", "commit", "mailbox", "cache"):
        assert any(topic in line for line in samples), f"nothing about {topic}"
    assert PASSWORD not in answer.text and alice.username not in answer.text


# --- hosts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:8000"])
def test_this_machines_own_names_are_allowed(alice, host):
    alice.get("/api/users/me/", headers={"Host": host}).expect(200)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "a b"])
def test_another_host_is_refused(alice, host):
    alice.get("/api/users/me/", headers={"Host": host}).expect(400)


@pytest.mark.parametrize("name", ["ALLOWED_HOSTS", "DJANGO_ALLOWED_HOSTS"])
def test_allowed_hosts_are_settable(make_server, name):
    server = make_server(**{name: "chat.example,127.0.0.1,.wild.example"}).start()
    client = server.client()
    for host, status in (("chat.example", 401), ("a.wild.example", 401), ("localhost", 400), ("other.example", 400)):
        assert client.get("/api/users/me/", headers={"Host": host}).status == status, host


# --- settings -------------------------------------------------------------------------------


def test_all_mistakes_are_reported_at_once(tmp_path):
    server = Server(
        tmp_path, "sqlite", LISTEN="nowhere", DB_NAME="x", DB_PORT="many", DEBUG="perhaps", SECRET_KEY="zqxw",
        MAX_PARTICIPANTS="-3",
    )
    done = server.command("serve")
    assert done.returncode == BAD_SETTINGS
    said = done.stdout + done.stderr
    for name in ("LISTEN", "DB_PORT", "DEBUG", "SECRET_KEY", "MAX_PARTICIPANTS"):
        assert name in said, f"{name} not reported: {said}"
    assert "zqxw" not in said, "a secret is never quoted"


WEAK_KEYS = [
    "your-secret-key-here", "changeme", "secret", "SECRET_KEY", "q7Zx9", "a" * 64, "ab" * 32, "abcd" * 12, "0123456789" * 5, "abcdefghij" * 4, "password" * 6,
    "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz", "x" * 31, "qwertyuiopasdfghjklzxcvbnm",
]


def given_by_environment(server, key):
    server.settings["SECRET_KEY"] = key
    return []


def given_by_env_file(server, key):
    (server.directory / ".env").write_text(f"SECRET_KEY='{key}'\n")
    return []


def given_by_a_file(server, key):
    (server.directory / "confab.conf").write_text(f"SECRET_KEY={key}\n")
    return ["--config", "confab.conf"]


def given_by_a_flag(server, key):
    return ["--secret-key", key]


@pytest.mark.parametrize("give", [given_by_environment, given_by_env_file, given_by_a_file, given_by_a_flag])
def test_a_weak_key_refuses_to_start_unless_debugging(make_server, give):
    server = make_server()
    for key in WEAK_KEYS:
        flags = give(server, key)
        for debug in (None, "off", "False"):
            server.settings["DEBUG"] = debug
            done = server.command("serve", *flags)
            assert done.returncode == BAD_SETTINGS and "SECRET_KEY" in done.stdout + done.stderr, key
            assert key == "SECRET_KEY" or key not in done.stdout + done.stderr
    server.settings["DEBUG"] = "True"
    server.start(*flags).client().get("/readyz").expect(200)


@pytest.mark.parametrize("give", [given_by_environment, given_by_env_file, given_by_a_file, given_by_a_flag])
def test_a_good_key_starts_and_is_told_nowhere(make_server, give):
    server, key = make_server(), "f8K-2mzQ_v71xNwP0cYrTjLb3HsDgU6eAoRiZqWk9"
    server.start(*give(server, key))
    server.user().get("/api/users/me/").expect(200)
    assert server.stop() == 0
    assert key not in server.log() and key.lower() not in server.dump()


def test_the_environment_file_of_the_seeds_serves(make_server):
    server = make_server()
    (server.directory / ".env").write_text(
        "# Security settings\nSECRET_KEY=your-secret-key-here\nDEBUG=True\n"
        "DJANGO_ALLOWED_HOSTS=localhost,127.0.0.1\n\nDB_NAME=\nDB_USER=\nDB_PASSWORD=\nDB_HOST=\nDB_PORT=\n"
    )
    server.start()
    server.user().get("/api/conversations/").expect(200)


def test_a_flag_goes_before_the_environment(make_server):
    server = make_server()
    other = Server(server.directory / "other", "sqlite")
    command = [BINARY, "serve", "--listen", f"127.0.0.1:{other.port}", "--data-dir", str(other.data_dir)]
    process = subprocess.Popen(
        command, cwd=other.directory, env=server.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        other.process = process
        other.wait_ready()
        with pytest.raises(requests.ConnectionError):
            server.client().get("/livez")
    finally:
        other.stop()


def test_a_file_of_settings_serves(make_server):
    server = make_server(LISTEN=None)
    (server.directory / "confab.conf").write_text(f"LISTEN=127.0.0.1:{server.port}\nMAX_MESSAGE_LENGTH=10\n")
    server.start("--config", "confab.conf")
    user = server.user()
    path = f"/api/conversations/{user.converse(server.user())}/messages/"
    user.post(path, {"content": "x" * 10}).expect(201)
    user.post(path, {"content": "x" * 11}).invalid("content", "Ensure this field has no more than 10 characters.")


def test_help_needs_nothing(tmp_path):
    for arguments in (["--help"], ["serve", "--help"]):
        done = subprocess.run([BINARY, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and done.stdout


# --- limits ---------------------------------------------------------------------------------


def test_the_rate_limit_is_settable(make_server):
    server = make_server(RATE_LIMIT="30").start()
    user = server.user()
    answers = [user.get("/api/users/me/")]
    while answers[-1].status == 200 and len(answers) < 2000:
        answers.append(user.get("/api/users/me/"))
    answers[0].expect(200)
    answers[-1].problem(429)
    assert int(answers[-1].headers["Retry-After"]) > 0


# --- starting and stopping --------------------------------------------------------------------


def test_a_restart_keeps_everything(make_server):
    server = make_server().start()
    alice, bob = server.users("alice", "bob")
    conversation = alice.converse(bob, title="kept")
    root = alice.send(conversation, "root")
    bob.reply(root, "answer")
    alice.patch(f"/api/messages/{root['message_id']}/", {"content": "edited"}).expect(200)
    read = alice.send(conversation, "read")
    bob.patch("/api/messages/unread/", {"message_ids": [read["message_id"]]}).expect(200)
    bob.post("/api/notifications/mark_all_as_read/").expect(200)
    keyed = {"headers": {"Idempotency-Key": unique("key-")}}
    path = f"/api/conversations/{conversation}/messages/"
    first = alice.post(path, {"content": "keyed"}, **keyed)

    def everything():
        return [
            user.walk(p) for user in (alice, bob) for p in (
                path + "?all=true", "/api/conversations/", "/api/messages/unread/", "/api/notifications/",
                f"/api/messages/{root['message_id']}/history/",
            )
        ]

    before = everything()
    assert server.stop() == 0
    server.start()
    assert everything() == before
    again = alice.post(path, {"content": "keyed"}, **keyed)
    assert again.headers["Idempotent-Replayed"] == "true" and again.json == first.json
    assert alice.send(conversation)["seq"] == 5


def test_a_made_key_lasts_and_is_nobody_elses_to_read(make_server):
    server = make_server().start()
    user = server.user()
    server.stop()
    secret_files = [f for f in server.data_dir.rglob("*") if f.is_file() and "secret" in f.name.lower()]
    assert secret_files and all(f.stat().st_mode & 0o077 == 0 for f in secret_files)
    server.start()
    user.get("/api/users/me/").expect(200)


def test_revocations_outlive_a_restart(make_server):
    server = make_server().start()
    user = server.user()
    server.client().post("/api/token/blacklist/", {"refresh": user.refresh}).expect(200)
    server.stop()
    server.start()
    user.get("/api/users/me/").expect(401)
    server.client().post("/api/token/refresh/", {"refresh": user.refresh}).expect(401)


def test_sigterm_drains(make_server):
    """What was acknowledged stays, nobody gets a broken answer, and the process ends by itself."""
    server = make_server().start()
    alice, bob = server.users("alice", "bob")
    conversation = alice.converse(bob)
    acknowledged, odd = [], []

    def post(number):
        client, n = server.client(alice.token), 0
        while True:
            text = f"{number}-{n}"
            try:
                answer = client.post(f"/api/conversations/{conversation}/messages/", {"content": text})
            except requests.RequestException:
                return
            if answer.status != 201:
                odd.append(answer.status)
                return
            acknowledged.append(text)
            n += 1

    threads = [threading.Thread(target=post, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(acknowledged) >= 100, 60, pause=0.005)
    assert server.stop() == 0
    for thread in threads:
        thread.join()
    assert set(odd) <= {503}
    server.start()
    kept = [m["content"] for m in alice.listed(conversation)]
    assert len(kept) == len(set(kept)) and set(acknowledged) <= set(kept)


def test_a_request_in_flight_is_answered_while_draining(make_server):
    server = make_server().start()
    user = server.user()
    head = f"GET /api/users/me/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {user.token}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 60) as peer:
        # In one piece: once the first is answered, the half of the second has been read as well.
        peer.sendall(f"{head}\r\n{head}".encode())
        with http.client.HTTPResponse(peer) as first:
            first.begin()
            assert first.status == 200 and first.read()
        server.process.terminate()
        assert wait_until(lambda: _is_refused(server), 60)
        try:
            peer.sendall(b"\r\n")
            received = peer.recv(65536)
        except ConnectionError:
            received = b""
    # 408 where all this has taken ten seconds.
    assert received == b"" or received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 408", b"HTTP/1.1 503")), received
    assert server.stop() == 0


def test_a_stopped_server_takes_no_more_connections(make_server):
    server = make_server().start()
    server.stop()
    assert _is_refused(server)


def _is_refused(server):
    try:
        socket.create_connection(("127.0.0.1", server.port), 60).close()
    except ConnectionError:
        return True
    return False


@pytest.mark.only_on("sqlite")  # only the embedded database belongs to one process
def test_a_second_process_on_the_same_file_refuses_to_start(make_server):
    server = make_server().start()
    second = Server(server.directory / "second", "sqlite", DATA_DIR=str(server.data_dir))
    done = second.command("serve")
    assert done.returncode != 0 and done.stdout + done.stderr
    server.user().get("/api/users/me/").expect(200)


def test_a_taken_port_is_said(make_server):
    server = make_server().start()
    second = make_server(LISTEN=f"127.0.0.1:{server.port}")
    done = second.command("serve")
    assert done.returncode != 0 and str(server.port) in done.stdout + done.stderr


def test_check_is_clean_after_ordinary_use(make_server):
    server = make_server().start()
    alice, bob = server.users("alice", "bob")
    conversation = alice.converse(bob)
    root = alice.send(conversation)
    bob.reply(root)
    gone = alice.send(conversation)
    alice.delete(f"/api/messages/{gone['message_id']}/").expect(204)
    assert server.stop() == 0
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unreachable_database_is_no_reason_to_crash_silently(tmp_path):
    server = Server(tmp_path, "sqlite", DB_NAME="nothing", DB_HOST="127.0.0.1", DB_PORT="1", DB_USER="x")
    server.start(wait=False)
    try:
        assert wait_until(lambda: server.process.poll() is not None or _answers(server.client()), 60)
        if server.process.poll() is None:
            server.client().get("/readyz").expect(503)
        else:
            assert server.process.returncode != 0 and server.log()
    finally:
        server.kill()


def _answers(client):
    try:
        return client.get("/livez").status == 200
    except requests.RequestException:
        return False
