// The control socket's server: it reads lines and writes an answer for each.
//
// - A client that may not give commands gets an error line and is closed. So is one that comes when
//   kControlConnectionsMax are open, and one that sends a longer line than kControlLineOctetsMax.
// - A client that neither completes a line nor reads its answer for `idle_max` is closed.
//
// Thread: one makes and destroys it. A thread of its own serves the clients one after the other,
// and calls `may_steer` and `answer`. No worker waits for it.
// Bound: kControlConnectionsMax connections, each with one line and one answer.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/control/connection_counts.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::control {

inline constexpr size_t kControlConnectionsMax = 16;
inline constexpr size_t kControlLineOctetsMax = 65536;

class ControlServer {
 public:
  struct Options {
    io::OwnedFd listener;  // a stream socket that listens and does not block
    // Of the listener. At the end it is removed, unless a newer process has put its own there.
    // Empty: nothing is removed.
    std::string path;
    std::function<bool(int socket)> may_steer;
    // The answer to a line, with its newline. When it throws std::bad_alloc, the client is closed.
    std::function<std::string(std::string_view line)> answer;
    std::chrono::milliseconds idle_max{10'000};
    ConnectionCounts* counts = nullptr;  // outlives the server; null: nothing is counted
  };

  static absl::StatusOr<std::unique_ptr<ControlServer>> Start(Options options);
  // Waits for the answer that is being made, and closes all connections.
  ~ControlServer();
  // From now on another process serves those who come: nobody is accepted, and the socket's file
  // stays at the end. Any thread.
  void MakeWay() { makes_way_ = true; }
  int listener() const { return options_.listener.get(); }
  const std::string& path() const { return options_.path; }
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  class Connection;
  using Clock = std::chrono::steady_clock;

  // Which file it is.
  struct FileId {
    dev_t device = 0;
    ino_t number = 0;
    friend bool operator==(const FileId&, const FileId&) = default;
  };
  static std::optional<FileId> FileAt(const std::string& path);

  ControlServer(Options options, io::OwnedFd stop);

  void Run();
  bool WaitForWork();
  void AcceptAll(Clock::time_point now);
  void Serve(Connection* connection, Clock::time_point now);
  void NoteUse() const;
  int PollTimeout(Clock::time_point now) const;

  const Options options_;
  const std::optional<FileId> socket_file_;
  const io::OwnedFd stop_;  // an event; readable when the thread is to end
  std::atomic<bool> makes_way_ = false;
  Clock::time_point accept_again_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::thread thread_;  // the last member, because it uses the others
};

}  // namespace tern::resolver::control
