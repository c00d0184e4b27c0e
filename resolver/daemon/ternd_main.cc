// ternd: the resolver as a process in the foreground. The main thread waits for signals. The
// workers' threads do the work.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "resolver/base/time.h"
#include "resolver/base/version.h"
#include "resolver/config/config.h"
#include "resolver/daemon/control_start.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/daemon_options.h"
#include "resolver/daemon/file_doubts.h"
#include "resolver/daemon/given_descriptors.h"
#include "resolver/daemon/log.h"
#include "resolver/daemon/log_limits.h"
#include "resolver/daemon/main_tasks.h"
#include "resolver/daemon/making_way.h"
#include "resolver/daemon/passing_on.h"
#include "resolver/daemon/predecessor.h"
#include "resolver/daemon/settings_doubts.h"
#include "resolver/daemon/steering.h"
#include "resolver/daemon/supervisor.h"
#include "resolver/daemon/upgrade.h"
#include "resolver/daemon/watchdog.h"
#include "resolver/io/given_sockets.h"
#include "resolver/io/network_changes.h"
#include "wire/check.h"
#include "wire/concat.h"

// jemalloc reads this when it starts; other allocators ignore it. After a flood, a background
// thread of jemalloc returns memory to the kernel. When there is no memory to return, the thread
// sleeps.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,max_background_threads:1,dirty_decay_ms:2000";

namespace tern::resolver::daemon {
namespace {

constexpr const char* kNoMemory = "out of memory";
constexpr const char* kOldStays = "the old configuration stays in force";
constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
// The manual page promises an end within two seconds.
constexpr std::chrono::milliseconds kStopMax(1700);
// Of that, for cache.file.
constexpr std::chrono::milliseconds kSaveMax(1000);
// Of that, for the questions that were taken.
constexpr std::chrono::milliseconds kAnswerMax(300);
// After an upgrade, for clients that are connected. predecessor.h knows it.
constexpr std::chrono::seconds kFarewellMax(30);
// What is to be forgotten is forgotten in slices, so that signals and commands do not wait.
constexpr std::chrono::milliseconds kForgetSlice(20);
constexpr std::chrono::hours kRollSecretEvery(24);
// While the clock is wrong, and else. What workers see of the anchors is told at once.
constexpr std::chrono::seconds kFollowWrongClockEvery(10);
constexpr std::chrono::hours kFollowClockEvery(1);

absl::StatusOr<config::Settings> ReadSettings(const DaemonOptions& options) {
  return options.config.empty() ? config::DefaultSettings() : config::LoadConfig(options.config);
}

// A configuration with several mistakes has a line for each.
void LogError(const absl::Status& status) {
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(status.message(), '\n'))) {
    Log(LogLevel::kError, line);
  }
}

int Fail(const absl::Status& status) {
  LogError(status);
  return kExitFailure;
}

std::string NameOfConfiguration(const DaemonOptions& options) {
  return options.config.empty() ? "built-in defaults" : options.config;
}

int Check(const DaemonOptions& options) {
  const auto settings = ReadSettings(options);
  if (!settings.ok()) return Fail(settings.status());
  const auto configuration = MakeConfiguration(*settings);
  if (!configuration.ok()) return Fail(configuration.status());
  LogWarnings(DoubtsOf(*settings));
  LogWarnings(FileDoubts(*settings));
  std::printf("%s: good\n", NameOfConfiguration(options).c_str());
  return 0;
}

// What other threads of this process send to the main thread. Nobody else has a use for them: not
// scripts for other daemons, which send SIGUSR1 to have a log opened anew.
int TasksSignal() { return SIGRTMIN; }
int NewsSignal() { return SIGRTMIN + 1; }  // of anchors, or for the log

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGIO, TasksSignal(), NewsSignal()}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

