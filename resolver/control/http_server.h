// The HTTP server for what operators watch: metrics, health, pages. This unit alone sees the
// library (libmicrohttpd).
//
// - GET and HEAD only. A request with a body, with a long target or with many arguments is refused.
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
// and one response, and kWaitingMax requests whose response comes later.
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
#include "resolver/control/connection_counts.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::control {

inline constexpr size_t kConnectionsMax = 64;
inline constexpr size_t kConnectionsOfClientMax = 48;
inline constexpr size_t kConnectionOctets = 16384;
inline constexpr size_t kArgumentsMax = 16;
// The octets of a path with arguments.
inline constexpr size_t kTargetOctetsMax = 8192;
// Requests that wait for an HttpReply, at each listener. One that has waited for longer than
// kLaterMax makes way for a new one.
inline constexpr size_t kWaitingMax = 2;
inline constexpr std::chrono::seconds kLaterMax{20};

struct HttpRequest {
  std::string_view path;
  std::string_view accept;  // of the header Accept; empty when it is missing
  // What stands behind `?`, decoded. A request with more than kArgumentsMax is refused.
  std::vector<std::pair<std::string, std::string>> arguments;

  // Empty when it is missing.
  std::string_view Argument(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string content_policy = "default-src 'none'; frame-ancestors 'none'";
};

// Where to send a response that takes time. It may be copied, and kept for longer than the server.
// If all copies are gone and nothing was sent, the client is told that it gets no answer.
//
// Thread: any.
class HttpReply {
 public:
  // The first call counts.
  void Send(HttpResponse response) const;

 private:
  friend class HttpServer;
  class Waiting;
  struct Last;
  explicit HttpReply(std::shared_ptr<Waiting> waiting);

  std::shared_ptr<Last> last_;
};

// What is served at one path. `answer` and `answer_later` must not wait: meanwhile the listener
// serves nobody else. When one throws std::bad_alloc, the connection is closed, or the client is
// told that it gets no answer.
struct HttpRoute {
  std::string path;
  std::function<HttpResponse(const HttpRequest&)> answer;
  bool is_open = false;  // answered without the token too
  // Something happens when it is called, so it is for our own page and for programs only. The
  // request needs the header Tern-Page. A page of another origin cannot send it, because no answer
  // of ours allows that (CORS).
  bool is_guarded = false;
  // In place of `answer`: the response comes later.
  std::function<void(const HttpRequest&, HttpReply)> answer_later = nullptr;
};

class HttpServer {
 public:
  struct Options {
    std::vector<io::OwnedFd> listeners;  // TCP sockets that listen
    std::vector<HttpRoute> routes;
    std::vector<std::string> hosts;  // names of this machine, in lower case, without the last dot
    std::string token;               // empty: none is asked for
    std::chrono::seconds idle_max{10};
    ConnectionCounts* counts = nullptr;  // outlives the server; null: nothing is counted
  };

  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(Options options);
  // Waits for a route that is being called, and closes all connections.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const std::vector<Endpoint>& listening() const { return listening_; }
  // The sockets that listen at these endpoints.
  const std::vector<io::OwnedFd>& sockets() const { return sockets_; }

 private:
  class Listener;

  explicit HttpServer(Options options);

  const std::vector<HttpRoute> routes_;
  const std::vector<std::string> hosts_;
  const std::string token_;
  ConnectionCounts* const counts_;
  std::vector<Endpoint> listening_;
  std::vector<io::OwnedFd> sockets_;                  // the library has others for the same ones
  std::vector<std::unique_ptr<Listener>> listeners_;  // they use the members above
};

}  // namespace tern::resolver::control
