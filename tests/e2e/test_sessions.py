"""Contract §2: the session login of browsers."""

import re

import pytest

from client import PASSWORD
from harness import wait_until


class Browser:
    """Logs in as a browser does: form, CSRF token, cookies."""

    def __init__(self, server):
        self.client = server.client()

    @property
    def csrf(self):
        return self.client.session.cookies.get("csrftoken")

    def form(self, next_page=""):
        page = self.client.get(f"/api-auth/login/?next={next_page}")
        page.expect(200)
        assert page.headers["Content-Type"].startswith("text/html")
        return re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"', page.text).group(1)

    def login(self, username, password=PASSWORD, next_page="/api/conversations/", csrf=None):
        body = {
            "username": username, "password": password, "next": next_page,
            "csrfmiddlewaretoken": csrf or self.form(next_page),
        }
        return self.client.request("POST", "/api-auth/login/", data=body)


def test_a_session_serves_the_api(server, alice, bob):
    browser = Browser(server)
    answer = browser.login(alice.username)
    answer.expect(302)
    assert answer.headers["Location"] == "/api/conversations/"
    cookies = answer.raw.raw.headers.getlist("Set-Cookie")
    session = next(c.lower() for c in cookies if c.startswith("sessionid="))
    assert "httponly" in session and "samesite=lax" in session and "path=/" in session
    assert any(c.startswith("csrftoken=") for c in cookies)
    browser.client.get("/api/conversations/").expect(200)

    body = {"participant_ids": [bob.id]}
    missing = browser.client.post("/api/conversations/", body)
    assert missing.problem(403)["detail"].startswith("CSRF Failed: ")
    wrong = browser.client.post("/api/conversations/", body, headers={"X-CSRFToken": "a" * 64})
    assert wrong.problem(403)["detail"].startswith("CSRF Failed: ")
    browser.client.post("/api/conversations/", body, headers={"X-CSRFToken": browser.csrf}).expect(201)


def test_a_session_login_needs_its_csrf_token_and_the_password(server, alice):
    browser = Browser(server)
    plain = {"username": alice.username, "password": PASSWORD}
    assert browser.client.request("POST", "/api-auth/login/", data=plain).status == 403
    wrong = browser.login(alice.username, "bad")
    wrong.expect(200)
    assert "sessionid" not in browser.client.session.cookies
    browser.client.get("/api/conversations/").expect(401, 403)


