"""Contract §7: every edit keeps the text it replaced."""

from client import MISSING_UUID, NOT_FOUND, TIME


def history(user, message):
    return user.walk(f"/api/messages/{message['message_id']}/history/")


def edit(user, message, content):
    return user.patch(f"/api/messages/{message['message_id']}/", {"content": content}).expect(200)


def test_a_message_never_edited_has_no_history(alice, direct):
    assert history(alice, alice.send(direct)) == []


def test_newest_edit_first_with_the_previous_texts(alice, bob, direct):
    sent = alice.send(direct, "Hello Bob")
    first = edit(alice, sent, "Hello Bob (edited)")
    second = edit(alice, sent, "Hello Bob (edited twice)")
    for reader in (alice, bob):
        entries = history(reader, sent)
        assert [e["content"] for e in entries] == ["Hello Bob (edited)", "Hello Bob"]
        for entry in entries:
            assert {"id", "message", "content", "edited_at", "edited_by"} <= set(entry)
            assert entry["message"] == sent["message_id"]
            assert entry["edited_by"] == alice.short
            assert TIME.match(entry["edited_at"])
        assert [e["edited_at"] for e in entries] == [second["edited_at"], first["edited_at"]]
        assert entries[0]["id"] != entries[1]["id"]


def test_an_unchanged_text_leaves_no_entry(alice, direct):
    sent = alice.send(direct, "one")
    edit(alice, sent, "two")
    edit(alice, sent, "two")
    alice.patch(f"/api/messages/{sent['message_id']}/", {}).expect(200)
    edit(alice, sent, "one")
    assert [e["content"] for e in history(alice, sent)] == ["two", "one"]


def test_the_history_is_a_paginated_list(alice, direct):
    sent = alice.send(direct, "0")
    for n in range(1, 6):
        edit(alice, sent, str(n))
    path = f"/api/messages/{sent['message_id']}/history/?page_size=2"
    page = alice.get(path).expect(200)
    assert page["count"] == 5 and len(page["results"]) == 2
    assert [e["content"] for e in alice.walk(path)] == ["4", "3", "2", "1", "0"]


def test_participants_only(alice, bob, carol, direct):
    sent = alice.send(direct)
    edit(alice, sent, "changed")
    path = f"/api/messages/{sent['message_id']}/history/"
    carol.get(path).problem(404, NOT_FOUND)
    bob.post(f"/api/conversations/{direct}/remove_participant/", {"user_id": bob.id}).expect(200)
    bob.get(path).problem(404, NOT_FOUND)
    alice.get(f"/api/messages/{MISSING_UUID}/history/").problem(404, NOT_FOUND)


def test_reading_the_history_reads_nothing(alice, bob, direct):
    sent = alice.send(direct)
    edit(alice, sent, "changed")
    history(bob, sent)
    assert bob.unread_count(direct) == 1


def test_an_edit_does_not_make_a_message_unread_again(alice, bob, direct):
    sent = alice.send(direct)
    bob.get(f"/api/messages/{sent['message_id']}/").expect(200)
    edit(alice, sent, "changed")
    assert bob.unread() == [] and bob.unread_count(direct) == 0
