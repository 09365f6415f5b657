"""Contract §11: every type of event, what it bears, and who gets it."""

import pytest

import fold
from client import PASSWORD
from events import kept_ids, newest, pages, told
from harness import unique


def take_post(follower, message, kind="message"):
    """The events of somebody else's post: the message and its notification, in this order."""
    created = follower.take("message.created")
    assert created["data"]["message_id"] == message["message_id"]
    notified = follower.take("notification.created")["data"]
    assert (notified["message"], notified["kind"]) == (message["message_id"], kind)
    return created


# --- messages -------------------------------------------------------------------------------


def test_a_post_reaches_everyone_as_each_sees_it(alice, bob, carol, group, listen):
    streams = {user: listen(user) for user in (alice, bob, carol)}
    message = alice.send(group, "Hello")
    for user, stream in streams.items():
        event = stream.take("message.created")
        assert event["data"] == user.seen(message) and event["conversation"] == group
        if user is not alice:
            notified = stream.take("notification.created")
            assert notified["data"] == user.notifications()[0] and notified["conversation"] == group
    assert not told(streams[alice], alice), "a sender is not notified"


def test_a_reply_and_its_deletion_update_the_parent(alice, bob, direct, listen):
    stream = listen(alice)
    parent = alice.send(direct, "Question")
    assert [e["type"] for e in told(stream, alice)] == ["message.created"]
    reply = bob.reply(parent, "Answer")
    events = {e["type"]: e["data"] for e in told(stream, alice)}
    assert set(events) == {"message.created", "message.updated", "notification.created"}
    assert next(iter(events)) == "message.created" and events["message.created"] == alice.seen(reply)
    assert events["message.updated"] == alice.seen(parent) and events["message.updated"]["is_thread"]
    assert events["notification.created"]["kind"] == "reply"

    bob.delete(f"/api/messages/{reply['message_id']}/").expect(204)
    events = {e["type"]: e["data"] for e in told(stream, alice)}
    assert set(events) == {"message.deleted", "message.updated"}
    assert events["message.deleted"] == {"message_id": reply["message_id"], "conversation": direct, "seq": 2}
    assert events["message.updated"] == alice.seen(parent) and not events["message.updated"]["is_thread"]


def test_an_edit_is_told_once_and_no_edit_is_not(alice, bob, direct, listen):
    message = alice.send(direct, "Helo")
    streams = {user: listen(user) for user in (alice, bob)}
    path = f"/api/messages/{message['message_id']}/"
    alice.patch(path, {"content": "Hello"}).expect(200)
    for user, stream in streams.items():
        event = stream.take("message.updated")
        assert event["data"] == user.seen(message) and event["data"]["edited"]
    notified = streams[bob].take("notification.updated")["data"]
    assert notified == {"is_read": False, "seqs": [[1, 1]], "notification": bob.notifications()[0]}
    assert notified["notification"]["preview"] == "Hello"
    alice.patch(path, {"content": "Hello"}).expect(200)
    assert not any(told(stream, user) for user, stream in streams.items())


def test_a_deletion_takes_the_replies_along(alice, bob, direct, listen):
    parent = alice.send(direct)
    bob.reply(alice.reply(bob.reply(parent)))
    stream = listen(bob)
    alice.delete(f"/api/messages/{parent['message_id']}/").expect(204)
    gone = stream.take("message.deleted")
    assert gone["data"] == {"message_id": parent["message_id"], "conversation": direct, "seq": 1}
    client = fold.Fold(bob).load()
    assert client.messages[direct] == {} and not client.notifications


def test_what_is_refused_or_repeated_tells_nothing(alice, bob, carol, direct, listen):
    stream = listen(bob)
    key = {"Idempotency-Key": unique("key")}
    path = f"/api/conversations/{direct}/messages/"
    message = alice.post(path, {"content": "once"}, headers=key).expect(201)
    assert alice.post(path, {"content": "once"}, headers=key).expect(201) == message
    alice.post(path, {"content": ""}).expect(400)
    alice.post(path, {"content": "x", "parent_message": unique("no")}).expect(400)
    carol.post(path, {"content": "x"}).expect(404)
    bob.patch(f"/api/messages/{message['message_id']}/", {"content": "x"}).expect(403)
    bob.delete(f"/api/messages/{message['message_id']}/").expect(403)
    take_post(stream, message)
    assert not told(stream, bob)


# --- reading --------------------------------------------------------------------------------


