#include "wire/message.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/wire/generators.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::N;
using test::Octets;

Octets HeaderOf(uint16_t flags, uint16_t questions, uint16_t answers, uint16_t authorities = 0,
                uint16_t additionals = 0) {
  Octets octets(12);
  const uint16_t words[] = {0xbeef, flags, questions, answers, authorities, additionals};
  for (size_t i = 0; i < 6; ++i) StoreU16(octets.data() + 2 * i, words[i]);
  return octets;
}

void Append(std::string_view more, Octets* octets) {
  octets->insert(octets->end(), more.begin(), more.end());
}

// A copy of exact size on the heap, so AddressSanitizer sees every over-read.
class Exact {
 public:
  explicit Exact(std::span<const uint8_t> octets)
      : octets_(std::make_unique<uint8_t[]>(octets.size())), size_(octets.size()) {
    std::copy(octets.begin(), octets.end(), octets_.get());
  }
  std::span<const uint8_t> span() const { return {octets_.get(), size_}; }

 private:
  std::unique_ptr<uint8_t[]> octets_;
  size_t size_;
};

// www.example.com A with a compressed CNAME and A; after 17 octets of question name.
Octets Answer() {
  Octets message = HeaderOf(0x8180, 1, 2);
  Append("\3www\7example\3com\0\0\1\0\1"sv, &message);
  Append("\xc0\x0c\0\5\0\1\0\0\1\x2c\0\6\3web\xc0\x10"sv, &message);
  Append("\xc0\x2d\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"sv, &message);
  return message;
}

ParseError ReadName(const Octets& message, size_t offset, PackedName* name, size_t* end) {
  const Exact exact(message);
  PackedName read;
  const ParseError error = PackedName::Read(exact.span(), offset, &read, end);
  static Octets kept;
  kept = message;
  if (error == ParseError::kNone) return PackedName::Read(kept, offset, name, end);
  return error;
}

Name Copied(const PackedName& packed) {
  Name name;
  packed.CopyTo(&name);
  return name;
}

TEST(MessageReaderTest, ReadsHeaderQuestionAndRecords) {
  const Octets message = Answer();
  MessageReader reader;
  ASSERT_EQ(MessageReader::Open(message, &reader), ParseError::kNone);
  EXPECT_EQ(reader.header().id, 0xbeef);
  EXPECT_TRUE(reader.header().Has(kFlagQR));
  EXPECT_TRUE(reader.header().Has(kFlagRA));
  EXPECT_FALSE(reader.header().Has(kFlagAA));
  EXPECT_EQ(reader.header().opcode(), Opcode::kQuery);
  EXPECT_EQ(reader.header().rcode(), Rcode::kNoError);
  Question question;
  ASSERT_EQ(reader.ReadQuestion(&question), ParseError::kNone);
  EXPECT_TRUE(question.name.Equals(N("WWW.example.com.")));
  EXPECT_EQ(question.type, RRType::kA);
  EXPECT_EQ(question.rrclass, RRClass::kIN);
  RecordView record;
  Section section;
  bool done = true;
  ASSERT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kNone);
  EXPECT_FALSE(done);
  EXPECT_EQ(section, Section::kAnswer);
  EXPECT_EQ(record.type, RRType::kCNAME);
  EXPECT_EQ(record.TtlSeconds(), 300u);
  EXPECT_TRUE(record.owner.Equals(N("www.example.com.")));
  ASSERT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kNone);
  EXPECT_FALSE(done);
  EXPECT_TRUE(record.owner.Equals(N("web.example.com.")));
  EXPECT_TRUE(Copied(record.owner).view().EqualsExactly(N("web.example.com.")));
  EXPECT_EQ(record.rdata.size(), 4u);
  EXPECT_EQ(record.rdata[0], 192);
  ASSERT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kNone);
  EXPECT_TRUE(done);
  EXPECT_EQ(reader.offset(), message.size());
}

TEST(MessageReaderTest, CountsSectionsInTheirOrderAndSkipsEmptyOnes) {
  Octets message = HeaderOf(0x8000, 0, 1, 0, 2);
  for (int i = 0; i < 3; ++i) Append("\0\0\1\0\1\0\0\0\0\0\0"sv, &message);
  MessageReader reader;
  ASSERT_EQ(MessageReader::Open(message, &reader), ParseError::kNone);
  RecordView record;
  Section section;
  bool done;
  for (const Section expected : {Section::kAnswer, Section::kAdditional, Section::kAdditional}) {
    ASSERT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kNone);
    EXPECT_EQ(section, expected);
  }
  ASSERT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kNone);
  EXPECT_TRUE(done);
}

