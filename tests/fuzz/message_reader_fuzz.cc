// Reads everything in a message, copies all RDATA and turns it into text. Whatever the octets are,
// nothing is read outside them, and what was accepted is sound.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/fuzz/property.h"
#include "tests/support/rdata_names.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/presentation.h"
#include "wire/rdata.h"

namespace tern::wire {
namespace {

void CheckName(const PackedName& packed) {
  Name name;
  packed.CopyTo(&name);
  const auto again = NameView::FromWire(name.view().octets());
  TERN_FUZZ_PROPERTY(again && again->size() == name.size());
  TERN_FUZZ_PROPERTY(packed.uncompressed_size() == name.size());
  TERN_FUZZ_PROPERTY(packed.Equals(name));
  TERN_FUZZ_PROPERTY(packed.IsSubdomainOf(name));
  if (!name.view().IsRoot()) {
    TERN_FUZZ_PROPERTY(packed.IsSubdomainOf(name.view().Parent()));
    TERN_FUZZ_PROPERTY(!packed.Equals(name.view().Parent()));
  }
  HashName(name, 1);
  ToText(name);
}

void CheckRecord(const RecordView& record) {
  CheckName(record.owner);
  ToText(record.type);
  std::vector<uint8_t> rdata(kRdataOctetsMax);
  size_t written;
  const ParseError error = CopyRdata(record, rdata, &written);
  TERN_FUZZ_PROPERTY(CheckRdata(record) == error);
  if (error == ParseError::kNone) {
    rdata.resize(written);
    TERN_FUZZ_PROPERTY(IsValidRdata(record.type, rdata));
    RdataToText(record.type, rdata);
    if (record.type == RRType::kSOA) ReadSoa(rdata);
    const int name_at = tern::test::NameOffset(record.type);
    if (name_at >= 0) {
      TERN_FUZZ_PROPERTY(
          NameView::FromWire(std::span(rdata).subspan(static_cast<size_t>(name_at))));
    }
  }
  RdataToText(record.type, record.rdata);
  Edns edns;
  if (record.type == RRType::kOPT && ReadEdns(record, &edns) == ParseError::kNone) {
    FindOption(edns, EdnsOption::kCookie);
  }
}

void ReadEverything(std::span<const uint8_t> message) {
  MessageReader reader;
  if (MessageReader::Open(message, &reader) != ParseError::kNone) return;
  for (int i = 0; i < reader.header().question_count; ++i) {
    Question question;
    if (reader.ReadQuestion(&question) != ParseError::kNone) return;
    CheckName(question.name);
  }
  while (true) {
    RecordView record;
    Section section;
    bool done = false;
    if (reader.NextRecord(&record, &section, &done) != ParseError::kNone || done) return;
    TERN_FUZZ_PROPERTY(reader.offset() <= message.size());
    CheckRecord(record);
  }
}

}  // namespace
}  // namespace tern::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  tern::wire::ReadEverything({octets, size});
  return 0;
}