def read_by_marking(user, conversation, messages):
    user.patch("/api/messages/unread/", {"message_ids": [m["message_id"] for m in messages]}).expect(200)


def read_one_by_one(user, conversation, messages):
    for message in messages:
        user.post(f"/api/messages/{message['message_id']}/mark_as_read/").expect(200)


def read_by_opening(user, conversation, messages):
    for message in messages:
        user.get(f"/api/messages/{message['message_id']}/").expect(200)


def read_the_conversation(user, conversation, messages):
    user.post("/api/messages/mark_conversation_as_read/", {"conversation_id": conversation}).expect(200)


def read_the_thread(user, conversation, messages):
    root = messages[0]["message_id"]
    user.get(f"/api/conversations/{conversation}/messages/{root}/thread/").expect(200)


def gather(follower, user, kind="message.read"):
    return [e["data"] for e in told(follower, user) if e["type"] == kind]


def seqs(found, name="seqs"):
    """The numbers that the ranges name, each once."""
    numbers = [n for data in found for first, last in data[name] for n in range(first, last + 1)]
    assert len(numbers) == len(set(numbers)), found
    return sorted(numbers)


@pytest.mark.parametrize(
    "way", [read_by_marking, read_one_by_one, read_by_opening, read_the_conversation, read_the_thread]
)
def test_reading_is_told_to_all_and_says_to_each_what_concerns_him(alice, bob, carol, group, listen, way):
    root = alice.send(group)
    messages = [root, alice.reply(root), carol.reply(root)]
    streams = {user: listen(user) for user in (alice, bob, carol)}
    way(bob, group, messages)
    found = {user: gather(stream, user) for user, stream in streams.items()}
    for reads in found.values():
        assert seqs(reads) == [1, 2, 3] and all(data["reader"] == bob.short for data in reads)
        assert seqs(reads, "read") == []
    assert found[bob][-1]["unread_count"] == 0 == bob.unread_count(group)
    assert not any("unread_count" in data for user in (alice, carol) for data in found[user])

    way(carol, group, messages)
    found = {user: gather(stream, user) for user, stream in streams.items()}
    assert all(seqs(found[user]) == [1, 2] for user in streams)
    assert seqs(found[alice], "read") == [1, 2] and seqs(found[bob], "read") == seqs(found[carol], "read") == []
    way(alice, group, messages)
    found = {user: gather(stream, user) for user, stream in streams.items()}
    assert seqs(found[carol], "read") == [3] and seqs(found[alice], "read") == []
    assert all(m["read"] for user in streams for m in user.listed(group))


def test_reading_reads_the_notifications_of_the_reader_alone(alice, bob, carol, group, listen):
    messages = [alice.send(group), alice.send(group)]
    streams = {user: listen(user) for user in (alice, bob, carol)}
    read_by_marking(bob, group, messages)
    found = {user: gather(stream, user, "notification.updated") for user, stream in streams.items()}
    assert seqs(found[bob]) == [1, 2] and all(data["is_read"] for data in found[bob])
    assert not found[alice] and not found[carol]


def test_reading_again_or_nothing_tells_nothing(alice, bob, direct, listen):
    message = alice.send(direct)
    read_by_opening(bob, direct, [message])
    streams = {user: listen(user) for user in (alice, bob)}
    for way in (read_by_opening, read_by_marking, read_one_by_one, read_the_conversation):
        way(bob, direct, [message])
        way(alice, direct, [message])
    bob.get(f"/api/conversations/{direct}/").expect(200)
    bob.listed(direct)
    assert not any(told(stream, user) for user, stream in streams.items())


# --- notifications ---------------------------------------------------------------------------


def test_a_dismissed_notification_is_told_to_its_owner_alone(alice, bob, direct, listen):
    message = alice.send(direct)
    notification = bob.notifications()[0]
    streams = {user: listen(user) for user in (alice, bob)}
    path = f"/api/notifications/{notification['notification_id']}/"
    for is_read in (True, False):
        changed = bob.patch(path, {"is_read": is_read}).expect(200)
        data = streams[bob].take("notification.updated")["data"]
        assert data == {"is_read": is_read, "seqs": [[message["seq"]] * 2], "notification": changed}
        bob.patch(path, {"is_read": is_read}).expect(200)
    assert not any(told(stream, user) for user, stream in streams.items())


