// What the daemon does for the query log and dnstap (see daemon.h).
#include <chrono>
#include <new>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/control/event_file.h"
#include "resolver/crypto/random.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/log.h"

namespace tern::resolver::daemon {
namespace {

Duration WallShift() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Duration>(wall) - io::ReadMonotonicClock().time_since_epoch();
}

bool WantTheSame(const config::Settings& a, const config::Settings& b) {
  return a.dnstap == b.dnstap && a.query_log == b.query_log;
}

}  // namespace

std::shared_ptr<const Events> Daemon::EventsFor(const config::Settings& settings) const {
  if (event_writer_ != nullptr && WantTheSame(settings, settings_)) return configuration_.events;
  return control::MakeEvents(settings.dnstap, settings.query_log, worker_count(),
                             crypto::RandomGenerator().Next());
}

void Daemon::StartEventWriter() try {
  if (configuration_.events == nullptr) return;
  control::EventWriter::Options options;
  options.dnstap = settings_.dnstap;
  options.query_log = settings_.query_log;
  options.listening = listening();
  options.events = configuration_.events;
  options.counts = event_counts_.get();
  options.wall_shift = &WallShift;
  options.tell = [](bool is_bad, std::string_view line) {
    Log(is_bad ? LogLevel::kWarning : LogLevel::kInfo, line);
  };
  event_writer_ = std::make_unique<control::EventWriter>(std::move(options));
} catch (const std::bad_alloc&) {
  Log(LogLevel::kError, "out of memory; there is no query log and no dnstap");
} catch (const std::system_error&) {
  Log(LogLevel::kError, "no more threads; there is no query log and no dnstap");
}

void Daemon::FollowEvents(const config::Settings& before) {
  if (event_writer_ != nullptr && WantTheSame(before, settings_)) {
    event_writer_->Reopen();
    return;
  }
  // The one before writes what it has. Meanwhile the workers fill the new rings.
  event_writer_.reset();
  StartEventWriter();
}

absl::StatusOr<std::vector<control::EventFile>> Daemon::ReopenEventFiles() {
  FollowEvents(settings_);
  if (event_writer_ != nullptr) return event_writer_->AwaitFiles();
  if (configuration_.events == nullptr) return std::vector<control::EventFile>();
  return absl::UnavailableError("nobody writes the query log and dnstap; the log says why");
}

// The reload is in force already, so it must not fail when there is no memory for its report.
std::vector<control::EventFile> Daemon::UnopenedEventFiles() const try {
  if (event_writer_ == nullptr) return {};
  std::vector<control::EventFile> files = event_writer_->AwaitFiles();
  std::erase_if(files, [](const control::EventFile& file) { return file.IsOpen(); });
  return files;
} catch (const std::bad_alloc&) {
  return {};
}

}  // namespace tern::resolver::daemon
