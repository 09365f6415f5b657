"""What the log tells, and what it must never tell: whoever reads it is no user."""

import json

import pytest

from client import PASSWORD
from events import STREAM
from harness import wait_until
from test_sessions import Browser

CANARY = "canary-pass-phrase-{}"


def lines_of(server):
    """Every line is one JSON object, whatever was sent."""
    lines = [json.loads(line) for line in server.log().splitlines() if line.strip()]
    assert lines and all(isinstance(line, dict) for line in lines)
    return lines


def told(server, event, **fields):
    found = [line for line in lines_of(server) if line.get("event") == event or line.get("message") == event]
    return [line for line in found if all(str(line.get(k)) == str(v) for k, v in fields.items())]


def test_logins_and_refusals_are_told(make_server):
    server = make_server(LOGIN_THROTTLE=None)
    server.create_admin()
    server.start()
    user, browser = server.user(), Browser(server)
    browser.login(user.username).expect(302)
    user.get("/api/admin/").expect(403)
    server.client().get("/api/users/me/").expect(401)
    user.post("/api/users/me/password/", {"old_password": "wrong", "new_password": "An0ther-pass-phrase"}).expect(400)
    user.post("/api/users/me/password/", {"old_password": PASSWORD, "new_password": "An0ther-pass-phrase"}).expect(204)
    server.admin().post(f"/api/admin/users/{user.id}/password/", {"new_password": PASSWORD}).expect(204)
    user.login()
    user.post("/api/token/blacklist/", {"refresh": user.refresh}).expect(200)
    for _ in range(6):
        server.client().post("/api/token/", {"username": user.username, "password": "wrong"})
    server.stop()
    assert len(told(server, "login", user=user.id, session=False)) == 2
    assert len(told(server, "login", user=user.id, session=True)) == 1
    assert len(told(server, "login refused", name=user.username, peer="127.0.0.1")) == 5
    assert len(told(server, "login throttled", name=user.username)) == 1
    assert told(server, "password change refused", user=user.id) and told(server, "password changed", user=user.id)
    assert told(server, "password set by an admin", user=user.id) and told(server, "logout", user=user.id)
    statuses = {line.get("status") for line in told(server, "request")}
    assert {401, 403, 429} <= statuses


@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_secret_is_told(make_server, streams, level):
    """Not by any way that it may take: body, header, cookie, address; right or wrong."""
    key = "canary-of-a-key-that-is-long-enough-0123456789-abcdefghij"
    server = make_server(LOG_LEVEL=level, SECRET_KEY=key)
    server.create_admin()
    server.start()
    passwords = [CANARY.format(n) for n in range(6)]
    user, browser, client = server.user(password=passwords[0]), Browser(server), server.client()
    browser.login(user.username, passwords[0]).expect(302)
    session = browser.client.session.cookies["sessionid"]
    secrets = [PASSWORD, key, user.token, user.refresh, session, browser.csrf, *passwords, "canary-text"]
    client.post("/api/token/", {"username": user.username, "password": passwords[1]})
    client.send_raw("POST", "/api/token/", f'{{"username":"x","password":"{passwords[1]}"', "application/json")
    client.send_raw("POST", "/api/token/", f"username=x&password={passwords[1]}", "application/x-www-form-urlencoded")
    browser.login(user.username, passwords[2])
    client.post("/api/users/", {"username": user.username, "email": "x", "password": passwords[3]}).expect(400)
    user.post("/api/users/me/password/", {"old_password": passwords[4], "new_password": passwords[5]}).expect(400)
    for path in ("/api/users/me/", "/api/events/", "/nowhere", "/livez"):
        for name in ("token", "access_token", "jwt", "authorization", "password"):
            client.get(f"{path}?{name}={user.token}").expect(200, 401, 404)
            client.get(f"{path}?{name}={passwords[1]}").expect(200, 401, 404)
    client.get(f"/api/{user.token}/").expect(401, 404)
    client.get("/api/users/me/", headers={"Authorization": f"Token {user.token}"}).expect(401)
    client.get("/api/users/me/", headers={"Authorization": f"Bearer {user.token}x"}).expect(401)
    client.get("/api/users/me/", headers={"Cookie": f"sessionid={session}x"})
    client.post("/api/token/refresh/", {"refresh": user.refresh + "x"}).expect(401)
    user.send(user.converse(server.user()), "canary-text")
    user.get("/api/messages/?search=canary-text").expect(200)
    stream = streams.follow(server, user.token).wait_open()
    server.admin().post(f"/api/admin/users/{user.id}/password/", {"new_password": passwords[5]}).expect(204)
    stream.wait_closed()
    server.stop()
    lines_of(server)
    for secret in secrets:
        assert secret not in server.log(), f"{secret[:40]} is told at level {level}"
    assert "argon2" not in server.log()


def test_a_token_in_an_address_is_none(alice, anonymous):
    """Addresses end up in logs, histories and referrers."""
    for name in ("token", "access_token", "access", "jwt", "authorization"):
        for path, headers in (("/api/events/", {}), ("/api/events/", STREAM), ("/api/users/me/", {})):
            assert anonymous.get(f"{path}?{name}={alice.token}", headers=headers).status == 401


def test_a_line_break_begins_no_line(make_server):
    server = make_server(LOG_LEVEL="debug").start()
    user, client = server.user(), server.client()
    forged = 'x\r\n{"level":"info","event":"forged"}\n\x1b[31m\u2028\x85'
    client.post("/api/token/", {"username": forged, "password": "wrong"}).expect(401)
    client.send_raw("POST", "/api/token/", "username=x%0D%0Aforged&password=x", "application/x-www-form-urlencoded").expect(401)
    for path in ("/api/users/x%0d%0aforged/", "/nowhere%0aforged", "/api/users/?search=x%0d%0aforged", "/%1b%5b31mforged"):
        user.get(path).expect(200, 400, 404)
    for name in ("X-Request-ID", "User-Agent", "Referer", "X-Forwarded-For"):
        user.get("/api/users/me/", headers={name: "x\x85\x1b[31mforged".encode("latin-1")})
    server.stop()
    lines = lines_of(server)
    assert any("forged" in str(line) for line in lines), "it is told, but as a value"
    assert not [line for line in lines if "forged" in (line.get("event"), line.get("message"))]
    log = server.log_path.read_bytes()
    assert not [byte for byte in set(log) if byte < 0x20 and byte != 0x0A]
    assert all(line.startswith(b"{") and line.endswith(b"}") for line in log.splitlines())


def test_what_is_told_of_a_refusal_leads_to_the_request(make_server):
    server = make_server().start()
    answer = server.client().get("/api/users/me/")
    assert wait_until(lambda: answer.headers["X-Request-ID"] in server.log(), 60)
