"""Contract §3 and §11: who is there and who is typing; told at once, and never kept."""

import pytest

from events import EPHEMERAL, newest, pages, told
from harness import wait_until


def type_in(user, conversation):
    return user.post(f"/api/conversations/{conversation}/typing/")


def ephemeral(follower, kind):
    return [f for f in follower.frames if f.data is not None and f.event == kind]


def test_typing_is_told_to_the_other_participants(alice, bob, carol, group, server, listen):
    outsider = server.user("outsider")
    streams = {user: listen(user) for user in (alice, bob, carol, outsider)}
    answer = type_in(alice, group)
    answer.expect(204)
    assert not answer.raw.content
    for user in (bob, carol):
        event = streams[user].take("typing")
        assert event["data"] == {"user": alice.short} and event["conversation"] == group and event["id"] is None
    for user in (alice, outsider):
        told(streams[user], user)
        assert not ephemeral(streams[user], "typing")


def test_typing_is_never_kept_and_moves_no_cursor(alice, bob, direct, listen):
    start, stream = newest(bob), listen(bob)
    before = stream.last_event_id
    type_in(alice, direct).expect(204)
    stream.take("typing")
    (frame,) = ephemeral(stream, "typing")
    assert frame.id is None and frame.last_event_id == before and stream.last_event_id == before
    assert pages(bob, start) == [] and newest(bob) == start
    again = listen(bob, last_event_id=start)
    assert told(again, bob) == [] and not ephemeral(again, "typing")


def test_typing_needs_a_participant(alice, bob, carol, direct, anonymous):
    type_in(carol, direct).problem(404)
    type_in(alice, "550e8400-e29b-41d4-a716-446655440000").problem(404)
    type_in(anonymous, direct).problem(401)
    carol.get(f"/api/conversations/{direct}/typing/").expect(404, 405)


@pytest.fixture
def forgetful(make_server):
    """A server that has just been started: nobody has been active yet. And three of its users; the first two talk."""
    server = make_server().start()
    people = server.users("alice", "bob", "carol")
    people[0].converse(people[1])
    assert server.stop() == 0
    server.start()
    return people


def test_who_comes_is_told_to_those_who_share_a_conversation(forgetful, listen):
    alice, bob, carol = forgetful
    streams = {user: listen(user) for user in (alice, carol)}
    start = newest(alice)
    listen(bob)
    event = streams[alice].take("presence", lambda e: e["data"]["user"] == bob.short)
    assert event["data"]["is_online"] and event["conversation"] is None and event["id"] is None
    told(streams[carol], carol)
    others = [f.json["data"]["user"]["user_id"] for f in ephemeral(streams[carol], "presence")]
    assert set(others) <= {carol.user_id}
    assert not [e for e in pages(alice, start) if e["type"] in EPHEMERAL]
    assert alice.get(f"/api/users/{bob.id}/").expect(200)["is_online"]
    # A second stream is nothing new.
    before = len(ephemeral(streams[alice], "presence"))
    listen(bob)
    told(streams[alice], alice)
    assert len(ephemeral(streams[alice], "presence")) == before


@pytest.mark.minutes
def test_who_goes_is_told_after_a_minute_without_activity(forgetful, listen):
    alice, bob, _ = forgetful
    stream, leaving = listen(alice), listen(bob)
    stream.take("presence", lambda e: e["data"]["user"] == bob.short and e["data"]["is_online"])
    leaving.close()
    event = stream.take("presence", lambda e: e["data"]["user"] == bob.short, seconds=120)
    assert not event["data"]["is_online"] and event["data"]["last_seen"]
    assert wait_until(lambda: not alice.get(f"/api/users/{bob.id}/").expect(200)["is_online"], 60)


@pytest.mark.minutes
def test_an_open_stream_keeps_its_user_online(forgetful, listen):
    alice, bob, _ = forgetful
    stream = listen(alice)
    listen(bob)
    stream.take("presence", lambda e: e["data"]["user"] == bob.short and e["data"]["is_online"])
    with pytest.raises(AssertionError, match="waited"):
        stream.take("presence", lambda e: e["data"]["user"] == bob.short, seconds=75)
    assert alice.get(f"/api/users/{bob.id}/").expect(200)["is_online"]
