"""/api/admin/: what administrators see and change, the audit log, and how the first one comes to be."""

import re

import pytest

from client import MISSING_UUID, PASSWORD, User
from harness import unique, wait_until
from test_audit import audit

NEW_PASSWORD = "A-fresh-pass-phrase-7"
ADDRESSES = [
    "/api/admin/", "/api/admin/statistics/", "/api/admin/users/", "/api/admin/conversations/", "/api/admin/messages/",
    "/api/admin/notifications/?user=1", "/api/admin/audit/", "/api/admin/cluster/",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_only_administrators_come_in(anonymous, alice, admin, path):
    anonymous.get(path).problem(401)
    alice.get(path).problem(403, "You do not have permission to perform this action.")
    admin.get(path).expect(200)


def test_the_index_names_what_there_is(admin):
    index = admin.get("/api/admin/").expect(200)
    assert set(index) == {"statistics", "users", "conversations", "messages", "notifications", "audit", "cluster"}
    for name, url in index.items():
        assert url.endswith(f"/api/admin/{name}/")


# --- statistics ---

def test_statistics_follow_what_happens(make_server):
    server = make_server()
    server.create_admin()
    server.start()
    admin = server.admin()
    before = admin.get("/api/admin/statistics/").expect(200)
    assert before["users"] == {"total": 1, "active": 1, "admins": 1, "online": 1}
    assert (before["conversations"], before["messages"]) == (0, 0)
    ann, ben, cleo = server.users("ann", "ben", "cleo")
    conversation = ann.converse(ben)
    doomed = ann.converse(cleo)
    messages = [ann.send(conversation, f"message {n}") for n in range(5)]
    ben.reply(messages[0])
    ann.send(doomed)
    admin.patch(f"/api/admin/users/{cleo.id}/", {"is_active": False}).expect(200)

    def figures():
        return admin.get("/api/admin/statistics/").expect(200)

    now = figures()
    assert (now["users"]["total"], now["users"]["active"], now["users"]["admins"]) == (4, 3, 1)
    assert (now["conversations"], now["messages"]) == (2, 7)
    assert len(now["messages_per_minute"]) == 60
    assert sum(minute["count"] for minute in now["messages_per_minute"]) == 7
    assert [m["at"] for m in now["messages_per_minute"]] == sorted(m["at"] for m in now["messages_per_minute"])
    assert 0 < now["commit_latency_ms"]["p50"] <= now["commit_latency_ms"]["p99"]
    assert now["awake"]["users"] > 0 and now["awake"]["conversations"] == 2
    assert now["nodes"] == 1
    ann.delete(f"/api/messages/{messages[0]['message_id']}/").expect(204)
    admin.delete(f"/api/admin/conversations/{doomed}/").expect(204)
    after = figures()
    assert (after["conversations"], after["messages"]) == (1, 4), "a thread of two and a conversation of one are gone"
    ann.delete("/api/user/delete/").expect(204)
    left = figures()
    assert (left["users"]["total"], left["messages"]) == (3, 0)
    assert wait_until(lambda: figures()["requests_per_second"] > 0, 60)
    server.stop()
    server.start()
    again = server.admin().get("/api/admin/statistics/").expect(200)
    assert {k: again["users"][k] for k in ("total", "active", "admins")} == {"total": 3, "active": 2, "admins": 1}
    assert (again["conversations"], again["messages"]) == (1, 0)


def test_the_cluster_is_this_node(admin):
    cluster = admin.get("/api/admin/cluster/").expect(200)
    (node,) = cluster["nodes"]
    assert node["self"] is True and node["state"] == "up"
    assert cluster["shards"]["owned"] == cluster["shards"]["total"] == node["shards"]


# --- users ---

def test_users_are_listed_in_full(admin, alice):
    (found,) = admin.walk(f"/api/admin/users/?search={alice.username}")
    assert found["email"] == alice.email and found["is_active"] is True
    assert admin.get(f"/api/admin/users/{alice.user_id}/").expect(200)["email"] == alice.email
    admin.patch(f"/api/admin/users/{alice.id}/", {"is_active": False}).expect(200)
    assert admin.walk(f"/api/admin/users/?search={alice.username}&is_active=true") == []
    assert len(admin.walk(f"/api/admin/users/?search={alice.username}&is_active=false")) == 1
    admin.get("/api/admin/users/?is_active=perhaps").expect(400)
    admin.get("/api/admin/users/999999/").problem(404)


def test_nobody_else_learns_who_is_active(alice, bob, admin):
    admin.patch(f"/api/admin/users/{bob.id}/", {"is_active": False}).expect(200)
    for flag in ("true", "false"):
        assert len(alice.walk(f"/api/users/?search={bob.username}&is_active={flag}")) == 1


def test_a_change_is_audited_with_what_changed_and_nothing_else(admin, alice):
    admin.patch(f"/api/admin/users/{alice.id}/", {"first_name": "Ann", "role": "host"}).expect(200)
    (entry,) = audit(admin, target=alice.user_id)
    assert entry["action"] == "user.change"
    assert entry["actor"] == {"id": admin.id, "user_id": admin.user_id, "username": admin.username}
    assert entry["actor_name"] == admin.username
    assert (entry["target_type"], entry["target_id"], entry["target_label"]) == ("user", alice.user_id, alice.username)
    assert entry["before"] == {"first_name": "", "role": "guest"}
    assert entry["after"] == {"first_name": "Ann", "role": "host"}
    assert entry["client"] == "127.0.0.1"
    admin.patch(f"/api/admin/users/{alice.id}/", {"first_name": "Ann"}).expect(200)
    admin.patch(f"/api/admin/users/{alice.id}/", {"role": "king"}).expect(400)
    assert len(audit(admin, target=alice.user_id)) == 1, "nothing has changed since"


def test_the_plain_addresses_are_audited_too(admin, alice, bob):
    admin.patch(f"/api/users/{alice.id}/", {"last_name": "Smith"}).expect(200)
    conversation = alice.converse(bob)
    message = alice.send(conversation)
    admin.delete(f"/api/messages/{message['message_id']}/").expect(204)
    admin.delete(f"/api/conversations/{conversation}/").expect(204)
    assert [e["action"] for e in audit(admin, target=alice.user_id)] == ["user.change"]
    assert [e["action"] for e in audit(admin, target=message["message_id"])] == ["message.delete"]
    assert [e["action"] for e in audit(admin, target=conversation)] == ["conversation.delete"]


def test_what_everybody_may_do_is_not_audited(server, admin, alice, bob):
    newest = audit(admin)[:1]
    alice.patch("/api/users/me/", {"first_name": "Ann"}).expect(200)
    conversation = alice.converse(bob)
    message = alice.send(conversation)
    alice.delete(f"/api/messages/{message['message_id']}/").expect(204)
    alice.patch(f"/api/conversations/{conversation}/", {"title": "x"}).expect(200)
    own = admin.converse(alice)
    admin.delete(f"/api/messages/{admin.send(own)['message_id']}/").expect(204)
    admin.delete(f"/api/conversations/{own}/").expect(204)
    admin.patch("/api/users/me/", {"first_name": "Root"}).expect(200)
    assert audit(admin)[:1] == newest


def test_a_password_is_set_and_never_shown(server, admin, alice):
    old_token, old_refresh = alice.token, alice.refresh
    path = f"/api/admin/users/{alice.id}/password/"
    admin.post(path, {"new_password": "123"}).invalid("new_password")
    admin.post(path, {}).invalid("new_password", "This field is required.")
    admin.post("/api/admin/users/999999/password/", {"new_password": NEW_PASSWORD}).problem(404)
    admin.post(path, {"new_password": NEW_PASSWORD}).expect(204)
    alice.get("/api/users/me/", token=old_token).problem(401)
    alice.post("/api/token/refresh/", {"refresh": old_refresh}, token=None).problem(401)
    wrong = alice.post("/api/token/", {"username": alice.username, "password": PASSWORD}, token=None)
    wrong.problem(401)
    User(server, {"id": alice.id, "user_id": alice.user_id, "username": alice.username, "email": alice.email},
         NEW_PASSWORD)
    (entry,) = audit(admin, target=alice.user_id)
    assert (entry["action"], entry["before"], entry["after"]) == ("user.password", None, None)
    assert NEW_PASSWORD not in str(entry) and "argon2" not in str(entry)


def test_a_removal_is_told_before_it_is_done(server, admin, alice, bob, carol):
    group, alone = alice.converse(bob, carol), alice.converse(bob)
    first = alice.send(group)
    answer = bob.reply(first)
    carol.reply(answer)
    alice.patch(f"/api/messages/{first['message_id']}/", {"content": "edited"}).expect(200)
    bob.send(alone)
    alice.send(alone)
    bob.post(f"/api/conversations/{alone}/remove_participant/", {"user_id": bob.id}).expect(200)
    removal = admin.get(f"/api/admin/users/{alice.user_id}/removal/").expect(200)
    assert removal == {
        "messages_sent": 2, "messages_received": 1, "replies_below": 2, "conversations": 2,
        "conversations_left_empty": 1, "notifications": 3, "history_entries": 1,
    }
    before = admin.get("/api/admin/statistics/").expect(200)["messages"]
    admin.delete(f"/api/admin/users/{alice.id}/").expect(204)
    assert before - admin.get("/api/admin/statistics/").expect(200)["messages"] == 5
    admin.get(f"/api/admin/users/{alice.id}/removal/").problem(404)


def test_an_erased_account_leaves_only_ids_in_the_log(make_server):
    server = make_server()
    server.create_admin()
    server.start()
    admin, victim = server.admin(), server.user("victim", first_name="Quentin", phone_number="+49 170 5551234")
    admin.patch(f"/api/admin/users/{victim.id}/", {"first_name": "Quirin", "role": "admin"}).expect(200)
    victim.login()
    other = server.user("other")
    victim.patch(f"/api/admin/users/{other.id}/", {"first_name": "Olaf"}).expect(200)
    admin.delete(f"/api/admin/users/{victim.id}/").expect(204)
    newest, *_, oldest = audit(admin, target=victim.user_id)
    assert [newest["action"], oldest["action"]] == ["user.delete", "user.change"]
    for entry in (newest, oldest):
        assert entry["target_label"] == "deleted user"
        assert entry["before"] is entry["after"] is None
        assert entry["actor"]["user_id"] == admin.user_id
    (done,) = audit(admin, target=other.user_id)
    assert (done["actor"], done["actor_name"], done["client"]) == (None, "deleted user", "")
    server.stop()
    left = server.dump()
    for trace in (victim.username, victim.email, "quentin", "quirin", "5551234"):
        assert trace.lower() not in left, trace


# --- conversations and messages ---

def test_all_conversations_are_found(admin, alice, bob, carol):
    title = unique("Marble")
    conversation = alice.converse(bob, title=title)
    other = alice.converse(carol, title=unique("granite"))
    assert [c["conversation_id"] for c in admin.walk(f"/api/admin/conversations/?search={title.upper()}")] == [conversation]
    of_alice = admin.walk(f"/api/admin/conversations/?participant={alice.user_id}&ordering=created_at")
    assert [c["conversation_id"] for c in of_alice] == [conversation, other]
    backwards = admin.walk(f"/api/admin/conversations/?participant={alice.id}&ordering=-created_at&page_size=1")
    assert [c["conversation_id"] for c in backwards] == [other, conversation]
    assert admin.walk(f"/api/admin/conversations/?participant={MISSING_UUID}") == []
    admin.get("/api/admin/conversations/?participant=x").invalid("participant")
    detail = admin.get(f"/api/admin/conversations/{conversation}/").expect(200)
    assert detail["title"] == title and detail["message_count"] == 0


def test_what_an_admin_does_to_a_conversation_is_audited(admin, alice, bob, carol):
    conversation = alice.converse(bob, title="old")
    path = f"/api/conversations/{conversation}/"
    admin.patch(path, {"title": "new"}).expect(200)
    admin.post(path + "add_participant/", {"user_id": carol.id}).expect(200)
    admin.post(path + "remove_participant/", {"user_id": bob.id}).expect(200)
    alice.send(conversation)
    admin.delete(f"/api/admin/conversations/{conversation}/").expect(204)
    entries = audit(admin, target=conversation)
    assert [e["action"] for e in entries] == [
        "conversation.delete", "conversation.remove_participant", "conversation.add_participant", "conversation.change"]
    removed, left, joined, changed = entries
    assert (changed["before"], changed["after"]) == ({"title": "old"}, {"title": "new"})
    assert (joined["before"], joined["after"]) == (None, {"participant": carol.user_id})
    assert (left["before"], left["after"]) == ({"participant": bob.user_id}, None)
    assert removed["before"] == {"title": "new", "participants": [alice.user_id, carol.user_id], "message_count": 1}
    assert {e["target_label"] for e in entries} == {"old", "new"}


def test_everybodys_messages_are_found_and_read_by_nobody(admin, alice, bob):
    conversation = alice.converse(bob)
    word = unique("zanzibar")
    message = alice.send(conversation, f"about {word}")
    (found,) = admin.walk(f"/api/admin/messages/?search={word}")
    assert found["message_id"] == message["message_id"]
    assert len(admin.walk(f"/api/admin/messages/?conversation={conversation}&sender={alice.id}")) == 1
    assert admin.walk(f"/api/admin/messages/?conversation={conversation}&sender={bob.id}") == []
    assert admin.walk(f"/api/admin/messages/?conversation={conversation}&sent_before=2020-01-01") == []
    shown = admin.get(f"/api/admin/messages/{message['message_id']}/").expect(200)
    assert shown["content"] == message["content"] and shown["read"] is False
    mine = admin.converse(alice)
    to_admin = alice.send(mine)
    assert admin.get(f"/api/admin/messages/{to_admin['message_id']}/").expect(200)["read"] is False
    assert to_admin["message_id"] in [m["message_id"] for m in admin.unread()]
    admin.get(f"/api/admin/messages/{MISSING_UUID}/").problem(404)


def test_a_message_goes_with_its_replies(admin, alice, bob):
    conversation = alice.converse(bob)
    message = alice.send(conversation, "a secret text")
    bob.reply(message)
    admin.delete(f"/api/admin/messages/{message['message_id']}/").expect(204)
    assert alice.listed(conversation) == []
    (entry,) = audit(admin, target=message["message_id"])
    assert (entry["action"], entry["target_type"]) == ("message.delete", "message")
    assert entry["before"]["sender"] == alice.user_id and entry["before"]["messages_removed"] == 2
    assert "secret" not in str(entry)


def test_one_users_notifications_are_shown(admin, alice, bob):
    conversation = alice.converse(bob)
    message = alice.send(conversation)
    (notification,) = admin.walk(f"/api/admin/notifications/?user={bob.user_id}")
    assert notification["message"] == message["message_id"] and notification["user"] == bob.short
    assert admin.walk(f"/api/admin/notifications/?user={bob.id}&is_read=true") == []
    assert admin.walk(f"/api/admin/notifications/?user={MISSING_UUID}") == []
    admin.get("/api/admin/notifications/").invalid("user", "This parameter is required.")


# --- the first administrator ---

def setup_token(server):
    found = wait_until(lambda: re.search(r"/admin/setup/#token=([\w.-]+)", server.log()), 60)
    assert found, server.log()
    return found.group(1)


def newcomer(token, **more):
    name = unique("first")
    return {"token": token, "username": name, "email": f"{name}@example.com", "password": PASSWORD, **more}


def test_the_first_administrator_comes_by_the_link(make_server):
    server = make_server().start()
    token = setup_token(server)
    assert f'http://127.0.0.1:{server.port}/admin/setup/#token={token}"' in server.log()
    client = server.client()
    client.post("/api/admin/setup/", newcomer("x" * 64)).problem(403)
    client.post("/api/admin/setup/", newcomer(token, password="123")).invalid("password")
    client.post("/api/admin/setup/", {"token": token}).invalid("username")
    server.register("taken", username="taken-name")
    client.post("/api/admin/setup/", newcomer(token, username="taken-name")).invalid("username")
    body = newcomer(token)
    account = client.post("/api/admin/setup/", body).expect(201)
    assert account["role"] == "admin" and account["username"] == body["username"]
    admin = User(server, account)
    (entry,) = audit(admin, target=account["user_id"])
    assert (entry["action"], entry["actor"], entry["actor_name"]) == ("user.create", None, "setup link")
    assert entry["client"] == "127.0.0.1"
    client.post("/api/admin/setup/", newcomer(token)).problem(403)
    server.stop()
    offered = server.log().count("/admin/setup/#token=")
    server.start()
    server.client().post("/api/admin/setup/", newcomer(token)).problem(403)
    server.stop()
    assert server.log().count("/admin/setup/#token=") == offered, "there is an administrator now"


def test_guessing_the_link_is_slowed_down(make_server):
    server = make_server(LOGIN_THROTTLE="on").start()
    token = setup_token(server)
    client = server.client()
    answers = [client.post("/api/admin/setup/", newcomer("y" * 64)).status for _ in range(7)]
    assert answers == [403] * 5 + [429] * 2
    assert client.post("/api/admin/setup/", newcomer(token)).status == 429


def test_an_administrator_by_command_closes_the_link(make_server):
    server = make_server()
    server.create_admin()
    server.start()
    server.client().post("/api/admin/setup/", newcomer("x" * 64)).problem(403)
    server.stop()
    assert "/admin/setup/#" not in server.log()
