"""Random operations by several people, compared with a plain model (model.py) after every batch.

CONFAB_MODEL_SEED replays a run, CONFAB_MODEL_STEPS lengthens it.
"""

import os
import random

import pytest

from model import Model

PEOPLE = 5
STEPS = int(os.environ.get("CONFAB_MODEL_STEPS", "400"))
SEEDS = [int(s) for s in os.environ.get("CONFAB_MODEL_SEED", "1 2 3").split()]
BATCH = 12


class Play:
    """Does the same to the server and to the model, and compares the two."""

    def __init__(self, server, seed):
        self.random = random.Random(seed)
        self.people = server.users(*["actor"] * PEOPLE)
        self.model = Model()
        self.journal = []
        for size in (2, 3, PEOPLE):
            self.create(size)

    # --- choices --------------------------------------------------------------------------

    def somebody(self):
        return self.random.randrange(PEOPLE)

    def conversation_of(self, user):
        mine = self.model.of(user)
        return self.random.choice(mine) if mine else None

    def message_of(self, user, wanted=lambda m: True):
        found = [m for m in self.model.visible(user) if wanted(m)]
        return self.random.choice(found) if found else None

    # --- steps ----------------------------------------------------------------------------

    def create(self, size=None):
        members = self.random.sample(range(PEOPLE), size or self.random.randint(2, 4))
        if size is None and len(self.model.conversations) >= 6:
            return
        key = self.people[members[0]].converse(*(self.people[m] for m in members[1:]))
        self.model.create(key, members)

    def post(self):
        user = self.somebody()
        if c := self.conversation_of(user):
            text = f"text {self.random.randrange(10**6)}"
            sent = self.people[user].send(c.key, text)
            self.model.post(sent["message_id"], c.key, user, text)
            assert sent["seq"] == c.posted

    def reply(self):
        user = self.somebody()
        if parent := self.message_of(user, lambda m: self.model.depth(m) < 6):
            text = f"reply {self.random.randrange(10**6)}"
            sent = self.people[user].send(parent.conversation, text, parent_message=parent.key)
            self.model.post(sent["message_id"], parent.conversation, user, text, parent.key)
            assert sent["thread_depth"] == self.model.depth(parent) + 1

    def edit(self):
        user = self.somebody()
        if m := self.message_of(user, lambda m: m.sender == user):
            text = self.random.choice([m.content, f"edit {self.random.randrange(10**6)}"])
            self.people[user].patch(f"/api/messages/{m.key}/", {"content": text}).expect(200)
            self.model.edit(m, text)

    def delete(self):
        user = self.somebody()
        if m := self.message_of(user, lambda m: m.sender == user):
            self.people[user].delete(f"/api/messages/{m.key}/").expect(204)
            self.model.delete(m)

    def mark_several(self):
        user = self.somebody()
        seen = self.model.visible(user)
        chosen = self.random.sample(seen, min(len(seen), self.random.randint(0, 6)))
        answer = self.people[user].patch("/api/messages/unread/", {"message_ids": [m.key for m in chosen]})
        assert answer.expect(200)["updated"] == self.model.read(user, chosen)

    def mark_one(self):
        user = self.somebody()
        if m := self.message_of(user):
            self.people[user].post(f"/api/messages/{m.key}/mark_as_read/").expect(200)
            self.model.read(user, [m])

    def mark_conversation(self):
        user = self.somebody()
        if c := self.conversation_of(user):
            path = "/api/messages/mark_conversation_as_read/"
            answer = self.people[user].post(path, {"conversation_id": c.key}).expect(200)
            assert answer["updated"] == self.model.read(user, c.messages.values())

    def open_message(self):
        user = self.somebody()
        if m := self.message_of(user):
            self.people[user].get(f"/api/messages/{m.key}/").expect(200)
            self.model.read(user, [m])

    def open_thread(self):
        user = self.somebody()
        if m := self.message_of(user):
            path = f"/api/conversations/{m.conversation}/messages/{m.key}/thread/?page_size=100"
            shown = self.people[user].get(path).expect(200)["results"]
            expected = self.model.thread(m)
            assert [s["message_id"] for s in shown] == [e.key for e in expected]
            self.model.read(user, expected)

    def dismiss(self):
        user = self.somebody()
        listed = self.people[user].notifications()
        if listed:
            chosen = self.random.choice(listed)
            path = f"/api/notifications/{chosen['notification_id']}/"
            self.people[user].patch(path, {"is_read": True}).expect(200)
            messages = {m.key: m for m in self.model.visible(user)}
            self.model.dismiss(user, messages[chosen["message"]])

    def dismiss_all(self):
        user = self.somebody()
        answer = self.people[user].post("/api/notifications/mark_all_as_read/").expect(200)
        assert answer["updated"] == self.model.dismiss_all(user)

    def join(self):
        user = self.somebody()
        c = self.conversation_of(user)
        others = [p for p in range(PEOPLE) if c and p not in c.members]
        if others:
            other = self.random.choice(others)
            path = f"/api/conversations/{c.key}/add_participant/"
            self.people[user].post(path, {"user_id": self.people[other].id}).expect(200)
            self.model.join(other, c.key)

    def leave(self):
        user = self.somebody()
        c = self.conversation_of(user)
        if c and len(c.members) > 1:
            path = f"/api/conversations/{c.key}/remove_participant/"
            self.people[user].post(path, {"user_id": self.people[user].user_id}).expect(200)
            self.model.leave(user, c.key)

    WEIGHTS = {
        "post": 30, "reply": 22, "edit": 7, "delete": 7, "mark_several": 8, "mark_one": 5, "mark_conversation": 3,
        "open_message": 6, "open_thread": 5, "dismiss": 6, "dismiss_all": 1, "join": 5, "leave": 4, "create": 1,
    }

    def step(self):
        name = self.random.choices(list(self.WEIGHTS), self.WEIGHTS.values())[0]
        self.journal.append(name)
        getattr(self, name)()

    # --- comparisons ------------------------------------------------------------------------

    def compare(self):
        for user in range(PEOPLE):
            self.compare_conversations(user)
            self.compare_unread(user)
            self.compare_notifications(user)
            for c in self.model.of(user):
                self.compare_messages(user, c)

    def compare_conversations(self, user):
        shown = {c["conversation_id"]: c for c in self.people[user].walk("/api/conversations/?page_size=100")}
        assert set(shown) == {c.key for c in self.model.of(user)}
        for c in self.model.of(user):
            got = shown[c.key]
            assert {p["id"] for p in got["participants"]} == {self.people[m].id for m in c.members}
            assert got["unread_count"] == len(self.model.unread(user, c.key))
            newest = max(c.messages.values(), key=lambda m: m.seq, default=None)
            assert (got["last_message"] or {}).get("message_id") == (newest.key if newest else None)

    def compare_unread(self, user):
        shown = [m["message_id"] for m in self.people[user].unread()]
        assert len(shown) == len(set(shown))
        assert set(shown) == {m.key for m in self.model.unread(user)}

    def compare_notifications(self, user):
        shown = {n["message"]: n for n in self.people[user].notifications()}
        expected = {m.key: m for m in self.model.notified(user)}
        assert set(expected) <= set(shown)
        assert {m for m in shown if m not in expected and not shown[m]["is_read"]} == set()
        for key, message in expected.items():
            assert shown[key]["is_read"] == self.model.notification_is_read(user, message)
            assert shown[key]["kind"] == self.model.kind(user, message)
            assert shown[key]["conversation"] == message.conversation

    def compare_messages(self, user, conversation):
        shown = self.people[user].listed(conversation.key)
        expected = sorted(conversation.messages.values(), key=lambda m: -m.seq)
        assert [s["message_id"] for s in shown] == [e.key for e in expected]
        top = self.people[user].walk(f"/api/conversations/{conversation.key}/messages/?page_size=100")
        assert [s["message_id"] for s in top] == [e.key for e in expected if e.parent is None]
        for got, message in zip(shown, expected):
            replies = len(self.model.children(message))
            assert got["seq"] == message.seq and got["content"] == message.content
            assert got["sender"]["id"] == self.people[message.sender].id
            assert (got["reply_count"], got["is_thread"]) == (replies, replies > 0)
            assert got["parent_message"] == message.parent
            assert got["thread_depth"] == self.model.depth(message)
            assert got["edited"] == bool(message.history)
            flag = self.model.read_flag(user, message)
            assert flag is None or got["read"] == flag, f"read of {message} to {user}"

    def compare_histories(self):
        for user in range(PEOPLE):
            for message in self.model.visible(user):
                if message.history and user == message.sender:
                    path = f"/api/messages/{message.key}/history/?page_size=100"
                    shown = self.people[user].walk(path)
                    assert [e["content"] for e in shown] == message.history


@pytest.mark.parametrize("seed", SEEDS)
def test_random_operations_agree_with_the_model(server, seed):
    play = Play(server, seed)
    try:
        for number in range(STEPS):
            play.step()
            if number % BATCH == BATCH - 1:
                play.compare()
        play.compare_histories()
    except AssertionError as difference:
        raise AssertionError(f"seed {seed}, after {play.journal[-BATCH:]}: {difference}") from difference


def test_random_operations_survive_restarts(make_server):
    server = make_server(IDLE_ACTOR_SECONDS="1").start()
    play = Play(server, 4)
    for _ in range(6):
        for _ in range(15):
            play.step()
        play.compare()
        assert server.stop() == 0
        server.start()
        play.compare()
    assert server.stop() == 0
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr
