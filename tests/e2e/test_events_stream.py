"""Contract §11: how events are followed as a stream: from its beginning, after breaks, and how many at once."""

import pytest

from events import PATH, check_event, kept_ids, newest, pages, stream_head, told
from harness import wait_until
from test_sessions import Browser

PER_USER = 20


# --- the stream ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/events/", "/api/events", "/api/v1/events/"])
def test_a_stream_begins_with_where_it_is(alice, listen, path):
    stream = listen(alice, path=path)
    assert stream.response_headers["content-type"].split(";")[0] == "text/event-stream"
    assert "no-" in stream.response_headers["cache-control"] and stream.response_headers["x-request-id"]
    assert stream.retry == 2000
    assert stream.frames[0].id and all(f.data is None for f in stream.frames)


def test_a_get_after_the_first_frame_misses_nothing(alice, bob, direct, listen):
    for number in range(10):
        stream = listen(alice)
        seen = {m["message_id"] for m in alice.listed(direct)}
        message = bob.send(direct)
        assert message["message_id"] not in seen
        assert stream.take("message.created")["data"]["message_id"] == message["message_id"]
        stream.close()


def test_a_quiet_stream_is_kept_alive_and_does_not_grow_old(alice, bob, carol, direct, listen):
    stream = listen(carol)
    first = stream.last_event_id
    alice.send(direct)
    stream.wait(lambda: stream.comments and stream.last_event_id != first, 120)
    assert stream.comments[0] == "heartbeat" and stream.frames[-1].data is None
    assert stream.last_event_id == newest(carol)


def test_a_message_may_be_long(alice, bob, direct, listen):
    stream = listen(bob)
    message = alice.send(direct, "\U0001f600" * 8000)
    assert stream.take("message.created")["data"]["content"] == message["content"]


# --- resuming ------------------------------------------------------------------------------------


def play(alice, bob, carol, group):
    """Something of everything; and a participant who comes and goes."""
    root = alice.send(group)
    reply = bob.reply(root)
    alice.patch(f"/api/messages/{root['message_id']}/", {"content": "edited"}).expect(200)
    alice.post(f"/api/messages/{reply['message_id']}/mark_as_read/").expect(200)
    alice.patch(f"/api/conversations/{group}/", {"title": "Renamed"}).expect(200)
    alice.post(f"/api/conversations/{group}/remove_participant/", {"user_id": carol.id}).expect(200)
    bob.reply(reply)
    alice.post(f"/api/conversations/{group}/add_participant/", {"user_id": carol.id}).expect(200)
    bob.post("/api/notifications/mark_all_as_read/").expect(200)
    return alice.send(group, "the end")


def test_a_stream_resumes_after_every_single_event(alice, bob, carol, group, listen):
    start, stream = newest(alice), listen(alice)
    last = play(alice, bob, carol, group)
    stream.take("message.created", lambda e: e["data"]["message_id"] == last["message_id"])
    ids = kept_ids(stream)
    assert len(ids) == len(set(ids)) >= 10
    for position, after in enumerate([start, *ids]):
        rest = ids[position:]
        assert [e["id"] for e in pages(alice, after)] == rest
        for options in ({"last_event_id": after}, {"path": f"{PATH}?after={after}"}):
            again = listen(alice, **options)
            again.wait(lambda again=again, rest=rest: len(kept_ids(again)) >= len(rest))
            again.close()
            again.wait_closed()
            assert kept_ids(again) == rest, f"after event {position} of {len(ids)}"


def test_who_was_away_hears_of_his_coming_and_going_in_its_place(alice, bob, carol, group, listen):
    start, stream = newest(carol), listen(carol)
    last = play(alice, bob, carol, group)
    stream.take("notification.created", lambda e: e["data"]["message"] == last["message_id"])
    replayed = [e["id"] for e in pages(carol, start)]
    live = kept_ids(stream)
    assert [i for i in replayed if i in live] == [i for i in live if i in replayed], "the order is not the same"
    left = next(e["id"] for e in stream.events if e["type"] == "participant.removed")
    assert replayed[replayed.index(left):] == live[live.index(left):]
    again = listen(carol, last_event_id=start)
    again.take("notification.created", lambda e: e["data"]["message"] == last["message_id"])
    assert kept_ids(again) == replayed


def test_the_header_counts_more_than_the_address(alice, bob, direct, listen):
    """A browser reconnects to the address that it was given first."""
    start = newest(bob)
    alice.send(direct)
    later = newest(bob)
    stream = listen(bob, path=f"{PATH}?after={start}", last_event_id=later)
    assert told(stream, bob) == []


def test_resuming_goes_on_live(alice, bob, direct, listen):
    start = newest(bob)
    past = [alice.send(direct)["seq"] for _ in range(50)]
    stream = listen(bob, last_event_id=start)
    live = [alice.send(direct)["seq"] for _ in range(50)]
    stream.take("notification.created", lambda e: e["data"]["message"] == alice.listed(direct)[0]["message_id"])
    seen = [e["data"]["seq"] for e in stream.events if e["type"] == "message.created"]
    assert seen == past + live and [e["id"] for e in pages(bob, start)] == kept_ids(stream)


