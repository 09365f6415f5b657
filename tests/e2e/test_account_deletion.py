"""Contract §10: an account goes with everything that is its, and nothing else."""

import threading

import pytest

from client import NOT_FOUND, PASSWORD, messages_path
from harness import wait_until


@pytest.fixture
def leaver(server):
    return server.user("leaver")


def delete_account(user, how="/api/user/delete/"):
    path = how.format(id=user.id)
    user.delete(path).expect(204)


@pytest.mark.parametrize("how", ["/api/user/delete/", "/api/users/{id}/"])
def test_the_account_and_its_tokens_are_gone(server, alice, leaver, how):
    delete_account(leaver, how)
    assert wait_until(lambda: leaver.get("/api/conversations/").status == 401, 60)
    leaver.get("/api/conversations/").problem(401, "User not found", "user_not_found")
    login = {"username": leaver.username, "password": PASSWORD}
    server.client().post("/api/token/", login).expect(401)
    server.client().post("/api/token/refresh/", {"refresh": leaver.refresh}).expect(401)
    alice.get(f"/api/users/{leaver.id}/").problem(404, NOT_FOUND)
    assert alice.get(f"/api/users/?search={leaver.username}").expect(200)["count"] == 0


def test_deletion_needs_a_login(anonymous):
    anonymous.delete("/api/user/delete/").problem(401)


def test_the_name_and_the_address_are_free_again(server, leaver):
    delete_account(leaver)
    body = {"username": leaver.username, "email": leaver.email, "password": PASSWORD}
    again = server.client().post("/api/users/", body).expect(201)
    assert again["id"] != leaver.id and again["user_id"] != leaver.user_id


def test_its_messages_and_the_replies_below_them_go(alice, leaver):
    conversation = alice.converse(leaver)
    kept = alice.send(alice.converse(leaver), "sent to the leaver")
    sent = leaver.send(conversation)
    alice.reply(sent, "below the leaver's")
    delete_account(leaver)
    assert alice.listed(conversation) == []
    alice.get(f"/api/messages/{sent['message_id']}/").problem(404, NOT_FOUND)
    alice.get(f"/api/messages/{kept['message_id']}/").problem(404, NOT_FOUND)


def test_group_messages_of_others_stay(alice, bob, leaver):
    group = alice.converse(bob, leaver)
    stays = alice.send(group, "to all")
    alice.send(group, "to the leaver", receiver=leaver.id)
    answer = leaver.reply(stays)
    below = bob.reply(answer)
    assert alice.seen(stays)["reply_count"] == 1
    delete_account(leaver)

    left = alice.listed(group)
    assert [m["message_id"] for m in left] == [stays["message_id"]]
    assert (left[0]["is_thread"], left[0]["reply_count"]) == (False, 0)
    shown = alice.get(f"/api/conversations/{group}/").expect(200)
    assert sorted(p["id"] for p in shown["participants"]) == sorted([alice.id, bob.id])
    assert shown["message_count"] == 1
    assert shown["last_message"]["message_id"] == stays["message_id"]
    bob.get(f"/api/messages/{below['message_id']}/").problem(404, NOT_FOUND)


def test_counters_and_notifications_of_others_are_right_at_once(alice, bob, leaver):
    group = alice.converse(bob, leaver)
    stays = alice.send(group)
    for _ in range(3):
        leaver.send(group)
    assert bob.unread_count(group) == 4 and len(bob.notifications()) == 4
    delete_account(leaver)
    assert bob.unread_count(group) == 1
    assert [m["message_id"] for m in bob.unread()] == [stays["message_id"]]
    assert [n["message"] for n in bob.notifications()] == [stays["message_id"]]
    assert alice.unread() == [] and alice.notifications() == []
    bob.patch("/api/messages/unread/", {"message_ids": [stays["message_id"]]}).expect(200)
    assert alice.seen(stays)["read"] is True, "only the recipients that are left count"


