#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace confab::storage::test {

/// Stands between a client and a PostgreSQL server on a Unix socket, and can swallow the server's
/// answer to a COMMIT: the client sees the connection break off although the transaction took
/// effect. One client at a time.
class CuttingProxy {
 public:
  /// Listens in `directory`, as a server on port `port` would, and passes everything on to
  /// `server`.
  CuttingProxy(const std::string& directory, int port, std::string server);
  ~CuttingProxy();

  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  enum class Cut { none, request, answer };

  /// From now on the next COMMIT is not passed on, or its answer is not; then once more none.
  void cut_next_commit(Cut cut) { cut_ = cut; }
  int cuts() const { return cuts_; }

  /// How often the client has sent something after it had heard from the server.
  int round_trips() const { return round_trips_; }

 private:
  void run();
  void serve(int client);
  bool pass_request(int client, int server);

  std::string server_;
  int listener_;
  std::atomic<Cut> cut_{Cut::none};
  std::atomic<int> cuts_{0};
  std::atomic<int> round_trips_{0};
  std::thread thread_;
};

}  // namespace confab::storage::test
