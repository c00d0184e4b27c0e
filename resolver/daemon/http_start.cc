#include "resolver/daemon/http_start.h"

#include <sys/socket.h>

#include <algorithm>

#include "resolver/config/at_key.h"
#include "resolver/daemon/log.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {
namespace {

absl::StatusOr<io::OwnedFd> OpenHttpListener(const Endpoint& endpoint, io::GivenSockets* given) {
  std::vector<io::GivenSocket> sockets = given->Take(SOCK_STREAM, endpoint);
  if (!sockets.empty()) return std::move(sockets.front().fd);
  return io::OpenSoleTcpListener(endpoint);
}

absl::StatusOr<std::vector<io::OwnedFd>> OpenHttpListeners(const config::Settings& settings,
                                                           io::GivenSockets* given) {
  const config::HttpSettings& http = settings.http;
  std::vector<io::OwnedFd> listeners;
  for (size_t i = 0; i < http.listen.size(); ++i) {
    auto listener = OpenHttpListener(http.listen[i], given);
    const std::string key = Concat("http.listen[", i, "]");
    if (listener.ok()) {
      listeners.push_back(*std::move(listener));
      if (!http.listen[i].address.IsLoopback() && http.token.empty()) {
        Log(LogLevel::kWarning,
            config::AtKey(settings, key,
                          "whoever reaches this address may read; http.token_file "
                          "changes that"));
      }
      continue;
    }
    const std::string message(listener.status().message());
    if (!http.listen_is_default) {
      return absl::Status(listener.status().code(), config::AtKey(settings, key, message));
    }
    Log(LogLevel::kWarning, Concat(message, "; so nothing can be read over HTTP (http.listen)"));
  }
  return listeners;
}

// As the server compares them: in lower case, without the last dot.
std::vector<std::string> HttpHosts(const config::Settings& settings) {
  std::vector<std::string> hosts;
  for (wire::Name name : settings.http.hosts) {
    name.Lower();
    std::string text = wire::ToText(name);
    if (text.ends_with('.')) text.pop_back();
    hosts.push_back(std::move(text));
  }
  return hosts;
}

}  // namespace

absl::StatusOr<std::unique_ptr<control::HttpServer>> StartHttp(const config::Settings& settings,
                                                               const control::Sources& sources,
                                                               io::GivenSockets* given) {
  auto listeners = OpenHttpListeners(settings, given);
  if (!listeners.ok()) return listeners.status();
  return control::HttpServer::Start({.listeners = *std::move(listeners),
                                     .routes = control::MakeRoutes(sources),
                                     .hosts = HttpHosts(settings),
                                     .token = settings.http.token,
                                     .counts = sources.http_connections});
}

}  // namespace tern::resolver::daemon
