"""Contract §5: posting, listing, filtering, editing and deleting messages."""

import pytest

from client import MISSING_UUID, NOT_FOUND, TIME, UUID7

FIELDS = {
    "message_id", "conversation", "seq", "sender", "receiver", "content", "timestamp", "edited", "edited_at",
    "is_thread", "parent_message", "reply_count", "thread_depth", "read",
}
ALIASES = {"message_body", "sent_at", "is_read"}
NOT_OWNER = "You must be the owner of this message to perform this action."


def ids(messages):
    return [m["message_id"] for m in messages]


def test_a_posted_message(alice, bob, direct):
    sent = alice.send(direct, "Second message, naïve ☕ <b>&")
    assert set(sent) == FIELDS | ALIASES
    assert UUID7.match(sent["message_id"]) and TIME.match(sent["timestamp"])
    assert sent["conversation"] == direct and sent["seq"] == 1
    assert sent["sender"] == alice.short and sent["receiver"] == bob.short
    assert sent["content"] == sent["message_body"] == "Second message, naïve ☕ <b>&"
    assert sent["timestamp"] == sent["sent_at"]
    assert sent["edited"] is False and sent["edited_at"] is None
    assert sent["is_thread"] is False and sent["parent_message"] is None
    assert sent["reply_count"] == 0 and sent["thread_depth"] == 0
    assert sent["read"] is False and sent["is_read"] is False


@pytest.mark.parametrize("field", ["conversation", "conversation_id"])
@pytest.mark.parametrize("text", ["content", "message_body"])
def test_the_flat_address_takes_the_conversation_in_the_body(alice, direct, field, text):
    number = alice.get(f"/api/conversations/{direct}/").expect(200)["id"]
    for key in (direct, number):
        sent = alice.post("/api/messages/", {field: key, text: "Hello, world!"}).expect(201)
        assert sent["conversation"] == direct and sent["content"] == "Hello, world!"


def test_the_flat_address_needs_a_conversation_that_one_sees(alice, carol, direct):
    alice.post("/api/messages/", {"content": "x"}).invalid("conversation", "This field is required.")
    hidden = carol.post("/api/messages/", {"conversation": direct, "content": "x"})
    missing = carol.post("/api/messages/", {"conversation": MISSING_UUID, "content": "x"})
    assert hidden.status == missing.status and hidden.status in (400, 404)
    assert hidden.text.replace(direct, "?") == missing.text.replace(MISSING_UUID, "?")
    assert alice.listed(direct) == []


def test_what_the_server_decides_is_not_taken_from_the_body(alice, bob, direct):
    forged = {
        "message_id": MISSING_UUID, "seq": 99, "sender": bob.id, "timestamp": "2001-01-01T00:00:00Z",
        "read": True, "edited": True, "is_thread": True, "reply_count": 9, "thread_depth": 9,
    }
    sent = alice.send(direct, "mine", **forged)
    assert sent["message_id"] != MISSING_UUID and sent["seq"] == 1 and sent["sender"] == alice.short
    assert not sent["timestamp"].startswith("2001")
    assert (sent["read"], sent["edited"], sent["is_thread"], sent["reply_count"]) == (False, False, False, 0)
    assert sent["thread_depth"] == 0


def test_seq_counts_without_gaps_and_is_never_reused(alice, bob, direct):
    sent = [user.send(direct) for user in (alice, bob, alice)]
    assert [m["seq"] for m in sent] == [1, 2, 3]
    alice.delete(f"/api/messages/{sent[2]['message_id']}/").expect(204)
    assert alice.send(direct)["seq"] == 4
    assert alice.reply(sent[0])["seq"] == 5


def test_each_conversation_counts_for_itself(alice, direct, group):
    alice.send(direct)
    assert alice.send(group)["seq"] == 1


def test_the_receiver_of_a_group_message(alice, bob, carol, group):
    assert alice.send(group, "Hello all")["receiver"] is None
    for field, value in (("receiver", carol.id), ("receiver_id", carol.user_id)):
        assert alice.send(group, "Hello Carol", **{field: value})["receiver"] == carol.short


