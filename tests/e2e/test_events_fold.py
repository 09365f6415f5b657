"""Proof (a): first GETs plus the events since equal fresh GETs, whatever 20 people do meanwhile.

CONFAB_FOLD_SEEDS replays runs ("7 8 9"), CONFAB_FOLD_STEPS lengthens them.
"""

import concurrent.futures
import os
import random
import time

import pytest

import fold
from sse import Streams

PEOPLE = 20
LEAST = 14  # people who keep their accounts
STEPS = int(os.environ.get("CONFAB_FOLD_STEPS", "300"))
SEEDS = [int(s) for s in os.environ.get("CONFAB_FOLD_SEEDS", "1").split()]
BATCH = 25
THREADS = 4
CONFLICTS = (400, 403, 404)  # somebody else was quicker
RARE = ("add", "delete_account", "leave")  # what each run has to do at least once
EPHEMERAL = ("presence", "typing")


class StreamSource:
    """The events of one client by its stream."""

    def __init__(self, streams, server, user):
        self.follower = streams.follow(server, user.token)
        self.follower.wait_open()
        self.position = 0

    def drain(self):
        fresh = self.follower.frames[self.position:]
        self.position += len(fresh)
        return [f.json for f in fresh if f.data is not None]

    @property
    def cursor(self):
        return self.follower.last_event_id

    def disturb(self, chance):
        if chance.random() < 0.5:
            self.follower.cut(chance.randrange(4000))

    def wait_refused(self):
        self.follower.wait_closed()
        assert self.follower.statuses[-1] == 401

    def close(self):
        self.follower.close()


class PageSource:
    """The events of one client page by page."""

    def __init__(self, streams, server, user):
        self.user = user
        self.cursor = user.get("/api/events/").expect(200)["cursor"]

    def drain(self):
        events, more = [], True
        while more:
            page = self.user.get(f"/api/events/?after={self.cursor}&page_size=20").expect(200)
            events += page["results"]
            self.cursor, more = page["cursor"], page["next"]
        return events

    def disturb(self, chance):
        pass

    def wait_refused(self):
        self.user.get("/api/events/").problem(401)

    def close(self):
        pass


class Person:
    """A user, his client's source of events, and what the client makes of them."""

    def __init__(self, number, user, streams):
        self.number, self.user, self.streams = number, user, streams
        self.is_cut = number % 4 == 1
        self.kinds = {}
        self.start()

    def start(self):
        source = PageSource if self.number % 4 == 2 else StreamSource
        self.source = source(self.streams, self.user.server, self.user)
        self.fold = fold.Fold(self.user).load()

    def restart(self):
        """A new client of the same user, perhaps while others change what it asks for."""
        self.source.close()
        self.start()

    def drain(self):
        for event in self.source.drain():
            self.kinds[event["type"]] = self.kinds.get(event["type"], 0) + 1
            if event["type"] not in EPHEMERAL:
                self.fold.apply(event)

    def compare(self, seconds=60):
        """Fails unless the events, to the last, lead to what fresh GETs show."""
        wanted, deadline = fold.fetched(self.user), time.monotonic() + seconds
        while True:
            self.drain()
            found = fold.difference(self.fold.state(), wanted)
            more = self.user.get(f"/api/events/?after={self.source.cursor}").expect(200)["results"]
            if not (found or more) or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        assert not found, f"{self.user.username} ({type(self.source).__name__}): " + "\n".join(found)
        assert not more, f"{self.user.username} is never sent {more[:3]}"
        assert not self.fold.lost, f"{self.user.username} hears of others' conversations: {self.fold.lost}"
        self.shown = wanted


