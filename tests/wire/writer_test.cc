#include "wire/writer.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/rdata_names.h"
#include "tests/wire/generators.h"
#include "wire/rdata.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::N;
using test::Octets;

Octets RdataOf(NameView name) { return Octets(name.data(), name.data() + name.size()); }

struct ReadRecord {
  Section section;
  Name owner;
  RRType type;
  uint16_t rrclass;
  uint32_t ttl;
  Octets rdata;
};

// Everything in a message, with the names in RDATA uncompressed. Fails the test on an error.
std::vector<ReadRecord> ReadAll(std::span<const uint8_t> message) {
  std::vector<ReadRecord> records;
  MessageReader reader;
  EXPECT_EQ(MessageReader::Open(message, &reader), ParseError::kNone);
  for (int i = 0; i < reader.header().question_count; ++i) {
    Question question;
    EXPECT_EQ(reader.ReadQuestion(&question), ParseError::kNone);
  }
  while (true) {
    RecordView view;
    Section section;
    bool done = true;
    const ParseError error = reader.NextRecord(&view, &section, &done);
    EXPECT_EQ(error, ParseError::kNone);
    if (error != ParseError::kNone || done) break;
    ReadRecord record{section, Name(), view.type, view.rrclass, view.ttl, Octets(70000)};
    view.owner.CopyTo(&record.owner);
    size_t written = 0;
    EXPECT_EQ(CopyRdata(view, record.rdata, &written), ParseError::kNone);
    record.rdata.resize(written);
    records.push_back(record);
  }
  EXPECT_EQ(reader.offset(), message.size());
  return records;
}

TEST(MessageWriterTest, WritesTheOctetsOfAnAnswer) {
  uint8_t buffer[512];
  MessageWriter writer(buffer);
  writer.SetHeader(0x1234, 0x8180);
  ASSERT_TRUE(writer.AddQuestion(N("wWw.example.com."), RRType::kA, RRClass::kIN));
  ASSERT_TRUE(writer.AddRecord(Section::kAnswer, N("www.EXAMPLE.com."), RRType::kCNAME,
                               RRClass::kIN, 300, RdataOf(N("web.Example.com."))));
  ASSERT_TRUE(writer.AddRecord(Section::kAnswer, N("web.example.com."), RRType::kA, RRClass::kIN,
                               60, Bytes("\xc0\0\2\1"sv)));
  Octets expected = Bytes(
      "\x12\x34\x81\x80\0\1\0\2\0\0\0\0"
      "\3wWw\7example\3com\0\0\1\0\1"
      "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\6\3web\xc0\x10"
      "\xc0\x2d\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"sv);
  const size_t size = writer.Finish();
  EXPECT_EQ(Octets(buffer, buffer + size), expected);
}

TEST(MessageWriterTest, LeavesNamesAloneInTypesNewerThanRfc1035) {
  uint8_t buffer[512];
  MessageWriter writer(buffer);
  ASSERT_TRUE(writer.AddQuestion(N("example.com."), RRType::kSRV, RRClass::kIN));
  Octets srv = Bytes("\0\1\0\2\0\x35"sv);
  const Octets name = RdataOf(N("example.com."));
  srv.insert(srv.end(), name.begin(), name.end());
  const size_t before = writer.size();
  ASSERT_TRUE(
      writer.AddRecord(Section::kAnswer, N("example.com."), RRType::kSRV, RRClass::kIN, 1, srv));
  EXPECT_EQ(writer.size() - before, 2 + 10 + srv.size());
}

TEST(MessageWriterTest, BrokenRdataOfACompressibleTypeGoesOutAsItIs) {
  uint8_t buffer[512];
  MessageWriter writer(buffer);
  const size_t before = writer.size();
  const Octets broken = Bytes("\5ab"sv);
  ASSERT_TRUE(writer.AddRecord(Section::kAnswer, NameView(), RRType::kNS, RRClass::kIN, 1, broken));
  EXPECT_EQ(Octets(buffer + writer.size() - 3, buffer + writer.size()), broken);
  EXPECT_EQ(writer.size() - before, 1 + 10 + 3u);
}

