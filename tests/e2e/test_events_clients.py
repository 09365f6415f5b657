"""The same tests for every client of a stream: ours, npm's EventSource with an Authorization header, and the one of
Chromium with the session cookie."""

import json
import os
import subprocess
import threading
import time

import pytest

import openapi
from client import PASSWORD
from events import check_frames, kept_ids, newest, pages
from harness import ROOT, unique
from sse import Record, Streams
from sse_wire import Frame
from test_client import CLIENT, install_packages
from test_events_presence import type_in


class OwnClient:
    """Our own follower, which heeds the server's `retry`."""

    def __init__(self, server, user, query=""):
        self.streams = Streams()
        self.streams.start()
        self.record = self.streams.follow(server, user.token, path=f"/api/events/{query}", retry=None)

    def wait_refused(self):
        self.record.wait_closed()
        assert self.record.statuses[-1] == 401

    def close(self):
        self.streams.__exit__()


class ProcessClient(threading.Thread):
    """A process of Node.js that follows; what its EventSource dispatches comes back line by line."""

    def __init__(self, directory, *arguments, **environment):
        super().__init__(daemon=True)
        self.record = Record(threading.Condition())
        self.is_closed, self.last_id = False, ""
        self.process = subprocess.Popen(
            ["node", "follow.mjs", *arguments], cwd=directory, text=True, env={**os.environ, **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        self.start()

    def run(self):
        for line in self.process.stdout:
            with self.record.changed:
                self.take(json.loads(line))
                self.record.changed.notify_all()

    def take(self, told):
        if told["kind"] == "open":
            self.record.opened += 1
        elif told["kind"] == "closed":
            self.is_closed = True
        elif told["kind"] == "event":
            # An EventSource does not say which lines a frame had. Browsers hand out the last id there was, npm's an
            # empty one with an event that has none of its own.
            own, self.last_id = json.loads(told["data"])["id"], told["lastEventId"] or self.last_id
            assert own in (None, self.last_id)
            self.record.frames.append(Frame(told["type"], told["data"], own, self.last_id, None, time.monotonic()))

    def wait_refused(self):
        self.record.wait(lambda: self.is_closed)

    def close(self):
        self.process.stdin.close()
        self.process.wait(120)
        self.join()
        self.process.stdout.close()


class NpmClient(ProcessClient):
    """npm's EventSource with an Authorization header."""

    directory = CLIENT

    def __init__(self, server, user, query=""):
        super().__init__(self.directory, f"{server.url}/api/events/{query}", TOKEN=user.token)


class BrowserClient(ProcessClient):
    """Chromium's own EventSource with the session cookie."""

    directory = CLIENT.parent / "browser"

    def __init__(self, server, user, query=""):
        super().__init__(self.directory, server.url, f"/api/events/{query}", user.username)


@pytest.fixture(params=[OwnClient, NpmClient, BrowserClient], ids=["own", "npm", "browser"])
def start(request):
    """Starts a client of the kind under test: start(server, user, query)."""
    if request.param is not OwnClient:
        install_packages(request.param.directory)
    running = []

    def go(server, user, query=""):
        running.append((server, request.param(server, user, query)))
        running[-1][1].record.wait(lambda: running[-1][1].record.opened)
        return running[-1][1]

    yield go
    for server, client in running:
        client.close()
        check_frames(openapi.load(server.client()), client.record.frames)


def everything(alice, bob, carol):
    """Something of every type that is kept, in carol's sight; the last message."""
    group = alice.converse(bob, carol, title="Everything")
    root = alice.send(group)
    reply = bob.reply(root)
    carol.reply(reply)
    alice.patch(f"/api/messages/{root['message_id']}/", {"content": "edited"}).expect(200)
    carol.post(f"/api/messages/{root['message_id']}/mark_as_read/").expect(200)
    alice.patch(f"/api/conversations/{group}/", {"title": "Renamed"}).expect(200)
    for verb in ("remove", "add"):
        alice.post(f"/api/conversations/{group}/{verb}_participant/", {"user_id": bob.id}).expect(200)
    alice.delete(f"/api/messages/{root['message_id']}/").expect(204)
    other = alice.converse(carol)
    last = alice.send(other)
    short = alice.converse(carol)
    alice.delete(f"/api/conversations/{short}/").expect(204)
    return last, other


KEPT_TYPES = {
    "message.created", "message.updated", "message.deleted", "message.read", "notification.created", "notification.updated",
    "conversation.created", "conversation.updated", "conversation.deleted", "participant.added", "participant.removed",
}


def test_a_client_gets_every_type(server, alice, bob, carol, start):
    client = start(server, carol)
    _, conversation = everything(alice, bob, carol)
    client.record.take("conversation.deleted")
    assert {f.event for f in client.record.frames if f.id and f.data} == KEPT_TYPES
    type_in(alice, conversation).expect(204)
    assert client.record.take("typing")["data"]["user"] == alice.short
    typing = next(f for f in client.record.frames if f.event == "typing")
    assert typing.id is None and typing.last_event_id


def test_a_client_resumes_where_it_was(server, alice, bob, carol, start):
    cursor = newest(carol)
    everything(alice, bob, carol)
    past = [e["id"] for e in pages(carol, cursor)]
    client = start(server, carol, f"?after={cursor}")
    client.record.take("conversation.deleted")
    assert kept_ids(client.record) == past
    again = start(server, carol, f"?after={past[4]}")
    again.record.take("conversation.deleted")
    assert kept_ids(again.record) == past[5:]


def test_a_client_misses_nothing_while_the_server_is_killed(make_server, start):
    server = make_server().start()
    alice, bob = server.users("alice", "bob")
    conversation = alice.converse(bob)
    cursor = newest(bob)
    client = start(server, bob)
    sent = []
    for _ in range(2):
        sent += [alice.send(conversation, unique("text"))["message_id"] for _ in range(3)]
        server.kill()
        server.start()
        sent.append(alice.send(conversation, unique("text"))["message_id"])
    client.record.take("notification.created", lambda e: e["data"]["message"] == sent[-1], seconds=120)
    assert [e["data"]["message_id"] for e in client.record.events if e["type"] == "message.created"] == sent
    assert kept_ids(client.record) == [e["id"] for e in pages(bob, cursor)]


def test_a_client_is_told_of_a_hole(server, alice, bob, direct, start):
    client = start(server, alice, "?after=unknown")
    client.record.take("reset")
    message = bob.send(direct)
    assert client.record.take("message.created")["data"]["message_id"] == message["message_id"]


def test_a_client_gives_up_when_its_login_has_ended(server, alice, start):
    client = start(server, alice)
    change = {"old_password": PASSWORD, "new_password": "An0ther-pass-phrase"}
    alice.post("/api/users/me/password/", change).expect(200, 204)
    client.wait_refused()


def test_the_example_follows_a_conversation_through_a_restart(make_server):
    server = make_server().start()
    alice, bob = server.users("alice", "bob")
    conversation = alice.converse(bob, title="Lunch")
    listener = subprocess.Popen(
        [ROOT / "tools" / "examples" / "listen", "--url", server.url, "--username", bob.username],
        env={**os.environ, "CONFAB_PASSWORD": bob.password}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    killer = threading.Timer(300, listener.kill)
    killer.start()
    try:
        wait_until_listening(listener, alice, conversation)
        server.kill()
        server.start()
        alice.send(conversation, "second\x1b[31m\nline")
        line = next(text for text in listener.stdout if "second" in text)
        assert line.endswith(f"Lunch: {alice.username}: second [31m line\n")
    finally:
        killer.cancel()
        listener.terminate()
        listener.communicate()


def wait_until_listening(listener, user, conversation):
    """The example says nothing when it has begun to listen: what somebody types comes sooner or later."""
    done = threading.Event()

    def keep_typing():
        while not done.wait(0.2):
            type_in(user, conversation)

    typing = threading.Thread(target=keep_typing)
    typing.start()
    try:
        assert any(f"{user.username} is typing" in line for line in listener.stdout)
    finally:
        done.set()
        typing.join()
