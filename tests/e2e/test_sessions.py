"""Contract §2: the session login of browsers."""

import re

import pytest

from harness import PASSWORD, wait_until


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
    assert wait_until(lambda: browser.client.get("/api/conversations/").status in (401, 403), 5)
