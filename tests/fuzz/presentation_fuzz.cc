// Text both ways. The first octet chooses: RDATA of a type to text and back, or the rest as a
// master file whose records are written and read again.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/property.h"
#include "wire/master_file.h"
#include "wire/message.h"
#include "wire/presentation.h"
#include "wire/rdata.h"

namespace tern::wire {
namespace {

// The record as a line of a zone, and that line read again.
void CheckRecord(NameView owner, RRType type, uint32_t ttl, std::span<const uint8_t> rdata) {
  const std::string line = ToText(owner) + " " + std::to_string(ttl) + " IN " + ToText(type) + " " +
                           RdataToText(type, rdata) + "\n";
  const auto records = ParseMasterFile(line, "fuzz");
  TERN_FUZZ_PROPERTY(records.ok());
  TERN_FUZZ_PROPERTY(records->size() == 1);
  const MasterRecord& record = records->front();
  TERN_FUZZ_PROPERTY(record.owner.view().EqualsExactly(owner));
  TERN_FUZZ_PROPERTY(record.type == type);
  TERN_FUZZ_PROPERTY(record.ttl == ttl);
  TERN_FUZZ_PROPERTY(std::vector<uint8_t>(rdata.begin(), rdata.end()) == record.rdata);
}

void CheckRdataText(std::span<const uint8_t> input) {
  if (input.size() < 2 || input.size() > kRdataOctetsMax) return;
  const auto type = static_cast<RRType>(LoadU16(input.data()));
  const std::span<const uint8_t> rdata = input.subspan(2);
  RdataToText(type, rdata);
  if (!IsValidRdata(type, rdata) || IsMetaType(type)) return;
  CheckRecord(NameView(), type, 0, rdata);
}

void CheckMasterFile(std::span<const uint8_t> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const auto records = ParseMasterFile(text, "fuzz");
  if (!records.ok()) return;
  for (const MasterRecord& record : *records) {
    TERN_FUZZ_PROPERTY(IsValidRdata(record.type, record.rdata));
    CheckRecord(record.owner, record.type, record.ttl, record.rdata);
  }
}

}  // namespace
}  // namespace tern::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size == 0) return 0;
  const std::span<const uint8_t> rest(octets + 1, size - 1);
  if (octets[0] == 'R') {
    tern::wire::CheckRdataText(rest);
  } else {
    tern::wire::CheckMasterFile(rest);
  }
  return 0;
}
