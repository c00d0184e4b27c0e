#include "resolver/io/mailbox.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace tern::resolver::io {
namespace {

class Numbered final : public Message {
 public:
  Numbered(int sender, int number, std::atomic<int>* alive)
      : sender(sender), number(number), alive_(alive) {
    alive_->fetch_add(1);
  }
  ~Numbered() override { alive_->fetch_sub(1); }

  const int sender;
  const int number;

 private:
  std::atomic<int>* const alive_;
};

bool IsReadable(int fd, int timeout_ms) {
  pollfd wait{fd, POLLIN, 0};
  return poll(&wait, 1, timeout_ms) == 1;
}

TEST(MailboxTest, KeepsEachSendersOrderAndLosesNothingUnderContention) {
  constexpr int kSenders = 4;
  constexpr int kMessages = 20000;
  std::atomic<int> alive{0};
  auto wakeup = Mailbox::CreateWakeup();
  ASSERT_TRUE(wakeup.ok());
  Mailbox mailbox(*wakeup);
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&mailbox, &alive, sender] {
      for (int i = 0; i < kMessages; ++i) mailbox.Post(new Numbered(sender, i, &alive));
    });
  }
  std::vector<int> next(kSenders, 0);
  int received = 0;
  bool in_order = true;
  while (received < kSenders * kMessages) {
    if (mailbox.PrepareSleep()) {
      // Nobody reads the eventfd, so it stays readable after the first wake-up; what counts here is
      // that a message is never slept over, which would end this loop by its timeout.
      ASSERT_TRUE(IsReadable(mailbox.wakeup_fd(), 10'000));
      mailbox.Awake();
    }
    mailbox.Drain([&](Message* message) {
      std::unique_ptr<Numbered> numbered(static_cast<Numbered*>(message));
      in_order = in_order && numbered->number == next[numbered->sender]++;
      ++received;
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(alive.load(), 0);
}

TEST(MailboxTest, WakesASleeperAndOnlyASleeper) {
  std::atomic<int> alive{0};
  auto wakeup = Mailbox::CreateWakeup();
  ASSERT_TRUE(wakeup.ok());
  Mailbox mailbox(*wakeup);
  mailbox.Post(new Numbered(0, 0, &alive));
  EXPECT_FALSE(IsReadable(mailbox.wakeup_fd(), 0)) << "an awake receiver was woken";
  EXPECT_FALSE(mailbox.PrepareSleep()) << "slept over a message";
  mailbox.Drain([](Message* message) { delete message; });
  ASSERT_TRUE(mailbox.PrepareSleep());
  mailbox.Post(new Numbered(0, 1, &alive));
  EXPECT_TRUE(IsReadable(mailbox.wakeup_fd(), 0));
  mailbox.Awake();
}

TEST(MailboxTest, FreesWhatWasNeverReceived) {
  std::atomic<int> alive{0};
  {
    auto wakeup = Mailbox::CreateWakeup();
    ASSERT_TRUE(wakeup.ok());
    Mailbox mailbox(*wakeup);
    for (int i = 0; i < 10; ++i) mailbox.Post(new Numbered(0, i, &alive));
    EXPECT_EQ(alive.load(), 10);
  }
  EXPECT_EQ(alive.load(), 0);
}

}  // namespace
}  // namespace tern::resolver::io
