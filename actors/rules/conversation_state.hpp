#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/messages/common.hpp"
#include "storage/store.hpp"

namespace confab::actors {

/// A message that answers another.
struct ParentMessage {
  MessageId id;
  Seq seq;
  std::uint8_t depth = 0;
  UserId sender;
};

/// `now`, or the moment after `last` where the clock has been put back meanwhile: what follows
/// something is never dated before it.
storage::Timestamp moment_after(storage::Timestamp last, storage::Timestamp now);

/// A message about to be posted.
struct Draft {
  UserId sender;
  std::string content;
  std::optional<ParentMessage> parent;
  std::optional<UserId> receiver;
};

/// One member's read sets after a change, ready to be stored.
struct ReadState {
  storage::SeqSet read;
  storage::SeqSet dismissed;
};

/// The rules of one conversation: who takes part, in which order messages stand, what is unread and
/// notified to whom. Knows neither actors nor HTTP nor SQL. A plain value; not thread-safe.
///
/// Sets are over `seq`. With L the messages that are there, S(m) those that m sent, R(m) those that
/// m has read, D(m) those whose notification m has dismissed and J(m) all up to m's joining:
///   notified to m:  N(m) = L − S(m) − J(m)        unread to m:  N(m) − R(m)
///   unread notifications of m:  N(m) − D(m)       reading adds to R(m) and D(m), dismissing to
///   D(m)
/// A post changes none of the R and D, so its cost does not depend on the number of recipients.
class ConversationState {
 public:
  static constexpr std::uint8_t kMaxDepth = 64;

  explicit ConversationState(storage::ConversationSnapshot snapshot);

  const storage::Conversation& header() const { return header_; }
  std::uint64_t message_count() const { return live_.size(); }
  const storage::SeqSet& live() const { return live_; }
  const storage::SeqSet& top_level() const { return top_level_; }

  // --- who takes part ---

  bool has_participant(UserId user) const { return member(user) != nullptr; }
  bool visible_to(const Caller& caller) const {
    return !is_gone_ && (caller.is_admin() || has_participant(caller.user));
  }
  /// In the order of joining. Shared: it does not change once given out.
  std::shared_ptr<const std::vector<UserId>> participants() const { return participants_; }

  void add_participant(storage::Member member);
  /// Says who owns the conversation afterwards: the one who has been in it longest, if the owner
  /// goes.
  UserId owner_without(UserId leaver) const;
  void remove_participant(UserId user);
  /// As remove_participant, and as if he had never been there.
  void forget_member(UserId user);
  void set_header(std::string title, UserId owner, Timestamp updated_at);

  /// The conversation has been removed: from now on nobody takes part and nothing is in it.
  void vanish();

  // --- order and threads ---

  /// Checks the draft and gives the message that it becomes, with the next free place: several may
  /// be on their way at once. A place is never given twice: after a failure drop the whole state.
  Result<storage::Message> compose(Draft draft, Timestamp now);

  /// The message is there. Precondition: composed here, in the order of places.
  void posted(const storage::Message& message);

  /// They are gone.
  void removed(const std::vector<Seq>& seqs);

  bool was_sent_by(UserId user, Seq seq) const { return sent_by(user).contains(seq); }

  // --- reading ---

  storage::SeqSet unread_to(UserId user) const;
  storage::SeqSet notified_to(UserId user) const;
  storage::SeqSet undismissed_by(UserId user) const;
  std::uint64_t unread_count(UserId user) const { return unread_to(user).size(); }

  /// `read` as one viewer sees it: to a recipient whether he has read it, to its sender (and to an
  /// admin who takes no part) whether every recipient has who still takes part. Valid until the
  /// state changes.
  class ReadFlags {
   public:
    bool is_read(Seq seq) const;

   private:
    friend class ConversationState;
    explicit ReadFlags(const ConversationState& state, UserId viewer);

    const ConversationState* state_;
    const storage::Member* viewer_;  ///< null: takes no part
    const storage::SeqSet* sent_;    ///< by the viewer
  };
  ReadFlags read_flags_for(UserId viewer) const { return ReadFlags(*this, viewer); }
  bool is_read_for(UserId viewer, Seq seq) const { return read_flags_for(viewer).is_read(seq); }
  bool is_dismissed_by(UserId user, Seq seq) const;
  bool is_notified(UserId user, Seq seq) const;
  /// Those of `seqs` that `sender` sent and that every recipient has read.
  storage::SeqSet read_by_everybody(UserId sender, const storage::SeqSet& seqs) const;
  /// Those that this participant is the only one not to have read.
  storage::SeqSet held_up_by(UserId user) const;

  /// The read sets of `user` once he has read `seqs`; stored first, then given to set_read_state().
  /// Precondition: he takes part.
  ReadState after_reading(UserId user, const storage::SeqSet& seqs) const;
  /// The same for notifications alone: dismissed, or brought back.
  ReadState after_dismissing(UserId user, const storage::SeqSet& seqs) const;
  ReadState after_recalling(UserId user, Seq seq) const;
  void set_read_state(UserId user, ReadState state);

 private:
  const storage::Member* member(UserId user) const;
  storage::SeqSet unread_among(UserId user, const storage::SeqSet& seqs) const;
  const storage::SeqSet& sent_by(UserId user) const;
  storage::SeqSet everything_but(const storage::SeqSet& open) const;
  bool is_read_by_all(Seq seq) const;
  Result<UserId> receiver_for(const Draft& draft) const;
  void refresh_participants();

  storage::Conversation header_;
  Seq next_seq_;  ///< the next place to give out; ahead of header_.last_seq while posts are on
                  ///< their way
  storage::Timestamp last_time_;                         ///< of everything that has been composed
  std::unordered_map<UserId, storage::Member> members_;  ///< those who have left included
  std::shared_ptr<const std::vector<UserId>> participants_;
  storage::SeqSet live_;
  storage::SeqSet top_level_;
  std::unordered_map<UserId, storage::SeqSet> sent_;
  bool is_gone_ = false;
};

}  // namespace confab::actors
