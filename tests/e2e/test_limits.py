"""Every limit, at it and one beyond. Those of pages, threads, streams, keys and JSON are tried with these."""

import itertools
import json
import socket

import pytest

from client import MISSING_UUID, PASSWORD, messages_path
from harness import unique

LARGEST_BODY = 1 << 20
LONGEST_TARGET, MOST_HEADERS = 4096, 100


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_may_be_a_mebibyte(alice, direct, chunked):
    for size, status in ((LARGEST_BODY, 201), (LARGEST_BODY + 1, 413)):
        body = b'{"content":"x"}'.ljust(size)
        sent = iter([body[:9], body[9:]]) if chunked else body
        try:
            assert alice.send_raw("POST", messages_path(direct), sent).status == status
        except OSError:
            assert status == 413, "refused while it was still being sent"
    assert len(alice.listed(direct)) == 1


def test_the_size_of_a_body_is_settable(make_server):
    server = make_server(MAX_BODY_BYTES="2000").start()
    user = server.user()
    path = messages_path(user.converse(server.user()))
    assert [user.send_raw("POST", path, b'{"content":"x"}'.ljust(size)).status for size in (2000, 2001)] == [201, 413]


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(server):
    with socket.create_connection(("127.0.0.1", server.port), 60) as peer:
        peer.sendall(b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n" % (LARGEST_BODY + 1))
        assert peer.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/octet-stream"])
def test_an_unsupported_body_is_refused_however_large(alice, direct, kind):
    for size in (1, LARGEST_BODY):
        alice.send_raw("POST", messages_path(direct), b"x" * size, kind).problem(415)


def test_an_address_may_be_so_long(anonymous):
    path = "/livez?" + "x" * (LONGEST_TARGET - len("/livez?"))
    assert [anonymous.get(p).status for p in (path, path + "x")] == [200, 414]


def test_there_may_be_so_many_headers(server):
    for count, status in ((MOST_HEADERS, b"200"), (MOST_HEADERS + 1, b"431")):
        lines = [b"GET /livez HTTP/1.1", b"Host: 127.0.0.1"] + [b"X-%d: x" % n for n in range(count - 1)]
        with socket.create_connection(("127.0.0.1", server.port), 60) as peer:
            peer.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
            assert peer.recv(65536)[9:12] == status, count


def test_a_conversation_takes_so_many_participants(make_server):
    server = make_server(MAX_PARTICIPANTS="4").start()
    alice, *others = server.users(*["crowd"] * 5)
    full = alice.converse(*others[:3])
    too_many = {"participant_ids": [u.id for u in others[:4]]}
    alice.post("/api/conversations/", too_many).invalid("participant_ids")
    alice.post(f"/api/conversations/{full}/add_participant/", {"user_id": others[3].id}).expect(400)
    for method in ("PUT", "PATCH"):
        body = {"title": "x", "participant_ids": [alice.id, *too_many["participant_ids"]]}
        alice.request(method, f"/api/conversations/{full}/", json_body=body).invalid("participant_ids")
    assert len(alice.get(f"/api/conversations/{full}/").expect(200)["participants"]) == 4
    alice.post(f"/api/conversations/{full}/remove_participant/", {"user_id": others[0].id}).expect(200)
    alice.post(f"/api/conversations/{full}/add_participant/", {"user_id": others[3].id}).expect(200)


@pytest.mark.slow
def test_a_conversation_takes_a_thousand_participants_unless_it_is_set(make_server):
    server = make_server().start()
    people = [server.register("crowd")["id"] for _ in range(1001)]
    alice = server.user("alice")
    made = alice.post("/api/conversations/", {"participant_ids": people[:999]}).expect(201)
    assert len(made["participants"]) == 1000
    alice.post("/api/conversations/", {"participant_ids": people[:1000]}).invalid("participant_ids")
    path = f"/api/conversations/{made['conversation_id']}/"
    alice.post(path + "add_participant/", {"user_id": people[1000]}).expect(400)
    assert alice.send(made["conversation_id"])["seq"] == 1


LONGEST = {"username": 150, "first_name": 150, "last_name": 150}


@pytest.mark.parametrize("field", LONGEST)
def test_names_have_their_length(anonymous, field):
    for length, status in ((LONGEST[field], 201), (LONGEST[field] + 1, 400)):
        name = unique("long")
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        body[field] = (name if field == "username" else "").ljust(length, "x")
        answer = anonymous.post("/api/users/", body)
        assert answer.status == status, answer.text
        assert status == 201 or field in answer.json


@pytest.mark.parametrize("letter", ["x", "\u00e9", "\u4e2d", "\U0001f600"])
def test_a_message_has_its_length_in_characters(alice, direct, letter):
    path = messages_path(direct)
    assert alice.post(path, {"content": letter * 8000}).expect(201)["content"] == letter * 8000
    alice.post(path, {"content": letter * 8001}).invalid("content", "Ensure this field has no more than 8000 characters.")
    assert alice.post(path, {"content": " " * 500 + letter * 8000 + "\n" * 500}).expect(201)["content"] == letter * 8000


@pytest.mark.parametrize("path", ["/api/users/", "/api/messages/"])
def test_a_search_has_its_length(alice, path):
    assert [alice.get(f"{path}?search={'x' * n}").status for n in (200, 201)] == [200, 400]


def test_many_ids_at_once_are_no_burden(alice, bob, direct):
    sent = alice.send(direct)["message_id"]
    ids = [MISSING_UUID[:-6] + f"{n:06x}" for n in range(20_000)]
    assert len(json.dumps({"message_ids": [*ids, sent]})) < LARGEST_BODY
    answer = bob.patch("/api/messages/unread/", {"message_ids": [*ids, sent]})
    assert answer.status == 400 or answer.expect(200)["updated"] == 1
    names = [f"nobody{n}" for n in itertools.islice(itertools.count(), 2000)]
    alice.post("/api/conversations/", {"participant_ids": names}).expect(400)
