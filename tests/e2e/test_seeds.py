"""Every request printed in the five documents that this product grew from, host and ids apart.

The documents: 000 and 001 (notifications, history, account deletion), 002 (users and participants, integer
ids), 003 (roles, UUIDs, session login), 004 (threads, unread). Each is played from its first request to its last.
"""

import re
import subprocess

import pytest

from client import PASSWORD, TIME, User
from harness import ROOT


class World:
    """What the placeholders in the documents' addresses stand for."""

    def __init__(self, server):
        self.me, self.second, self.third = server.users("user1x", "user2x", "user3x")
        conversation = self.me.post(
            "/api/conversations/", {"participant_ids": [self.second.id, self.third.id]}
        ).expect(201)
        self.conversation, self.number = conversation["conversation_id"], conversation["id"]
        self.mine = self.me.send(self.conversation, "mine")["message_id"]
        self.theirs = self.second.send(self.conversation, "theirs")["message_id"]
        self.notification = self.me.notifications()[0]["notification_id"]


@pytest.fixture
def world(server):
    return World(server)


def as_session(server, user):
    """The same person, logged in as documents 002 and 003 do: by the session form."""
    browser = User.__new__(User)
    browser.__dict__ = {**user.__dict__, "token": None, "session": server.client().session}
    page = browser.get("/api-auth/login/")
    token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"', page.text).group(1)
    form = {"username": user.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    browser.request("POST", "/api-auth/login/", data=form).expect(302)
    browser.session.headers["X-CSRFToken"] = browser.session.cookies["csrftoken"]
    return browser


def play_000(world):
    me, c = world.me, world.conversation
    login = {"username": me.username, "password": PASSWORD}
    tokens = me.post("/api/token/", login, token=None).expect(200)
    me.post("/api/token/refresh/", {"refresh": tokens["refresh"]}, token=None).expect(200)
    assert me.get("/api/conversations/").expect(200)["count"] >= 1
    me.post("/api/conversations/", {"participant_ids": [world.second.id]}).expect(201)
    shown = me.get(f"/api/conversations/{c}/").expect(200)
    assert {"conversation_id", "participants", "created_at"} <= set(shown)
    me.get(f"/api/conversations/{c}/messages/").expect(200)
    sent = me.post(f"/api/conversations/{c}/messages/", {"content": "Hello"}).expect(201)
    assert {"message_id", "sender", "receiver", "conversation", "content", "timestamp"} <= set(sent)
    changed = me.patch(f"/api/messages/{sent['message_id']}/", {"content": "Changed"}).expect(200)
    assert changed["content"] == "Changed"
    me.delete(f"/api/messages/{sent['message_id']}/").expect(204)
    listed = me.get("/api/notifications/").expect(200)
    assert {"user", "message", "is_read", "created_at"} <= set(listed["results"][0])
    assert me.patch(f"/api/notifications/{world.notification}/", {"is_read": True}).expect(200)["is_read"] is True


def play_001(world):
    play_000(world)
    me = world.me
    edited = me.patch(f"/api/messages/{world.mine}/", {"content": "edited"}).expect(200)
    assert edited["edited"] is True
    entries = me.get(f"/api/messages/{world.mine}/history/").expect(200)["results"]
    assert [e["content"] for e in entries] == ["mine"] and entries[0]["edited_by"]["id"] == me.id
    me.delete("/api/user/delete/").expect(204)


def play_002(world):
    me, n = world.me, world.number
    me.get("/api/users/").expect(200)
    new = {"username": f"{me.username}b", "email": f"b{me.email}", "password": PASSWORD}
    me.post("/api/users/", new).expect(201)
    me.get(f"/api/users/{me.id}/").expect(200)
    profile = {"username": me.username, "email": me.email, "first_name": "A", "last_name": "B"}
    me.put(f"/api/users/{me.id}/", profile).expect(200)

    made = me.post("/api/conversations/", {"participant_ids": [world.second.id, world.third.id]}).expect(201)
    body = {"conversation": n, "content": "Hello, world!"}
    assert me.post("/api/messages/", body).expect(201)["content"] == "Hello, world!"
    me.get("/api/conversations/").expect(200)
    assert "messages" in me.get(f"/api/conversations/{n}/").expect(200)
    people = [me.id, world.second.id, world.third.id]
    me.put(f"/api/conversations/{n}/", {"title": "Renamed", "participant_ids": people}).expect(200)
    me.post(f"/api/conversations/{made['id']}/remove_participant/", {"user_id": world.third.id}).expect(200)
    me.post(f"/api/conversations/{made['id']}/add_participant/", {"user_id": world.third.id}).expect(200)

    assert me.get(f"/api/messages/?conversation_id={n}").expect(200)["count"] == 3
    assert me.get("/api/messages/").expect(200)["count"] == 3
    shown = me.get(f"/api/messages/{world.mine}/").expect(200)
    assert {"sender", "conversation", "content", "timestamp", "is_read"} <= set(shown)
    me.put(f"/api/messages/{world.mine}/", {"content": "put", "conversation": n}).expect(200)
    assert me.patch(f"/api/messages/{world.theirs}/mark_as_read/").expect(200)["is_read"] is True
    me.post("/api/messages/mark_conversation_as_read/", {"conversation_id": n}).expect(200)
    me.delete(f"/api/messages/{world.mine}/").expect(204)
    me.delete(f"/api/conversations/{n}/").expect(204)
    me.delete(f"/api/users/{me.id}/").expect(204)


def play_003(world):
    me, c = world.me, world.conversation
    me.get("/api/users/").expect(200)
    assert me.get(f"/api/users/{me.user_id}/").expect(200)["user_id"] == me.user_id
    assert me.get("/api/users/me/").expect(200)["role"] == "guest"
    me.get("/api/conversations/").expect(200)
    me.post("/api/conversations/", {"participants": [world.second.user_id]}).expect(201)
    me.get(f"/api/conversations/{c}/").expect(200)
    people = [me.user_id, world.second.user_id]
    me.put(f"/api/conversations/{c}/", {"participants": people, "title": "put"}).expect(200)
    me.patch(f"/api/conversations/{c}/", {"title": "patched"}).expect(200)
    me.get("/api/messages/").expect(200)
    sent = me.post("/api/messages/", {"conversation": c, "message_body": "by body"}).expect(201)
    assert sent["message_body"] == "by body" and TIME.match(sent["sent_at"])
    me.get(f"/api/messages/{sent['message_id']}/").expect(200)
    me.get(f"/api/conversations/{c}/messages/").expect(200)
    me.post(f"/api/conversations/{c}/messages/", {"message_body": "nested"}).expect(201)
    me.delete(f"/api/conversations/{c}/").expect(204)


def play_004(world):
    me, c = world.me, world.conversation
    play_000(world)
    path = f"/api/conversations/{c}/messages/"
    root = me.post(path, {"content": "This is a new thread"}).expect(201)["message_id"]
    answer = world.second.post(path, {"content": "This is a reply", "parent_message": root}).expect(201)
    assert answer["thread_depth"] == 1
    thread = me.get(f"{path}{root}/thread/").expect(200)
    shown = thread["results"] if isinstance(thread, dict) else thread
    assert [m["content"] for m in shown] == ["This is a new thread", "This is a reply"]
    assert shown[0]["is_thread"] is True and shown[0]["reply_count"] == 1
    me.get(f"/api/messages/{root}/history/").expect(200)

    page = world.third.get("/api/messages/unread/").expect(200)
    assert {"count", "next", "previous", "results"} <= set(page)
    first = page["results"][0]
    assert {"message_id", "content", "sender", "timestamp", "read"} <= set(first)
    assert {"id", "username"} <= set(first["sender"]) and first["read"] is False
    marked = world.third.patch("/api/messages/unread/", {"message_ids": [first["message_id"]]}).expect(200)
    assert marked["status"] == "Marked 1 message(s) as read"
    me.delete("/api/user/delete/").expect(204)


PLAYS = {"000": play_000, "001": play_001, "002": play_002, "003": play_003, "004": play_004}


@pytest.mark.parametrize("document", PLAYS)
def test_the_documents_requests_work_with_a_token(world, document):
    PLAYS[document](world)


@pytest.mark.parametrize("document", ["002", "003"])
def test_the_documents_requests_work_with_a_session(server, world, document):
    world.me = as_session(server, world.me)
    PLAYS[document](world)


def test_the_login_addresses_of_document_003(server, world):
    browser = as_session(server, world.me)
    browser.get("/api/users/me/").expect(200)
    assert browser.get("/api-auth/logout/").status in (200, 302)
    assert browser.get("/api/users/me/").status in (401, 403)


def test_the_examples_of_document_002_want_a_login(server):
    """Printed there without credentials, with "Authentication required for all endpoints" below them."""
    client = server.client()
    client.get("/api/conversations/").problem(401)
    client.post("/api/conversations/", {"participant_ids": [2, 3]}).problem(401)
    client.post("/api/messages/", {"conversation": 1, "content": "Hello, world!"}).problem(401)


def test_the_documents_say_localhost(world):
    world.me.get("/api/conversations/", headers={"Host": f"localhost:{world.me.server.port}"}).expect(200)


def test_the_script_that_plays_the_documents_finds_all_as_promised(server):
    script = ROOT / "tools" / "play-documents"
    done = subprocess.run([script, server.url], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.count("\n> ") >= 80 and "every answer was as promised" in done.stdout
    assert subprocess.run([script, server.url, "005"], capture_output=True, timeout=120).returncode != 0
