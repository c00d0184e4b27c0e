#include "resolver/tool/client_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShort(30);
constexpr milliseconds kLong(20'000);

ClientSocket::Clock::time_point In(milliseconds time) { return ClientSocket::Clock::now() + time; }

// A socket on loopback at which the kernel takes connections and datagrams.
class Listener {
 public:
  explicit Listener(int type) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_storage address;
    socklen_t size = Endpoint{*IpAddress::Parse("127.0.0.1"), 0}.ToSockaddr(&address);
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(fd_, at, size), 0);
    EXPECT_EQ(type == SOCK_STREAM ? listen(fd_, 1) : 0, 0);
    EXPECT_EQ(getsockname(fd_, at, &size), 0);
    endpoint_ = Endpoint::FromSockaddr(at);
  }
  ~Listener() {
    if (peer_ >= 0) close(peer_);
    close(fd_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }
  void Accept() { peer_ = accept(fd_, nullptr, nullptr); }
  void Say(std::string_view text) const {
    EXPECT_EQ(send(peer_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  void End() const { shutdown(peer_, SHUT_WR); }

 private:
  int fd_;
  int peer_ = -1;
  Endpoint endpoint_;
};

TEST(ClientSocketTest, ReadsWhatComesAndThenTheEnd) {
  Listener server(SOCK_STREAM);
  ClientSocket socket(server.endpoint(), SOCK_STREAM);
  EXPECT_TRUE(socket.SendAll("question", In(kLong)));
  server.Accept();
  server.Say("answer");
  server.End();
  std::array<uint8_t, 4> buffer{};
  EXPECT_TRUE(socket.ReceiveAll(buffer, In(kLong)));
  EXPECT_EQ(std::string(buffer.begin(), buffer.end()), "answ");
  EXPECT_EQ(socket.Receive(buffer, In(kLong)), 2);
  EXPECT_EQ(socket.Receive(buffer, In(kLong)), 0);
  EXPECT_FALSE(socket.ReceiveAll(buffer, In(kLong)));
  EXPECT_EQ(socket.error(), ECONNRESET);
}

TEST(ClientSocketTest, EndsAtTheDeadline) {
  Listener server(SOCK_STREAM);
  ClientSocket socket(server.endpoint(), SOCK_STREAM);
  std::vector<uint8_t> much(size_t{64} << 20);
  const auto start = ClientSocket::Clock::now();
  EXPECT_EQ(socket.Receive(much, In(kShort)), -1);
  EXPECT_EQ(socket.error(), ETIMEDOUT);
  EXPECT_FALSE(socket.SendAll(much, In(kShort)));  // nobody reads it
  EXPECT_EQ(socket.error(), ETIMEDOUT);
  EXPECT_LT(ClientSocket::Clock::now() - start, kLong);
}

TEST(ClientSocketTest, SaysWhyItCannotConnect) {
  const Endpoint nobody = Listener(SOCK_STREAM).endpoint();
  ClientSocket socket(nobody, SOCK_STREAM);
  EXPECT_FALSE(socket.error() == 0 && socket.SendAll("question", In(kLong)));
  EXPECT_EQ(socket.error(), ECONNREFUSED);
  EXPECT_EQ(ClientSocket("/nowhere/socket").error(), ENOENT);
  EXPECT_EQ(ClientSocket(std::string(500, 'a')).error(), ENAMETOOLONG);
  EXPECT_EQ(ClientSocket("").error(), ENAMETOOLONG);
}

// So a second attempt is possible when the machine of the server has refused the first.
TEST(ClientSocketTest, ARefusedDatagramIsAnErrorOnce) {
  const Endpoint nobody = Listener(SOCK_DGRAM).endpoint();
  ClientSocket socket(nobody, SOCK_DGRAM);
  EXPECT_TRUE(socket.SendAll("question", In(kLong)));
  std::array<uint8_t, 4> buffer{};
  EXPECT_EQ(socket.Receive(buffer, In(kLong)), -1);
  EXPECT_EQ(socket.error(), ECONNREFUSED);
  EXPECT_TRUE(socket.SendAll("question", In(kLong)));
}

}  // namespace
}  // namespace tern::resolver::tool
