"""The form of live events (contract §11), strictly: what the schema says of resources, and the rest here."""

PATH = "/api/events/"
STREAM = {"Accept": "text/event-stream"}
PERSON = {"$ref": "#/components/schemas/Person"}
MESSAGE = {"$ref": "#/components/schemas/Message"}
NOTIFICATION = {"$ref": "#/components/schemas/Notification"}
CONVERSATION = {"$ref": "#/components/schemas/Conversation"}
UUID = {"type": "string", "format": "uuid"}
RANGES = {"type": "array", "items": {"type": "array", "items": {"type": "integer", "minimum": 1}}}
EPHEMERAL = ("presence", "typing")


def exactly(optional=(), **properties):
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def or_null(schema):
    return {"oneOf": [schema, {"type": "null"}]}


DATA = {
    "message.created": MESSAGE,
    "message.updated": MESSAGE,
    "message.deleted": exactly(message_id=UUID, conversation=UUID, seq={"type": "integer", "minimum": 1}),
    "message.read": exactly(
        reader=PERSON, seqs=RANGES, read=RANGES, unread_count={"type": "integer", "minimum": 0}, optional=("unread_count",)
    ),
    "notification.created": NOTIFICATION,
    "notification.updated": exactly(is_read={"type": "boolean"}, seqs=RANGES, notification=or_null(NOTIFICATION)),
    "conversation.created": CONVERSATION,
    "conversation.updated": CONVERSATION,
    "conversation.deleted": exactly(conversation_id=UUID, id={"type": "integer"}),
    "participant.added": exactly(user=PERSON, conversation=CONVERSATION),
    "participant.removed": exactly(user=PERSON, conversation=or_null(CONVERSATION)),
    "presence": exactly(
        user=PERSON, is_online={"type": "boolean"}, last_seen={"type": ["string", "null"], "format": "date-time"}
    ),
    "typing": exactly(user=PERSON),
    "reset": exactly(),
}
WITHOUT_CONVERSATION = ("presence", "reset")


def stream_head(client, path=PATH, **headers):
    """The status and headers of a stream, which is then closed."""
    answer = client.session.get(
        client.server.url + path, stream=True, timeout=60, allow_redirects=False,
        headers={**STREAM, "Authorization": f"Bearer {client.token}", **headers},
    )
    answer.close()
    return answer


def check_event(document, event):
    kind = event["type"]
    assert kind in DATA, event
    is_kept = kind not in EPHEMERAL
    envelope = exactly(
        id={"type": "string" if is_kept else "null"}, type={"type": "string"},
        at={"type": "string", "format": "date-time"},
        conversation={"type": "null"} if kind in WITHOUT_CONVERSATION else UUID, data=DATA[kind],
    )
    document.validate(event, envelope, kind)
    for name in ("seqs", "read"):
        ranges = event["data"].get(name) if kind in ("message.read", "notification.updated") else None
        if ranges:
            flat = [seq for pair in ranges for seq in pair]
            assert all(len(pair) == 2 for pair in ranges) and flat == sorted(flat), f"{kind}: {name} {ranges}"


def check_frames(document, frames):
    """Every frame of a follower: its lines agree with its data, and no id comes twice with another event."""
    known = {}
    for frame in frames:
        if frame.data is None:
            continue
        event = frame.json
        check_event(document, event)
        assert frame.event == event["type"] and frame.id == event["id"]
        if event["id"] is not None:
            subject = (event["type"], event["conversation"])
            assert known.setdefault(event["id"], subject) == subject, f"{event['id']} twice: {known[event['id']]}, {subject}"


def pages(user, cursor, size=100):
    """All events after the cursor, page by page."""
    found, more = [], True
    while more:
        page = user.get(f"/api/events/?after={cursor}&page_size={size}").expect(200)
        assert page["count"] == len(page["results"]) <= size and page["previous"] is None
        found += page["results"]
        cursor, more = page["cursor"], page["next"]
    return found


def told(follower, user):
    """What the user's stream has brought since the event that was taken last, and will not bring any more: a new
    conversation of his marks the end."""
    marker = user.converse(user.server.user("witness"))
    events = follower.take_until("conversation.created", lambda e: e["conversation"] == marker)
    return [e for e in events[:-1] if e["type"] not in EPHEMERAL]


def kept_ids(follower):
    """The ids of what the follower has got, in order."""
    return [f.id for f in follower.frames if f.data is not None and f.id is not None]


def newest(user):
    """The cursor at the end of the log."""
    return user.get("/api/events/").expect(200)["cursor"]
