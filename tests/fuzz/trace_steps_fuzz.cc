// Any octets as the account of a resolution that a server sent, and as the text of an error: what
// `tern lookup` prints of them as JSON is one line of ASCII that says the same.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "resolver/tool/lookup_json.h"
#include "tests/fuzz/property.h"

namespace tern::resolver {
namespace {

using Json = nlohmann::ordered_json;

// Printable ASCII, and a newline at the end.
bool IsOneHarmlessLine(std::string_view text) {
  if (text.empty() || text.back() != '\n') return false;
  text.remove_suffix(1);
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

Json Written(const tool::LookupReply& reply) {
  tool::LookupOptions options;
  options.trace = true;
  const std::string line = tool::LookupJson(options, tool::RawReply(), reply);
  TERN_FUZZ_PROPERTY(IsOneHarmlessLine(line));
  Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  TERN_FUZZ_PROPERTY(object.is_object());
  return object;
}

void CheckStep(const tool::TraceStep& step, const Json& written) {
  TERN_FUZZ_PROPERTY(written.size() == step.members.size());
  size_t i = 0;
  for (const auto& [key, value] : written.items()) {
    const auto& [read_key, read_text] = step.members[i++];
    TERN_FUZZ_PROPERTY(key == read_key);
    TERN_FUZZ_PROPERTY(step.Text(key) == read_text);
    if (value.is_string()) TERN_FUZZ_PROPERTY(value.get<std::string>() == read_text);
    if (!value.is_string()) TERN_FUZZ_PROPERTY(IsOneHarmlessLine(read_text + '\n'));
  }
}

void CheckAccount(std::string_view lines) {
  tool::LookupReply reply;
  reply.trace = std::string(lines);
  const std::vector<tool::TraceStep> steps = tool::ReadTraceSteps(lines);
  const Json trace = Written(reply).at("trace");
  TERN_FUZZ_PROPERTY(trace.size() == steps.size());
  std::string again;
  for (size_t i = 0; i < steps.size(); ++i) {
    CheckStep(steps[i], trace[i]);
    again += trace[i].dump() + "\n";
  }
  // What was printed can be read again.
  const std::vector<tool::TraceStep> read_again = tool::ReadTraceSteps(again);
  TERN_FUZZ_PROPERTY(read_again.size() == steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    TERN_FUZZ_PROPERTY(read_again[i].members == steps[i].members);
  }
}

void CheckErrorText(std::string_view text) {
  tool::LookupReply reply;
  reply.extended_errors = {{0, std::string(text)}};
  const std::string read = Written(reply).at("extended_errors").at(0).at("text");
  // What is not UTF-8 was replaced.
  TERN_FUZZ_PROPERTY(read == text || read.find("\xef\xbf\xbd") != std::string::npos);
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(octets), size);
  tern::resolver::CheckAccount(text);
  tern::resolver::CheckErrorText(text);
  // As the value of a member, so that what is not an object is read too.
  tern::resolver::CheckAccount("{\"a\":" + std::string(text) + "}");
  return 0;
}
