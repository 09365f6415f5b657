"""Bugs that the checks must catch, each played at a node that lies or in the database: none is in the program itself."""

import dataclasses
import itertools
import json
import time
import uuid

from .liar import Bug, forged


class Every:
    """True at every so manieth call; for any thread."""

    def __init__(self, number):
        self.number, self.calls = number, itertools.count(1)

    def __call__(self):
        return next(self.calls) % self.number == 0


class AcknowledgedBeforeCommit(Bug):
    """A post is acknowledged and then, as if the node had crashed before COMMIT, never heard of again."""

    def __init__(self):
        self.lies = Every(15)
        self.last = {}

    def request(self, exchange):
        if exchange.is_post_of_message and exchange.path in self.last and self.lies():
            body = {**self.last[exchange.path], "message_id": str(uuid.uuid4()), "receiver": None}
            return forged(201, json.dumps({**body, **json.loads(exchange.body), "seq": body["seq"] + 1}).encode())

    def answer(self, exchange, answer):
        if exchange.is_post_of_message and answer.status == 201:
            self.last[exchange.path] = answer.json
        return answer


class NoIdempotencyKey(Bug):
    """Keys are not looked at; now and then an answer is lost on its way, so that the client repeats."""

    def __init__(self):
        self.lies = Every(15)

    def request(self, exchange):
        exchange.headers = {k: v for k, v in exchange.headers.items() if k.lower() != "idempotency-key"}

    def answer(self, exchange, answer):
        return None if exchange.is_post_of_message and self.lies() else answer


class PlaceFromMemory(Bug):
    """Places are counted in memory; now and then that is behind, as after a second owner has posted."""

    def __init__(self):
        self.lies = Every(15)

    def answer(self, exchange, answer):
        if exchange.is_post_of_message and answer.status == 201 and self.lies():
            shown = answer.json
            return forged(201, json.dumps({**shown, "seq": max(1, shown["seq"] - 1)}).encode())
        return answer


class CacheWithoutMembership(Bug):
    """What one may see is kept by its address and given to all."""

    def __init__(self):
        self.kept = {}

    def answer(self, exchange, answer):
        if exchange.method == "GET" and exchange.path.startswith("/api/conversations/"):
            if answer.status == 200:
                self.kept[exchange.path] = answer
            elif answer.status == 404:
                return self.kept.get(exchange.path, answer)
        return answer


class NoLeaseCheck(Bug):
    """Cut off for half of the time, and serves what it knows meanwhile: somebody else goes on writing."""

    def __init__(self, period=1.0):
        self.period, self.kept = period, {}

    def key(self, exchange):
        return exchange.headers.get("Authorization"), exchange.path

    def request(self, exchange):
        if exchange.method == "GET" and time.monotonic() % self.period > self.period / 2:
            return self.kept.get(self.key(exchange))

    def answer(self, exchange, answer):
        if exchange.method == "GET" and answer.status == 200:
            self.kept.setdefault(self.key(exchange), answer)
            if time.monotonic() % self.period < self.period / 2:
                self.kept[self.key(exchange)] = answer
        return answer


class NoFence(Bug):
    """A stale owner's edits are committed and acknowledged; the present owner, who has the message in memory, hears
    nothing of them."""

    def __init__(self, queries):
        self.lies, self.queries = Every(4), queries

    def request(self, exchange):
        message = exchange.path.removeprefix("/api/messages/").strip("/")
        if exchange.method == "PATCH" and message != "unread" and self.lies():
            text = json.loads(exchange.body)["content"]
            self.queries.run(f"UPDATE messages SET content = '{text}' WHERE id = '{message}'")
            return forged(200, json.dumps({"message_id": message, "content": text}).encode())


class GapInStream(Bug):
    """Now and then an event is not told."""

    def __init__(self):
        self.lies = Every(15)

    def frame(self, frame):
        return None if b"event: message.created" in frame and self.lies() else frame


class MarksNotKept(Bug):
    """Reading is acknowledged and forgotten."""

    def request(self, exchange):
        if exchange.path == "/api/messages/mark_conversation_as_read/":
            return forged(200, b'{"status":"Marked 1 message(s) as read","updated":1}')


class NotificationLost(Bug):
    """The newest notification is not listed."""

    def answer(self, exchange, answer):
        if exchange.method == "GET" and exchange.path.startswith("/api/notifications/") and answer.status == 200:
            shown = answer.json
            return forged(200, json.dumps({**shown, "results": shown["results"][1:]}).encode())
        return answer


# --- in the database -----------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Plant:
    """SQL that brings the bug in, and SQL that takes it out."""

    plant: str
    end: str


NO_CASCADE = Plant("""
CREATE FUNCTION fault_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM users WHERE id = OLD.sender_id AND is_deleted = 1) THEN RETURN NULL; END IF;
  RETURN OLD; END $$;
CREATE TRIGGER fault_keeps BEFORE DELETE ON messages FOR EACH ROW EXECUTE FUNCTION fault_keeps();
""", "DROP TRIGGER fault_keeps ON messages; DROP FUNCTION fault_keeps")

HISTORY_LOST = Plant("""
CREATE FUNCTION fault_forgets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF random() < 0.1 THEN RETURN NULL; END IF;
  RETURN NEW; END $$;
CREATE TRIGGER fault_forgets BEFORE INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION fault_forgets();
""", "DROP TRIGGER fault_forgets ON revisions; DROP FUNCTION fault_forgets")
