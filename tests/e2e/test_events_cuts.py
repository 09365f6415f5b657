"""Proof (b): 1,000 cuts of 100 people's streams while others post, and the server killed in between, lose nothing,
double nothing and leave the order as it was.

CONFAB_CUTS sets their number, CONFAB_CUTS_SEED replays the choices.
"""

import collections
import json
import os
import random
import threading
import time

import requests

from sse import Streams

PEOPLE = 100
POSTERS = 4
CUTS = int(os.environ.get("CONFAB_CUTS", "1000"))
KILLS = 5
SEED = int(os.environ.get("CONFAB_CUTS_SEED", "1"))

Seen = collections.namedtuple("Seen", "id type conversation message seq")


def digest(frame):
    """What is compared later of a frame; None where clients dispatch nothing or nothing is kept."""
    if frame.data is None or frame.id is None:
        return None
    event = json.loads(frame.data)
    assert (event["id"], event["type"]) == (frame.id, frame.event)
    data = event["data"]
    if event["type"].startswith("notification"):
        return Seen(frame.id, event["type"], event["conversation"], data["message"], None)
    return Seen(frame.id, event["type"], event["conversation"], data["message_id"], data["seq"])


class Poster(threading.Thread):
    """Posts until it is stopped. What a crash leaves open is sent again under the same key."""

    def __init__(self, server, number, people, conversations):
        super().__init__()
        self.random, self.stem = random.Random(SEED * 1000 + number), f"poster{number}"
        self.clients = {person.user_id: server.client(person.token) for person in people}
        self.conversations = conversations
        self.stopped, self.posted, self.odd = threading.Event(), [], []

    def run(self):
        number, newest = 0, {}
        while not self.stopped.is_set():
            number += 1
            conversation, members = self.random.choice(self.conversations)
            body = {"content": f"{self.stem} {number}"}
            if conversation in newest and self.random.random() < 0.3:
                body["parent_message"] = newest[conversation]
            answer = self.insist(self.clients[self.random.choice(members).user_id], conversation, body)
            if answer.status == 201:
                self.posted.append(answer.json["message_id"])
                newest[conversation] = answer.json["message_id"]
            else:
                self.odd.append((answer.status, answer.text))
            time.sleep(0.02)

    def insist(self, client, conversation, body):
        path, headers = f"/api/conversations/{conversation}/messages/", {"Idempotency-Key": body["content"]}
        for _ in range(2400):
            try:
                answer = client.post(path, body, headers=headers)
                if answer.status not in (409, 503):
                    return answer
            except requests.RequestException:
                pass
            time.sleep(0.05)
        raise AssertionError("the server stays away")


class Run:
    def __init__(self, server, streams):
        self.server, self.random = server, random.Random(SEED)
        self.people = server.users(*["follower"] * PEOPLE)
        groups = [self.people, *([self.people[n:n + 10] for n in range(0, PEOPLE, 10)] * 2)]
        self.conversations = [(g[0].converse(*g[1:]), g) for g in groups]
        self.start = self.people[0].get("/api/events/").expect(200)["cursor"]
        self.followers = [streams.follow(server, p.token, digest=digest) for p in self.people]
        for follower in self.followers:
            follower.wait_open()
        self.posters = [Poster(server, n, self.people, self.conversations) for n in range(POSTERS)]

    @property
    def cuts(self):
        return sum(f.cuts for f in self.followers)

    def disturb(self):
        """Cuts one stream after the other, wherever in a frame that is; kills the server now and then."""
        kills, deadline = 0, time.monotonic() + 600 + CUTS / 10
        while self.cuts < CUTS and time.monotonic() < deadline:
            self.random.choice(self.followers).cut(self.random.randrange(3000))
            time.sleep(0.005)
            if kills < KILLS and self.cuts * (KILLS + 1) > CUTS * (kills + 1):
                kills += 1
                self.server.kill()
                time.sleep(self.random.uniform(0, 0.3))
                self.server.start()
        assert self.cuts >= CUTS and kills == KILLS

    def stop(self):
        for poster in self.posters:
            poster.stopped.set()
        for poster in self.posters:
            poster.join()
            assert not poster.odd, poster.odd[:3]

    def kept(self):
        """The messages of each conversation as they are in the end, oldest first."""
        return {c: members[0].listed(c)[::-1] for c, members in self.conversations}


def distinct(follower):
    """What was seen, each event once; an id that comes again has to be the same event."""
    found, repeats = {}, 0
    for seen in follower.frames:
        if seen is not None:
            repeats += seen.id in found
            assert found.setdefault(seen.id, seen) == seen, (found[seen.id], seen)
    return list(found.values()), repeats


def verify(person, seen, kept, mine):
    created = collections.defaultdict(list)
    for event in seen:
        if event.type == "message.created":
            created[event.conversation].append((event.seq, event.message))
    assert set(created) == set(mine)
    for c in mine:
        wanted = [(m["seq"], m["message_id"]) for m in kept[c]]
        assert created[c] == wanted, f"{person.username} in {c}: {len(created[c])} of {len(wanted)}, or their order"
    updates = collections.Counter(e.message for e in seen if e.type == "message.updated")
    assert updates == {m["message_id"]: m["reply_count"] for c in mine for m in kept[c] if m["reply_count"]}
    notified = [e.message for e in seen if e.type == "notification.created"]
    others = [m["message_id"] for c in mine for m in kept[c] if m["sender"]["id"] != person.id]
    assert len(notified) == len(others) and set(notified) == set(others)


def replayed(person, cursor):
    """The ids of the same events as pages show them."""
    ids, more = [], True
    while more:
        page = person.get(f"/api/events/?after={cursor}&page_size=100").expect(200)
        ids += [event["id"] for event in page["results"]]
        cursor, more = page["cursor"], page["next"]
    return ids


def test_cuts_and_kills_lose_and_double_nothing(make_server, record_property):
    server = make_server().start()
    with Streams() as streams:
        run = Run(server, streams)
        for poster in run.posters:
            poster.start()
        try:
            run.disturb()
        finally:
            run.stop()
        kept = run.kept()
        posted = [m for poster in run.posters for m in poster.posted]
        assert sorted(posted) == sorted(m["message_id"] for messages in kept.values() for m in messages)

        repeats = deliveries = 0
        for person, follower in zip(run.people, run.followers):
            mine = [c for c, members in run.conversations if person in members]
            wanted = sum(len(kept[c]) for c in mine)
            follower.wait(
                lambda: sum(e is not None and e.type == "message.created" for e in follower.frames) >= wanted, 120
            )
            ids = replayed(person, run.start)
            follower.wait(lambda: any(e is not None and e.id == ids[-1] for e in reversed(follower.frames)), 120)
            seen, again = distinct(follower)
            assert [e.id for e in seen] == ids, f"{person.username}: the stream and the pages differ"
            verify(person, seen, kept, mine)
            repeats, deliveries = repeats + again, deliveries + len(seen)
    record_property("messages", len(posted))
    record_property("deliveries", deliveries)
    record_property("repeats", repeats)
    record_property("reopened", sum(f.opened - 1 for f in run.followers))
    assert server.stop() == 0
