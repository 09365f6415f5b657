"""Contract §1: pages and cursors."""

import re

import pytest


def messages_path(conversation):
    return f"/api/conversations/{conversation}/messages/"


@pytest.fixture
def many(alice, bob):
    """25 messages, oldest first."""
    conversation = alice.converse(bob)
    return [alice.send(conversation, f"number {n}") for n in range(25)]


def test_pages_and_their_links(alice, many):
    path = messages_path(many[0]["conversation"])
    first = alice.get(path).expect(200)
    assert (first["count"], len(first["results"]), first["previous"]) == (25, 20, None)
    assert first["next"].startswith(alice.server.url + path) and "page=2" in first["next"]
    second = alice.get(first["next"]).expect(200)
    assert len(second["results"]) == 5 and second["next"] is None
    assert second["previous"] == alice.server.url + path
    back = alice.get(second["previous"]).expect(200)
    assert back["results"] == first["results"]


def test_links_keep_the_query(alice, many):
    path = messages_path(many[0]["conversation"])
    page = alice.get(path + "?page_size=10&page=2&all=true").expect(200)
    for link, number in ((page["next"], "3"), (page["previous"], None)):
        assert "page_size=10" in link and "all=true" in link
        assert re.search(r"[?&]page=(\w+)", link) is None if number is None else f"page={number}" in link


def test_the_last_page(alice, many):
    path = messages_path(many[0]["conversation"])
    last = alice.get(path + "?page=last").expect(200)
    assert [m["seq"] for m in last["results"]] == [5, 4, 3, 2, 1] and last["next"] is None
    assert alice.get("/api/conversations/?page=last").expect(200)["count"] == 1


@pytest.mark.parametrize("page", ["99", "0", "-1", "abc", "1.5", "", "99999999999999999999"])
def test_bad_pages(alice, many, page):
    answer = alice.get(messages_path(many[0]["conversation"]) + f"?page={page}")
    if page == "":
        answer.expect(200, 404)
    else:
        answer.problem(404, "Invalid page.")


@pytest.mark.parametrize("size, length", [("1", 1), ("100", 25), ("101", 25), ("1000000", 25), ("0", 20), ("-5", 20), ("x", 20), ("", 20)])
def test_page_sizes(alice, many, size, length):
    page = alice.get(messages_path(many[0]["conversation"]) + f"?page_size={size}").expect(200)
    assert len(page["results"]) == length and page["count"] == 25


def test_a_page_holds_100_at_most(server):
    owner, *others = server.users(*["crowd"] * 3)
    conversation = owner.converse(*others)
    for n in range(101):
        owner.send(conversation, str(n))
    page = owner.get(messages_path(conversation) + "?page_size=500").expect(200)
    assert len(page["results"]) == 100 and page["count"] == 101


def test_an_empty_list_has_one_page(alice):
    empty = {"count": 0, "next": None, "previous": None, "results": []}
    assert alice.get("/api/conversations/").expect(200) == empty
    assert alice.get("/api/messages/unread/?page=last").expect(200) == empty
    alice.get("/api/conversations/?page=2").problem(404, "Invalid page.")


# --- cursors --------------------------------------------------------------------------------


def cursor_walk(user, path):
    pages, address = [], path + ("&" if "?" in path else "?") + "cursor="
    while address:
        page = user.get(address).expect(200)
        pages.append(page["results"])
        address = page["next"]
        assert address is None or "cursor=" in address
    return pages


@pytest.mark.parametrize("path", ["nested", "/api/messages/?page_size=10", "/api/notifications/?page_size=10"])
def test_a_cursor_walks_the_whole_list(alice, bob, many, path):
    if path == "nested":
        path = messages_path(many[0]["conversation"]) + "?page_size=10"
    pages = cursor_walk(bob, path)
    assert [len(p) for p in pages] == [10, 10, 5]
    found = [m.get("message_id") or m["message"] for p in pages for m in p]
    assert found == [m["message_id"] for m in reversed(many)]


def test_a_cursor_is_not_shifted_by_what_comes_in(alice, bob, many):
    path = messages_path(many[0]["conversation"])
    first = bob.get(path + "?page_size=10&cursor=").expect(200)
    alice.send(many[0]["conversation"], "in between")
    second = bob.get(first["next"]).expect(200)
    assert [m["seq"] for m in second["results"]] == list(range(15, 5, -1))


def cursor_of(link):
    return re.search(r"cursor=([^&]+)", link).group(1)


def test_a_cursor_is_bound_to_user_and_filter_and_not_to_be_made_up(alice, bob, many):
    path = messages_path(many[0]["conversation"])
    cursor = cursor_of(alice.get(path + "?page_size=10&cursor=").expect(200)["next"])
    alice.get(f"{path}?page_size=10&cursor={cursor}").expect(200)
    bob.get(f"{path}?page_size=10&cursor={cursor}").problem(400)
    alice.get(f"{path}?page_size=10&all=true&cursor={cursor}").problem(400)
    alice.get(f"/api/messages/?page_size=10&cursor={cursor}").problem(400)
    flipped = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for forged in (flipped, cursor[:-4], cursor + "AAAA", "x", "%00", "A" * 5000):
        assert alice.get(f"{path}?page_size=10&cursor={forged}").status in (400, 414), forged[:40]
