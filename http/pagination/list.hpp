#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "actors/messages/common.hpp"
#include "http/exchange.hpp"
#include "http/pagination/page.hpp"

namespace confab::http {

/// Asks for a part of the list; the callback runs once, on any thread.
using FetchList =
    std::function<void(actors::Window, std::function<void(storage::Result<actors::ListView>)>)>;

enum class Walk : std::uint8_t { pages, pages_or_cursor };

/// Answers with DRF's envelope, by page or (where `walk` allows it, and ?cursor= is there) by key.
void answer_list(const ExchangePtr& exchange, Walk walk, const FetchList& fetch);

/// The envelope of a list without items.
void answer_empty_list(const ExchangePtr& exchange);

/// Precondition: `items` is JSON joined by commas. Empty links become null.
std::string make_envelope(std::uint64_t count, std::string_view next, std::string_view previous,
                          std::string_view items);

}  // namespace confab::http
