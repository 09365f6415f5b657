"""C4 what is unread; C5 who is notified: the API, the database and the model agree."""

import collections

from .seq_set import parse


def unread_by_model(model, talk, user):
    """Message ids that must be unread to the user, and those that may be."""
    must, may = set(), set()
    for post in model.in_talk[talk]:
        if model.is_gone(post) or not model.is_recipient(post, user):
            continue
        read = model.reads[post.id, user]
        if read.end < float("inf"):
            continue
        may.add(post.id)
        if read.begin == float("inf") and model.lives(post):
            must.add(post.id)
    return must, may


def c4_unread(model, shown):
    """`shown`: {(node, user): {talk: ids of unread messages}}; node "SQL" for the database's own count."""
    found = []
    for (node, user), talks in shown.items():
        for talk, ids in talks.items():
            must, may = unread_by_model(model, talk, user)
            if len(ids) != len(set(ids)):
                found.append(f"C4 {node}, {user} in {talk}: a message is unread twice")
            if missing := must - set(ids):
                found.append(f"C4 {node}, {user} in {talk}: not unread: {sorted(missing)[:5]}")
            if more := known_of(model, talk, ids) - may:
                found.append(f"C4 {node}, {user} in {talk}: unread though read, deleted or never his: {sorted(more)[:5]}")
    return found + c4_agree(shown)


def known_of(model, talk, ids):
    """Without those that nobody was told of, if somebody was not told."""
    return {i for i in ids if i in model.posts} if model.unanswered[talk] else set(ids)


def c4_agree(shown):
    """Where the model leaves a choice, all still say the same."""
    found, first = [], {}
    for (node, user), talks in shown.items():
        for talk, ids in talks.items():
            other, known = first.setdefault((user, talk), (node, set(ids)))
            if known != set(ids):
                found.append(f"C4 {user} in {talk}: {other} and {node} differ in {sorted(known ^ set(ids))[:5]}")
    return found


def recount(members, messages):
    """Unread messages from the database's rows. Members: talk, user, joined_after, has_left, read_set (hex).
    Messages: talk, seq, id, sender."""
    by_talk = collections.defaultdict(list)
    for message in messages:
        by_talk[message["talk"]].append(message)
    unread = collections.defaultdict(dict)
    for member in members:
        if member["has_left"]:
            continue
        read = parse(bytes.fromhex(member["read_set"]))
        unread[member["user"]][member["talk"]] = [
            m["id"] for m in by_talk[member["talk"]]
            if m["seq"] > member["joined_after"] and m["sender"] != member["user"] and m["seq"] not in read
        ]
    return unread


def c5_read(model, shown):
    """A notification is read once it was dismissed or its message was read. `shown`: {(node, user): {message: is read}}."""
    found = []
    for (node, user), notifications in shown.items():
        for message, is_read in notifications.items():
            post = model.posts.get(message)
            if not post or not model.is_recipient(post, user):
                continue
            read = model.reads[message, user].overlay(model.dismissals[message, user])
            if is_read and read.begin == float("inf"):
                found.append(f"C5 {node}, {user}: the notification of {post.text} is read, though nobody read it")
            elif not is_read and read.end < float("inf"):
                found.append(f"C5 {node}, {user}: the notification of {post.text} is not read")
    return found


def c5_notifications(model, shown, users_of):
    """Exactly one per message and recipient. `shown`: {(node, user): message ids, one per notification};
    `users_of`: {user: his talks}."""
    found = []
    for (node, user), messages in shown.items():
        counts = collections.Counter(messages)
        doubled = [m for m, count in counts.items() if count > 1]
        if doubled:
            found.append(f"C5 {node}, {user}: notified twice of {doubled[:5]}")
        posts = [p for talk in users_of[user] for p in model.in_talk[talk] if model.is_recipient(p, user)]
        missing = [p.text for p in posts if model.lives(p) and p.id not in counts]
        if missing:
            found.append(f"C5 {node}, {user}: never notified of {missing[:5]}")
        possible = {p.id for p in posts if not model.is_gone(p)}
        if more := set().union(*(known_of(model, talk, counts) for talk in users_of[user])) - possible:
            found.append(f"C5 {node}, {user}: notified of what is gone or not for him: {sorted(more)[:5]}")
    return found
