#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace confab::actors {

/// Bytes of text/event-stream that several clients may share.
using Frame = std::shared_ptr<const std::string>;

/// Where a stream's frames go. Called by the dispatcher alone, one call at a time; must not block.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// An event. False: the client is gone, or has been cut off because it reads too slowly.
  virtual bool push(const Frame& frame) = 0;

  /// How far the stream has come, without an event.
  virtual bool push_cursor(const Frame& frame) = 0;

  /// What may be lost: dropped while the client is behind.
  virtual void push_transient(const Frame& frame) = 0;

  /// True while the client is so far behind that it should be given time.
  virtual bool is_behind() const = 0;

  virtual void close() = 0;
};

}  // namespace confab::actors
