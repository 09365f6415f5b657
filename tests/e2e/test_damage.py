"""One row that makes no sense is passed over; what is about other rows is shown, told and taken as ever."""

import re

import pytest

from events import newest, pages

THERE = "content = 'the third' AND conversation_id = (SELECT min(id) FROM conversations)"
EVENT = "position = (SELECT min(position) FROM events WHERE message_id = (SELECT id FROM messages WHERE {there}))".format(there=THERE)
DAMAGE = {
    "an event of no kind": f"UPDATE events SET kind = 99 WHERE {EVENT}",
    "an event of no message": f"UPDATE events SET seq = 777 WHERE {EVENT}",
    "a message of nobody": f"UPDATE messages SET sender_id = 999999 WHERE {THERE}",
    "a message without text": f"UPDATE messages SET content = '' WHERE {THERE}",
    "a message at no time": f"UPDATE messages SET sent_at = 9000000000000000000 WHERE {THERE}",
    "a message of no depth": f"UPDATE messages SET depth = -5 WHERE {THERE}",
    "a message that is not there": f"DELETE FROM messages WHERE {THERE}",
    "an answer to nothing": "UPDATE messages SET parent_seq = 777 WHERE content = 'an answer'",
    "an edit by nobody": "UPDATE revisions SET edited_by = 999999",
    "a conversation of nobody": "UPDATE conversations SET owner_id = 999999 WHERE id = (SELECT min(id) FROM conversations)",
    "a user of no time": "UPDATE users SET created_at = 9000000000000000000 WHERE username LIKE 'carol%'",
    "an audited act of no kind": "UPDATE audit SET target_type = 77, action = ''",
    "a read set that is none": "UPDATE members SET read_set = 'zz' WHERE user_id = (SELECT id FROM users WHERE username LIKE 'bob%')",
    "a dismissed set that is none": "UPDATE members SET dismissed_set = 'zz' WHERE user_id = (SELECT id FROM users WHERE username LIKE 'bob%')",
    "a user of no role": "UPDATE users SET role = 77 WHERE username LIKE 'carol%'",
    "no hash": "UPDATE users SET password_hash = 'x' WHERE username LIKE 'carol%'",
}


class Talk:
    """Two conversations with something of everything, and where the log stood before."""

    def __init__(self, server):
        self.server = server
        self.alice, self.bob, self.carol = server.users("alice", "bob", "carol")
        self.group, self.other = self.alice.converse(self.bob, self.carol), self.alice.converse(self.bob)
        self.start = newest(self.bob)
        self.messages = [self.alice.send(self.group, f"the {n}") for n in ("first", "second", "third", "fourth")]
        self.bob.reply(self.messages[0], "an answer")
        self.alice.patch(f"/api/messages/{self.messages[1]['message_id']}/", {"content": "the second, edited"}).expect(200)
        self.elsewhere = self.alice.send(self.other, "elsewhere")
        server.admin().patch(f"/api/admin/users/{self.carol.id}/", {"first_name": "Carol"}).expect(200)

    def all_pages(self):
        first, second = (m["message_id"] for m in self.messages[:2])
        group = f"/api/conversations/{self.group}/"
        paths = [
            "/api/conversations/", group, f"{group}messages/", f"{group}messages/?all=true", f"{group}messages/{first}/thread/",
            "/api/messages/", "/api/messages/?search=the", f"/api/messages/{second}/history/", "/api/messages/unread/",
            "/api/notifications/", "/api/users/", f"/api/users/{self.carol.id}/", f"/api/events/?after={self.start}",
        ]
        for user in (self.alice, self.bob, self.carol):
            for path in paths:
                yield user.get(path)
        admin = self.server.admin()
        for name in ("users", "conversations", "messages", "audit", "statistics"):
            yield admin.get(f"/api/admin/{name}/")


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_stops_no_page_and_no_stream(make_server, streams, name):
    server = make_server()
    server.create_admin()
    talk = Talk(server.start())
    server.stop()
    server.change_database(DAMAGE[name])
    server.start()
    for answer in talk.all_pages():
        answer.expect(200)
    whole = {talk.messages[n]["message_id"] for n in (0, 1, 3)}
    assert whole <= {m["message_id"] for m in talk.bob.get(f"/api/conversations/{talk.group}/messages/").expect(200)["results"]}
    stream = streams.follow(server, talk.bob.token, last_event_id=talk.start).wait_open()
    news = talk.alice.send(talk.group, "afterwards")
    stream.take("message.created", lambda e: e["data"]["message_id"] == news["message_id"])
    for events in (stream.events, pages(talk.bob, talk.start)):
        created = [e["data"]["message_id"] for e in events if e["type"] == "message.created"]
        assert [m for m in created if m in whole] == [talk.messages[n]["message_id"] for n in (0, 1, 3)]
        assert talk.elsewhere["message_id"] in created
    talk.alice.login()
    assert server.process.poll() is None


@pytest.mark.only_on("sqlite")  # the other database takes no such text
def test_a_text_that_is_not_utf8_spoils_no_answer(make_server):
    server = make_server()
    server.create_admin()
    talk = Talk(server.start())
    server.stop()
    server.change_database(f"UPDATE messages SET content = 'the ' || CAST(X'C328FF' AS TEXT) WHERE {THERE}")
    server.start()
    for answer in talk.all_pages():
        answer.expect(200)
        answer.raw.content.decode("utf-8", errors="strict")
    shown = talk.bob.get(f"/api/conversations/{talk.group}/messages/").expect(200)["results"]
    damaged = next(m for m in shown if m["message_id"] == talk.messages[2]["message_id"])
    assert damaged["content"] == "the \ufffd(\ufffd"
    told = [e["data"] for e in pages(talk.bob, talk.start) if e["type"] == "message.created"]
    assert damaged["content"] in [m["content"] for m in told]


def test_what_is_passed_over_is_counted_and_told(make_server):
    server = make_server()
    server.create_admin()
    talk = Talk(server.start())
    server.stop()
    server.change_database(DAMAGE["an event of no kind"])
    server.start()
    pages(talk.bob, talk.start)
    counted = re.search(r'^confab_events_skipped_total\{reason="damaged"\} (\d+)$', server.client().get("/metrics").text, re.M)
    assert int(counted.group(1)) >= 1
    assert '"event":"damaged_events_skipped"' in server.log()
