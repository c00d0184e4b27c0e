#include "resolver/tool/control_client.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "resolver/tool/control_text.h"
#include "resolver/tool/socket_rights.h"

namespace tern::resolver::tool {
namespace {

constexpr uid_t kSomebody = 65534;

// A control socket at which somebody listens, with the group of daemons if that can be had.
class ListeningSocket {
 public:
  ListeningSocket() {
    std::string folder = "/tmp/tern-client-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    EXPECT_EQ(chmod(folder.c_str(), 0755), 0);
    folder_ = folder;
    path_ = folder + "/control";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    if (geteuid() == 0) {
      EXPECT_EQ(chown(path_.c_str(), 0, kDaemons), 0);
    }
  }
  ~ListeningSocket() {
    close(fd_);
    std::filesystem::remove_all(folder_);
  }
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  const std::string& path() const { return path_; }
  const std::string& folder() const { return folder_; }
  void SetMode(mode_t mode) const { EXPECT_EQ(chmod(path_.c_str(), mode), 0); }
  static std::string GroupName() {
    const group* const found = getgrgid(geteuid() == 0 ? kDaemons : getegid());
    return found == nullptr ? "" : found->gr_name;
  }

 private:
  static constexpr gid_t kDaemons = 1;
  const int fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string folder_;
  std::string path_;
};

// Asks as a user to whom the mode says no. Root's permissions are not looked at.
absl::Status AskedBySomebody(const std::string& path) {
  ControlOptions options;
  options.socket = path;
  const uid_t before = geteuid();
  if (before == 0 && seteuid(kSomebody) != 0) return absl::InternalError("seteuid");
  const absl::Cleanup back = [&] { (void)seteuid(before); };
  return AskControl(options, std::chrono::milliseconds(100)).status();
}

TEST(ControlClientTest, WhoMayNotUseTheSocketIsToldWhoMay) {
  const ListeningSocket socket;
  socket.SetMode(geteuid() == 0 ? 0660 : 0060);
  const absl::Status status = AskedBySomebody(socket.path());
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  const std::string group = ListeningSocket::GroupName();
  const ControlReply reply = NoAnswerReply(status);
  EXPECT_EQ(reply.exit, ControlExit::kFailure);
  EXPECT_EQ(reply.error, "tern: " + socket.path() + ": Permission denied; root and the group " +
                             group + " may use it: `usermod -aG " + group +
                             " USER` makes USER a member, from the next login on\n");
}

TEST(ControlClientTest, WhereNobodyListensIsNoAnswer) {
  const absl::Status status = AskedBySomebody("/nowhere/control");
  EXPECT_EQ(NoAnswerReply(status).exit, ControlExit::kNoAnswer);
  EXPECT_NE(status.message().find("no ternd listens there"), std::string::npos) << status;
}

TEST(SocketRightsTest, AGroupThatMayNotIsNotNamed) {
  const ListeningSocket socket;
  socket.SetMode(0600);
  EXPECT_EQ(WhoMayUse(socket.path()), "only root and the user of ternd may use it");
  EXPECT_EQ(WhoMayUse(socket.folder() + "/no"), "root and the group of ternd may use it");
}

}  // namespace
}  // namespace tern::resolver::tool
