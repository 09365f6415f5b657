"""What belongs to one reaches nobody else: by no address, no cache, no repeated key."""

import concurrent.futures

import pytest

from client import PASSWORD
from harness import unique
from test_conditional import with_key


@pytest.fixture
def canary(make_world):
    """A world whose participant has an address and a number that are found wherever they are shown."""
    world = make_world()
    world.secrets = ["canary-" + unique("mail") + "@private.example", "555-" + unique("7")[1:7]]
    world.participant.patch("/api/users/me/", dict(zip(("email", "phone_number"), world.secrets))).expect(200)
    world.participant.email = world.secrets[0]
    return world


def traces(world, answer):
    return [secret for secret in world.secrets if secret in answer.text]


def test_address_and_number_are_shown_to_oneself_and_to_administrators_alone(canary, document):
    world, shown = canary, set()
    for operation in document.operations.values():
        if operation.method != "GET":
            continue
        for who in ("anonymous", "guest", "host", "leaver", "owner", "sender", "participant", "admin"):
            answer = world.call(operation, getattr(world, who))
            found = traces(world, answer)
            assert not found or who in ("participant", "admin"), f"{operation.id} shows {who} {found}"
            shown |= {(operation.id, who)} if found else set()
            assert "argon2" not in answer.text and "password_hash" not in answer.text, operation.id
    assert {("show_me", "participant"), ("show_user", "participant"), ("show_user", "admin")} <= shown


@pytest.mark.parametrize("query", ["search={}", "search={}&page_size=100", "ordering=email", "ordering=-phone_number", "email={}"])
def test_address_and_number_are_not_found_by_searching_either(canary, query):
    world = canary
    everybody = world.guest.get("/api/users/").expect(200)["count"]
    for secret in (*world.secrets, world.secrets[0].split("@")[0], "private.example"):
        answer = world.guest.get(f"/api/users/?{query.format(secret)}")
        page = answer.expect(200, 400)
        assert not [s for s in world.secrets if s in str(page.get("results"))]
        if "search" in query:
            assert page["count"] == 0, "a hit tells as much"
        elif answer.status == 200:
            assert page["count"] == everybody


def test_events_of_others_show_neither(canary, listen):
    world = canary
    stream = listen(world.owner)
    world.participant.send(world.conversation)
    stream.take("notification.created")
    assert not [s for s in world.secrets if s in str(stream.events)]


def test_a_hash_is_in_no_answer_to_any_write(make_world, document):
    world = make_world()
    for operation in document.operations.values():
        if operation.method in ("POST", "PUT", "PATCH"):
            for caller in (world.admin, world.participant):
                answer = world.call(operation, caller)
                for secret in ("argon2", "password_hash", PASSWORD, "An0ther-pass-phrase"):
                    assert secret not in answer.text, operation.id
            if operation.id in ("change_password", "admin_set_password", "change_me", "change_user", "replace_user"):
                world = make_world()


# --- idempotent replay ----------------------------------------------------------------------


def test_a_key_replays_nothing_to_another_user(server, admin, anonymous, alice, bob, carol):
    conversation = alice.converse(bob)
    path, key = f"/api/conversations/{conversation}/messages/", unique("key-")
    first = alice.post(path, {"content": "between us"}, **with_key(key))
    for body in ({"content": "between us"}, {"content": "guess"}):
        theirs = bob.post(path, body, **with_key(key))
        assert theirs.status in (201, 422) and "Idempotent-Replayed" not in theirs.headers
        assert first.json["message_id"] not in theirs.text
    for user, status in ((carol, 404), (anonymous, 401), (admin, 403)):
        answer = user.post(path, {"content": "between us"}, **with_key(key))
        assert answer.status == status and "Idempotent-Replayed" not in answer.headers
        assert "between us" not in answer.text
    alice.login()
    again = alice.post(path, {"content": "between us"}, **with_key(key))
    assert again.headers["Idempotent-Replayed"] == "true" and again.json == first.json, "another login is the same user"


def test_a_key_of_a_registration_replays_no_account_to_another(server, anonymous):
    key, name = unique("key-"), unique("twin")
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    made = anonymous.post("/api/users/", body, **with_key(key)).expect(201)
    for change in ({"password": "An0ther-pass-phrase"}, {"email": f"other-{name}@example.com"}):
        other = server.client().post("/api/users/", {**body, **change}, **with_key(key))
        assert other.status in (400, 422) and made["user_id"] not in other.text


def test_a_replay_is_not_given_to_who_may_no_longer_see_it(alice, bob, carol, group):
    path, key = f"/api/conversations/{group}/messages/", unique("key-")
    bob.post(path, {"content": "once"}, **with_key(key)).expect(201)
    alice.post(f"/api/conversations/{group}/remove_participant/", {"user_id": bob.id}).expect(200)
    again = bob.post(path, {"content": "once"}, **with_key(key))
    assert again.status in (201, 404), "his own text, or nothing"
    assert again.status == 404 or again.json["sender"] == bob.short


# --- caches ---------------------------------------------------------------------------------


def shown_of_others(servers):
    """A hundred people ask for the same addresses at one or several nodes; what anybody sees that is another's."""
    users = [servers[n % len(servers)].user("crowd") for n in range(100)]
    for one, other in zip(users[::2], users[1::2]):
        one.send(one.converse(other), f"for {other.username}")
    paths = ["/api/users/me/", "/api/messages/unread/", "/api/notifications/", "/api/conversations/", "/api/messages/",
             "/api/events/?after="]
    tags = {}

    def look(n):
        """Everybody asks for everything, also with the tag that somebody else was given."""
        user, path = users[n % 100], paths[n // 100 % len(paths)]
        friend = users[(n % 100) ^ 1]
        tag, text = tags.get(path, (None, None))
        client = servers[(n + n // 600) % len(servers)].client(user.token)
        answer = client.get(path, headers={"If-None-Match": tag} if tag else {})
        if answer.status == 304:
            return [] if client.get(path).text == text else [f"{path} is another's to {user.username}"]
        if "ETag" in answer.headers:
            tags[path] = answer.headers["ETag"], answer.text
        mine = answer.expect(200)
        assert path != "/api/users/me/" or mine["id"] == user.id
        return [u.username for u in users if u not in (user, friend) and f'"{u.username}"' in answer.text]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return [shown for shown in pool.map(look, range(1800)) if shown]


def test_one_url_shows_each_of_a_hundred_users_his_own(server):
    assert shown_of_others([server]) == []