TEST(MessageWriterTest, ARecordThatDoesNotFitLeavesNoTrace) {
  const Octets mx = [] {
    Octets rdata = Bytes("\0\x0a"sv);
    const Octets name = RdataOf(N("mail.other.example."));
    rdata.insert(rdata.end(), name.begin(), name.end());
    return rdata;
  }();
  uint8_t whole[512];
  MessageWriter measure(whole);
  ASSERT_TRUE(measure.AddQuestion(N("a.example."), RRType::kMX, RRClass::kIN));
  const size_t question_size = measure.size();
  ASSERT_TRUE(
      measure.AddRecord(Section::kAnswer, N("b.example."), RRType::kMX, RRClass::kIN, 5, mx));
  const size_t full_size = measure.size();
  for (size_t capacity = question_size; capacity <= full_size; ++capacity) {
    const auto buffer = std::make_unique<uint8_t[]>(capacity);
    MessageWriter writer({buffer.get(), capacity});
    ASSERT_TRUE(writer.AddQuestion(N("a.example."), RRType::kMX, RRClass::kIN));
    const bool fits =
        writer.AddRecord(Section::kAnswer, N("b.example."), RRType::kMX, RRClass::kIN, 5, mx);
    EXPECT_EQ(fits, capacity == full_size);
    if (fits) continue;
    EXPECT_EQ(writer.size(), question_size);
    // The failed record's names are gone, so an address of the same owner must not point behind the
    // message.
    if (writer.AddRecord(Section::kAnswer, N("b.example."), RRType::kA, RRClass::kIN, 5,
                         Bytes("\1\2\3\4"sv))) {
      const size_t size = writer.Finish();
      const auto records = ReadAll({buffer.get(), size});
      ASSERT_EQ(records.size(), 1u);
      EXPECT_TRUE(records[0].owner == N("b.example."));
    } else {
      EXPECT_EQ(writer.Finish(), question_size);
      EXPECT_EQ(LoadU16(buffer.get() + 6), 0);
    }
  }
}

TEST(MessageWriterTest, AQuestionThatDoesNotFitLeavesNoTrace) {
  for (size_t capacity = 12; capacity < 12 + 13 + 4; ++capacity) {
    Octets buffer(capacity);
    MessageWriter writer(buffer);
    EXPECT_FALSE(writer.AddQuestion(N("example.com."), RRType::kA, RRClass::kIN));
    EXPECT_EQ(writer.Finish(), 12u);
    EXPECT_EQ(LoadU16(buffer.data() + 4), 0);
  }
}

TEST(MessageWriterTest, RewindTakesRecordsAndNamesBack) {
  uint8_t buffer[512];
  MessageWriter writer(buffer);
  ASSERT_TRUE(writer.AddQuestion(N("example."), RRType::kNS, RRClass::kIN));
  const MessageWriter::Mark mark = writer.GetMark();
  ASSERT_TRUE(writer.AddRecord(Section::kAnswer, N("x.example."), RRType::kNS, RRClass::kIN, 1,
                               RdataOf(N("ns.elsewhere."))));
  ASSERT_TRUE(writer.AddRecord(Section::kAuthority, N("ns.elsewhere."), RRType::kA, RRClass::kIN, 1,
                               Bytes("\1\2\3\4"sv)));
  writer.Rewind(mark);
  writer.SetFlag(kFlagTC);
  EXPECT_TRUE(writer.flags() & kFlagTC);
  ASSERT_TRUE(writer.AddRecord(Section::kAdditional, N("ns.elsewhere."), RRType::kA, RRClass::kIN,
                               2, Bytes("\5\6\7\x08"sv)));
  const size_t size = writer.Finish();
  const auto records = ReadAll({buffer, size});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_TRUE(records[0].owner == N("ns.elsewhere."));
  EXPECT_EQ(records[0].section, Section::kAdditional);
  EXPECT_EQ(LoadU16(buffer + 6), 0);
  EXPECT_EQ(LoadU16(buffer + 10), 1);
}

TEST(MessageWriterTest, ReservedOctetsAreKeptForOpt) {
  Octets buffer(12 + 11 + 15);
  MessageWriter writer(buffer);
  writer.Reserve(11);
  const Octets address = Bytes("\1\2\3\4"sv);
  ASSERT_TRUE(writer.AddRecord(Section::kAnswer, NameView(), RRType::kA, RRClass::kIN, 1, address));
  EXPECT_FALSE(
      writer.AddRecord(Section::kAnswer, NameView(), RRType::kA, RRClass::kIN, 1, address));
  Edns edns;
  edns.payload_octets = 1232;
  edns.extended_rcode = 1;
  edns.version = 0;
  edns.dnssec_ok = true;
  ASSERT_TRUE(writer.AddOpt(edns));
  EXPECT_FALSE(writer.AddOpt(edns));
  EXPECT_EQ(writer.Finish(), buffer.size());
  const auto records = ReadAll(buffer);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].type, RRType::kOPT);
  EXPECT_EQ(records[1].rrclass, 1232);
  EXPECT_EQ(records[1].ttl, 0x01008000u);
}

