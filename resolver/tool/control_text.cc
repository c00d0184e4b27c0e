#include "resolver/tool/control_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "resolver/base/json_depth.h"
#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kDepthMax = 12;  // `top` needs nine

std::string JsonText(const Json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::string ValueText(const Json& value) {
  if (value.is_string()) return HarmlessText(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return JsonText(value);
  if (value.empty()) return "none";
  std::string text;
  for (const Json& item : value) text += Concat(text.empty() ? "" : ", ", ValueText(item));
  return text;
}

std::string ResultText(const Json& result) {
  if (!result.is_object()) return ValueText(result) + "\n";
  size_t width = 0;
  for (const auto& [key, value] : result.items()) width = std::max(width, key.size());
  std::string text;
  for (const auto& [key, value] : result.items()) {
    text +=
        Concat(HarmlessText(key), std::string(width - key.size() + 2, ' '), ValueText(value), "\n");
  }
  return text;
}

// A configuration with several mistakes has a line for each.
std::string ErrorText(const std::string& error) {
  std::string text;
  for (size_t start = 0; start <= error.size();) {
    const size_t end = std::min(error.find('\n', start), error.size());
    text += Concat("tern: ", HarmlessText(error.substr(start, end - start)), "\n");
    start = end + 1;
  }
  return text;
}

}  // namespace

ControlReply FailedReply(ControlExit exit, std::string_view why) {
  return {.exit = exit, .text = "", .error = Concat("tern: ", why, "\n"), .json = ""};
}

ControlReply NoAnswerReply(const absl::Status& why) {
  return FailedReply(absl::IsPermissionDenied(why) ? ControlExit::kFailure : ControlExit::kNoAnswer,
                     std::string(why.message()));
}

ControlReply ReadControlResult(std::string_view line, Json* result) {
  ControlReply reply;
  Json answer = NestsDeeper(line, kDepthMax) ? Json() : Json::parse(line, nullptr, false);
  const auto ok = answer.is_object() ? answer.find("ok") : answer.end();
  if (!answer.is_object() || ok == answer.end() || !ok->is_boolean()) {
    reply.error = "tern: the answer cannot be read; is it a ternd that listens there?\n";
    return reply;
  }
  reply.json = JsonText(answer) + "\n";
  if (ok->get<bool>()) {
    reply.exit = ControlExit::kOk;
    const auto found = answer.find("result");
    if (found != answer.end()) *result = std::move(*found);
    return reply;
  }
  const auto error = answer.find("error");
  const bool has_text = error != answer.end() && error->is_string();
  reply.error = ErrorText(has_text ? error->get<std::string>() : "ternd has refused it");
  return reply;
}

ControlReply ReadControlReply(const ControlCommand& command, std::string_view line) {
  Json result;
  ControlReply reply = ReadControlResult(line, &result);
  if (reply.exit != ControlExit::kOk || result.is_null()) return reply;
  reply.text = command.text == nullptr ? ResultText(result) : command.text(result);
  return reply;
}

}  // namespace tern::resolver::tool
