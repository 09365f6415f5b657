"""What an attacker tries, on every route there is. The numbers are those of the list of security requirements."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import threading
import time

import pytest

import openapi
from harness import PASSWORD, Server, unique
from test_auth import forgeries
from test_sessions import Browser
from world import World

KEY = "a-key-for-the-security-tests-that-is-long-enough-0123456789abcd"


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """A server whose key the tests know."""
    running = Server(tmp_path_factory.mktemp("secured"), SECRET_KEY=KEY)
    try:
        running.create_admin()
        yield running.start()
    finally:
        running.discard()


@pytest.fixture(scope="module")
def document(secured):
    return openapi.load(secured.client())


@pytest.fixture
def world(secured):
    return World(secured, KEY)


def encode(value):
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts_of(token):
    return [json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4))) for p in token.split(".")[:2]]


def signed(header, claims, key=KEY):
    text = f"{encode(header)}.{encode(claims)}"
    return f"{text}.{encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())}"


def ill_made(token):
    """Tokens signed with the server's own key that must not pass all the same (S01, S02)."""
    header, claims = parts_of(token)
    now = int(time.time())
    wrong_headers = {
        "alg none": {"alg": "none"}, "alg in small letters": {"alg": "hs256"}, "HS384": {"alg": "HS384"},
        "ES256": {"alg": "ES256"}, "a list": {"alg": ["HS256"]}, "no alg": {"alg": None},
        "kid": {"kid": "../../dev/null"}, "jwk": {"jwk": {"kty": "oct", "k": ""}}, "jku": {"jku": "http://127.0.0.1/"},
        "x5u": {"x5u": "http://127.0.0.1/"}, "x5c": {"x5c": ["x"]}, "crit": {"crit": ["exp"]}, "zip": {"zip": "DEF"},
        "typ": {"typ": "at+jwt"}, "cty": {"cty": "JWT"},
    }
    wrong_claims = {
        "expired": {"exp": now - 1}, "expired long ago": {"exp": 1}, "exp as text": {"exp": str(now + 999)},
        "exp negative": {"exp": -1}, "exp too large": {"exp": 10**30}, "exp a float": {"exp": now + 999.5},
        "exp null": {"exp": None}, "not yet": {"nbf": now + 999}, "nbf as text": {"nbf": "x"},
        "issued in the future": {"iat": now + 999}, "a refresh token": {"token_type": "refresh"},
        "another type": {"token_type": "sliding"}, "type null": {"token_type": None},
        "no such user": {"user_id": 999999999}, "user as text": {"user_id": str(claims["user_id"])},
        "user negative": {"user_id": -1}, "no such login": {"login": "550e8400-e29b-41d4-a716-446655440000"},
        "login malformed": {"login": "x"}, "another epoch": {"epoch": claims["epoch"] + 1}, "jti malformed": {"jti": "x"},
    }
    missing = {f"without {name}": {k: v for k, v in claims.items() if k != name} for name in claims}
    return {
        **{name: signed({**header, **change}, claims) for name, change in wrong_headers.items()},
        **{name: signed(header, {**claims, **change}) for name, change in wrong_claims.items()},
        **{name: signed(header, rest) for name, rest in missing.items()},
    }


def test_s01_s02_no_forged_or_ill_made_token_passes_anywhere(world, document):
    user = world.participant
    header, claims = parts_of(user.token)
    assert user.get("/api/users/me/", token=signed(header, claims)).status == 200, "the tests sign as the server does"
    tokens = {**forgeries(user.token), **ill_made(user.token)}
    assert len(tokens) >= 40
    for name, token in tokens.items():
        assert user.get("/api/users/me/", token=token).status == 401, name
    guarded = [o for o in document.operations.values() if not o.is_open]
    for n, operation in enumerate(guarded):
        for token in list(tokens.values())[n % 3::3]:
            answer = world.call(operation, user, token=token)
            assert answer.status == 401, f"{operation.id}: {answer.status} with {token}"


def test_s04_a_refresh_token_used_by_many_at_once_has_one_successor(server):
    user = server.user()
    gate = threading.Barrier(12)

    def refresh(_):
        client = server.client()
        gate.wait()
        return client.post("/api/token/refresh/", {"refresh": user.refresh}).expect(200)["refresh"]

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        successors = {parts_of(token)[1]["jti"] for token in pool.map(refresh, range(12))}
    assert len(successors) == 1