TEST(MessageReaderTest, EveryCutOffMessageIsShort) {
  const Octets whole = Answer();
  for (size_t size = 0; size < whole.size(); ++size) {
    const Exact cut(std::span<const uint8_t>(whole).first(size));
    MessageReader reader;
    ParseError error = MessageReader::Open(cut.span(), &reader);
    Question question;
    if (error == ParseError::kNone) error = reader.ReadQuestion(&question);
    bool done = false;
    while (error == ParseError::kNone && !done) {
      RecordView record;
      Section section;
      error = reader.NextRecord(&record, &section, &done);
    }
    EXPECT_EQ(error, ParseError::kShort) << size;
  }
}

TEST(MessageReaderTest, CountsAreBelievedOnlyAsFarAsOctetsGo) {
  Octets message = HeaderOf(0x8000, 0, 0xffff, 0xffff, 0xffff);
  Append("\0\0\1\0\1\0\0\0\0\0\0"sv, &message);
  MessageReader reader;
  ASSERT_EQ(MessageReader::Open(message, &reader), ParseError::kNone);
  RecordView record;
  Section section;
  bool done;
  EXPECT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kNone);
  EXPECT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kShort);
}

TEST(MessageReaderTest, RdataLongerThanTheMessageIsShort) {
  Octets message = HeaderOf(0x8000, 0, 1);
  Append("\0\0\1\0\1\0\0\0\0\0\5\1\2\3\4"sv, &message);
  MessageReader reader;
  ASSERT_EQ(MessageReader::Open(message, &reader), ParseError::kNone);
  RecordView record;
  Section section;
  bool done;
  EXPECT_EQ(reader.NextRecord(&record, &section, &done), ParseError::kShort);
}

TEST(MessageReaderTest, TtlWithTheTopBitCountsAsZero) {
  RecordView record;
  record.ttl = 0x80000001;
  EXPECT_EQ(record.TtlSeconds(), 0u);
  record.ttl = 0x7fffffff;
  EXPECT_EQ(record.TtlSeconds(), 0x7fffffffu);
}

TEST(FirstQuestionTest, IsReadInPlace) {
  Octets message = HeaderOf(0, 1, 0);
  Append("\1a\1b\0\0\x1c\0\1more"sv, &message);
  const auto question = ReadFirstQuestion(message);
  ASSERT_TRUE(question);
  EXPECT_TRUE(question->name.Equals(N("a.b.")));
  EXPECT_EQ(question->type, RRType::kAAAA);
  EXPECT_EQ(question->rrclass, RRClass::kIN);
  EXPECT_EQ(question->end, message.size() - 4);
}

TEST(FirstQuestionTest, IsNoneWhenCutOffOrCompressed) {
  Octets message = HeaderOf(0, 1, 0);
  Append("\1a\1b\0\0\x1c\0\1"sv, &message);
  for (size_t size = kHeaderOctets; size < message.size(); ++size) {
    EXPECT_FALSE(ReadFirstQuestion(std::span(message).first(size))) << size;
  }
  message = HeaderOf(0, 1, 0);
  Append("\1a\xc0\x0c\0\x1c\0\1"sv, &message);
  EXPECT_FALSE(ReadFirstQuestion(message));
}

TEST(PackedNameTest, DefaultIsTheRoot) {
  const PackedName name;
  EXPECT_TRUE(Copied(name).view().IsRoot());
  EXPECT_TRUE(name.Equals(NameView()));
  EXPECT_TRUE(name.IsSubdomainOf(NameView()));
}

TEST(PackedNameTest, PointersMustGoStrictlyBackward) {
  Octets message(12);
  Append("\1a\xc0\x0c"sv, &message);  // to its own run
  PackedName name;
  size_t end;
  EXPECT_EQ(ReadName(message, 12, &name, &end), ParseError::kBadName);
  message.resize(12);
  Append("\xc0\x0c"sv, &message);  // to itself
  EXPECT_EQ(ReadName(message, 12, &name, &end), ParseError::kBadName);
  message.resize(12);
  Append("\xc0\x0e\1a\0"sv, &message);  // forward
  EXPECT_EQ(ReadName(message, 12, &name, &end), ParseError::kBadName);
  message.resize(12);
  Append("\1a\xc0\x10\1b\xc0\x0c"sv, &message);  // two that lead to each other
  EXPECT_EQ(ReadName(message, 12, &name, &end), ParseError::kBadName);
  EXPECT_EQ(ReadName(message, 16, &name, &end), ParseError::kBadName);
}

