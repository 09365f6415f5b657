"""Contract §5-§9 in plain Python: what every participant must see after any sequence of operations."""

import dataclasses


@dataclasses.dataclass
class Message:
    key: str
    conversation: str
    seq: int
    sender: int
    content: str
    parent: str | None
    recipients: set
    read_by: set = dataclasses.field(default_factory=set)
    dismissed_by: set = dataclasses.field(default_factory=set)
    history: list = dataclasses.field(default_factory=list)


class Conversation:
    def __init__(self, key, members):
        self.key = key
        self.members = set(members)
        self.messages = {}  # by key, in the order of seq
        self.posted = 0


class Model:
    """People are numbers; recipients of a message are those who were there when it was posted and never left since."""

    def __init__(self):
        self.conversations = {}

    # --- operations -----------------------------------------------------------------------

    def create(self, key, members):
        self.conversations[key] = Conversation(key, members)

    def post(self, key, conversation, sender, content, parent=None):
        c = self.conversations[conversation]
        c.posted += 1
        c.messages[key] = Message(
            key, conversation, c.posted, sender, content, parent, recipients=c.members - {sender}
        )

    def edit(self, message, content):
        if content != message.content:
            message.history.insert(0, message.content)
            message.content = content

    def delete(self, message):
        c = self.conversations[message.conversation]
        for child in self.children(message):
            self.delete(child)
        del c.messages[message.key]

    def read(self, user, messages):
        """The number of messages that were unread until now."""
        fresh = [m for m in messages if self.is_unread(user, m)]
        for m in fresh:
            m.read_by.add(user)
        return len(fresh)

    def dismiss(self, user, message):
        message.dismissed_by.add(user)

    def dismiss_all(self, user):
        found = [m for m in self.notified(user) if not self.notification_is_read(user, m)]
        for m in found:
            m.dismissed_by.add(user)
        return len(found)

    def join(self, user, conversation):
        self.conversations[conversation].members.add(user)

    def leave(self, user, conversation):
        c = self.conversations[conversation]
        c.members.discard(user)
        for m in c.messages.values():
            m.recipients.discard(user)
            m.read_by.discard(user)
            m.dismissed_by.discard(user)
        if not c.members:
            del self.conversations[conversation]

    # --- what must be seen ------------------------------------------------------------------

    def of(self, user):
        return [c for c in self.conversations.values() if user in c.members]

    def visible(self, user):
        return [m for c in self.of(user) for m in c.messages.values()]

    def children(self, message):
        messages = self.conversations[message.conversation].messages.values()
        return [m for m in messages if m.parent == message.key]

    def depth(self, message):
        depth = 0
        while message.parent:
            message = self.conversations[message.conversation].messages[message.parent]
            depth += 1
        return depth

    def thread(self, message):
        return [message] + [m for child in self.children(message) for m in self.thread(child)]

    def is_unread(self, user, message):
        return user in message.recipients and user not in message.read_by

    def read_flag(self, user, message):
        """None where the contract leaves it open: a sender whose recipients have all left."""
        if user == message.sender:
            return message.recipients <= message.read_by if message.recipients else None
        return not self.is_unread(user, message)

    def unread(self, user, conversation=None):
        return [
            m for m in self.visible(user)
            if self.is_unread(user, m) and conversation in (None, m.conversation)
        ]

    def notified(self, user):
        return [m for m in self.visible(user) if user in m.recipients]

    def notification_is_read(self, user, message):
        return user in message.read_by or user in message.dismissed_by

    def kind(self, user, message):
        if message.parent is None:
            return "message"
        parent = self.conversations[message.conversation].messages[message.parent]
        return "reply" if parent.sender == user else "message"