def test_s06_a_storm_of_logins_holds_nobody_up(make_server):
    """While passwords are hashed with the full memory, others are answered: most logins end after most of their requests."""
    server = make_server(ARGON2_MEMORY_KIB="65536", ARGON2_ITERATIONS="1").start()
    user = server.user()
    login = {"username": user.username, "password": "wrong"}
    ended = []

    def log_in(_):
        ended.append(server.client().post("/api/token/", login).status)

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        storm = [pool.submit(log_in, n) for n in range(12)]
        answered = 0
        while not all(future.done() for future in storm):
            user.get("/api/users/me/").expect(200)
            answered += 1
    assert len(ended) == 12 and set(ended) <= {401, 503}
    assert answered > 2 * len(ended)


# What nobody may set, whatever the request, with values that would show.
PROTECTED = {
    "id": 424242, "user_id": None, "message_id": "550e8400-e29b-41d4-a716-446655440000", "seq": 999, "sender": 1, "sender_id": 1,
    "owner": 1, "owner_id": 1, "user": 1, "role": "admin", "is_active": False, "is_staff": True, "is_superuser": True,
    "is_deleted": True, "password_hash": "x", "access_epoch": 9, "read": True, "edited": True, "edited_at": "2001-01-01T00:00:00Z",
    "timestamp": "2001-01-01T00:00:00Z", "sent_at": "2001-01-01T00:00:00Z", "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z", "last_seen": "2001-01-01T00:00:00Z", "is_online": False, "reply_count": 7,
    "thread_depth": 7, "is_thread": True, "unread_count": 7, "message_count": 7, "kind": "reply", "preview": "forged",
    "conversation_id": "550e8400-e29b-41d4-a716-446655440000", "notification_id": "550e8400-e29b-41d4-a716-446655440000",
}
WRITES = {
    "create_conversation": "owner", "replace_conversation": "owner", "change_conversation": "owner", "send_in_conversation": "sender",
    "send_message": "sender", "replace_message": "sender", "change_message": "sender", "change_notification": "participant",
    "mark_message_read": "participant",
}


@pytest.mark.parametrize("name", WRITES)
def test_s12_a_request_sets_only_what_it_is_for(world, document, name):
    operation, caller = document.operations[name], getattr(world, WRITES[name])
    body = world.body(operation, caller)
    forged = {k: v for k, v in PROTECTED.items() if k not in body and not (name == "send_message" and k == "conversation_id")}
    answer = caller.request(operation.method, world.path(operation.path), json_body={**forged, **body})
    shown = answer.expect(200, 201)
    operation.check(answer)
    for field, value in forged.items():
        may_be_true = name in ("change_notification", "mark_message_read") and field == "read"
        honest = field in ("edited", "is_thread") and shown.get(field) is True and "message" in name
        if field in shown and not may_be_true and not honest:
            assert shown[field] != value, f"{field} was taken from the body"
    me = caller.get("/api/users/me/").expect(200)
    assert me["role"] == "guest" and me["is_active"] is True and me["id"] == caller.id


def test_s12_an_account_is_no_way_to_more_rights(server):
    name = unique("grab")
    forged = {k: v for k, v in PROTECTED.items() if k != "role"}
    body = {**forged, "username": name, "email": f"{name}@example.com", "password": PASSWORD}
    made = server.client().post("/api/users/", body).expect(201)
    assert made["id"] != 424242 and made["is_active"] is True and made["created_at"] > "2020"
    user = server.user()
    for field in ("id", "user_id", "created_at", "last_seen", "password_hash", "access_epoch", "is_staff", "is_deleted"):
        shown = user.patch("/api/users/me/", {field: PROTECTED[field], "first_name": "A"}).expect(200)
        assert shown["id"] == user.id and shown["user_id"] == user.user_id and shown["created_at"] > "2020"
    user.patch("/api/users/me/", {"is_active": False}).problem(403)
    user.get("/api/users/me/").expect(200)


def test_s21_a_session_is_new_at_each_login_and_never_another_sites(server, alice, bob):
    browser = Browser(server)
    browser.client.session.cookies.set(
        "sessionid", "550e8400-e29b-41d4-a716-446655440000", domain="127.0.0.1", path="/")
    browser.login(alice.username).expect(302)
    first = browser.client.session.cookies["sessionid"]
    browser.login(alice.username).expect(302)
    second = browser.client.session.cookies["sessionid"]
    assert len({first, second, "550e8400-e29b-41d4-a716-446655440000"}) == 3
    body = {"participant_ids": [bob.id]}
    for origin in ("http://evil.example", "null", "https://127.0.0.1", server.url + "0"):
        headers = {"X-CSRFToken": browser.csrf, "Origin": origin}
        assert "CSRF Failed" in browser.client.post("/api/conversations/", body, headers=headers).problem(403)["detail"]
    browser.client.post("/api/conversations/", body, headers={"X-CSRFToken": browser.csrf, "Origin": server.url}).expect(201)
    form = {"username": bob.username, "password": PASSWORD, "csrfmiddlewaretoken": browser.csrf}
    elsewhere = browser.client.request("POST", "/api-auth/login/", data=form, headers={"Origin": "http://evil.example"})
    assert elsewhere.status == 403 and "Set-Cookie" not in elsewhere.headers


