// What the command line of the load generator says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace confab::bench {

struct Url {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
};

struct Options {
  // "load" against a server, or "bare": the database alone.
  bool bare = false;

  Url url;
  std::string scenario = "post";
  std::string path = "/livez";  // for the scenario "path"
  double rate = 0;              // operations per second; 0: closed loop
  std::size_t connections = 64;
  double seconds = 5;
  double warmup = 1;
  std::size_t recipients = 1;
  std::size_t conversations = 64;
  std::size_t users = 16;
  std::size_t thread_size = 100;
  std::size_t messages = 10000;  // for "search" and "streams-resume"
  std::size_t streams = 0;       // event streams that listen meanwhile
  std::filesystem::path log;

  // Whose CPU is charged, with all their descendants.
  std::vector<pid_t> pids;

  // For "bare".
  std::string database = "sqlite";
  std::string conninfo;
  std::filesystem::path file = "bare.sqlite3";
  std::size_t clients = 64;
};

struct ParsedOptions {
  Options options;
  // Empty if all is well; else what is wrong with the command line.
  std::string mistake;
  bool help = false;
};

ParsedOptions parse_options(const std::vector<std::string>& arguments);

std::string usage();

}  // namespace confab::bench
