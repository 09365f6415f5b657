"""Contract §2: tokens, sessions, passwords, and what ends them."""

import time

import pytest

from client import PASSWORD
from harness import unique, wait_until
from tokens import claims_of, forgeries, parts_of

NO_CREDENTIALS = "Authentication credentials were not provided."
BAD_TOKEN = "Given token not valid for any token type"
NO_ACCOUNT = "No active account found with the given credentials"
CHALLENGE = 'Bearer realm="api"'


def refused(client, token):
    return client.get("/api/users/me/", token=token).status == 401


# --- tokens ---------------------------------------------------------------------------------


def test_a_login_answers_an_access_and_a_refresh_token(alice):
    tokens = alice.login()
    assert set(tokens) == {"access", "refresh"}
    for kind, seconds in (("access", 3600), ("refresh", 86400)):
        assert parts_of(tokens[kind])[0]["alg"] == "HS256"
        body = claims_of(tokens[kind])
        assert body["token_type"] == kind
        assert body["exp"] - body["iat"] == seconds
        assert abs(body["iat"] - time.time()) < 60
        assert body["jti"] and body["user_id"] in (alice.id, alice.user_id)
    assert claims_of(tokens["access"])["jti"] != claims_of(tokens["refresh"])["jti"]


@pytest.mark.parametrize("field", ["username", "email"])
def test_the_login_name_may_be_the_username_or_the_address_in_either_field(anonymous, alice, field):
    for value in (alice.username, alice.email):
        anonymous.post("/api/token/", {field: value, "password": PASSWORD}).expect(200)


def test_a_form_serves_for_a_login(anonymous, alice):
    form = f"username={alice.username}&password={PASSWORD}"
    answer = anonymous.send_raw("POST", "/api/token/", form, "application/x-www-form-urlencoded")
    assert set(answer.expect(200)) == {"access", "refresh"}


def test_a_wrong_password_and_an_unknown_user_answer_alike(anonymous, alice):
    wrong = anonymous.post("/api/token/", {"username": alice.username, "password": "nope"})
    unknown = anonymous.post("/api/token/", {"username": unique("nobody"), "password": "nope"})
    for answer in (wrong, unknown):
        answer.problem(401, NO_ACCOUNT)
        assert answer.headers["WWW-Authenticate"] == CHALLENGE
    assert wrong.json == unknown.json


def test_a_login_names_the_missing_fields(anonymous):
    body = anonymous.post("/api/token/", {}).expect(400)
    assert body == {"username": ["This field is required."], "password": ["This field is required."]}


def test_a_refresh_rotates_both_tokens(anonymous, alice):
    fresh = anonymous.post("/api/token/refresh/", {"refresh": alice.refresh}).expect(200)
    assert set(fresh) == {"access", "refresh"}
    assert fresh["refresh"] != alice.refresh
    alice.get("/api/users/me/", token=fresh["access"]).expect(200)


def refreshed(client, token):
    return client.post("/api/token/refresh/", {"refresh": token}).expect(200)["refresh"]


def test_a_used_refresh_token_ends_its_whole_family(anonymous, alice):
    """Security S04 lets the newest rotation be repeated for ten seconds, for a reply that was lost: so rotate twice."""
    first = alice.refresh
    third = refreshed(anonymous, refreshed(anonymous, first))
    reused = anonymous.post("/api/token/refresh/", {"refresh": first})
    reused.problem(401, "Token is blacklisted", "token_not_valid")
    assert reused.headers["WWW-Authenticate"] == CHALLENGE
    anonymous.post("/api/token/refresh/", {"refresh": third}).problem(401, code="token_not_valid")


@pytest.mark.slow
def test_after_ten_seconds_a_repeated_refresh_is_a_reuse(anonymous, alice):
    first = alice.refresh
    second = refreshed(anonymous, first)
    time.sleep(10.5)
    anonymous.post("/api/token/refresh/", {"refresh": first}).problem(401, "Token is blacklisted", "token_not_valid")
    anonymous.post("/api/token/refresh/", {"refresh": second}).problem(401, code="token_not_valid")


def test_a_family_that_ended_leaves_another_login_alone(anonymous, alice):
    first = alice.refresh
    other = alice.login()["refresh"]
    refreshed(anonymous, refreshed(anonymous, first))
    anonymous.post("/api/token/refresh/", {"refresh": first}).expect(401)
    refreshed(anonymous, other)


def test_refreshing_with_garbage_or_with_an_access_token(anonymous, alice):
    garbage = anonymous.post("/api/token/refresh/", {"refresh": "x"})
    garbage.problem(401, "Token is invalid or expired", "token_not_valid")
    access = anonymous.post("/api/token/refresh/", {"refresh": alice.token})
    access.problem(401, code="token_not_valid")
    anonymous.post("/api/token/refresh/", {}).invalid("refresh", "This field is required.")


def test_verify_answers_an_empty_object_or_401(anonymous, alice):
    assert anonymous.post("/api/token/verify/", {"token": alice.token}).expect(200) == {}
    assert anonymous.post("/api/token/verify/", {"token": alice.refresh}).expect(200) == {}
    anonymous.post("/api/token/verify/", {"token": "x"}).problem(401, code="token_not_valid")
    anonymous.post("/api/token/verify/", {}).invalid("token", "This field is required.")


