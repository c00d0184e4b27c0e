#include "resolver/tool/lookup_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "resolver/base/json_depth.h"
#include "wire/extended_error_name.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string ToText(const Json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

// The lines that are JSON objects.
std::vector<Json> ReadObjects(std::string_view lines) {
  std::vector<Json> objects;
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (NestsDeeper(line, kTraceDepthMax)) continue;
    Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (object.is_object()) objects.push_back(std::move(object));
  }
  return objects;
}

Json QuestionJson(const LookupOptions& options) {
  Json object;
  object["name"] = wire::ToText(options.name);
  object["type"] = wire::ToText(options.type);
  object["server"] = options.server.ToText();
  return object;
}

Json SectionJson(const std::vector<ReplyLine>& lines) {
  Json array = Json::array();
  for (const ReplyLine& line : lines) {
    Json record;
    record["name"] = line.owner;
    record["ttl"] = line.ttl;
    record["class"] = line.rrclass;
    record["type"] = wire::ToText(line.type);
    record["data"] = line.rdata;
    array.push_back(std::move(record));
  }
  return array;
}

Json ExtendedErrorsJson(const std::vector<ExtendedErrorLine>& lines) {
  Json array = Json::array();
  for (const ExtendedErrorLine& line : lines) {
    Json error;
    error["code"] = line.code;
    error["name"] = wire::ExtendedErrorName(line.code);
    error["text"] = line.text;
    array.push_back(std::move(error));
  }
  return array;
}

}  // namespace

std::string_view TraceStep::Text(std::string_view key) const {
  const auto member = std::find_if(members.begin(), members.end(),
                                   [&](const auto& each) { return each.first == key; });
  return member == members.end() ? std::string_view() : member->second;
}

std::vector<TraceStep> ReadTraceSteps(std::string_view lines) {
  std::vector<TraceStep> steps;
  for (const Json& object : ReadObjects(lines)) {
    TraceStep& step = steps.emplace_back();
    for (const auto& [key, value] : object.items()) {
      step.members.emplace_back(key, value.is_string() ? value.get<std::string>() : ToText(value));
    }
  }
  return steps;
}

std::string LookupJson(const LookupOptions& options, const RawReply& raw,
                       const LookupReply& reply) {
  Json object = QuestionJson(options);
  object["transport"] = raw.transport == Transport::kTcp ? "tcp" : "udp";
  object["time_us"] = raw.elapsed.count();
  object["octets"] = raw.message.size();
  object["status"] = wire::ToText(reply.rcode);
  object["flags"] = reply.flags;
  object["secure"] = reply.IsSecure();
  if (reply.malformed) object["error"] = "malformed reply";
  if (!reply.extended_errors.empty()) {
    object["extended_errors"] = ExtendedErrorsJson(reply.extended_errors);
  }
  for (size_t i = 0; i < 3; ++i) {
    object[std::string(kSectionNames[i])] = SectionJson(reply.sections[i]);
  }
  if (options.trace) {
    object["trace"] = ReadObjects(reply.trace.value_or(""));
    if (!reply.trace) object["trace_note"] = kNoTrace;
  }
  return ToText(object) + "\n";
}

std::string NoReplyJson(const LookupOptions& options, const RawReply& raw) {
  Json object = QuestionJson(options);
  object["error"] = NoReplyReason(raw);
  return ToText(object) + "\n";
}

}  // namespace tern::resolver::tool
