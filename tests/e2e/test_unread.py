"""Contract §8: what is unread, and everything that reads it."""

import pytest

from client import MISSING_UUID, NOT_FOUND


def ids(messages):
    return [m["message_id"] for m in messages]


def mark(user, *messages):
    return user.patch("/api/messages/unread/", {"message_ids": [m["message_id"] for m in messages]})


def test_the_unread_list_newest_first(alice, bob, direct):
    first, second = alice.send(direct, "one"), alice.send(direct, "two")
    bob.send(direct, "own")
    page = bob.get("/api/messages/unread/").expect(200)
    assert page["count"] == 2 and page["next"] is None and page["previous"] is None
    assert ids(page["results"]) == ids([second, first])
    shown = page["results"][0]
    assert shown["content"] == "two" and shown["sender"] == alice.short
    assert shown["timestamp"] == second["timestamp"] and shown["read"] is False


def test_replies_are_unread_too(alice, bob, direct):
    root = alice.send(direct)
    answer = alice.reply(root)
    assert ids(bob.unread()) == ids([answer, root])


def test_the_unread_of_one_conversation(alice, bob, direct, group):
    here, there = alice.send(direct), alice.send(group)
    for key in (direct, bob.get(f"/api/conversations/{direct}/").expect(200)["id"]):
        assert ids(bob.unread(f"conversation={key}")) == [here["message_id"]]
    assert ids(bob.unread()) == ids([there, here])


def test_marking_counts_only_mine_that_were_unread(alice, bob, carol, direct):
    one, two, three = (alice.send(direct, str(n)) for n in range(3))
    own = bob.send(direct)
    foreign = alice.send(alice.converse(carol))
    answer = mark(bob, one, two, own, foreign, {"message_id": MISSING_UUID}, one).expect(200)
    assert answer == {"status": "Marked 2 message(s) as read", "updated": 2}
    again = mark(bob, one).expect(200)
    assert again == {"status": "Marked 0 message(s) as read", "updated": 0}
    assert ids(bob.unread()) == [three["message_id"]]
    assert alice.seen(one)["read"] is True and alice.seen(three)["read"] is False
    assert carol.unread_count(foreign["conversation"]) == 1


def test_marking_across_conversations_at_once(alice, bob, direct, group):
    sent = [alice.send(direct), alice.send(group)]
    assert mark(bob, *sent).expect(200)["updated"] == 2
    assert bob.unread() == []


def test_marking_nothing(alice):
    assert mark(alice).expect(200)["updated"] == 0


def test_marking_with_a_bad_body(alice, direct, bob):
    sent = alice.send(direct)
    path = "/api/messages/unread/"
    bob.patch(path, {"message_ids": "x"}).invalid("message_ids", 'Expected a list of items but got type "str".')
    assert bob.patch(path, {"message_ids": ["x"]}).expect(400) == {
        "message_ids": {"0": ["Must be a valid UUID."]}
    }
    bob.patch(path, {}).invalid("message_ids", "This field is required.")
    bob.patch(path, {"message_ids": [sent["message_id"], 7]}).invalid("message_ids")
    assert bob.unread_count(direct) == 1, "a refused request marks nothing"


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_marking_one(alice, bob, direct, method):
    one, two = alice.send(direct), alice.send(direct)
    path = f"/api/messages/{one['message_id']}/mark_as_read/"
    shown = bob.request(method, path, json_body={}).expect(200)
    assert shown["message_id"] == one["message_id"] and shown["read"] is True
    bob.request(method, path, json_body={}).expect(200)
    assert ids(bob.unread()) == [two["message_id"]]


def test_marking_ones_own_message_changes_nothing(alice, bob, direct):
    sent = alice.send(direct)
    shown = alice.patch(f"/api/messages/{sent['message_id']}/mark_as_read/", {}).expect(200)
    assert shown["read"] is False
    assert bob.unread_count(direct) == 1


