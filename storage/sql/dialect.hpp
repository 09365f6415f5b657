#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace confab::storage {

enum class Dialect : std::uint8_t { sqlite, postgres };

/// Statements are written once for both databases; what differs stands in braces:
///   {uuid :x}    a UUID                 {bytes :x}   binary data
///   {in :x}      "is one of", a list of ids
///   {lock}       FOR UPDATE where rows can be locked one by one
///   {lock_key}   FOR KEY SHARE there: waits for {lock}, and not for other changes of the row
/// and of events:
///   {place}      the two columns of an event's place     {by_place}  their order;
///   {by_place_backwards} {after :transaction, :position}  "its place is greater"; {up_to …}: it is
///   not {settled}    "no transaction under way can get a place before it"
/// Every parameter needs a name of its own, for SQLite takes equal names as one parameter.
std::string translate(std::string_view sql, Dialect dialect);

}  // namespace confab::storage
