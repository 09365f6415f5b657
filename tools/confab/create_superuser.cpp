#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "actors/audit.hpp"
#include "actors/auth/password_hash.hpp"
#include "actors/auth/password_rules.hpp"
#include "tools/confab/commands.hpp"

namespace confab {

namespace {

/// Turns the terminal's echo off while a password is typed.
class QuietTerminal {
 public:
  QuietTerminal() : is_terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~QuietTerminal() {
    if (!is_terminal_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cout << std::endl;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

 private:
  termios before_{};
  bool is_terminal_;
};

std::string ask(const std::string& question) {
  std::cout << question << ": " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  return line;
}

std::string ask_password() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs
  if (const char* given = std::getenv("CONFAB_SUPERUSER_PASSWORD")) return given;
  QuietTerminal quiet;
  return ask("Password");
}

storage::Result<storage::UserId> insert(storage::Store& store, storage::User user) {
  BOOST_OUTCOME_TRY(writer, store.open_writer());
  storage::InsertUser insertion{std::move(user)};
  insertion.audit = actors::creation_entry(insertion.user, "createsuperuser", "");
  storage::Change change = std::move(insertion);
  auto results = writer->commit({&change, 1});
  BOOST_OUTCOME_TRY(committed, results.front());
  return storage::UserId{committed.id};
}

}  // namespace

int create_superuser(const Arguments& given) {
  Arguments arguments = given;
  std::string username = take_option(arguments, "--username");
  std::string email = take_option(arguments, "--email");
  config::Settings settings = load_settings_or_exit(
      arguments,
      "Usage: confab createsuperuser [--username NAME] [--email ADDRESS] [SETTINGS]\n"
      "The password is asked for, or taken from CONFAB_SUPERUSER_PASSWORD.\n");
  if (username.empty()) username = ask("Username");
  if (email.empty()) email = ask("Email");
  std::string password = ask_password();

  std::vector<std::string> mistakes = actors::check_password(password, username, email);
  if (username.empty()) mistakes.insert(mistakes.begin(), "A username is needed.");
  if (email.find('@') == std::string::npos)
    mistakes.insert(mistakes.begin(), "Enter a valid email address.");
  for (const std::string& mistake : mistakes) fmt::print(stderr, "confab: {}\n", mistake);
  if (!mistakes.empty()) return 1;

  auto store = open_store(settings);
  if (!store.has_value()) return complain("cannot open the database", store.error());
  auto migrated = store.value()->migrate();
  if (!migrated.has_value()) return complain("cannot prepare the database", migrated.error());

  actors::PasswordHasher hasher({settings.argon2_memory_kib, settings.argon2_iterations});
  auto hash = hasher.hash(password);
  if (!hash.has_value()) return complain("cannot hash the password", hash.error());
  storage::User user;
  user.uuid = storage::make_uuid4();
  user.username = username;
  user.email = email;
  user.password_hash = std::move(hash.value());
  user.role = storage::Role::admin;
  user.created_at = storage::now();
  user.updated_at = user.created_at;
  auto id = insert(*store.value(), std::move(user));
  if (!id.has_value()) return complain("cannot create the administrator", id.error());
  fmt::print("Administrator {} created (id {}).\n", username, id.value().value);
  return 0;
}

}  // namespace confab