def test_dismissing_all_is_told_once_for_each_conversation(alice, bob, carol, listen):
    one, other = alice.converse(bob), carol.converse(bob)
    for _ in range(3):
        alice.send(one)
    carol.send(other)
    stream = listen(bob)
    assert bob.post("/api/notifications/mark_all_as_read/").expect(200)["updated"] == 4
    found = {e["conversation"]: e["data"] for e in told(stream, bob)}
    assert set(found) == {one, other} and seqs([found[one]]) == [1, 2, 3] and seqs([found[other]]) == [1]
    assert found[one]["notification"] is None and found[other]["notification"]["is_read"]


# --- conversations and participants ------------------------------------------------------------


def test_a_conversation_is_told_from_its_beginning_to_its_end(alice, bob, carol, listen):
    streams = {user: listen(user) for user in (alice, bob, carol)}
    conversation = alice.converse(bob, title="Plans")
    insiders = [(user, streams[user]) for user in (alice, bob)]

    def listed(user):
        return next(c for c in user.walk("/api/conversations/") if c["conversation_id"] == conversation)

    for user, stream in insiders:
        assert stream.take("conversation.created")["data"] == listed(user)
    alice.patch(f"/api/conversations/{conversation}/", {"title": "Old plans"}).expect(200)
    for user, stream in insiders:
        event = stream.take("conversation.updated")
        assert event["data"] == listed(user) and event["data"]["title"] == "Old plans"
    alice.patch(f"/api/conversations/{conversation}/", {"title": "Old plans"}).expect(200)
    number = listed(bob)["id"]
    alice.delete(f"/api/conversations/{conversation}/").expect(204)
    for user, stream in insiders:
        event = stream.take("conversation.deleted")
        assert event["data"] == {"conversation_id": conversation, "id": number} and event["conversation"] == conversation
        assert not told(stream, user)
    assert not told(streams[carol], carol)


def test_a_newcomer_hears_from_then_on_and_the_removed_no_longer(alice, bob, carol, direct, listen):
    before = alice.send(direct, "before")
    streams = {user: listen(user) for user in (alice, bob, carol)}
    start = newest(carol)

    def participate(verb):
        path = f"/api/conversations/{direct}/{verb}_participant/"
        alice.post(path, {"user_id": carol.user_id}).expect(200)

    for _ in range(2):  # whoever is added again hears again
        participate("add")
        for user, stream in streams.items():
            event = stream.take("participant.added")
            listed = next(c for c in user.walk("/api/conversations/") if c["conversation_id"] == direct)
            assert event["data"] == {"user": carol.short, "conversation": listed}
        during = alice.send(direct, "during")
        assert take_post(streams[carol], during)["data"] == carol.seen(during)
        participate("remove")
        for user, stream in streams.items():
            event = stream.take("participant.removed")
            assert event["data"]["user"] == carol.short and event["conversation"] == direct
            left = event["data"]["conversation"]
            assert left is None if user is carol else carol.short not in left["participants"]
        alice.send(direct, "after")
        alice.patch(f"/api/messages/{before['message_id']}/", {"content": unique("edited")}).expect(200)
        assert not told(streams[carol], carol)
    assert [e["type"] for e in pages(carol, start)].count("participant.removed") == 2


def test_setting_the_participants_tells_of_each(alice, bob, carol, direct, listen):
    streams = {user: listen(user) for user in (alice, bob, carol)}
    body = {"participant_ids": [alice.id, carol.id]}
    alice.patch(f"/api/conversations/{direct}/", body).expect(200)
    for user in (alice, carol):
        assert streams[user].take("participant.added")["data"]["user"] == carol.short
    assert streams[alice].take("participant.removed", lambda e: e["data"]["user"] == bob.short)["data"]["conversation"]
    assert streams[bob].take("participant.removed")["data"] == {"user": bob.short, "conversation": None}
    alice.send(direct)
    assert not told(streams[bob], bob)


def test_who_leaves_last_takes_the_conversation_along(alice, bob, direct, listen):
    streams = {user: listen(user) for user in (alice, bob)}
    for user in (bob, alice):
        body = {"user_id": user.user_id}
        user.post(f"/api/conversations/{direct}/remove_participant/", body).expect(200, 204)
    assert streams[bob].take("participant.removed")["data"] == {"user": bob.short, "conversation": None}
    assert streams[alice].take("conversation.deleted")["conversation"] == direct
    assert not any(told(stream, user) for user, stream in streams.items())


