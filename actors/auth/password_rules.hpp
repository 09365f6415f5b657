#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace confab::actors {

inline constexpr std::size_t kShortestPassword = 8;
inline constexpr std::size_t kLongestPassword = 128;

/// What speaks against a new password, one sentence each; empty if nothing does. Lengths count code
/// points. All texts are UTF-8. Pure and thread-safe.
std::vector<std::string> check_password(std::string_view password, std::string_view username,
                                        std::string_view email);

}  // namespace confab::actors
