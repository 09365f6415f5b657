#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/node_impl.hpp"

// This node as one of several.

namespace confab::actors {

Result<bool> Node::Impl::join_cluster() {
  Cluster::Hooks hooks;
  hooks.account_changed = [this](const storage::AccountNotice& notice) { account_changed(notice); };
  hooks.looked = [this] { read_missed_accounts(); };
  hooks.authorise = [this](UserId user, Role role, std::function<void(Result<bool>)> answer) {
    authorise(user, role, std::move(answer));
  };
  hooks.log_grew = [this] { bell.log_grew(); };
  hooks.typing = [this](UserTyping news) { caf::anon_send(dispatcher, std::move(news)); };
  hooks.attendance = [this] {
    return cluster::Attendance{presence.online_here(storage::now()), presence.streams_here(),
                               bell.is_listened_to()};
  };
  hooks.attended = [this](storage::NodeId node, const cluster::Attendance& attendance) {
    presence.put_others(node, attendance.online, attendance.streams);
  };
  hooks.gone = [this](storage::NodeId node) { presence.forget_others(node); };
  return cluster->start(*system, context, std::move(hooks));
}

void Node::Impl::account_changed(const storage::AccountNotice& notice) {
  if (notice.ended_login) return access.end(*notice.ended_login);
  const UserId user = notice.user;
  persistence->read<storage::User>(
      [user](storage::Reader& reader) { return reader.user(storage::UserKey{user}); },
      [this, user](const Result<storage::User>& found) {
        if (found.has_value()) {
          const storage::User& row = found.value();
          access.put(user, {row.role, row.is_active, row.access_epoch});
          people.rename(row);
        } else if (found.error().code == ErrorCode::not_found) {
          access.remove(user);
          presence.remove(user);
        } else {
          access.forget(user);
          std::lock_guard lock(missed_mutex);
          missed_accounts.insert(user);
        }
      });
}

void Node::Impl::read_missed_accounts() {
  std::set<UserId> missed;
  {
    std::lock_guard lock(missed_mutex);
    missed.swap(missed_accounts);
  }
  for (const UserId user : missed) account_changed({user, std::nullopt});
}

void Node::Impl::authorise(UserId user, Role role, std::function<void(Result<bool>)> answer) {
  auto judge = [role](const AccountAccess& account) -> Result<bool> {
    if (!account.is_active) return fail(ErrorCode::token_invalid, "user_inactive");
    if (role == Role::admin && account.role != Role::admin) return fail(ErrorCode::not_allowed);
    return true;
  };
  if (const auto known = access.account(user)) return answer(judge(*known));
  if (access.is_gone(user)) return answer(fail(ErrorCode::token_invalid, "user_not_found"));
  persistence->read<storage::User>(
      [user](storage::Reader& reader) { return reader.user(storage::UserKey{user}); },
      [this, user, judge,
       reply = Answer<bool>(std::move(answer))](const Result<storage::User>& found) {
        if (!found.has_value()) {
          const bool missing = found.error().code == ErrorCode::not_found;
          return reply.deliver(missing ? fail(ErrorCode::token_invalid, "user_not_found")
                                       : found.error());
        }
        const storage::User& row = found.value();
        const AccountAccess account{row.role, row.is_active, row.access_epoch};
        access.put(user, account);
        reply.deliver(judge(account));
      });
}

std::optional<ClusterStatus> Node::cluster() const {
  if (!impl_->cluster) return std::nullopt;
  ClusterStatus status = impl_->cluster->status();
  status.fenced_changes = impl_->statistics.fenced();
  return status;
}

}  // namespace confab::actors
