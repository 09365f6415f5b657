#include <map>
#include <set>
#include <utility>

#include "actors/rules/notification_id.hpp"
#include "actors/user/reading_together.hpp"
#include "actors/user/user_host.hpp"

namespace confab::actors {

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
        std::vector<ReadingPart> parts;
        for (auto& [conversation, seqs] : groups) parts.push_back({conversation, std::move(seqs)});
        read_together(*context_, {as_caller(), fence_}, std::move(parts), answer);
      });
}

void UserHost::serve(const DismissAll&, const Answer<Counted>& answer) {
  // Only where something is open: the others need not wait for each other.
  gather_refs(ListKind::open_notifications, by_activity(), std::nullopt, 1, refusing(answer),
              [this, answer](std::uint64_t, const std::vector<Place>& newest) {
                std::set<ConversationId> open;
                for (const Place& place : newest) open.insert(place.conversation);
                std::vector<ReadingPart> parts;
                for (ConversationId conversation : open) parts.push_back({conversation, {}});
                read_together(*context_, {as_caller(), fence_}, std::move(parts), answer);
              });
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
