#include "resolver/tool/lookup_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "gtest/gtest.h"
#include "wire/edns.h"
#include "wire/parse_presentation.h"
#include "wire/text_encoding.h"
#include "wire/writer.h"

namespace tern::resolver::tool {
namespace {

using Octets = std::vector<uint8_t>;
using Replies = std::vector<Octets>;
using Handler = std::function<Replies(const Octets& query, bool tcp, int count)>;

// A server on loopback, UDP and TCP on one port, that sends what `handler` makes of a query.
class LoopbackServer {
 public:
  explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {
    sockaddr_storage address;
    socklen_t size = Endpoint{*IpAddress::Parse("127.0.0.1"), 0}.ToSockaddr(&address);
    // The kernel's choice for TCP may be taken for UDP: another one then.
    for (bool both = false; !both;) {
      tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_storage chosen = address;
      EXPECT_EQ(bind(tcp_, reinterpret_cast<sockaddr*>(&chosen), size), 0);
      getsockname(tcp_, reinterpret_cast<sockaddr*>(&chosen), &size);
      endpoint_ = Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&chosen));
      udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      both = bind(udp_, reinterpret_cast<sockaddr*>(&chosen), size) == 0;
      if (!both) {
        close(udp_);
        close(tcp_);
      }
    }
    EXPECT_EQ(listen(tcp_, 5), 0);
    EXPECT_EQ(pipe(stop_), 0);
    thread_ = std::thread([this] { Run(); });
  }
  ~LoopbackServer() {
    Finish();
    for (const int fd : {udp_, tcp_, stop_[0]}) close(fd);
  }
  // Ends when everything that has arrived is served, and says how many queries that were.
  int Finish() {
    if (thread_.joinable()) {
      close(stop_[1]);
      thread_.join();
    }
    return count_;
  }
  const Endpoint& endpoint() const { return endpoint_; }
  int queries() const { return count_; }

