"""Everybody does everything at once, with and without kill -9: afterwards all counts and marks agree."""

import random
import threading

import pytest
import requests

from client import PASSWORD
from harness import unique, wait_until

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


def work(server, people, conversations, operations, seed):
    """Workers that have done so many operations, and go on."""
    stop = threading.Event()
    workers = [
        Worker(server, people[n % len(people)].token, conversations, seed * 100 + n, stop) for n in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    assert wait_until(lambda: sum(worker.done for worker in workers) >= operations, 120, pause=0.005)
    return workers, stop


def join(workers):
    for worker in workers:
        worker.join()
    odd = [o for worker in workers for o in worker.odd]
    assert not odd, odd[:3]


def test_everything_at_once_agrees_in_the_end(make_server):
    server = make_server().start()
    people = server.users("alice", "bob", "carol")
    conversations = [people[0].converse(*people[1:]) for _ in range(2)]
    for seed in (1, 2, 3):
        workers, stop = work(server, people, conversations, 300, seed)
        stop.set()
        join(workers)
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
        workers, _ = work(server, people, conversations, 150, seed)
        server.kill()
        join(workers)
        server.start()
        agree(people, conversations)
    assert server.stop() == 0
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


def at_once(*calls):
    """The answers of all calls, which begin together."""
    gate, answers = threading.Barrier(len(calls)), []

    def run(call):
        gate.wait()
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(calls)
    return answers


def test_one_message_deleted_while_it_is_answered(server, alice, bob, direct):
    """A reply to a message that goes at the same moment: either it was refused, or it went too."""
    for _ in range(15):
        root = alice.send(direct)
        path, body = f"/api/conversations/{direct}/messages/", {"content": "x", "parent_message": root["message_id"]}
        answers = at_once(lambda: bob.post(path, body), lambda: alice.delete(f"/api/messages/{root['message_id']}/"))
        assert sorted(a.status for a in answers) in ([201, 204], [204, 400])
    assert alice.listed(direct) == [] and bob.unread() == [] and alice.notifications() == []


def test_one_newcomer_added_by_everybody_at_once(server, alice, bob, carol):
    for _ in range(5):
        conversation = alice.converse(bob)
        path = f"/api/conversations/{conversation}/add_participant/"
        clients = [server.client(token) for token in (alice.token, bob.token) * 5]
        statuses = {a.status for a in at_once(*(lambda c=c, path=path: c.post(path, {"user_id": carol.id}) for c in clients))}
        assert 200 in statuses <= {200, 400, 409}
        assert len(alice.get(f"/api/conversations/{conversation}/").expect(200)["participants"]) == 3


def test_one_name_registered_by_many_at_once(server):
    name = unique("race")
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    answers = at_once(*[lambda: server.client().post("/api/users/", body)] * 10)
    assert sorted(a.status for a in answers) == [201] + [400] * 9


def delete_the_conversation(alice, bob, talk):
    return alice.delete(f"/api/conversations/{talk}/")


def delete_the_account(alice, bob, talk):
    return bob.delete("/api/user/delete/")


def remove_the_sender(alice, bob, talk):
    return alice.post(f"/api/conversations/{talk}/remove_participant/", {"user_id": bob.id})


def end_his_login(alice, bob, talk):
    return alice.post("/api/token/blacklist/", {"refresh": bob.refresh})


@pytest.mark.parametrize("end", [delete_the_conversation, delete_the_account, remove_the_sender, end_his_login])
def test_whatever_ends_while_it_is_written_to_leaves_nothing_half_done(make_server, end):
    """Each text was taken and is there, or was refused and is not; what is stored agrees with itself."""
    server = make_server().start()
    alice, carol = server.users("alice", "carol")
    for _ in range(4):
        bob = server.user("bob")
        talk = alice.converse(bob, carol)
        path = f"/api/conversations/{talk}/messages/"
        senders = [server.client(bob.token) for _ in range(10)]
        posts = [
            lambda c=c, n=n: c.post(path, {"content": str(n)}, headers={"Idempotency-Key": f"{talk}-{n}"})
            for n, c in enumerate(senders)
        ]
        answers = at_once(*posts, lambda: end(alice, bob, talk), *posts[:5])
        assert {a.status for a in answers} <= {200, 201, 204, 401, 404, 409}, {a.status: a.text for a in answers}
        taken = {a.json["content"] for a in answers if a.status == 201}
        shown = alice.get(f"{path}?page_size=100")
        if end in (delete_the_conversation, delete_the_account):
            assert shown.status == 404 or shown.json["results"] == []
            assert alice.unread() == [] and carol.notifications() == []
        else:
            texts = [m["content"] for m in shown.expect(200)["results"]]
            assert set(texts) == taken and len(texts) == len(taken), "nothing twice, nothing lost"
            alice.delete(f"/api/conversations/{talk}/").expect(204)
    assert server.stop() == 0
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr
