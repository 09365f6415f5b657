#include "storage/sql/postgres_connection.hpp"

#include <cctype>

namespace confab::storage {

namespace {

/// Adds to a connection URI. SOCI would tear settings in the keyword form apart at their spaces.
void append_setting(std::string& uri, std::string_view keyword, std::string_view value) {
  if (value.empty()) return;
  uri += uri.back() == '?' ? "" : "&";
  uri += keyword;
  uri += '=';
  for (const char character : value) {
    const auto byte = static_cast<unsigned char>(character);
    if (std::isalnum(byte) != 0) {
      uri += character;
    } else {
      uri += '%';
      uri += "0123456789ABCDEF"[byte >> 4];
      uri += "0123456789ABCDEF"[byte & 0x0f];
    }
  }
}

std::string_view application_name(PostgresRole role) {
  switch (role) {
    case PostgresRole::reader:
      return "confab-reader";
    case PostgresRole::writer:
      return "confab-writer";
    case PostgresRole::cluster:
      return "confab-cluster";
    case PostgresRole::maintenance:
      break;
  }
  return "confab-maintenance";
}

/// An acknowledged change must be on disk, whatever the server's default is.
constexpr std::string_view kForAll =
    "-c synchronous_commit=on -c client_min_messages=warning -c jit=off";
constexpr std::string_view kForServing =
    " -c statement_timeout=3000 -c lock_timeout=2000"
    " -c idle_in_transaction_session_timeout=5000"
    // In the middle of a pipeline the server waits for its rest by none of these, and keeps all
    // locks: whether anybody is left to send it is for TCP to find out.
    " -c tcp_user_timeout=5000 -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1"
    " -c tcp_keepalives_count=3";
/// A plan made for one user's few rows must not be used for another's many, nor the other way
/// round.
constexpr std::string_view kForReading =
    " -c plan_cache_mode=force_generic_plan -c default_transaction_read_only=on"
    " -c default_transaction_isolation=repeatable\\ read";
/// The writer only ever looks rows up by index; a plan made while the tables were small must not
/// scan them when they have grown.
constexpr std::string_view kForWriting =
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off"
    " -c enable_mergejoin=off";

std::string options(PostgresRole role) {
  std::string text(kForAll);
  if (role != PostgresRole::maintenance) text += kForServing;
  if (role == PostgresRole::reader) text += kForReading;
  if (role == PostgresRole::writer) text += kForWriting;
  return text;
}

}  // namespace

std::unique_ptr<Session> connect_postgres(const PostgresAddress& address, PostgresRole role) {
  std::string parameters = "postgresql:///?";
  append_setting(parameters, "dbname", address.name);
  append_setting(parameters, "user", address.user);
  append_setting(parameters, "password", address.password);
  append_setting(parameters, "host", address.host);
  append_setting(parameters, "port", address.port);
  append_setting(parameters, "connect_timeout", "3");
  // Whoever reads begins again; of a change it may be long unknown whether it was made.
  const bool reads = role == PostgresRole::reader || role == PostgresRole::cluster;
  append_setting(parameters, "tcp_user_timeout", reads ? "1500" : "3000");
  append_setting(parameters, "keepalives_idle", reads ? "2" : "5");
  append_setting(parameters, "keepalives_interval", "1");
  append_setting(parameters, "keepalives_count", "3");
  append_setting(parameters, "client_encoding", "UTF8");
  append_setting(parameters, "application_name", application_name(role));
  append_setting(parameters, "options", options(role));
  auto session = std::make_unique<Session>(Dialect::postgres, parameters);
  // Errors come back with the statements; what else the server remarks must not end up on stderr.
  PQsetNoticeProcessor(
      session->postgres(), [](void*, const char*) {}, nullptr);
  return session;
}

}  // namespace confab::storage