 private:
  void Run() {
    while (true) {
      pollfd entries[] = {{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
      if (poll(entries, 3, -1) < 0) return;
      if (entries[0].revents != 0) ServeUdp();
      if (entries[1].revents != 0) ServeTcp();
      if (entries[0].revents == 0 && entries[1].revents == 0) return;  // and nothing else: stopped
    }
  }
  void ServeUdp() {
    Octets query(65535);
    sockaddr_storage peer;
    socklen_t size = sizeof peer;
    const ssize_t octets =
        recvfrom(udp_, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&peer), &size);
    if (octets < 0) return;
    query.resize(static_cast<size_t>(octets));
    for (const Octets& reply : handler_(query, false, ++count_)) {
      sendto(udp_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
    }
  }
  void ServeTcp() {
    const int fd = accept(tcp_, nullptr, nullptr);
    Octets query(2 + 512);
    const ssize_t octets = recv(fd, query.data(), query.size(), 0);
    if (octets > 2) {
      query.resize(static_cast<size_t>(octets));
      query.erase(query.begin(), query.begin() + 2);
      for (const Octets& reply : handler_(query, true, ++count_)) {
        const uint8_t length[2] = {static_cast<uint8_t>(reply.size() >> 8),
                                   static_cast<uint8_t>(reply.size())};
        // In pieces, as networks do.
        send(fd, length, 1, MSG_NOSIGNAL);
        send(fd, length + 1, 1, MSG_NOSIGNAL);
        send(fd, reply.data(), reply.size() / 2, MSG_NOSIGNAL);
        send(fd, reply.data() + reply.size() / 2, reply.size() - reply.size() / 2, MSG_NOSIGNAL);
      }
    }
    close(fd);
  }

  Handler handler_;
  Endpoint endpoint_;
  int udp_ = -1;
  int tcp_ = -1;
  int stop_[2] = {-1, -1};
  std::atomic<int> count_ = 0;
  std::thread thread_;
};

// The query with QR and `flags` set.
Octets Reply(const Octets& query, uint16_t flags = 0) {
  Octets reply = query;
  wire::StoreU16(reply.data() + 2, static_cast<uint16_t>(wire::kFlagQR | flags));
  return reply;
}

LookupOptions ClientOptions(const Endpoint& server, int timeout_ms = 20'000) {
  LookupOptions options;
  options.name = *wire::ParseName("www.example.");
  options.server = server;
  options.timeout = std::chrono::milliseconds(timeout_ms);
  return options;
}

TEST(LookupClientTest, QueryAsksForRecursionAndForAdWithEdns) {
  LookupOptions options = ClientOptions({});
  const Octets query = BuildLookupQuery(options, 0x1234, true);
  wire::MessageReader reader;
  ASSERT_EQ(wire::MessageReader::Open(query, &reader), wire::ParseError::kNone);
  EXPECT_EQ(reader.header().id, 0x1234);
  EXPECT_EQ(reader.header().flags, wire::kFlagRD | wire::kFlagAD);
  EXPECT_EQ(reader.header().additional_count, 1);
  wire::Question question;
  ASSERT_EQ(reader.ReadQuestion(&question), wire::ParseError::kNone);
  EXPECT_TRUE(question.name.Equals(options.name));
  wire::RecordView record;
  wire::Section section;
  bool done = false;
  wire::Edns edns;
  ASSERT_EQ(reader.NextRecord(&record, &section, &done), wire::ParseError::kNone);
  ASSERT_EQ(wire::ReadEdns(record, &edns), wire::ParseError::kNone);
  EXPECT_EQ(edns.payload_octets, 1232);
  EXPECT_FALSE(wire::FindOption(edns, wire::EdnsOption::kTernTrace));
  EXPECT_EQ(BuildLookupQuery(options, 1, false).size() + 11, query.size());
}

TEST(LookupClientTest, QueryHasTheBitsThatWereAskedFor) {
  LookupOptions options = ClientOptions({});
  options.recursion = false;
  options.unchecked = true;
  EXPECT_EQ(wire::LoadU16(BuildLookupQuery(options, 1, true).data() + 2),
            wire::kFlagCD | wire::kFlagAD);
  const Octets without = BuildLookupQuery(options, 1, true);
  options.signatures = true;
  const Octets with = BuildLookupQuery(options, 1, true);
  ASSERT_EQ(with.size(), without.size());
  EXPECT_NE(with, without);
}

TEST(LookupClientTest, AnOptionWithItsOwnContentAsksForTheTrace) {
  LookupOptions options = ClientOptions({});
  options.trace = true;
  const Octets query = BuildLookupQuery(options, 1, true);
  const std::string_view end("\0\x14\xfd\xe9\0\x10tern:trace-steps", 22);
  ASSERT_GE(query.size(), end.size());
  EXPECT_EQ(wire::AsText(query).substr(query.size() - end.size()), end);
}

TEST(LookupClientTest, ReplyToAnotherQuestionIsNoAnswer) {
  const LookupOptions options = ClientOptions({});
  const Octets reply = Reply(BuildLookupQuery(options, 7, true));
  EXPECT_TRUE(AnswersQuery(reply, options, 7));
  EXPECT_FALSE(AnswersQuery(reply, options, 8));
  EXPECT_FALSE(AnswersQuery(BuildLookupQuery(options, 7, true), options, 7));  // no QR
  LookupOptions other = options;
  other.type = wire::RRType::kAAAA;
  EXPECT_FALSE(AnswersQuery(reply, other, 7));
  other = options;
  other.name = *wire::ParseName("www.example.com.");
  EXPECT_FALSE(AnswersQuery(reply, other, 7));
  EXPECT_FALSE(AnswersQuery({}, options, 7));
  // FORMERR may come without the question; a success may not.
  const Octets bare_error = {0, 7, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_TRUE(AnswersQuery(bare_error, options, 7));
  const Octets bare_success = {0, 7, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_FALSE(AnswersQuery(bare_success, options, 7));
}

TEST(LookupClientTest, TakesTheReplyOverUdp) {
  const LoopbackServer server([](const Octets& query, bool, int) { return Replies{Reply(query)}; });
  const RawReply reply = AskServer(ClientOptions(server.endpoint()));
  EXPECT_EQ(reply.outcome, LookupOutcome::kReply);
  EXPECT_EQ(reply.transport, Transport::kUdp);
  EXPECT_EQ(server.queries(), 1);
}

TEST(LookupClientTest, PassesOverForgeriesBeforeTheReply) {
  const LoopbackServer server([](const Octets& query, bool, int) {
    Octets wrong_id = Reply(query);
    wrong_id[0] ^= 0xff;
    Octets wrong_name = Reply(query);
    wrong_name[13] ^= 1;
    return Replies{wrong_id, wrong_name, Octets{1, 2, 3}, Octets{}, Reply(query, 3)};
  });
  const RawReply reply = AskServer(ClientOptions(server.endpoint()));
  ASSERT_EQ(reply.outcome, LookupOutcome::kReply);
  EXPECT_EQ(reply.message[3] & 0xf, 3);
}

// On a machine that stands still meanwhile the client is late, and may ask fewer times. Then it has
// another try with more time. Giving up early or asking more often is never excused.
TEST(LookupClientTest, AsksAgainWhenNothingComes) {
  for (const int timeout_ms : {1000, 2000, 4000, 8000}) {
    const LoopbackServer server([](const Octets& query, bool, int count) {
      return count < 3 ? Replies() : Replies{Reply(query)};
    });
    const RawReply reply = AskServer(ClientOptions(server.endpoint(), timeout_ms));
    ASSERT_LE(server.queries(), 3);
    if (reply.outcome == LookupOutcome::kReply && server.queries() == 3) return;
  }
  FAIL() << "no reply to the third query";
}

// The same.
TEST(LookupClientTest, GivesUpAtTheTimeout) {
  using std::chrono::milliseconds;
  milliseconds elapsed(0);
  int queries = 0;
  for (const int timeout_ms : {300, 600, 1200, 2400}) {
    LoopbackServer server([](const Octets&, bool, int) { return Replies(); });
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(AskServer(ClientOptions(server.endpoint(), timeout_ms)).outcome,
              LookupOutcome::kTimeout);
    elapsed = std::chrono::ceil<milliseconds>(std::chrono::steady_clock::now() - start);
    queries = server.Finish();
    ASSERT_GE(elapsed, milliseconds(timeout_ms - 10));
    ASSERT_LE(queries, 3);
    if (queries == 3 && elapsed < milliseconds(timeout_ms + 1700)) return;
  }
  FAIL() << queries << " queries in " << elapsed.count() << " ms";
}

TEST(LookupClientTest, TruncatedReplyIsAskedForOverTcp) {
  const LoopbackServer server([](const Octets& query, bool tcp, int) {
    return Replies{Reply(query, tcp ? 0 : wire::kFlagTC)};
  });
  const RawReply reply = AskServer(ClientOptions(server.endpoint()));
  EXPECT_EQ(reply.outcome, LookupOutcome::kReply);
  EXPECT_EQ(reply.transport, Transport::kTcp);
  EXPECT_EQ(server.queries(), 2);
}

TEST(LookupClientTest, TcpAndTraceSkipUdp) {
  const LoopbackServer server(
      [](const Octets& query, bool tcp, int) { return tcp ? Replies{Reply(query)} : Replies(); });
  LookupOptions options = ClientOptions(server.endpoint());
  options.tcp = true;
  EXPECT_EQ(AskServer(options).transport, Transport::kTcp);
  options.tcp = false;
  options.trace = true;
  EXPECT_EQ(AskServer(options).transport, Transport::kTcp);
  EXPECT_EQ(server.queries(), 2);
}

TEST(LookupClientTest, Rfc6891ServerWithoutEdnsIsAskedPlainly) {
  const LoopbackServer server([](const Octets& query, bool, int) {
    if (query[11] == 0) return Replies{Reply(query)};
    Octets error = Reply(query, 1);
    error.resize(error.size() - 11);
    error[11] = 0;
    return Replies{error};
  });
  const RawReply reply = AskServer(ClientOptions(server.endpoint()));
  ASSERT_EQ(reply.outcome, LookupOutcome::kReply);
  EXPECT_EQ(reply.message[3] & 0xf, 0);
  EXPECT_EQ(server.queries(), 2);
}

TEST(LookupClientTest, ClosedPortIsUnreachable) {
  Endpoint endpoint;
  {
    const LoopbackServer server([](const Octets&, bool, int) { return Replies(); });
    endpoint = server.endpoint();
  }
  LookupOptions options = ClientOptions(endpoint);
  EXPECT_EQ(AskServer(options).outcome, LookupOutcome::kUnreachable);
  options.tcp = true;
  const RawReply reply = AskServer(options);
  EXPECT_EQ(reply.outcome, LookupOutcome::kUnreachable);
  EXPECT_EQ(reply.error, ECONNREFUSED);
}

TEST(LookupClientTest, StreamThatEndsEarlyIsUnreachable) {
  const LoopbackServer server([](const Octets&, bool, int) { return Replies(); });
  LookupOptions options = ClientOptions(server.endpoint());
  options.tcp = true;
  EXPECT_EQ(AskServer(options).outcome, LookupOutcome::kUnreachable);
}

}  // namespace
}  // namespace tern::resolver::tool
