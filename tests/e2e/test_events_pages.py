"""Contract §11: events as pages, for those who cannot hold a stream; and which form is given to whom."""

import re
import time

import pytest

from events import PATH, STREAM, check_event, newest, stream_head
from harness import wait_until


# --- pages ---------------------------------------------------------------------------------------


def test_events_come_as_pages_too(alice, bob, direct, document):
    operation = document.operations["list_events"]
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


def test_a_waiting_page_is_answered_at_once_when_something_comes(make_server, streams):
    server = make_server().start()
    alice, bob, carol = server.users("alice", "bob", "carol")
    direct = alice.converse(bob)

    def begin_to_wait(user, waiting):
        page = streams.follow(server, user.token, path=f"{PATH}?after={newest(user)}&wait=30",
                              headers={"Accept": "application/json"}, reconnects=False)
        opened = re.compile(rf"^confab_event_streams_open {waiting}$", re.M)
        assert wait_until(lambda: opened.search(server.client().get("/metrics").text), 60)
        return page

    others, page = begin_to_wait(carol, 1), begin_to_wait(bob, 2)
    sent = alice.send(direct)
    page.wait_closed()
    assert page.statuses == [200] and sent["message_id"].encode() in page.error_body
    assert others.statuses == [], "one that has waited longer for nothing still waits"


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