class Play:
    """Lets people do what their clients show them; what they do in one batch may be in each other's way."""

    def __init__(self, server, streams, seed, at_once):
        self.server, self.random, self.at_once = server, random.Random(seed), at_once
        self.people = [Person(n, user, streams) for n, user in enumerate(server.users(*["player"] * PEOPLE))]
        self.gone, self.journal, self.done, self.refused = [], [], {}, 0
        for person in self.people:
            person.shown = fold.fetched(person.user)
        for size in (2, 2, 3, 5, 8, PEOPLE):
            self.create(self.pick(self.people), size)()
        self.compare()

    # --- choices --------------------------------------------------------------------------

    def pick(self, items, wanted=lambda item: True):
        found = [item for item in items if wanted(item)]
        return self.random.choice(found) if found else None

    def conversation_of(self, person, wanted=lambda c: True):
        return self.pick(sorted(person.shown["conversations"].values(), key=lambda c: c["id"]), wanted)

    def messages_of(self, person):
        numbers = {key: c["id"] for key, c in person.shown["conversations"].items()}
        messages = [m for known in person.shown["messages"].values() for m in known.values()]
        return sorted(messages, key=lambda m: (numbers[m["conversation"]], m["seq"]))

    def message_of(self, person, wanted=lambda m: True):
        return self.pick(self.messages_of(person), wanted)

    def notification_of(self, person):
        order = {m["message_id"]: n for n, m in enumerate(self.messages_of(person))}
        return self.pick(sorted(person.shown["notifications"].values(), key=lambda n: order[n["message"]]))

    def text(self, stem):
        return f"{stem} {self.random.randrange(10**6)}"

    def other_than(self, members):
        ids = {m["id"] for m in members}
        return self.pick(self.people, lambda p: p.user.id not in ids)

    # --- operations: each returns what is to be done, or None where there is nothing to do it to ---

    def post(self, person):
        if c := self.conversation_of(person):
            body = {"content": self.text("text")}
            if self.random.random() < 0.2 and len(c["participants"]) > 1:
                body["receiver"] = self.pick(c["participants"], lambda p: p["id"] != person.user.id)["id"]
            return lambda: person.user.post(f"/api/conversations/{c['conversation_id']}/messages/", body)

    def reply(self, person):
        if m := self.message_of(person, lambda m: m["thread_depth"] < 5):
            body = {"content": self.text("reply"), "parent_message": m["message_id"]}
            return lambda: person.user.post(f"/api/conversations/{m['conversation']}/messages/", body)

    def edit(self, person):
        if m := self.message_of(person, lambda m: m["sender"]["id"] == person.user.id):
            body = {"content": self.text("edit")}
            return lambda: person.user.patch(f"/api/messages/{m['message_id']}/", body)

    def delete(self, person):
        if m := self.message_of(person, lambda m: m["sender"]["id"] == person.user.id):
            return lambda: person.user.delete(f"/api/messages/{m['message_id']}/")

    def read_one(self, person):
        if m := self.message_of(person, lambda m: not m["read"]):
            return lambda: person.user.post(f"/api/messages/{m['message_id']}/mark_as_read/")

    def open_one(self, person):
        if m := self.message_of(person):
            return lambda: person.user.get(f"/api/messages/{m['message_id']}/")

    def open_thread(self, person):
        if m := self.message_of(person, lambda m: m["is_thread"]):
            path = f"/api/conversations/{m['conversation']}/messages/{m['message_id']}/thread/"
            return lambda: person.user.get(path)

    def read_many(self, person):
        messages = self.messages_of(person)
        chosen = self.random.sample(messages, min(len(messages), self.random.randint(1, 12)))
        body = {"message_ids": [m["message_id"] for m in chosen]}
        return lambda: person.user.patch("/api/messages/unread/", body)

    def read_conversation(self, person):
        if c := self.conversation_of(person):
            body = {"conversation_id": c["conversation_id"]}
            return lambda: person.user.post("/api/messages/mark_conversation_as_read/", body)

    def dismiss(self, person):
        if n := self.notification_of(person):
            body = {"is_read": self.random.random() < 0.8}
            return lambda: person.user.patch(f"/api/notifications/{n['notification_id']}/", body)

    def dismiss_all(self, person):
        return lambda: person.user.post("/api/notifications/mark_all_as_read/")

    def create(self, person, size=None):
        if size is None and len({c for p in self.people for c in p.shown["conversations"]}) > 14:
            return None
        others = self.random.sample([p for p in self.people if p is not person], (size or self.random.randint(2, 5)) - 1)
        body = {"participant_ids": [p.user.id for p in others], "title": self.text("title")}
        return lambda: person.user.post("/api/conversations/", body)

    def rename(self, person):
        if c := self.conversation_of(person):
            body = {"title": self.text("title")}
            return lambda: person.user.patch(f"/api/conversations/{c['conversation_id']}/", body)

    def set_participants(self, person):
        if c := self.conversation_of(person, lambda c: (c["owner"] or {}).get("id") == person.user.id):
            others = self.random.sample(self.people, self.random.randint(2, 6))
            body = {"participant_ids": [person.user.id, *(p.user.id for p in others if p is not person)]}
            return lambda: person.user.patch(f"/api/conversations/{c['conversation_id']}/", body)

    def delete_conversation(self, person):
        if c := self.conversation_of(person, lambda c: (c["owner"] or {}).get("id") == person.user.id):
            return lambda: person.user.delete(f"/api/conversations/{c['conversation_id']}/")

    def add(self, person):
        c = self.conversation_of(person)
        if c and (newcomer := self.other_than(c["participants"])):
            body = {"user_id": newcomer.user.id}
            return lambda: person.user.post(f"/api/conversations/{c['conversation_id']}/add_participant/", body)

    def remove(self, person):
        if c := self.conversation_of(person, lambda c: (c["owner"] or {}).get("id") == person.user.id):
            body = {"user_id": self.pick(c["participants"])["id"]}
            return lambda: person.user.post(f"/api/conversations/{c['conversation_id']}/remove_participant/", body)

    def leave(self, person):
        if c := self.conversation_of(person):
            body = {"user_id": person.user.id}
            return lambda: person.user.post(f"/api/conversations/{c['conversation_id']}/remove_participant/", body)

    def delete_account(self, person):
        if len(self.people) > LEAST:
            self.people.remove(person)
            self.gone.append(person)
            return lambda: person.user.delete("/api/user/delete/")

    WEIGHTS = {
        "post": 40, "reply": 30, "edit": 12, "delete": 10, "read_one": 10, "open_one": 5, "open_thread": 5,
        "read_many": 10, "read_conversation": 4, "dismiss": 10, "dismiss_all": 2, "create": 4, "rename": 4,
        "set_participants": 3, "delete_conversation": 1, "add": 10, "remove": 4, "leave": 4, "delete_account": 2,
    }

    # --- running ----------------------------------------------------------------------------

    def batch(self, wanted=()):
        """Chosen by chance, but for what is wanted."""
        plans, wanted = [], list(wanted)
        while len(plans) < BATCH:
            name = wanted.pop() if wanted else self.random.choices(list(self.WEIGHTS), self.WEIGHTS.values())[0]
            person = self.pick(self.people)
            if action := getattr(self, name)(person):
                plans.append((name, person, action))
        self.journal = [(name, person.user.username) for name, person, _ in plans]
        for person in self.people:
            if person.is_cut:
                person.source.disturb(self.random)
        someone = self.pick(self.people)
        plans.insert(self.random.randrange(BATCH), ("restart", someone, someone.restart))
        if self.at_once:
            # One person's requests stay in order, on one thread.
            lanes = [[p for p in plans if p[1].number % THREADS == n] for n in range(THREADS)]
            with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(self.perform, lanes))
        else:
            self.perform(plans)

    def perform(self, plans):
        for name, _, action in plans:
            if (answer := action()) is None:
                continue
            assert answer.status < 300 or answer.status in CONFLICTS, f"{name}: {answer.status} {answer.text}"
            if answer.status < 300:
                self.done[name] = self.done.get(name, 0) + 1
            else:
                self.refused += 1

    def compare(self):
        for person in self.people:
            person.compare()
        for person in self.gone:
            person.source.wait_refused()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("at_once", [False, True], ids=["in turn", "at once"])
def test_state_and_events_equal_fresh_gets(make_server, seed, at_once):
    server = make_server().start()
    with Streams() as streams:
        play = Play(server, streams, seed, at_once)
        for number in range(STEPS // BATCH):
            play.batch([name for name in RARE if name not in play.done] if number > 3 else ())
            try:
                play.compare()
            except AssertionError as found:
                raise AssertionError(f"seed {seed}, batch {number}, {play.journal}: {found}") from found
        kinds = set().union(*(p.kinds for p in play.people))
    assert kinds > {
        "message.created", "message.updated", "message.deleted", "message.read", "notification.created",
        "notification.updated", "conversation.created", "conversation.updated", "participant.added", "participant.removed",
    }
    assert sum(play.done.values()) > play.refused and set(play.done) > set(RARE)
    assert server.stop() == 0
