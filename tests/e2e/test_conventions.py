"""Contract §1: what holds for every address."""

import json

import pytest

from client import MISSING_UUID, NOT_FOUND, messages_path
from harness import unique


# --- addresses ------------------------------------------------------------------------------


def test_with_and_without_the_slash_is_the_same_for_every_method(alice, bob):
    created = alice.post("/api/conversations", {"participant_ids": [bob.id]}).expect(201)
    path = f"/api/conversations/{created['conversation_id']}"
    assert alice.get(path).expect(200) == alice.get(path + "/").expect(200)
    alice.patch(path, {"title": "t"}).expect(200)
    sent = alice.post(path + "/messages", {"content": "x"}).expect(201)
    alice.put(f"/api/messages/{sent['message_id']}", {"content": "y"}).expect(200)
    alice.delete(f"/api/messages/{sent['message_id']}").expect(204)
    alice.get("/api/conversations?page_size=1").expect(200)


def test_v1_is_the_same_api(alice, direct):
    sent = alice.post(f"/api/v1/conversations/{direct}/messages/", {"content": "x"}).expect(201)
    shown = alice.get(f"/api/v1/messages/{sent['message_id']}/").expect(200)
    assert shown == alice.get(f"/api/messages/{sent['message_id']}/").expect(200)
    alice.get("/api/v1/nowhere/").expect(404)


def test_outside_the_api(alice, anonymous):
    for client in (alice, anonymous):
        for path in ("/api/nowhere/", "/nowhere", "/api/conversations/x/y/z/", "/%2e%2e/etc/passwd"):
            client.get(path).expect(404)


@pytest.mark.parametrize("path", ["/" * 20000, "/api/" + "a/" * 8000, "/api/users/?" + "x=1&" * 4000])
def test_absurd_addresses_are_refused(anonymous, path):
    assert anonymous.get(path).status in (400, 401, 404, 414, 431)


def test_the_root_lists_the_entry_points(alice):
    root = alice.get("/api/").expect(200)
    for name in ("users", "conversations", "messages", "notifications"):
        assert root[name] == f"{alice.server.url}/api/{name}/"
        alice.get(root[name]).expect(200)


# --- methods --------------------------------------------------------------------------------


def test_a_method_that_is_not_allowed(alice, direct):
    answer = alice.put(messages_path(direct), {})
    answer.problem(405, 'Method "PUT" not allowed.')
    assert {m.strip() for m in answer.headers["Allow"].split(",")} == {"GET", "POST", "HEAD", "OPTIONS"}
    message = alice.send(direct)["message_id"]
    answer = alice.post(f"/api/messages/{message}/", {})
    answer.problem(405, 'Method "POST" not allowed.')
    allowed = {m.strip() for m in answer.headers["Allow"].split(",")}
    assert allowed == {"GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


def test_without_a_token_401_comes_before_405(anonymous):
    anonymous.delete("/api/conversations/").problem(401)


@pytest.mark.parametrize("path", ["/api/conversations/", "/api/users/me/", "/api/messages/unread/", "/api/notifications/"])
def test_head_is_get_without_the_body(alice, path):
    got, head = alice.get(path), alice.head(path)
    assert head.status == got.status == 200 and head.raw.content == b""
    assert head.headers["Content-Length"] == str(len(got.raw.content))
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_head_of_what_is_missing(alice):
    answer = alice.head(f"/api/messages/{MISSING_UUID}/")
    assert answer.status == 404 and answer.raw.content == b""


def test_options_describe_the_resource(alice, direct, anonymous):
    answer = alice.options(messages_path(direct))
    described = answer.expect(200)
    assert described["name"] and "application/json" in described["renders"]
    assert "application/json" in described["parses"]
    assert "POST" in answer.headers["Allow"]
    anonymous.options("/api/conversations/").problem(401)


# --- content --------------------------------------------------------------------------------


def test_json_comes_compact_in_utf8(alice, direct):
    answer = alice.post(messages_path(direct), {"content": "naïve ☕"})
    body = answer.expect(201)
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    compact = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert len(answer.raw.content) == len(compact)
    assert "naïve ☕".encode() in answer.raw.content


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/octet-stream", "jsonx"])
def test_a_wrong_content_type(alice, direct, kind):
    answer = alice.send_raw("POST", messages_path(direct), b"hi", kind)
    answer.problem(415, f'Unsupported media type "{kind}" in request.')


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=UTF-8"])
def test_right_content_types(alice, direct, kind):
    alice.send_raw("POST", messages_path(direct), b'{"content":"x"}', kind).expect(201)


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*", "text/csv, application/json;q=0.1", ""])
def test_acceptable(alice, accept):
    alice.get("/api/conversations/", headers={"Accept": accept or None}).expect(200)


def test_not_acceptable(alice):
    answer = alice.get("/api/conversations/", headers={"Accept": "application/xml"})
    answer.problem(406, "Could not satisfy the request Accept header.")


def test_the_format_parameter(alice):
    alice.get("/api/conversations/?format=json", headers={"Accept": "application/xml"}).expect(200)
    alice.get("/api/conversations/?format=xml").problem(404, NOT_FOUND)


# --- headers --------------------------------------------------------------------------------


def test_every_answer_bears_a_request_id(alice, anonymous):
    for client, path in ((alice, "/api/users/me/"), (anonymous, "/api/users/me/"), (anonymous, "/nowhere"), (anonymous, "/livez")):
        first, second = (client.get(path).headers["X-Request-ID"] for _ in range(2))
        assert first and first != second
    sane = unique("request-")
    assert alice.get("/api/users/me/", headers={"X-Request-ID": sane}).headers["X-Request-ID"] == sane
    for odd in ("x" * 2000, "a b<script>", "a;b\tc"):
        assert alice.get("/api/users/me/", headers={"X-Request-ID": odd}).headers["X-Request-ID"] != odd
