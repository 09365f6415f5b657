#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "actors/boards/access_board.hpp"
#include "actors/boards/activity_board.hpp"
#include "actors/boards/erasure_board.hpp"
#include "actors/boards/page_board.hpp"
#include "actors/boards/people_board.hpp"
#include "actors/boards/presence_board.hpp"
#include "actors/directory.hpp"
#include "actors/persistence/persistence.hpp"
#include "actors/router.hpp"

namespace confab::actors {

/// What the actors of a node share. Everything here is thread-safe and outlives the actors; the
/// node owns it. References, so that tests can put together what they need.
struct Context {
  Persistence& persistence;
  PeopleBoard& people;
  ActivityBoard& activity;
  PageBoard& pages;
  PresenceBoard& presence;
  AccessBoard& access;
  ErasureBoard& erasures;
  ConversationDirectory& conversations;
  UserDirectory& users;
  std::function<void(UserTyping)> signal_typing;  ///< to the notification dispatcher

  Router* router = nullptr;                      ///< null: this node is alone
  const Authenticator* authenticator = nullptr;  ///< in a cluster

  /// Asks the authenticator of this node.
  template <class Request>
  void ask_authenticator(Request request, Answer<typename Request::Reply> answer) const {
    caf::anon_send(*authenticator, std::move(request), std::move(answer));
  }

  std::uint32_t cached_messages = 50;  ///< newest messages that a conversation keeps in memory
  std::size_t max_participants = 1000;
};

}  // namespace confab::actors