def test_a_receiver_has_to_be_another_participant(server, alice, group):
    stranger = server.user()
    for receiver in (stranger.id, 999999999, "x", alice.id):
        answer = alice.post(f"/api/conversations/{group}/messages/", {"content": "x", "receiver": receiver})
        assert answer.status == 400 and set(answer.json) & {"receiver", "receiver_id"}, answer.text


@pytest.mark.parametrize(
    "body, text",
    [
        ({}, "This field is required."),
        ({"content": ""}, "This field may not be blank."),
        ({"content": "   "}, "This field may not be blank."),
        ({"content": None}, "This field may not be null."),
        ({"content": {"a": 1}}, "Not a valid string."),
        ({"content": ["a"]}, "Not a valid string."),
        ({"content": True}, "Not a valid string."),
        ({"content": "a\0b"}, "Null characters are not allowed."),
        ({"content": "x" * 8001}, "Ensure this field has no more than 8000 characters."),
    ],
)
def test_bad_content(alice, direct, body, text):
    alice.post(f"/api/conversations/{direct}/messages/", body).invalid("content", text)
    assert alice.listed(direct) == []


def test_a_body_that_is_no_object(alice, direct):
    answer = alice.post(f"/api/conversations/{direct}/messages/", [])
    answer.invalid("non_field_errors", "Invalid data. Expected a dictionary, but got list.")


@pytest.mark.parametrize(
    "given, kept",
    [
        (5, "5"),
        ("  trimmed \n", "trimmed"),
        ("x" * 8000, "x" * 8000),
        ("☕" * 8000, "☕" * 8000),
        ("𝄞 clef, עברית, 中文, e\u0301", "𝄞 clef, עברית, 中文, e\u0301"),
        ('quote " back \\ slash / <tag> \u2028 \x7f \t tab', 'quote " back \\ slash / <tag> \u2028 \x7f \t tab'),
    ],
)
def test_good_content_is_kept_to_the_letter(alice, bob, direct, given, kept):
    sent = alice.send(direct, given)
    assert sent["content"] == kept
    assert bob.seen(sent)["content"] == kept


def test_a_form_serves_for_a_post(alice, direct):
    path = f"/api/conversations/{direct}/messages/"
    form = "application/x-www-form-urlencoded"
    sent = alice.send_raw("POST", path, "content=from+a%20form%21", form).expect(201)
    assert sent["content"] == "from a form!"


def test_the_nested_list_is_top_level_newest_first(alice, bob, direct):
    first, second = alice.send(direct, "one"), alice.send(direct, "two")
    answer = bob.reply(first)
    path = f"/api/conversations/{direct}/messages/"
    assert ids(alice.walk(path)) == ids([second, first])
    assert ids(alice.walk(path + "?all=true")) == ids([answer, second, first])
    assert set(alice.get(path).expect(200)["results"][0]) == FIELDS | ALIASES


def test_the_flat_list_is_everything_visible_to_me(alice, bob, carol, direct, group):
    sent = [alice.send(direct), bob.send(group), alice.reply(bob.send(direct))]
    elsewhere = bob.send(bob.converse(carol))
    mine = ids(alice.walk("/api/messages/?page_size=100"))
    assert set(ids(sent)) <= set(mine) and len(mine) == 4
    assert elsewhere["message_id"] not in mine
    assert mine == sorted(mine, reverse=True), "newest first, and ids are in the order of time"


def test_the_flat_list_by_conversation(alice, direct, group):
    here, _ = alice.send(direct), alice.send(group)
    number = alice.get(f"/api/conversations/{direct}/").expect(200)["id"]
    for query in (f"conversation_id={direct}", f"conversation={direct}", f"conversation_id={number}"):
        assert ids(alice.walk(f"/api/messages/?{query}")) == [here["message_id"]]


def test_the_flat_list_of_a_conversation_that_one_does_not_see(alice, carol, direct):
    alice.send(direct)
    answer = carol.get(f"/api/messages/?conversation_id={direct}")
    assert answer.status in (200, 404)
    if answer.status == 200:
        assert answer.json["count"] == 0


def test_the_flat_list_by_sender_and_receiver(alice, bob, carol, group):
    a, b = alice.send(group), bob.send(group)
    to_carol = alice.send(group, receiver=carol.id)
    assert ids(alice.walk(f"/api/messages/?sender={bob.id}")) == ids([b])
    assert set(ids(carol.walk(f"/api/messages/?sender={alice.user_id}"))) == set(ids([a, to_carol]))
    assert ids(bob.walk(f"/api/messages/?receiver={carol.user_id}")) == ids([to_carol])


