#include "resolver/daemon/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

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

  // The next message; empty when there is none.
  std::string Heard() {
    char text[256];
    const ssize_t octets = recv(fd_.get(), text, sizeof text, MSG_DONTWAIT);
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
  for (int i = 0; i < 5000; ++i) told.TellReady();
}

}  // namespace
}  // namespace tern::resolver::daemon