def test_a_conversation_left_with_somebody_stays(alice, leaver):
    conversation = alice.converse(leaver)
    delete_account(leaver)
    shown = alice.get(f"/api/conversations/{conversation}/").expect(200)
    assert [p["id"] for p in shown["participants"]] == [alice.id]
    alice.send(conversation, "still works")


def test_a_conversation_left_empty_goes(admin, alice, leaver):
    conversation = leaver.converse(alice)
    alice.post(f"/api/conversations/{conversation}/remove_participant/", {"user_id": alice.id}).expect(200)
    delete_account(leaver)
    admin.get(f"/api/conversations/{conversation}/").problem(404, NOT_FOUND)


def test_seq_goes_on_after_a_deletion(alice, bob, leaver):
    group = alice.converse(bob, leaver)
    leaver.send(group)
    delete_account(leaver)
    assert alice.send(group)["seq"] == 2


def test_nothing_comes_back_after_a_restart(make_server):
    server = make_server().start()
    alice, bob, leaver = server.users("alice", "bob", "leaver")
    group = alice.converse(bob, leaver)
    stays = alice.send(group)
    bob.reply(leaver.reply(stays))
    delete_account(leaver)
    assert server.stop() == 0
    assert server.command("check").returncode == 0
    server.start()
    assert [m["message_id"] for m in bob.listed(group)] == [stays["message_id"]]
    assert bob.seen(stays)["reply_count"] == 0 and bob.unread_count(group) == 1
    alice.get(f"/api/users/{leaver.user_id}/").problem(404, NOT_FOUND)


def test_nothing_of_it_is_left_in_any_table(make_server):
    server = make_server().start()
    alice, bob, leaver = server.users("alice", "bob", "leaver")
    group = alice.converse(bob, leaver)
    root = alice.send(group, "stays-in-the-table")
    answer = leaver.reply(root, "textoftheleaver")
    leaver.patch(f"/api/messages/{answer['message_id']}/", {"content": "newtextoftheleaver"}).expect(200)
    alice.reply(answer, "textbelowtheleaver")
    keyed = {"headers": {"Idempotency-Key": "keyoftheleaver"}}
    leaver.post(f"/api/conversations/{group}/messages/", {"content": "keyedoftheleaver"}, **keyed).expect(201)
    # Answers that are kept for others name it too.
    named = {"participant_ids": [leaver.id], "title": "keyed"}
    alice.post("/api/conversations/", named, headers={"Idempotency-Key": "named"}).expect(201)
    leaver.get(f"/api/messages/{root['message_id']}/").expect(200)
    delete_account(leaver)
    assert server.stop() == 0
    dump = server.dump()
    assert "stays-in-the-table" in dump and alice.username in dump
    # The ids of its messages may stay: in the events that tell others of their deletion.
    traces = [
        leaver.username, leaver.email, leaver.user_id, leaver.user_id.replace("-", ""),
        "textoftheleaver", "textbelowtheleaver", "keyedoftheleaver", "keyoftheleaver",
    ]
    left = [trace for trace in traces if trace in dump]
    assert not left, left


def test_a_large_account_holds_nobody_up(server, alice, bob, leaver):
    """A scaled-down sketch of the 100,000-message case: others post on while it goes."""
    busy = leaver.converse(alice)
    for n in range(600):
        leaver.send(busy, f"message {n}")
    theirs = alice.converse(bob)
    posted, stop = [], threading.Event()

    def post():
        while not stop.is_set():
            posted.append(bob.post(messages_path(theirs), {"content": "meanwhile"}).status)

    poster = threading.Thread(target=post)
    poster.start()
    try:
        assert wait_until(lambda: posted, 60)
        delete_account(leaver)
        assert alice.listed(busy) == []
    finally:
        stop.set()
        poster.join()
    assert set(posted) == {201} and len(alice.listed(theirs)) == len(posted)
