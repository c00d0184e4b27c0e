#include "resolver/daemon/predecessor.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "resolver/daemon/upgrade_talk.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::milliseconds;

class PredecessorTest : public testing::Test {
 protected:
  PredecessorTest() {
    process_ = fork();
    if (process_ == 0) {
      for (;;) pause();
    }
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    old_ = io::OwnedFd(ends[0]);
    next_ = io::OwnedFd(ends[1]);
  }
  ~PredecessorTest() override {
    kill(process_, SIGKILL);
    if (!waited_) waitpid(process_, nullptr, 0);
  }

  std::string Heard() {
    const auto packet = HearPacket(old_.get());
    return packet.ok() ? *packet : "";
  }
  // Whether it ends soon, by SIGKILL.
  bool IsEnded(int milliseconds_max) {
    for (int i = 0; i < milliseconds_max; ++i) {
      int status = 0;
      if (waitpid(process_, &status, WNOHANG) == process_) {
        waited_ = true;
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
      }
      usleep(1000);
    }
    return false;
  }

  io::OwnedFd old_, next_;
  pid_t process_ = 0;
  bool waited_ = false;
};

TEST_F(PredecessorTest, WithoutOneNothingHappens) {
  const Predecessor none(io::OwnedFd(), 0);
  EXPECT_FALSE(none.is_there());
  none.TellError("nobody hears it");
  EXPECT_FALSE(none.due());
}

TEST_F(PredecessorTest, ItsCacheIsAskedFor) {
  Say(old_.get(), kCache);
  const Predecessor predecessor(std::move(next_), process_);
  EXPECT_TRUE(predecessor.AskForCache());
  EXPECT_EQ(Heard(), "cache");
  Say(old_.get(), kNone);
  EXPECT_FALSE(predecessor.AskForCache());
  old_ = io::OwnedFd();
  EXPECT_FALSE(predecessor.AskForCache());
}

TEST_F(PredecessorTest, TakesOverWhenItMay) {
  Say(old_.get(), kGo);
  Predecessor predecessor(std::move(next_), process_, milliseconds(0));
  ASSERT_TRUE(predecessor.TakeOver({"tcp-0", "control"}).ok());
  EXPECT_EQ(Heard(), "left tcp-0");
  EXPECT_EQ(Heard(), "left control");
  EXPECT_EQ(Heard(), "ready");
  ASSERT_TRUE(predecessor.due());
  predecessor.OnDue();
  EXPECT_FALSE(predecessor.due());
  EXPECT_TRUE(IsEnded(5000)) << "it hangs";
}

TEST_F(PredecessorTest, OneThatHasEndedIsLeftAlone) {
  Say(old_.get(), kGo);
  Predecessor predecessor(std::move(next_), process_, milliseconds(0));
  ASSERT_TRUE(predecessor.TakeOver({}).ok());
  EXPECT_EQ(Heard(), "ready");
  old_ = io::OwnedFd();
  predecessor.OnDue();
  EXPECT_FALSE(IsEnded(100)) << "whoever has its number now";
}

TEST_F(PredecessorTest, DoesNotTakeOverFromOneThatGoesOn) {
  old_ = io::OwnedFd();
  Predecessor predecessor(std::move(next_), process_);
  EXPECT_FALSE(predecessor.TakeOver({}).ok());
  EXPECT_FALSE(predecessor.due());
}

}  // namespace
}  // namespace tern::resolver::daemon