TEST(PackedNameTest, PointersIntoTheHeaderAreRefused) {
  for (uint8_t target = 0; target < 12; ++target) {
    Octets message(12);
    message.insert(message.end(), {0, 0xc0, target});
    PackedName name;
    size_t end;
    EXPECT_EQ(ReadName(message, 13, &name, &end), ParseError::kBadName);
  }
}

TEST(PackedNameTest, UnknownLabelTypesAreRefused) {
  for (const uint8_t type : {0x40, 0x41, 0x7f, 0x80, 0xbf}) {
    Octets message(12 + 200);
    message[12] = type;
    PackedName name;
    size_t end;
    EXPECT_EQ(ReadName(message, 12, &name, &end), ParseError::kBadName);
  }
}

TEST(PackedNameTest, NamesThatGrowBeyond255OctetsThroughPointersAreRefused) {
  Octets message(12);
  for (int i = 0; i < 3; ++i) {
    message.push_back(63);
    message.insert(message.end(), 63, 'a');
  }
  message.push_back(0);  // 193 octets
  const size_t fits = message.size();
  message.push_back(61);
  message.insert(message.end(), 61, 'b');
  Append("\xc0\x0c"sv, &message);
  const size_t too_long = message.size();
  message.push_back(62);
  message.insert(message.end(), 62, 'c');
  Append("\xc0\x0c"sv, &message);
  PackedName name;
  size_t end;
  ASSERT_EQ(ReadName(message, fits, &name, &end), ParseError::kNone);
  EXPECT_EQ(name.uncompressed_size(), 255u);
  EXPECT_EQ(end, too_long);
  EXPECT_EQ(Copied(name).size(), 255u);
  EXPECT_EQ(ReadName(message, too_long, &name, &end), ParseError::kBadName);
}

TEST(PackedNameTest, ChainsOfPointersAreBounded) {
  // 127 labels. All but the last are followed by a pointer to the one before. It is the longest
  // sound name.
  Octets message(12);
  Append("\1a\0"sv, &message);
  size_t last = 12;
  for (int i = 1; i < 127; ++i) {
    const size_t here = message.size();
    message.insert(message.end(), {1, 'a', uint8_t(0xc0 | last >> 8), uint8_t(last)});
    last = here;
  }
  PackedName name;
  size_t end;
  ASSERT_EQ(ReadName(message, last, &name, &end), ParseError::kNone);
  EXPECT_EQ(Copied(name).view().LabelCount(), 127u);
  // Thousands of pointers that lead only to pointers cost time and give no name.
  message.resize(12);
  message.push_back(0);
  last = 12;
  for (int i = 0; i < 5000; ++i) {
    const size_t here = message.size();
    message.insert(message.end(), {uint8_t(0xc0 | last >> 8), uint8_t(last)});
    last = here;
  }
  EXPECT_EQ(ReadName(message, last, &name, &end), ParseError::kBadName);
  EXPECT_EQ(ReadName(message, 13 + 2 * 100, &name, &end), ParseError::kNone);
  EXPECT_TRUE(Copied(name).view().IsRoot());
}

TEST(PackedNameTest, NamesBehindTheMessageAreRefused) {
  PackedName name;
  size_t end;
  EXPECT_EQ(ReadName(Octets(12), 12, &name, &end), ParseError::kShort);
  EXPECT_EQ(ReadName(Octets(12), 70000, &name, &end), ParseError::kBadName);
  Octets pointer_cut(12);
  Append("\1a\xc0"sv, &pointer_cut);
  EXPECT_EQ(ReadName(pointer_cut, 12, &name, &end), ParseError::kShort);
}

