#include "storage/sql/applier.hpp"
#include "storage/sql/text.hpp"

// Accounts and logins.

namespace confab::storage {

namespace {

/// The folded names in which the user list is searched.
std::string search_key(const User& user) {
  return fold_case(user.username + '\n' + user.first_name + '\n' + user.last_name);
}

/// What takes the place of a hidden account's name and email, so that both are free again.
std::string tombstone(UserId user) { return "#deleted-" + std::to_string(user.value); }

}  // namespace

Result<Committed> Applier::on(const InsertUser& change, Memo& memo) {
  const User& user = change.user;
  if (memo.id == 0) memo.id = reserve_id("users");
  const auto id = memo.id != 0 ? std::optional(UserId{memo.id}) : std::nullopt;
  session_.execute(
      "INSERT INTO users (id, uuid, username, username_key, email, email_key, search_key, "
      "password_hash, first_name, last_name, phone_number, role, is_active, is_deleted, "
      "access_epoch, created_at, updated_at, last_seen) "
      "VALUES (:id, {uuid :uuid}, :username, :username_key, :email, :email_key, :search_key, "
      ":password_hash, :first_name, :last_name, :phone_number, :role, :is_active, :is_deleted, "
      ":access_epoch, :created_at, :updated_at, :last_seen)",
      id, user.uuid, user.username, fold_case(user.username), user.email, fold_case(user.email),
      search_key(user), user.password_hash, user.first_name, user.last_name, user.phone_number,
      user.role, user.is_active, user.is_deleted, user.access_epoch, user.created_at,
      user.updated_at, user.last_seen);
  const std::int64_t given = id ? id->value : last_inserted_id();
  keep_reply(change.reply, memo, given);
  return Committed{given};
}

Result<Committed> Applier::on(const UpdateUser& change, Memo&) {
  const User& user = change.user;
  const long long changed = session_.execute(
      "UPDATE users SET username = :username, username_key = :username_key, email = :email, "
      "email_key = :email_key, search_key = :search_key, password_hash = :password_hash, "
      "first_name = :first_name, last_name = :last_name, phone_number = :phone_number, "
      "role = :role, is_active = :is_active, is_deleted = :is_deleted, "
      "access_epoch = :access_epoch, updated_at = :updated_at, last_seen = :last_seen "
      "WHERE id = :id AND is_deleted = 0",
      user.username, fold_case(user.username), user.email, fold_case(user.email), search_key(user),
      user.password_hash, user.first_name, user.last_name, user.phone_number, user.role,
      user.is_active, user.is_deleted, user.access_epoch, user.updated_at, user.last_seen, user.id);
  if (changed == 0) return fail(ErrorCode::not_found);
  return Committed{};
}

Result<Committed> Applier::on(const TouchUser& change, Memo&) {
  const long long changed =
      session_.execute("UPDATE users SET last_seen = :last_seen WHERE id = :id AND is_deleted = 0",
                       change.last_seen, change.user);
  if (changed == 0) return fail(ErrorCode::not_found);
  return Committed{};
}

Result<Committed> Applier::on(const HideUser& change, Memo&) {
  const std::string freed = tombstone(change.user);
  // Waits for those who are letting the account into a conversation; later ones find it hidden.
  session_.value<UserId>("SELECT id FROM users WHERE id = :id {lock}", change.user);
  const long long changed = session_.execute(
      "UPDATE users SET is_deleted = 1, is_active = 0, access_epoch = access_epoch + 1, "
      "username = :username, username_key = :username_key, email = :email, "
      "email_key = :email_key, search_key = '', password_hash = '', first_name = '', "
      "last_name = '', phone_number = '' WHERE id = :id AND is_deleted = 0",
      freed, freed, freed, freed, change.user);
  if (changed == 0) return fail(ErrorCode::not_found);
  delete_logins(change.user);
  return Committed{};
}

Result<Committed> Applier::on(const RemoveUser& change, Memo&) {
  const UserId user = change.user;
  session_.execute("DELETE FROM revisions WHERE edited_by = :user_id", user);
  session_.execute("DELETE FROM members WHERE user_id = :user_id", user);
  session_.execute("DELETE FROM idempotency WHERE user_id = :user_id", user);
  session_.execute("DELETE FROM events WHERE audience_id = :user_id", user);
  keep_events_without(user);
  clear_audit(user);
  delete_logins(user);
  if (session_.execute("DELETE FROM users WHERE id = :id", user) == 0) {
    return fail(ErrorCode::not_found);
  }
  return Committed{};
}

/// Who follows the log later must not miss what the user's coming, going and reading meant to
/// others, but may not read of him: it is told as how things are now.
void Applier::keep_events_without(UserId user) {
  session_.execute(
      "UPDATE events SET kind = :updated, conversation_uuid = NULL "
      "WHERE subject_id = :user_id AND kind IN (:added, :removed) "
      "AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = events.conversation_id)",
      EventKind::conversation_updated, user, EventKind::participant_added,
      EventKind::participant_removed);
  session_.execute(
      "UPDATE events SET subject_id = NULL WHERE subject_id = :user_id AND kind <> :removed", user,
      EventKind::participant_removed);
  session_.execute("DELETE FROM events WHERE subject_id = :user_id", user);
}

void Applier::clear_audit(UserId user) {
  session_.execute(
      "UPDATE audit SET target_label = 'deleted user', old_values = NULL, new_values = NULL "
      "WHERE subject_id = :user_id",
      user);
  session_.execute(
      "UPDATE audit SET actor_name = 'deleted user', client = '' WHERE actor_id = :user_id", user);
}

void Applier::delete_logins(UserId user) {
  session_.execute("DELETE FROM logins WHERE user_id = :user_id", user);
}

Result<Committed> Applier::on(const StartLogin& change, Memo&) {
  const Login& login = change.login;
  session_.execute(
      "INSERT INTO logins (id, user_id, is_session, current_jti, previous_jti, rotated_at, "
      "csrf_token, access_epoch, created_at, expires_at) "
      "VALUES ({uuid :id}, :user_id, :is_session, {uuid :current_jti}, {uuid :previous_jti}, "
      ":rotated_at, :csrf_token, :access_epoch, :created_at, :expires_at)",
      login.id, login.user, login.is_session, login.current, login.previous, login.rotated_at,
      login.csrf_token, login.access_epoch, login.created_at, login.expires_at);
  return Committed{};
}

Result<Committed> Applier::on(const RotateLogin& change, Memo&) {
  const long long changed = session_.execute(
      "UPDATE logins SET previous_jti = current_jti, current_jti = {uuid :next}, "
      "rotated_at = :rotated_at, expires_at = :expires_at "
      "WHERE id = {uuid :id} AND current_jti = {uuid :used}",
      change.next, change.at, change.expires_at, change.login, change.used);
  if (changed == 0) return fail(ErrorCode::token_blacklisted);
  return Committed{};
}

Result<Committed> Applier::on(const EndLogin& change, Memo&) {
  session_.execute("DELETE FROM logins WHERE id = {uuid :id}", change.login);
  return Committed{};
}

Result<Committed> Applier::on(const EndLoginsOf& change, Memo&) {
  delete_logins(change.user);
  return Committed{};
}

}  // namespace confab::storage
