// The HTTP server for what operators watch: metrics, health, pages. This unit alone sees the
// library (libmicrohttpd).
//
// - GET and HEAD only. A request with a body is refused.
// - A client must name this machine by an address, by `localhost` or by a name that the operator
// has
//   allowed (http_guard.h). So a web page of another origin cannot read here.
// - When kConnectionsMax connections are open, or kConnectionsOfClientMax of one address, a further
//   one takes the place of the one that has had no answer for longest. So slow clients keep nobody
//   out.
//
// Thread: one makes and destroys it. Each listener has one thread of the library, which calls the
// routes. No worker waits for it.
// Bound: for each listener kConnectionsMax connections, each with kConnectionOctets for its request
// and one response.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::control {

inline constexpr size_t kConnectionsMax = 64;
inline constexpr size_t kConnectionsOfClientMax = 48;
inline constexpr size_t kConnectionOctets = 16384;
inline constexpr size_t kArgumentsMax = 16;

struct HttpRequest {
  std::string_view path;
  std::string_view accept;  // of the header Accept; empty when it is missing
  // What stands behind `?`, decoded; kArgumentsMax at most.
  std::vector<std::pair<std::string, std::string>> arguments;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string content_policy = "default-src 'none'";
};

// What is served at one path. `answer` must not wait: meanwhile the listener serves nobody else.
// When it throws std::bad_alloc, the connection is closed.
struct HttpRoute {
  std::string path;
  std::function<HttpResponse(const HttpRequest&)> answer;
  bool is_open = false;  // answered without the token too
};

class HttpServer {
 public:
  struct Options {
    std::vector<io::OwnedFd> listeners;  // TCP sockets that listen
    std::vector<HttpRoute> routes;
    std::vector<std::string> hosts;  // names of this machine, in lower case, without the last dot
    std::string token;               // empty: none is asked for
    std::chrono::seconds idle_max{10};
  };

  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(Options options);
  // Waits for a route that is being called, and closes all connections.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const std::vector<Endpoint>& listening() const { return listening_; }

 private:
  class Listener;

  explicit HttpServer(Options options);

  const std::vector<HttpRoute> routes_;
  const std::vector<std::string> hosts_;
  const std::string token_;
  std::vector<Endpoint> listening_;
  std::vector<std::unique_ptr<Listener>> listeners_;  // they use the members above
};

}  // namespace tern::resolver::control
