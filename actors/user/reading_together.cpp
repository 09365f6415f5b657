#include "actors/user/reading_together.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "actors/gather.hpp"

namespace confab::actors {

namespace {

constexpr int kTries = 4;

/// Prepares one conversation after the other in the order of their ids: two of these at once cannot
/// wait for each other in a circle.
class ReadingTogether : public std::enable_shared_from_this<ReadingTogether> {
 public:
  ReadingTogether(const Context& context, const Reading& reading, std::vector<ReadingPart> parts,
                  Answer<Counted> answer)
      : context_(context),
        caller_(reading.caller),
        fence_(reading.fence),
        fences_(storage::fences_of(reading.fence)),
        operation_(storage::make_uuid4()),
        parts_(std::move(parts)),
        answer_(std::move(answer)) {
    std::sort(parts_.begin(), parts_.end(), [](const ReadingPart& a, const ReadingPart& b) {
      return a.conversation < b.conversation;
    });
  }

  void prepare_next() {
    if (next_ == parts_.size()) return commit();
    const ReadingPart& part = parts_[next_];
    context_.conversations.ask(
        part.conversation, PrepareReading{caller_, operation_, part.seqs, fence_.epoch},
        Answer<PreparedReading>([self = shared_from_this()](Result<PreparedReading> prepared) {
          self->take(std::move(prepared));
        }));
  }

 private:
  void take(Result<PreparedReading> prepared) {
    // A conversation that has just gone had nothing to read.
    bool gone = prepared.has_error() && prepared.error().code == ErrorCode::not_found;
    if (prepared.has_error() && !gone) {
      // It may have prepared its part all the same, and wait.
      held_.push_back(parts_[next_].conversation);
      return finish(ReadingOutcome::abandoned, Result<Counted>(prepared.error()));
    }
    if (!gone && prepared.value().count > 0 && !add(prepared.value())) {
      return finish(ReadingOutcome::abandoned, fail(ErrorCode::internal, "damaged read sets"));
    }
    ++next_;
    prepare_next();
  }

  bool add(const PreparedReading& prepared) {
    held_.push_back(parts_[next_].conversation);
    auto read = storage::SeqSet::parse(prepared.read);
    auto dismissed = storage::SeqSet::parse(prepared.dismissed);
    auto newly_read = storage::SeqSet::parse(prepared.newly_read);
    auto changed = storage::SeqSet::parse(prepared.changed_notifications);
    if (!read || !dismissed || !newly_read || !changed) return false;
    storage::SaveReadState change;
    change.conversation = parts_[next_].conversation;
    change.user = caller_.user;
    change.read = std::move(*read);
    change.dismissed = std::move(*dismissed);
    change.newly_read = std::move(*newly_read);
    change.changed_notifications = std::move(*changed);
    change.at = storage::now();
    changes_.emplace_back(std::move(change));
    if (prepared.epoch != 0) {
      fences_.push_back({cluster::shard_of(parts_[next_].conversation), prepared.epoch});
    }
    count_.count += prepared.count;
    return true;
  }

  void commit() {
    if (changes_.empty()) return answer_.deliver(count_);
    context_.persistence.commit(
        storage::ChangeGroup{std::move(changes_)}, std::move(fences_),
        [self = shared_from_this()](const Result<storage::Committed>& result) {
          if (result.has_value()) return self->finish(ReadingOutcome::stored, self->count_);
          self->finish(ReadingOutcome::unknown, Result<Counted>(result.error()));
        });
  }

  /// Answers once everybody knows: what is read afterwards shows it. Who cannot be reached may go
  /// on showing what was before, so that nothing is promised then.
  void finish(ReadingOutcome outcome, const Result<Counted>& result) {
    auto gather = Gather<Done>::of(
        held_.size(), [answer = answer_, result](const Result<std::vector<Done>>& told) {
          if (told.has_error() && result.has_value()) return answer.deliver(told.error());
          answer.deliver(result);
        });
    for (std::size_t i = 0; i < held_.size(); ++i) {
      tell(held_[i], outcome, kTries, Gather<Done>::slot(gather, i));
    }
  }

  /// Others wait until it knows, so a failure to reach it is not the end.
  void tell(ConversationId conversation, ReadingOutcome outcome, int tries,
            const Answer<Done>& slot) {
    auto told = [self = shared_from_this(), conversation, outcome, tries,
                 slot](const Result<Done>& result) {
      const bool is_gone = result.has_error() && result.error().code == ErrorCode::not_found;
      if (result.has_value() || is_gone) return slot.deliver(Done{});
      if (tries == 1) return slot.deliver(result);
      self->tell(conversation, outcome, tries - 1, slot);
    };
    context_.conversations.ask(conversation, FinishReading{operation_, outcome},
                               Answer<Done>(std::move(told)));
  }

  const Context& context_;
  Caller caller_;
  storage::Fence fence_;
  storage::Fences fences_;
  Uuid operation_;
  std::vector<ReadingPart> parts_;
  Answer<Counted> answer_;
  std::size_t next_ = 0;
  std::vector<ConversationId> held_;  ///< they wait to hear how it went
  std::vector<storage::Change> changes_;
  Counted count_;
};

}  // namespace

void read_together(const Context& context, const Reading& reading, std::vector<ReadingPart> parts,
                   const Answer<Counted>& answer) {
  std::make_shared<ReadingTogether>(context, reading, std::move(parts), answer)->prepare_next();
}

}  // namespace confab::actors
