#include "resolver/control/http_server.h"

#include <microhttpd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <mutex>
#include <new>
#include <optional>

#include "resolver/control/http_guard.h"

namespace tern::resolver::control {
namespace {

// The library turns connections away at this number. Before that the listener closes the oldest.
constexpr unsigned kLibraryConnectionsMax = kConnectionsMax + 32;

std::string_view HeaderOf(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : value;
}

IpAddress ClientOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info == nullptr ? IpAddress() : Endpoint::FromSockaddr(info->client_addr).address;
}

int DescriptorOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

HttpResponse ErrorResponse(unsigned status, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.body = std::string(text) + "\n";
  return response;
}

MHD_Result AddArgument(void* arguments, enum MHD_ValueKind /*kind*/, const char* key,
                       const char* value) {
  auto& all = *static_cast<std::vector<std::pair<std::string, std::string>>*>(arguments);
  try {
    all.emplace_back(key, value == nullptr ? "" : value);
  } catch (const std::bad_alloc&) {
    return MHD_NO;
  }
  return MHD_YES;
}

void AddHeaders(const HttpResponse& response, MHD_Response* made) {
  MHD_add_response_header(made, "Content-Type", response.content_type.c_str());
  MHD_add_response_header(made, "Content-Security-Policy", response.content_policy.c_str());
  MHD_add_response_header(made, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(made, "Referrer-Policy", "no-referrer");
  MHD_add_response_header(made, "Cross-Origin-Resource-Policy", "same-origin");
  MHD_add_response_header(made, "Cache-Control", "no-store");
  if (response.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(made, "Allow", "GET, HEAD");
  }
  if (response.status == MHD_HTTP_UNAUTHORIZED) {
    MHD_add_response_header(made, "WWW-Authenticate", "Bearer");
  }
}

// The library keeps arguments in the memory of the connection. When they do not fit, it says
// nothing until the connection's time is over. So they are counted before, and refused. A NUL would
// end the path or the argument that it is in.
bool IsTargetRefused(std::string_view target) {
  const auto arguments = static_cast<size_t>(std::count(target.begin(), target.end(), '&')) + 1;
  const bool has_arguments = target.find('?') != std::string_view::npos;
  return (has_arguments && (arguments > kArgumentsMax || target.size() > kTargetOctetsMax)) ||
         target.find("%00") != std::string_view::npos;
}

// Before the library has read the request, it takes no response. A client that is too slow to take
// this one gets none.
void RefuseAtOnce(int socket) {
  constexpr std::string_view kRefusal =
      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  (void)send(socket, kRefusal.data(), kRefusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  shutdown(socket, SHUT_RDWR);
}

// The response owns its body.
MHD_Result Queue(MHD_Connection* connection, HttpResponse response) {
  auto body = std::make_unique<std::string>(std::move(response.body));
  MHD_Response* const made = MHD_create_response_from_buffer_with_free_callback_cls(
      body->size(), body->data(), [](void* text) { delete static_cast<std::string*>(text); },
      body.get());
  if (made == nullptr) return MHD_NO;
  (void)body.release();
  AddHeaders(response, made);
  const MHD_Result result = MHD_queue_response(connection, response.status, made);
  MHD_destroy_response(made);
  return result;
}

}  // namespace

std::string_view HttpRequest::Argument(std::string_view name) const {
  for (const auto& [key, value] : arguments) {
    if (key == name) return value;
  }
  return {};
}

// A request whose response comes later. Its connection is suspended, so the library leaves it alone
// and does not end it.
class HttpReply::Waiting {
 public:
  explicit Waiting(MHD_Connection* connection)
      : connection_(connection),
        response_(ErrorResponse(MHD_HTTP_SERVICE_UNAVAILABLE, "no answer could be made")) {}

  void Send(HttpResponse response) {
    const std::lock_guard guard(lock_);
    if (connection_ == nullptr) return;
    response_ = std::move(response);
    MHD_resume_connection(std::exchange(connection_, nullptr));
  }
  // Nothing was sent, and nothing will be. It needs no memory.
  void GiveUp() {
    const std::lock_guard guard(lock_);
    if (connection_ != nullptr) MHD_resume_connection(std::exchange(connection_, nullptr));
  }
  // For the listener's thread, after the connection was resumed.
  HttpResponse Take() {
    const std::lock_guard guard(lock_);
    return std::move(response_);
  }
  bool IsSent() {
    const std::lock_guard guard(lock_);
    return connection_ == nullptr;
  }
  bool IsOver() const { return Clock::now() - began_ > kLaterMax; }

 private:
  using Clock = std::chrono::steady_clock;

  std::mutex lock_;
  const Clock::time_point began_ = Clock::now();
  MHD_Connection* connection_;  // null from the response on
  HttpResponse response_;
};

struct HttpReply::Last {
  explicit Last(std::shared_ptr<Waiting> of) : waiting(std::move(of)) {}
  ~Last() { waiting->GiveUp(); }
  Last(const Last&) = delete;
  Last& operator=(const Last&) = delete;

  const std::shared_ptr<Waiting> waiting;
};

HttpReply::HttpReply(std::shared_ptr<Waiting> waiting)
    : last_(std::make_shared<Last>(std::move(waiting))) {}

void HttpReply::Send(HttpResponse response) const { last_->waiting->Send(std::move(response)); }

// One listening socket with its thread and its connections.
class HttpServer::Listener {
 public:
  explicit Listener(const HttpServer* server) : server_(server) {}
  ~Listener() {
    {
      const std::lock_guard guard(lock_);
      is_ending_ = true;
      for (const auto& waiting : waiting_) waiting->GiveUp();
    }
    if (daemon_ == nullptr) return;
    // The library would shut the socket down for all processes that have it.
    const io::OwnedFd socket(MHD_quiesce_daemon(daemon_));
    MHD_stop_daemon(daemon_);
  }

  bool Start(io::OwnedFd socket, std::chrono::seconds idle_max) {
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
        &Listener::OnRequest, this, MHD_OPTION_LISTEN_SOCKET, socket.release(),
        MHD_OPTION_NOTIFY_CONNECTION, &Listener::OnConnection, this, MHD_OPTION_URI_LOG_CALLBACK,
        &Listener::OnTarget, this, MHD_OPTION_NOTIFY_COMPLETED, &Listener::OnAnswered, this,
        MHD_OPTION_CONNECTION_LIMIT, kLibraryConnectionsMax, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        kConnectionOctets, MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(idle_max.count()),
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return daemon_ != nullptr;
  }

 private:
  struct Open {
    MHD_Connection* connection;
    IpAddress client;
  };

  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* path,
                              const char* method, const char* /*version*/, const char* /*body*/,
                              size_t* body_octets, void** seen) {
    // The library calls once for the headers, and then for the body and at its end.
    try {
      if (*body_octets != 0) return MHD_NO;
      if (std::strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
          std::strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return Queue(connection, ErrorResponse(MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only"));
      }
      if (*seen == nullptr) {
        *seen = self;
        return MHD_YES;
      }
      auto* const listener = static_cast<Listener*>(self);
      if (*seen == self) return listener->Answer(connection, path, seen);
      return Queue(connection, static_cast<HttpReply::Waiting*>(*seen)->Take());
    } catch (const std::bad_alloc&) {
      return MHD_NO;
    }
  }

  // Called for each request before it is read.
  static void* OnTarget(void* /*self*/, const char* target, MHD_Connection* connection) {
    if (IsTargetRefused(target)) RefuseAtOnce(DescriptorOf(connection));
    return nullptr;
  }

  MHD_Result Answer(MHD_Connection* connection, std::string_view path, void** seen) {
    const auto route = std::find_if(server_->routes_.begin(), server_->routes_.end(),
                                    [&](const HttpRoute& each) { return each.path == path; });
    const HttpRoute* const found = route == server_->routes_.end() ? nullptr : &*route;
    if (auto refusal = Refuse(connection, found)) return Queue(connection, *std::move(refusal));
    HttpRequest request;
    request.path = path;
    request.accept = HeaderOf(connection, "Accept");
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &AddArgument, &request.arguments);
    if (found->answer_later == nullptr) return Queue(connection, found->answer(request));
    return AnswerLater(connection, *found, request, seen);
  }

  // Suspends the connection. When the response is there, the library calls OnRequest once more.
  MHD_Result AnswerLater(MHD_Connection* connection, const HttpRoute& route,
                         const HttpRequest& request, void** seen) {
    auto waiting = std::make_shared<HttpReply::Waiting>(connection);
    {
      const std::lock_guard guard(lock_);
      if (is_ending_ || !MakeRoom()) {
        return Queue(connection, ErrorResponse(MHD_HTTP_SERVICE_UNAVAILABLE,
                                               "others wait for their answer; try again"));
      }
      waiting_.push_back(waiting);
    }
    *seen = waiting.get();
    MHD_suspend_connection(connection);
    try {
      route.answer_later(request, HttpReply(waiting));
    } catch (const std::bad_alloc&) {
      waiting->GiveUp();
    }
    return MHD_YES;
  }

  // REQUIRES: lock_ is held.
  bool MakeRoom() {
    size_t open = 0;
    for (const auto& waiting : waiting_) {
      if (waiting->IsOver()) waiting->GiveUp();
      open += waiting->IsSent() ? 0 : 1;
    }
    return open < kWaitingMax;
  }

  // What a request gets that is not answered. `route` may be null.
  std::optional<HttpResponse> Refuse(MHD_Connection* connection, const HttpRoute* route) const {
    const char* host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    // Without the header it is HTTP/1.0, which no browser speaks.
    if (host != nullptr && !IsOurHost(host, server_->hosts_)) {
      return ErrorResponse(MHD_HTTP_MISDIRECTED_REQUEST, "this is not the host that was asked for");
    }
    if (!server_->token_.empty() && (route == nullptr || !route->is_open) &&
        !HasToken(HeaderOf(connection, "Authorization"), server_->token_)) {
      return ErrorResponse(MHD_HTTP_UNAUTHORIZED, "a token is needed");
    }
    if (route == nullptr) return ErrorResponse(MHD_HTTP_NOT_FOUND, "not found");
    if (route->is_guarded &&
        !IsFromOurPage(HeaderOf(connection, "Tern-Page"), HeaderOf(connection, "Sec-Fetch-Site"))) {
      return ErrorResponse(MHD_HTTP_FORBIDDEN, "the header Tern-Page is needed");
    }
    return std::nullopt;
  }

  static void OnConnection(void* self, MHD_Connection* connection, void** /*context*/,
                           MHD_ConnectionNotificationCode code) {
    auto* const listener = static_cast<Listener*>(self);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      listener->Add(connection);
    } else {
      listener->NoteOpen(-static_cast<int64_t>(listener->open_.remove_if(
          [&](const Open& open) { return open.connection == connection; })));
    }
  }

  static void OnAnswered(void* self, MHD_Connection* connection, void** seen,
                         MHD_RequestTerminationCode code) {
    if (*seen != nullptr && *seen != self) static_cast<Listener*>(self)->Forget(*seen);
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK) return;
    std::list<Open>& open = static_cast<Listener*>(self)->open_;
    const auto found = std::find_if(
        open.begin(), open.end(), [&](const Open& each) { return each.connection == connection; });
    if (found != open.end()) open.splice(open.end(), open, found);
  }

