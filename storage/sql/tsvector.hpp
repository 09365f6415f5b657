#pragma once

#include <string>
#include <string_view>

#include "storage/model/ids.hpp"
#include "storage/sql/session.hpp"

// The words of messages as PostgreSQL indexes them.

namespace confab::storage {

/// The words of a message in the binary form of a tsvector; with their positions only where a
/// search may ask for them.
std::string to_tsvector(std::string_view text);

/// What index_message() needs, once per connection.
void prepare_index_message(Session& session);

/// Puts the words of `content` in place of those that the message is found by.
void index_message(Session& session, ConversationId conversation, Seq seq,
                   std::string_view content);

}  // namespace confab::storage
