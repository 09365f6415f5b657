"""Contract §3: registration, profiles, who sees and changes what."""

import pytest

from client import MISSING_UUID, NOT_FOUND, PASSWORD, TIME, UUID
from harness import unique

PUBLIC = {
    "id", "user_id", "username", "first_name", "last_name", "role", "is_online", "last_seen",
    "created_at", "updated_at",
}
PRIVATE = PUBLIC | {"email", "phone_number", "is_active"}


def registration(**fields):
    name = unique("new")
    return {"username": name, "email": f"{name}@example.com", "password": PASSWORD, **fields}


def test_registration_is_open_and_shows_the_account(anonymous):
    body = registration(first_name="Ada", last_name="L.", phone_number="+30 210 1234567", role="host")
    account = anonymous.post("/api/users/", body).expect(201)
    assert set(account) == PRIVATE
    for field in ("username", "email", "first_name", "last_name", "phone_number", "role"):
        assert account[field] == body[field]
    assert isinstance(account["id"], int) and UUID.match(account["user_id"])
    assert TIME.match(account["created_at"]) and TIME.match(account["updated_at"])
    assert account["is_active"] is True


def test_the_username_defaults_to_the_address_and_the_role_to_guest(anonymous):
    body = registration()
    del body["username"]
    account = anonymous.post("/api/users/", body).expect(201)
    assert account["username"] == body["email"]
    assert account["role"] == "guest"
    assert account["first_name"] == "" and account["last_name"] == ""


def test_registration_reports_every_mistake(anonymous, alice):
    body = {"username": alice.username, "email": "x", "password": "123"}
    answer = anonymous.post("/api/users/", body)
    answer.invalid("username", "A user with that username already exists.")
    answer.invalid("email", "Enter a valid email address.")
    assert answer.json["password"] == [
        "This password is too short. It must contain at least 8 characters.",
        "This password is too common.",
        "This password is entirely numeric.",
    ]


def test_registration_names_missing_fields(anonymous):
    answer = anonymous.post("/api/users/", {})
    answer.invalid("email", "This field is required.")
    answer.invalid("password", "This field is required.")


def test_an_address_belongs_to_one_account(anonymous, alice):
    anonymous.post("/api/users/", registration(email=alice.email)).invalid("email")


def test_nobody_registers_as_admin(anonymous):
    anonymous.post("/api/users/", registration(role="admin")).invalid("role")
    anonymous.post("/api/users/", registration(role="king")).invalid("role")


def test_what_the_server_decides_is_not_taken_from_the_body(anonymous):
    body = registration(id=1, user_id=MISSING_UUID, is_active=False, is_online=True, created_at="2001-01-01T00:00:00Z")
    account = anonymous.post("/api/users/", body).expect(201)
    assert account["id"] != 1 and account["user_id"] != MISSING_UUID
    assert account["is_active"] is True and not account["created_at"].startswith("2001")


def test_others_see_the_public_part_by_either_id(alice, bob):
    for key in (bob.id, bob.user_id):
        seen = alice.get(f"/api/users/{key}/").expect(200)
        assert set(seen) == PUBLIC
        assert seen["username"] == bob.username
    assert set(bob.get(f"/api/users/{bob.id}/").expect(200)) == PRIVATE


def test_an_admin_sees_everything(admin, alice):
    assert set(admin.get(f"/api/users/{alice.id}/").expect(200)) == PRIVATE


def test_me(alice):
    me = alice.get("/api/users/me/").expect(200)
    assert set(me) == PRIVATE and me["id"] == alice.id
    changed = alice.patch("/api/users/me/", {"first_name": "Alice", "phone_number": "123"}).expect(200)
    assert changed["first_name"] == "Alice" and changed["phone_number"] == "123"
    assert alice.get("/api/users/me/").expect(200)["first_name"] == "Alice"


def test_unknown_users(alice):
    for key in (MISSING_UUID, 999999999, "abc"):
        alice.get(f"/api/users/{key}/").problem(404, NOT_FOUND)


def test_the_list_needs_a_login(anonymous):
    anonymous.get("/api/users/").problem(401)


