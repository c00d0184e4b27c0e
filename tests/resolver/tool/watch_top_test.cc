#include "resolver/tool/watch_top.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using std::chrono::milliseconds;

std::string AnswerAt(int count) {
  return Concat(R"({"ok":true,"result":{"version":"9.)", count, R"(","started":1,"seconds":)",
                count, R"(,"queries":{"udp":)", 50 * count,
                R"(},"in_flight":{"oldest":[{"name":"a.",)",
                R"("steps":[{"waits_for":"servers","asked":[{"server":"192.0.2.1:53"}]}]}]}}})");
}

class PrintTopTest : public testing::Test {
 protected:
  ControlReply Print() {
    return PrintTop(
        options_,
        [this](const ControlOptions&) -> absl::StatusOr<std::string> {
          steps_ += "ask ";
          ++looks_;
          if (looks_ == gone_at_) return absl::UnavailableError("nobody is there");
          return looks_ == refused_at_ ? R"({"ok":false,"error":"no"})" : AnswerAt(looks_);
        },
        [this](std::string_view text) {
          steps_ += "write ";
          written_ += text;
          return has_room_;
        },
        [this] { steps_ += "pause "; });
  }

  TopOptions options_;
  int looks_ = 0;
  int gone_at_ = 0;
  int refused_at_ = 0;
  bool has_room_ = true;
  std::string steps_;
  std::string written_;
};

TEST_F(PrintTopTest, OneScreenIsOfTwoLooks) {
  EXPECT_EQ(Print().exit, ControlExit::kOk);
  EXPECT_EQ(steps_, "ask pause ask write ");
  EXPECT_TRUE(written_.starts_with("Tern 9.2   ")) << written_;
  EXPECT_NE(written_.find("\nQuestions  50.0/s "), std::string::npos) << written_;
  EXPECT_NE(written_.find(": 192.0.2.1:53 since "), std::string::npos) << written_;
  EXPECT_EQ(written_.find('\x1b'), std::string::npos);
  EXPECT_TRUE(written_.ends_with(" remembers\n"));
}

TEST_F(PrintTopTest, FurtherScreensAreOfOneMoreLook) {
  options_.times = 2;
  EXPECT_EQ(Print().exit, ControlExit::kOk);
  EXPECT_EQ(steps_, "ask pause ask write pause ask write ");
  EXPECT_NE(written_.find("\n\nTern 9.3   "), std::string::npos) << written_;
}

TEST_F(PrintTopTest, OfJsonThereIsALineForEachLook) {
  options_.control.json = true;
  options_.times = 2;
  EXPECT_EQ(Print().exit, ControlExit::kOk);
  EXPECT_EQ(steps_, "ask write pause ask write ");
  EXPECT_EQ(written_, AnswerAt(1) + "\n" + AnswerAt(2) + "\n");
}

TEST_F(PrintTopTest, ItEndsWithTernd) {
  options_.times = 9;
  gone_at_ = 3;
  const ControlReply reply = Print();
  EXPECT_EQ(reply.exit, ControlExit::kNoAnswer);
  EXPECT_EQ(reply.error, "tern: nobody is there\n");
  EXPECT_EQ(steps_, "ask pause ask write pause ask ");
}

TEST_F(PrintTopTest, ARefusalIsTold) {
  refused_at_ = 1;
  ControlReply reply = Print();
  EXPECT_EQ(reply.exit, ControlExit::kFailure);
  EXPECT_EQ(reply.error, "tern: no\n");
  options_.control.json = true;
  looks_ = 0;
  reply = Print();
  EXPECT_EQ(reply.exit, ControlExit::kFailure);
  EXPECT_EQ(reply.error, "");
  EXPECT_EQ(written_, "{\"ok\":false,\"error\":\"no\"}\n");
}

TEST_F(PrintTopTest, WithoutRoomItEnds) {
  has_room_ = false;
  options_.times = 9;
  EXPECT_EQ(Print().exit, ControlExit::kFailure);
  EXPECT_EQ(steps_, "ask pause ask write ");
}

// A pseudoterminal: `shown_` is what the program has drawn.
class WatchTopTest : public testing::Test {
 protected:
  WatchTopTest() {
    const winsize size = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
    fcntl(master_, F_SETFL, O_NONBLOCK);
    tcgetattr(slave_, &before_);
    options_.every = milliseconds(20);
    options_.times = 9;  // when nothing else ends it
  }
  ~WatchTopTest() override {
    close(master_);
    close(slave_);
  }

