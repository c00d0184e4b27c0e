#include "resolver/daemon/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {
namespace {

// The supervisor's side. `name` is as in NOTIFY_SOCKET.
class SupervisorSocket {
 public:
  explicit SupervisorSocket(std::string name)
      : name_(std::move(name)), fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un here{};
    here.sun_family = AF_UNIX;
    std::memcpy(here.sun_path, name_.data(), name_.size());
    if (name_.front() == '@') here.sun_path[0] = '\0';
    const auto octets = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<const sockaddr*>(&here), octets), 0);
  }
  ~SupervisorSocket() {
    if (name_.front() == '/') unlink(name_.c_str());
  }

  // The next message; empty when there is none. Its descriptor goes to `with`.
  std::string Heard(io::OwnedFd* with = nullptr) {
    char text[256];
    iovec part{text, sizeof text};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t octets = recvmsg(fd_.get(), &message, MSG_DONTWAIT);
    if (const cmsghdr* item = CMSG_FIRSTHDR(&message); octets >= 0 && item != nullptr) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(item), sizeof fd);
      io::OwnedFd received(fd);
      if (with != nullptr) *with = std::move(received);
    }
    return octets < 0 ? "" : std::string(text, static_cast<size_t>(octets));
  }

 private:
  std::string name_;
  io::OwnedFd fd_;
};

TEST(SupervisorTest, HearsOfEachChange) {
  const std::string id = std::to_string(getpid());
  for (const std::string& name : {testing::TempDir() + "/notify" + id, "@tern-notify-" + id}) {
    SupervisorSocket supervisor(name);
    const Supervisor told(name.c_str());
    told.TellReady();
    told.TellReloading(std::chrono::steady_clock::time_point(std::chrono::microseconds(1234567)));
    told.TellStopping();
    EXPECT_EQ(supervisor.Heard(), "READY=1") << name;
    EXPECT_EQ(supervisor.Heard(), "RELOADING=1\nMONOTONIC_USEC=1234567");
    EXPECT_EQ(supervisor.Heard(), "STOPPING=1");
    EXPECT_EQ(supervisor.Heard(), "");
  }
}

TEST(SupervisorTest, KeepsADescriptor) {
  const std::string name = "@tern-keep-" + std::to_string(getpid());
  SupervisorSocket supervisor(name);
  const Supervisor told(name.c_str());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const io::OwnedFd read_end(ends[0]);
  {
    const io::OwnedFd write_end(ends[1]);
    EXPECT_TRUE(told.Keep(write_end.get(), "udp-0"));
  }
  io::OwnedFd kept;
  EXPECT_EQ(supervisor.Heard(&kept), "FDSTORE=1\nFDPOLL=0\nFDNAME=udp-0");
  ASSERT_EQ(write(kept.get(), "x", 1), 1);
  char octet = 0;
  EXPECT_EQ(read(read_end.get(), &octet, 1), 1);
  EXPECT_TRUE(told.Forget("udp-0"));
  EXPECT_EQ(supervisor.Heard(), "FDSTOREREMOVE=1\nFDNAME=udp-0");
  EXPECT_FALSE(Supervisor(nullptr).Keep(read_end.get(), "x"));
}

TEST(SupervisorTest, WithoutOneNothingHappens) {
  const std::string long_name = "/" + std::string(200, 'x');
  for (const char* name : {static_cast<const char*>(nullptr), "", "@", "relative", "vsock:2:3",
                           "/nonexistent/notify", long_name.c_str()}) {
    Supervisor(name).TellReady();
  }
}

// A queue that nobody empties is full at some time.
TEST(SupervisorTest, ADeafSupervisorHoldsNothingBack) {
  const std::string name = "@tern-deaf-" + std::to_string(getpid());
  const SupervisorSocket supervisor(name);
  const Supervisor told(name.c_str());
  for (int i = 0; i < 5000; ++i) told.TellAlive();
  const auto start = std::chrono::steady_clock::now();
  told.TellReady();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

// Otherwise it would wait for a service that has long been ready, and end it in time.
TEST(SupervisorTest, ASlowSupervisorHearsThatTheServiceIsReady) {
  const std::string name = "@tern-slow-" + std::to_string(getpid());
  SupervisorSocket supervisor(name);
  const Supervisor told(name.c_str());
  bool has_heard = false;
  // It waits for a second, and a machine may stand still for longer.
  for (int i = 0; i < 5 && !has_heard; ++i) {
    for (int j = 0; j < 5000; ++j) told.TellAlive();
    std::jthread reader([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      for (std::string text = "first"; !text.empty(); std::this_thread::yield()) {
        text = supervisor.Heard();
        has_heard = has_heard || text == "READY=1";
      }
    });
    told.TellReady();
    reader.join();
    // It may have come when the queue had just been emptied.
    has_heard = has_heard || supervisor.Heard() == "READY=1";
  }
  EXPECT_TRUE(has_heard);
}

}  // namespace
}  // namespace tern::resolver::daemon