absl::Status ReadAgain(Daemon* daemon, const DaemonOptions& options) try {
  const auto settings = ReadSettings(options);
  const absl::Status status = settings.ok() ? daemon->Reload(*settings) : settings.status();
  daemon->state().SetReloadFailed(!status.ok());
  if (!status.ok()) {
    LogError(status);
    Log(LogLevel::kError, kOldStays);
    return absl::Status(status.code(), Concat(std::string(status.message()), "\n", kOldStays));
  }
  const control::ReloadReport& report = daemon->last_reload();
  Log(LogLevel::kInfo, "configuration read again");
  for (const control::ReportLine& line : LinesOf(report)) {
    Log(line.is_warning ? LogLevel::kWarning : LogLevel::kInfo, line.text);
  }
  return status;
} catch (const std::bad_alloc&) {
  daemon->state().SetReloadFailed(true);
  Log(LogLevel::kError, "out of memory; the old configuration stays in force");
  return absl::ResourceExhaustedError(kNoMemory);
}

absl::Status Reload(Daemon* daemon, const DaemonOptions& options, const Supervisor& supervisor) {
  supervisor.TellReloading(std::chrono::steady_clock::now());
  absl::Status status = ReadAgain(daemon, options);
  supervisor.TellReady();  // also with the old configuration
  return status;
}

void RollCookieSecret(Daemon* daemon) try {
  daemon->RollCookieSecret();
} catch (const std::bad_alloc&) {
  Log(LogLevel::kError, "out of memory; the secret of the cookies stays for another day");
}

void FollowAnchors(Daemon* daemon) try { daemon->FollowAnchors(); } catch (const std::bad_alloc&) {
  Log(LogLevel::kError, "out of memory; changes of the trust anchors are not followed");
}

// Ends the process after that time, even when a worker is stuck.
class StopWatchdog {
 public:
  StopWatchdog(int exit_code, std::chrono::milliseconds at_most)
      : thread_([this, exit_code, at_most] {
          std::unique_lock lock(lock_);
          if (done_changed_.wait_for(lock, at_most, [this] { return done_; })) return;
          Log(LogLevel::kWarning, "a worker did not end in time");
          _exit(exit_code);
        }) {}
  ~StopWatchdog() {
    {
      const std::lock_guard guard(lock_);
      done_ = true;
    }
    done_changed_.notify_all();
    thread_.join();
  }
  StopWatchdog(const StopWatchdog&) = delete;
  StopWatchdog& operator=(const StopWatchdog&) = delete;

 private:
  std::mutex lock_;
  std::condition_variable done_changed_;
  bool done_ = false;
  std::thread thread_;  // the last member, because it uses the others
};

void LogReady(const Daemon& daemon, const DaemonOptions& options) {
  std::string addresses;
  for (const Endpoint& endpoint : daemon.listening()) {
    addresses += Concat(addresses.empty() ? "" : ", ", endpoint.ToText());
  }
  // Whoever starts ternd waits for this line, whatever the level of the log is.
  Announce(Concat("ready: tern ", kVersion, " answers on ", addresses, "; ", daemon.worker_count(),
                  daemon.worker_count() == 1 ? " worker" : " workers", " on ", daemon.engine_name(),
                  "; configuration: ", NameOfConfiguration(options)));
}

// Looks at the machine's network again when the kernel has told of a change. Changes come in
// bursts, so it waits a second for the others.
class NetworkFollower {
 public:
  using Clock = std::chrono::steady_clock;

  NetworkFollower() {
    auto changes = io::NetworkChanges::Watch(SIGIO);
    if (changes.ok()) {
      changes_ = *std::move(changes);
      OnChange();  // one may have come since the start
    } else {
      Log(LogLevel::kWarning, Concat(std::string(changes.status().message()),
                                     "; SIGHUP makes ternd look at them again"));
    }
  }

  std::optional<Clock::time_point> due() const { return due_; }
  void OnChange() {
    if (!due_) due_ = Clock::now() + kPause;
  }
  void Follow(Daemon* daemon) try {
    due_.reset();
    if (changes_) changes_->Drain();  // without it, somebody else sent the signal
    daemon->FollowNetwork();
  } catch (const std::bad_alloc&) {
    Log(LogLevel::kError, "out of memory; changes of the network are not followed");
  }

 private:
  static constexpr std::chrono::seconds kPause{1};

  std::optional<io::NetworkChanges> changes_;
  std::optional<Clock::time_point> due_;
};

// Tells what has changed since the log was last told: which zones are silent, and how many lines
// were left out.
class Teller {
 public:
  using Clock = std::chrono::steady_clock;

