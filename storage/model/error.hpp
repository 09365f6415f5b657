#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/all_narrow.hpp>
#include <boost/outcome/try.hpp>

namespace confab::storage {

/// Everything that can go wrong below HTTP. One sentence per code: describe().
enum class ErrorCode : std::uint8_t {
  // What was asked for is not there, or not for this caller.
  not_found,
  not_participant,
  not_message_sender,
  not_conversation_owner,
  not_allowed,
  // The request contradicts what is stored; `Error::detail` names the offending value.
  username_taken,
  email_taken,
  unknown_user,
  parent_not_found,
  parent_elsewhere,
  thread_too_deep,
  receiver_not_participant,
  too_few_participants,
  too_many_participants,
  invalid_page,
  invalid_cursor,
  changed_meanwhile,
  // Repeated requests.
  idempotency_mismatch,
  idempotency_running,
  // Who is asking.
  bad_credentials,
  wrong_password,
  token_invalid,
  token_blacklisted,
  throttled,
  // The machine.
  storage_unavailable,
  storage_conflict,
  shard_lost,
  overloaded,
  timed_out,
  internal,
};

/// A sentence for logs and operators.
std::string_view describe(ErrorCode code);

/// The stable machine-readable name ("not_found").
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;  ///< the offending value or, for the machine's errors, what the database said

  friend bool operator==(const Error&, const Error&) = default;
};

/// A value or an Error. Check before taking the value: an unchecked access is undefined.
template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::all_narrow>;

inline Error fail(ErrorCode code, std::string detail = {}) {
  return Error{code, std::move(detail)};
}

}  // namespace confab::storage
