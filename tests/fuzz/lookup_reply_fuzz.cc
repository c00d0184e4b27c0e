// Any octets as the reply that `tern lookup` got. What it prints is safe for a terminal, whatever
// the reply holds, and what it prints as JSON is JSON that says the same.
//
// Input: one octet of options, then the reply.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_json.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"
#include "resolver/tool/lookup_text.h"
#include "tests/fuzz/property.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

using Json = nlohmann::ordered_json;

constexpr wire::RRType kTypes[] = {wire::RRType::kA, wire::RRType::kMX, wire::RRType::kTXT,
                                   wire::RRType::kANY};

// Nothing that a terminal acts on but ends of lines: no C0 control, no DEL, no C1 control in UTF-8.
void CheckHarmless(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<uint8_t>(text[i]);
    TERN_FUZZ_PROPERTY((octet >= 0x20 || octet == '\n') && octet != 0x7f);
    if (octet == 0xc2 && i + 1 < text.size()) {
      const auto next = static_cast<uint8_t>(text[i + 1]);
      TERN_FUZZ_PROPERTY(next < 0x80 || next >= 0xa0);
    }
  }
  TERN_FUZZ_PROPERTY(!text.empty() && text.back() == '\n');
}

void CheckSection(const Json& object, const char* name, const std::vector<tool::ReplyLine>& lines) {
  const Json& section = object.at(name);
  TERN_FUZZ_PROPERTY(section.is_array() && section.size() == lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    const Json& record = section[i];
    TERN_FUZZ_PROPERTY(record.at("name") == lines[i].owner);
    TERN_FUZZ_PROPERTY(record.at("ttl") == lines[i].ttl);
    TERN_FUZZ_PROPERTY(record.at("data") == lines[i].rdata);
    TERN_FUZZ_PROPERTY(wire::ParseType(record.at("type").get<std::string>()) == lines[i].type);
    TERN_FUZZ_PROPERTY(wire::ParseName(lines[i].owner).ok());
  }
}

void CheckJson(std::string_view line, const tool::LookupOptions& options,
               const tool::LookupReply& reply) {
  TERN_FUZZ_PROPERTY(line.find('\n') == line.size() - 1);
  const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  TERN_FUZZ_PROPERTY(object.is_object());
  CheckSection(object, "answer", reply.sections[0]);
  CheckSection(object, "authority", reply.sections[1]);
  CheckSection(object, "additional", reply.sections[2]);
  TERN_FUZZ_PROPERTY(object.contains("error") == reply.malformed);
  TERN_FUZZ_PROPERTY(object.contains("trace") == options.trace);
  if (options.trace) {
    const size_t steps = tool::ReadTraceSteps(reply.trace.value_or("")).size();
    TERN_FUZZ_PROPERTY(object.at("trace").size() == steps);
  }
}

void Print(uint8_t choice, std::span<const uint8_t> message) {
  tool::LookupOptions options;
  options.name = *wire::ParseName("www.example.com.");
  options.type = kTypes[choice % std::size(kTypes)];
  options.server = *Endpoint::Parse("127.0.0.1", 53);
  options.trace = (choice & 0x80) != 0;
  tool::RawReply raw;
  raw.outcome = tool::LookupOutcome::kReply;
  raw.message.assign(message.begin(), message.end());
  (void)tool::AnswersQuery(raw.message, options, 0x1234);
  const tool::LookupReply reply = tool::ReadLookupReply(raw.message);
  const tool::LookupExit exit = tool::ExitOf(reply, options.type);
  TERN_FUZZ_PROPERTY(exit != tool::LookupExit::kUsage && exit != tool::LookupExit::kNoReply);
  TERN_FUZZ_PROPERTY(!reply.malformed || exit != tool::LookupExit::kNoSuchRecord);
  CheckHarmless(tool::LookupText(options, raw, reply));
  const std::string json = tool::LookupJson(options, raw, reply);
  CheckHarmless(json);
  CheckJson(json, options, reply);
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size > 0) tern::resolver::Print(octets[0], {octets + 1, size - 1});
  return 0;
}
