"""Contract §4: conversations and who belongs to them."""

import pytest

from client import MISSING_UUID, NOT_FOUND, TIME, UUID

FIELDS = {"id", "conversation_id", "title", "participants", "created_at", "last_message", "unread_count"}


def members(conversation):
    return sorted(p["username"] for p in conversation["participants"])


def test_creating_puts_the_caller_in(alice, bob):
    made = alice.post("/api/conversations/", {"participant_ids": [bob.id], "title": "Tea"}).expect(201)
    assert FIELDS <= set(made)
    assert isinstance(made["id"], int) and UUID.match(made["conversation_id"])
    assert made["title"] == "Tea" and TIME.match(made["created_at"])
    assert members(made) == sorted([alice.username, bob.username])
    for participant in made["participants"]:
        assert set(participant) == {"id", "user_id", "username"}
    assert made["last_message"] is None and made["unread_count"] == 0


@pytest.mark.parametrize("field", ["participant_ids", "participants"])
def test_participants_come_by_either_name_and_either_id(alice, bob, carol, field):
    made = alice.post("/api/conversations/", {field: [bob.id, carol.user_id]}).expect(201)
    assert members(made) == sorted([alice.username, bob.username, carol.username])


def test_naming_oneself_or_somebody_twice_changes_nothing(alice, bob):
    made = alice.post("/api/conversations/", {"participant_ids": [bob.id, alice.id, bob.user_id]}).expect(201)
    assert members(made) == sorted([alice.username, bob.username])


@pytest.mark.parametrize(
    "ids, text",
    [
        ([999999999], 'Invalid pk "999999999" - object does not exist.'),
        ([MISSING_UUID], f'Invalid pk "{MISSING_UUID}" - object does not exist.'),
        (5, 'Expected a list of items but got type "int".'),
        (["x"], None),
        ([{"id": 1}], None),
        ([True], None),
        ([1.5], None),
        (None, "This field may not be null."),
    ],
)
def test_bad_participants(alice, ids, text):
    alice.post("/api/conversations/", {"participant_ids": ids}).invalid("participant_ids", text)


def test_a_conversation_with_oneself_only_or_with_nobody_named(alice):
    alone = alice.post("/api/conversations/", {"participant_ids": [alice.id]})
    alone.invalid("participant_ids", "A conversation must have at least 2 participants.")
    alice.post("/api/conversations/", {}).invalid("participant_ids", "This field is required.")


def test_the_list_is_mine_newest_activity_first(alice, bob, carol):
    first, second = alice.converse(bob), alice.converse(carol)
    bob.converse(carol)

    def order():
        return [c["conversation_id"] for c in alice.walk("/api/conversations/")]

    assert order() == [second, first]
    message = bob.send(first, "Up it goes")
    assert order() == [first, second]
    shown = alice.get("/api/conversations/").expect(200)["results"][0]
    assert FIELDS <= set(shown)
    assert shown["last_message"]["message_id"] == message["message_id"]
    assert shown["last_message"]["content"] == "Up it goes"
    assert shown["unread_count"] == 1 and len(shown["participants"]) == 2


def test_the_last_message_follows_a_deletion(alice, bob, direct):
    kept = alice.send(direct, "kept")
    gone = alice.send(direct, "gone")
    alice.delete(f"/api/messages/{gone['message_id']}/").expect(204)
    shown = bob.get(f"/api/conversations/{direct}/").expect(200)
    assert shown["last_message"]["message_id"] == kept["message_id"]
    assert shown["message_count"] == 1


def test_the_details_have_the_newest_messages_and_their_number(alice, bob, direct):
    sent = [alice.send(direct, f"message {n}") for n in range(22)]
    bob.reply(sent[0])
    details = bob.get(f"/api/conversations/{direct}/").expect(200)
    assert details["message_count"] == 23
    assert len(details["messages"]) == 20
    assert sent[21]["message_id"] in [m["message_id"] for m in details["messages"]]
    assert details["unread_count"] == 22
    assert bob.unread_count(direct) == 22, "looking at a conversation reads nothing"


def test_either_id_names_a_conversation(alice, direct):
    number = alice.get(f"/api/conversations/{direct}/").expect(200)["id"]
    assert alice.get(f"/api/conversations/{number}/").expect(200)["conversation_id"] == direct
    posted = alice.post(f"/api/conversations/{number}/messages/", {"content": "by number"}).expect(201)
    assert posted["conversation"] == direct


def test_a_title_is_changed_by_patch_and_put(alice, bob, direct):
    path = f"/api/conversations/{direct}/"
    assert alice.patch(path, {"title": "One"}).expect(200)["title"] == "One"
    whole = {"title": "Two", "participant_ids": [alice.id, bob.id]}
    assert alice.put(path, whole).expect(200)["title"] == "Two"
    assert bob.get(path).expect(200)["title"] == "Two"


def test_put_sets_the_participants(alice, bob, carol, direct):
    path = f"/api/conversations/{direct}/"
    changed = alice.put(path, {"title": "", "participant_ids": [alice.id, carol.id]}).expect(200)
    assert members(changed) == sorted([alice.username, carol.username])
    carol.get(path).expect(200)
    bob.get(path).problem(404, NOT_FOUND)