  // `step` is called before each look, with its number from 1 on. It says what ternd answers.
  ControlReply Watch(std::function<absl::StatusOr<std::string>(int look)> step) {
    looks_ = 0;
    ControlReply reply = WatchTop(options_,
                                  [&](const ControlOptions&) {
                                    Read();
                                    return step(++looks_);
                                  },
                                  {.in = slave_, .out = slave_, .coloured = coloured_});
    Read();
    return reply;
  }
  void Read() {
    char piece[4096];
    for (;;) {
      const ssize_t octets = read(master_, piece, sizeof piece);
      if (octets <= 0) return;
      shown_.append(piece, static_cast<size_t>(octets));
    }
  }
  void Type(std::string_view keys) {
    EXPECT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  // The screen that was drawn last.
  std::string Last() const { return shown_.substr(shown_.rfind("\x1b[H")); }
  void ExpectAsBefore() {
    termios now;
    tcgetattr(slave_, &now);
    EXPECT_EQ(now.c_lflag, before_.c_lflag);
    EXPECT_EQ(now.c_iflag, before_.c_iflag);
    EXPECT_TRUE(shown_.ends_with("\x1b[?7h\x1b[?25h\x1b[?1049l"));
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    EXPECT_EQ(sigismember(&mask, SIGTERM), 0);
  }

  TopOptions options_;
  bool coloured_ = false;
  int master_ = -1;
  int slave_ = -1;
  termios before_;
  int looks_ = 0;  // of the last Watch()
  std::string shown_;
};

TEST_F(WatchTopTest, DrawsUntilQIsTyped) {
  const ControlReply reply = Watch([&](int look) {
    if (look == 2) {
      EXPECT_TRUE(shown_.starts_with("\x1b[?1049h"));
      EXPECT_NE(Last().find("Questions  -/s"), std::string::npos);
      termios now;
      tcgetattr(slave_, &now);
      EXPECT_EQ(now.c_lflag & (ICANON | ECHO), 0u);
    }
    if (look == 3) {
      EXPECT_NE(Last().find("Questions  50.0/s"), std::string::npos) << Last();
      Type("xq");
    }
    return AnswerAt(look);
  });
  EXPECT_EQ(reply.exit, ControlExit::kOk);
  EXPECT_EQ(reply.error, "");
  EXPECT_EQ(looks_, 3);
  ExpectAsBefore();
}

TEST_F(WatchTopTest, EndsAtControlC) {
  Watch([](int look) {
    if (look == 2) raise(SIGINT);
    return AnswerAt(look);
  });
  EXPECT_EQ(looks_, 2);
  ExpectAsBefore();
}

TEST_F(WatchTopTest, FollowsTheSize) {
  Watch([&](int look) {
    if (look == 2) {
      EXPECT_EQ(std::count(shown_.begin(), shown_.end(), '\n'), 14);
      const winsize size = {.ws_row = 5, .ws_col = 20, .ws_xpixel = 0, .ws_ypixel = 0};
      EXPECT_EQ(ioctl(master_, TIOCSWINSZ, &size), 0);
      raise(SIGWINCH);
      shown_.clear();
    }
    if (look == 3) {
      EXPECT_EQ(shown_.find("\x1b[H"), 0u);
      EXPECT_NE(shown_.rfind("\x1b[H"), 0u) << "not drawn once more";
      const std::string last = Last();
      EXPECT_EQ(std::count(last.begin(), last.end(), '\n'), 4);
      EXPECT_NE(last.find("Tern 9.2   No state+\x1b[K\r"), std::string::npos) << last;
      Type("q");
    }
    return AnswerAt(look);
  });
  EXPECT_EQ(looks_, 3);
}

TEST_F(WatchTopTest, GoesOnWhenTerndHasGone) {
  Watch([&](int look) -> absl::StatusOr<std::string> {
    if (look == 2) return absl::UnavailableError("/x: nobody is there");
    if (look == 3) {
      EXPECT_NE(Last().find("Tern 9.1   No answer from ternd"), std::string::npos) << Last();
      EXPECT_NE(Last().find("s old. /x: nobody is there"), std::string::npos) << Last();
    }
    if (look == 4) {
      EXPECT_NE(Last().find("Tern 9.3   No state is told"), std::string::npos) << Last();
      EXPECT_NE(Last().find("Questions  50.0/s"), std::string::npos) << Last();
      Type("q");
    }
    return AnswerAt(look);
  });
  EXPECT_EQ(looks_, 4);
  ExpectAsBefore();
}

TEST_F(WatchTopTest, EndsWhenTheTerminalHasGone) {
  Watch([&](int look) {
    if (look == 2) {
      close(master_);
      master_ = -1;
    }
    return AnswerAt(look);
  });
  EXPECT_EQ(looks_, 2);
}

TEST_F(WatchTopTest, DrawsNothingWhenNobodyAnswersAtFirst) {
  const ControlReply reply = Watch([](int) { return absl::UnavailableError("nobody is there"); });
  EXPECT_EQ(reply.exit, ControlExit::kNoAnswer);
  EXPECT_EQ(reply.error, "tern: nobody is there\n");
  EXPECT_EQ(shown_, "");
}

TEST_F(WatchTopTest, ColoursAreForThoseWhoWantThem) {
  options_.times = 1;
  const auto answer = [this](int look) {
    if (look == 3) Type("q");  // so that it ends in any case
    return AnswerAt(look);
  };
  Watch(answer);
  EXPECT_EQ(looks_, 1);
  EXPECT_EQ(shown_.find("\x1b[1m"), std::string::npos);
  coloured_ = true;
  Watch(answer);
  EXPECT_NE(shown_.find("\x1b[1mQuestions\x1b[0m"), std::string::npos);
}

}  // namespace
}  // namespace tern::resolver::tool