TEST(MessageWriterTest, OptUsesUpAReservationThatWasTooLarge) {
  Octets buffer(12 + 11 + 15);
  MessageWriter writer(buffer);
  writer.Reserve(26);
  ASSERT_TRUE(writer.AddOpt(Edns{}));
  EXPECT_TRUE(writer.AddRecord(Section::kAdditional, NameView(), RRType::kA, RRClass::kIN, 1,
                               Bytes("\1\2\3\4"sv)));
  EXPECT_FALSE(writer.AddRecord(Section::kAdditional, NameView(), RRType::kA, RRClass::kIN, 1,
                                Bytes("\1\2\3\4"sv)));
}

TEST(MessageWriterTest, AnotherReservationReplacesTheFirst) {
  Octets buffer(12 + 15);
  MessageWriter writer(buffer);
  const Octets address = Bytes("\1\2\3\4"sv);
  writer.Reserve(1);
  EXPECT_FALSE(
      writer.AddRecord(Section::kAnswer, NameView(), RRType::kA, RRClass::kIN, 1, address));
  writer.Reserve(100000);
  EXPECT_FALSE(
      writer.AddRecord(Section::kAnswer, NameView(), RRType::kA, RRClass::kIN, 1, address));
  writer.Reserve(0);
  EXPECT_TRUE(writer.AddRecord(Section::kAnswer, NameView(), RRType::kA, RRClass::kIN, 1, address));
}

TEST(MessageWriterTest, OptCarriesItsOptions) {
  uint8_t buffer[100];
  MessageWriter writer(buffer);
  const Octets options = Bytes("\0\x0f\0\2\0\x16"sv);
  Edns edns;
  edns.payload_octets = 100;  // less than the minimum
  edns.options = options;
  ASSERT_TRUE(writer.AddOpt(edns));
  const auto records = ReadAll({buffer, writer.Finish()});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].rdata, options);
  EXPECT_EQ(records[0].rrclass, 512);
}

TEST(MessageWriterTest, NeverPointsBehind14Bits) {
  Octets buffer(65535);
  MessageWriter writer(buffer);
  const Octets blob(16000, 7);
  ASSERT_TRUE(writer.AddRecord(Section::kAnswer, N("blob."), static_cast<RRType>(65280),
                               RRClass::kIN, 1, blob));
  ASSERT_TRUE(writer.AddRecord(Section::kAnswer, N("blob."), static_cast<RRType>(65280),
                               RRClass::kIN, 1, Octets(400)));
  ASSERT_GT(writer.size(), 0x4000u);
  const size_t before = writer.size();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(writer.AddRecord(Section::kAnswer, N("late.example."), RRType::kNS, RRClass::kIN, 1,
                                 RdataOf(N("ns.late.example."))));
  }
  EXPECT_EQ(writer.size() - before, 2 * (14 + 10 + 17u));
  const auto records = ReadAll(std::span(buffer).first(writer.Finish()));
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[3].rdata, RdataOf(N("ns.late.example.")));
}

TEST(MessageWriterTest, WritesNamesOutWhenItRemembersNoMore) {
  Octets buffer(65535);
  MessageWriter writer(buffer);
  std::vector<Name> owners;
  for (int i = 0; i < 300; ++i)
    owners.push_back(N("h" + std::to_string(i) + ".tld" + std::to_string(i) + "."));
  for (const Name& owner : owners) {
    ASSERT_TRUE(writer.AddRecord(Section::kAnswer, owner, RRType::kA, RRClass::kIN, 1,
                                 Bytes("\1\2\3\4"sv)));
  }
  const auto records = ReadAll(std::span(buffer).first(writer.Finish()));
  ASSERT_EQ(records.size(), owners.size());
  for (size_t i = 0; i < owners.size(); ++i) EXPECT_TRUE(records[i].owner == owners[i]);
}

