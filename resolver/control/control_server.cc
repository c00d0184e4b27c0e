#include "resolver/control/control_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <new>
#include <system_error>
#include <utility>

#include "resolver/control/control_request.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

constexpr std::chrono::seconds kAcceptPause(1);
constexpr size_t kPieceOctets = 4096;

}  // namespace

class ControlServer::Connection {
 public:
  Connection(io::OwnedFd socket, Clock::time_point deadline)
      : socket_(std::move(socket)), deadline_(deadline) {}

  int socket() const { return socket_.get(); }
  short events() const { return out_.empty() ? POLLIN : POLLOUT; }
  Clock::time_point deadline() const { return deadline_; }
  void SetDeadline(Clock::time_point deadline) { deadline_ = deadline; }
  bool is_over() const { return is_over_; }
  void End() { is_over_ = true; }
  bool has_answer() const { return !out_.empty(); }

  void Read() {
    char piece[kPieceOctets];
    while (in_.size() <= kControlLineOctetsMax) {
      const ssize_t octets = recv(socket_.get(), piece, sizeof piece, 0);
      if (octets < 0 && errno == EINTR) continue;
      if (octets < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
      if (octets <= 0) {
        sends_no_more_ = true;
        return;
      }
      in_.append(piece, static_cast<size_t>(octets));
    }
  }

  // The next whole line, without its newline.
  bool TakeLine(std::string* line) {
    const size_t end = in_.find('\n');
    if (end == std::string::npos || end > kControlLineOctetsMax) return false;
    line->assign(in_, 0, end);
    in_.erase(0, end + 1);
    return true;
  }
  bool IsTooLong() const {
    return in_.size() > kControlLineOctetsMax && in_.find('\n') > kControlLineOctetsMax;
  }
  bool sends_no_more() const { return sends_no_more_; }

  void Answer(std::string line) { out_ = std::move(line); }
  void Write() {
    while (!out_.empty()) {
      const ssize_t octets = send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
      if (octets < 0 && errno == EINTR) continue;
      if (octets < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK) is_over_ = true;
        return;
      }
      out_.erase(0, static_cast<size_t>(octets));
    }
  }

 private:
  io::OwnedFd socket_;
  Clock::time_point deadline_;
  std::string in_;
  std::string out_;
  bool sends_no_more_ = false;
  bool is_over_ = false;
};

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::Start(Options options) {
  io::OwnedFd stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stop.get() < 0) {
    return absl::UnavailableError(Concat("eventfd: ", std::generic_category().message(errno)));
  }
  std::unique_ptr<ControlServer> server(new ControlServer(std::move(options), std::move(stop)));
  try {
    server->thread_ = std::thread([server = server.get()] { server->Run(); });
  } catch (const std::system_error& error) {
    return absl::UnavailableError(Concat("cannot start a thread: ", error.what()));
  }
  return server;
}

ControlServer::ControlServer(Options options, io::OwnedFd stop)
    : options_(std::move(options)), socket_file_(FileAt(options_.path)), stop_(std::move(stop)) {
  connections_.reserve(kControlConnectionsMax);
  if (options_.counts != nullptr) options_.counts->most = kControlConnectionsMax;
}

ControlServer::~ControlServer() {
  const uint64_t one = 1;
  const ssize_t written = write(stop_.get(), &one, sizeof one);
  if (thread_.joinable() && written == sizeof one) thread_.join();
  if (makes_way_) return;
  if (socket_file_ && FileAt(options_.path) == socket_file_) unlink(options_.path.c_str());
}

std::optional<ControlServer::FileId> ControlServer::FileAt(const std::string& path) {
  struct stat file;
  if (path.empty() || lstat(path.c_str(), &file) != 0) return std::nullopt;
  return FileId{.device = file.st_dev, .number = file.st_ino};
}

void ControlServer::Run() {
  while (WaitForWork()) NoteUse();
}

void ControlServer::NoteUse() const {
  if (options_.counts != nullptr) options_.counts->open = connections_.size();
}

int ControlServer::PollTimeout(Clock::time_point now) const {
  if (connections_.empty() && accept_again_ <= now) return -1;
  Clock::time_point next = accept_again_ > now ? accept_again_ : Clock::time_point::max();
  for (const auto& connection : connections_) next = std::min(next, connection->deadline());
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 3'600'000));
}

// False when the server is to end.
bool ControlServer::WaitForWork() {
  pollfd waited[2 + kControlConnectionsMax];
  waited[0] = {.fd = stop_.get(), .events = POLLIN, .revents = 0};
  const bool accepts = accept_again_ <= Clock::now() && !makes_way_;
  waited[1] = {.fd = accepts ? options_.listener.get() : -1, .events = POLLIN, .revents = 0};
  size_t count = 2;
  for (const auto& connection : connections_) {
    waited[count++] = {.fd = connection->socket(), .events = connection->events(), .revents = 0};
  }
  const int ready = poll(waited, count, PollTimeout(Clock::now()));
  if (ready < 0 && errno != EINTR) return false;
  if (ready > 0 && waited[0].revents != 0) return false;
  for (size_t i = 0; i < connections_.size(); ++i) {
    Connection* const connection = connections_[i].get();
    if (ready > 0 && waited[2 + i].revents != 0) Serve(connection, Clock::now());
    if (connection->deadline() <= Clock::now()) connection->End();
  }
  std::erase_if(connections_, [](const auto& connection) { return connection->is_over(); });
  if (ready > 0 && waited[1].revents != 0) AcceptAll(Clock::now());
  return true;
}

void ControlServer::AcceptAll(Clock::time_point now) {
  while (!makes_way_) {
    io::OwnedFd socket(
        accept4(options_.listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() < 0) {
      const bool is_done =
          errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED;
      // Without descriptors the listener stays readable.
      if (!is_done) accept_again_ = now + kAcceptPause;
      return;
    }
    try {
      Connection connection(std::move(socket), now);
      const bool may_steer = options_.may_steer(connection.socket());
      if (may_steer && connections_.size() < kControlConnectionsMax) {
        connection.SetDeadline(now + options_.idle_max);
        connections_.push_back(std::make_unique<Connection>(std::move(connection)));
        continue;
      }
      if (may_steer && options_.counts != nullptr) ++options_.counts->met;
      connection.Answer(ErrorLine(may_steer ? "too many connections"
                                            : "not allowed: only root, the user of ternd and the "
                                              "members of its group may give commands"));
      connection.Write();
    } catch (const std::bad_alloc&) {
      // The client is closed.
    }
  }
}

void ControlServer::Serve(Connection* connection, Clock::time_point now) try {
  if (connection->has_answer()) {
    connection->Write();
    if (connection->has_answer()) return;
    connection->SetDeadline(now + options_.idle_max);
  } else {
    connection->Read();
  }
  std::string line;
  while (!connection->is_over() && !connection->has_answer() && connection->TakeLine(&line)) {
    connection->Answer(options_.answer(line));
    connection->Write();
    connection->SetDeadline(Clock::now() + options_.idle_max);
  }
  if (connection->has_answer()) return;
  if (connection->IsTooLong()) {
    connection->Answer(
        ErrorLine(Concat("expected a line of at most ", kControlLineOctetsMax, " octets")));
    connection->Write();
    connection->End();
  }
  if (connection->sends_no_more()) connection->End();
} catch (const std::bad_alloc&) {
  connection->End();
}

}  // namespace tern::resolver::control