TEST(PackedNameTest, ComparesAcrossPointersIgnoringCase) {
  Octets message(12);
  Append("\7eXample\3COM\0\3wWw\xc0\x0c"sv, &message);
  PackedName name;
  size_t end;
  ASSERT_EQ(ReadName(message, 25, &name, &end), ParseError::kNone);
  EXPECT_EQ(end, message.size());
  EXPECT_TRUE(name.Equals(N("www.example.com.")));
  EXPECT_FALSE(name.Equals(N("www.example.net.")));
  EXPECT_FALSE(name.Equals(N("wwwexample.co.m.")));
  EXPECT_FALSE(name.Equals(N("com.")));
  EXPECT_TRUE(name.IsSubdomainOf(N("example.com.")));
  EXPECT_TRUE(name.IsSubdomainOf(N("www.example.com.")));
  EXPECT_TRUE(name.IsSubdomainOf(NameView()));
  EXPECT_FALSE(name.IsSubdomainOf(N("w.example.com.")));
  EXPECT_FALSE(name.IsSubdomainOf(N("a.www.example.com.")));
  EXPECT_FALSE(name.IsSubdomainOf(N("ample.com.")));
}

TEST(PackedNamePropertyTest, AgreesWithTheUncompressedName) {
  Generator generator(6);
  for (int round = 0; round < 3000; ++round) {
    // A base name, and names that share its tails through pointers.
    Octets message(12);
    const Name base = generator.RandomName(6, 10);
    message.insert(message.end(), base.data(), base.data() + base.size());
    Name prefix = generator.RandomName(4, 10);
    const size_t kept = generator.Below(uint32_t(base.view().LabelCount() + 1));
    const NameView suffix = base.view().Suffix(kept);
    const size_t offset = message.size();
    const size_t target = 12 + base.size() - suffix.size();
    message.insert(message.end(), prefix.data(), prefix.data() + prefix.size() - 1);
    message.insert(message.end(), {uint8_t(0xc0 | target >> 8), uint8_t(target)});
    Name expected;
    ASSERT_TRUE(expected.AssignJoined(prefix.view().octets().first(prefix.size() - 1), suffix));
    PackedName packed;
    size_t end;
    ASSERT_EQ(ReadName(message, offset, &packed, &end), ParseError::kNone);
    EXPECT_EQ(end, message.size());
    EXPECT_EQ(packed.uncompressed_size(), expected.size());
    EXPECT_TRUE(Copied(packed).view().EqualsExactly(expected));
    EXPECT_TRUE(packed.Equals(generator.WithRandomCase(expected)));
    const Name other = generator.RandomName(3, 3);
    EXPECT_EQ(packed.Equals(other), expected == other);
    EXPECT_EQ(packed.IsSubdomainOf(other), expected.view().IsSubdomainOf(other));
    EXPECT_TRUE(packed.IsSubdomainOf(suffix));
  }
}

TEST(MessagePropertyTest, RandomOctetsNeverReadTooFar) {
  Generator generator(7);
  for (int round = 0; round < 20000; ++round) {
    Octets octets = generator.Random(12 + generator.Below(100));
    for (size_t i = 12; i < octets.size(); ++i) {
      if (generator.Below(3) != 0) octets[i] = uint8_t(generator.Below(4));
      if (generator.Below(8) == 0) octets[i] = 0xc0;
    }
    StoreU16(octets.data() + 4, 1);  // one question
    const Exact exact(octets);
    MessageReader reader;
    ASSERT_EQ(MessageReader::Open(exact.span(), &reader), ParseError::kNone);
    Question question;
    if (reader.ReadQuestion(&question) != ParseError::kNone) continue;
    bool done = false;
    RecordView record;
    Section section;
    while (reader.NextRecord(&record, &section, &done) == ParseError::kNone && !done) {
      const Name owner = Copied(record.owner);
      EXPECT_EQ(NameView::FromWire(owner.view().octets())->size(), owner.size());
      EXPECT_LE(record.rdata.data() + record.rdata.size(),
                exact.span().data() + exact.span().size());
    }
    EXPECT_LE(reader.offset(), octets.size());
  }
}

TEST(MessageReaderDeathTest, QuestionsAreReadBeforeRecordsAndNoneTwice) {
  const Octets message = Answer();
  MessageReader reader;
  ASSERT_EQ(MessageReader::Open(message, &reader), ParseError::kNone);
  RecordView record;
  Section section;
  bool done;
  EXPECT_DEATH((void)reader.NextRecord(&record, &section, &done), "questions_left_ == 0");
  Question question;
  ASSERT_EQ(reader.ReadQuestion(&question), ParseError::kNone);
  EXPECT_DEATH((void)reader.ReadQuestion(&question), "questions_left_ > 0");
}

}  // namespace
}  // namespace tern::wire
