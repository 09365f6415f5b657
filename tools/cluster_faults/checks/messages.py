"""C1 nothing acknowledged is missing; C2 nothing twice or invented; C3 one order without gaps."""

import collections
import dataclasses


@dataclasses.dataclass
class Listing:
    """All messages of a talk, as one reader saw them through one node in the end; the newest first."""

    node: int
    reader: str
    talk: str
    messages: list  # of {"id", "seq", "text", "read"}

    def __str__(self):
        return f"node{self.node}, talk {self.talk}, reader {self.reader}"


def c1_nothing_lost(model, listings):
    found = []
    for listing in listings:
        shown = {m["id"] for m in listing.messages}
        lost = [p for p in model.in_talk[listing.talk] if model.lives(p) and p.id not in shown]
        found += [f"C1 {listing}: {p.text} ({p.id}, place {p.seq}) was acknowledged and is missing" for p in lost]
    return found


def c1_answers(model, history):
    """Who is told "not found" of a message asks in vain only after somebody has begun to delete it."""
    found = []
    for operation in history.operations:
        message = operation.arguments.get("message") or operation.arguments.get("parent")
        post = model.posts.get(message)
        is_refused = operation.status in (404, 400) and operation.kind in ("post", "edit", "open", "delete")
        if post and is_refused and operation.end < model.gone[post.id].begin:
            found.append(f"C1 {operation.kind} of {post.text} in {post.talk}: {operation.status} though it was not deleted")
    return found


def c2_nothing_doubled(model, listings):
    found = []
    for listing in listings:
        found += [f"C2 {listing}: {text}" for text in oddities(model, listing.messages)]
    return found


def c2_rows(model, rows):
    """The same of the database's rows: dictionaries with id, text, talk and seq."""
    by_talk = collections.defaultdict(list)
    for row in rows:
        by_talk[row["talk"]].append(row)
    return [f"C2 database, talk {talk}: {text}" for talk, its in by_talk.items() for text in oddities(model, its)]


def oddities(model, messages):
    found = []
    for name in ("id", "text"):
        counts = collections.Counter(m[name] for m in messages)
        found += [f"{value} is there {count} times" for value, count in counts.items() if count > 1]
    for message in messages:
        post = model.posts.get(message["id"])
        if message["text"] not in model.texts:
            found.append(f"nobody ever sent {message['text']!r}")
        elif post is None and model.texts[message["text"]].end is not None:
            found.append(f"{message['text']} is there under {message['id']}, which was never acknowledged")
        elif post and model.is_gone(post):
            found.append(f"{message['text']} was deleted")
    return found


def c3_order(model, listings):
    """Everybody sees the same places, growing; and they are those that were acknowledged."""
    found, known = [], {}
    for post in model.posts.values():
        known[post.talk, post.seq] = post.id
    for listing in listings:
        seqs = [m["seq"] for m in listing.messages]
        if seqs != sorted(set(seqs), reverse=True):
            found.append(f"C3 {listing}: places out of order or doubled: {seqs[:30]}")
        for message in listing.messages:
            first = known.setdefault((listing.talk, message["seq"]), message["id"])
            if first != message["id"]:
                found.append(f"C3 {listing}: place {message['seq']} is {message['id']}, elsewhere {first}")
    return found


def c3_places(model, last_seqs):
    """Places were given out as 1, 2, 3 …, each once, in the order in which posts were acknowledged."""
    found = []
    for talk, posts in model.in_talk.items():
        seqs, unanswered = [p.seq for p in posts], model.unanswered[talk]
        doubled = sorted(s for s, count in collections.Counter(seqs).items() if count > 1)
        gaps = sorted(set(range(1, seqs[-1] + 1)) - set(seqs))
        if doubled or len(gaps) > unanswered:
            found.append(f"C3 talk {talk}: places given out with gaps or twice: {gaps[:9]}, {doubled[:9]}")
        if talk in last_seqs and not len(seqs) <= last_seqs[talk] <= len(seqs) + unanswered:
            found.append(f"C3 talk {talk}: the database counts {last_seqs[talk]} places, {len(seqs)} were acknowledged")
        found += overtaken(talk, posts)
    return found


def overtaken(talk, posts):
    """Posts (by place) that began after a later place had been acknowledged."""
    found, earliest_end = [], float("inf")
    for post in reversed(posts):
        if earliest_end < post.begin:
            found.append(f"C3 talk {talk}: {post.text} has place {post.seq}, before one acknowledged earlier")
        earliest_end = min(earliest_end, post.end)
    return found
