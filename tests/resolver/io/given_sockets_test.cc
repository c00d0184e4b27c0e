#include "resolver/io/given_sockets.h"

#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {
namespace {

OwnedFd Copy(int fd) { return *Duplicate(fd); }

TEST(GivenSocketsTest, ASocketIsTakenAtItsAddressOnly) {
  PlainSocket udp(AF_INET, SOCK_DGRAM), tcp(AF_INET, SOCK_STREAM);
  ASSERT_TRUE(udp.Bind(Loopback()) && tcp.Bind(Loopback()) && tcp.Listen());
  GivenSockets given;
  given.Add(Copy(udp.fd()), "one");
  given.Add(Copy(tcp.fd()), "two");
  EXPECT_TRUE(given.Take(SOCK_DGRAM, Loopback(1)).empty());
  EXPECT_TRUE(given.Take(SOCK_STREAM, udp.local()).empty());
  ASSERT_EQ(given.Take(SOCK_STREAM, tcp.local()).size(), 1u);
  const auto taken = given.Take(SOCK_DGRAM, udp.local());
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].name, "one");
  EXPECT_TRUE(given.Take(SOCK_DGRAM, udp.local()).empty());
}

TEST(GivenSocketsTest, TheyComeInTheOrderOfTheirPlaces) {
  GivenSockets given;
  Endpoint at = Loopback();
  for (const size_t place : {11u, 2u, 0u}) {
    auto fd = OpenUdpListener(at);
    ASSERT_TRUE(fd.ok());
    at = LocalEndpoint(fd->get());
    given.Add(*std::move(fd), SocketName("udp", place, at));
  }
  auto foreign = OpenUdpListener(at);
  given.Add(*std::move(foreign), "tern.socket");
  const auto taken = given.Take(SOCK_DGRAM, at);
  ASSERT_EQ(taken.size(), 4u);
  EXPECT_EQ(taken[0].name, SocketName("udp", 0, at));
  EXPECT_EQ(taken[1].name, SocketName("udp", 2, at));
  EXPECT_EQ(taken[3].name, "tern.socket");
}

TEST(GivenSocketsTest, OneThatIsGivenTwiceIsThereOnce) {
  PlainSocket udp(AF_INET, SOCK_DGRAM);
  ASSERT_TRUE(udp.Bind(Loopback()));
  GivenSockets given;
  given.Add(Copy(udp.fd()), "store");
  given.Add(Copy(udp.fd()), "unit");
  EXPECT_EQ(given.Take(SOCK_DGRAM, udp.local()).size(), 1u);
}

TEST(GivenSocketsTest, OneForBothFamiliesIsNotTaken) {
  PlainSocket both(AF_INET6, SOCK_DGRAM);
  const int off = 0;
  setsockopt(both.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (!both.Bind(AddressOf("[::]:0"))) GTEST_SKIP() << "no IPv6";
  GivenSockets given;
  given.Add(Copy(both.fd()), "both");
  EXPECT_TRUE(given.Take(SOCK_DGRAM, both.local()).empty());
  EXPECT_TRUE(given.Overlaps(SOCK_DGRAM, Loopback(both.local().port)));
  EXPECT_NE(DescribeSocket(both.fd()).find("IPv4 and IPv6"), std::string::npos);
}

TEST(GivenSocketsTest, AWildcardKeepsOthersFromItsPort) {
  PlainSocket wildcard(AF_INET, SOCK_DGRAM), one(AF_INET, SOCK_DGRAM);
  ASSERT_TRUE(wildcard.Bind(AddressOf("0.0.0.0:0")) && one.Bind(Loopback()));
  GivenSockets given;
  given.Add(Copy(wildcard.fd()), "");
  given.Add(Copy(one.fd()), "");
  EXPECT_TRUE(given.Overlaps(SOCK_DGRAM, Loopback(wildcard.local().port)));
  EXPECT_TRUE(given.Overlaps(SOCK_DGRAM, AddressOf("0.0.0.0:" + std::to_string(one.local().port))));
  EXPECT_TRUE(given.Overlaps(SOCK_DGRAM, one.local()));
  EXPECT_FALSE(given.Overlaps(SOCK_STREAM, one.local()));
  EXPECT_FALSE(
      given.Overlaps(SOCK_DGRAM, AddressOf("127.0.0.2:" + std::to_string(one.local().port))));
}

TEST(GivenSocketsTest, AUnixSocketIsTakenByItsPath) {
  const std::string path = testing::TempDir() + "/tern-given-" + std::to_string(getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  OwnedFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(fd.get(), 1), 0);
  GivenSockets given;
  given.Add(std::move(fd), "control");
  EXPECT_LT(given.TakeUnix(path + "2").fd.get(), 0);
  EXPECT_GE(given.TakeUnix(path).fd.get(), 0);
  EXPECT_LT(given.TakeUnix(path).fd.get(), 0);
  unlink(path.c_str());
}

TEST(GivenSocketsTest, NamesHaveNoColon) {
  EXPECT_EQ(SocketName("udp", 3, AddressOf("[::1]:53")), "udp-3-[__1]_53");
}

}  // namespace
}  // namespace tern::resolver::io