def test_a_cursor_serves_every_user_and_grants_none_anything(alice, bob, carol, direct):
    start = newest(carol)
    alice.send(direct)
    assert pages(carol, start) == [] and len(pages(bob, start)) == 2 and len(pages(alice, start)) == 1
    between = pages(bob, start)[0]["id"]
    assert pages(carol, between) == [] == pages(alice, between)


def test_a_restart_loses_nothing(make_server, streams):
    server = make_server().start()
    alice, bob = server.users("alice", "bob")
    conversation = alice.converse(bob)
    cursor = newest(bob)
    stream = streams.follow(server, bob.token).wait_open()
    sent = []
    for stop in (server.stop, server.kill, server.stop):
        sent += [alice.send(conversation)["message_id"] for _ in range(3)]
        assert stop() in (0, None), "a server with open streams does not end"
        server.start()
        sent.append(alice.send(conversation)["message_id"])
    stream.take("notification.created", lambda e: e["data"]["message"] == sent[-1])
    seen = [e["data"]["message_id"] for e in stream.events if e["type"] == "message.created"]
    assert seen == sent and len(set(kept_ids(stream))) == len(kept_ids(stream))
    assert [e["id"] for e in pages(bob, cursor)] == kept_ids(stream)


# --- reset ---------------------------------------------------------------------------------------

UNKNOWN = ["x", "-1", "0.0.0", "!", "9" * 30, "a" * 200, "\u00fc", "null"]


@pytest.mark.parametrize("cursor", UNKNOWN)
def test_an_unknown_cursor_is_answered_by_one_reset(alice, bob, direct, document, listen, cursor):
    page = alice.get(PATH, params={"after": cursor}).expect(200)
    (event,) = page["results"]
    check_event(document, event)
    assert event["type"] == "reset" and event["data"] == {} and page["next"] is None
    assert pages(alice, page["cursor"]) == [] == pages(alice, event["id"])

    stream = listen(alice, last_event_id=cursor.encode().decode("latin-1"))
    assert stream.take("reset")["data"] == {}
    message = bob.send(direct)
    assert stream.take("message.created")["data"]["message_id"] == message["message_id"]
    assert [e["type"] for e in stream.events].count("reset") == 1
    stream.cut()
    stream.wait(lambda: stream.opened == 2)
    told(stream, alice)
    assert [e["type"] for e in stream.events].count("reset") == 1


def test_what_is_older_than_is_kept_is_a_reset_and_is_trimmed(make_server, streams):
    server = make_server(EVENT_RETENTION_DAYS="7").start()
    alice, bob = server.users("alice", "bob")
    conversation, start = alice.converse(bob), newest(bob)
    alice.send(conversation, "a week ago")
    server.stop()
    server.change_database(f"UPDATE events SET at = at - {8 * 86400 * 10**6}")
    server.start()
    first = [e["type"] for e in pages(bob, start)]
    assert first in (["message.created", "notification.created"], ["reset"]), "all of it, or nothing and a reset"
    assert wait_until(lambda: [e["type"] for e in pages(bob, start)] == ["reset"], 120), "it was never trimmed"
    message = alice.send(conversation, "today")
    stream = streams.follow(server, bob.token, last_event_id=start)
    stream.take("reset")
    cursor = newest(bob)
    alice.send(conversation, "later today")
    assert len(pages(bob, cursor)) == 2
    assert stream.take("message.created")["data"]["message_id"] != message["message_id"]


def test_an_empty_cursor_is_none(alice, listen):
    assert told(listen(alice, headers={"Last-Event-ID": ""}), alice) == []


# --- who, and how many ---------------------------------------------------------------------------------------


def test_a_session_cookie_opens_a_stream(server, alice, bob, direct, streams):
    browser = Browser(server)
    browser.login(bob.username).expect(302)
    cookie = f"sessionid={browser.client.session.cookies['sessionid']}"
    stream = streams.follow(server, headers={"Cookie": cookie}).wait_open()
    message = alice.send(direct)
    assert stream.take("message.created")["data"]["message_id"] == message["message_id"]
    browser.client.request("GET", "/api-auth/logout/").expect(200, 302)
    stream.wait_closed()
    assert stream.statuses[-1] == 401


def test_a_user_has_so_many_streams_and_no_more(alice, bob, listen, streams):
    opened = [listen(alice) for _ in range(PER_USER)]
    refused = stream_head(alice)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    alice.get(PATH).expect(200)
    listen(bob)
    opened[7].close()
    opened[7].wait_closed()
    again = streams.follow(alice.server, alice.token)
    again.wait_open()
    assert all(s.state == "open" for s in opened if s is not opened[7])
    assert again.statuses[-1] == 200


def test_a_server_has_so_many_streams_and_no_more(make_server, streams):
    server = make_server(MAX_STREAMS="3", MAX_STREAMS_PER_USER="2").start()
    alice, bob = server.users("alice", "bob")
    opened = [streams.follow(server, alice.token).wait_open() for _ in range(2)]
    assert stream_head(alice).status_code == 429
    opened.append(streams.follow(server, bob.token).wait_open())
    refused = stream_head(bob)
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
    alice.get(PATH).expect(200)
    opened[0].close()
    streams.follow(server, bob.token).wait_open()
