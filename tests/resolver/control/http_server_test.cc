#include "resolver/control/http_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "gtest/gtest.h"
#include "resolver/control/page_routes.h"
#include "resolver/control/routes.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

// A connection to the server. Reading waits for 20 seconds at most.
class HttpConnection {
 public:
  explicit HttpConnection(const Endpoint& server)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit = {.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_storage address;
    const socklen_t size = server.ToSockaddr(&address);
    EXPECT_EQ(connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  }

  void Send(std::string_view text) const {
    size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t octets = send(fd_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (octets <= 0) return;
      sent += static_cast<size_t>(octets);
    }
  }
  // All that comes until the server closes the connection.
  std::string ReadAll() const {
    std::string all;
    char piece[4096];
    ssize_t octets;
    while ((octets = Receive(piece, sizeof piece)) > 0) {
      all.append(piece, static_cast<size_t>(octets));
    }
    ended_ = octets == 0 || errno == ECONNRESET;
    return all;
  }
  bool ended() const { return ended_; }
  // Whether the server has closed it by now.
  bool IsClosed() const {
    pollfd waited = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
    char octet;
    return poll(&waited, 1, 500) == 1 && recv(fd_.get(), &octet, 1, MSG_PEEK) <= 0;
  }

 private:
  // A process that was stopped meanwhile goes on.
  ssize_t Receive(char* octets, size_t octets_max) const {
    for (;;) {
      const ssize_t received = recv(fd_.get(), octets, octets_max, 0);
      if (received >= 0 || errno != EINTR) return received;
    }
  }

  io::OwnedFd fd_;
  mutable bool ended_ = false;
};

class Counting final : public CounterSource {
 public:
  CounterSnapshot ReadCounters() const override {
    CounterSnapshot counts;
    counts.jobs = 12;
    return counts;
  }
};

class NoTraffic final : public service::TrafficSource {
 public:
  service::Traffic ReadTraffic(Time) const override { return {}; }
};

// Answers at once, with the question.
class LookUps final : public service::LookUpSource {
 public:
  void LookUp(const wire::Name& name, wire::RRType type, service::LookUpFrom from,
              std::function<void(std::string)> done) override {
    done(Concat("{\"", wire::ToText(name.view()), "\":\"", wire::ToText(type),
                from == service::LookUpFrom::kServers ? " from its servers" : "", "\"}"));
  }
};

class HttpServerTest : public testing::Test {
 protected:
  void Start(std::string token = "", std::chrono::seconds idle_max = std::chrono::seconds(10)) {
    auto listener = io::OpenSoleTcpListener(*Endpoint::Parse("127.0.0.1:0", 0));
    ASSERT_TRUE(listener.ok()) << listener.status();
    HttpServer::Options options;
    options.listeners.push_back(*std::move(listener));
    options.routes = MakeRoutes({.counters = &counters_,
                                 .store = &store_,
                                 .servers = &servers_,
                                 .daemon = &state_,
                                 .events = &events_,
                                 .traffic = &traffic_,
                                 .look_up = &look_ups_,
                                 .ranges = &ranges_,
                                 .sockets = [] { return io::SocketBounds(); },
                                 .zone_counts = [] { return upstream::ZoneCountSums(); },
                                 .log = [] { return LogCounts(); },
                                 .workers = 1,
                                 .now = [] { return Time(); },
                                 .unix_now = [] { return int64_t{0}; }});
    options.counts = &state_.http_connections();
    options.routes.push_back({"/arguments", [](const HttpRequest& request) {
                                std::string text;
                                for (const auto& [name, value] : request.arguments) {
                                  text += Concat(name, "=", value, ";");
                                }
                                return HttpResponse{.body = text};
                              }});
    options.routes.push_back({.path = "/later",
                              .answer = nullptr,
                              .is_guarded = true,
                              .answer_later = [this](const HttpRequest& request, HttpReply reply) {
                                const std::lock_guard guard(lock_);
                                if (request.Argument("is") == "lost") return;
                                if (request.Argument("is") == "made") {
                                  reply.Send(HttpResponse{.body = "made\n"});
                                }
                                if (request.Argument("is") == "no-memory") throw std::bad_alloc();
                                replies_.push_back(std::move(reply));
                              }});
    options.routes.push_back(
        {"/no-memory", [](const HttpRequest&) -> HttpResponse { throw std::bad_alloc(); }});
    options.hosts = {"tern.example"};
    options.token = std::move(token);
    options.idle_max = idle_max;
    auto server = HttpServer::Start(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  Endpoint endpoint() const { return server_->listening().front(); }

  // The whole response to one request.
  std::string Ask(std::string_view request) const {
    const HttpConnection connection(endpoint());
    connection.Send(request);
    return connection.ReadAll();
  }
  std::string Get(std::string_view path, std::string_view headers = "Host: localhost\r\n") const {
    return Ask(Concat("GET ", path, " HTTP/1.1\r\n", headers, "Connection: close\r\n\r\n"));
  }

  Counting counters_;
  cache::Store store_{{.memory_octets = cache::kStoreOctetsMin}};
  upstream::ServerTable servers_{1, SipKey{}};
  dnssec::AggressiveIndex ranges_{1 << 20, 1};
  DaemonState state_{0};
  EventCounts events_{1};
  NoTraffic traffic_;
  LookUps look_ups_;
  // When the server is destroyed, it may still be asked for more.
  std::mutex lock_;
  std::vector<HttpReply> replies_;
  std::unique_ptr<HttpServer> server_;

  static constexpr std::string_view kFromPage = "Host: localhost\r\nTern-Page: 1\r\n";
  static std::string Later(std::string_view is = "") {
    return Concat("GET /later?is=", is, " HTTP/1.1\r\n", kFromPage, "Connection: close\r\n\r\n");
  }
  // Waits until so many requests wait for their response.
  size_t AwaitReplies(size_t count) {
    for (int i = 0; i < 2000; ++i) {
      {
        const std::lock_guard guard(lock_);
        if (replies_.size() >= count) return replies_.size();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return replies_.size();
  }
};

bool IsStatus(const std::string& response, std::string_view status) {
  return response.starts_with(Concat("HTTP/1.1 ", status, " ")) ||
         response.starts_with(Concat("HTTP/1.0 ", status, " "));
}

TEST_F(HttpServerTest, MetricsAreServedInBothFormats) {
  Start();
  const std::string text = Get("/metrics");
  EXPECT_TRUE(IsStatus(text, "200")) << text;
  EXPECT_NE(text.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << text;
  EXPECT_NE(text.find("\ntern_jobs_total 12\n"), std::string::npos) << text;
  const std::string open =
      Get("/metrics", "Host: localhost\r\nAccept: application/openmetrics-text; version=1.0.0\r\n");
  EXPECT_NE(open.find("Content-Type: application/openmetrics-text; version=1.0.0"),
            std::string::npos)
      << open;
  EXPECT_TRUE(open.ends_with("# EOF\n")) << open;
}

TEST_F(HttpServerTest, EveryResponseForbidsWhatABrowserMightDoWithIt) {
  Start();
  for (const char* path : {"/live", "/metrics", "/nothing"}) {
    const std::string response = Get(path);
    for (const char* header :
         {"X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n",
          "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n",
          "Cross-Origin-Resource-Policy: same-origin\r\n", "Referrer-Policy: no-referrer\r\n"}) {
      EXPECT_NE(response.find(header), std::string::npos) << response;
    }
    EXPECT_EQ(response.find("Access-Control"), std::string::npos) << response;
  }
}

TEST_F(HttpServerTest, UnknownPathsAreNotFound) {
  Start();
  for (const char* path :
       {"/index.html", "/metricsx", "/metrics/", "/../metrics", "/live/../metrics", "/..%2fmetrics",
        "/%2e%2e/etc/passwd", "//metrics", "/METRICS"}) {
    EXPECT_TRUE(IsStatus(Get(path), "404")) << path;
  }
}

TEST_F(HttpServerTest, ArgumentsAreDecodedAndFew) {
  Start();
  EXPECT_TRUE(
      Get("/arguments?name=a%20b&type=MX&flag").ends_with("\r\n\r\nname=a b;type=MX;flag=;"));
  std::string many = "/arguments?a=1";
  for (size_t i = 1; i < kArgumentsMax; ++i) many += "&a=1";
  const std::string response = Get(many);
  EXPECT_EQ(response.size() - response.find("\r\n\r\n") - 4, kArgumentsMax * 4) << response;
}

// The library says nothing for as long as a connection may be idle when its memory cannot hold
// them.
TEST_F(HttpServerTest, ManyOrLongArgumentsAreRefusedAtOnce) {
  Start();
  for (const size_t count : {kArgumentsMax + 1, size_t{300}, size_t{3000}}) {
    std::string many = "/live?a=1";
    for (size_t i = 1; i < count; ++i) many += "&a=1";
    EXPECT_TRUE(IsStatus(Get(many), "400")) << count;
  }
  for (const size_t octets : {kTargetOctetsMax, size_t{16'250}}) {
    EXPECT_TRUE(IsStatus(Get(Concat("/live?a=", std::string(octets, 'a'))), "400")) << octets;
  }
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
}

TEST_F(HttpServerTest, NothingIsCutOffAtANul) {
  Start();
  for (const char* path : {"/%00", "/metrics%00.js", "/live%00", "/arguments?a=1%00b"}) {
    EXPECT_TRUE(IsStatus(Get(path), "400")) << path;
  }
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  Start();
  const std::string response =
      Ask("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(IsStatus(response, "200")) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\n")) << response;
}

TEST_F(HttpServerTest, OtherMethodsAreRefused) {
  Start();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "X"}) {
    const std::string response = Ask(Concat(
        method,
        " /live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    EXPECT_TRUE(IsStatus(response, "405")) << method << response;
    EXPECT_NE(response.find("Allow: GET, HEAD\r\n"), std::string::npos) << response;
  }
}

TEST_F(HttpServerTest, ABodyIsNotRead) {
  Start();
  const HttpConnection post(endpoint());
  post.Send("POST /live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nabc");
  EXPECT_TRUE(IsStatus(post.ReadAll(), "405"));
  EXPECT_TRUE(post.ended());
  const HttpConnection get(endpoint());
  get.Send("GET /live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nabc");
  EXPECT_FALSE(IsStatus(get.ReadAll(), "200"));
  EXPECT_TRUE(get.ended());
}

TEST_F(HttpServerTest, AnotherHostIsMisdirected) {
  Start();
  EXPECT_TRUE(IsStatus(Get("/live", "Host: rebound.example\r\n"), "421"));
  EXPECT_TRUE(IsStatus(Get("/metrics", "Host: rebound.example:9530\r\n"), "421"));
  EXPECT_TRUE(IsStatus(Get("/metrics", "Host: tern.example\r\n"), "200"));
  EXPECT_TRUE(IsStatus(Get("/live", ""), "400"));  // RFC 9112 section 3.2
  EXPECT_TRUE(IsStatus(Ask("GET /live HTTP/1.0\r\n\r\n"), "200"));
}

TEST_F(HttpServerTest, ATokenIsNeededIfThereIsOne) {
  Start("0123456789abcdef");
  const std::string refused = Get("/metrics");
  EXPECT_TRUE(IsStatus(refused, "401")) << refused;
  EXPECT_NE(refused.find("WWW-Authenticate: Bearer\r\n"), std::string::npos) << refused;
  EXPECT_TRUE(IsStatus(Get("/nothing"), "401"));  // what there is, is not told either
  EXPECT_TRUE(IsStatus(
      Get("/metrics", "Host: localhost\r\nAuthorization: Bearer 0123456789abcdee\r\n"), "401"));
  EXPECT_TRUE(IsStatus(
      Get("/metrics", "Host: localhost\r\nAuthorization: Bearer 0123456789abcdef\r\n"), "200"));
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
}

TEST_F(HttpServerTest, HeadersAreBounded) {
  Start();
  const std::string large(100'000, 'a');
  EXPECT_TRUE(IsStatus(Get("/live", Concat("Host: localhost\r\nX: ", large, "\r\n")), "431"));
  EXPECT_FALSE(IsStatus(Get(Concat("/", large)), "200"));
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
}

TEST_F(HttpServerTest, GarbageEndsItsConnectionOnly) {
  Start("", std::chrono::seconds(1));
  for (const std::string_view garbage :
       {std::string_view("\0\0\0\0\r\n\r\n", 8), std::string_view("\x16\x03\x01\x02\r\n\r\n"),
        std::string_view("GET\r\n\r\n"), std::string_view("GET /live HTTP/9.9\r\n\r\n"),
        std::string_view("GET /%00%ff%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        std::string_view("GET /live HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"),
        std::string_view("GET /live HTTP/1.1\r\nHost: localhost\r\n"
                         "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc")}) {
    const HttpConnection connection(endpoint());
    connection.Send(garbage);
    EXPECT_FALSE(IsStatus(connection.ReadAll(), "200")) << garbage;
    EXPECT_TRUE(connection.ended()) << garbage;
  }
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
}

TEST_F(HttpServerTest, ASilentClientIsClosed) {
  Start("", std::chrono::seconds(1));
  const HttpConnection silent(endpoint());
  silent.Send("GET /live HTTP/1.1\r\nHost:");
  silent.ReadAll();
  EXPECT_TRUE(silent.ended());
}

// Each sends a part of a request, so the library's own limit would turn a scraper away.
TEST_F(HttpServerTest, SlowClientsKeepNobodyOut) {
  Start();
  std::vector<std::unique_ptr<HttpConnection>> slow;
  for (size_t i = 0; i < 3 * kConnectionsMax; ++i) {
    slow.push_back(std::make_unique<HttpConnection>(endpoint()));
    slow.back()->Send("GET /live HTTP/1.1\r\n");
  }
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
  EXPECT_TRUE(slow.front()->IsClosed());
  EXPECT_FALSE(slow.back()->IsClosed());
  const ConnectionCounts& counts = state_.http_connections();
  EXPECT_EQ(counts.most, kConnectionsMax);
  // All are of one address.
  EXPECT_LE(counts.open, kConnectionsOfClientMax);
  EXPECT_GE(counts.open, kConnectionsOfClientMax - 1);
  EXPECT_GE(counts.met, 3 * kConnectionsMax - kConnectionsOfClientMax);
  slow.clear();
  server_.reset();
  EXPECT_EQ(counts.open, 0u);
}

TEST_F(HttpServerTest, AConnectionThatIsUsedOutlivesSlowOnes) {
  Start();
  const HttpConnection scraper(endpoint());
  std::vector<std::unique_ptr<HttpConnection>> slow;
  for (size_t i = 0; i < 2 * kConnectionsMax; ++i) {
    slow.push_back(std::make_unique<HttpConnection>(endpoint()));
    if (i % 16 == 0) {
      scraper.Send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
      // The response has come, so the next one is counted behind it.
      pollfd waited = {.fd = -1, .events = 0, .revents = 0};
      poll(&waited, 1, 20);
    }
  }
  scraper.Send("GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string all = scraper.ReadAll();
  size_t answers = 0;
  for (size_t at = 0; (at = all.find("HTTP/1.1 200", at)) != std::string::npos; ++at) ++answers;
  EXPECT_EQ(answers, 2 * kConnectionsMax / 16 + 1);
}

TEST_F(HttpServerTest, AResponseMayComeLaterAndKeepsNobodyWaiting) {
  Start();
  const HttpConnection waits(endpoint());
  waits.Send(Later());
  ASSERT_EQ(AwaitReplies(1), 1u);
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
  replies_[0].Send(HttpResponse{.body = "later\n"});
  replies_[0].Send(HttpResponse{.body = "too late\n"});
  const std::string response = waits.ReadAll();
  EXPECT_TRUE(IsStatus(response, "200"));
  EXPECT_TRUE(response.ends_with("\r\n\r\nlater\n")) << response;
}

TEST_F(HttpServerTest, AResponseMayBeThereAtOnce) {
  Start();
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Get("/later?is=made", kFromPage).ends_with("\r\n\r\nmade\n"));
  }
}

TEST_F(HttpServerTest, WhoGetsNoResponseIsTold) {
  Start();
  EXPECT_TRUE(IsStatus(Get("/later?is=lost", kFromPage), "503"));
  EXPECT_TRUE(IsStatus(Get("/later?is=no-memory", kFromPage), "503"));
}

TEST_F(HttpServerTest, FewMayWaitForTheirResponse) {
  Start();
  std::vector<std::unique_ptr<HttpConnection>> waiting;
  for (size_t i = 0; i < kWaitingMax; ++i) {
    waiting.push_back(std::make_unique<HttpConnection>(endpoint()));
    waiting.back()->Send(Later());
  }
  ASSERT_EQ(AwaitReplies(kWaitingMax), kWaitingMax);
  EXPECT_TRUE(IsStatus(Get("/later", kFromPage), "503"));
  for (const HttpReply& reply : replies_) reply.Send(HttpResponse{});
  for (const auto& each : waiting) EXPECT_TRUE(IsStatus(each->ReadAll(), "200"));
  EXPECT_TRUE(IsStatus(Get("/later?is=made", kFromPage), "200"));
}

TEST_F(HttpServerTest, ItEndsWhileSomebodyWaits) {
  Start();
  const HttpConnection waits(endpoint());
  waits.Send(Later());
  ASSERT_EQ(AwaitReplies(1), 1u);
  server_.reset();
  waits.ReadAll();
  EXPECT_TRUE(waits.ended());
  replies_[0].Send(HttpResponse{.body = "too late\n"});
}

TEST_F(HttpServerTest, AClientThatLeftIsNoHarm) {
  Start();
  {
    const HttpConnection leaves(endpoint());
    leaves.Send(Later());
    ASSERT_EQ(AwaitReplies(1), 1u);
  }
  replies_[0].Send(HttpResponse{.body = std::string(1 << 20, 'x')});
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
}

// A page of another origin can send neither.
TEST_F(HttpServerTest, WhatDoesSomethingIsForOurOwnPageOnly) {
  Start();
  EXPECT_TRUE(IsStatus(Get("/later?is=made"), "403"));
  for (const char* site : {"cross-site", "same-site", "none"}) {
    EXPECT_TRUE(IsStatus(Get("/later?is=made", Concat(kFromPage, "Sec-Fetch-Site: ", site, "\r\n")),
                         "403"));
  }
  EXPECT_TRUE(
      IsStatus(Get("/later?is=made", Concat(kFromPage, "Sec-Fetch-Site: same-origin\r\n")), "200"));
}

TEST_F(HttpServerTest, LooksANameUp) {
  Start();
  const std::string found = Get("/lookup?name=www.example.com&type=mx", kFromPage);
  EXPECT_TRUE(IsStatus(found, "200")) << found;
  EXPECT_NE(found.find("Content-Type: application/json\r\n"), std::string::npos) << found;
  EXPECT_TRUE(found.ends_with("\r\n\r\n{\"www.example.com.\":\"MX\"}")) << found;
  EXPECT_TRUE(Get("/lookup?name=www.example.com", kFromPage).ends_with("\"A\"}"));
  EXPECT_TRUE(Get("/lookup?name=www.example.com&from=servers", kFromPage)
                  .ends_with("\"A from its servers\"}"));
  EXPECT_TRUE(
      Get("/lookup?name=192.0.2.7", kFromPage).ends_with("{\"7.2.0.192.in-addr.arpa.\":\"PTR\"}"));
}

TEST_F(HttpServerTest, ALookUpNeedsANameAndATypeOfRecords) {
  Start();
  for (const char* arguments : {"", "?name=", "?name=a..b", "?name=a&type=nonsense",
                                "?name=a&type=ANY", "?name=a&type=AXFR", "?type=A"}) {
    EXPECT_TRUE(IsStatus(Get(Concat("/lookup", arguments), kFromPage), "400")) << arguments;
  }
  EXPECT_TRUE(IsStatus(Get("/lookup?name=a"), "403"));
}

TEST_F(HttpServerTest, LookUpsHaveARate) {
  Start();
  std::string statuses;
  for (int i = 0; i < kLookUpsASecond + 2; ++i) {
    statuses += Get("/lookup?name=a", kFromPage).substr(9, 3) + " ";
  }
  std::string expected;
  for (int i = 0; i < kLookUpsASecond; ++i) expected += "200 ";
  EXPECT_EQ(statuses, expected + "429 429 ");  // its clock stands still
}

TEST_F(HttpServerTest, ThePageNeedsNoTokenAndWhatItAsksForDoes) {
  Start("0123456789abcdef");
  EXPECT_TRUE(IsStatus(Get("/"), "200"));
  EXPECT_TRUE(IsStatus(Get("/page.js"), "200"));
  EXPECT_TRUE(IsStatus(Get("/glance"), "401"));
  EXPECT_TRUE(IsStatus(Get("/lookup?name=a", kFromPage), "401"));
}

TEST_F(HttpServerTest, WithoutMemoryForAResponseTheConnectionEnds) {
  Start();
  EXPECT_EQ(Get("/no-memory"), "");
  EXPECT_TRUE(IsStatus(Get("/live"), "200"));
}

}  // namespace
}  // namespace tern::resolver::control