  void Forget(const void* waiting) {
    const std::lock_guard guard(lock_);
    waiting_.remove_if([&](const auto& each) { return each.get() == waiting; });
  }

  void NoteOpen(int64_t change) const {
    if (server_->counts_ != nullptr) server_->counts_->open += static_cast<uint64_t>(change);
  }

  void Add(MHD_Connection* connection) try {
    open_.push_back({connection, ClientOf(connection)});
    NoteOpen(1);
    const IpAddress& client = open_.back().client;
    const auto is_of_client = [&](const Open& each) { return each.client == client; };
    if (static_cast<size_t>(std::count_if(open_.begin(), open_.end(), is_of_client)) >
        kConnectionsOfClientMax) {
      Close(std::find_if(open_.begin(), open_.end(), is_of_client));
    } else if (open_.size() > kConnectionsMax) {
      Close(open_.begin());
    }
  } catch (const std::bad_alloc&) {
    shutdown(DescriptorOf(connection), SHUT_RDWR);
  }

  // The library notices the end of the connection in its next turn.
  void Close(std::list<Open>::iterator open) {
    shutdown(DescriptorOf(open->connection), SHUT_RDWR);
    open_.erase(open);
    NoteOpen(-1);
    if (server_->counts_ != nullptr) ++server_->counts_->met;
  }

