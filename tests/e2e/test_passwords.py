"""Contract §2: which passwords are taken, whoever sets them and wherever."""

import re

import pytest

from client import PASSWORD
from harness import unique, wait_until
from test_auth import NO_ACCOUNT

SHORT = "This password is too short. It must contain at least 8 characters."
COMMON = "This password is too common."
NUMERIC = "This password is entirely numeric."
LONG = "Ensure this field has no more than 128 characters."
BAD = {
    "short7!": SHORT, "": None, "1234567": SHORT, "пароль7": SHORT, "🐙" * 7: SHORT, "93847562910": NUMERIC,
    "٩٣٨٤٧٥٦٢٩١": NUMERIC, "password1": COMMON, "P@ssw0rd": COMMON, "qwertyuiop": COMMON,
    "Пароль12": COMMON, "x9-" * 43: LONG, "中文x" * 43: LONG, "nul\0in-the-middle": "Null characters are not allowed.",
    "nul-at-the-end\0": "Null characters are not allowed.",
}
GOOD = [
    "x7Qp-9z!", "пароль-довольно-длинный", "雨夜読書三昧静寂閑",
    "🐙🦊🐼🐸🦉🐝🐢🦀", "long-" + "q9" * 61 + "!", "  blanks count too  ", "72-bytes-" + "z8" * 32,
]


def by_registration(server, account, password):
    name = unique("weak")
    body = {"username": name, "email": f"{name}@example.com", "password": password}
    return server.client().post("/api/users/", body), "password"


def by_oneself(server, account, password):
    body = {"old_password": PASSWORD, "new_password": password}
    return account.post("/api/users/me/password/", body), "new_password"


def by_an_administrator(server, account, password):
    return server.admin().post(f"/api/admin/users/{account.id}/password/", {"new_password": password}), "new_password"


@pytest.mark.parametrize("way", [by_registration, by_oneself, by_an_administrator])
def test_bad_passwords_are_refused(server, alice, way):
    for password, text in BAD.items():
        answer, field = way(server, alice, password)
        answer.invalid(field, text)
    alice.login()


def test_so_they_are_for_the_first_administrator(make_server):
    server = make_server().start()
    pattern = r"/admin/setup/#token=([\w-]+)"
    token = wait_until(lambda: re.search(pattern, server.log()), 60).group(1)
    for password, text in BAD.items():
        body = {"token": token, "username": "first", "email": "first@example.com", "password": password}
        server.client().post("/api/admin/setup/", body).invalid("password", text)
    server.stop()
    for password in BAD:
        done = server.command("createsuperuser", "--username", "first", "--email", "first@example.com", stdin=f"{password}\n")
        assert done.returncode != 0, password
        assert not password or password not in done.stdout + done.stderr


@pytest.mark.parametrize("password", GOOD)
def test_good_passwords_count_to_the_last_character(server, anonymous, password):
    user = server.user(password=password)
    for wrong in (password[:-1], password[1:], password + "x", password.strip() if password != password.strip() else password + " ", password.swapcase()):
        if wrong != password:
            anonymous.post("/api/token/", {"username": user.username, "password": wrong}).problem(401, NO_ACCOUNT)


def test_a_password_like_the_name_is_refused(anonymous):
    name = unique("similar")
    body = {"username": name, "email": f"{name}@example.com", "password": f"{name}1"}
    anonymous.post("/api/users/", body).invalid("password")


def test_changing_the_password_needs_the_old_one_and_a_good_new_one(alice):
    path = "/api/users/me/password/"
    alice.post(path, {"old_password": "wrong", "new_password": "An0ther-pass-phrase"}).invalid("old_password")
    alice.post(path, {"old_password": PASSWORD, "new_password": "123"}).invalid("new_password")
    alice.post(path, {}).invalid("old_password", "This field is required.")
    alice.get("/api/users/me/").expect(200)
