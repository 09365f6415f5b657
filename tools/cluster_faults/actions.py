"""What people do in a talk. Each records its operation, with as much of the answer as the checks look at."""

from .caller import start
from .people import register

PAGE = 40
GONE = (404, 400)  # what it was about had been deleted by somebody else


class Actions:
    """Of one worker."""

    def __init__(self, talk, caller):
        self.talk, self.caller, self.random = talk, caller, caller.random
        self.conversation = f"/api/conversations/{talk.id}/"

    def do(self, operation, method, path, person, body=None, expected=(200,), node=None):
        """The answer if it was one of those expected."""
        answer = self.caller.perform(operation, method, path, person.token, body, node)
        if answer is None:
            return None
        if answer.status not in expected:
            text = f"{operation.kind} in {self.talk.id}: {answer.status} {answer.body[:200]!r} for {operation.arguments}"
            self.caller.history.surprise(text)
        elif answer.status < 400:
            self.talk.checked_at = max(self.talk.checked_at, operation.begin)
        return answer

    def start(self, kind, person, **arguments):
        return start(kind, person.user_id, self.talk.id, **arguments)

    def member(self):
        return self.random.choice(self.talk.members)

    # --- messages ---------------------------------------------------------------------------

    def post(self, node=None):
        return self._post(self.member(), None, node)

    def reply(self, node=None):
        parents = self.talk.some(self.random)
        return self._post(self.member(), parents[0][0] if parents else None, node)

    def _post(self, person, parent, node=None):
        text = self.talk.next_text()
        recipients = [m.user_id for m in self.talk.members if m is not person]
        operation = self.start("post", person, text=text, parent=parent, recipients=recipients)
        body = {"content": text, **({"parent_message": parent} if parent else {})}
        expected = (201, *GONE) if parent else (201,)
        answer = self.do(operation, "POST", self.conversation + "messages/", person, body, expected, node)
        if answer and answer.status == 201:
            shown = answer.json
            operation.answer = {"id": shown["message_id"], "seq": shown["seq"], "receiver": shown["receiver"],
                                "text": shown["content"]}
            self.talk.posted(shown["message_id"], person)
        return answer

    def edit(self, node=None):
        with self.talk.keep(self.random) as chosen:
            if chosen and chosen[1] in self.talk.members:
                text = self.talk.next_text()
                operation = self.start("edit", chosen[1], message=chosen[0], text=text)
                path = f"/api/messages/{chosen[0]}/"
                return self.do(operation, "PATCH", path, chosen[1], {"content": text}, (200, *GONE), node)

    def delete(self, node=None):
        with self.talk.keep(self.random) as chosen:
            if chosen and chosen[1] in self.talk.members:
                operation = self.start("delete", chosen[1], message=chosen[0])
                answer = self.do(operation, "DELETE", f"/api/messages/{chosen[0]}/", chosen[1], None, (204, 404), node)
                if answer and answer.status == 404 and len(operation.nodes) > 1:
                    operation.status = 204  # by the attempt that was not answered, or by somebody else: it is gone
                self.talk.forget(chosen[0])
                return answer

    # --- reading ----------------------------------------------------------------------------

    def listed(self, node=None):
        person = self.member()
        operation = self.start("list", person)
        answer = self.do(operation, "GET", f"{self.conversation}messages/?all=true&page_size={PAGE}", person, node=node)
        self._keep_page(operation, answer)
        return answer

    def _keep_page(self, operation, answer):
        if answer and answer.status == 200:
            shown = answer.json
            operation.answer = [brief(m) for m in shown["results"]]
            operation.arguments["has_more"] = shown["next"] is not None

    def opened(self, node=None):
        for message, _ in self.talk.some(self.random):
            person = self.member()
            operation = self.start("open", person, message=message)
            answer = self.do(operation, "GET", f"/api/messages/{message}/", person, None, (200, 404), node)
            if answer and answer.status == 200:
                operation.answer = brief(answer.json)
            return answer

    def mark(self, node=None):
        chosen = [m for m, _ in self.talk.some(self.random, 5)]
        if chosen:
            person = self.member()
            operation = self.start("mark", person, messages=chosen)
            return self.do(operation, "PATCH", "/api/messages/unread/", person, {"message_ids": chosen}, node=node)

    def mark_all(self, node=None):
        person = self.member()
        operation = self.start("mark_all", person)
        path, body = "/api/messages/mark_conversation_as_read/", {"conversation_id": self.talk.id}
        return self.do(operation, "POST", path, person, body, node=node)

    def unread(self, node=None):
        person = self.member()
        operation = self.start("unread", person)
        path = f"/api/messages/unread/?conversation={self.talk.id}&page_size={PAGE}"
        answer = self.do(operation, "GET", path, person, node=node)
        self._keep_page(operation, answer)
        return answer

    def notifications(self, node=None):
        person = self.member()
        operation = self.start("notifications", person)
        answer = self.do(operation, "GET", "/api/notifications/?page_size=20", person, node=node)
        if answer and answer.status == 200:
            operation.answer = [n["message"] for n in answer.json["results"]]
        return answer

    def dismiss_all(self, node=None):
        person = self.member()
        path = "/api/notifications/mark_all_as_read/"
        return self.do(self.start("dismiss_all", person), "POST", path, person, {}, node=node)

    def events(self, node=None):
        return self.do(self.start("events", person := self.member()), "GET", "/api/events/", person, node=node)

    # --- another conversation, of a short life ----------------------------------------------

    def side_talk(self, node=None):
        """Opened, used and deleted; all that others do not know of it is checked here."""
        person, text = self.talk.owner, self.talk.next_text()
        body = {"participant_ids": [self.random.choice(self.talk.people[1:]).user_id]}
        opened = self._aside("open", 201, "POST", "/api/conversations/", body, node)
        if not opened or opened.status != 201:
            return None
        path = f"/api/conversations/{opened.json['conversation_id']}/"
        self._aside("post", 201, "POST", path + "messages/", {"content": text}, node)
        listed = self._aside("list", 200, "GET", path + "messages/", None, node)
        if listed and [m["content"] for m in listed.json["results"]] != [text]:
            self.caller.history.surprise(f"C9 {path} shows {listed.body[:300]!r} to {person.user_id}, not {text}")
        return self._drop(path, node) and self._aside("peek", 404, "GET", path, None, node)

    def _aside(self, what, status, method, path, body, node):
        operation = start(f"side_{what}", self.talk.owner.user_id)
        answer = self.caller.perform(operation, method, path, self.talk.owner.token, body, node)
        if answer and answer.status != status:
            self.caller.history.surprise(f"C1 {method} {path}: {answer.status} {answer.body[:200]!r}, not {status}")
        return answer

    def _drop(self, path, node):
        operation = start("side_drop", self.talk.owner.user_id)
        answer = self.caller.perform(operation, "DELETE", path, self.talk.owner.token, None, node)
        # A repetition may find that the first attempt has done it.
        if answer and answer.status not in ((204, 404) if len(operation.nodes) > 1 else (204,)):
            self.caller.history.surprise(f"C1 DELETE {path}: {answer.status} {answer.body[:200]!r}")
        return answer

    # --- who takes part: alone --------------------------------------------------------------

    def come_and_go(self, node=None):
        """Removes somebody, or brings back who was removed."""
        away = [p for p in self.talk.people if p not in self.talk.members]
        if away:
            return self._add(self.random.choice(away), node)
        return self._remove(self.random.choice([m for m in self.talk.members if m is not self.talk.owner]), node)

    def _add(self, person, node=None):
        operation = self.start("add", self.talk.owner, member=person.user_id)
        path, body = self.conversation + "add_participant/", {"user_id": person.user_id}
        answer = self.do(operation, "POST", path, self.talk.owner, body, node=node)
        if answer and answer.status == 200:
            self.talk.members.append(person)
        return answer

    def _remove(self, person, node=None):
        operation = self.start("remove", self.talk.owner, member=person.user_id)
        path, body = self.conversation + "remove_participant/", {"user_id": person.user_id}
        answer = self.do(operation, "POST", path, self.talk.owner, body, node=node)
        if answer and answer.status == 200:
            self.talk.members.remove(person)
        return answer

    def peek(self, node=None):
        """Somebody who is not in the talk tries to see something of it."""
        away = [p for p in self.talk.people if p not in self.talk.members]
        if away:
            person, path = self.random.choice(away), self.random.choice(self._keyholes())
            operation = self.start("peek", person, path=path)
            answer = self.do(operation, "GET", path, person, None, (200, 404), node)
            if answer and answer.status == 200:
                operation.answer = {"is_shown": self.talk.id.encode() in answer.body}
            return answer

    def _keyholes(self):
        direct = [self.conversation, self.conversation + f"messages/?all=true&page_size={PAGE}"]
        lists = ["/api/conversations/", "/api/messages/unread/", "/api/notifications/", "/api/messages/"]
        return [*direct, *(f"/api/messages/{m}/" for m, _ in self.talk.some(self.random)), *lists]

    def live_and_die(self, node=None):
        """An account comes, takes part, and is deleted with all that is its."""
        person = register(self.caller, "mayfly")
        if not person or not self._add(person, node):
            return None
        for _ in range(2):
            self._post(person, None, node)
        operation = self.start("delete_account", person, name=person.username, key=person.id, token=person.token)
        answer = self.do(operation, "DELETE", "/api/user/delete/", person, None, (204, 401, 404), node)
        if answer and answer.status in (401, 404) and len(operation.nodes) > 1:
            operation.status = 204  # the attempt that was not answered has done it
        self.talk.members.remove(person)
        for message in [m for m, sender in self.talk.messages if sender is person]:
            self.talk.forget(message)
        return answer


def brief(message):
    return {"id": message["message_id"], "seq": message["seq"], "text": message["content"], "read": message["read"]}