TEST(MessageWriterTest, TakesAtMost65535Octets) {
  Octets buffer(70000);
  MessageWriter writer(buffer);
  const size_t rdata_octets = 65535 - 12 - 11;
  EXPECT_FALSE(writer.AddRecord(Section::kAnswer, NameView(), static_cast<RRType>(65280),
                                RRClass::kIN, 1, Octets(rdata_octets + 1)));
  EXPECT_TRUE(writer.AddRecord(Section::kAnswer, NameView(), static_cast<RRType>(65280),
                               RRClass::kIN, 1, Octets(rdata_octets)));
  EXPECT_EQ(writer.Finish(), 65535u);
}

TEST(MessageWriterPropertyTest, ReaderGivesBackWhatWasWritten) {
  Generator generator(10);
  for (int round = 0; round < 300; ++round) {
    Octets buffer(100 + generator.Below(3000));
    MessageWriter writer(buffer);
    std::vector<Name> names = {Name()};
    for (int i = 0; i < 6; ++i) {
      // Names share tails, so there is something to compress.
      Name name = names[generator.Below(uint32_t(names.size()))];
      const Name more = generator.RandomName(3, 6);
      Name joined;
      if (joined.AssignJoined(more.view().octets().first(more.size() - 1), name)) {
        names.push_back(joined);
      }
    }
    const auto any_name = [&] {
      return generator.WithRandomCase(names[generator.Below(uint32_t(names.size()))]);
    };
    std::vector<ReadRecord> written;
    const bool asked = writer.AddQuestion(any_name(), RRType::kA, RRClass::kIN);
    for (int section = 0; section < 3; ++section) {
      const MessageWriter::Mark mark = writer.GetMark();
      const size_t kept = written.size();
      for (int i = 0; i < 8; ++i) {
        constexpr RRType kTypes[] = {RRType::kNS, RRType::kMX, RRType::kA, RRType::kDNAME};
        ReadRecord record{Section(section),           any_name(), kTypes[generator.Below(4)], 1,
                          uint32_t(generator.Bits()), {}};
        if (record.type == RRType::kMX) record.rdata = generator.Random(2);
        record.rdata = record.type == RRType::kA ? generator.Random(4) : record.rdata;
        const Octets target = RdataOf(any_name());
        if (record.type != RRType::kA) {
          record.rdata.insert(record.rdata.end(), target.begin(), target.end());
        }
        if (writer.AddRecord(record.section, record.owner, record.type, RRClass::kIN, record.ttl,
                             record.rdata)) {
          written.push_back(record);
        }
      }
      if (generator.Below(4) == 0) {
        writer.Rewind(mark);
        written.resize(kept);
      }
    }
    const size_t size = writer.Finish();
    EXPECT_EQ(LoadU16(buffer.data() + 4), asked ? 1 : 0);
    const auto read = ReadAll(std::span(buffer).first(size));
    ASSERT_EQ(read.size(), written.size());
    for (size_t i = 0; i < read.size(); ++i) {
      EXPECT_EQ(read[i].section, written[i].section);
      EXPECT_TRUE(read[i].owner == written[i].owner);
      EXPECT_EQ(read[i].type, written[i].type);
      EXPECT_EQ(read[i].ttl, written[i].ttl);
      // A pointer may lead to the name in another case.
      const int at = tern::test::NameOffset(read[i].type);
      if (at < 0) {
        EXPECT_EQ(read[i].rdata, written[i].rdata);
      } else {
        ASSERT_EQ(read[i].rdata.size(), written[i].rdata.size());
        EXPECT_TRUE(
            NameView::FromWire(std::span(read[i].rdata).subspan(size_t(at)))
                ->Equals(*NameView::FromWire(std::span(written[i].rdata).subspan(size_t(at)))));
      }
    }
  }
}

TEST(MessageWriterDeathTest, SectionsKeepTheirOrder) {
  uint8_t buffer[512];
  EXPECT_DEATH(MessageWriter(std::span(buffer).first(11)), "broken contract");
  MessageWriter writer(buffer);
  const uint8_t address[4] = {192, 0, 2, 1};
  ASSERT_TRUE(writer.AddRecord(Section::kAuthority, N("a."), RRType::kA, RRClass::kIN, 1, address));
  EXPECT_DEATH(
      (void)writer.AddRecord(Section::kAnswer, N("a."), RRType::kA, RRClass::kIN, 1, address),
      "broken contract");
  EXPECT_DEATH((void)writer.AddQuestion(N("a."), RRType::kA, RRClass::kIN), "broken contract");
}

}  // namespace
}  // namespace tern::wire