  std::optional<Clock::time_point> due() const { return due_; }
  void Tell(Daemon* daemon) try {
    const Clock::time_point now = Clock::now();
    const bool told_all = TellLinesLeftOut(/*at_end=*/false);
    const std::optional<Duration> pause = daemon->TellSilence();
    due_.reset();
    if (pause) due_ = now + *pause;
    if (!told_all) due_ = now + LogLimit::kEach;
  } catch (const std::bad_alloc&) {
    Log(LogLevel::kError, "out of memory; the log may lack lines");
  }

 private:
  std::optional<Clock::time_point> due_;
};

std::chrono::seconds FollowPause(const Daemon& daemon) {
  if (daemon.validation_in_force().time_unsure) return kFollowWrongClockEvery;
  return std::min<std::chrono::seconds>(kFollowClockEvery, daemon.UntilAnchorEnds());
}

// The parts of the running process.
struct Running {
  Daemon* daemon;
  const sigset_t& signals;
  const DaemonOptions& options;
  const Supervisor& supervisor;
  const Steering& steering;
  MainTasks* tasks;
  MakingWay* making_way;
  Predecessor* predecessor;
};

// Has the configuration read again when there is no upgrade under way. The next process may have
// read it too early, so it gets the signal if it takes over.
class ReloadWish {
 public:
  void Note() { is_there_ = true; }
  bool IsDue(const MakingWay& making_way) {
    return is_there_ && !making_way.is_under_way() && std::exchange(is_there_, false);
  }
  void PassOnTo(pid_t process) const {
    if (is_there_) (void)kill(process, SIGHUP);
  }

 private:
  bool is_there_ = false;
};

// Returns when a signal or a command ends the process, or an upgrade. Meanwhile it also does the
// tasks that are due once a day, after a reload, or when the network has changed.
void WaitForEnd(const Running& running) {
  Daemon* const daemon = running.daemon;
  using Clock = std::chrono::steady_clock;
  NetworkFollower network;
  Teller teller;
  ReloadWish reload;
  Clock::time_point next_roll = Clock::now() + kRollSecretEvery;
  Clock::time_point next_follow = Clock::now() + FollowPause(*daemon);
  uint64_t generation = daemon->state().generation();
  for (;;) {
    const Clock::time_point next =
        std::min({next_roll, next_follow, daemon->forget_again_at().value_or(next_roll),
                  network.due().value_or(next_roll), teller.due().value_or(next_roll),
                  running.predecessor->due().value_or(next_roll)});
    const auto wait = std::max<std::chrono::seconds>(
        std::chrono::ceil<std::chrono::seconds>(next - Clock::now()), std::chrono::seconds(0));
    const timespec limit = {.tv_sec = wait.count(), .tv_nsec = 0};
    const int signal = sigtimedwait(&running.signals, nullptr, &limit);
    if (signal == SIGHUP) {
      reload.Note();
    } else if (signal == SIGUSR2) {
      static_cast<void>(running.making_way->Begin());  // the log tells it
    } else if (signal == SIGIO) {
      network.OnChange();
    } else if (signal == NewsSignal()) {
      next_follow = Clock::now();
    } else if (signal == TasksSignal()) {
      // The tasks are done below.
    } else if (signal >= 0 || (errno != EAGAIN && errno != EINTR)) {
      return;
    }
    teller.Tell(daemon);
    running.tasks->DoAll();
    if (running.steering.is_stopping()) return;
    if (const auto& successor = running.making_way->successor()) {
      return reload.PassOnTo(successor->process);
    }
    if (reload.IsDue(*running.making_way)) {
      static_cast<void>(Reload(daemon, running.options, running.supervisor));  // the log tells it
    }
    if (running.predecessor->due() && Clock::now() >= *running.predecessor->due()) {
      running.predecessor->OnDue();
    }
    // It may have been read again, or a command may have changed it.
    if (std::exchange(generation, daemon->state().generation()) != daemon->state().generation()) {
      next_follow = Clock::now();
    }
    if (daemon->forget_again_at() && Clock::now() >= *daemon->forget_again_at()) {
      daemon->ForgetAgain(kForgetSlice);
    }
    if (network.due() && Clock::now() >= *network.due()) network.Follow(daemon);
    if (Clock::now() >= next_follow) {
      FollowAnchors(daemon);
      next_follow = Clock::now() + FollowPause(*daemon);
    }
    if (Clock::now() < next_roll) continue;
    RollCookieSecret(daemon);
    next_roll = Clock::now() + kRollSecretEvery;
  }
}

