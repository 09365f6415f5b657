"""A request sets what it is for and nothing else, whatever else its body says."""

import re

import pytest

from client import MISSING_UUID, PASSWORD, TIME, UUID
from harness import unique

LONG_AGO = "2001-01-01T00:00:00Z"
NUMBER = 424242
# Who may, for each operation that takes a body or might.
CALLERS = {
    "obtain_tokens": "anonymous", "refresh_tokens": "anonymous", "verify_token": "anonymous", "blacklist_token": "anonymous",
    "change_me": "participant", "change_password": "guest", "replace_user": "participant", "change_user": "participant",
    "create_conversation": "owner", "replace_conversation": "owner", "change_conversation": "owner",
    "add_participant": "sender", "remove_participant": "owner", "send_in_conversation": "sender", "send_message": "sender",
    "signal_typing": "sender", "replace_message": "sender", "change_message": "sender", "mark_messages_read": "participant",
    "mark_conversation_read": "participant", "mark_message_read": "participant", "mark_message_read_by_patch": "participant",
    "change_notification": "participant", "mark_notifications_read": "participant", "admin_change_user": "admin",
    "admin_set_password": "admin",
}
# Tested below, or by the tests of sessions and of the first administrator.
ELSEWHERE = {"register_user", "log_in", "log_out_by_form", "create_first_admin"}


def with_body(document):
    return {name for name, o in document.operations.items() if o.method in ("POST", "PUT", "PATCH")}


def test_every_operation_with_a_body_is_tried(document):
    assert with_body(document) == set(CALLERS) | ELSEWHERE


def forged(world):
    """What nobody may set, with values that would show, and some that would do harm."""
    numbers = ("id", "seq", "reply_count", "thread_depth", "unread_count", "message_count", "access_epoch", "last_seq")
    times = ("timestamp", "sent_at", "edited_at", "created_at", "updated_at", "last_seen", "joined_at")
    people = ("sender", "sender_id", "owner", "owner_id", "user", "user_id", "edited_by", "actor")
    marks = ("read", "is_read", "edited", "is_thread", "is_staff", "is_superuser", "is_deleted", "has_left")
    return {
        **dict.fromkeys(numbers, NUMBER), **dict.fromkeys(times, LONG_AGO), **dict.fromkeys(people, world.host.id),
        **dict.fromkeys(marks, True), "is_active": False, "is_online": False, "role": "admin",
        "message_id": MISSING_UUID, "notification_id": MISSING_UUID, "conversation": world.elsewhere,
        "conversation_id": world.elsewhere, "parent_message": world.message, "receiver": world.owner.id,
        "participant_ids": [world.host.id], "participants": [world.host.id], "title": "forged", "content": "forged",
        "message_body": "forged", "preview": "forged", "kind": "reply", "username": "forged", "email": "forged@example.com",
        "first_name": "forged", "phone_number": "424242", "password": "forged-pass-phrase", "password_hash": "forged",
        "new_password": "forged-pass-phrase", "jti": MISSING_UUID, "exp": NUMBER, "token_type": "access",
    }


def taken_by(document, operation):
    """The fields that the operation is for, and what else they may be called (contract §1)."""
    if "requestBody" not in operation.spec:
        return set()
    schema = document.resolve(document.resolve(operation.spec["requestBody"])["content"]["application/json"]["schema"])
    aliases = [re.findall(r"[a-z]+_[a-z_]+", p.get("description", "")) for p in schema["properties"].values()]
    participants = {"participants"} if "participant_ids" in schema["properties"] else set()
    return set(schema["properties"]).union(participants, *aliases)


def named(world):
    people = ("owner", "sender", "participant", "leaver", "guest", "host", "admin")
    return {key: who for who in people for key in vars(getattr(world, who)).values() if isinstance(key, str)}


def likened(value, names, key=""):
    """The value with people called by their part in the world, and without what differs from world to world."""
    if isinstance(value, dict):
        return {k: likened(v, names, k) for k, v in value.items() if k not in ("is_online", "last_seen", "access", "refresh")}
    if isinstance(value, list):
        return [likened(v, names, key) for v in value]
    if isinstance(value, str):
        return names.get(value) or ("#" if UUID.match(value) or TIME.match(value) else value)
    return "#" if key == "id" else value


def look(world):
    """All that the people of the world see of it, read without reading it."""
    path = f"/api/conversations/{world.conversation}/"
    views = {"talk": world.admin.get(path).expect(200)}
    views["accounts"] = [world.admin.get(f"/api/admin/users/{getattr(world, who).id}/").expect(200) for who in (
        "owner", "sender", "participant", "leaver", "guest", "host")]
    for who in ("owner", "sender", "participant"):
        person = getattr(world, who)
        views[who] = [
            person.get(f"{path}messages/?all=true").json, person.get("/api/messages/unread/").json,
            person.get("/api/notifications/").json, person.get("/api/conversations/").json,
        ]
    views["history"] = world.owner.get(f"/api/messages/{world.message}/history/").json
    views["elsewhere"] = world.host.get("/api/conversations/").json
    return views


def carry_out(world, document, operation, extra):
    """The answer and what has come of it."""
    world.elsewhere = world.host.converse(world.guest)
    caller = getattr(world, CALLERS[operation.id])
    names, body = named(world), world.body(operation, caller)
    unwanted = {k: v for k, v in extra(world).items() if k not in body and k not in taken_by(document, operation)}
    answer = caller.request(operation.method, world.path(operation.path), json_body={**unwanted, **body})
    answer.expect(200, 201, 204)
    operation.check(answer)
    views = look(world)
    if unwanted:
        for trace in (str(NUMBER), "2001-01-01", "forged"):
            assert trace not in answer.text and trace not in str(views), f"{trace} was taken from the body"
    return likened(answer.json if answer.text else None, names), likened(views, names)


@pytest.mark.parametrize("name", CALLERS)
def test_a_request_sets_only_what_it_is_for(make_world, document, name):
    operation = document.operations[name]
    plain, other = (carry_out(make_world(), document, operation, extra) for extra in (lambda world: {}, forged))
    assert other == plain


def test_an_account_is_no_way_to_more_rights(make_world):
    world = make_world()
    world.elsewhere = world.conversation
    name = unique("grab")
    own = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    unwanted = {k: v for k, v in forged(world).items() if k not in ("role", "first_name", "phone_number")}
    made = world.anonymous.post("/api/users/", {**unwanted, **own}).expect(201)
    assert made["id"] != NUMBER and made["is_active"] is True and made["created_at"] > "2020" and made["role"] == "guest"
    world.anonymous.post("/api/users/", {**own, "username": unique("grab"), "role": "admin"}).invalid("role")
    user = world.participant
    for change in ({"role": "admin"}, {"role": "host"}, {"is_active": False}):
        for path in ("/api/users/me/", f"/api/users/{user.id}/"):
            user.patch(path, change).problem(403)
    assert user.get("/api/users/me/").expect(200)["role"] == "guest"