def test_s23_every_answer_bears_the_headers_that_protect_it(world, document):
    for operation in document.operations.values():
        caller = world.anonymous if operation.is_open else world.participant
        for answer in (world.call(operation, caller), world.anonymous.request(operation.method, world.path(operation.path))):
            headers, where = answer.headers, f"{operation.id} {answer.status}"
            assert headers["X-Content-Type-Options"] == "nosniff", where
            assert headers["Referrer-Policy"] in ("no-referrer", "same-origin"), where
            policy = headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy and "unsafe" not in policy, where
            assert headers["X-Request-ID"], where
            if not operation.is_open:
                assert headers["Cache-Control"] == ("private, no-cache" if "ETag" in headers else "no-store"), where
        if operation.id in ("delete_me", "delete_user", "change_password", "change_me", "change_user", "replace_user"):
            world = World(world.server, KEY)


def test_s24_other_origins_get_nothing_with_credentials(make_server):
    server = make_server(CORS_ALLOWED_ORIGINS="http://app.example,https://web.example:8443").start()
    user = server.user()
    for origin, allowed in {
        "http://app.example": True, "https://web.example:8443": True, "https://app.example": False, "http://app.example:80": False,
        "http://app.example.evil.com": False, "http://evilapp.example": False, "null": False, "*": False, "": False,
        "HTTP://APP.EXAMPLE/": False,
    }.items():
        answer = user.get("/api/users/me/", headers={"Origin": origin})
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) == allowed, origin
        assert answer.headers.get("Access-Control-Allow-Origin") != "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers or allowed, origin
        preflight = server.client().options(
            "/api/conversations/", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert (preflight.headers.get("Access-Control-Allow-Origin") == origin) == allowed, origin


SPOOFED = {
    "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https", "X-Real-IP": "203.0.113.9",
}


def test_s28_forwarded_headers_are_believed_from_a_proxy_alone(make_server):
    server = make_server(LOGIN_THROTTLE=None).start()
    user, other = server.users("target", "other")
    page = user.get("/api/conversations/?page_size=1", headers=SPOOFED).expect(200)
    assert page["next"] is None
    root = user.get("/api/", headers=SPOOFED).expect(200)
    assert all(url.startswith(server.url + "/") for url in root.values()), root
    wrong = {"username": user.username, "password": "wrong"}
    statuses = [
        server.client().post("/api/token/", wrong, headers={**SPOOFED, "X-Forwarded-For": f"203.0.113.{n}"}).status for n in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2, "a made-up address does not start a new count"

    trusting = make_server(TRUSTED_PROXIES="127.0.0.1", ALLOWED_HOSTS="chat.example,127.0.0.1", LOGIN_THROTTLE=None).start()
    user = trusting.user()
    named = {"X-Forwarded-Host": "chat.example", "X-Forwarded-Proto": "https"}
    assert user.get("/api/", headers=named).expect(200)["users"] == "https://chat.example/api/users/"
    user.get("/api/", headers={"X-Forwarded-Host": "evil.example"}).expect(400)
    wrong = {"username": user.username, "password": "wrong"}
    statuses = [
        trusting.client().post("/api/token/", wrong, headers={"X-Forwarded-For": f"203.0.113.{n % 2}"}).status for n in range(11)
    ]
    assert statuses == [401] * 10 + [429], "each address has its own count"


def test_s36_one_url_shows_each_user_his_own(server):
    users = [server.user("crowd") for _ in range(40)]
    pairs = list(zip(users[::2], users[1::2]))
    for one, other in pairs:
        talk = one.converse(other)
        one.send(talk, f"for {other.username}")
    path = ["/api/users/me/", "/api/messages/unread/", "/api/notifications/", "/api/conversations/", "/api/messages/"]

    def look(n):
        user = users[n % len(users)]
        friend = users[(n % len(users)) ^ 1]
        text = server.client(user.token).get(path[n % len(path)]).text
        return [u.username for u in users if u not in (user, friend) and f'"{u.username}"' in text]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert [s for s in pool.map(look, range(400)) if s] == []