// Takes the signals that have come. A reload is meant for the next process, which may have read its
// file too early.
bool EndsAtOnce(const sigset_t& signals, pid_t successor) {
  const timespec now = {.tv_sec = 0, .tv_nsec = 0};
  for (int signal = 0; (signal = sigtimedwait(&signals, nullptr, &now)) >= 0;) {
    if (signal == SIGHUP) (void)kill(successor, SIGHUP);
    if (signal == SIGTERM || signal == SIGINT) return true;
  }
  return false;
}

// Ends a process whose successor has taken over.
int EndAfterUpgrade(const sigset_t& signals, MainTasks* tasks, MakingWay* making_way,
                    std::unique_ptr<control::ControlServer>* control,
                    std::unique_ptr<Daemon>* daemon) {
  const StopWatchdog stop_watchdog(0, kFarewellMax + kStopMax);
  tasks->Close();
  control->reset();  // the command that began the upgrade gets its answer
  const pid_t successor = making_way->successor()->process;
  making_way->AnswerTheRest(kFarewellMax, [&] { return !EndsAtOnce(signals, successor); });
  daemon->reset();
  (void)EndsAtOnce(signals, successor);
  Log(LogLevel::kInfo, "ended after the upgrade");
  return 0;
}

// Waits until the process before lets this one go on. An error: this one must end.
absl::Status TakeOver(Predecessor* predecessor, const std::vector<io::GivenSocket>& left,
                      control::ControlServer* control, Daemon* daemon) {
  if (!predecessor->is_there()) return absl::OkStatus();
  std::vector<std::string_view> names;
  for (const io::GivenSocket& one : left) names.push_back(one.name);
  const absl::Status status = predecessor->TakeOver(names);
  if (status.ok()) {
    daemon->StartWriters();
  } else {
    if (control != nullptr) control->MakeWay();
    daemon->AnswerTheRest({.at_most = kAnswerMax});
  }
  return status;
}

// Where this program lies. The next one is looked for there.
std::string ProgramPath() {
  char path[PATH_MAX];
  const ssize_t octets = readlink("/proc/self/exe", path, sizeof path);
  return octets > 0 ? std::string(path, static_cast<size_t>(octets)) : "";
}

// The cache comes from the process before, as late as possible.
void AskForCacheInTime(const Predecessor& predecessor, GivenDescriptors* given) {
  given->before_cache = [&predecessor, given] {
    if (!predecessor.AskForCache()) given->cache = io::OwnedFd();
  };
}

int Stop(const Supervisor& supervisor, bool failed, MainTasks* tasks, MakingWay* making_way,
         std::unique_ptr<control::ControlServer>* control, std::unique_ptr<Daemon>* daemon) {
  (*daemon)->state().SetDraining(true);
  supervisor.TellStopping();
  const int exit_code = failed ? kExitFailure : 0;
  const StopWatchdog stop_watchdog(exit_code, kStopMax);
  Log(LogLevel::kInfo, "stopping");
  tasks->Close();
  making_way->Cancel();
  control->reset();
  if (!failed) {
    (*daemon)->SaveCache(kSaveMax);
    KeepFiles(supervisor, kSaveMax, daemon->get());
    (*daemon)->AnswerTheRest({.at_most = kAnswerMax});
  }
  daemon->reset();
  return exit_code;
}

