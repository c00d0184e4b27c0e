#include "resolver/control/control_request.h"

#include <nlohmann/json.hpp>

#include "resolver/base/error_text.h"
#include "resolver/base/json_depth.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

using Json = nlohmann::ordered_json;

// A request is flat, so more is a mistake.
constexpr size_t kDepthMax = 1;

}  // namespace

absl::StatusOr<ControlRequest> ParseControlRequest(std::string_view line) {
  if (NestsDeeper(line, kDepthMax)) {
    return absl::InvalidArgumentError("expected a flat JSON object, found one inside another");
  }
  const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("expected a JSON object");
  ControlRequest request;
  for (const auto& [key, value] : object.items()) {
    const bool is_text = value.is_string();
    if (!is_text && !(value.is_boolean() && value.get<bool>())) {
      return absl::InvalidArgumentError(Concat(Quoted(key), ": expected a text or true"));
    }
    request.arguments[key] = is_text ? value.get<std::string>() : "true";
  }
  const auto verb = request.arguments.find("verb");
  if (verb == request.arguments.end()) return absl::InvalidArgumentError("expected a verb");
  request.verb = verb->second;
  request.arguments.erase(verb);
  return request;
}

std::string ResultLine(std::string_view result) {
  return Concat("{\"ok\":true,\"result\":", result, "}\n");
}

std::string ErrorLine(std::string_view error) {
  const Json text = std::string(error);
  return Concat("{\"ok\":false,\"error\":",
                text.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace), "}\n");
}

}  // namespace tern::resolver::control
