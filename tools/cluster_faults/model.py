"""What must be so, from the history alone. Where operations overlapped, what may be so."""

import bisect
import collections
import dataclasses

NEVER = float("inf")


@dataclasses.dataclass
class Post:
    id: str
    talk: str
    seq: int
    text: str
    sender: str
    parent: str | None
    receiver: str | None
    recipients: frozenset
    begin: float
    end: float


@dataclasses.dataclass
class Span:
    """From when something may be so, and from when it must be."""

    begin: float = NEVER
    end: float = NEVER

    def overlay(self, other):
        return Span(min(self.begin, other.begin), min(self.end, other.end))


def end_of(operation):
    return NEVER if operation.end is None else operation.end


class Model:
    def __init__(self, history):
        self.posts = {p.id: p for p in map(read_post, history.acknowledged("post"))}
        self.texts = {o.arguments["text"]: o for o in history.of("post", "edit")}  # every text ever sent
        self.edits = collections.defaultdict(list)
        for operation in history.of("edit"):
            if operation.end is None or operation.is_acknowledged:
                self.edits[operation.arguments["message"]].append(operation)
        self.deleted_users = {o.user: o for o in history.of("delete_account") if o.end is None or o.is_acknowledged}
        self.unanswered = collections.Counter(o.talk for o in history.of("post") if o.end is None)
        self.in_talk = collections.defaultdict(list)
        for post in sorted(self.posts.values(), key=lambda p: p.seq):
            self.in_talk[post.talk].append(post)
        self._find_members(history)
        self._find_deletions(history)
        self._find_reads(history)

    # --- who takes part ---------------------------------------------------------------------

    def _find_members(self, history):
        """Turns are taken alone in their talk: nothing else is under way there meanwhile."""
        self.turns = collections.defaultdict(list)  # (talk, user) -> operations in order
        for operation in history.of("add", "remove"):
            self.turns[operation.talk, operation.arguments["member"]].append(operation)
        self.members = collections.defaultdict(set)  # talk -> who started it
        for operation in history.acknowledged("converse"):
            self.members[operation.answer["id"]] |= set(operation.arguments["participants"])

    def is_member(self, talk, user):
        """In the end."""
        turns = [t for t in self.turns[talk, user] if t.is_acknowledged]
        if user in self.deleted_users:
            return False
        return turns[-1].kind == "add" if turns else user in self.members[talk]

    def left_after(self, talk, user, moment):
        """When the user began to leave first after that moment."""
        return min((t.begin for t in self.turns[talk, user] if t.kind == "remove" and t.begin > moment), default=NEVER)

    def current_members(self, talk):
        known = {user for (where, user) in self.turns if where == talk} | self.members[talk]
        return {user for user in known if self.is_member(talk, user)}

    # --- what is gone -----------------------------------------------------------------------

    def _find_deletions(self, history):
        own = collections.defaultdict(Span)
        for operation in history.of("delete"):
            if operation.end is None or operation.is_acknowledged:
                message = operation.arguments["message"]
                own[message] = own[message].overlay(Span(operation.begin, end_of(operation)))
        for post in self.posts.values():
            for user in (post.sender, post.receiver):
                if operation := self.deleted_users.get(user):
                    own[post.id] = own[post.id].overlay(Span(operation.begin, end_of(operation)))
        self.gone = {}
        for posts in self.in_talk.values():
            for post in posts:  # parents come before their replies
                above = self.gone.get(post.parent, Span())
                self.gone[post.id] = own[post.id].overlay(above)

    def lives(self, post):
        """In the end, for certain."""
        return self.gone[post.id].begin == NEVER

    def is_gone(self, post):
        return self.gone[post.id].end < NEVER

    # --- what was read ----------------------------------------------------------------------

    def _find_reads(self, history):
        self.reads = collections.defaultdict(Span)  # (message, user)
        for operation in history.of("open", "mark"):
            if operation.end is None or operation.is_acknowledged:
                chosen = operation.arguments.get("messages") or [operation.arguments["message"]]
                for message in chosen:
                    self._read(message, operation, end_of(operation))
        for operation in history.of("mark_all"):
            if operation.end is None or operation.is_acknowledged:
                self._read_all(operation)
        self.dismissals = collections.defaultdict(Span)  # the workload's people take part in one talk
        for operation in history.of("dismiss_all"):
            if operation.end is None or operation.is_acknowledged:
                self._read_all(operation, self.dismissals)

    def _read(self, message, operation, end, kept=None):
        kept, key = self.reads if kept is None else kept, (message, operation.user)
        kept[key] = kept[key].overlay(Span(operation.begin, end))

    def _read_all(self, operation, kept=None):
        """Certainly what was there before it began; perhaps what came meanwhile."""
        for post in self.in_talk[operation.talk]:
            if post.begin < end_of(operation):
                self._read(post.id, operation, end_of(operation) if post.end < operation.begin else NEVER, kept)

    def is_recipient(self, post, user):
        """To whom the message is unread until he has read it, in the end."""
        is_deleted = user in self.deleted_users
        return user in post.recipients and not is_deleted and self.left_after(post.talk, user, post.begin) == NEVER

    # --- texts ------------------------------------------------------------------------------

    def versions(self, post):
        """Texts of a message in their order, with whoever wrote them: edits of one message do not overlap."""
        writes = [Span(post.begin, post.end)] + [Span(e.begin, end_of(e)) for e in self.edits[post.id]]
        return list(zip([post.text] + [e.arguments["text"] for e in self.edits[post.id]], writes, strict=True))

    def edits_are_known(self, post):
        return all(e.end is not None for e in self.edits[post.id])

    def in_talk_from(self, talk, seq):
        """The talk's messages from that place on."""
        posts = self.in_talk[talk]
        return posts[bisect.bisect_left(posts, seq, key=lambda p: p.seq):]


def read_post(operation):
    answer, arguments = operation.answer, operation.arguments
    receiver = answer["receiver"] and answer["receiver"]["user_id"]
    return Post(answer["id"], operation.talk, answer["seq"], arguments["text"], operation.user, arguments["parent"],
                receiver, frozenset(arguments["recipients"]), operation.begin, operation.end)