int Serve(const DaemonOptions& options, Upgrade::Options next) {
  GivenDescriptors given = TakeGivenDescriptors();
  Predecessor predecessor(std::move(given.predecessor), getppid());
  const auto fail = [&predecessor](const absl::Status& status) {
    predecessor.TellError(std::string(status.message()));
    return Fail(status);
  };
  // This comes first: a signal that is sent while the configuration is read waits for its turn,
  // where SIGHUP would end the process otherwise. All threads inherit the mask, so signals reach
  // this thread only.
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Signals that scripts for other daemons send must not end this one.
  for (const int signal : {SIGPIPE, SIGALRM, SIGUSR1}) std::signal(signal, SIG_IGN);
  auto settings = ReadSettings(options);
  if (!settings.ok()) return fail(settings.status());
  if (!RaiseDescriptorLimit()) {
    Log(LogLevel::kWarning, "the limit of open files could not be raised");
  }
  std::atomic<bool> failed = false;
  const auto on_failure = [&failed](const absl::Status& status) {
    Log(LogLevel::kError, std::string(status.message()));
    failed = true;
    kill(getpid(), SIGTERM);
  };
  const auto wake = [] { kill(getpid(), NewsSignal()); };
  OnLinesLeftOut(wake);
  const Supervisor supervisor(std::getenv("NOTIFY_SOCKET"));
  if (predecessor.is_there()) {
    AskForCacheInTime(predecessor, &given);
  } else {
    ForgetFiles(supervisor, given);
  }
  auto daemon = Daemon::Start(*std::move(settings), on_failure, wake, &given);
  if (!daemon.ok()) return fail(daemon.status());
  const auto wake_for_tasks = [] { kill(getpid(), TasksSignal()); };
  MainTasks tasks(wake_for_tasks);
  MakingWay making_way({.daemon = daemon->get(), .tasks = &tasks, .supervisor = &supervisor},
                       std::move(next), wake_for_tasks);
  Steering steering({.daemon = daemon->get(),
                     .tasks = &tasks,
                     .configuration = NameOfConfiguration(options),
                     .reload = [&] { return Reload(daemon->get(), options, supervisor); },
                     .making_way = &making_way});
  auto control = StartControl((*daemon)->settings(), (*daemon)->SourcesOfControl(&steering),
                              given.sockets.TakeUnix((*daemon)->settings().control.socket).fd);
  if (!control.ok()) {
    (*daemon)->AnswerTheRest({.at_most = kAnswerMax});
    return fail(control.status());
  }
  making_way.SetControl(control->get());
  std::vector<io::GivenSocket> left = given.sockets.TakeRest();
  const absl::Status taken = TakeOver(&predecessor, left, control->get(), daemon->get());
  if (!taken.ok()) return Fail(taken);
  KeepSockets(supervisor, **daemon);
  CloseForeign(supervisor, std::move(left));
  LogReady(**daemon, options);
  supervisor.TellReady();

  std::optional<Watchdog> watchdog;
  if (const auto interval =
          WatchdogInterval(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"))) {
    watchdog.emplace((*daemon)->DutiesOfWatchdog([&supervisor] { supervisor.TellAlive(); }),
                     *interval);
  }
  WaitForEnd({.daemon = daemon->get(),
              .signals = signals,
              .options = options,
              .supervisor = supervisor,
              .steering = steering,
              .tasks = &tasks,
              .making_way = &making_way,
              .predecessor = &predecessor});
  watchdog.reset();
  if (making_way.successor()) {
    return EndAfterUpgrade(signals, &tasks, &making_way, &*control, &*daemon);
  }
  return Stop(supervisor, failed, &tasks, &making_way, &*control, &*daemon);
}

int Main(int argc, char** argv) try {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto options = ParseDaemonOptions(words);
  if (!options.ok()) {
    std::fprintf(stderr, "ternd: %s\nTry ternd --help.\n",
                 std::string(options.status().message()).c_str());
    return kExitUsage;
  }
  if (options->help) {
    const std::string help = HelpText(TerndProgram());
    std::fwrite(help.data(), 1, help.size(), stdout);
    return 0;
  }
  if (options->version) {
    std::printf("ternd %s\n", std::string(kVersion).c_str());
    return 0;
  }
  SetCheckReport(LogFailedCheck);
  const int exit_code =
      options->check ? Check(*options)
                     : Serve(*options, {.program = ProgramPath(),
                                        .arguments = std::vector<std::string>(argv, argv + argc)});
  TellLinesLeftOut(/*at_end=*/true);
  return exit_code;
} catch (const std::bad_alloc&) {
  Log(LogLevel::kError, kNoMemory);
  return kExitFailure;
}

}  // namespace
}  // namespace tern::resolver::daemon

int main(int argc, char** argv) { return tern::resolver::daemon::Main(argc, argv); }