def test_the_flat_list_by_time(alice, direct):
    first, second, third = (alice.send(direct, str(n)) for n in range(3))

    def between(**bounds):
        query = "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in bounds.items())
        return set(ids(alice.walk(f"/api/messages/?{query}"))) - {second["message_id"]}

    assert between(sent_after=second["timestamp"]) == set(ids([third]))
    assert between(sent_before=second["timestamp"]) == set(ids([first]))
    assert between(sent_after="2001-01-01") == set(ids([first, third]))
    assert between(sent_before="2001-01-01T02:00:00+02:00") == set()
    alice.get("/api/messages/?sent_after=yesterday").invalid("sent_after")


def test_the_flat_list_by_ordering(alice, direct):
    sent = ids([alice.send(direct, str(n)) for n in range(3)])
    assert ids(alice.walk("/api/messages/?ordering=timestamp")) == sent
    assert ids(alice.walk("/api/messages/?ordering=-timestamp")) == sent[::-1]


def test_the_flat_list_of_the_unread(alice, bob, direct):
    one, two = alice.send(direct), alice.send(direct)
    own = bob.send(direct)
    bob.get(f"/api/messages/{one['message_id']}/").expect(200)
    assert ids(bob.walk("/api/messages/?unread=true")) == [two["message_id"]]
    assert own["message_id"] in ids(alice.walk("/api/messages/?unread=true"))


@pytest.mark.parametrize("word", ["Hippopotamus", "hippopotamus", "θάλασσα", "السلام", "会议"])
def test_the_flat_list_by_full_text(alice, carol, direct, word):
    alice.send(direct, "nothing of the kind")
    found = alice.send(direct, "a Hippopotamus at the θάλασσα says السلام عليكم before 明天的会议安排")
    assert ids(alice.walk(f"/api/messages/?search={word}")) == [found["message_id"]]
    assert carol.walk(f"/api/messages/?search={word}") == []


@pytest.mark.parametrize("text", ['"', "'", "a AND", "*", "a* OR (", "-", "NEAR(", "%", "a:b", "\\", "&|!"])
def test_a_search_text_is_never_a_query_language(alice, direct, text):
    alice.send(direct, "plain")
    alice.get("/api/messages/", params={"search": text}).expect(200)


def test_retrieving_one(alice, direct):
    sent = alice.send(direct)
    shown = alice.get(f"/api/messages/{sent['message_id']}/").expect(200)
    assert shown == sent


@pytest.mark.parametrize("key", [MISSING_UUID, "abc", "1", "0"])
def test_unknown_messages(alice, key):
    alice.get(f"/api/messages/{key}/").expect(404)


def test_outsiders_find_no_message(alice, carol, direct):
    path = f"/api/messages/{alice.send(direct)['message_id']}/"
    for method, tail, body in (
        ("GET", "", None), ("PATCH", "", {"content": "x"}), ("PUT", "", {"content": "x"}), ("DELETE", "", None),
        ("GET", "history/", None), ("PATCH", "mark_as_read/", {}), ("POST", "mark_as_read/", {}),
    ):
        carol.request(method, path + tail, json_body=body).problem(404, NOT_FOUND)
    assert alice.listed(direct)[0]["content"] == "Hello"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("field", ["content", "message_body"])
def test_an_edit(alice, bob, direct, method, field):
    sent = alice.send(direct, "Hello Bob")
    path = f"/api/messages/{sent['message_id']}/"
    edited = alice.request(method, path, json_body={field: "Hello Bob (edited)"}).expect(200)
    assert edited["content"] == "Hello Bob (edited)" and edited["edited"] is True
    assert TIME.match(edited["edited_at"]) and edited["edited_at"] > sent["timestamp"]
    assert (edited["seq"], edited["timestamp"]) == (sent["seq"], sent["timestamp"])
    shown = bob.seen(sent)
    assert shown["content"] == "Hello Bob (edited)" and shown["edited"] is True


