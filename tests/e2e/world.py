"""One conversation seen from all sides, for tests that go through every operation."""

from client import MISSING_UUID, PASSWORD
from tokens import expired

MISSING_ID = 999999999


class World:
    """On the server whose key the tests know: owner, sender and participant talk; leaver has left; guest and host are
    outsiders; gone has deleted his account; late's token has expired."""

    def __init__(self, server):
        self.server = server
        self.has_changed = False  # by a call that was granted
        self.owner, self.sender, self.participant, self.leaver, self.guest, self.gone, self.late = server.users(
            "owner", "sender", "participant", "leaver", "guest", "gone", "late"
        )
        self.host = server.user("host", role="host")
        self.conversation = self.owner.converse(self.sender, self.participant, self.leaver)
        self.message = self.sender.send(self.conversation, "the message")["message_id"]
        self.participant.reply({"conversation": self.conversation, "message_id": self.message})
        self.notification = self.participant.notifications()[0]["notification_id"]
        leave = f"/api/conversations/{self.conversation}/remove_participant/"
        self.leaver.post(leave, {"user_id": self.leaver.id}).expect(200)
        self.gone.delete("/api/user/delete/").expect(204)
        self.late.token = expired(self.late.token)
        self.admin = server.user("chief")
        server.admin().patch(f"/api/users/{self.admin.id}/", {"role": "admin"}).expect(200)
        self.admin.login()
        self.anonymous = server.client()

    def caller(self, operation):
        """Somebody who may, or at least is known to whom he asks."""
        if operation.id.startswith("admin"):
            return self.admin
        return self.anonymous if operation.is_open else self.participant

    def path(self, pattern, missing=False):
        """The address of what the world is about, or of nothing."""
        values = {
            "user": MISSING_ID if missing else self.participant.id,
            "conversation": MISSING_UUID if missing else self.conversation,
            "message": MISSING_UUID if missing else self.message,
            "notification": MISSING_UUID if missing else self.notification,
        }
        return pattern.format(**values)

    def body(self, operation, caller, missing=False):
        """A body that is fine in itself."""
        conversation = MISSING_UUID if missing else self.conversation
        people = [u.id for u in (self.owner, self.sender, self.participant)]
        target = caller if "/me/" in operation.path else self.participant
        whole = {"username": target.username, "email": target.email} if hasattr(target, "email") else {}
        bodies = {
            "create_conversation": {"participant_ids": [self.host.id, self.owner.id]},
            "replace_conversation": {"title": "put", "participant_ids": people},
            "change_conversation": {"title": "patched"},
            "add_participant": {"user_id": self.host.id},
            "remove_participant": {"user_id": self.participant.id},
            "send_in_conversation": {"content": "sent"},
            "send_message": {"content": "sent", "conversation": conversation},
            "replace_message": {"content": "put"},
            "change_message": {"content": "patched"},
            "mark_messages_read": {"message_ids": [self.message]},
            "mark_conversation_read": {"conversation_id": conversation},
            "change_notification": {"is_read": True},
            "replace_user": {**whole, "first_name": "Put"},
            "change_user": {"first_name": "Patched"},
            "change_me": {"first_name": "Me"},
            "change_password": {"old_password": PASSWORD, "new_password": "An0ther-pass-phrase"},
            "obtain_tokens": {"username": self.guest.username, "password": PASSWORD},
            "refresh_tokens": {"refresh": self.guest.refresh},
            "verify_token": {"token": self.guest.token},
            "blacklist_token": {"refresh": self.host.refresh},
            "admin_change_user": {"first_name": "Patched"},
            "admin_set_password": {"new_password": "An0ther-pass-phrase"},
        }
        return bodies.get(operation.id, {})

    def call(self, operation, caller, missing=False, **more):
        body = self.body(operation, caller, missing) if operation.method in ("POST", "PUT", "PATCH") else None
        query = f"?user={self.participant.id}" if operation.id == "admin_list_notifications" else ""
        path = self.path(operation.path, missing) + query
        answer = caller.request(operation.method, path, json_body=body, **more)
        self.has_changed |= operation.method != "GET" and answer.status < 400
        return answer
