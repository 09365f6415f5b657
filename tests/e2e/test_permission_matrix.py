"""Every operation, every kind of caller, what there is and what is missing: who may what.

The operations come from the server's own schema, hence from its route table: one that is not in the matrix below
fails the test.
"""

import pytest

from client import NOT_FOUND

NOBODY = ("anonymous", "gone", "late")
OUTSIDE = ("guest", "host", "leaver")
INSIDE = ("owner", "sender", "participant")
CALLERS = (*NOBODY, *OUTSIDE, *INSIDE, "admin")


def rights(inside=None, outside=404, admin=None, **single):
    """Statuses by caller. `single` names exceptions among them."""
    table = {name: 401 for name in NOBODY}
    table.update({name: outside for name in OUTSIDE})
    table.update({name: inside for name in INSIDE})
    table["admin"] = inside if admin is None else admin
    return {**table, **single}


def everyone(status):
    return rights(inside=status, outside=status)


def only(name, status, others):
    return rights(inside=others, outside=others, **{name: status})


# Operations that concern no object in particular, or the caller himself.
PERSONAL = {
    "list_users": everyone(200),
    "show_me": everyone(200),
    "change_me": everyone(200),
    "change_password": everyone(204),
    "delete_me": everyone(204),
    "list_conversations": everyone(200),
    "create_conversation": everyone(201),
    "list_messages": everyone(200),
    "list_unread": everyone(200),
    "mark_messages_read": everyone(200),
    "list_notifications": everyone(200),
    "mark_notifications_read": everyone(200),
    "list_events": everyone(200),
}

# Operations on the world's conversation, its message, the participant's notification or his account.
MATRIX = {
    "show_user": everyone(200),
    "replace_user": rights(403, outside=403, admin=200, participant=200),
    "change_user": rights(403, outside=403, admin=200, participant=200),
    "delete_user": rights(403, outside=403, admin=204, participant=204),
    "show_conversation": rights(200),
    "replace_conversation": rights(200),
    "change_conversation": rights(200),
    "delete_conversation": rights(403, admin=204, owner=204),
    "add_participant": rights(200),
    "remove_participant": rights(403, admin=200, owner=200, participant=200),
    "list_conversation_messages": rights(200),
    "send_in_conversation": rights(201, admin=403),
    "signal_typing": rights(204, admin=403),
    "send_message": rights(201, admin=403),
    "show_thread": rights(200),
    "show_message": rights(200),
    "replace_message": rights(403, sender=200),
    "change_message": rights(403, sender=200),
    "delete_message": rights(403, admin=204, sender=204),
    "show_history": rights(200),
    "mark_message_read": rights(200),
    "mark_message_read_by_patch": rights(200),
    "mark_conversation_read": rights(200),
    "show_notification": only("participant", 200, 404),
    "change_notification": only("participant", 200, 404),
}

# For administrators only; nobody else learns from them what there is.
ADMIN = {
    "admin_root": 200, "admin_statistics": 200, "admin_cluster": 200, "admin_list_audit": 200,
    "admin_list_users": 200, "admin_show_user": 200, "admin_change_user": 200, "admin_delete_user": 204,
    "admin_show_removal": 200, "admin_set_password": 204, "admin_list_conversations": 200,
    "admin_show_conversation": 200, "admin_delete_conversation": 204, "admin_list_messages": 200,
    "admin_show_message": 200, "admin_delete_message": 204, "admin_list_notifications": 200,
}

OPEN = {
    "livez", "readyz", "metrics", "root", "schema", "obtain_tokens", "refresh_tokens", "verify_token",
    "blacklist_token", "show_login", "log_in", "log_out", "log_out_by_form", "register_user",
    "create_first_admin",
}


class Worlds:
    """Whoever is refused changes nothing, and who only looks does not either: the next may have the same world."""

    def __init__(self, make_world):
        self.make_world, self.last = make_world, None

    def one(self):
        if self.last is None or self.last.has_changed:
            self.last = self.make_world()
        return self.last


@pytest.fixture(scope="module")
def worlds(make_world):
    return Worlds(make_world)


@pytest.fixture
def world(worlds):
    return worlds.one()


def without_a_row(operations):
    return set(operations) ^ (OPEN | set(PERSONAL) | set(MATRIX) | set(ADMIN))


def test_the_matrix_is_complete(document):
    assert without_a_row(document.operations) == set()
    assert {o.id for o in document.operations.values() if o.is_open} == OPEN
    assert without_a_row([*document.operations, "planted"]) == {"planted"}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", [*PERSONAL, *MATRIX])
def test_who_may_what(world, document, name, caller):
    operation, who = document.operations[name], getattr(world, caller)
    expected = (PERSONAL.get(name) or MATRIX[name])[caller]
    if name in MATRIX:
        missing = world.call(operation, who, missing=True)
        assert missing.status == (401 if caller in NOBODY else 404), missing.text
        operation.check(missing)
    answer = world.call(operation, who)
    assert answer.status == expected, f"{name} as {caller}: {answer.status} {answer.text[:300]}"
    operation.check(answer)
    if expected == 401:
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    if expected == 404:
        answer.problem(404, NOT_FOUND)
        assert answer.text == missing.text, "forbidden and missing look alike"


@pytest.mark.parametrize("name", ADMIN)
def test_what_administrators_may(world, document, name):
    operation = document.operations[name]
    # The admin comes last: the others leave him the world as it was.
    for caller in CALLERS:
        who, refusal = getattr(world, caller), 401 if caller in NOBODY else 403
        if "{" in operation.path:
            missing = world.call(operation, who, missing=True)
            assert missing.status == (404 if caller == "admin" else refusal), f"{caller}: {missing.text}"
            operation.check(missing)
        answer = world.call(operation, who)
        assert answer.status == (ADMIN[name] if caller == "admin" else refusal), f"{caller}: {answer.text}"
        operation.check(answer)
        if caller != "admin" and "{" in operation.path:
            assert answer.text == missing.text, "forbidden and missing look alike"


@pytest.mark.parametrize("name", [*PERSONAL, *MATRIX])
def test_head_and_options_are_no_way_round(world, document, name):
    operation = document.operations[name]
    path = world.path(operation.path)
    for method in ("HEAD", "OPTIONS"):
        assert world.anonymous.request(method, path).status == 401
    if operation.method == "GET":
        for caller in ("guest", "participant"):
            expected = (PERSONAL.get(name) or MATRIX[name])[caller]
            assert getattr(world, caller).head(path).status == expected
