#include "resolver/tool/health.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

constexpr uint16_t kHttpPort = 9530;

using SteadyClock = std::chrono::steady_clock;

// A socket with a time until which it may be used.
class TimedSocket {
 public:
  TimedSocket(int family, std::chrono::milliseconds timeout)
      : fd_(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        deadline_(SteadyClock::now() + timeout) {}
  ~TimedSocket() {
    if (fd_ >= 0) close(fd_);
  }
  TimedSocket(const TimedSocket&) = delete;
  TimedSocket& operator=(const TimedSocket&) = delete;

  bool Connect(const Endpoint& server) {
    sockaddr_storage address;
    const socklen_t size = server.ToSockaddr(&address);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
    return errno == EINPROGRESS && Wait(POLLOUT);
  }
  bool SendAll(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        text.remove_prefix(static_cast<size_t>(sent));
      } else if (errno != EAGAIN || !Wait(POLLOUT)) {
        return false;
      }
    }
    return true;
  }
  // All that comes until the server ends the connection. Empty if it does not end in time.
  std::string ReadAll() {
    std::string all;
    char piece[4096];
    while (all.size() <= kHealthOctetsMax && Wait(POLLIN)) {
      const ssize_t octets = recv(fd_, piece, sizeof piece, 0);
      if (octets == 0) return all;
      if (octets < 0 && errno != EAGAIN) return "";
      if (octets > 0) all.append(piece, static_cast<size_t>(octets));
    }
    return "";
  }

 private:
  bool Wait(short events) const {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - SteadyClock::now());
    pollfd waited = {.fd = fd_, .events = events, .revents = 0};
    return fd_ >= 0 && left.count() > 0 && poll(&waited, 1, static_cast<int>(left.count())) == 1;
  }

  const int fd_;
  const SteadyClock::time_point deadline_;
};

// What another program says, without what could harm a terminal.
std::string Harmless(const std::string& text) {
  std::string harmless;
  for (const char c : text) harmless += c >= ' ' && c <= '~' ? c : '?';
  return harmless;
}

std::string HealthText(const nlohmann::json& health) {
  std::string text = Harmless(health.value("status", "unknown")) + "\n";
  if (!health.contains("reasons") || !health["reasons"].is_array()) return text;
  for (const nlohmann::json& reason : health["reasons"]) {
    if (!reason.is_object()) continue;
    text += Concat("  ", Harmless(reason.value("text", "")), "\n");
  }
  return text;
}

}  // namespace

const Command& HealthCommand() {
  static const Command command = {
      .name = "health",
      .meaning = "asks ternd whether it does its work; for containers and scripts",
      .options = {{.name = "--http",
                   .value = "ADDRESS[:PORT]",
                   .meaning = "where ternd serves HTTP (http.listen); 127.0.0.1:9530 when it is "
                              "not given"},
                  {.name = "--token-file",
                   .value = "FILE",
                   .meaning = "the file of http.token_file",
                   .expected = "the path of a file",
                   .offer = Offer::kFiles},
                  {.name = "--strict", .meaning = "being degraded is a failure too"},
                  {.name = "--json", .meaning = "print what ternd says, a JSON object"},
                  {.name = "--timeout",
                   .value = "DURATION",
                   .meaning = "how long to wait, such as 800ms; 2s when it is not given"}},
  };
  return command;
}

absl::StatusOr<HealthOptions> ParseHealthOptions(std::span<const std::string> words) {
  const auto read = ReadCommand(HealthCommand(), words);
  if (!read.ok()) return read.status();
  HealthOptions options;
  options.help = read->help;
  const std::string_view server = read->Value("--http").value_or("127.0.0.1");
  const auto endpoint = Endpoint::Parse(server, kHttpPort);
  if (!endpoint) {
    return absl::InvalidArgumentError(
        Concat("--http: expected an address with a port, found ", Quoted(server)));
  }
  options.server = *endpoint;
  options.token_file = read->Value("--token-file").value_or("");
  options.json = read->Has("--json");
  options.strict = read->Has("--strict");
  if (const auto text = read->Value("--timeout")) {
    const auto timeout = ParseDuration(*text);
    if (!timeout || timeout->count() == 0) {
      return absl::InvalidArgumentError(
          Concat("--timeout: expected a duration such as 800ms or 2s, found ", Quoted(*text)));
    }
    options.timeout = *timeout;
  }
  return options;
}

std::string FetchHealth(const HealthOptions& options, std::string_view token) {
  TimedSocket server(options.server.address.IsIpv6() ? AF_INET6 : AF_INET, options.timeout);
  std::string request = "GET /health HTTP/1.0\r\n";
  if (!token.empty()) request += Concat("Authorization: Bearer ", token, "\r\n");
  if (!server.Connect(options.server) || !server.SendAll(request + "\r\n")) return "";
  return server.ReadAll();
}

HealthReport ReadHealth(const HealthOptions& options, std::string_view response) {
  const size_t body = response.find("\r\n\r\n");
  if (body == std::string_view::npos) {
    return {HealthExit::kUnready, Concat("no answer from ", options.server.ToText(), " within ",
                                         DurationToText(options.timeout), "\n")};
  }
  const auto health = nlohmann::json::parse(response.substr(body + 4), nullptr,
                                            /*allow_exceptions=*/false);
  if (!health.is_object() || !health.contains("status") || !health["status"].is_string()) {
    const std::string_view status = response.substr(0, response.find('\r'));
    return {HealthExit::kUnready,
            Concat("not the answer of ternd: ", Harmless(std::string(status.substr(0, 80))), "\n")};
  }
  HealthReport report;
  const std::string status = health["status"];
  if (status == "ok") report.exit = HealthExit::kReady;
  if (status == "degraded") {
    report.exit = options.strict ? HealthExit::kDegraded : HealthExit::kReady;
  }
  report.text = options.json ? health.dump(-1, ' ', /*ensure_ascii=*/true,
                                           nlohmann::json::error_handler_t::replace) +
                                   "\n"
                             : HealthText(health);
  return report;
}

}  // namespace tern::resolver::tool
