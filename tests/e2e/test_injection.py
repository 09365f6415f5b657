"""Whatever stands in a parameter, an address, a field or a header is a value, never a part of a statement."""

import json
import urllib.parse

import pytest

from client import PASSWORD
from harness import unique
from test_oddities import sound

TRUE, FALSE = "zz' OR '1'='1", "zz' OR '1'='2"
INJECTIONS = [
    "'", '"', "''", "\\", "`", "';", "' --", "'/*", "')) --", TRUE, FALSE, '" OR ""="', "1 OR 1=1", "1) OR (1=1", "-1 OR 1=1",
    "' OR 1=1 LIMIT 1 --", "' UNION SELECT NULL, password_hash FROM users --", "1 UNION ALL SELECT sql FROM sqlite_master",
    "'; DROP TABLE messages; --", "'; UPDATE users SET role = 2; --", "1; DELETE FROM users", "'; COMMIT; DROP TABLE users; --",
    "'; SELECT pg_sleep(300); --", "' || pg_sleep(300) || '", "1 AND (SELECT 1 FROM pg_sleep(300))",
    "$$; SELECT pg_sleep(300); $$", "' AND 1=(SELECT count(*) FROM generate_series(1, 100000000000)) --",
    "' AND randomblob(900000000) --",
    "' AND 1=(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT count(*) FROM r) --",
    "'; COPY users TO PROGRAM 'id'; --", "' || (SELECT load_extension('x')) || '", "'; ATTACH DATABASE '/tmp/x' AS x; --",
    "' || lo_import('/etc/passwd') || '", "' AND ascii(substr((SELECT password_hash FROM users LIMIT 1),1,1))>64 --",
    "%27%20OR%201=1", "\u02bc OR 1=1", "\uff07 OR 1=1", "\xbf' OR 1=1", ":id", ":1", "$1", "?1", "{uuid :id}", "{in :among}", "%s", "{}",
    "%", "_", "%' ESCAPE '", "*", "a* OR b", "NEAR(a b)", "content:x", "a & ! b", "'a':*", "(a | b) <-> c", '"a" "b',
    "username; DROP TABLE users", "username DESC, (SELECT 1)", "CASE WHEN 1=1 THEN id ELSE username END",
    "id,(SELECT pg_sleep(300))",
]
HEADERS = ("Idempotency-Key", "X-Request-ID", "User-Agent", "If-None-Match", "If-Match", "Last-Event-ID", "X-CSRFToken", "Cookie", "Origin")
OBJECTS = [{"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, {"$where": "sleep(5000)"}, ["' OR 1=1"], [["x"]], {"id": {"$ne": 1}}]


@pytest.fixture
def world(make_world):
    """With witnesses whom nobody has anything to do with."""
    world = make_world()
    one, other = world.server.users("witness", "witness")
    talk = one.converse(other, title="untouched")
    first = one.send(talk, "untouched")
    other.reply(first, "untouched")
    world.witnesses, world.witnessed = (one, other), talk
    return world


def state_of(world):
    """What the witnesses have, and who rules."""
    one, other = world.witnesses
    views = [[w.listed(world.witnessed), w.unread(), w.notifications(), w.get("/api/users/me/").expect(200)["role"]] for w in (one, other)]
    assert {a["username"][:4] for a in world.admin.walk("/api/users/?role=admin")} == {"root", "chie"}, "somebody rose"
    return views, one.get(f"/api/conversations/{world.witnessed}/").expect(200)["title"]


def tried(ask, what, sent):
    """The answer; to what sleeps or burns the processor it is 503 after half a minute, which is not sound."""
    answer = ask()
    sound(answer, what, sent if isinstance(sent, str) else json.dumps(sent))
    return answer


def parameters(document, operation, place):
    described = (document.resolve(p) for p in operation.spec.get("parameters", ()))
    return [p["name"] for p in described if p["in"] == place]


def test_no_query_parameter_is_part_of_a_statement(world, document):
    before, tries = state_of(world), 0
    for operation in document.operations.values():
        if operation.method != "GET":
            continue
        caller, path = world.caller(operation), world.path(operation.path)
        needed = f"user={world.participant.id}&" if operation.id == "admin_list_notifications" else ""
        for name in parameters(document, operation, "query"):
            counts = {}
            for text in INJECTIONS:
                value = urllib.parse.quote(text)
                address = f"{path}?{name}={value}" if name in needed else f"{path}?{needed}{name}={value}"
                answer = tried(lambda: caller.get(address), f"{operation.id} {name}={text}", text)
                tries += 1
                if answer.status == 200 and isinstance(answer.json, dict):
                    counts[text] = answer.json.get("count")
            assert counts.get(TRUE) == counts.get(FALSE), f"{operation.id} {name} believes in {TRUE}"
    assert tries > 1000 and state_of(world) == before


def test_no_part_of_an_address_is_part_of_a_statement(world, document):
    before = state_of(world)
    for operation in document.operations.values():
        caller = world.caller(operation)
        for name in parameters(document, operation, "path"):
            # A deletion must not hit; what is there is for the other tests.
            pattern = operation.path.replace("{" + name + "}", "{{}}")
            for text in INJECTIONS:
                path = world.path(pattern).replace("{}", urllib.parse.quote(text, safe=""))
                body = world.body(operation, caller) if operation.method != "GET" else None
                answer = tried(lambda: caller.request(operation.method, path, json_body=body), f"{operation.id} {path}", text)
                assert answer.status in (400, 404), f"{operation.id} {path}: {answer.status}"
    assert state_of(world) == before


def fields_of(document, operation):
    if "requestBody" not in operation.spec:
        return []
    content = document.resolve(operation.spec["requestBody"])["content"]
    return list(document.resolve(content.get("application/json", next(iter(content.values())))["schema"])["properties"])


def test_no_field_is_part_of_a_statement(make_world, world, document):
    before = state_of(world)
    for operation in document.operations.values():
        if operation.method not in ("POST", "PUT", "PATCH"):
            continue
        used = make_world()
        caller = used.caller(operation)
        for name in fields_of(document, operation):
            for value in INJECTIONS + OBJECTS:
                body = {**used.body(operation, caller), name: value}
                if operation.id == "register_user":
                    stem = unique("inject")
                    body = {"username": stem, "email": f"{stem}@example.com", "password": PASSWORD, **body}
                path = used.path(operation.path)
                answer = tried(lambda: caller.request(operation.method, path, json_body=body), f"{operation.id} {name}={value}", value)
                if isinstance(value, dict):
                    assert answer.status >= 400, f"{operation.id} takes {name}={value}"
            if operation.id in ("change_me", "change_user", "replace_user", "change_password", "admin_change_user", "admin_set_password"):
                used = make_world()
                caller = used.caller(operation)
    assert state_of(world) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_header_is_part_of_a_statement(world, method):
    before, path = state_of(world), f"/api/conversations/{world.conversation}/messages/"
    for name in HEADERS:
        for text in INJECTIONS:
            headers = {name: text.encode("utf-8", "replace")}
            body = {"content": "x"} if method == "POST" else None
            tried(lambda: world.participant.request(method, path, json_body=body, headers=headers), f"{name}: {text}", text)
    for text in INJECTIONS:
        for token in (text, f"{text}.{text}.{text}"):
            bearer = {"Authorization": f"Bearer {token}".encode()}
            assert tried(lambda: world.anonymous.get(path, headers=bearer), token, token).status == 401
        cookie = {"Cookie": f"sessionid={urllib.parse.quote(text)}"}
        assert tried(lambda: world.anonymous.get(path, headers=cookie), text, text).status in (401, 403)
    assert state_of(world) == before


def test_what_is_stored_is_what_was_sent(alice, bob, direct):
    """To the letter, when it is written, when it is read, and in the history, and it is found by its words alone."""
    for text in INJECTIONS:
        sent = alice.send(direct, text)
        assert sent["content"] == text.strip()
        assert bob.seen(sent)["content"] == text.strip()
        alice.patch(f"/api/messages/{sent['message_id']}/", {"content": f"{text} again"}).expect(200)
        (entry,) = alice.walk(f"/api/messages/{sent['message_id']}/history/")
        assert entry["content"] == text.strip()
        shown = alice.patch(f"/api/conversations/{direct}/", {"title": text[:100]}).expect(200)
        assert shown["title"] == text[:100].strip()
    assert alice.get("/api/messages/?search=" + urllib.parse.quote("zzqy' OR 'x'='x")).expect(200)["count"] == 0


@pytest.mark.parametrize("login", [TRUE, "admin' --", "' OR 1=1 LIMIT 1 --", '" OR ""="', "%", "_%"])
def test_nobody_comes_in_by_an_injection(server, anonymous, alice, login):
    for body in ({"username": login, "password": login}, {"username": alice.username, "password": login},
                 {"username": alice.username + login, "password": PASSWORD}):
        assert tried(lambda: anonymous.post("/api/token/", body), json.dumps(body), login).status == 401
    for value in OBJECTS:
        for body in ({"username": value, "password": PASSWORD}, {"username": alice.username, "password": value}, {"refresh": value}):
            path = "/api/token/refresh/" if "refresh" in body else "/api/token/"
            assert tried(lambda: anonymous.post(path, body), json.dumps(body), value).status in (400, 401)
