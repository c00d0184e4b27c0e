#include "resolver/control/event_writer.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#include "resolver/base/event_ring.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

// Then the outputs have their turn.
constexpr int kEventsAtOnce = 512;
// A ring that was so full is looked at sooner next time, and later if it was not.
constexpr double kMuch = 1.0 / 8;
constexpr double kLittle = 1.0 / 64;
// The difference of the clocks is taken anew when it is off by more.
constexpr Duration kClockDrift = std::chrono::milliseconds(1);

constexpr std::string_view kDnstapFile = "dnstap.file";

std::vector<EventFile> PathsOf(const EventWriter::Options& options) {
  std::vector<EventFile> files;
  const std::string& log = options.query_log.file;
  if (!log.empty() && log != kStandardError)
    files.push_back({.key = "query_log.file", .path = log});
  if (!options.dnstap.file.empty()) {
    files.push_back({.key = kDnstapFile, .path = options.dnstap.file});
  }
  return files;
}

}  // namespace

std::shared_ptr<const Events> MakeEvents(const DnstapSettings& dnstap,
                                         const QueryLogSettings& query_log, size_t workers,
                                         uint64_t seed) {
  if (!dnstap.IsOn() && !query_log.IsOn()) return nullptr;
  return std::make_shared<const Events>(
      EventWishes{.clients_to_dnstap = dnstap.IsOn() && dnstap.clients,
                  .servers_to_dnstap = dnstap.IsOn() && dnstap.servers,
                  .dnstap_sample = static_cast<uint32_t>(dnstap.sample),
                  .to_log = query_log.IsOn(),
                  .log_sample = static_cast<uint32_t>(query_log.sample),
                  .log_filter = query_log.filter,
                  .seed = seed},
      workers);
}

EventWriter::EventWriter(Options options) : options_(std::move(options)) {
  EventCounts& counts = *options_.counts;
  for (size_t i = 0; i < counts.workers; ++i) dropped_before_.push_back(counts.dropped[i]);
  if (options_.dnstap.IsOn()) encoder_.emplace(options_.dnstap, options_.listening);
  if (!options_.dnstap.socket.empty()) socket_.emplace(options_.dnstap.socket, &counts.dnstap);
  if (!options_.dnstap.file.empty()) file_.emplace(options_.dnstap.file, &counts.dnstap);
  if (options_.query_log.IsOn()) query_log_.emplace(options_.query_log, &counts.query_log);
  thread_ = std::thread([this] { Run(); });
}

EventWriter::~EventWriter() {
  {
    const std::lock_guard guard(waiting_);
    stops_ = true;
  }
  options_.events->bell.notify_all();
  thread_.join();
}

void EventWriter::Reopen() {
  {
    const std::lock_guard guard(waiting_);
    files_.reset();
    reopens_ = true;
  }
  options_.events->bell.notify_all();
}

std::vector<EventFile> EventWriter::AwaitFiles() {
  std::unique_lock lock(waiting_);
  if (files_known_.wait_for(lock, kOpenMax, [this] { return files_.has_value(); })) return *files_;
  std::vector<EventFile> files = PathsOf(options_);
  for (EventFile& file : files) file.state = EventFile::State::kUnknown;
  return files;
}

void EventWriter::Run() {
  while (!stops_) {
    TurnOnce();
    const bool hurries =
        socket_ && (socket_->HasUnsent() || (!socket_->IsOpen() && !socket_->IsAway()));
    const auto pause = hurries ? std::min(pause_, 10 * kPauseMin) : pause_;
    std::unique_lock lock(waiting_);
    // A worker's alarm ends the pause too.
    if (!stops_ && !reopens_) options_.events->bell.wait_for(lock, pause);
  }
  TurnOnce();
  End();
}

// When memory is short, what was being written is lost, and the thread goes on.
void EventWriter::TurnOnce() try {
  if (reopens_.exchange(false)) BeginReopening();
  Turn();
  NoteFiles();
  const double most = Drain();
  if (most > kMuch) {
    pause_ = std::max(pause_ / 2, kPauseMin);
  } else if (most < kLittle) {
    pause_ = std::min(pause_ * 2, kPauseMax);
  }
  CountRings();
  TellChanges();
} catch (const std::bad_alloc&) {
  pause_ = kPauseMax;
}

