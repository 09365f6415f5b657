#include "actors/user/user_host.hpp"

#include <utility>

namespace confab::actors {

namespace {

// Longer than a request is given in all: by a forwarder, and by the server of a node that is alone.
constexpr std::chrono::seconds kLongestInCluster{10};
constexpr std::chrono::seconds kLongestAlone{45};

/// Of a clock that nobody sets: a claim must not last for as long as somebody has set it back.
Timestamp running_time() {
  const auto running = std::chrono::steady_clock::now().time_since_epoch();
  return Timestamp(std::chrono::duration_cast<Timestamp::duration>(running));
}

}  // namespace

void UserHost::start(UserId id, const Context* context, storage::Fence fence, UserActor self) {
  id_ = id;
  context_ = context;
  fence_ = fence;
  self_ = std::move(self);
  retry_keys_ = RetryKeys(context->router == nullptr ? kLongestAlone : kLongestInCluster);
}

bool UserHost::may_rest() {
  retry_keys_.forget_lost(running_time());
  if (loading_ || !gate_.idle() || !waiting_.empty() || !retry_keys_.empty()) return false;
  return under_way_.none() && context_->users.retire(id_);
}

void UserHost::wait_for_load(LoadWaiter waiter) {
  waiting_.push_back(std::move(waiter));
  if (loading_) return;
  loading_ = true;
  auto load = [id = id_](storage::Reader& reader) -> Result<Loaded> {
    BOOST_OUTCOME_TRY(account, reader.user(storage::UserKey{id}));
    BOOST_OUTCOME_TRY(memberships, reader.memberships(id));
    return Loaded{std::move(account), std::move(memberships)};
  };
  context_->persistence.read<Loaded>(
      load, resumed<Loaded>([this](Result<Loaded> result) { loaded(std::move(result)); }));
}

void UserHost::loaded(Result<Loaded> result) {
  loading_ = false;
  if (result.has_value()) {
    account_ = std::move(result.value().account);
    for (const storage::MembershipRow& row : result.value().memberships) {
      remember(row.conversation, row.updated_at);
    }
    // What was told while the query ran may or may not be in its result; telling it again is right
    // in both cases.
    for (const MembershipChanged& news : std::exchange(news_while_loading_, {})) {
      receive(news, Answer<Done>());
    }
  }
  news_while_loading_.clear();
  Result<bool> outcome = result.has_value() ? Result<bool>(true) : Result<bool>(result.error());
  for (LoadWaiter& waiter : std::exchange(waiting_, {})) waiter(outcome);
}

void UserHost::remember(ConversationId conversation, Timestamp updated_at) {
  Membership& membership = memberships_[conversation];
  if (!membership.activity) membership.activity = context_->activity.get(conversation);
  membership.activity->touch(updated_at);
  ++membership_version_;
}

void UserHost::refresh(OnError failed, std::function<void()> then) {
  auto ask = [id = id_](storage::Reader& reader) { return reader.memberships(id); };
  query<std::vector<storage::MembershipRow>>(
      ask, std::move(failed),
      [this, then = std::move(then)](const std::vector<storage::MembershipRow>& rows) {
        memberships_.clear();
        for (const storage::MembershipRow& row : rows) remember(row.conversation, row.updated_at);
        then();
      });
}

void UserHost::forget_account() {
  ++generation_;
  account_.reset();
  memberships_.clear();
  kept_lists_.clear();
  ++membership_version_;
}

void UserHost::drop_memory() {
  forget_account();
  loading_ = false;
  waiting_.clear();
  news_while_loading_.clear();
  gate_.clear();
}

void UserHost::receive(const MembershipChanged& news, const Answer<Done>& answer) {
  if (!account_) {
    if (loading_) news_while_loading_.push_back(news);
  } else if (news.joined) {
    remember(news.conversation, news.updated_at);
  } else {
    memberships_.erase(news.conversation);
    ++membership_version_;
  }
  answer.deliver(Done{});
}

void UserHost::receive(const ClaimRetryKey& request, const Answer<ResourceView>& answer) {
  const RetryKey& retry = request.retry;
  auto claimed = retry_keys_.claim(retry, running_time());
  if (!claimed.has_value()) return answer.deliver(claimed.error());
  auto ask = [user = id_, key = retry.key](storage::Reader& reader) {
    return reader.reply(user, key);
  };
  // Not bound to what is remembered of the account: a key stays taken until it is given back.
  context_->persistence.read<storage::IdempotencyRecord>(
      ask, awaited<storage::IdempotencyRecord>(
               [this, retry, answer](Result<storage::IdempotencyRecord> found) {
                 answer_claim(retry, std::move(found), answer);
               }));
}

void UserHost::answer_claim(const RetryKey& retry, Result<storage::IdempotencyRecord> found,
                            const Answer<ResourceView>& answer) {
  const bool is_gone = context_->access.is_gone(id_);
  const bool is_new = found.has_error() && found.error().code == ErrorCode::not_found;
  if (is_new && !is_gone) return answer.deliver(ResourceView{});
  retry_keys_.release(retry.key);
  if (is_gone) return answer.deliver(fail(ErrorCode::not_found));
  if (!found.has_value()) return answer.deliver(found.error());
  storage::IdempotencyRecord& record = found.value();
  if (record.fingerprint != retry.fingerprint) {
    return answer.deliver(fail(ErrorCode::idempotency_mismatch));
  }
  answer.deliver(ResourceView{std::move(record.body), {}, record.status, true});
}

void UserHost::receive(const ReleaseRetryKey& request, const Answer<Done>& answer) {
  // Nothing may be left of an account that is gone.
  if (!request.answer || context_->access.is_gone(id_)) {
    retry_keys_.release(request.retry.key);
    return answer.deliver(Done{});
  }
  storage::KeepReply change;
  change.reply.record = {id_,
                         request.retry.key,
                         request.retry.fingerprint,
                         request.answer->status,
                         request.answer->json,
                         storage::now()};
  context_->persistence.commit(
      std::move(change), fence_,
      awaited<storage::Committed>(
          [this, key = request.retry.key, answer](const Result<storage::Committed>& result) {
            retry_keys_.release(key);
            if (!result.has_value()) return answer.deliver(result.error());
            answer.deliver(Done{});
          }));
}

}  // namespace confab::actors
