#include "resolver/control/http_server.h"

#include <microhttpd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <new>

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
  if (all.size() >= kArgumentsMax) return MHD_NO;
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
  MHD_add_response_header(made, "Cache-Control", "no-store");
  if (response.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(made, "Allow", "GET, HEAD");
  }
  if (response.status == MHD_HTTP_UNAUTHORIZED) {
    MHD_add_response_header(made, "WWW-Authenticate", "Bearer");
  }
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

// One listening socket with its thread and its connections.
class HttpServer::Listener {
 public:
  explicit Listener(const HttpServer* server) : server_(server) {}
  ~Listener() {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }

  bool Start(io::OwnedFd socket, std::chrono::seconds idle_max) {
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, nullptr, nullptr, &Listener::OnRequest, this,
        MHD_OPTION_LISTEN_SOCKET, socket.release(), MHD_OPTION_NOTIFY_CONNECTION,
        &Listener::OnConnection, this, MHD_OPTION_NOTIFY_COMPLETED, &Listener::OnAnswered, this,
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
      return Queue(connection, static_cast<Listener*>(self)->Answer(connection, path));
    } catch (const std::bad_alloc&) {
      return MHD_NO;
    }
  }

  HttpResponse Answer(MHD_Connection* connection, std::string_view path) const {
    const char* host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    // Without the header it is HTTP/1.0, which no browser speaks.
    if (host != nullptr && !IsOurHost(host, server_->hosts_)) {
      return ErrorResponse(MHD_HTTP_MISDIRECTED_REQUEST, "this is not the host that was asked for");
    }
    const auto route = std::find_if(server_->routes_.begin(), server_->routes_.end(),
                                    [&](const HttpRoute& each) { return each.path == path; });
    const bool is_open = route != server_->routes_.end() && route->is_open;
    if (!server_->token_.empty() && !is_open &&
        !HasToken(HeaderOf(connection, "Authorization"), server_->token_)) {
      return ErrorResponse(MHD_HTTP_UNAUTHORIZED, "a token is needed");
    }
    if (route == server_->routes_.end()) return ErrorResponse(MHD_HTTP_NOT_FOUND, "not found");
    HttpRequest request;
    request.path = path;
    request.accept = HeaderOf(connection, "Accept");
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &AddArgument, &request.arguments);
    return route->answer(request);
  }

  static void OnConnection(void* self, MHD_Connection* connection, void** /*context*/,
                           MHD_ConnectionNotificationCode code) {
    auto* const listener = static_cast<Listener*>(self);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      listener->Add(connection);
    } else {
      listener->open_.remove_if([&](const Open& open) { return open.connection == connection; });
    }
  }

  static void OnAnswered(void* self, MHD_Connection* connection, void** /*seen*/,
                         MHD_RequestTerminationCode code) {
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK) return;
    std::list<Open>& open = static_cast<Listener*>(self)->open_;
    const auto found = std::find_if(
        open.begin(), open.end(), [&](const Open& each) { return each.connection == connection; });
    if (found != open.end()) open.splice(open.end(), open, found);
  }

  void Add(MHD_Connection* connection) try {
    open_.push_back({connection, ClientOf(connection)});
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
  }

  const HttpServer* const server_;
  MHD_Daemon* daemon_ = nullptr;
  std::list<Open> open_;  // the one that has had no answer for longest first
};

HttpServer::HttpServer(Options options)
    : routes_(std::move(options.routes)),
      hosts_(std::move(options.hosts)),
      token_(std::move(options.token)) {}

HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(Options options) {
  std::vector<io::OwnedFd> sockets = std::move(options.listeners);
  const std::chrono::seconds idle_max = options.idle_max;
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(options)));
  for (io::OwnedFd& socket : sockets) {
    server->listening_.push_back(io::LocalEndpoint(socket.get()));
    server->listeners_.push_back(std::make_unique<Listener>(server.get()));
    if (!server->listeners_.back()->Start(std::move(socket), idle_max)) {
      return absl::ResourceExhaustedError("cannot start a thread that serves HTTP");
    }
  }
  return server;
}

}  // namespace tern::resolver::control
