"""Contract §9: one notification per message and recipient."""

import pytest

from client import MISSING_UUID, NOT_FOUND, TIME, UUID7

FIELDS = {"notification_id", "user", "message", "conversation", "kind", "sender", "preview", "is_read", "created_at"}


def by_message(user):
    return {n["message"]: n for n in user.notifications()}


def test_everyone_but_the_sender_gets_one(alice, bob, carol, group):
    sent = alice.send(group, "Hello all")
    assert alice.notifications() == []
    found = [user.notifications() for user in (bob, carol)]
    for user, notifications in zip((bob, carol), found):
        assert len(notifications) == 1
        one = notifications[0]
        assert FIELDS <= set(one)
        assert UUID7.match(one["notification_id"])
        assert one["user"] in (user.id, user.user_id, user.short)
        assert one["message"] == sent["message_id"] and one["conversation"] == group
        assert one["kind"] == "message" and one["sender"] == alice.short
        assert one["preview"] == "Hello all" and one["is_read"] is False
        assert TIME.match(one["created_at"])
    assert found[0][0]["notification_id"] != found[1][0]["notification_id"]


def test_a_notification_exists_as_soon_as_its_message_and_keeps_its_id(alice, bob, direct):
    sent = alice.send(direct)
    first = bob.get("/api/notifications/").expect(200)["results"][0]
    assert first["message"] == sent["message_id"]
    alice.send(direct)
    assert by_message(bob)[sent["message_id"]]["notification_id"] == first["notification_id"]


def test_an_answer_to_mine_is_a_reply(alice, bob, carol, group):
    root = alice.send(group)
    answer = bob.reply(root)
    assert by_message(alice)[answer["message_id"]]["kind"] == "reply"
    assert by_message(carol)[answer["message_id"]]["kind"] == "message"


def test_the_list_is_newest_first_and_filtered(alice, bob, direct):
    sent = [alice.send(direct, str(n))["message_id"] for n in range(3)]
    listed = bob.notifications()
    assert [n["message"] for n in listed] == sent[::-1]
    middle = listed[1]["notification_id"]
    bob.patch(f"/api/notifications/{middle}/", {"is_read": True}).expect(200)
    assert [n["message"] for n in bob.notifications("is_read=false")] == [sent[2], sent[0]]
    assert [n["message"] for n in bob.notifications("is_read=true")] == [sent[1]]


def test_one_notification(alice, bob, direct):
    alice.send(direct)
    listed = bob.notifications()[0]
    assert bob.get(f"/api/notifications/{listed['notification_id']}/").expect(200) == listed


def test_dismissing_does_not_read_the_message(alice, bob, direct):
    sent = alice.send(direct)
    path = f"/api/notifications/{bob.notifications()[0]['notification_id']}/"
    changed = bob.patch(path, {"is_read": True}).expect(200)
    assert changed["is_read"] is True and changed["message"] == sent["message_id"]
    assert bob.get(path).expect(200)["is_read"] is True
    assert bob.unread_count(direct) == 1
    assert alice.seen(sent)["read"] is False


@pytest.mark.parametrize("way", ["opening", "marking", "marking several", "the conversation", "the thread"])
def test_reading_a_message_reads_its_notification(alice, bob, direct, way):
    sent = alice.send(direct)
    key = sent["message_id"]
    if way == "opening":
        bob.get(f"/api/messages/{key}/").expect(200)
    elif way == "marking":
        bob.patch(f"/api/messages/{key}/mark_as_read/", {}).expect(200)
    elif way == "marking several":
        bob.patch("/api/messages/unread/", {"message_ids": [key]}).expect(200)
    elif way == "the conversation":
        bob.post("/api/messages/mark_conversation_as_read/", {"conversation_id": direct}).expect(200)
    else:
        bob.get(f"/api/conversations/{direct}/messages/{key}/thread/").expect(200)
    assert [n["is_read"] for n in bob.notifications()] == [True]
    assert bob.notifications("is_read=false") == []


def test_marking_all(alice, bob, direct, group):
    alice.send(direct)
    alice.send(group)
    answer = bob.post("/api/notifications/mark_all_as_read/").expect(200)
    assert answer["updated"] == 2
    assert bob.notifications("is_read=false") == [] and len(bob.notifications()) == 2
    assert len(bob.unread()) == 2, "dismissing reads no message"
    alice.send(direct)
    assert len(bob.notifications("is_read=false")) == 1


def test_bad_bodies(alice, bob, direct):
    alice.send(direct)
    path = f"/api/notifications/{bob.notifications()[0]['notification_id']}/"
    bob.patch(path, {"is_read": "maybe"}).invalid("is_read", "Must be a valid boolean.")
    unchanged = bob.patch(path, {"user": alice.id, "message": MISSING_UUID}).expect(200)
    assert unchanged["is_read"] is False and unchanged["message"] != MISSING_UUID


def test_somebody_elses_notification_and_none_at_all(alice, bob, carol, group):
    alice.send(group)
    path = f"/api/notifications/{bob.notifications()[0]['notification_id']}/"
    for user in (alice, carol):
        user.get(path).problem(404, NOT_FOUND)
        user.patch(path, {"is_read": True}).problem(404, NOT_FOUND)
    for key in (MISSING_UUID, "5", "abc"):
        bob.get(f"/api/notifications/{key}/").problem(404, NOT_FOUND)
    assert bob.notifications()[0]["is_read"] is False


def test_a_long_text_is_cut_in_the_preview_between_characters(alice, bob, direct):
    alice.send(direct, "☕" * 4000)
    preview = bob.notifications()[0]["preview"]
    assert 0 < len(preview) < 1000 and set(preview) <= set("☕….")


def test_notifications_of_many_messages_are_paginated(alice, bob, direct):
    sent = [alice.send(direct, str(n))["message_id"] for n in range(25)]
    page = bob.get("/api/notifications/").expect(200)
    assert page["count"] == 25 and len(page["results"]) == 20 and page["next"]
    assert [n["message"] for n in bob.notifications("page_size=7")] == sent[::-1]
