#pragma once

#include <optional>
#include <vector>

#include "actors/context.hpp"

namespace confab::actors {

/// What is to be read in one conversation.
struct ReadingPart {
  ConversationId conversation;
  std::optional<std::vector<Seq>> seqs;  ///< none: dismiss all notifications
};

/// Whose actor wants it, and under which ownership that decides.
struct Reading {
  Caller caller;
  storage::Fence fence;
};

/// Changes a user's read state in several conversations by one commit, all of it or nothing, and
/// counts what has changed. Thread-safe. `context` must outlive it; no conversation may be in it
/// twice.
void read_together(const Context& context, const Reading& reading, std::vector<ReadingPart> parts,
                   const Answer<Counted>& answer);

}  // namespace confab::actors
