"""The schema and the server agree: every operation answers as it is described, errors included."""

import re

import pytest

from client import PASSWORD
from harness import unique
from test_permission_matrix import OPEN


def register(world, operation):
    name = unique("schema")
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return world.anonymous.post(operation.path, body)


def log_in(world, operation):
    client = world.server.client()
    page = client.get(operation.path).text
    token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"', page).group(1)
    form = {"username": world.guest.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    return client.request("POST", operation.path, data=form)


def plain(world, operation):
    return world.call(operation, world.anonymous)


SPECIAL = {"register_user": register, "log_in": log_in}


def test_open_operations_answer_as_described(world, document):
    for name in sorted(OPEN - {"create_first_admin"}):  # which needs a server without administrators
        operation = document.operations[name]
        answer = SPECIAL.get(name, plain)(world, operation)
        assert answer.status == operation.success(), f"{name}: {answer.status} {answer.text[:300]}"
        operation.check(answer)


BAD_BODIES = [
    b"", b"{", b"[]", b"5", b'"x"', b"null", b'{"content":{}}', b'{"participant_ids":["x",1,null]}',
    b'{"message_ids":[1]}', b'{"username":5,"email":[],"password":null,"role":7,"is_active":"x"}',
    b'{"user_id":"x"}', b'{"is_read":"x"}', b'{"conversation":[],"conversation_id":{}}', b'{"refresh":1,"token":1}',
]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_refusals_are_as_described_too(world, document, body):
    for operation in document.operations.values():
        if "requestBody" not in operation.spec:
            continue
        caller = world.anonymous if operation.is_open else world.participant
        answer = caller.send_raw(operation.method, world.path(operation.path), body)
        assert answer.status < 500, f"{operation.id}: {answer.text}"
        operation.check(answer)


def test_lists_are_as_described_in_every_form(world, document):
    for operation in document.operations.values():
        parameters = {p.get("name") for p in operation.spec.get("parameters", ())}
        if operation.method != "GET" or "page" not in parameters:
            continue
        path = world.path(operation.path)
        caller = world.admin if path.startswith("/api/admin/") else world.participant
        queries = ["?page_size=1", "?page=last&page_size=1", "?page=99", "?page=x"]
        if "cursor" in parameters:
            queries += ["?cursor=&page_size=1", "?cursor=x"]
        for query in queries:
            operation.check(caller.get(path + query))


def test_no_answer_may_hold_more_than_is_described(world, document):
    checked = 0
    for name in ("show_user", "show_conversation", "show_message", "list_notifications", "show_history", "root"):
        operation = document.operations[name]
        answer = world.call(operation, world.participant).expect(200)
        schema = operation.spec["responses"]["200"]["content"]["application/json"]["schema"]
        for path, part in objects_in(answer):
            part["planted"] = 1
            assert "planted" in (document.fault(answer, schema, name) or ""), f"{name}{path} may hold anything"
            del part["planted"]
            checked += 1
        assert document.fault(answer, schema, name) is None
    assert checked > 10


def objects_in(value, path=""):
    if isinstance(value, dict):
        yield path, value
        for key in list(value):
            yield from objects_in(value[key], f"{path}.{key}")
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from objects_in(item, f"{path}[{n}]")


def test_accounts_are_described_as_anyone_may_see_them(world, document):
    operation = document.operations["show_user"]
    for caller in (world.guest, world.participant, world.admin):
        operation.check(world.call(operation, caller))


def test_a_session_answers_the_same(world, document):
    client = world.server.client()
    page = client.get("/api-auth/login/").text
    token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"', page).group(1)
    form = {"username": world.participant.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    client.request("POST", "/api-auth/login/", data=form).expect(302)
    for name in ("show_me", "list_conversations", "show_conversation", "list_notifications"):
        operation = document.operations[name]
        operation.check(client.get(world.path(operation.path)))
