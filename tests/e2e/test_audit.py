"""The audit log: what administrators do to others, in full, for other administrators to read."""

import pytest

NEW_PASSWORD = "A-fresh-pass-phrase-7"


def audit(admin, **filters):
    query = "&".join(f"{name}={value}" for name, value in {"page_size": 100, **filters}.items())
    return admin.walk(f"/api/admin/audit/?{query}")


def test_the_log_is_filtered_and_paged(admin, alice, bob):
    for name in ("a", "b", "c"):
        admin.patch(f"/api/admin/users/{alice.id}/", {"first_name": name}).expect(200)
    admin.post(f"/api/admin/users/{bob.id}/password/", {"new_password": NEW_PASSWORD}).expect(204)
    of_alice = audit(admin, target=alice.user_id, page_size=1)
    assert [e["after"]["first_name"] for e in of_alice] == ["c", "b", "a"]
    assert {e["action"] for e in audit(admin, action="user.password")} == {"user.password"}
    assert audit(admin, actor=alice.id) == []
    assert len(audit(admin, actor=admin.user_id, target=alice.user_id)) == 3
    middle = of_alice[1]["at"]
    assert len(audit(admin, target=alice.user_id, since=middle)) == 2
    assert len(audit(admin, target=alice.user_id, until=middle)) == 1
    admin.get("/api/admin/audit/?since=yesterday").invalid("since")
    admin.get("/api/admin/audit/?target=x").invalid("target")
    admin.get("/api/admin/audit/?page=99").problem(404)


# What an administrator's act on others' things is called, and of what kind it is; its values are where he can see them.
AUDITED = {
    "replace_user": ("user.change", "user"), "change_user": ("user.change", "user"), "delete_user": ("user.delete", "user"),
    "admin_change_user": ("user.change", "user"), "admin_delete_user": ("user.delete", "user"),
    "admin_set_password": ("user.password", "user"), "replace_conversation": ("conversation.change", "conversation"),
    "change_conversation": ("conversation.change", "conversation"),
    "delete_conversation": ("conversation.delete", "conversation"),
    "admin_delete_conversation": ("conversation.delete", "conversation"),
    "add_participant": ("conversation.add_participant", "conversation"),
    "remove_participant": ("conversation.remove_participant", "conversation"),
    "delete_message": ("message.delete", "message"), "admin_delete_message": ("message.delete", "message"),
}
# What he does for himself alone, or may not do at all.
NOT_AUDITED = {
    "change_me", "delete_me", "change_password", "create_conversation", "send_in_conversation", "send_message",
    "signal_typing", "replace_message", "change_message", "mark_message_read", "mark_message_read_by_patch",
    "mark_messages_read", "mark_conversation_read", "mark_notifications_read", "change_notification",
}


def test_every_operation_is_audited_or_need_not_be(document):
    changing = {name for name, o in document.operations.items() if o.method != "GET" and not o.is_open}
    assert changing == set(AUDITED) | NOT_AUDITED


@pytest.mark.parametrize("name", [*AUDITED, *sorted(NOT_AUDITED)])
def test_what_an_administrator_does_to_others_is_told_in_full(world, document, name):
    operation, witness = document.operations[name], world.server.admin()
    answer = world.call(operation, world.admin)
    entries = audit(witness, actor=world.admin.user_id)
    if name in NOT_AUDITED:
        assert entries == []
        return
    answer.expect(200, 204)
    (entry,) = entries
    action, kind = AUDITED[name]
    target = {"user": world.participant.user_id, "conversation": world.conversation, "message": world.message}[kind]
    assert (entry["action"], entry["target_type"], entry["target_id"]) == (action, kind, target)
    assert entry["actor"] == world.admin.short and entry["actor_name"] == world.admin.username
    assert entry["client"] == "127.0.0.1" and entry["at"]
    if action not in ("user.password", "user.delete"):
        assert entry["before"] != entry["after"] and (entry["before"] or entry["after"])


@pytest.mark.parametrize("who", ["owner", "sender", "participant", "guest", "anonymous"])
def test_what_is_refused_is_not_told_as_done(world, document, who):
    witness = world.server.admin()
    newest = audit(witness)[:1]
    for name in AUDITED:
        if name.startswith("admin"):
            world.call(document.operations[name], getattr(world, who)).expect(401, 403)
    assert audit(witness)[:1] == newest


def test_the_log_cannot_be_written_or_emptied(admin):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        admin.request(method, "/api/admin/audit/", json_body={}).problem(405)


def test_the_command_is_audited(server, admin):
    entries = audit(admin, target=admin.user_id, action="user.create")
    assert [(e["actor"], e["actor_name"], e["after"]["role"]) for e in entries] == [(None, "createsuperuser", "admin")]