def test_logout_ends_the_refresh_and_the_access_tokens_of_that_login_only(anonymous, alice):
    old_access, old_refresh = alice.token, alice.refresh
    alice.login()
    assert anonymous.post("/api/token/blacklist/", {"refresh": old_refresh}).expect(200) == {}
    anonymous.post("/api/token/refresh/", {"refresh": old_refresh}).problem(401, code="token_not_valid")
    assert wait_until(lambda: refused(anonymous, old_access), 60)
    alice.get("/api/users/me/").expect(200)


# --- the Authorization header -----------------------------------------------------------------


def test_no_token(anonymous):
    answer = anonymous.get("/api/conversations/")
    answer.problem(401, NO_CREDENTIALS)
    assert answer.headers["WWW-Authenticate"] == CHALLENGE


@pytest.mark.parametrize(
    "header, detail, code",
    [
        ("Bearer not.a.token", BAD_TOKEN, "token_not_valid"),
        ("Token abc", NO_CREDENTIALS, None),
        ("Bearer a b", "Authorization header must contain two space-delimited values", "bad_authorization_header"),
    ],
)
def test_bad_authorization_headers(anonymous, header, detail, code):
    answer = anonymous.get("/api/conversations/", headers={"Authorization": header})
    answer.problem(401, detail, code)
    assert answer.headers["WWW-Authenticate"] == CHALLENGE


def test_a_bad_token_says_what_is_wrong_with_it(anonymous):
    body = anonymous.get("/api/conversations/", token="not.a.token").expect(401)
    assert body["messages"] == [
        {"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid or expired"}
    ]


def test_a_refresh_token_is_no_access_token(anonymous, alice):
    body = anonymous.get("/api/conversations/", token=alice.refresh).problem(401, BAD_TOKEN, "token_not_valid")
    assert body["messages"][0]["message"] == "Token has wrong type"


def test_forged_tokens_are_refused(anonymous, alice):
    for name, token in forgeries(alice.token).items():
        answer = anonymous.get("/api/conversations/", token=token)
        assert answer.status == 401, f"{name}: {answer.status}"
    alice.get("/api/conversations/").expect(200)


def test_lifetimes_are_settable_and_an_expired_token_is_refused(make_server):
    server = make_server(ACCESS_TOKEN_LIFETIME="2", REFRESH_TOKEN_LIFETIME="4").start()
    user = server.user()
    body = claims_of(user.token)
    assert body["exp"] - body["iat"] == 2
    time.sleep(3.1)
    refused_answer = user.get("/api/users/me/").problem(401, BAD_TOKEN, "token_not_valid")
    assert refused_answer["messages"][0]["message"] == "Token is invalid or expired"
    time.sleep(2)
    server.client().post("/api/token/refresh/", {"refresh": user.refresh}).problem(401, code="token_not_valid")


# --- the end of access ------------------------------------------------------------------------


def test_changing_the_password_ends_every_token_the_callers_included(anonymous, alice):
    first = (alice.token, alice.refresh)
    alice.login()
    change = {"old_password": PASSWORD, "new_password": "An0ther-pass-phrase"}
    alice.post("/api/users/me/password/", change).expect(200, 204)
    for access in (first[0], alice.token):
        assert wait_until(lambda: refused(anonymous, access), 60)
    for refresh in (first[1], alice.refresh):
        anonymous.post("/api/token/refresh/", {"refresh": refresh}).problem(401, code="token_not_valid")
    old = {"username": alice.username, "password": PASSWORD}
    anonymous.post("/api/token/", old).problem(401, NO_ACCOUNT)
    alice.password = "An0ther-pass-phrase"
    alice.login()
    alice.get("/api/users/me/").expect(200)


def test_deactivation_ends_access(server, admin, anonymous):
    user = server.user()
    admin.patch(f"/api/users/{user.id}/", {"is_active": False}).expect(200)
    assert wait_until(lambda: refused(anonymous, user.token), 60)
    anonymous.post("/api/token/refresh/", {"refresh": user.refresh}).expect(401)
    login = {"username": user.username, "password": PASSWORD}
    anonymous.post("/api/token/", login).problem(401, NO_ACCOUNT)
    admin.patch(f"/api/users/{user.id}/", {"is_active": True}).expect(200)
    anonymous.post("/api/token/", login).expect(200)


def test_a_role_change_takes_effect(server, admin):
    user, other = server.users("helper", "other")
    conversation = other.converse(server.user())
    path = f"/api/conversations/{conversation}/"
    user.get(path).expect(404)
    admin.patch(f"/api/users/{user.id}/", {"role": "admin"}).expect(200)

    def promoted():
        if user.get("/api/users/me/").status == 401:
            user.login()
        return user.get(path).status == 200

    assert wait_until(promoted, 60)
    old_token = user.token
    admin.patch(f"/api/users/{user.id}/", {"role": "guest"}).expect(200)
    assert wait_until(lambda: user.get(path, token=old_token).status in (401, 404), 60)
