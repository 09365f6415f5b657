"""kill -9 under load, twenty times: what was acknowledged is there, exactly once, in one gapless order."""

import random
import threading
import time

import pytest
import requests

from harness import unique, wait_until

KILLS = 20
POSTERS = 8


class Poster(threading.Thread):
    """Posts until the server goes away; keeps what was acknowledged and what was left open."""

    def __init__(self, server, token, conversation, name):
        super().__init__()
        self.client = server.client(token)
        self.path = f"/api/conversations/{conversation}/messages/"
        self.conversation, self.stem = conversation, name
        self.acknowledged, self.open, self.odd = {}, None, []

    def run(self):
        number = 0
        while True:
            text, number = f"{self.stem}-{number}", number + 1
            key = f"key-{text}"
            try:
                answer = self.client.post(
                    self.path, {"content": text}, headers={"Idempotency-Key": key}, timeout=60
                )
            except requests.RequestException:
                self.open = (self.path, text, key)
                return
            if answer.status == 201:
                self.acknowledged[text] = answer.json
            else:
                self.odd.append((answer.status, answer.text))


def crash_once(server, people, conversations, generation):
    posters = [
        Poster(server, people[n % len(people)].token, conversations[n % len(conversations)], f"g{generation}p{n}")
        for n in range(POSTERS)
    ]
    for poster in posters:
        poster.start()
    enough = random.randint(POSTERS, 25 * POSTERS)
    assert wait_until(lambda: sum(len(p.acknowledged) for p in posters) >= enough, 120, pause=0.002)
    server.kill()
    for poster in posters:
        poster.join()
    server.start()
    return posters


@pytest.mark.slow
def test_kill_9_under_load_loses_and_doubles_nothing(make_server):
    server = make_server().start()
    people = server.users("alice", "bob", "carol")
    conversations = [people[0].converse(*people[1:]) for _ in range(3)]
    acknowledged, retried = {c: {} for c in conversations}, 0

    for generation in range(KILLS):
        for poster in crash_once(server, people, conversations, generation):
            assert not poster.odd, poster.odd[:3]
            acknowledged[poster.conversation].update(poster.acknowledged)
            if poster.open and generation % 2:
                path, text, key = poster.open
                again = poster.client.post(path, {"content": text}, headers={"Idempotency-Key": key})
                acknowledged[poster.conversation][text] = again.expect(201)
                retried += 1

    assert retried
    for conversation in conversations:
        verify(people, conversation, acknowledged[conversation])
    verify_counts(people)

    assert server.stop() == 0
    done = server.command("check", seconds=300)
    assert done.returncode == 0, done.stdout + done.stderr
    server.start()
    sent = people[0].send(conversations[0], unique("after"))
    assert sent["seq"] == len(people[0].listed(conversations[0]))


class Persistent(Poster):
    """Posts on through a failing database: 503 is answered by the same request under the same key."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.stopped, self.refused = threading.Event(), 0

    def run(self):
        number = 0
        while not self.stopped.is_set():
            text, number = f"{self.stem}-{number}", number + 1
            answer = self.insist(text, {"Idempotency-Key": f"key-{text}"})
            if answer.status == 201:
                self.acknowledged[text] = answer.json
            else:
                self.odd.append((answer.status, answer.text))

    def insist(self, text, headers):
        for _ in range(1200):
            answer = self.client.post(self.path, {"content": text}, headers=headers)
            if answer.status not in (503, 409):
                break
            self.refused += 1
            if answer.status == 503 and "Retry-After" not in answer.headers:
                self.odd.append("503 without Retry-After")
            time.sleep(0.05)
        return answer


@pytest.mark.only_on("postgres")  # the embedded database has no connections to lose
def test_a_database_that_drops_its_connections_loses_and_doubles_nothing(make_server):
    server = make_server().start()
    people = server.users("alice", "bob", "carol")
    conversations = [people[0].converse(*people[1:]) for _ in range(3)]
    posters = [
        Persistent(server, people[n % 3].token, conversations[n % 3], f"poster{n}") for n in range(POSTERS)
    ]
    for poster in posters:
        poster.start()
    for _ in range(10):
        time.sleep(random.uniform(0.1, 0.4))
        server.database.cut_connections()
    before = [len(p.acknowledged) for p in posters]
    assert wait_until(lambda: all(len(p.acknowledged) > count for p, count in zip(posters, before)), 120)
    for poster in posters:
        poster.stopped.set()
    acknowledged = {c: {} for c in conversations}
    for poster in posters:
        poster.join()
        assert not poster.odd, poster.odd[:3]
        acknowledged[poster.conversation].update(poster.acknowledged)
    for conversation in conversations:
        assert acknowledged[conversation]
        verify(people, conversation, acknowledged[conversation])
    verify_counts(people)
    assert server.stop() == 0
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


def verify(people, conversation, acknowledged):
    views = [person.listed(conversation) for person in people]
    order = [[m["message_id"] for m in view] for view in views]
    assert order[0] == order[1] == order[2]
    kept = views[0]
    assert [m["seq"] for m in kept] == list(range(len(kept), 0, -1))
    texts = [m["content"] for m in kept]
    assert len(texts) == len(set(texts)), "a message is there twice"
    by_text = {m["content"]: m for m in kept}
    missing = set(acknowledged) - set(by_text)
    assert not missing, f"{len(missing)} acknowledged messages are missing, such as {sorted(missing)[:3]}"
    for text, answered in acknowledged.items():
        assert by_text[text]["message_id"] == answered["message_id"]
        assert by_text[text]["seq"] == answered["seq"]


def verify_counts(people):
    """Nobody has read anything: all of the others' messages are unread and notified."""
    for person in people:
        listed = {c["conversation_id"]: c["unread_count"] for c in person.walk("/api/conversations/")}
        for conversation, count in listed.items():
            others = [m for m in person.listed(conversation) if m["sender"]["id"] != person.id]
            assert count == len(others)
        total = person.get("/api/messages/unread/").expect(200)["count"]
        assert total == sum(listed.values())
        assert person.get("/api/notifications/?is_read=false").expect(200)["count"] == total
