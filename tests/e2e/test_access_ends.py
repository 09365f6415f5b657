"""Contract §2: what ends a login ends all that it opened, streams included, within five seconds."""

import time

import pytest

from client import PASSWORD
from events import PATH, told
from harness import wait_until
from test_sessions import Browser


def log_out(server, user, browser):
    user.post("/api/token/blacklist/", {"refresh": user.refresh}).expect(200)
    browser.client.request("GET", "/api-auth/logout/").expect(200, 302)


def change_password(server, user, browser):
    change = {"old_password": PASSWORD, "new_password": "An0ther-pass-phrase"}
    user.post("/api/users/me/password/", change).expect(200, 204)


def have_the_password_set(server, user, browser):
    path = f"/api/admin/users/{user.id}/password/"
    server.admin().post(path, {"new_password": "An0ther-pass-phrase"}).expect(204)


def change_role(server, user, browser):
    server.admin().patch(f"/api/users/{user.id}/", {"role": "host"}).expect(200)


def deactivate(server, user, browser):
    server.admin().patch(f"/api/users/{user.id}/", {"is_active": False}).expect(200)


def delete_account(server, user, browser):
    user.delete("/api/user/delete/").expect(204)


def have_the_account_deleted(server, user, browser):
    server.admin().delete(f"/api/admin/users/{user.id}/").expect(204)


@pytest.mark.parametrize("end", [
    log_out, change_password, have_the_password_set, change_role, deactivate, delete_account, have_the_account_deleted,
])
def test_all_that_a_login_opened_ends(server, alice, bob, direct, streams, record_property, end):
    browser = Browser(server)
    browser.login(alice.username).expect(302)
    cookie = {"Cookie": f"sessionid={browser.client.session.cookies['sessionid']}"}
    by_token = [streams.follow(server, alice.token).wait_open() for _ in range(2)]
    by_session = streams.follow(server, headers=cookie).wait_open()
    page = streams.follow(
        server, alice.token, f"{PATH}?wait=30", headers={"Accept": "application/json"}, reconnects=False)
    other = streams.follow(server, bob.token).wait_open()
    client = server.client()

    def is_refused():
        tries = ({"token": alice.token}, {"headers": cookie})
        return all(client.get("/api/users/me/", **how).status in (401, 403) for how in tries)

    end(server, alice, browser)
    ended = time.monotonic()
    assert wait_until(is_refused, 60)
    for stream in (*by_token, by_session):
        stream.wait_closed()
        assert stream.statuses == [200, 401] and stream.ended == 1
    record_property("seconds", round(time.monotonic() - ended, 2))
    bob.send(direct, "too late")
    page.wait_closed()
    assert b"too late" not in page.error_body
    client.post("/api/token/refresh/", {"refresh": alice.refresh}).expect(401)
    assert other.state == "open" and other.opened == 1


def test_a_stream_ends_when_its_token_expires(make_server, streams):
    server = make_server(ACCESS_TOKEN_LIFETIME="15").start()
    user = server.user("user")
    stream = streams.follow(server, user.token).wait_open()
    stream.wait_closed(75)
    assert stream.statuses == [200, 401] and stream.ended == 1


def test_one_of_two_logins_ends_alone(server, alice, streams):
    first = streams.follow(server, alice.token).wait_open()
    ended = alice.refresh
    alice.login()
    second = streams.follow(server, alice.token).wait_open()
    alice.post("/api/token/blacklist/", {"refresh": ended}).expect(200)
    first.wait_closed()
    assert told(second, alice) == [] and second.opened == 1
