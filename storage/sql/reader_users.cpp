#include "storage/sql/reader.hpp"
#include "storage/sql/text.hpp"

namespace confab::storage {

namespace {

#define CONFAB_SELECT_USER                                                                       \
  "SELECT id, uuid, username, email, password_hash, first_name, last_name, phone_number, role, " \
  "is_active, is_deleted, access_epoch, created_at, updated_at, last_seen FROM users "

/// Calls ask(take) with a function that takes the columns of CONFAB_SELECT_USER.
template <class Ask>
std::vector<User> gather_users(Ask&& ask) {
  std::vector<User> users;
  ask([&](UserId id, Uuid uuid, std::string username, std::string email, std::string hash,
          std::string first_name, std::string last_name, std::string phone_number, Role role,
          bool is_active, bool is_deleted, std::int64_t access_epoch, Timestamp created_at,
          Timestamp updated_at, std::optional<Timestamp> last_seen) {
    users.push_back({id, uuid, std::move(username), std::move(email), std::move(hash),
                     std::move(first_name), std::move(last_name), std::move(phone_number), role,
                     is_active, is_deleted, access_epoch, created_at, updated_at, last_seen});
  });
  return users;
}

template <class Take, class... Values>
void each_user(Session& session, std::string_view sql, Take&& take, const Values&... values) {
  session.each<UserId, Uuid, std::string, std::string, std::string, std::string, std::string,
               std::string, Role, bool, bool, std::int64_t, Timestamp, Timestamp,
               std::optional<Timestamp>>(sql, take, values...);
}

template <class... Values>
std::vector<User> select_users(Session& session, std::string_view sql, const Values&... values) {
  return gather_users([&](auto take) { each_user(session, sql, take, values...); });
}

std::vector<User> select(Session& session, UserId id) {
  return select_users(session, CONFAB_SELECT_USER "WHERE id = :id AND is_deleted = 0", id);
}

std::vector<User> select(Session& session, const Uuid& uuid) {
  return select_users(session, CONFAB_SELECT_USER "WHERE uuid = {uuid :uuid} AND is_deleted = 0",
                      uuid);
}

std::vector<User> select(Session& session, const LoginName& name) {
  const std::string key = fold_case(name.value);
  if (key.empty() || key.find('\0') != std::string::npos) return {};
  auto users = select_users(
      session, CONFAB_SELECT_USER "WHERE username_key = :name AND is_deleted = 0", key);
  if (!users.empty()) return users;
  return select_users(
      session, CONFAB_SELECT_USER "WHERE email_key = :name AND email_key <> '' AND is_deleted = 0",
      key);
}

std::string_view order_column(UserOrder order) {
  switch (order) {
    case UserOrder::username:
      return "username_key";
    case UserOrder::created_at:
      return "created_at";
    case UserOrder::last_seen:
      return "COALESCE(last_seen, 0)";
    case UserOrder::id:
      break;
  }
  return "id";
}

/// The conditions of a filter; adds their values to `parameters`.
std::string conditions(const UserFilter& filter, Parameters& parameters) {
  std::string where = "WHERE is_deleted = 0";
  if (!filter.search.empty()) {
    where += " AND search_key LIKE :search ESCAPE '\\'";
    parameters.add(containing(fold_case(filter.search)));
  }
  if (filter.role) {
    where += " AND role = :role";
    parameters.add(*filter.role);
  }
  if (filter.is_active) {
    where += " AND is_active = :is_active";
    parameters.add(*filter.is_active);
  }
  if (filter.among) {
    where += " AND id {in :among}";
    parameters.add(IdList<UserId>{*filter.among});
  }
  if (filter.not_among) {
    where += " AND NOT (id {in :not_among})";
    parameters.add(IdList<UserId>{*filter.not_among});
  }
  return where;
}

std::string ordering(const UserFilter& filter) {
  const std::string direction = filter.descending ? " DESC" : " ASC";
  std::string order = " ORDER BY ";
  if (filter.order != UserOrder::id) {
    order += order_column(filter.order);
    order += direction + ", ";
  }
  return order + "id" + direction;
}

std::vector<User> select_page(Session& session, const UserFilter& filter, PageRequest page) {
  Parameters parameters(session.dialect());
  std::string sql = CONFAB_SELECT_USER + conditions(filter, parameters) + ordering(filter) +
                    " LIMIT :limit OFFSET :offset";
  parameters.add(page.limit);
  parameters.add(page.offset);
  return gather_users([&](auto take) {
    session.each_of<UserId, Uuid, std::string, std::string, std::string, std::string, std::string,
                    std::string, Role, bool, bool, std::int64_t, Timestamp, Timestamp,
                    std::optional<Timestamp>>(sql, parameters, take);
  });
}

}  // namespace

Result<bool> SqlReader::ping() {
  return reading([](Session& session) -> Result<bool> {
    return session.value<int>("SELECT 1").value_or(0) == 1;
  });
}

Result<User> SqlReader::user(const UserKey& key) {
  return reading([&](Session& session) -> Result<User> {
    auto users = std::visit([&](const auto& one) { return select(session, one); }, key);
    if (users.empty()) return fail(ErrorCode::not_found);
    return std::move(users.front());
  });
}

Result<std::vector<User>> SqlReader::users(const std::vector<UserId>& ids) {
  return reading([&](Session& session) -> Result<std::vector<User>> {
    return select_users(session, CONFAB_SELECT_USER "WHERE id {in :ids} AND is_deleted = 0",
                        IdList(ids));
  });
}

Result<Page<User>> SqlReader::users(const UserFilter& filter, PageRequest page) {
  return reading([&](Session& session) -> Result<Page<User>> {
    const Snapshot snapshot(session);
    Page<User> found;
    Parameters parameters(session.dialect());
    const std::string count = "SELECT count(*) FROM users " + conditions(filter, parameters);
    session.each_of<std::uint64_t>(count, parameters, [&](std::uint64_t n) { found.count = n; });
    found.rows = select_page(session, filter, page);
    return found;
  });
}

Result<std::vector<UserId>> SqlReader::hidden_users() {
  return reading([](Session& session) -> Result<std::vector<UserId>> {
    std::vector<UserId> ids;
    session.each<UserId>("SELECT id FROM users WHERE is_deleted = 1 ORDER BY id",
                         [&](UserId id) { ids.push_back(id); });
    return ids;
  });
}

Result<Login> SqlReader::login(const Uuid& id) {
  return reading([&](Session& session) -> Result<Login> {
    std::optional<Login> found;
    session.each<Uuid, UserId, bool, Uuid, Uuid, std::optional<Timestamp>, std::string,
                 std::int64_t, Timestamp, Timestamp>(
        "SELECT id, user_id, is_session, current_jti, previous_jti, rotated_at, csrf_token, "
        "access_epoch, created_at, expires_at FROM logins WHERE id = {uuid :id}",
        [&](Uuid login, UserId user, bool is_session, Uuid current, Uuid previous,
            std::optional<Timestamp> rotated_at, std::string csrf_token, std::int64_t epoch,
            Timestamp created_at, Timestamp expires_at) {
          found = Login{
              login, user,       is_session, current, previous, rotated_at, std::move(csrf_token),
              epoch, created_at, expires_at};
        },
        id);
    if (!found) return fail(ErrorCode::not_found);
    return *std::move(found);
  });
}

Result<IdempotencyRecord> SqlReader::reply(UserId user, const std::string& key) {
  return reading([&](Session& session) -> Result<IdempotencyRecord> {
    std::optional<IdempotencyRecord> found;
    session.each<Bytes, int, std::string, Timestamp>(
        "SELECT fingerprint, status, body, created_at FROM idempotency "
        "WHERE user_id = :user_id AND key = :key",
        [&](Bytes fingerprint, int status, std::string body, Timestamp created_at) {
          found = IdempotencyRecord{
              user, key, std::move(fingerprint.value), status, std::move(body), created_at};
        },
        user, key);
    if (!found) return fail(ErrorCode::not_found);
    return *std::move(found);
  });
}

Result<std::vector<ReplyKey>> SqlReader::replies_naming(UserId user, std::uint32_t limit) {
  return reading([&](Session& session) -> Result<std::vector<ReplyKey>> {
    const auto uuid = session.value<Uuid>("SELECT uuid FROM users WHERE id = :id", user);
    if (!uuid) return fail(ErrorCode::not_found);
    std::vector<ReplyKey> found;
    session.each<UserId, std::string>(
        "SELECT user_id, key FROM idempotency WHERE body LIKE :pattern LIMIT :limit",
        [&](UserId owner, std::string key) {
          found.push_back({owner, std::move(key)});
        },
        "%" + to_string(*uuid) + "%", limit);
    return found;
  });
}

#undef CONFAB_SELECT_USER

}  // namespace confab::storage