def test_outsiders_find_nothing(alice, direct, carol):
    message = alice.send(direct)["message_id"]
    for missing, hidden in ((f"/api/conversations/{MISSING_UUID}", f"/api/conversations/{direct}"),):
        for method, tail, body in (
            ("GET", "/", None), ("PATCH", "/", {"title": "x"}), ("PUT", "/", {"title": "x", "participant_ids": [carol.id]}),
            ("DELETE", "/", None), ("GET", "/messages/", None), ("POST", "/messages/", {"content": "x"}),
            ("POST", "/add_participant/", {"user_id": carol.id}), ("POST", "/remove_participant/", {"user_id": alice.id}),
            ("GET", f"/messages/{message}/thread/", None),
        ):
            there = carol.request(method, hidden + tail, json_body=body)
            there.problem(404, NOT_FOUND)
            assert there.json == carol.request(method, missing + tail, json_body=body).json
    assert carol.get("/api/conversations/").expect(200)["count"] == 0


@pytest.mark.parametrize("key", [MISSING_UUID, "999999999", "abc", "-1", "0", "1e3"])
def test_unknown_conversations(alice, key):
    alice.get(f"/api/conversations/{key}/").expect(404)
    alice.get(f"/api/conversations/{key}/messages/").expect(404)


def test_deleting_is_the_owners_and_cascades(alice, bob, direct):
    message = alice.send(direct)
    bob.delete(f"/api/conversations/{direct}/").problem(403)
    alice.delete(f"/api/conversations/{direct}/").expect(204)
    for user in (alice, bob):
        user.get(f"/api/conversations/{direct}/").problem(404, NOT_FOUND)
        user.get(f"/api/messages/{message['message_id']}/").problem(404, NOT_FOUND)
    assert bob.unread() == [] and bob.notifications() == []


def test_an_admin_deletes_any_conversation(admin, alice, direct):
    admin.delete(f"/api/conversations/{direct}/").expect(204)
    alice.get(f"/api/conversations/{direct}/").problem(404, NOT_FOUND)


def test_a_newcomer_sees_all_and_has_nothing_unread(alice, bob, carol, direct):
    old = alice.send(direct, "before")
    answer = bob.post(f"/api/conversations/{direct}/add_participant/", {"user_id": carol.id}).expect(200)
    assert members(answer) == sorted([alice.username, bob.username, carol.username])
    assert [m["message_id"] for m in carol.listed(direct)] == [old["message_id"]]
    assert carol.unread() == [] and carol.unread_count(direct) == 0
    assert carol.notifications("is_read=false") == []
    new = alice.send(direct, "after")
    assert [m["message_id"] for m in carol.unread()] == [new["message_id"]]


def test_adding_by_uuid_twice_and_unknown(alice, carol, direct):
    path = f"/api/conversations/{direct}/add_participant/"
    alice.post(path, {"user_id": carol.user_id}).expect(200)
    again = alice.post(path, {"user_id": carol.user_id})
    again.expect(200, 400)
    assert len(alice.get(f"/api/conversations/{direct}/").expect(200)["participants"]) == 3
    for unknown in (999999999, MISSING_UUID):
        alice.post(path, {"user_id": unknown}).invalid("user_id", f'Invalid pk "{unknown}" - object does not exist.')
    alice.post(path, {}).invalid("user_id", "This field is required.")


def test_who_has_left_sees_nothing_more(alice, bob, carol, group):
    sent = alice.send(group)
    own = carol.send(group)
    left = carol.post(f"/api/conversations/{group}/remove_participant/", {"user_id": carol.id}).expect(200)
    assert members(left) == sorted([alice.username, bob.username])
    carol.get(f"/api/conversations/{group}/").problem(404, NOT_FOUND)
    carol.get(f"/api/conversations/{group}/messages/").problem(404, NOT_FOUND)
    for message in (sent, own):
        path = f"/api/messages/{message['message_id']}/"
        carol.get(path).problem(404, NOT_FOUND)
        carol.patch(path, {"content": "x"}).expect(404)
        carol.delete(path).expect(404)
    assert carol.unread() == [] and carol.notifications() == []
    assert carol.walk("/api/messages/") == []
    assert len(bob.listed(group)) == 2


def test_a_plain_participant_removes_nobody_else(alice, bob, carol, group):
    path = f"/api/conversations/{group}/remove_participant/"
    bob.post(path, {"user_id": carol.id}).problem(403)
    alice.post(path, {"user_id": carol.user_id}).expect(200)
    carol.get(f"/api/conversations/{group}/").problem(404, NOT_FOUND)


def test_an_empty_conversation_is_deleted(admin, alice, bob, direct):
    for user in (bob, alice):
        user.post(f"/api/conversations/{direct}/remove_participant/", {"user_id": user.id}).expect(200, 204)
    admin.get(f"/api/conversations/{direct}/").problem(404, NOT_FOUND)


def test_an_admin_sees_others_conversations_with_all(admin, direct):
    admin.get(f"/api/conversations/{direct}/").expect(200)
    assert direct not in [c["conversation_id"] for c in admin.walk("/api/conversations/")]
    listed = admin.get("/api/conversations/?all=true&page_size=100").expect(200)
    assert direct in [c["conversation_id"] for c in listed["results"]]


def test_unread_counts_are_per_conversation_and_per_user(alice, bob, carol, direct, group):
    alice.send(direct)
    alice.send(group)
    bob.send(group)
    counts = {c["conversation_id"]: c["unread_count"] for c in bob.walk("/api/conversations/")}
    assert counts == {direct: 1, group: 1}
    assert carol.unread_count(group) == 2 and alice.unread_count(group) == 1
