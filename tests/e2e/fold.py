"""What a client knows: its first GETs, and every event since applied to them."""

import copy


class Fold:
    """The state of one user's client. `apply` asks the server for one thing only: what was in a conversation before
    this user was added to it."""

    def __init__(self, user):
        self.user = user
        self.conversations, self.messages, self.notifications = {}, {}, {}
        # Left again before a GET could show them: their last event has to come. Others' would stay here.
        self.lost = set()
        self.applied = {}

    def load(self):
        """The first GETs. The stream has to be open already, and its events so far not yet applied."""
        for c in self.user.walk("/api/conversations/?page_size=100"):
            self.conversations[c["conversation_id"]] = c
            self.ask_for_history(c["conversation_id"])
        return self

    def apply(self, event):
        """An event seen twice bears the same id and changes nothing the second time."""
        kind = event["type"]
        if event["id"] in self.applied:
            assert self.applied[event["id"]] == kind, f"{event['id']} is a {self.applied[event['id']]} and a {kind}"
            return
        if event["id"] is not None:
            self.applied[event["id"]] = kind
        handler = getattr(self, kind.replace(".", "_"))
        c = event["conversation"]
        is_entry = kind == "conversation.created" or kind == "participant.added" and self.is_me(event["data"]["user"])
        if c in self.conversations or is_entry:
            handler(c, event["data"])
        elif kind == "conversation.deleted" or kind == "participant.removed" and self.is_me(event["data"]["user"]):
            self.lost.discard(c)
        else:
            self.lost.add(c)

    def is_me(self, user):
        return user["user_id"] == self.user.user_id

    # --- one method per type ----------------------------------------------------------------

    def message_created(self, c, message):
        self.message_updated(c, message)

    def message_updated(self, c, message):
        assert message["conversation"] == c
        self.messages[c][message["message_id"]] = message

    def message_deleted(self, c, data):
        assert data["conversation"] == c
        gone = {data["message_id"]}
        for message in sorted(self.messages[c].values(), key=lambda m: m["seq"]):
            if message["parent_message"] in gone:
                gone.add(message["message_id"])
        for key in gone:
            self.messages[c].pop(key, None)
        self.notifications = {k: n for k, n in self.notifications.items() if n["message"] not in gone}

    def message_read(self, c, data):
        mine = self.is_me(data["reader"])
        assert ("unread_count" in data) == mine
        for message in self.messages[c].values():
            is_own = self.is_me(message["sender"])
            if is_own and within(message["seq"], data["read"]) or mine and within(message["seq"], data["seqs"]):
                message.update(read=True, is_read=True)

    def notification_created(self, c, notification):
        assert notification["conversation"] == c and self.is_me(notification["user"])
        self.notifications[notification["notification_id"]] = notification

    def notification_updated(self, c, data):
        if one := data["notification"]:
            assert one["is_read"] == data["is_read"]
            self.notifications[one["notification_id"]] = one
        for notification in self.notifications.values():
            message = self.messages[c].get(notification["message"])
            if message and within(message["seq"], data["seqs"]):
                notification["is_read"] = data["is_read"]

    def conversation_created(self, c, conversation):
        assert conversation["conversation_id"] == c
        self.enter(conversation)
        self.messages.setdefault(c, {})

    def conversation_updated(self, c, conversation):
        assert conversation["conversation_id"] == c
        self.conversations[c] = conversation

    def conversation_deleted(self, c, data):
        assert data == {"conversation_id": c, "id": self.conversations[c]["id"]}
        self.forget(c)

    def participant_added(self, c, data):
        if not self.is_me(data["user"]):
            self.conversation_updated(c, data["conversation"])
            return
        self.enter(data["conversation"])
        self.ask_for_history(c)

    def participant_removed(self, c, data):
        if self.is_me(data["user"]):
            assert data["conversation"] is None
            self.forget(c)
        else:
            self.conversation_updated(c, data["conversation"])

    def presence(self, _, data):
        raise AssertionError("not part of the state")

    typing = presence

    # --- helpers ----------------------------------------------------------------------------

    def enter(self, conversation):
        self.lost.discard(conversation["conversation_id"])
        self.conversations[conversation["conversation_id"]] = conversation

    def ask_for_history(self, c):
        """Notifications first, and only those whose message is there: what is deleted between the two GETs may have
        been below another message, whose deletion is all that the events will tell."""
        notifications = walk(self.user, "/api/notifications/?cursor=&page_size=100")
        listed = walk(self.user, f"/api/conversations/{c}/messages/?all=true&cursor=&page_size=100")
        if listed is None:
            self.conversations.pop(c)
            self.lost.add(c)
            return
        self.messages[c] = {m["message_id"]: m for m in listed}
        self.notifications.update({n["notification_id"]: n for n in notifications if n["message"] in self.messages[c]})

    def forget(self, c):
        del self.conversations[c], self.messages[c]
        self.notifications = {k: n for k, n in self.notifications.items() if n["conversation"] != c}

    # --- what is compared -------------------------------------------------------------------

    def state(self):
        """Conversations, all messages and notifications; the newest message and the count of unread ones derived."""
        conversations = copy.deepcopy(self.conversations)
        for key, conversation in conversations.items():
            messages = self.messages[key].values()
            conversation["last_message"] = max(messages, key=lambda m: m["seq"], default=None)
            conversation["unread_count"] = sum(not m["read"] and not self.is_me(m["sender"]) for m in messages)
            # A message that is gone before its event was sent moves this time, and nobody hears of it.
            conversation.pop("updated_at", None)
        return {
            "conversations": conversations, "messages": copy.deepcopy(self.messages),
            "notifications": copy.deepcopy(self.notifications),
        }


def walk(user, path):
    """A list that others change meanwhile: by keyset, so that this shifts nothing. None: what it is in has gone."""
    items = []
    while path:
        answer = user.get(path)
        if answer.status == 404:
            return None
        page = answer.expect(200)
        items += page["results"]
        path = page["next"]
    return items


def fetched(user):
    """The same state as fresh GETs show it."""
    messages, conversations = {}, user.walk("/api/conversations/?page_size=100")
    for c in conversations:
        messages[c["conversation_id"]] = {m["message_id"]: m for m in user.listed(c["conversation_id"])}
        del c["updated_at"]
    return {
        "conversations": {c["conversation_id"]: c for c in conversations}, "messages": messages,
        "notifications": {n["notification_id"]: n for n in user.notifications()},
    }


def within(number, ranges):
    return any(first <= number <= last for first, last in ranges)


def difference(left, right, where=""):
    """The first few places where two states differ, in words."""
    if isinstance(left, dict) and isinstance(right, dict):
        found = []
        for key in {**left, **right}:
            if key not in left or key not in right:
                found.append(f"{where}/{key} is only in the {'fold' if key in left else 'GET'}")
            else:
                found += difference(left[key], right[key], f"{where}/{key}")
        return found[:8]
    return [] if left == right else [f"{where}: folded {left!r}, fetched {right!r}"]