  const HttpServer* const server_;
  MHD_Daemon* daemon_ = nullptr;
  std::mutex lock_;
  bool is_ending_ = false;
  std::list<std::shared_ptr<HttpReply::Waiting>> waiting_;  // the one that came first is the first
  std::list<Open> open_;  // the one that has had no answer for longest first
};

HttpServer::HttpServer(Options options)
    : routes_(std::move(options.routes)),
      hosts_(std::move(options.hosts)),
      token_(std::move(options.token)),
      counts_(options.counts) {}

HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(Options options) {
  std::vector<io::OwnedFd> sockets = std::move(options.listeners);
  const std::chrono::seconds idle_max = options.idle_max;
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(options)));
  for (io::OwnedFd& socket : sockets) {
    auto copy = io::Duplicate(socket.get());
    if (!copy.ok()) return copy.status();
    server->listening_.push_back(io::LocalEndpoint(socket.get()));
    server->sockets_.push_back(*std::move(copy));
    server->listeners_.push_back(std::make_unique<Listener>(server.get()));
    if (server->counts_ != nullptr) server->counts_->most += kConnectionsMax;
    if (!server->listeners_.back()->Start(std::move(socket), idle_max)) {
      return absl::ResourceExhaustedError("cannot start a thread that serves HTTP");
    }
  }
  return server;
}

}  // namespace tern::resolver::control