def test_the_list_is_searched_by_username_and_names(server, alice):
    word = unique("Zarathustra")
    target = server.user(first_name="Friedrich", last_name=word)
    for query in (target.username, word, word.lower()):
        page = alice.get(f"/api/users/?search={query}").expect(200)
        assert [u["id"] for u in page["results"]] == [target.id]
        assert set(page["results"][0]) == PUBLIC


def test_the_search_does_not_reach_addresses(server, alice):
    account = server.register(email=f"{unique('hidden')}@example.com")
    assert alice.get(f"/api/users/?search={account['email']}").expect(200)["count"] == 0


def test_the_list_is_filtered_by_role(server, alice):
    word = unique("filtered")
    host = server.register(last_name=word, role="host")
    server.register(last_name=word, role="guest")
    page = alice.get(f"/api/users/?search={word}&role=host").expect(200)
    assert [u["id"] for u in page["results"]] == [host["id"]]


def test_the_list_is_filtered_by_presence(server, alice):
    word = unique("present")
    server.register(last_name=word)
    active = server.user(last_name=word)
    active.get("/api/users/me/").expect(200)
    online = alice.get(f"/api/users/?search={word}&is_online=true").expect(200)["results"]
    offline = alice.get(f"/api/users/?search={word}&is_online=false").expect(200)["results"]
    assert [u["id"] for u in online] == [active.id]
    assert active.id not in [u["id"] for u in offline] and len(offline) == 1


def test_who_was_active_in_the_last_minute_is_online(server, alice):
    silent = server.register()
    assert alice.get(f"/api/users/{alice.id}/").expect(200)["is_online"] is True
    seen = alice.get(f"/api/users/{silent['id']}/").expect(200)
    assert seen["is_online"] is False
    assert TIME.match(alice.get("/api/users/me/").expect(200)["last_seen"])


@pytest.mark.parametrize("ordering, backwards", [("username", False), ("-username", True)])
def test_the_list_is_ordered(server, alice, ordering, backwards):
    word = unique("ordered")
    for _ in range(3):
        server.register(last_name=word)
    names = [u["username"] for u in alice.walk(f"/api/users/?search={word}&ordering={ordering}")]
    assert len(names) == 3 and names == sorted(names, reverse=backwards)


def test_one_changes_ones_own_account(alice):
    path = f"/api/users/{alice.id}/"
    assert alice.patch(path, {"last_name": "Liddell"}).expect(200)["last_name"] == "Liddell"
    whole = {"username": alice.username, "email": alice.email, "first_name": "A", "last_name": "L", "phone_number": "1"}
    changed = alice.put(f"/api/users/{alice.user_id}/", whole).expect(200)
    assert changed["first_name"] == "A" and changed["phone_number"] == "1"
    assert changed["updated_at"] > changed["created_at"]


def test_a_taken_name_is_refused_on_change_too(alice, bob):
    alice.patch("/api/users/me/", {"username": bob.username}).invalid(
        "username", "A user with that username already exists."
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_others_accounts_are_not_ones_to_change(alice, bob, method):
    body = {"username": bob.username, "email": bob.email, "first_name": "Mallory"}
    alice.request(method, f"/api/users/{bob.id}/", json_body=body).problem(403)
    assert bob.get("/api/users/me/").expect(200)["first_name"] == ""


@pytest.mark.parametrize("fields", [{"role": "admin"}, {"is_active": False}])
def test_role_and_is_active_are_the_admins(alice, fields):
    alice.patch(f"/api/users/{alice.id}/", fields).expect(200, 400, 403)
    me = alice.get("/api/users/me/").expect(200)
    assert me["role"] == "guest" and me["is_active"] is True


def test_an_admin_changes_roles_and_deletes(server, admin):
    user = server.user()
    assert admin.patch(f"/api/users/{user.id}/", {"role": "host"}).expect(200)["role"] == "host"
    admin.delete(f"/api/users/{user.id}/").expect(204)
    admin.get(f"/api/users/{user.id}/").problem(404, NOT_FOUND)


def test_no_password_is_ever_shown(admin, alice):
    for path in ("/api/users/me/", f"/api/users/{alice.id}/", "/api/users/?page_size=100"):
        for client in (alice, admin):
            text = client.get(path).text
            assert "password" not in text and "argon2" not in text and PASSWORD not in text
