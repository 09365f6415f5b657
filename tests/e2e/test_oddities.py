"""Whatever is sent, the answer is a clear 4xx or a success: never a 5xx, never a trace of what is inside."""

import json
import random
import re

import pytest

from client import MISSING_UUID, PASSWORD

INSIDE = re.compile(r"exception|traceback|sqlite|postgres|libpq|soci|select .* from|\.cpp|/home/|/tmp/|std::", re.I)
VALUES = [
    None, True, False, 0, -1, 1, 1.5, 10**30, -(2**63), 2**63, 1e308, "", " ", "x", "\0", "\ud7ff", "a" * 9000, "1", "-1",
    MISSING_UUID, MISSING_UUID.upper(), MISSING_UUID.replace("-", ""), "2025-07-30T10:00:00Z", "'; DROP TABLE users; --",
    [], [[]], [None], [1, "x", None], ["x"] * 2000, {}, {"a": 1}, {"id": 1}, [{"id": 1}],
]
FIELDS = [
    "username", "email", "password", "role", "is_active", "first_name", "phone_number", "refresh", "token", "old_password",
    "new_password", "participant_ids", "participants", "title", "user_id", "content", "message_body", "receiver",
    "receiver_id", "parent_message", "conversation", "conversation_id", "message_ids", "is_read",
]
QUERIES = [
    "page=-1", "page=1e9", "page_size=99999999999", "cursor=x", "cursor=%ff", "ordering=password", "ordering=-", "all=maybe",
    "search=%00", "search=%ff", "search=" + "x" * 3000, "sent_after=0000-00-00", "sent_before=9999-99-99T99:99:99Z",
    "sent_after=2025-07-30T10:00:00%2B99:99", "conversation=-1", "conversation_id=x", "sender=99999999999999999999",
    "receiver=", "unread=x", "is_read=x", "is_online=x", "role=king", "a=1&a=2&a=3", "=", "&&&", "%", "%zz", "?", "a[]=1",
]


@pytest.fixture
def addresses(alice, bob, direct):
    message = alice.send(direct)["message_id"]
    notification = bob.notifications()[0]["notification_id"]
    return {
        "POST": [
            "/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/blacklist/", "/api/users/",
            "/api/users/me/password/", "/api/conversations/", f"/api/conversations/{direct}/messages/", "/api/messages/",
            f"/api/conversations/{direct}/add_participant/", f"/api/conversations/{direct}/remove_participant/",
            f"/api/messages/{message}/mark_as_read/", "/api/messages/mark_conversation_as_read/",
            "/api/notifications/mark_all_as_read/",
        ],
        "PATCH": [
            "/api/users/me/", f"/api/conversations/{direct}/", f"/api/messages/{message}/", "/api/messages/unread/",
            f"/api/notifications/{notification}/",
        ],
        "PUT": [f"/api/conversations/{direct}/", f"/api/messages/{message}/"],
        "GET": [
            "/api/users/", "/api/conversations/", f"/api/conversations/{direct}/", f"/api/conversations/{direct}/messages/",
            "/api/messages/", f"/api/messages/{message}/", f"/api/messages/{message}/history/", "/api/messages/unread/",
            f"/api/conversations/{direct}/messages/{message}/thread/", "/api/notifications/", "/api/",
        ],
    }


def sound(answer, what, sent="DROP TABLE users"):
    """No fault of the server's, and nothing of what is inside it; a refusal may quote what was sent."""
    assert answer.status < 500, f"{what}: {answer.status} {answer.text[:300]}"
    if answer.status >= 400:
        said = answer.text
        for quoted in (MISSING_UUID, json.dumps(sent, ensure_ascii=False)[1:-1], sent):
            said = said.replace(quoted, "") if quoted else said
        assert not INSIDE.search(said), f"{what}: {said[:300]}"


def test_odd_queries(bob, addresses):
    for path in addresses["GET"]:
        for query in QUERIES:
            sound(bob.get(f"{path}?{query}"), f"GET {path}?{query[:60]}")


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_odd_values_in_every_field(server, bob, addresses, method):
    chance = random.Random(7)
    for path in addresses[method]:
        for value in VALUES:
            fields = chance.sample(FIELDS, 4)
            for body in ({f: value for f in FIELDS}, {f: chance.choice(VALUES) for f in fields}):
                sound(bob.request(method, path, json_body=body), f"{method} {path} {json.dumps(body)[:200]}")
            if bob.get("/api/users/me/").status != 200:
                bob = server.user()  # a change to the account itself went through


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_bodies_that_are_no_objects(bob, addresses, method):
    for path in addresses[method]:
        for value in VALUES:
            data = json.dumps(value).encode()
            answer = bob.send_raw(method, path, data)
            sound(answer, f"{method} {path} {data[:60]}")
            takes_no_fields = path.endswith(("/mark_as_read/", "/mark_all_as_read/"))
            assert answer.status >= 400 or isinstance(value, dict) or takes_no_fields, f"{method} {path} took {data[:60]}"


def test_odd_forms(bob, direct):
    path = f"/api/conversations/{direct}/messages/"
    for form in (b"content=%", b"content=%zz", b"content=%00", b"content=%ff%fe", b"=&=&", b"content", b"content=a&content=b", b"\xff" * 50, b"&" * 5000):
        answer = bob.send_raw("POST", path, form, "application/x-www-form-urlencoded")
        sound(answer, form[:40])
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"):
        sound(bob.send_raw("POST", path, b"--x\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nhi\r\n--x--\r\n", kind), kind)


def test_odd_headers(bob, direct):
    for name, values in {
        "Authorization": ["", "Bearer", "Bearer ", "bearer x", "Bearer " + "x" * 8000, "Basic eDp5", "Bearer a.b.c, Bearer d.e.f"],
        "Accept": [",", ";q=", "a/b;q=2", "*/*;q=0", "application/json;q=x", "*" * 5000, "text/html;;;,,,"],
        "If-None-Match": ["x", '"', 'W/"x', "*,*", '"' * 3000],
        "If-Match": ["x", '"', "*,*"],
        "Content-Type": ["", ";", "/", "application/json; charset=utf-16", "application/json; charset=x"],
        "Origin": ["null", "x", "http://" + "a" * 3000],
        "Cookie": ["=", ";;;", "sessionid", "sessionid=;sessionid=x", "csrftoken=" + "x" * 3000],
        "X-Forwarded-For": ["x", "1.2.3.4, , ,", "::1"],
        "Range": ["bytes=0-1", "x"],
        "Expect": ["x"],
    }.items():
        for value in values:
            for path in ("/api/users/me/", f"/api/conversations/{direct}/messages/"):
                sound(bob.get(path, headers={name: value}), f"GET {path} {name}: {value[:40]}")
            if name != "Expect":
                path = f"/api/conversations/{direct}/messages/"
                sound(bob.post(path, {"content": "x"}, headers={name: value}), f"POST {name}: {value[:40]}")


def test_the_server_is_still_well(server, alice, bob):
    """Runs last in this file: after all of the above an ordinary conversation works."""
    conversation = alice.converse(bob)
    alice.send(conversation)
    assert bob.unread_count(conversation) == 1
    server.client().post("/api/token/", {"username": alice.username, "password": PASSWORD}).expect(200)
