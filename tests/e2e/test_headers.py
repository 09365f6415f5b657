"""Headers that protect whoever reads an answer, and headers that are not to be believed."""

import pytest

from client import MISSING_UUID
from test_pages import BROWSER

ENDING = {"delete_me", "delete_user", "change_password", "change_me", "change_user", "replace_user", "admin_delete_user",
          "admin_set_password", "admin_delete_conversation", "admin_delete_message", "delete_conversation", "delete_message"}


def check_protection(answer, where):
    headers = answer.headers
    is_page = headers.get("Content-Type", "").startswith("text/html")
    assert headers["X-Content-Type-Options"] == "nosniff", where
    # A form's Origin would be "null" without any referrer.
    assert headers["Referrer-Policy"] == ("same-origin" if is_page else "no-referrer"), where
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy and "unsafe" not in policy, where
    assert headers["X-Request-ID"], where
    assert "Server" not in headers and "X-Powered-By" not in headers, where


def check_caching(answer, where):
    assert answer.headers["Cache-Control"] == ("private, no-cache" if "ETag" in answer.headers else "no-store"), where


def test_every_answer_bears_the_headers_that_protect_its_reader(make_world, document):
    world = make_world()
    for operation in document.operations.values():
        caller = world.caller(operation)
        answers = [
            world.call(operation, caller), world.anonymous.request(operation.method, world.path(operation.path)),
            caller.request(operation.method, world.path(operation.path, missing=True), json_body={}),
        ]
        if operation.method == "GET":
            answers += [caller.head(world.path(operation.path)), caller.get(world.path(operation.path), headers=BROWSER)]
        for answer in answers:
            where = f"{operation.id} {answer.status} {answer.raw.request.method}"
            check_protection(answer, where)
            if not operation.is_open:
                check_caching(answer, where)
        if operation.id in ENDING:
            world = make_world()


@pytest.mark.parametrize("path, status", [
    ("/", 302), ("/nowhere", 404), ("/api/nowhere/", 404), ("/assets/none.js", 404), ("/admin/", 200), ("/api/docs/", 200),
    ("/api-auth/login/", 200), (f"/api/messages/{MISSING_UUID}/", 401), ("/%00", 404),
])
def test_addresses_outside_the_table_bear_them_too(anonymous, path, status):
    for headers in ({}, BROWSER):
        answer = anonymous.get(path, headers=headers)
        assert answer.status == status
        check_protection(answer, path)


def test_refusals_before_any_route_bear_them_too(alice):
    for answer, status in (
        (alice.get("/api/users/me/", headers={"Host": "evil.example"}), 400),
        (alice.get("/api/users/me/", headers={"Accept": "image/png"}), 406),
        (alice.send_raw("POST", "/api/messages/", b"{"), 400),
        (alice.send_raw("POST", "/api/messages/", b"x", "text/plain"), 415),
        (alice.request("DELETE", "/api/messages/"), 405),
    ):
        assert answer.status == status
        check_protection(answer, status)


def test_refusals_of_what_is_no_good_request_bear_them_too(alice):
    for answer, status in (
        (alice.request("BREW", "/api/messages/"), 501), (alice.get("/" + "a" * 5000), 414),
        (alice.get("/", headers={"X-A": "a" * 17000}), 431),
        (alice.send_raw("POST", "/api/messages/", b"x" * ((1 << 20) + 1)), 413),
    ):
        assert answer.status == status
        check_protection(answer, status)


def test_an_event_stream_bears_them_too(alice, listen):
    headers = listen(alice).response_headers
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"] and headers["cache-control"] == "no-store"


def test_other_origins_get_nothing_with_credentials(make_server):
    server = make_server(CORS_ALLOWED_ORIGINS="http://app.example,https://web.example:8443").start()
    user = server.user()
    for origin, allowed in {
        "http://app.example": True, "https://web.example:8443": True, "https://app.example": False, "http://app.example:80": False,
        "http://app.example.evil.com": False, "http://evilapp.example": False, "null": False, "*": False, "": False,
        "HTTP://APP.EXAMPLE/": False, "http://app.example:8443": False, "https://web.example": False,
        "http://app.example, http://evil.example": False, "http://app.example%00.evil.example": False, "file://": False,
    }.items():
        answer = user.get("/api/users/me/", headers={"Origin": origin})
        preflight = server.client().options(
            "/api/conversations/", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        for shown in (answer, preflight):
            assert (shown.headers.get("Access-Control-Allow-Origin") == origin) == allowed, origin
            assert shown.headers.get("Access-Control-Allow-Origin") != "*"
            assert "Access-Control-Allow-Credentials" not in shown.headers, origin
        assert "Origin" in answer.headers["Vary"], "what depends on the origin is cached by it"


def test_nobody_is_allowed_unless_it_is_set(alice):
    headers = alice.get("/api/users/me/", headers={"Origin": "http://app.example"}).headers
    assert not [name for name in headers if name.lower().startswith("access-control")]


SPOOFED = {
    "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https", "X-Real-IP": "203.0.113.9",
}


def failures(server, user, addresses):
    """The statuses of wrong logins that claim to come from the addresses."""
    wrong = {"username": user.username, "password": "wrong"}
    return [server.client().post("/api/token/", wrong, headers={**SPOOFED, "X-Forwarded-For": a}).status for a in addresses]


def test_forwarded_headers_are_believed_from_nobody_unless_it_is_set(make_server):
    server = make_server(LOGIN_THROTTLE=None).start()
    user = server.user()
    user.converse(server.user())
    user.converse(server.user())
    page = user.get("/api/conversations/?page_size=1", headers=SPOOFED).expect(200)
    assert page["next"].startswith(server.url + "/")
    root = user.get("/api/", headers=SPOOFED).expect(200)
    assert all(url.startswith(server.url + "/") for url in root.values()), root
    statuses = failures(server, user, [f"203.0.113.{n}" for n in range(7)])
    assert statuses == [401] * 5 + [429] * 2, "a made-up address does not start a new count"
    server.stop()
    assert "203.0.113" not in server.log() and "evil.example" not in server.log()


def test_forwarded_headers_are_believed_from_a_proxy(make_server):
    server = make_server(TRUSTED_PROXIES="127.0.0.1", ALLOWED_HOSTS="chat.example,127.0.0.1", LOGIN_THROTTLE=None).start()
    user = server.user()
    named = {"X-Forwarded-Host": "chat.example", "X-Forwarded-Proto": "https"}
    assert user.get("/api/", headers=named).expect(200)["users"] == "https://chat.example/api/users/"
    user.get("/api/", headers={"X-Forwarded-Host": "evil.example"}).expect(400)
    wrong = {"username": user.username, "password": "wrong"}
    statuses = [
        server.client().post("/api/token/", wrong, headers={"X-Forwarded-For": f"203.0.113.{n % 2}"}).status for n in range(11)
    ]
    assert statuses == [401] * 10 + [429], "each address has its own count"


def test_what_a_client_put_before_the_proxys_own_word_is_not_believed(make_server):
    server = make_server(TRUSTED_PROXIES="127.0.0.1", LOGIN_THROTTLE=None).start()
    user = server.user()
    wrong = {"username": user.username, "password": "wrong"}
    statuses = [
        server.client().post("/api/token/", wrong, headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"}).status for n in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2, "the last address is the proxy's word; those before it are the client's"
