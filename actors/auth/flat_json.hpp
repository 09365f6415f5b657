#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace confab::actors {

/// A value as tokens have it. Texts point into what was read.
using FlatValue = std::variant<std::string_view, std::int64_t>;

/// The members of a small JSON object, in their order.
struct FlatMember {
  std::string_view name;
  FlatValue value;
};
using FlatObject = std::vector<FlatMember>;

/// Reads the little JSON that our tokens are made of: one object whose values are texts without
/// escapes or integers, at most 16 members, none twice. Everything else, however valid, gives
/// nothing. Cost is linear in the size of `text`, which must outlive the result.
std::optional<FlatObject> read_flat_json(std::string_view text);

/// The member's value if it is there and of that type.
std::optional<std::string_view> text_of(const FlatObject& object, std::string_view name);
std::optional<std::int64_t> integer_of(const FlatObject& object, std::string_view name);

}  // namespace confab::actors