def test_marking_a_conversation(alice, bob, carol, direct, group):
    for n in range(3):
        alice.send(direct, str(n))
    alice.send(group)
    number = bob.get(f"/api/conversations/{direct}/").expect(200)["id"]
    path = "/api/messages/mark_conversation_as_read/"
    answer = bob.post(path, {"conversation_id": direct}).expect(200)
    assert answer["updated"] == 3 and "3" in answer["status"]
    assert bob.post(path, {"conversation": number}).expect(200)["updated"] == 0
    assert bob.unread_count(direct) == 0 and bob.unread_count(group) == 1
    assert carol.unread_count(group) == 1
    carol.post(path, {"conversation_id": direct}).problem(404, NOT_FOUND)
    bob.post(path, {}).invalid("conversation_id", "This field is required.")


def test_opening_one_message_reads_it(alice, bob, direct):
    one, two = alice.send(direct), alice.send(direct)
    opened = bob.get(f"/api/messages/{one['message_id']}/").expect(200)
    assert opened["read"] is True
    assert ids(bob.unread()) == [two["message_id"]]
    assert alice.seen(one)["read"] is True


def test_the_senders_own_look_reads_nothing(alice, bob, direct):
    sent = alice.send(direct)
    assert alice.get(f"/api/messages/{sent['message_id']}/").expect(200)["read"] is False
    assert bob.unread_count(direct) == 1


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_what_shows_nothing_reads_nothing(alice, bob, direct, method):
    message = alice.send(direct)["message_id"]
    for path in (f"/api/messages/{message}/", f"/api/conversations/{direct}/messages/{message}/thread/"):
        looked = bob.request(method, path)
        looked.expect(200)
        assert bob.unread_count(direct) == 1
        if method == "HEAD" and "thread" not in path:
            assert looked.headers["ETag"]


def test_opening_a_thread_reads_what_was_shown(alice, bob, direct):
    root = alice.send(direct)
    replies = [alice.reply(root, str(n)) for n in range(4)]
    outside = alice.send(direct)
    path = f"/api/conversations/{direct}/messages/{root['message_id']}/thread/"
    bob.get(path + "?page_size=2").expect(200)
    assert set(ids(bob.unread())) == set(ids([*replies[1:], outside]))
    bob.walk(path)
    assert ids(bob.unread()) == [outside["message_id"]]


def test_lists_read_nothing(alice, bob, direct):
    alice.reply(alice.send(direct))
    for path in (
        f"/api/conversations/{direct}/messages/", f"/api/conversations/{direct}/messages/?all=true",
        "/api/messages/", "/api/messages/unread/", "/api/conversations/", f"/api/conversations/{direct}/",
        "/api/notifications/", "/api/messages/?search=Hello",
    ):
        bob.get(path).expect(200)
        assert bob.unread_count(direct) == 2, path


def test_read_is_per_viewer_and_the_senders_waits_for_everybody(alice, bob, carol, group):
    sent = alice.send(group)
    mark(bob, sent).expect(200)
    assert bob.seen(sent)["read"] is True and carol.seen(sent)["read"] is False
    assert alice.seen(sent)["read"] is False
    mark(carol, sent).expect(200)
    assert alice.seen(sent)["read"] is True


def test_counts_and_lists_agree_through_everything(alice, bob, direct):
    def agree(expected):
        listed = bob.unread()
        assert len(listed) == expected
        assert bob.unread_count(direct) == expected
        assert bob.get("/api/conversations/").expect(200)["results"][0]["unread_count"] == expected

    agree(0)
    sent = [alice.send(direct, str(n)) for n in range(5)]
    agree(5)
    mark(bob, sent[1]).expect(200)
    agree(4)
    alice.delete(f"/api/messages/{sent[1]['message_id']}/").expect(204)
    agree(4)
    alice.delete(f"/api/messages/{sent[2]['message_id']}/").expect(204)
    agree(3)
    alice.reply(sent[0])
    agree(4)
    alice.delete(f"/api/messages/{sent[0]['message_id']}/").expect(204)
    agree(2)
    bob.post("/api/messages/mark_conversation_as_read/", {"conversation_id": direct}).expect(200)
    agree(0)
