#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace confab::storage::test {

/// Stands between a client and a PostgreSQL server on a Unix socket, and can cut the connection at
/// a COMMIT: before or after the server has heard of it, or so that the server hears of it much
/// later.
class CuttingProxy {
 public:
  /// Listens in `directory`, as a server on port `port` would, and passes everything on to
  /// `server`.
  CuttingProxy(const std::string& directory, int port, std::string server);
  ~CuttingProxy();

  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  enum class Cut { none, request, answer, late };

  /// The next COMMIT is not passed on, or its answer is not, or it is passed on by deliver_late().
  void cut_next_commit(Cut cut) { cut_ = cut; }

  /// Lets nobody in for a while.
  void refuse(bool refuses) { refuses_ = refuses; }

  /// Precondition: a COMMIT has been kept back. Returns when the server has dealt with it.
  void deliver_late();
  int cuts() const { return cuts_; }

  /// How often the client has sent something after it had heard from the server.
  int round_trips() const { return round_trips_; }

 private:
  void run();
  void serve(int client);
  bool pass_request(int client, int server);

  struct Late {
    int server = -1;
    std::vector<char> bytes;
  };

  std::string server_;
  int listener_;
  std::mutex mutex_;
  Late late_;
  std::atomic<bool> refuses_{false};
  std::atomic<Cut> cut_{Cut::none};
  std::atomic<int> cuts_{0};
  std::atomic<int> round_trips_{0};
  std::thread thread_;
};

}  // namespace confab::storage::test
