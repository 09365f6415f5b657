"""Contract §1: ETag, If-Match and Idempotency-Key."""

import pytest

from client import messages_path
from harness import unique
from test_concurrency import at_once


# --- conditional requests -------------------------------------------------------------------


def test_an_etag_saves_the_transfer(alice, bob, direct):
    message = alice.send(direct)["message_id"]
    for path in (f"/api/messages/{message}/", f"/api/conversations/{direct}/", f"/api/users/{bob.id}/", messages_path(direct)):
        first = alice.get(path)
        etag = first.headers["ETag"]
        for condition in (etag, f'"other", {etag}', "*"):
            again = alice.get(path, headers={"If-None-Match": condition})
            assert again.status == 304 and again.raw.content == b"", path
            assert again.headers["ETag"] == etag
        alice.get(path, headers={"If-None-Match": '"other"'}).expect(200)


def test_the_etag_of_the_message_list_follows_every_change(alice, bob, direct):
    path, seen = messages_path(direct), []

    def changed(user=alice):
        answer = user.get(path, headers={"If-None-Match": seen[-1] if seen else '"none"'})
        answer.expect(200)
        seen.append(answer.headers["ETag"])

    changed()
    sent = alice.send(direct)
    changed()
    alice.patch(f"/api/messages/{sent['message_id']}/", {"content": "edited"}).expect(200)
    changed()
    bob.patch("/api/messages/unread/", {"message_ids": [sent["message_id"]]}).expect(200)
    changed()
    answer = bob.reply(sent)
    changed()
    bob.delete(f"/api/messages/{answer['message_id']}/").expect(204)
    changed()
    assert alice.get(path, headers={"If-None-Match": seen[-1]}).status == 304


def test_the_etag_of_one_page_is_not_anothers(alice, bob, direct):
    for n in range(3):
        alice.send(direct, str(n))
    tags = {alice.get(messages_path(direct) + q).headers["ETag"] for q in ("", "?page_size=1", "?page_size=1&page=2", "?all=true&page_size=2")}
    assert len(tags) >= 3


def test_a_changed_message_fails_if_match(alice, direct):
    path = f"/api/messages/{alice.send(direct)['message_id']}/"
    etag = alice.get(path).headers["ETag"]
    alice.patch(path, {"content": "one"}, headers={"If-Match": etag}).expect(200)
    for method in ("PATCH", "PUT"):
        stale = alice.request(method, path, json_body={"content": "two"}, headers={"If-Match": etag})
        stale.problem(412)
    assert alice.get(path).expect(200)["content"] == "one"
    alice.patch(path, {"content": "three"}, headers={"If-Match": "*"}).expect(200)


# --- idempotency ----------------------------------------------------------------------------


def with_key(key):
    return {"headers": {"Idempotency-Key": key}}


def test_a_repeat_gets_the_first_answer(alice, bob, direct):
    key, path = unique("key-"), messages_path(direct)
    first = alice.post(path, {"content": "once"}, **with_key(key))
    first.expect(201)
    assert "Idempotent-Replayed" not in first.headers
    again = alice.post(path, {"content": "once"}, **with_key(key))
    assert again.expect(201) == first.json and again.raw.content == first.raw.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(bob.unread()) == 1
    alice.post(path, {"content": "twice"}, **with_key(key)).problem(422)
    assert len(bob.unread()) == 1


def test_a_key_belongs_to_its_user(alice, bob, direct):
    key = unique("key-")
    first = alice.post(messages_path(direct), {"content": "x"}, **with_key(key)).expect(201)
    other = bob.post(messages_path(direct), {"content": "x"}, **with_key(key)).expect(201)
    assert first["message_id"] != other["message_id"]


def test_every_post_takes_a_key(alice, bob, carol, direct):
    sent = bob.send(direct)
    for path, body in (
        ("/api/conversations/", {"participant_ids": [bob.id]}),
        ("/api/messages/", {"conversation": direct, "content": "x"}),
        (f"/api/messages/{sent['message_id']}/mark_as_read/", {}),
        ("/api/messages/mark_conversation_as_read/", {"conversation_id": direct}),
        (f"/api/conversations/{direct}/add_participant/", {"user_id": carol.id}),
        (f"/api/conversations/{direct}/remove_participant/", {"user_id": carol.id}),
        ("/api/notifications/mark_all_as_read/", {}),
    ):
        key = unique("key-")
        first, again = (alice.post(path, body, **with_key(key)) for _ in range(2))
        assert first.status in (200, 201), first.text
        assert again.status == first.status and again.raw.content == first.raw.content, path
        assert again.headers.get("Idempotent-Replayed") == "true", path
    assert len(alice.walk("/api/conversations/")) == 2


@pytest.mark.parametrize("key", ["x" * 256, "naïve", "tab\tin"])
def test_bad_keys(alice, direct, key):
    headers = {"Idempotency-Key": key.encode("latin-1")}
    assert alice.post(messages_path(direct), {"content": "x"}, headers=headers).status == 400


def test_the_longest_key_and_an_odd_one(alice, direct):
    for key in ("x" * 255, 'a "quoted" key; with=signs'):
        alice.post(messages_path(direct), {"content": "x"}, **with_key(key)).expect(201)


def test_fifty_posts_at_once_with_one_key_have_one_effect(server, alice, bob, direct):
    key, clients = unique("race-"), [server.client(alice.token) for _ in range(50)]
    for client in clients:
        client.get("/livez").expect(200)
    answers = at_once(*(lambda c=c: c.post(messages_path(direct), {"content": "once"}, **with_key(key)) for c in clients))
    assert {a.status for a in answers} <= {201, 409}
    assert len({a.json["message_id"] for a in answers if a.status == 201}) == 1
    assert len(bob.unread()) == 1


def test_a_refused_request_may_be_mended_under_its_key(alice, direct):
    key = unique("key-")
    first = alice.post(messages_path(direct), {"content": ""}, **with_key(key))
    again = alice.post(messages_path(direct), {"content": ""}, **with_key(key))
    assert first.status == again.status == 400 and first.json == again.json
