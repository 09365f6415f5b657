"""Contract §6: replies, their marks and counters, the thread view."""

from client import MISSING_UUID, NOT_FOUND


def thread(user, message, query=""):
    path = f"/api/conversations/{message['conversation']}/messages/{message['message_id']}/thread/{query}"
    return user.walk(path)


def ids(messages):
    return [m["message_id"] for m in messages]


def test_a_reply_marks_its_parent(alice, bob, direct):
    root = alice.send(direct, "Hello Bob")
    answer = bob.reply(root, "This is a reply")
    assert answer["parent_message"] == root["message_id"]
    assert answer["thread_depth"] == 1 and answer["is_thread"] is False
    assert answer["receiver"] == alice.short
    marked = alice.seen(root)
    assert marked["is_thread"] is True and marked["reply_count"] == 1 and marked["edited"] is False


def test_reply_count_is_of_direct_replies(alice, bob, direct):
    root = alice.send(direct)
    first, _ = bob.reply(root), bob.reply(root)
    deeper = alice.reply(first)
    assert alice.seen(root)["reply_count"] == 2
    assert alice.seen(first)["reply_count"] == 1
    assert deeper["thread_depth"] == 2


def test_the_mark_goes_with_the_last_reply(alice, bob, direct):
    root = alice.send(direct)
    first, second = bob.reply(root), bob.reply(root)
    bob.delete(f"/api/messages/{first['message_id']}/").expect(204)
    assert (alice.seen(root)["is_thread"], alice.seen(root)["reply_count"]) == (True, 1)
    bob.delete(f"/api/messages/{second['message_id']}/").expect(204)
    assert (alice.seen(root)["is_thread"], alice.seen(root)["reply_count"]) == (False, 0)


def test_both_names_of_the_parent_and_both_addresses(alice, bob, direct):
    root = alice.send(direct)
    for field in ("parent_message", "parent_message_id"):
        body = {"content": "x", field: root["message_id"]}
        nested = bob.post(f"/api/conversations/{direct}/messages/", body).expect(201)
        flat = bob.post("/api/messages/", {**body, "conversation": direct}).expect(201)
        assert nested["parent_message"] == flat["parent_message"] == root["message_id"]


def test_bad_parents(alice, direct, group):
    path = f"/api/conversations/{direct}/messages/"
    elsewhere = alice.send(group)["message_id"]
    for parent, text in (
        ("zzz", "“zzz” is not a valid UUID."),
        (MISSING_UUID, f'Invalid pk "{MISSING_UUID}" - object does not exist.'),
        (elsewhere, "Parent message must be in the same conversation."),
    ):
        alice.post(path, {"content": "x", "parent_message": parent}).invalid("parent_message", text)
    for parent in (5, ["x"], {"a": 1}, True):
        alice.post(path, {"content": "x", "parent_message": parent}).invalid("parent_message")
    assert alice.send(direct, parent_message=None)["parent_message"] is None


def test_a_parent_that_one_does_not_see_looks_missing(alice, bob, carol, direct):
    hidden = alice.send(direct)["message_id"]
    own = carol.converse(bob)
    path = f"/api/conversations/{own}/messages/"
    there = carol.post(path, {"content": "x", "parent_message": hidden})
    there.invalid("parent_message", f'Invalid pk "{hidden}" - object does not exist.')


def test_a_deleted_parent(alice, bob, direct):
    root = alice.send(direct)["message_id"]
    alice.delete(f"/api/messages/{root}/").expect(204)
    bob.post(f"/api/conversations/{direct}/messages/", {"content": "x", "parent_message": root}).invalid(
        "parent_message", f'Invalid pk "{root}" - object does not exist.'
    )


def test_the_thread_is_depth_first_older_first(alice, bob, direct):
    root = alice.send(direct, "root")
    a = bob.reply(root, "a")
    b = alice.reply(root, "b")
    a1 = alice.reply(a, "a1")
    b1 = bob.reply(b, "b1")
    a2 = bob.reply(a, "a2")
    a1x = bob.reply(a1, "a1x")
    alice.send(direct, "unrelated")
    shown = thread(alice, root)
    assert ids(shown) == ids([root, a, a1, a1x, a2, b, b1])
    assert [m["thread_depth"] for m in shown] == [0, 1, 2, 3, 2, 1, 2]
    assert [m["reply_count"] for m in shown] == [2, 2, 1, 0, 0, 1, 0]
    assert ids(thread(bob, a)) == ids([a, a1, a1x, a2])
    assert ids(thread(bob, a2)) == ids([a2])


def test_the_thread_is_paginated(alice, bob, direct):
    root = alice.send(direct)
    replies = [bob.reply(root, str(n)) for n in range(7)]
    path = f"/api/conversations/{direct}/messages/{root['message_id']}/thread/?page_size=3"
    page = alice.get(path).expect(200)
    assert page["count"] == 8 and len(page["results"]) == 3 and page["previous"] is None
    assert ids(alice.walk(path)) == ids([root, *replies])
    assert alice.get(path + "&page=4").problem(404, "Invalid page.")


def test_a_thread_of_another_conversation_or_of_nothing(alice, direct, group):
    message = alice.send(direct)["message_id"]
    alice.get(f"/api/conversations/{group}/messages/{message}/thread/").problem(404, NOT_FOUND)
    alice.get(f"/api/conversations/{direct}/messages/{MISSING_UUID}/thread/").problem(404, NOT_FOUND)


def test_replies_go_64_deep_and_no_deeper(alice, direct):
    message = root = alice.send(direct)
    for depth in range(1, 65):
        message = alice.reply(message, f"depth {depth}")
        assert message["thread_depth"] == depth
    path = f"/api/conversations/{direct}/messages/"
    too_deep = {"content": "x", "parent_message": message["message_id"]}
    alice.post(path, too_deep).invalid("parent_message")
    assert [m["thread_depth"] for m in thread(alice, root, "?page_size=100")] == list(range(65))


def test_a_large_thread_stays_bounded(alice, bob, direct):
    root = alice.send(direct)
    parents = [root]
    for n in range(150):
        parents.append(bob.reply(parents[n // 4], str(n)))
    page = alice.get(f"/api/conversations/{direct}/messages/{root['message_id']}/thread/").expect(200)
    assert page["count"] == 151 and len(page["results"]) <= 100
    shown = thread(alice, root, "?page_size=50")
    place = {m["message_id"]: n for n, m in enumerate(shown)}
    assert len(place) == 151
    assert all(place[m["parent_message"]] < place[m["message_id"]] for m in shown[1:])