@pytest.mark.parametrize("target", ["http://example.com/", "//example.com/", "/\\example.com", "javascript:alert(1)"])
def test_a_login_leads_nowhere_but_to_this_site(server, alice, target):
    answer = Browser(server).login(alice.username, next_page=target)
    answer.expect(302)
    assert answer.headers["Location"].startswith("/") and "example.com" not in answer.headers["Location"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_session_logout_ends_the_session(server, alice, method):
    browser = Browser(server)
    browser.login(alice.username).expect(302)
    kept = browser.client.session.cookies.get("sessionid")
    more = {"data": {"csrfmiddlewaretoken": browser.csrf}} if method == "POST" else {}
    assert browser.client.request(method, "/api-auth/logout/", **more).status in (200, 302)
    again = server.client().get("/api/conversations/", headers={"Cookie": f"sessionid={kept}"})
    assert again.status in (401, 403)


def test_a_garbage_session_cookie_is_no_session(anonymous):
    assert anonymous.get("/api/conversations/", headers={"Cookie": "sessionid=garbage"}).status in (401, 403)


def test_the_password_change_ends_sessions_too(server, alice):
    browser = Browser(server)
    browser.login(alice.username).expect(302)
    change = {"old_password": PASSWORD, "new_password": "An0ther-pass-phrase"}
    alice.post("/api/users/me/password/", change).expect(200, 204)
    assert wait_until(lambda: browser.client.get("/api/conversations/").status in (401, 403), 60)


# --- other sites ----------------------------------------------------------------------------


def test_a_session_is_new_at_each_login(server, alice):
    made_up = "550e8400-e29b-41d4-a716-446655440000"
    browser = Browser(server)
    browser.client.session.cookies.set("sessionid", made_up, domain="127.0.0.1", path="/")
    sessions, tokens = [made_up], []
    for _ in range(2):
        browser.login(alice.username).expect(302)
        sessions.append(browser.client.session.cookies["sessionid"])
        tokens.append(browser.csrf)
    assert len(set(sessions)) == 3 and len(set(tokens)) == 2
    assert server.client().get("/api/users/me/", headers={"Cookie": f"sessionid={made_up}"}).status in (401, 403)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_flags_of_the_cookies(make_server, scheme):
    server = make_server(TRUSTED_PROXIES="127.0.0.1").start()
    user, browser = server.user(), Browser(server)
    browser.client.session.headers["X-Forwarded-Proto"] = scheme
    browser.client.session.headers["Origin"] = f"{scheme}://127.0.0.1:{server.port}"
    body = {"username": user.username, "password": PASSWORD, "csrfmiddlewaretoken": browser.form()}
    # What is for TLS alone is not sent here by itself.
    cookie = next(f"csrftoken={c.value}" for c in browser.client.session.cookies if c.name == "csrftoken")
    answer = browser.client.request("POST", "/api-auth/login/", data=body, headers={"Cookie": cookie})
    answer.expect(302)
    flags = {c.split("=")[0]: [f.strip().lower() for f in c.split(";")[1:]] for c in answer.raw.raw.headers.getlist("Set-Cookie")}
    for name in ("sessionid", "csrftoken"):
        assert "samesite=lax" in flags[name] and "path=/" in flags[name], flags
        assert ("secure" in flags[name]) == (scheme == "https"), flags
        assert not any(f.startswith("domain=") for f in flags[name])
    assert "httponly" in flags["sessionid"]


FOREIGN = ("http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "http://127.0.0.1.evil.example")


def test_no_other_site_changes_anything_by_a_session(make_world, document):
    """Whatever a page elsewhere makes a browser send: it cannot know the CSRF token, nor hide where it comes from."""
    world = make_world()
    browser = Browser(world.server)
    browser.login(world.admin.username).expect(302)
    client = browser.client
    for operation in document.operations.values():
        if operation.method == "GET" or operation.is_open:
            continue
        attempts = [{}, {"X-CSRFToken": "a" * 64}, {"X-CSRFToken": ""}]
        attempts += [{"X-CSRFToken": browser.csrf, "Origin": origin} for origin in (*FOREIGN, client.server.url + "0")]
        for headers in attempts:
            answer = world.call(operation, client, headers=headers)
            assert answer.problem(403)["detail"].startswith("CSRF Failed: "), f"{operation.id} with {headers}"
    form = {"content": "sent", "conversation": world.conversation, "csrfmiddlewaretoken": "a" * 64}
    for origin in FOREIGN:
        assert client.request("POST", "/api/messages/", data=form, headers={"Origin": origin}).status == 403
    good = {"X-CSRFToken": browser.csrf, "Origin": world.server.url}
    client.patch("/api/users/me/", {"first_name": "Own"}, headers=good).expect(200)


def test_no_other_site_logs_anybody_in_or_out(server, alice, bob):
    browser = Browser(server)
    browser.login(alice.username).expect(302)
    form = {"username": bob.username, "password": PASSWORD, "csrfmiddlewaretoken": browser.csrf}
    for origin in FOREIGN:
        elsewhere = browser.client.request("POST", "/api-auth/login/", data=form, headers={"Origin": origin})
        assert elsewhere.status == 403 and "Set-Cookie" not in elsewhere.headers
        assert browser.client.request("POST", "/api-auth/logout/", data=form, headers={"Origin": origin}).status == 403
    assert browser.client.get("/api/users/me/").expect(200)["id"] == alice.id