def test_an_unchanged_text_is_no_edit(alice, direct):
    sent = alice.send(direct, "same")
    path = f"/api/messages/{sent['message_id']}/"
    for body in ({"content": "same"}, {"content": " same "}, {}):
        unchanged = alice.patch(path, body).expect(200)
        assert unchanged["edited"] is False and unchanged["edited_at"] is None
    assert alice.get(path + "history/").expect(200)["count"] == 0


def test_put_needs_the_content_and_bad_content_is_refused(alice, direct):
    path = f"/api/messages/{alice.send(direct)['message_id']}/"
    alice.put(path, {}).invalid("content", "This field is required.")
    alice.patch(path, {"content": "  "}).invalid("content", "This field may not be blank.")
    alice.patch(path, {"content": "x" * 8001}).invalid("content")


def test_nobody_else_edits_or_deletes(admin, alice, bob, direct):
    path = f"/api/messages/{alice.send(direct)['message_id']}/"
    bob.patch(path, {"content": "x"}).problem(403, NOT_OWNER)
    bob.put(path, {"content": "x"}).problem(403, NOT_OWNER)
    bob.delete(path).problem(403, NOT_OWNER)
    admin.patch(path, {"content": "x"}).problem(403)
    assert alice.listed(direct)[0]["content"] == "Hello"


def test_an_edit_moves_nothing_but_the_text(alice, bob, direct, group):
    sent = alice.send(direct)
    path = f"/api/messages/{sent['message_id']}/"
    forged = {"content": "new", "seq": 9, "sender": bob.id, "conversation": group, "read": True, "parent_message": None}
    edited = alice.patch(path, forged).expect(200)
    for field in ("seq", "sender", "conversation", "read", "receiver"):
        assert edited[field] == sent[field]


def test_a_deletion(alice, bob, direct):
    kept, gone = alice.send(direct), alice.send(direct)
    path = f"/api/messages/{gone['message_id']}/"
    alice.delete(path).expect(204)
    for user in (alice, bob):
        user.get(path).problem(404, NOT_FOUND)
    alice.delete(path).problem(404, NOT_FOUND)
    assert ids(bob.listed(direct)) == [kept["message_id"]]
    assert ids(bob.unread()) == [kept["message_id"]]
    assert [n["message"] for n in bob.notifications()] == [kept["message_id"]]


def test_a_deletion_takes_the_replies_with_it(alice, bob, direct):
    root = alice.send(direct)
    answer = bob.reply(root)
    below = alice.reply(answer)
    alice.patch(f"/api/messages/{below['message_id']}/", {"content": "changed"}).expect(200)
    alice.delete(f"/api/messages/{root['message_id']}/").expect(204)
    for message in (root, answer, below):
        bob.get(f"/api/messages/{message['message_id']}/").problem(404, NOT_FOUND)
    bob.get(f"/api/messages/{below['message_id']}/history/").problem(404, NOT_FOUND)
    assert bob.listed(direct) == [] and bob.unread() == [] and bob.notifications() == []
    assert alice.unread() == [] and alice.notifications() == []


def test_an_admin_deletes(admin, alice, direct):
    sent = alice.send(direct)
    admin.delete(f"/api/messages/{sent['message_id']}/").expect(204)
    assert alice.listed(direct) == []


def test_a_read_after_a_write_shows_it(alice, bob, direct):
    """§15: the list is never stale, for anybody."""
    path = f"/api/conversations/{direct}/messages/"
    for n in range(25):
        sent = alice.send(direct, f"fresh {n}")
        for user in (bob, alice):
            page = user.get(path).expect(200)
            assert page["results"][0]["message_id"] == sent["message_id"] and page["count"] == n + 1
    alice.patch(f"/api/messages/{sent['message_id']}/", {"content": "fresher"}).expect(200)
    assert bob.get(path).expect(200)["results"][0]["content"] == "fresher"


def test_the_list_is_never_anothers(server):
    """§15: one address, many users, each sees what is his."""
    users = server.users(*["cached"] * 6)
    conversation = users[0].converse(*users[1:3])
    users[0].send(conversation)
    path = f"/api/conversations/{conversation}/messages/"
    for _ in range(3):
        assert [u.get(path).status for u in users] == [200, 200, 200, 404, 404, 404]
    assert users[1].get("/api/messages/unread/").json["count"] == 1
    assert users[0].get("/api/messages/unread/").json["count"] == 0
