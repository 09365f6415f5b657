"""Accounts of the workload."""

import dataclasses
import secrets

from .caller import start

PASSWORD = "S3cure-pass-phrase"


@dataclasses.dataclass(frozen=True)
class Person:
    id: int
    user_id: str
    username: str
    token: str


def register(caller, stem):
    """A new account, logged in; None if there was no answer."""
    name = f"{stem}{secrets.token_hex(5)}"
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    operation = start("register", name)
    answer = caller.perform(operation, "POST", "/api/users/", body=body)
    # Nobody's keys are remembered: a repetition may find the account that the first attempt has made.
    if not answer or answer.status != 201 and len(operation.nodes) == 1:
        return surprised(caller, operation, answer)
    operation.status = 201
    return log_in(caller, name)


def log_in(caller, name):
    operation = start("login", name)
    answer = caller.perform(operation, "POST", "/api/token/", body={"username": name, "password": PASSWORD})
    if not answer or answer.status != 200:
        return surprised(caller, operation, answer)
    token = answer.json["access"]
    operation = start("me", name)
    answer = caller.perform(operation, "GET", "/api/users/me/", token)
    if not answer or answer.status != 200:
        return surprised(caller, operation, answer)
    return Person(answer.json["id"], answer.json["user_id"], name, token)


def surprised(caller, operation, answer):
    if answer:
        caller.history.surprise(f"{operation.kind} by {operation.user}: {answer.status} {answer.body[:200]!r}")