void EventWriter::BeginReopening() {
  dnstap_stayed_ = file_ && !file_->Reopen();
  if (query_log_) query_log_->Reopen();
}

// After the files had their turn.
void EventWriter::NoteFiles() {
  const std::lock_guard guard(waiting_);
  if (files_ || reopens_) return;
  std::vector<EventFile> files = PathsOf(options_);
  for (EventFile& file : files) {
    const bool is_dnstap = file.key == kDnstapFile;
    if (is_dnstap && dnstap_stayed_) file.state = EventFile::State::kStayed;
    if (is_dnstap ? file_->IsOpen() : query_log_->IsOpen()) continue;
    file.state = EventFile::State::kFailed;
    file.error = is_dnstap ? file_->error() : query_log_->error();
  }
  files_ = std::move(files);
  files_known_.notify_all();
}

double EventWriter::Drain() {
  // All events of one query must show the same time for it.
  const Duration wall_shift = options_.wall_shift();
  if (std::chrono::abs(wall_shift - wall_shift_) > kClockDrift) wall_shift_ = wall_shift;
  double most = 0;
  for (const auto& ring : options_.events->rings) {
    most = std::max(most, static_cast<double>(ring->used()) / static_cast<double>(ring->octets()));
  }
  // What workers put meanwhile waits for the next time, if there is much of it.
  constexpr int kRounds = 64;
  bool has_more = true;
  for (int round = 0; round < kRounds && has_more; ++round) {
    has_more = false;
    for (const auto& ring : options_.events->rings) {
      int taken = 0;
      while (taken < kEventsAtOnce && ring->Take([this](const Event& event) { Use(event); })) {
        ++taken;
      }
      has_more |= taken == kEventsAtOnce;
    }
    Turn();
  }
  return most;
}

void EventWriter::Use(const Event& event) {
  if (event.to_log && query_log_) query_log_->Put(event, wall_shift_);
  if (!event.to_dnstap || !encoder_) return;
  encoder_->Encode(event, wall_shift_, [this](std::span<const uint8_t> message) {
    if (socket_) socket_->Put(message);
    if (file_) file_->Put(message);
  });
}

void EventWriter::Turn() {
  const auto now = Clock::now();
  if (socket_) socket_->Turn(now);
  if (file_) file_->Turn(now);
  if (query_log_) query_log_->Turn(now);
}

void EventWriter::TellChange(std::string_view what, const std::string& path, bool is_bad, int error,
                             Told* told) {
  if (is_bad == told->is_bad && (!is_bad || error == told->error)) return;
  *told = {.error = error, .is_bad = is_bad};
  if (!options_.tell) return;
  if (is_bad) {
    const std::string why =
        error == 0 ? "its reader has gone" : std::generic_category().message(error);
    options_.tell(true, Concat(what, " cannot be written to ", path, ": ", why));
  } else {
    options_.tell(false, Concat(what, " is written to ", path, " again"));
  }
}

void EventWriter::TellChanges() {
  if (socket_) {
    // While the reader is greeted, nothing is known yet.
    if (socket_->IsOpen() || socket_->IsAway()) {
      TellChange("dnstap", socket_->path(), socket_->IsAway(), socket_->error(), &told_socket_);
    }
  }
  if (file_) {
    TellChange("dnstap", file_->path(), file_->error() != 0, file_->error(), &told_file_);
  }
  if (query_log_) {
    TellChange("the query log", query_log_->path(), query_log_->error() != 0, query_log_->error(),
               &told_query_log_);
  }
}

void EventWriter::CountRings() {
  EventCounts& counts = *options_.counts;
  const auto& rings = options_.events->rings;
  uint64_t octets = 0;
  uint64_t used = 0;
  for (size_t i = 0; i < rings.size(); ++i) {
    octets += rings[i]->octets();
    used += rings[i]->used();
    if (i < counts.workers) counts.dropped[i] = dropped_before_[i] + rings[i]->dropped();
  }
  counts.ring_octets = octets;
  counts.ring_octets_used = used;
}

void EventWriter::End() try {
  if (socket_) socket_->End(kEndMax);
  if (file_) file_->End();
  if (query_log_) query_log_->Turn(Clock::now());
  options_.counts->ring_octets = 0;
  options_.counts->ring_octets_used = 0;
} catch (const std::bad_alloc&) {
  // The stream ends without its last frame.
}

}  // namespace tern::resolver::control
