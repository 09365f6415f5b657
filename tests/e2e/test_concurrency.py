"""Everybody does everything at once, with and without kill -9: afterwards all counts and marks agree."""

import random
import threading
import time

import pytest
import requests

from client import PASSWORD
from harness import unique

WORKERS = 6
GOOD = {200, 201, 204, 400, 403, 404, 409}  # a message that somebody else deletes meanwhile is no error


class Worker(threading.Thread):
    """Random operations on shared conversations until told to stop, or until the server is gone."""

    def __init__(self, server, token, conversations, seed, stop):
        super().__init__()
        self.client = server.client(token)
        self.conversations, self.random, self.stopped = conversations, random.Random(seed), stop
        self.odd, self.known, self.done = [], [], 0

    def run(self):
        try:
            while not self.stopped.is_set():
                answer = self.step()
                self.done += 1
                if answer.status not in GOOD:
                    self.odd.append((answer.raw.request.method, answer.raw.request.path_url, answer.status, answer.text))
        except requests.RequestException:
            pass

    def step(self):
        conversation = self.random.choice(self.conversations)
        path = f"/api/conversations/{conversation}/messages/"
        known = self.random.choice(self.known) if self.known else None
        choice = self.random.random()
        if known is None or choice < 0.3:
            return self.remember(self.client.post(path, {"content": f"text {self.random.random()}"}))
        if choice < 0.5:
            body = {"content": "reply", "conversation": known["conversation"], "parent_message": known["message_id"]}
            return self.remember(self.client.post("/api/messages/", body))
        return self.touch(choice, path, known)

    def touch(self, choice, path, known):
        one = f"/api/messages/{known['message_id']}/"
        if choice < 0.58:
            return self.client.patch(one, {"content": f"edit {choice}"})
        if choice < 0.64:
            return self.client.delete(one)
        if choice < 0.74:
            listed = self.client.get(path + "?all=true")
            if listed.status == 200:
                self.known += [m for m in listed.json["results"][:5]]
            return listed
        if choice < 0.84:
            ids = [m["message_id"] for m in self.random.sample(self.known, min(3, len(self.known)))]
            return self.client.patch("/api/messages/unread/", {"message_ids": ids})
        if choice < 0.88:
            return self.client.get(f"/api/conversations/{known['conversation']}/messages/{known['message_id']}/thread/")
        if choice < 0.91:
            return self.client.post("/api/messages/mark_conversation_as_read/", {"conversation_id": known["conversation"]})
        if choice < 0.93:
            return self.client.post("/api/notifications/mark_all_as_read/")
        return self.client.get("/api/messages/unread/")

    def remember(self, answer):
        if answer.status == 201:
            self.known.append(answer.json)
        return answer


def agree(people, conversations):
    """What each sees is consistent in itself and with what the others see."""
    for conversation in conversations:
        views = [{m["message_id"]: m for m in person.listed(conversation)} for person in people]
        assert all(list(view) == list(views[0]) for view in views)
        messages = views[0]
        children = {}
        for m in messages.values():
            children.setdefault(m["parent_message"], []).append(m)
        assert set(children) - {None} <= set(messages), "a reply outlived its parent"
        for key, m in messages.items():
            assert m["reply_count"] == len(children.get(key, [])), m
            assert m["is_thread"] == (m["reply_count"] > 0)
            read_by = [view[key]["read"] for person, view in zip(people, views) if person.id != m["sender"]["id"]]
            author = next(view for person, view in zip(people, views) if person.id == m["sender"]["id"])
            assert author[key]["read"] == all(read_by), m
        seqs = [m["seq"] for m in messages.values()]
        assert seqs == sorted(set(seqs), reverse=True)
        for person, view in zip(people, views):
            unread = [k for k, m in view.items() if m["sender"]["id"] != person.id and not m["read"]]
            assert [m["message_id"] for m in person.unread(f"conversation={conversation}&page_size=100")] == unread
            shown = person.get(f"/api/conversations/{conversation}/").expect(200)
            assert shown["unread_count"] == len(unread) and shown["message_count"] == len(view)
    for person in people:
        notified = {n["message"]: n for n in person.notifications()}
        others = [m for c in conversations for m in person.listed(c) if m["sender"]["id"] != person.id]
        assert set(notified) == {m["message_id"] for m in others}
        assert all(notified[m["message_id"]]["is_read"] for m in others if m["read"])


def work(server, people, conversations, seconds, seed):
    stop = threading.Event()
    workers = [
        Worker(server, people[n % len(people)].token, conversations, seed * 100 + n, stop) for n in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    time.sleep(seconds)
    return workers, stop


def join(workers):
    for worker in workers:
        worker.join()
    odd = [o for worker in workers for o in worker.odd]
    assert not odd, odd[:3]
    return sum(worker.done for worker in workers)


def test_everything_at_once_agrees_in_the_end(make_server):
    server = make_server().start()
    people = server.users("alice", "bob", "carol")
    conversations = [people[0].converse(*people[1:]) for _ in range(2)]
    for seed in (1, 2, 3):
        workers, stop = work(server, people, conversations, 1.0, seed)
        stop.set()
        assert join(workers) > 50
        agree(people, conversations)
    assert server.stop() == 0
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_everything_at_once_agrees_after_kills(make_server):
    server = make_server().start()
    people = server.users("alice", "bob", "carol")
    conversations = [people[0].converse(*people[1:]) for _ in range(2)]
    for seed in range(8):
        workers, _ = work(server, people, conversations, 0.5, seed)
        server.kill()
        join(workers)
        server.start()
        agree(people, conversations)
    assert server.stop() == 0
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_message_deleted_while_it_is_answered(server, alice, bob, direct):
    """A reply to a message that goes at the same moment: either it was refused, or it went too."""
    for _ in range(15):
        root = alice.send(direct)
        answers = []
        replier = threading.Thread(
            target=lambda: answers.append(
                bob.post(f"/api/conversations/{direct}/messages/", {"content": "x", "parent_message": root["message_id"]})
            )
        )
        replier.start()
        alice.delete(f"/api/messages/{root['message_id']}/").expect(204)
        replier.join()
        assert answers[0].status in (201, 400)
    assert alice.listed(direct) == [] and bob.unread() == [] and alice.notifications() == []


def test_one_newcomer_added_by_everybody_at_once(server, alice, bob, carol):
    for _ in range(5):
        conversation = alice.converse(bob)
        path = f"/api/conversations/{conversation}/add_participant/"
        statuses = []
        threads = [
            threading.Thread(target=lambda t=t: statuses.append(server.client(t).post(path, {"user_id": carol.id}).status))
            for t in (alice.token, bob.token) * 5
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(statuses) <= {200, 400, 409} and 200 in statuses
        assert len(alice.get(f"/api/conversations/{conversation}/").expect(200)["participants"]) == 3


def test_one_name_registered_by_many_at_once(server):
    name, statuses = unique("race"), []
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    threads = [
        threading.Thread(target=lambda: statuses.append(server.client().post("/api/users/", body).status))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [400] * 9
