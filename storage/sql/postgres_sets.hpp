#pragma once

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "storage/changes.hpp"
#include "storage/model/error.hpp"
#include "storage/sql/applier.hpp"
#include "storage/sql/postgres_binary.hpp"
#include "storage/sql/postgres_pipeline.hpp"

// Rows that are written by a handful of statements however many they are: events, and runs of the
// two changes that make up nearly all of the writing.

namespace confab::storage {

struct PostInRun {
  const PostMessage* change;
  Applier::Memo* memo;
};

struct ReadInRun {
  const SaveReadState* change;
  Applier::Memo* memo;
};

/// The statements of all sets, to be prepared once per connection.
void prepare_sets(Session& session);

/// Arrays for the answers to be kept.
class ReplySet {
 public:
  void clear();
  void add(const PendingReply& reply, Applier::Memo& memo);
  void send(PostgresPipeline& pipeline);

 private:
  bool empty_ = true;
  PostgresArray user_{PostgresArray::Type::int64};
  PostgresArray key_{PostgresArray::Type::text};
  PostgresArray fingerprint_{PostgresArray::Type::bytes};
  PostgresArray status_{PostgresArray::Type::int32};
  PostgresArray body_{PostgresArray::Type::text};
  PostgresArray created_at_{PostgresArray::Type::int64};
};

/// Arrays for events.
class EventSet {
 public:
  void clear();
  bool empty() const { return empty_; }
  void add(const Event& event);
  void send(PostgresPipeline& pipeline);

 private:
  PostgresArray kind_{PostgresArray::Type::int16};
  PostgresArray conversation_{PostgresArray::Type::int64};
  PostgresArray at_{PostgresArray::Type::int64};
  PostgresArray audience_{PostgresArray::Type::int64};
  PostgresArray subject_{PostgresArray::Type::int64};
  PostgresArray message_{PostgresArray::Type::uuid};
  PostgresArray seq_{PostgresArray::Type::int32};
  PostgresArray seqs_{PostgresArray::Type::bytes};
  PostgresArray parent_{PostgresArray::Type::int32};
  PostgresArray conversation_uuid_{PostgresArray::Type::uuid};
  bool empty_ = true;
};

/// What a run of posts does to the rows that exist already.
class RunSummary {
 public:
  struct Growth {
    Seq from, to;
    Timestamp at;
  };

  /// Fails if the posts of a conversation do not follow each other, or one answers a later one.
  Result<Committed> gather(std::span<const PostInRun> run);

  const std::map<ConversationId, Growth>& growth() const { return growth_; }
  /// Direct replies within the run.
  std::uint32_t replies_to(ConversationId conversation, Seq seq) const;
  /// Calls take(conversation, parent, replies) for the parents that were there before.
  template <class Take>
  void each_old_parent(Take&& take) const {
    for (const auto& [place, count] : replies_) {
      if (place.second <= growth_.at(place.first).from) take(place.first, place.second, count);
    }
  }
  std::size_t old_parents() const;

 private:
  std::map<ConversationId, Growth> growth_;
  std::map<std::pair<ConversationId, Seq>, std::uint32_t> replies_;
};

/// Writes posts. If any of a run is not as the database has it, a statement fails.
class PostSet {
 public:
  /// Fails, with nothing sent, if the posts do not fit each other.
  Result<Committed> send(PostgresPipeline& pipeline, std::span<const PostInRun> run);

  /// After finish(): storage_conflict or parent_not_found if that is why what was sent last failed.
  Result<Committed> verdict(const PostgresPipeline& pipeline) const;

 private:
  void clear();
  void add_growth(const RunSummary& summary);
  void add_post(const PostMessage& post, const RunSummary& summary);

  std::size_t grow_at_ = 0;  ///< its place in the pipeline
  std::size_t count_replies_at_ = 0;

  ReplySet replies_;
  EventSet events_;

  PostgresArray conversation_{PostgresArray::Type::int64};
  PostgresArray seq_{PostgresArray::Type::int32};
  PostgresArray depth_{PostgresArray::Type::int16};
  PostgresArray id_{PostgresArray::Type::uuid};
  PostgresArray sender_{PostgresArray::Type::int64};
  PostgresArray receiver_{PostgresArray::Type::int64};
  PostgresArray sent_at_{PostgresArray::Type::int64};
  PostgresArray parent_id_{PostgresArray::Type::uuid};
  PostgresArray parent_seq_{PostgresArray::Type::int32};
  PostgresArray reply_count_{PostgresArray::Type::int32};
  PostgresArray content_{PostgresArray::Type::text};
  PostgresArray words_{PostgresArray::Type::tsvector};

  PostgresArray grown_{PostgresArray::Type::int64};
  PostgresArray grown_from_{PostgresArray::Type::int32};
  PostgresArray grown_to_{PostgresArray::Type::int32};
  PostgresArray grown_at_{PostgresArray::Type::int64};

  PostgresArray parent_conversation_{PostgresArray::Type::int64};
  PostgresArray parent_{PostgresArray::Type::int32};
  PostgresArray parent_replies_{PostgresArray::Type::int32};
};

/// Writes read states, as PostSet; the verdict may be not_participant.
class ReadSet {
 public:
  Result<Committed> send(PostgresPipeline& pipeline, std::span<const ReadInRun> run);
  Result<Committed> verdict(const PostgresPipeline& pipeline) const;

 private:
  void clear();

  std::size_t save_at_ = 0;
  ReplySet replies_;
  EventSet events_;
  PostgresArray conversation_{PostgresArray::Type::int64};
  PostgresArray user_{PostgresArray::Type::int64};
  PostgresArray read_{PostgresArray::Type::bytes};
  PostgresArray dismissed_{PostgresArray::Type::bytes};
};

}  // namespace confab::storage
