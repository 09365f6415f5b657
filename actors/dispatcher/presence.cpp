#include <unordered_set>
#include <utility>

#include "actors/dispatcher/dispatcher_host.hpp"
#include "actors/mailbox.hpp"
#include "actors/representation/events.hpp"
#include "actors/representation/json_text.hpp"

// Who is there and who is typing: told to those who listen now, and never stored.

namespace confab::actors {

namespace {

// After a restart everybody comes back at once: it is told bit by bit.
constexpr std::size_t kChangesAtOnce = 100;
constexpr std::size_t kFramesAtOnce = 10'000;
constexpr std::chrono::seconds kTypingLasts{1};

Frame presence_frame(const Person& person, bool is_online, std::optional<Timestamp> last_seen) {
  std::string data;
  JsonObject(data)
      .raw("user", person.json)
      .field("is_online", is_online)
      .field("last_seen", last_seen)
      .end();
  return std::make_shared<const std::string>(
      event_frame({{}, EventType::presence, storage::now(), {}}, data));
}

}  // namespace

void DispatcherHost::push_transient(UserId user, const Frame& frame) {
  for (const StreamId id : listeners_.at(user).streams) {
    const Stream& stream = streams_.at(id);
    if (stream.stage == Stage::live) stream.sink->push_transient(frame);
  }
}

/// To the other participants' streams.
void DispatcherHost::receive(const UserTyping& news) {
  const Clock::time_point now = Clock::now();
  auto [known, is_new] = typing_.try_emplace({news.conversation, news.user}, now);
  if (!is_new && now - known->second < kTypingLasts) return;
  known->second = now;
  const std::string data = "{\"user\":" + news.person + '}';
  const auto frame = std::make_shared<const std::string>(
      event_frame({{}, EventType::typing, storage::now(), news.conversation_uuid}, data));
  for (const UserId user : roster_.listeners(news.conversation)) {
    if (user != news.user) push_transient(user, frame);
  }
}

void DispatcherHost::forget_typing() {
  const Clock::time_point now = Clock::now();
  std::erase_if(typing_, [now](const auto& one) { return now - one.second >= kTypingLasts; });
}

void DispatcherHost::tell_presence() {
  if (asking_for_presence_ || roster_.empty()) return;
  const auto changes = presence_.pending(context_->presence.online(storage::now()), kChangesAtOnce);
  if (changes.empty()) return;
  asking_for_presence_ = true;
  std::vector<UserId> users;
  for (const PresenceChange& change : changes) users.push_back(change.user);
  auto ask = [users](storage::Reader& reader) -> Result<std::vector<Presences>> {
    BOOST_OUTCOME_TRY(accounts, reader.users(users));
    std::vector<Presences> found;
    for (storage::User& account : accounts) {
      BOOST_OUTCOME_TRY(memberships, reader.memberships(account.id));
      found.push_back({std::move(account), std::move(memberships)});
    }
    return found;
  };
  context_->persistence.read<std::vector<Presences>>(
      ask,
      resumed<std::vector<Presences>>([this, changes](const Result<std::vector<Presences>>& found) {
        asking_for_presence_ = false;
        if (found.has_value()) tell_presence_of(changes, found.value());
      }));
}

void DispatcherHost::tell_presence_of(const std::vector<PresenceChange>& changes,
                                      const std::vector<Presences>& found) {
  std::unordered_map<UserId, const Presences*> by_user;
  for (const Presences& one : found) by_user.emplace(one.account.id, &one);
  std::size_t frames = 0;
  for (const PresenceChange& change : changes) {
    if (frames >= kFramesAtOnce) return;
    presence_.told(change);
    const auto known = by_user.find(change.user);
    if (known == by_user.end()) continue;  // the account has gone
    const storage::User& account = known->second->account;
    std::unordered_set<UserId> viewers;
    for (const storage::MembershipRow& row : known->second->memberships) {
      const std::vector<UserId>& listeners = roster_.listeners(row.conversation);
      viewers.insert(listeners.begin(), listeners.end());
    }
    viewers.erase(change.user);
    if (viewers.empty()) continue;
    const auto last_seen = context_->presence.last_seen(change.user);
    const PersonRef person = context_->people.put(account);
    const Frame frame =
        presence_frame(*person->get(), change.is_online, last_seen ? last_seen : account.last_seen);
    for (const UserId viewer : viewers) push_transient(viewer, frame);
    frames += viewers.size();
  }
}

}  // namespace confab::actors
