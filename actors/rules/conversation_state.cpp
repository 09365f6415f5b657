#include "actors/rules/conversation_state.hpp"

#include <algorithm>
#include <utility>

namespace confab::actors {

using storage::Member;
using storage::Message;
using storage::SeqSet;

storage::Timestamp moment_after(storage::Timestamp last, storage::Timestamp now) {
  return std::max(now, last + std::chrono::microseconds(1));
}

ConversationState::ConversationState(storage::ConversationSnapshot snapshot)
    : header_(std::move(snapshot.conversation)),
      next_seq_{header_.last_seq.value + 1},
      last_time_(header_.updated_at),
      live_(std::move(snapshot.live)),
      top_level_(std::move(snapshot.top_level)) {
  for (Member& member : snapshot.members) {
    UserId user = member.user;
    members_.emplace(user, std::move(member));
  }
  for (auto& [user, seqs] : snapshot.sent) sent_.emplace(user, std::move(seqs));
  refresh_participants();
}

void ConversationState::add_participant(Member member) {
  UserId user = member.user;
  members_.insert_or_assign(user, std::move(member));
  refresh_participants();
}

UserId ConversationState::owner_without(UserId leaver) const {
  if (header_.owner != leaver) return header_.owner;
  for (UserId user : *participants_) {
    if (user != leaver) return user;
  }
  return {};
}

void ConversationState::remove_participant(UserId user) {
  auto found = members_.find(user);
  if (found == members_.end()) return;
  found->second.has_left = true;
  found->second.read = {};
  found->second.dismissed = {};
  refresh_participants();
}

void ConversationState::forget_member(UserId user) {
  members_.erase(user);
  sent_.erase(user);
  refresh_participants();
}

void ConversationState::set_header(std::string title, UserId owner, Timestamp updated_at) {
  header_.title = std::move(title);
  header_.owner = owner;
  header_.updated_at = std::max(header_.updated_at, updated_at);
}

void ConversationState::vanish() {
  is_gone_ = true;
  members_.clear();
  sent_.clear();
  live_ = {};
  top_level_ = {};
  refresh_participants();
}

Result<Message> ConversationState::compose(Draft draft, Timestamp now) {
  if (!has_participant(draft.sender)) return fail(ErrorCode::not_found);
  if (draft.parent && draft.parent->depth >= kMaxDepth) return fail(ErrorCode::thread_too_deep);
  BOOST_OUTCOME_TRY(receiver, receiver_for(draft));

  Message message;
  message.id = MessageId{storage::make_uuid7()};
  message.conversation = header_.id;
  message.seq = next_seq_;
  message.sender = draft.sender;
  message.receiver = receiver;
  if (draft.parent) {
    message.parent = draft.parent->seq;
    message.parent_id = draft.parent->id;
    message.depth = static_cast<std::uint8_t>(draft.parent->depth + 1);
  }
  message.content = std::move(draft.content);
  last_time_ = moment_after(last_time_, now);
  message.timestamp = last_time_;
  ++next_seq_.value;
  return message;
}

void ConversationState::posted(const Message& message) {
  header_.last_seq = message.seq;
  header_.updated_at = std::max(header_.updated_at, message.timestamp);
  live_.add(message.seq);
  if (!message.parent) top_level_.add(message.seq);
  sent_[message.sender].add(message.seq);
}

void ConversationState::removed(const std::vector<Seq>& seqs) {
  SeqSet gone;
  for (Seq seq : seqs) gone.add(seq);
  live_ -= gone;
  top_level_ -= gone;
  for (auto& [user, sent] : sent_) sent -= gone;
}

SeqSet ConversationState::notified_to(UserId user) const {
  const Member* found = member(user);
  if (found == nullptr) return {};
  SeqSet result = live_ - sent_by(user);
  result.remove_up_to(found->joined_after);
  return result;
}

SeqSet ConversationState::unread_to(UserId user) const {
  const Member* found = member(user);
  if (found == nullptr) return {};
  return notified_to(user) - found->read;
}

SeqSet ConversationState::undismissed_by(UserId user) const {
  const Member* found = member(user);
  if (found == nullptr) return {};
  return notified_to(user) - found->dismissed;
}

ConversationState::ReadFlags::ReadFlags(const ConversationState& state, UserId viewer)
    : state_(&state), viewer_(state.member(viewer)), sent_(&state.sent_by(viewer)) {}

bool ConversationState::ReadFlags::is_read(Seq seq) const {
  if (viewer_ == nullptr || sent_->contains(seq)) return state_->is_read_by_all(seq);
  return seq <= viewer_->joined_after || viewer_->read.contains(seq);
}

bool ConversationState::is_read_by_all(Seq seq) const {
  return std::all_of(participants_->begin(), participants_->end(), [&](UserId user) {
    const Member& recipient = members_.at(user);
    return seq <= recipient.joined_after || recipient.read.contains(seq) ||
           sent_by(user).contains(seq);
  });
}

bool ConversationState::is_dismissed_by(UserId user, Seq seq) const {
  const Member* found = member(user);
  return found != nullptr && found->dismissed.contains(seq);
}

bool ConversationState::is_notified(UserId user, Seq seq) const {
  const Member* found = member(user);
  return found != nullptr && seq > found->joined_after && live_.contains(seq) &&
         !sent_by(user).contains(seq);
}

SeqSet ConversationState::read_by_everybody(UserId sender, const SeqSet& seqs) const {
  SeqSet read = seqs & sent_by(sender);
  for (UserId user : *participants_) {
    if (read.empty()) break;
    read -= unread_among(user, read);
  }
  return read;
}

SeqSet ConversationState::held_up_by(UserId user) const {
  SeqSet held_up = unread_to(user);
  for (UserId other : *participants_) {
    if (held_up.empty()) break;
    if (other != user) held_up -= unread_among(other, held_up);
  }
  return held_up;
}

/// The same as unread_to(user) & seqs, at a cost that depends on `seqs` alone.
SeqSet ConversationState::unread_among(UserId user, const SeqSet& seqs) const {
  const Member& recipient = members_.at(user);
  SeqSet unread = seqs - recipient.read;
  unread.remove_up_to(recipient.joined_after);
  if (!unread.empty()) unread -= sent_by(user);
  return unread;
}

ReadState ConversationState::after_reading(UserId user, const SeqSet& seqs) const {
  return {everything_but(unread_to(user) - seqs), everything_but(undismissed_by(user) - seqs)};
}

ReadState ConversationState::after_dismissing(UserId user, const SeqSet& seqs) const {
  return {everything_but(unread_to(user)), everything_but(undismissed_by(user) - seqs)};
}

ReadState ConversationState::after_recalling(UserId user, Seq seq) const {
  SeqSet open = undismissed_by(user);
  open.add(seq);
  return {everything_but(unread_to(user)), everything_but(open)};
}

void ConversationState::set_read_state(UserId user, ReadState state) {
  auto found = members_.find(user);
  if (found == members_.end() || found->second.has_left) return;
  found->second.read = std::move(state.read);
  found->second.dismissed = std::move(state.dismissed);
}

const Member* ConversationState::member(UserId user) const {
  auto found = members_.find(user);
  return found == members_.end() || found->second.has_left ? nullptr : &found->second;
}

const SeqSet& ConversationState::sent_by(UserId user) const {
  static const SeqSet none;
  auto found = sent_.find(user);
  return found == sent_.end() ? none : found->second;
}

// What has been read is kept as the complement of what has not: own and deleted messages fill the
// holes that would otherwise break up the run of "everything".
SeqSet ConversationState::everything_but(const SeqSet& open) const {
  SeqSet result = SeqSet::up_to(header_.last_seq) - open;
  result.compact();
  return result;
}

Result<UserId> ConversationState::receiver_for(const Draft& draft) const {
  if (draft.receiver) {
    if (*draft.receiver == draft.sender || !has_participant(*draft.receiver)) {
      return fail(ErrorCode::receiver_not_participant, std::to_string(draft.receiver->value));
    }
    return *draft.receiver;
  }
  if (participants_->size() != 2) return UserId{};
  return participants_->front() == draft.sender ? participants_->back() : participants_->front();
}

void ConversationState::refresh_participants() {
  std::vector<const Member*> present;
  for (const auto& [user, member] : members_) {
    if (!member.has_left) present.push_back(&member);
  }
  std::sort(present.begin(), present.end(), [](const Member* a, const Member* b) {
    return std::pair(a->joined_at, a->user) < std::pair(b->joined_at, b->user);
  });
  auto users = std::make_shared<std::vector<UserId>>();
  users->reserve(present.size());
  for (const Member* member : present) users->push_back(member->user);
  participants_ = std::move(users);
}

}  // namespace confab::actors
