#pragma once

#include <optional>

#include <caf/none.hpp>
#include <caf/sec.hpp>

#include "storage/model/entities.hpp"

// How the values in messages are written to and read from bytes; see inspect.hpp.

namespace caf {

template <class Inspector, class T>
std::enable_if_t<Inspector::reads_state, typename Inspector::result_type> inspect(
    Inspector& f, std::optional<T>& x) {
  bool has_value = x.has_value();
  return has_value ? f(has_value, *x) : f(has_value);
}

template <class Inspector, class T>
std::enable_if_t<Inspector::writes_state, typename Inspector::result_type> inspect(
    Inspector& f, std::optional<T>& x) {
  bool has_value = false;
  x.reset();
  if (auto error = f(has_value)) return error;
  if (!has_value) return none;
  return f(x.emplace());
}

}  // namespace caf

namespace confab::storage {

template <class Inspector, class Tag, class Rep>
typename Inspector::result_type inspect(Inspector& f, StrongId<Tag, Rep>& x) {
  return f(x.value);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, Uuid& x) {
  return f(x.bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, MessageId& x) {
  return f(x.value);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, EventPlace& x) {
  return f(x.transaction, x.position);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, Event& x) {
  return f(caf::meta::type_name("Event"), x.place, x.kind, x.conversation, x.audience, x.subject,
           x.message, x.seq, x.at, x.seqs, x.parent, x.conversation_uuid);
}

}  // namespace confab::storage
