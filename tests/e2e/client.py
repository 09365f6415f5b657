"""What speaks to a server as a program would: requests, and people who are logged in."""

import json
import re

import requests

PASSWORD = "S3cure-pass-phrase"
MISSING_UUID = "550e8400-e29b-41d4-a716-446655440000"
NOT_FOUND = "Not found."
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
UUID7 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")


def messages_path(conversation):
    return f"/api/conversations/{conversation}/messages/"


class Answer:
    """A response; `expect` checks the status and hands out the decoded body."""

    def __init__(self, response):
        self.raw = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text

    @property
    def json(self):
        return json.loads(self.raw.content.decode("utf-8"))

    def expect(self, *statuses):
        request = self.raw.request
        assert self.status in statuses, (
            f"{request.method} {request.path_url} {request.body!r}: expected {statuses}, "
            f"got {self.status} {self.text[:600]}"
        )
        return self.json if self.raw.content and "json" in self.headers.get("Content-Type", "") else None

    def problem(self, status, detail=None, code=None):
        body = self.expect(status)
        assert isinstance(body, dict) and "detail" in body, body
        assert isinstance(body.get("code"), str) and body["code"], f"no code in {body}"
        if detail is not None:
            assert body["detail"] == detail
        if code is not None:
            assert body["code"] == code
        return body

    def invalid(self, field, text=None):
        """A validation error (400) that names `field`, with `text` among its messages."""
        body = self.expect(400)
        assert field in body, f"{field} not in {body}"
        if text is not None:
            assert text in body[field], body
        return body


class Client:
    """One connection's worth of requests, with or without a bearer token."""

    def __init__(self, server, token=None):
        self.server = server
        self.token = token
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Encoding"] = "identity"

    def request(self, method, path, json_body=None, headers=None, token=..., **more):
        headers = dict(headers or {})
        bearer = self.token if token is ... else token
        if bearer is not None:
            headers.setdefault("Authorization", f"Bearer {bearer}")
        if json_body is not None:
            headers.setdefault("Content-Type", "application/json")
            more["data"] = json.dumps(json_body).encode()
        url = path if path.startswith("http") else self.server.url + path
        more.setdefault("allow_redirects", False)
        more.setdefault("timeout", 90)
        return Answer(self.session.request(method, url, headers=headers, **more))

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def head(self, path, **more):
        return self.request("HEAD", path, **more)

    def options(self, path, **more):
        return self.request("OPTIONS", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, json_body={} if body is None else body, **more)

    def put(self, path, body=None, **more):
        return self.request("PUT", path, json_body={} if body is None else body, **more)

    def patch(self, path, body=None, **more):
        return self.request("PATCH", path, json_body={} if body is None else body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def send_raw(self, method, path, data, content_type="application/json", **more):
        """A body sent as it is, whatever is in it."""
        headers = {"Content-Type": content_type, **more.pop("headers", {})}
        return self.request(method, path, data=data, headers=headers, **more)

    def walk(self, path, key="results"):
        """All items of a list, following `next`; the count has to agree."""
        items, count = [], None
        while path:
            page = self.get(path).expect(200)
            items += page[key]
            count, path = page.get("count"), page["next"]
        if count is not None:
            assert count == len(items)
        return items


class User(Client):
    """A registered account that is logged in, with shorthands for what tests do all the time."""

    def __init__(self, server, account, password=PASSWORD):
        super().__init__(server)
        self.password = password
        self.id, self.user_id = account["id"], account["user_id"]
        self.username, self.email = account["username"], account["email"]
        self.login()

    def login(self):
        tokens = self.post(
            "/api/token/", {"username": self.username, "password": self.password}, token=None
        ).expect(200)
        self.token, self.refresh = tokens["access"], tokens["refresh"]
        return tokens

    @property
    def short(self):
        return {"id": self.id, "user_id": self.user_id, "username": self.username}

    def converse(self, *others, **fields):
        body = {"participant_ids": [o.user_id for o in others], **fields}
        return self.post("/api/conversations/", body).expect(201)["conversation_id"]

    def send(self, conversation, content="Hello", **fields):
        path = f"/api/conversations/{conversation}/messages/"
        return self.post(path, {"content": content, **fields}).expect(201)

    def reply(self, parent, content="A reply", **fields):
        return self.send(parent["conversation"], content, parent_message=parent["message_id"], **fields)

    def listed(self, conversation, query="all=true&page_size=100"):
        return self.walk(f"/api/conversations/{conversation}/messages/?{query}")

    def seen(self, message):
        """The message as lists show it to this user: without reading it."""
        found = [m for m in self.listed(message["conversation"]) if m["message_id"] == message["message_id"]]
        assert found, f"{message['message_id']} is not listed"
        return found[0]

    def unread(self, query="page_size=100"):
        return self.walk(f"/api/messages/unread/?{query}")

    def unread_count(self, conversation):
        return self.get(f"/api/conversations/{conversation}/").expect(200)["unread_count"]

    def notifications(self, query="page_size=100"):
        return self.walk(f"/api/notifications/?{query}")
