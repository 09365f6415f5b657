"""Contract §11: how events are followed: as a stream, as pages, after breaks; who may, how many, and until when."""

import time

import pytest

import openapi
from events import check_event, kept_ids, newest, pages, told
from harness import PASSWORD, wait_until
from test_sessions import Browser

PATH = "/api/events/"
STREAM = {"Accept": "text/event-stream"}
PER_USER = 20


@pytest.fixture
def document(server):
    return openapi.load(server.client())


def page_operation(document):
    return next(o for o in document.operations.values() if (o.method, o.path) == ("GET", PATH))


def stream_head(client, path=PATH, **headers):
    """The status and headers of a stream, which is then closed."""
    answer = client.session.get(
        client.server.url + path, stream=True, timeout=10, allow_redirects=False,
        headers={**STREAM, "Authorization": f"Bearer {client.token}", **headers},
    )
    answer.close()
    return answer


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
    stream.wait(lambda: stream.comments and stream.last_event_id != first, 40)
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
    assert wait_until(lambda: [e["type"] for e in pages(bob, start)] == ["reset"], 30), "it was never trimmed"
    message = alice.send(conversation, "today")
    stream = streams.follow(server, bob.token, last_event_id=start)
    stream.take("reset")
    cursor = newest(bob)
    alice.send(conversation, "later today")
    assert len(pages(bob, cursor)) == 2
    assert stream.take("message.created")["data"]["message_id"] != message["message_id"]


def test_an_empty_cursor_is_none(alice, listen):
    assert told(listen(alice, headers={"Last-Event-ID": ""}), alice) == []


# --- pages ---------------------------------------------------------------------------------------


def test_events_come_as_pages_too(alice, bob, direct, document):
    operation = page_operation(document)
    start = bob.get(PATH)
    operation.check(start)
    body = start.expect(200)
    assert (body["count"], body["next"], body["previous"], body["results"]) == (0, None, None, [])
    messages = [alice.send(direct) for _ in range(30)]
    seen, address, sizes = [], f"{PATH}?after={body['cursor']}&page_size=20", []
    while address:
        answer = bob.get(address)
        operation.check(answer)
        page = answer.expect(200)
        for event in page["results"]:
            check_event(document, event)
        assert page["results"][-1]["id"] == page["cursor"] or page["results"] == []
        seen += page["results"]
        sizes.append(page["count"])
        address = page["next"]
    assert [e["data"]["message_id"] for e in seen if e["type"] == "message.created"] == [m["message_id"] for m in messages]
    assert len(seen) == 60 and max(sizes) == 20
    again = bob.get(f"{PATH}?after={page['cursor']}").expect(200)
    assert again["results"] == [] and again["next"] is None


def test_a_page_may_wait(alice, bob, direct):
    start, before = newest(bob), time.monotonic()
    page = bob.get(f"{PATH}?after={start}&wait=1").expect(200)
    assert page["results"] == [] and time.monotonic() - before > 0.9
    alice.send(direct)
    assert bob.get(f"{PATH}?after={start}&wait=30").expect(200)["count"] >= 1


def test_a_waiting_page_is_answered_at_once_when_something_comes(alice, bob, direct, streams):
    start = newest(bob)
    waiting = streams.follow(bob.server, bob.token, path=f"{PATH}?after={start}&wait=30",
                             headers={"Accept": "application/json"}, reconnects=False)
    time.sleep(0.3)
    sent, before = alice.send(direct), time.monotonic()
    waiting.wait_closed(25)
    assert waiting.statuses == [200] and sent["message_id"].encode() in waiting.error_body
    assert time.monotonic() - before < 20, "it was not answered before its time"


@pytest.mark.parametrize("query", ["page_size=x", "page_size=0", "wait=x", "wait=-1", "wait=1000"])
def test_odd_parameters_do_no_harm(alice, query):
    alice.get(f"{PATH}?{query}").expect(200, 400)


# --- who may, and in which form --------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, STREAM, {"Accept": "application/json"}])
def test_events_need_a_login(anonymous, headers):
    answer = anonymous.get(PATH, headers=headers)
    answer.problem(401, code="not_authenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert anonymous.get(PATH, headers=headers, token="x.y.z").status == 401


@pytest.mark.parametrize("accept, kind", [
    ("text/event-stream", "text/event-stream"), ("application/json", "application/json"), ("*/*", "application/json"),
    ("text/event-stream, application/json;q=0.5", "text/event-stream"),
    ("application/json, text/event-stream;q=0.5", "application/json"),
])
def test_the_form_is_negotiated(alice, accept, kind):
    answer = stream_head(alice, Accept=accept)
    assert answer.status_code == 200 and answer.headers["Content-Type"].split(";")[0] == kind


def test_a_browser_is_shown_what_it_is_of_any_address(alice):
    events, users = (stream_head(alice, path, Accept="text/html,*/*;q=0.8") for path in (PATH, "/api/users/"))
    assert (events.status_code, events.headers["Content-Type"]) == (users.status_code, users.headers["Content-Type"])


def test_other_forms_are_not_acceptable(alice):
    assert stream_head(alice, Accept="image/png").status_code == 406


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_events_are_only_read(alice, method):
    answer = alice.request(method, PATH, json_body={})
    answer.problem(405)
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_the_head_of_events_can_be_asked_for(alice, headers):
    answer = alice.head(PATH, headers=headers)
    assert answer.status == 200 and not answer.raw.content
    options = alice.options(PATH, headers={})
    assert options.expect(200) and "GET" in options.headers["Allow"]


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


# --- limits ---------------------------------------------------------------------------------------


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


# --- the end of a login -----------------------------------------------------------------------------


def log_out(server, user):
    user.post("/api/token/blacklist/", {"refresh": user.refresh}).expect(200)


def change_password(server, user):
    change = {"old_password": PASSWORD, "new_password": "An0ther-pass-phrase"}
    user.post("/api/users/me/password/", change).expect(200, 204)


def change_role(server, user):
    server.admin().patch(f"/api/users/{user.id}/", {"role": "host"}).expect(200)


def deactivate(server, user):
    server.admin().patch(f"/api/users/{user.id}/", {"is_active": False}).expect(200)


def delete_account(server, user):
    user.delete("/api/user/delete/").expect(204)


@pytest.mark.parametrize("end", [log_out, change_password, change_role, deactivate, delete_account])
def test_a_stream_ends_with_its_login(server, alice, bob, direct, streams, end):
    ending = [streams.follow(server, alice.token).wait_open() for _ in range(2)]
    other = streams.follow(server, bob.token).wait_open()
    end(server, alice)
    for stream in ending:
        stream.wait_closed(8)
        assert stream.statuses == [200, 401] and stream.ended == 1
    assert other.state == "open" and other.opened == 1


def test_a_stream_ends_when_its_token_expires(make_server, streams):
    server = make_server(ACCESS_TOKEN_LIFETIME="3").start()
    user = server.user("user")
    stream = streams.follow(server, user.token).wait_open()
    stream.wait_closed(3 + 8)
    assert stream.statuses == [200, 401] and stream.ended == 1


def test_one_of_two_logins_ends_alone(server, alice, streams):
    first = streams.follow(server, alice.token).wait_open()
    ended = alice.refresh
    alice.login()
    second = streams.follow(server, alice.token).wait_open()
    alice.post("/api/token/blacklist/", {"refresh": ended}).expect(200)
    first.wait_closed(8)
    assert told(second, alice) == [] and second.opened == 1
