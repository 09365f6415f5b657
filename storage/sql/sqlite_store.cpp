#include <cerrno>
#include <chrono>
#include <mutex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/sql/checker.hpp"
#include "storage/sql/migrations.hpp"
#include "storage/sql/reader.hpp"
#include "storage/sql/sqlite_writer.hpp"
#include "storage/sql/text.hpp"
#include "storage/sql/upkeep.hpp"
#include "storage/store.hpp"

namespace confab::storage {

namespace {

/// A file that one process at a time can hold; the kernel lets go of it whatever kills the process.
class LockFile {
 public:
  static Result<LockFile> hold(const std::string& path) {
    LockFile lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.descriptor_ < 0) {
      return fail(ErrorCode::storage_unavailable,
                  "cannot open " + path + ": " + std::generic_category().message(errno));
    }
    if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
      return fail(ErrorCode::storage_unavailable,
                  "another process is using this database (" + path + " is locked)");
    }
    return lock;
  }

  LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

/// Makes the file, if it is not there, so that nobody else on the machine can read it.
void create_private(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor >= 0) close(descriptor);
}

enum class Purpose : std::uint8_t { reading, writing };

/// The page caches are small: the kernel holds the file, and an idle server should hold little.
constexpr const char* kReadingPragmas =
    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1024; PRAGMA query_only = ON";
constexpr const char* kWritingPragmas =
    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; PRAGMA foreign_keys = ON; "
    "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 33554432";

std::unique_ptr<Session> open_session(const std::string& path, Purpose purpose) {
  // SOCI would set `synchronous` before the timeout, and fail where another connection is at work.
  auto session = std::make_unique<Session>(Dialect::sqlite, "db=\"" + path + "\" timeout=5");
  if (session->value<std::string>("PRAGMA journal_mode = WAL").value_or("") != "wal") {
    throw soci::soci_error("SQLite cannot keep a write-ahead log beside " + path);
  }
  session->script("PRAGMA synchronous = FULL");
  constexpr int kFull = 2;
  if (session->value<int>("PRAGMA synchronous").value_or(0) != kFull) {
    throw soci::soci_error("SQLite does not write durably to " + path);
  }
  session->script(purpose == Purpose::reading ? kReadingPragmas : kWritingPragmas);
  return session;
}

class SqliteReader final : public SqlReader {
 public:
  explicit SqliteReader(std::string path) : SqlReader(Dialect::sqlite), path_(std::move(path)) {}

 protected:
  std::unique_ptr<Session> connect() override { return open_session(path_, Purpose::reading); }

 private:
  std::string path_;
};

constexpr std::chrono::milliseconds kCheckpointPause{500};
/// Beyond this many pages (32 MiB) writers are made to wait until the log can begin anew.
constexpr int kLongestLog = 8192;

/// Carries the write-ahead log into the database. A failure leaves the log as it is: nothing is
/// lost, and the next round tries again.
void checkpoint(Session& session) {
  int pages = 0;
  int carried = 0;
  sqlite_api::sqlite3_wal_checkpoint_v2(session.sqlite(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                        &pages, &carried);
  if (pages > kLongestLog) {
    sqlite_api::sqlite3_wal_checkpoint_v2(session.sqlite(), nullptr, SQLITE_CHECKPOINT_RESTART,
                                          nullptr, nullptr);
  }
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, LockFile lock)
      : lock_(std::move(lock)),
        path_(std::move(path)),
        log_session_(open_session(path_, Purpose::writing)),
        checkpointing_(kCheckpointPause, [this] { checkpoint(*log_session_); }) {}

  Result<int> migrate() override {
    return guarded([&]() -> Result<int> {
      return apply_migrations(*open_session(path_, Purpose::writing), all_migrations());
    });
  }

  void prepare(Change& change) const override {
    auto* post = std::get_if<PostMessage>(&change);
    if (post != nullptr) post->words = index_words(post->message.content);
  }

  Result<std::unique_ptr<Reader>> open_reader() override {
    auto reader = std::make_unique<SqliteReader>(path_);
    BOOST_OUTCOME_TRYV(reader->ping());
    return std::unique_ptr<Reader>(std::move(reader));
  }

  Result<std::unique_ptr<Writer>> open_writer(NodeId) override {
    return guarded([&]() -> Result<std::unique_ptr<Writer>> {
      return std::unique_ptr<Writer>(std::make_unique<SqliteWriter>(
          open_session(path_, Purpose::writing), [this] { checkpointing_.something_written(); }));
    });
  }

  Result<std::vector<Finding>> check(bool repair) override {
    return guarded([&]() -> Result<std::vector<Finding>> {
      const auto session = open_session(path_, Purpose::writing);
      return check_database(*session, repair);
    });
  }

 private:
  LockFile lock_;
  std::string path_;
  std::unique_ptr<Session> log_session_;  // the upkeep thread's
  Upkeep checkpointing_;
};

}  // namespace

namespace {

/// Every connection is used by one thread, so SQLite need not lock it for each call, nor count the
/// memory it uses. Without effect if something else in the process has used SQLite before.
void configure_sqlite() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  });
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path) {
  configure_sqlite();
  return guarded([&]() -> Result<std::unique_ptr<Store>> {
    BOOST_OUTCOME_TRY(lock, LockFile::hold(path + ".lock"));
    create_private(path);
    return std::unique_ptr<Store>(std::make_unique<SqliteStore>(path, std::move(lock)));
  });
}

}  // namespace confab::storage
