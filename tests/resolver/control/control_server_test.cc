#include "resolver/control/control_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "resolver/control/peer.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

using std::chrono::milliseconds;

sockaddr_un SocketAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

// A client. Reading waits for 20 seconds at most.
class ControlClient {
 public:
  explicit ControlClient(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit = {.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const sockaddr_un address = SocketAddress(path);
    EXPECT_EQ(connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  void Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t octets = send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (octets <= 0) return;
      text.remove_prefix(static_cast<size_t>(octets));
    }
  }
  void SendNoMore() const { shutdown(fd_.get(), SHUT_WR); }
  std::string ReadLine() const {
    std::string line;
    std::string piece(65536, '\0');
    while (!line.ends_with('\n')) {
      const ssize_t ahead = Receive(piece.data(), piece.size(), MSG_PEEK);
      if (ahead <= 0) break;
      const size_t end = piece.substr(0, static_cast<size_t>(ahead)).find('\n');
      const size_t taken = end == std::string::npos ? static_cast<size_t>(ahead) : end + 1;
      if (Receive(piece.data(), taken) != static_cast<ssize_t>(taken)) break;
      line.append(piece, 0, taken);
    }
    return line;
  }
  // Reads nothing.
  void AwaitEnd() const {
    pollfd waited = {.fd = fd_.get(), .events = POLLRDHUP, .revents = 0};
    EXPECT_EQ(poll(&waited, 1, 20'000), 1);
  }
  // Whether the server closes the connection in that time.
  bool Ends() const {
    char octet;
    const ssize_t octets = Receive(&octet, 1);
    return octets == 0 || (octets < 0 && errno == ECONNRESET);
  }

 private:
  // A process that was stopped meanwhile goes on.
  ssize_t Receive(char* octets, size_t octets_max, int flags = 0) const {
    for (;;) {
      const ssize_t received = recv(fd_.get(), octets, octets_max, flags);
      if (received >= 0 || errno != EINTR) return received;
    }
  }

  io::OwnedFd fd_;
};

class ControlServerTest : public testing::Test {
 protected:
  ControlServerTest() {
    char name[] = "/tmp/tern-control-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/control";
  }
  ~ControlServerTest() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Start(milliseconds idle_max = milliseconds(60'000), bool may_steer = true) {
    ControlServer::Options options;
    options.listener = io::OwnedFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr_un address = SocketAddress(path_);
    ASSERT_EQ(
        bind(options.listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
        0);
    ASSERT_EQ(listen(options.listener.get(), 32), 0);
    options.path = path_;
    options.may_steer = [may_steer](int /*socket*/) { return may_steer; };
    options.answer = [](std::string_view line) {
      if (line == "much") return std::string(size_t{4} << 20, 'x') + "\n";
      return Concat("<", line, ">\n");
    };
    options.idle_max = idle_max;
    options.counts = &counts_;
    auto server = ControlServer::Start(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::string folder_;
  std::string path_;
  ConnectionCounts counts_;
  std::unique_ptr<ControlServer> server_;
};

TEST_F(ControlServerTest, AnswersEachLineInItsTurn) {
  Start();
  const ControlClient client(path_);
  client.Send("one\ntwo\nthr");
  EXPECT_EQ(client.ReadLine(), "<one>\n");
  EXPECT_EQ(client.ReadLine(), "<two>\n");
  client.Send("ee\n");
  EXPECT_EQ(client.ReadLine(), "<three>\n");
}

TEST_F(ControlServerTest, AnswersAClientThatSendsNoMore) {
  Start();
  const ControlClient client(path_);
  client.Send("one\nhalf");
  client.SendNoMore();
  EXPECT_EQ(client.ReadLine(), "<one>\n");
  EXPECT_TRUE(client.Ends());
}

TEST_F(ControlServerTest, ALineThatIsTooLongIsRefused) {
  Start();
  const ControlClient at_the_limit(path_);
  const std::string line(kControlLineOctetsMax, 'a');
  at_the_limit.Send(line + "\n");
  EXPECT_EQ(at_the_limit.ReadLine(), Concat("<", line, ">\n"));
  const ControlClient beyond(path_);
  beyond.Send(line + "a\n");
  EXPECT_EQ(beyond.ReadLine(),
            "{\"ok\":false,\"error\":\"expected a line of at most 65536 octets\"}\n");
  EXPECT_TRUE(beyond.Ends());
}

TEST_F(ControlServerTest, AClientThatIsSlowIsClosedAndHindersNobody) {
  Start(milliseconds(2000));
  const ControlClient silent(path_);
  const ControlClient half(path_);
  half.Send("hal");
  const ControlClient unread(path_);
  unread.Send("much\n");
  const ControlClient quick(path_);
  quick.Send("quick\n");
  EXPECT_EQ(quick.ReadLine(), "<quick>\n");
  EXPECT_TRUE(silent.Ends());
  EXPECT_TRUE(half.Ends());
  unread.AwaitEnd();
  EXPECT_LT(unread.ReadLine().size(), size_t{4} << 20);
}

TEST_F(ControlServerTest, ALargeAnswerArrivesWhole) {
  Start();
  const ControlClient client(path_);
  client.Send("much\n");
  EXPECT_EQ(client.ReadLine().size(), (size_t{4} << 20) + 1);
}

TEST_F(ControlServerTest, OneClientTooManyIsRefused) {
  Start();
  std::vector<std::unique_ptr<ControlClient>> clients;
  for (size_t i = 0; i < kControlConnectionsMax; ++i) {
    clients.push_back(std::make_unique<ControlClient>(path_));
    clients.back()->Send("x\n");
    EXPECT_EQ(clients.back()->ReadLine(), "<x>\n");
  }
  const ControlClient another(path_);
  EXPECT_EQ(another.ReadLine(), "{\"ok\":false,\"error\":\"too many connections\"}\n");
  EXPECT_TRUE(another.Ends());
  clients[0]->Send("y\n");
  EXPECT_EQ(clients[0]->ReadLine(), "<y>\n");
  EXPECT_EQ(counts_.open, kControlConnectionsMax);
  EXPECT_EQ(counts_.most, kControlConnectionsMax);
  EXPECT_EQ(counts_.met, 1u);
  clients.clear();
  for (int i = 0; i < 2000 && counts_.open != 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(counts_.open, 0u);
}

TEST_F(ControlServerTest, WhoMayNotGiveCommandsIsToldAndClosed) {
  Start(milliseconds(60'000), /*may_steer=*/false);
  const ControlClient client(path_);
  EXPECT_EQ(client.ReadLine().rfind("{\"ok\":false,\"error\":\"not allowed", 0), 0u);
  EXPECT_TRUE(client.Ends());
}

TEST_F(ControlServerTest, TheSocketIsRemovedAtTheEnd) {
  Start();
  EXPECT_TRUE(std::filesystem::exists(path_));
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

// A newer process may take the name over before the older one ends.
TEST_F(ControlServerTest, TheSocketOfANewerProcessStays) {
  Start();
  ASSERT_EQ(unlink(path_.c_str()), 0);
  std::ofstream(path_) << "newer";
  server_.reset();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST(PeerTest, TheKernelSaysWhoIsThere) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const io::OwnedFd here(ends[0]);
  const io::OwnedFd there(ends[1]);
  const auto peer = PeerOf(here.get());
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->user, geteuid());
  EXPECT_EQ(peer->groups.at(0), getegid());
  EXPECT_FALSE(PeerOf(-1));
}

TEST(PeerTest, RootTheOwnUserAndTheOwnGroupMaySteer) {
  EXPECT_TRUE(MaySteer({.user = 0, .groups = {7}}, 100, 200));
  EXPECT_TRUE(MaySteer({.user = 100, .groups = {7}}, 100, 200));
  EXPECT_TRUE(MaySteer({.user = 5, .groups = {7, 200}}, 100, 200));
  EXPECT_FALSE(MaySteer({.user = 5, .groups = {7}}, 100, 200));
  EXPECT_FALSE(MaySteer({.user = 200, .groups = {100, 0}}, 100, 200));
}

TEST(PeerTest, NogroupGivesNoRight) {
  EXPECT_FALSE(MaySteer({.user = 5, .groups = {65534}}, 65534, 65534));
  EXPECT_TRUE(MaySteer({.user = 65534, .groups = {65534}}, 65534, 65534));
}

}  // namespace
}  // namespace tern::resolver::control
