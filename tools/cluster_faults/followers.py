"""Event streams that roam over the nodes, and what a client makes of them: C12."""

import json
import random
import socket
import sys
import threading
import time
import traceback

from .caller import Caller, start
from .nodes import ROOT

sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import fold  # noqa: E402
import sse  # noqa: E402

SILENCE_SECONDS = 17  # a heartbeat comes every 15
PAUSE = 0.2


class Shown:
    """An answer, as `fold` wants it."""

    def __init__(self, answer):
        self.status, self.json = answer.status, answer.json

    def expect(self, status):
        assert self.status == status, f"{self.status}: {self.json}"
        return self.json


class Reader:
    """Somebody who reads through any node, or through one; as `fold` wants him."""

    def __init__(self, person, caller, node=None):
        self.person, self.user_id, self.caller, self.node = person, person.user_id, caller, node

    def get(self, path):
        if path.startswith("http"):
            path = "/" + path.split("/", 3)[3]
        answer = self.caller.perform(start("get", self.user_id, path=path), "GET", path, self.person.token, node=self.node)
        assert answer is not None, f"no answer to {path}"
        return Shown(answer)

    def walk(self, path):
        items = []
        while path:
            page = self.get(path).expect(200)
            items += page["results"]
            path = page["next"]
        return items

    def listed(self, conversation):
        return self.walk(f"/api/conversations/{conversation}/messages/?all=true&page_size=100")

    def notifications(self):
        return self.walk("/api/notifications/?page_size=100")


class Follower(threading.Thread):
    """One client: a stream that is opened anew at another node when it breaks, and the state folded from it."""

    def __init__(self, person, history, nodes, seed):
        super().__init__(daemon=True)
        self.person, self.history, self.nodes, self.random = person, history, nodes, random.Random(seed)
        self.fold = fold.Fold(Reader(person, Caller(history, nodes, seed)))
        self.events, self.ended, self.resets = [], [], []  # ended: (moment, node, whether retry: came)
        self.parser, self.stopping, self.is_loaded, self.cursor = None, False, threading.Event(), ""

    def run(self):
        try:
            while not self.stopping:
                self.follow(self.random.choice(self.nodes))
                time.sleep(PAUSE)
        except Exception:
            self.history.surprise(f"C12 a stream's client failed: {traceback.format_exc()}")

    def follow(self, node):
        """Until the stream ends or is silent for too long."""
        self.parser, response = sse.Parser(self.cursor), sse.Response()
        try:
            with socket.create_connection(node.address, 2) as connection:
                connection.settimeout(SILENCE_SECONDS)
                connection.sendall(self.request(node))
                while not self.stopping and (data := connection.recv(65536)):
                    self.take(node, response, self.parser.feed(response.feed(data)))
                    if response.is_complete or response.status not in (None, 200):
                        break
        except OSError:
            pass
        if response.status == 200:
            self.ended.append((time.monotonic(), node.number, self.parser.retry is not None))
        elif response.status not in (None, 429, 503):
            self.history.surprise(f"C12 the stream of {self.person.username} got {response.status} from node{node.number}")

    def request(self, node):
        lines = ["GET /api/events/ HTTP/1.1", f"Host: {node.address[0]}:{node.address[1]}", "Accept: text/event-stream",
                 f"Authorization: Bearer {self.person.token}"]
        if self.cursor:
            lines.append(f"Last-Event-ID: {self.cursor}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def take(self, node, response, frames):
        if response.status != 200:
            return
        for frame in frames:
            self.cursor = frame.last_event_id or self.cursor
            if frame.data is not None:
                self.take_event(node, json.loads(frame.data))
        if not self.is_loaded.is_set() and self.cursor:
            self.fold.load()
            self.is_loaded.set()

    def take_event(self, node, event):
        if event["type"] == "reset":
            self.resets.append((time.monotonic(), node.name))
            self.events.append(event)
            self.fold = fold.Fold(self.fold.user).load()
        elif event["id"] is not None:
            self.events.append(event)
            self.fold.apply(event)

    def has_seen(self, conversation):
        return any(e["type"] == "conversation.created" and e["conversation"] == conversation for e in self.events[-200:])


def wait_for_end(followers, witness, caller, seconds=20):
    """A new conversation of each marks the end of what his stream has to tell; those who never saw it."""
    marks = {f: mark(f, witness, caller) for f in followers}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(f.has_seen(marks[f]) for f in followers):
            break
        time.sleep(0.1)
    return [f"C12 the stream of {f.person.user_id} never came to its end (cursor {f.cursor}, opened {f.ended[-3:]})"
            for f in followers if not f.has_seen(marks[f])]


def mark(follower, witness, caller):
    operation = start("mark_end", follower.person.user_id)
    body = {"participant_ids": [witness.user_id]}
    answer = caller.perform(operation, "POST", "/api/conversations/", follower.person.token, body)
    return answer.json["conversation_id"] if answer and answer.status == 201 else "none"
