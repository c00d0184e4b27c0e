#include "resolver/control/event_writer.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/control/collect_events.h"
#include "resolver/control/exposition.h"
#include "resolver/io/worker.h"

namespace tern::resolver::control {
namespace {

namespace fs = std::filesystem;

class EventWriterTest : public testing::Test {
 protected:
  EventWriterTest() {
    char folder[] = "/tmp/tern-events-XXXXXX";
    folder_ = mkdtemp(folder);
    query_log_.file = path("log");
  }
  ~EventWriterTest() override {
    writer_.reset();
    fs::remove_all(folder_);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  void Start() {
    writer_.reset();
    events_ = MakeEvents(dnstap_, query_log_, 2, 1);
    ASSERT_NE(events_, nullptr);
    EventWriter::Options options;
    options.dnstap = dnstap_;
    options.query_log = query_log_;
    options.listening = {*Endpoint::Parse("127.0.0.1:53", 0)};
    options.events = events_;
    options.counts = &counts_;
    options.wall_shift = [] { return Duration(0); };
    options.tell = [this](bool is_bad, std::string_view line) {
      const std::lock_guard guard(lock_);
      told_.push_back((is_bad ? "bad: " : "good: ") + std::string(line));
    };
    writer_ = std::make_unique<EventWriter>(std::move(options));
  }
  // An answered query of this worker.
  void Tell(size_t worker = 0) {
    Event event;
    event.peer = {*IpAddress::Parse("192.0.2.1"), port_++};
    event.began = event.ended = io::ReadMonotonicClock();
    event.query = query_;
    event.reply = query_;
    EventPort(events_.get(), worker).TellClient(event, 7, wire::NameView());
  }
  std::string Text(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  size_t Lines(const std::string& name) const {
    const std::string text = Text(name);
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  template <typename Condition>
  static bool Within(const Condition& condition) {
    for (int i = 0; i < 2000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  std::vector<std::string> told() {
    const std::lock_guard guard(lock_);
    return told_;
  }
  static uint64_t Lost(const OutputCounts& counts, EventLoss why) {
    return counts.lost[static_cast<size_t>(why)];
  }
  std::string Metrics() const {
    std::vector<Family> families;
    CollectEvents(counts_, &families);
    return WriteExposition(families, ExpositionFormat::kPrometheusText);
  }

  fs::path folder_;
  DnstapSettings dnstap_;
  QueryLogSettings query_log_;
  EventCounts counts_{2};
  std::mutex lock_;
  std::vector<std::string> told_;
  const std::vector<uint8_t> query_ = {0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1};
  uint16_t port_ = 1000;
  std::shared_ptr<const Events> events_;
  std::unique_ptr<EventWriter> writer_;
};

TEST_F(EventWriterTest, NothingIsThereWhileBothAreOff) {
  query_log_.file = "";
  EXPECT_EQ(MakeEvents(dnstap_, query_log_, 2, 1), nullptr);
}

TEST_F(EventWriterTest, WritesTheEventsOfAllWorkersSoon) {
  Start();
  Tell(0);
  Tell(1);
  Tell(0);
  EXPECT_TRUE(Within([&] { return Lines("log") == 3; }));
  EXPECT_EQ(counts_.query_log.written, 3u);
  struct stat status;
  ASSERT_EQ(stat(path("log").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_NE(Metrics().find("\ntern_query_log_lines_total 3\n"), std::string::npos) << Metrics();
}

TEST_F(EventWriterTest, TheEndWritesWhatIsLeft) {
  Start();
  for (int i = 0; i < 1000; ++i) Tell();
  writer_.reset();
  EXPECT_EQ(Lines("log"), 1000u);
  EXPECT_EQ(counts_.ring_octets, 0u);
}

TEST_F(EventWriterTest, AFileThatWasMovedIsLeftAtReopen) {
  Start();
  Tell();
  ASSERT_TRUE(Within([&] { return Lines("log") == 1; }));
  fs::rename(path("log"), path("log.1"));
  Tell();
  ASSERT_TRUE(Within([&] { return Lines("log.1") == 2; }));
  writer_->Reopen();
  ASSERT_TRUE(Within([&] { return fs::exists(path("log")); }));
  Tell();
  EXPECT_TRUE(Within([&] { return Lines("log") == 1; }));
  EXPECT_EQ(Lines("log.1"), 2u);
}

TEST_F(EventWriterTest, WhoHasFilesReopenedHearsWhatBecameOfEach) {
  dnstap_.file = path("no/tap");
  query_log_.file = path("log");
  Start();
  std::vector<EventFile> files = writer_->AwaitFiles();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(TextOf(files[0]), "query_log.file: " + path("log") + ": opened");
  EXPECT_EQ(TextOf(files[1]),
            "dnstap.file: " + path("no/tap") + ": cannot be opened: No such file or directory");
  // It does not wait until it is tried again anyway.
  fs::create_directory(folder_ / "no");
  writer_->Reopen();
  EXPECT_EQ(writer_->AwaitFiles()[1].state, EventFile::State::kOpened);
  writer_->Reopen();
  EXPECT_EQ(writer_->AwaitFiles()[1].state, EventFile::State::kStayed);
  fs::rename(path("log"), path("log.1"));
  fs::rename(path("no/tap"), path("no/tap.1"));
  fs::create_directory(folder_ / "log");
  writer_->Reopen();
  files = writer_->AwaitFiles();
  EXPECT_EQ(files[0].state, EventFile::State::kFailed);
  EXPECT_EQ(files[0].error, EISDIR);
  EXPECT_EQ(files[1].state, EventFile::State::kOpened);
  EXPECT_TRUE(fs::exists(path("no/tap")));
}

TEST_F(EventWriterTest, TheStandardErrorIsNoFile) {
  query_log_.file = kStandardError;
  Start();
  EXPECT_TRUE(writer_->AwaitFiles().empty());
}

TEST_F(EventWriterTest, AFileThatCannotBeWrittenIsToldOnce) {
  query_log_.file = path("no/log");
  Start();
  ASSERT_TRUE(Within([&] { return told().size() == 1; }));
  EXPECT_EQ(told()[0], "bad: the query log cannot be written to " + path("no/log") +
                           ": No such file or directory");
  Tell();
  EXPECT_TRUE(Within([&] { return Lost(counts_.query_log, EventLoss::kWriteFailed) == 1; }));
  EXPECT_EQ(Lost(counts_.query_log, EventLoss::kNoReader), 0u);
  fs::create_directory(folder_ / "no");
  writer_->Reopen();
  ASSERT_TRUE(Within([&] { return told().size() == 2; }));
  EXPECT_EQ(told()[1], "good: the query log is written to " + path("no/log") + " again");
}

TEST_F(EventWriterTest, AFileOfDnstapThatCannotBeOpenedIsNoMissingReader) {
  query_log_.file = "";
  dnstap_.file = path("no/tap");
  Start();
  Tell();
  EXPECT_TRUE(Within([&] { return Lost(counts_.dnstap, EventLoss::kWriteFailed) == 2; }));
  EXPECT_EQ(Lost(counts_.dnstap, EventLoss::kNoReader), 0u);
}

TEST_F(EventWriterTest, APipeThatNobodyReadsHasNoReader) {
  ASSERT_EQ(mkfifo(path("log").c_str(), 0600), 0);
  Start();
  Tell();
  EXPECT_TRUE(Within([&] { return Lost(counts_.query_log, EventLoss::kNoReader) == 1; }));
  EXPECT_EQ(Lost(counts_.query_log, EventLoss::kWriteFailed), 0u);
}

TEST_F(EventWriterTest, AFullDiskLosesLinesAndNothingElse) {
  query_log_.file = "/dev/full";
  Start();
  for (int i = 0; i < 10; ++i) Tell();
  EXPECT_TRUE(Within([&] { return counts_.query_log.lost[2] == 10; }));
  EXPECT_EQ(counts_.query_log.written, 0u);
  EXPECT_NE(Metrics().find("tern_query_log_lost_total{reason=\"write_failed\"} 10"),
            std::string::npos)
      << Metrics();
}

TEST_F(EventWriterTest, WhenTheRingIsFullEventsAreDroppedAndCountedByWorker) {
  Start();
  // More than the writer can take meanwhile.
  for (int i = 0; i < 200'000; ++i) Tell(1);
  writer_.reset();
  const uint64_t dropped = counts_.dropped[1];
  EXPECT_EQ(counts_.dropped[0], 0u);
  EXPECT_EQ(Lines("log") + dropped, 200'000u);
  EXPECT_NE(Metrics().find("tern_event_buffer_dropped_total{worker=\"1\"} " +
                           std::to_string(dropped) + "\n"),
            std::string::npos)
      << Metrics();
  // Another writer, as after a reload: the numbers only grow.
  Start();
  Tell();
  writer_.reset();
  EXPECT_EQ(counts_.dropped[1], dropped);
  EXPECT_EQ(counts_.query_log.written, 200'001 - dropped);
}

TEST_F(EventWriterTest, AFileOfDnstapIsOneStreamAndTheOneBeforeIsKept) {
  query_log_.file = "";
  dnstap_.file = path("tap");
  for (const char expected : {'1', '2'}) {
    Start();
    Tell();
    writer_.reset();
    const std::string text = Text("tap");
    EXPECT_EQ(counts_.dnstap.written, 2u * (expected - '0'));
    // START at the begin, with the content; STOP at the end.
    EXPECT_EQ(text.substr(0, 4), std::string(4, '\0'));
    EXPECT_EQ(text.substr(11, 1), "\x02");
    EXPECT_NE(text.find("protobuf:dnstap.Dnstap"), std::string::npos);
    EXPECT_EQ(text.substr(text.size() - 12), std::string("\0\0\0\0\0\0\0\4\0\0\0\3", 12));
    EXPECT_EQ(fs::exists(path("tap.old")), expected == '2');
  }
}

}  // namespace
}  // namespace tern::resolver::control