# --- accounts ----------------------------------------------------------------------------------


def settle(client, source):
    """Applies what the source has until state and GETs agree; the places where they do not."""
    wanted = fold.fetched(client.user)

    def agrees():
        for event in list(source()):
            if event["type"] not in ("presence", "typing"):
                client.apply(event)
        return not fold.difference(client.state(), wanted)

    return agrees, lambda: fold.difference(client.state(), wanted)


def test_a_deleted_account_leaves_everyone_with_what_a_fresh_get_shows(alice, bob, carol, listen):
    direct, group, left = alice.converse(bob), alice.converse(bob, carol), alice.converse(bob, carol)
    root = bob.send(direct)
    for user in (alice, carol, bob):
        user.send(left)
    read_the_conversation(carol, left, [])
    alice.reply(root)
    mine = bob.send(group, "mine")
    for message in (carol.reply(mine), alice.send(group, "for bob", receiver=bob.id), alice.send(group, "for all")):
        carol.reply(message)
    people = (alice, carol)
    clients = {user: (listen(user), fold.Fold(user).load()) for user in people}
    late = {user: (newest(user), fold.Fold(user).load()) for user in people}
    # What he did before goes with him, and yet nobody may miss what it meant.
    read_the_conversation(bob, left, [])
    bob.post(f"/api/conversations/{left}/remove_participant/", {"user_id": bob.id}).expect(200)
    come = carol.converse(alice)
    carol.post(f"/api/conversations/{come}/add_participant/", {"user_id": bob.id}).expect(200)
    bob.delete("/api/user/delete/").expect(204)

    for user, (stream, client) in clients.items():
        agrees, found = settle(client, lambda stream=stream: stream.events)
        try:
            stream.wait(agrees)
        except AssertionError as waited:
            raise AssertionError(f"{user.username}: {found()}") from waited
        assert bob.short not in [p for c in client.conversations.values() for p in c["participants"]]
    for user, (cursor, client) in late.items():
        events = pages(user, cursor)
        agrees, found = settle(client, lambda events=events: events)
        assert agrees(), f"{user.username}, late: {found()}"
        assert not any(bob.user_id in str(event) for event in events), "nothing may name who is gone"


# --- others -----------------------------------------------------------------------------------


def test_strangers_hear_nothing(alice, bob, carol, direct, listen):
    stream, start = listen(carol), newest(carol)
    message = alice.send(direct)
    bob.reply(message)
    read_by_opening(bob, direct, [message])
    alice.patch(f"/api/messages/{message['message_id']}/", {"content": "changed"}).expect(200)
    alice.patch(f"/api/conversations/{direct}/", {"title": "Secret"}).expect(200)
    alice.delete(f"/api/messages/{message['message_id']}/").expect(204)
    other = alice.converse(bob)
    alice.delete(f"/api/conversations/{other}/").expect(204)
    assert not told(stream, carol)
    replayed = pages(carol, start)
    assert [e["type"] for e in replayed] == ["conversation.created"], replayed


def test_every_stream_of_a_user_hears_the_same(alice, bob, direct, listen):
    streams = [listen(bob) for _ in range(3)]
    cursor = newest(bob)
    parent = alice.send(direct)
    bob.reply(parent)
    read_by_opening(bob, direct, [parent])
    alice.delete(f"/api/messages/{parent['message_id']}/").expect(204)
    last = alice.send(direct)
    for stream in streams:
        stream.take("notification.created", lambda e: e["data"]["message"] == last["message_id"])
    ids = kept_ids(streams[0])
    assert ids == kept_ids(streams[1]) == kept_ids(streams[2]) and len(ids) == len(set(ids))
    replayed = [e["id"] for e in pages(bob, cursor)]
    assert replayed == [i for i in ids if i in replayed], "pages hold nothing that the stream did not"


def test_a_name_with_any_characters_breaks_no_frame(server, alice, listen):
    odd = server.user("odd", first_name="x")
    conversation = alice.converse(odd, title='line\nbreak\r\nid: 5\n\ndata: "x" \u2028 \U0001f600')
    stream = listen(odd)
    text = 'a\n\nevent: reset\r\rid: 9\n\ndata: {}\u2028\u0085 "\\ \U0001f600'
    message = alice.send(conversation, text)
    assert take_post(stream, message)["data"]["content"] == message["content"]
    assert [e["type"] for e in told(stream, odd)] == []
    assert PASSWORD not in str(stream.frames)
