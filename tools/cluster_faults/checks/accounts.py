"""C6 nothing is left of a deleted account; C11 who was removed is shown nothing more."""

import re

TOKEN = re.compile(r"talk\d+text\d+")


def c6_nothing_left(model, when, text, ids):
    """`text`: the database's whole content; `ids`: {(table, column): all numbers in it} for columns that name users."""
    found, tokens = [], set(TOKEN.findall(text))
    for user, operation in model.deleted_users.items():
        if operation.end is None:
            continue
        name = operation.arguments["name"]
        left = [word for word in (user, name) if word in text]
        left += [f"{table}.{column}" for (table, column), its in ids.items() if operation.arguments["key"] in its]
        left += sorted(texts_of(model, user) & tokens)
        if left:
            found.append(f"C6 {when}: of the deleted account {name} is left: {', '.join(left)}")
    return found


def texts_of(model, user):
    return {text for text, operation in model.texts.items() if operation.user == user}


def c6_strangers(statuses):
    """`statuses`: {(node, user): status of a request with the deleted account's token}, some seconds later."""
    return [f"C6 node{node}: the token of the deleted {user} gives {status}"
            for (node, user), status in statuses.items() if status != 401]


def c11_peeks(model, history):
    found = []
    for operation in history.of("peek"):
        is_shown = operation.status == 200 and operation.answer["is_shown"]
        if is_shown and is_out(model, operation):
            found.append(f"C11 {operation.arguments['path']} showed something of {operation.talk} to {operation.user},"
                         f" who had left, through node{operation.nodes[-1]} at {operation.last_begin:.3f}")
    return found


def is_out(model, operation):
    """All the while."""
    turns = model.turns[operation.talk, operation.user]
    before = [t for t in turns if t.end is not None and t.end < operation.last_begin]
    overlapping = [t for t in turns if t not in before and t.begin < operation.end]
    return bool(before) and before[-1].kind == "remove" and before[-1].is_acknowledged and not overlapping


def c11_streams(events_of):
    """`events_of`: {user: his stream's events in order}. After he was removed, nothing of that talk comes.

    A reset may stand for his return."""
    found = []
    for user, events in events_of.items():
        out = set()
        for event in events:
            talk, kind = event["conversation"], event["type"]
            if kind == "reset":
                out.clear()
                continue
            is_turn = kind.startswith("participant.") and event["data"]["user"]["user_id"] == user
            if is_turn:
                (out.add if kind == "participant.removed" else out.discard)(talk)
            elif kind == "conversation.created":
                out.discard(talk)
            elif talk in out:
                found.append(f"C11 the stream of {user} told of {kind} in {talk}, which he had left")
    return found
