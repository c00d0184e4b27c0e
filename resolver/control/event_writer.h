// The thread that writes the query log and dnstap from the events of all workers.
//
// - It looks into the rings kPauseMax after the last time, and sooner when they fill. A worker
//   wakes it when its ring is half full.
// - Nothing that it waits for holds a worker back. When the writer is late, rings are full and
//   events are dropped.
//
// Thread: Reopen, AwaitFiles and the end are the owner's. Bound: those of the rings and of the
// outputs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "resolver/base/event_settings.h"
#include "resolver/base/events.h"
#include "resolver/control/dnstap_message.h"
#include "resolver/control/event_counts.h"
#include "resolver/control/event_file.h"
#include "resolver/control/frame_file.h"
#include "resolver/control/frame_socket.h"
#include "resolver/control/query_log_output.h"

namespace tern::resolver::control {

// What the settings want of the workers. `seed` is random. Null: nothing. Throws std::bad_alloc.
std::shared_ptr<const Events> MakeEvents(const DnstapSettings& dnstap,
                                         const QueryLogSettings& query_log, size_t workers,
                                         uint64_t seed);

class EventWriter {
 public:
  // Hears what has become of an output, once for each change. On the writer's thread.
  using Tell = std::function<void(bool is_bad, std::string_view line)>;

  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds kPauseMax{100};
  static constexpr std::chrono::milliseconds kPauseMin{1};
  // A disk that hangs must not hold the owner of the writer.
  static constexpr std::chrono::milliseconds kOpenMax{2000};
  // What the reader of dnstap gets to read what is left.
  static constexpr std::chrono::milliseconds kEndMax{300};

  struct Options {
    DnstapSettings dnstap;
    QueryLogSettings query_log;
    std::vector<Endpoint> listening;
    std::shared_ptr<const Events> events;
    EventCounts* counts = nullptr;  // outlives the writer
    // What is added to a worker's time to get the time since 1970.
    std::function<Duration()> wall_shift;
    Tell tell;
  };

  // Throws std::bad_alloc, std::system_error when there is no thread.
  explicit EventWriter(Options options);
  // Writes what is in the rings, and ends.
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  // Files that were moved are begun anew, soon.
  void Reopen();
  // What became of the files at the start or, after a Reopen, at that. Waits until it is known,
  // kOpenMax at the longest. Without the standard error. Throws std::bad_alloc.
  std::vector<EventFile> AwaitFiles();

 private:
  void Run();
  void TurnOnce();
  // Takes what is there, and gives the part of the fullest ring that was taken, from 0 to 1.
  double Drain();
  void Use(const Event& event);
  void Turn();
  void BeginReopening();
  void NoteFiles();
  void TellChanges();
  void CountRings();
  void End();

  // What was told of an output.
  struct Told {
    int error = 0;
    bool is_bad = false;
  };
  void TellChange(std::string_view what, const std::string& path, bool is_bad, int error,
                  Told* told);

  const Options options_;
  std::vector<uint64_t> dropped_before_;  // by worker: of the writers before this one
  std::optional<DnstapEncoder> encoder_;
  std::optional<FrameSocket> socket_;
  std::optional<FrameFile> file_;
  std::optional<QueryLogOutput> query_log_;
  Told told_socket_;
  Told told_file_;
  Told told_query_log_;
  std::chrono::milliseconds pause_ = kPauseMax;
  Duration wall_shift_{0};
  std::atomic<bool> reopens_ = false;
  std::atomic<bool> stops_ = false;
  bool dnstap_stayed_ = false;  // at the last Reopen
  std::mutex waiting_;
  std::optional<std::vector<EventFile>> files_;  // under waiting_; nothing: not known yet
  std::condition_variable files_known_;
  std::thread thread_;  // the last member, because it uses the others
};

}  // namespace tern::resolver::control
