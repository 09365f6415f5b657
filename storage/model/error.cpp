#include "storage/model/error.hpp"

#include <array>
#include <cstddef>

namespace confab::storage {

namespace {

struct Description {
  std::string_view name;
  std::string_view sentence;
};

/// In the order of ErrorCode.
constexpr std::array kDescriptions{
    Description{"not_found", "There is no such thing."},
    Description{"not_participant", "The user does not take part in this conversation."},
    Description{"not_message_sender", "Only its sender may do this to a message."},
    Description{"not_conversation_owner", "Only its owner may do this to a conversation."},
    Description{"not_allowed", "The user may not do this."},
    Description{"username_taken", "Another account has this username."},
    Description{"email_taken", "Another account has this email address."},
    Description{"unknown_user", "There is no such user."},
    Description{"parent_not_found", "The message replied to does not exist."},
    Description{"parent_elsewhere", "The message replied to is in another conversation."},
    Description{"thread_too_deep", "The thread has reached its greatest depth."},
    Description{"receiver_not_participant", "The receiver does not take part in the conversation."},
    Description{"too_few_participants", "The conversation would have too few participants."},
    Description{"too_many_participants", "The conversation would have too many participants."},
    Description{"invalid_page", "There is no such page."},
    Description{"invalid_cursor", "The cursor was not given out for this list."},
    Description{"changed_meanwhile", "The resource has changed since it was read."},
    Description{"idempotency_mismatch", "The idempotency key was used for another request."},
    Description{"idempotency_running", "A request with this idempotency key is being worked on."},
    Description{"bad_credentials", "Name and password do not belong to an active account."},
    Description{"wrong_password", "The password is wrong."},
    Description{"token_invalid", "The token is malformed, expired or forged."},
    Description{"token_blacklisted", "The token was used or revoked before."},
    Description{"throttled", "There were too many requests."},
    Description{"storage_unavailable", "The database cannot be reached or used."},
    Description{"storage_conflict", "What is stored is not what the change was made for."},
    Description{"shard_lost", "Another node decides on this now."},
    Description{"overloaded", "There is too much work waiting."},
    Description{"timed_out", "The work took longer than allowed."},
    Description{"internal", "Something unexpected went wrong."},
};
static_assert(kDescriptions.size() == static_cast<std::size_t>(ErrorCode::internal) + 1);

}  // namespace

std::string_view describe(ErrorCode code) {
  return kDescriptions[static_cast<std::size_t>(code)].sentence;
}

std::string_view to_string(ErrorCode code) {
  return kDescriptions[static_cast<std::size_t>(code)].name;
}

}  // namespace confab::storage
