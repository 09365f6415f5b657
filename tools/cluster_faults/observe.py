"""What the nodes and the database show in the end."""

import collections
import concurrent.futures
import itertools
import threading

from .caller import Caller
from .checks.messages import Listing
from .checks.unread import recount
from .followers import Reader

AT_ONCE = 8
HISTORIES = 150
USER_COLUMNS = ("user_id", "sender_id", "receiver_id", "owner_id", "edited_by", "audience_id", "subject_id", "actor_id")


class Observer:
    """Asks every node the same, as everybody who takes part."""

    def __init__(self, history, nodes, talks):
        self.history, self.nodes, self.talks = history, nodes, talks
        self.seeds = itertools.count(10**6)

    def each(self, ask, items=None):
        """ask(node number and name, reader, talk), for every node, talk and member."""
        chosen = items or [(node, talk, person) for node in self.nodes for talk in self.talks for person in talk.members]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE, initializer=self._equip) as pool:
            return [given for answer in pool.map(lambda item: self._asked(ask, item), chosen) for given in answer]

    def _asked(self, ask, item):
        """The answer, in a list; none, and a finding, if somebody who takes part is not shown what he asks for."""
        node, talk, person = item
        try:
            return [ask(node, self._reader(item), talk)]
        except AssertionError as error:
            self.history.surprise(f"C9 {person.user_id} in {talk.id} at node{node.number}: {error}")
            return []

    def _equip(self):
        threading.current_thread().caller = Caller(self.history, self.nodes, next(self.seeds))

    def _reader(self, item):
        return Reader(item[2], threading.current_thread().caller, item[0])

    def listings(self):
        return self.each(lambda node, reader, talk: Listing(
            node.number, reader.user_id, talk.id, [briefly(m) for m in reader.listed(talk.id)]))

    def unread(self):
        shown = collections.defaultdict(dict)
        path = "/api/messages/unread/?page_size=100&conversation="
        found = self.each(lambda node, reader, talk: (node, reader, talk, reader.walk(path + talk.id)))
        for node, reader, talk, messages in found:
            shown[f"node{node.number}", reader.user_id][talk.id] = [m["message_id"] for m in messages]
        return shown

    def unread_counts(self):
        """What the list of conversations says: {(node, user): {talk: count}}."""
        found = self.each(lambda node, reader, talk: (node, reader, reader.walk("/api/conversations/?page_size=100")))
        return {(f"node{node.number}", reader.user_id): {c["conversation_id"]: c["unread_count"] for c in conversations}
                for node, reader, conversations in found}

    def notifications(self):
        found = self.each(lambda node, reader, talk: (node, reader, reader.notifications()))
        return {(f"node{node.number}", reader.user_id): its for node, reader, its in found}

    def histories(self, model):
        """Of some messages that were edited, early and late, through every node."""
        edited = [m for m, edits in model.edits.items() if m in model.posts and model.lives(model.posts[m])]
        edited = edited[::max(1, len(edited) // HISTORIES)]
        talks = {t.id: t for t in self.talks}
        items = [(node, message, talks[model.posts[message].talk].owner) for node in self.nodes for message in edited]
        found = self.each(lambda node, reader, message: (node, message, reader.walk(
            f"/api/messages/{message}/history/?page_size=100")), items)
        return {(f"node{node.number}", message): [e["content"] for e in entries] for node, message, entries in found}


def briefly(message):
    return {"id": message["message_id"], "seq": message["seq"], "text": message["content"], "read": message["read"]}


# --- the database -------------------------------------------------------------------------


def message_rows(queries):
    return queries.rows("SELECT c.uuid AS talk, m.seq, m.id, u.uuid AS sender, m.content AS text FROM messages m"
                        " JOIN conversations c ON c.id = m.conversation_id JOIN users u ON u.id = m.sender_id")


def last_seqs(queries):
    return {r["uuid"]: r["last_seq"] for r in queries.rows("SELECT uuid, last_seq FROM conversations")}


def unread_rows(queries, messages, talks):
    members = queries.rows("SELECT c.uuid AS talk, u.uuid AS \"user\", m.joined_after, m.has_left,"
                           " encode(m.read_set, 'hex') AS read_set FROM members m"
                           " JOIN conversations c ON c.id = m.conversation_id JOIN users u ON u.id = m.user_id")
    known = {t.id for t in talks}
    unread = recount(members, messages)
    return {("SQL", user): {talk: ids for talk, ids in its.items() if talk in known} for user, its in unread.items()}


def revision_rows(queries, model):
    """{("SQL", message): previous texts, in no certain order} of all messages that were edited."""
    found = {("SQL", m): [] for m in model.edits if m in model.posts}
    for row in queries.rows("SELECT message_id, content FROM revisions"):
        found.setdefault(("SQL", row["message_id"]), []).append(row["content"])
    return {key: texts for key, texts in found.items() if key[1] in model.posts}


def user_ids(queries):
    """{(table, column): numbers} of all columns that name users."""
    names = ", ".join(f"'{c}'" for c in USER_COLUMNS)
    columns = queries.rows("SELECT table_name AS t, column_name AS c FROM information_schema.columns"
                           f" WHERE table_schema = 'public' AND (column_name IN ({names})"
                           " OR table_name = 'users' AND column_name = 'id')")
    found = {}
    for row in columns:
        values = queries.rows(f'SELECT DISTINCT "{row["c"]}" AS v FROM "{row["t"]}" WHERE "{row["c"]}" IS NOT NULL')
        found[row["t"], row["c"]] = {v["v"] for v in values}
    return found
