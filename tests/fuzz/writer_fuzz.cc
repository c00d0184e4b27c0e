// Reads a message, writes what was read with the writer, and reads that: the same records, in a
// buffer of a size that the input chooses, so that every cut is tried.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tests/fuzz/property.h"
#include "wire/message.h"
#include "wire/rdata.h"
#include "wire/writer.h"

namespace tern::wire {
namespace {

struct Record {
  Section section;
  Name owner;
  RRType type;
  uint16_t rrclass;
  uint32_t ttl;
  std::vector<uint8_t> rdata;
};

struct Message {
  std::vector<Name> questions;
  std::vector<Record> records;
};

// Everything up to the first error. Records whose RDATA cannot be copied are left out.
Message ReadAll(std::span<const uint8_t> octets, bool must_be_sound) {
  Message message;
  MessageReader reader;
  ParseError error = MessageReader::Open(octets, &reader);
  TERN_FUZZ_PROPERTY(!must_be_sound || error == ParseError::kNone);
  if (error != ParseError::kNone) return message;
  for (int i = 0; i < reader.header().question_count; ++i) {
    Question question;
    error = reader.ReadQuestion(&question);
    TERN_FUZZ_PROPERTY(!must_be_sound || error == ParseError::kNone);
    if (error != ParseError::kNone) return message;
    question.name.CopyTo(&message.questions.emplace_back());
  }
  std::vector<uint8_t> rdata(kRdataOctetsMax);
  while (true) {
    RecordView view;
    Section section;
    bool done = false;
    error = reader.NextRecord(&view, &section, &done);
    TERN_FUZZ_PROPERTY(!must_be_sound || error == ParseError::kNone);
    if (error != ParseError::kNone || done) break;
    size_t written;
    error = CopyRdata(view, rdata, &written);
    TERN_FUZZ_PROPERTY(!must_be_sound || error == ParseError::kNone);
    if (error != ParseError::kNone) continue;
    Record& record = message.records.emplace_back(
        Record{section, Name(), view.type, view.rrclass, view.ttl, {}});
    view.owner.CopyTo(&record.owner);
    record.rdata.assign(rdata.begin(), rdata.begin() + static_cast<ptrdiff_t>(written));
  }
  TERN_FUZZ_PROPERTY(!must_be_sound || reader.offset() == octets.size());
  return message;
}

bool EqualIgnoringCase(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  const auto lower = [](uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

void CheckSame(const Record& read, const Record& written) {
  TERN_FUZZ_PROPERTY(read.section == written.section);
  TERN_FUZZ_PROPERTY(read.owner.view().Equals(written.owner));
  TERN_FUZZ_PROPERTY(read.type == written.type);
  TERN_FUZZ_PROPERTY(read.rrclass == written.rrclass);
  TERN_FUZZ_PROPERTY(read.ttl == written.ttl);
  // A pointer may lead to a name in another case; only RDATA with such names may differ by it.
  TERN_FUZZ_PROPERTY(MayCompress(read.type) ? EqualIgnoringCase(read.rdata, written.rdata)
                                            : read.rdata == written.rdata);
}

void RoundTrip(std::span<const uint8_t> input, size_t capacity, size_t reserved) {
  const Message message = ReadAll(input, /*must_be_sound=*/false);
  const auto buffer = std::make_unique<uint8_t[]>(capacity);
  MessageWriter writer({buffer.get(), capacity});
  writer.Reserve(reserved);
  size_t questions = 0;
  for (const Name& name : message.questions) {
    questions += writer.AddQuestion(name, RRType::kA, RRClass::kIN) ? 1 : 0;
  }
  std::vector<Record> kept;
  for (const Record& record : message.records) {
    const size_t size_before = writer.size();
    if (writer.AddRecord(record.section, record.owner, record.type,
                         static_cast<RRClass>(record.rrclass), record.ttl, record.rdata)) {
      kept.push_back(record);
    } else {
      TERN_FUZZ_PROPERTY(writer.size() == size_before);
    }
    // Now and then a record is taken back, by a mark from before the next one.
    if (record.ttl % 7 == 3) {
      const MessageWriter::Mark mark = writer.GetMark();
      static_cast<void>(writer.AddRecord(record.section, record.owner, RRType::kNS, RRClass::kIN, 1,
                                         record.owner.view().octets()));
      writer.Rewind(mark);
    }
  }
  const size_t size = writer.Finish();
  TERN_FUZZ_PROPERTY(size <= std::max(capacity - std::min(reserved, capacity), kHeaderOctets));
  const Message again = ReadAll({buffer.get(), size}, /*must_be_sound=*/true);
  TERN_FUZZ_PROPERTY(again.questions.size() == questions);
  TERN_FUZZ_PROPERTY(again.records.size() == kept.size());
  for (size_t i = 0; i < kept.size(); ++i) CheckSame(again.records[i], kept[i]);
  if (capacity == kMessageOctetsMax && reserved == 0) {
    TERN_FUZZ_PROPERTY(kept.size() == message.records.size() || input.size() > 10000);
  }
}

}  // namespace
}  // namespace tern::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using tern::wire::kHeaderOctets;
  if (size < kHeaderOctets) return 0;
  const std::span<const uint8_t> input(octets, size);
  tern::wire::RoundTrip(input, tern::wire::kMessageOctetsMax, 0);
  tern::wire::RoundTrip(input, kHeaderOctets + octets[0] * 4u, octets[1]);
  return 0;
}
