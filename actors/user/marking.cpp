#include <algorithm>
#include <utility>

#include "actors/gather.hpp"
#include "actors/rules/notification_id.hpp"
#include "actors/user/user_host.hpp"

namespace confab::actors {

namespace {

std::uint64_t total(const std::vector<Counted>& counts) {
  std::uint64_t sum = 0;
  for (const Counted& counted : counts) sum += counted.count;
  return sum;
}

/// A conversation that has just gone had nothing to mark.
Answer<Counted> lenient(Answer<Counted> slot) {
  return Answer<Counted>([slot = std::move(slot)](Result<Counted> counted) {
    bool gone = counted.has_error() && counted.error().code == ErrorCode::not_found;
    slot.deliver(gone ? Result<Counted>(Counted{}) : std::move(counted));
  });
}

}  // namespace

void UserHost::serve(const MarkRead& request, const Answer<Counted>& answer) {
  auto ask = [ids = request.messages](storage::Reader& reader) { return reader.places(ids); };
  query<std::vector<storage::MessagePlace>>(
      ask, refusing(answer), [this, answer](const std::vector<storage::MessagePlace>& places) {
        std::map<ConversationId, std::vector<Seq>> groups;
        for (const storage::MessagePlace& place : places) {
          if (memberships_.contains(place.conversation)) {
            groups[place.conversation].push_back(place.seq);
          }
        }
        auto gather =
            Gather<Counted>::of(groups.size(), [answer](Result<std::vector<Counted>> counts) {
              if (!counts.has_value()) return answer.deliver(counts.error());
              answer.deliver(Counted{total(counts.value())});
            });
        std::size_t slot = 0;
        for (auto& [conversation, seqs] : groups) {
          context_->conversations.ask(conversation, MarkMessagesRead{as_caller(), std::move(seqs)},
                                      lenient(Gather<Counted>::slot(gather, slot++)));
        }
      });
}

void UserHost::serve(const DismissAll&, const Answer<Counted>& answer) {
  auto gather =
      Gather<Counted>::of(memberships_.size(), [answer](Result<std::vector<Counted>> counts) {
        if (!counts.has_value()) return answer.deliver(counts.error());
        answer.deliver(Counted{total(counts.value())});
      });
  std::size_t slot = 0;
  for (const auto& [conversation, membership] : memberships_) {
    context_->conversations.ask(conversation, DismissNotifications{as_caller()},
                                lenient(Gather<Counted>::slot(gather, slot++)));
  }
}

void UserHost::serve(const OpenNotification& request, const Answer<ResourceView>& answer) {
  MessageId message = notified_message(request.notification, account_->uuid);
  auto ask = [message](storage::Reader& reader) { return reader.places({message}); };
  query<std::vector<storage::MessagePlace>>(
      ask, refusing(answer),
      [this, is_read = request.is_read, answer](const std::vector<storage::MessagePlace>& places) {
        if (places.empty() || !memberships_.contains(places.front().conversation)) {
          return answer.deliver(fail(ErrorCode::not_found));
        }
        context_->conversations.ask(places.front().conversation,
                                    ChangeNotification{as_caller(), places.front().seq, is_read},
                                    answer);
      });
}

}  // namespace confab::actors
