"""Contract §1: pages and cursors."""

import re

import pytest

from client import messages_path


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


def cursor_lists(document, conversation, user):
    """The addresses of all lists that are walked by cursor, and the parameters that narrow each."""
    lists = {}
    for operation in document.operations.values():
        names = {document.resolve(p).get("name") for p in operation.spec.get("parameters", ())}
        if "cursor" in names:
            address = operation.path.replace("{conversation}", conversation) + (f"?user={user.id}&" if "user" in names else "?")
            lists[address] = names & {"all", "conversation", "sender", "search", "unread", "is_read"}
    return lists


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_cursor_is_bound_to_user_and_filter_and_not_to_be_made_up(admin, alice, bob, many, document):
    conversation = many[0]["conversation"]
    for message in many[:12]:
        bob.reply(message)
    lists = cursor_lists(document, conversation, bob)
    assert len(lists) >= 4

    def reader(address):
        return admin if address.startswith("/api/admin/") else bob

    cursors = {a: cursor_of(reader(a).get(f"{a}page_size=10&cursor=").expect(200)["next"]) for a in lists}
    narrowed = {"all": "true", "conversation": conversation, "sender": alice.id, "search": "number", "unread": "true", "is_read": "false"}
    for address, cursor in cursors.items():
        def ask(cursor, user=None, query="", address=address):
            return (user or reader(address)).get(f"{address}page_size=10{query}&cursor={cursor}")

        ask(cursor).expect(200)
        for stranger in {alice, bob, admin} - {reader(address)}:
            assert ask(cursor, stranger).status in (400, 403, 404), address
        for name in lists[address]:
            ask(cursor, query=f"&{name}={narrowed[name]}").problem(400)
        for other in set(cursors) - {address}:
            assert ask(cursors[other]).status == 400, f"{other} in {address}"
        for position, letter in enumerate(cursor):
            # The next but one: the last letter may have bits that mean nothing, and they must be as they were too.
            for other in (ALPHABET[(ALPHABET.index(letter) + step) % 64] for step in (1, 2)):
                forged = cursor[:position] + other + cursor[position + 1:]
                assert ask(forged).status == 400, f"{address}: letter {position} changed"
        for forged in (*(cursor[:n] for n in range(1, len(cursor))), cursor + "A", cursor + "AAAA", cursor * 2, "x", "%00", "A" * 3000):
            assert ask(forged).status == 400, f"{address}: {forged[:60]}"


def test_a_cursor_outlives_a_restart_and_no_other_server_takes_it(make_server):
    server, other = make_server().start(), make_server().start()
    cursors = []
    for one in (server, other):
        alice, bob = one.users("alice", "bob")
        conversation = alice.converse(bob)
        for n in range(3):
            alice.send(conversation, str(n))
        cursors.append((alice, cursor_of(alice.get("/api/messages/?page_size=2&cursor=").expect(200)["next"])))
    server.stop()
    server.start()
    (alice, mine), (_, theirs) = cursors
    assert len(alice.get(f"/api/messages/?page_size=2&cursor={mine}").expect(200)["results"]) == 1
    alice.get(f"/api/messages/?page_size=2&cursor={theirs}").problem(400)
