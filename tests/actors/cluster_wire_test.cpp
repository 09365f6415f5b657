#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>

#include <gtest/gtest.h>

#include "actors/cluster/codec.hpp"
#include "actors/cluster/kinds.hpp"

namespace confab::actors::cluster::test {

namespace {

/// The bytes of a value in which every number is made of ones, and every list and text has one
/// element: a field more or less, or of another type, makes another length.
template <class T>
std::size_t length() {
  const std::string ones(4096, '\1');
  const Result<T> value = decode<T>(ones);
  EXPECT_TRUE(value.has_value()) << typeid(T).name();
  return value.has_value() ? encode(value.value()).size() : 0;
}

/// "request:reply" of each kind.
template <std::size_t... I>
std::string lengths(std::index_sequence<I...>) {
  std::string text;
  ((text += std::to_string(length<typename std::tuple_element_t<I, Kinds>::Request>()) + ':' +
            std::to_string(length<typename std::tuple_element_t<I, Kinds>::Request::Reply>()) +
            ' '),
   ...);
  return text;
}

// Who changes one of these breaks clusters that are being upgraded: see kinds.hpp.
TEST(Wire, theFormOfRequestsStays) {
  EXPECT_EQ(lengths(std::make_index_sequence<std::tuple_size_v<Kinds>>()),
            "44:9 42:34 16:9 21:9 15:0 57:34 44:34 41:24 16:8 20:9 32:37 34:37 17:3 "
            "17:9 17:0 11:9 11:9 24:9 24:9 24:9 11:0 8:0 11:9 36:9 11:0 16:9 "
            "30:34 38:34 31:34 80:34 17:8 0:8 18:9 4:9 14:0 18:9 6:4 6:34 15:0 "
            "11:2 101:35 11:0 10:9 ");
}

}  // namespace

}  // namespace confab::actors::cluster::test
