#include "resolver/tool/health.h"

#include <sys/socket.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "resolver/base/json_depth.h"
#include "resolver/tool/client_socket.h"
#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

constexpr uint16_t kHttpPort = 9530;

// Of what ternd says. It needs three today.
constexpr size_t kHealthDepthMax = 8;

// Empty when it is missing or is no text.
std::string TextOf(const nlohmann::json& object, const char* key) {
  const auto value = object.find(key);
  return value != object.end() && value->is_string() ? HarmlessText(value->get<std::string>()) : "";
}

std::string HealthText(const nlohmann::json& health) {
  std::string text = TextOf(health, "status") + "\n";
  if (!health.contains("reasons") || !health["reasons"].is_array()) return text;
  for (const nlohmann::json& reason : health["reasons"]) {
    if (!reason.is_object()) continue;
    text += Concat("  ", TextOf(reason, "text"), "\n");
  }
  return text;
}

// What the tool found itself, in the form in which ternd says such things.
HealthReport Unready(const HealthOptions& options, const std::string& text) {
  if (!options.json) return {HealthExit::kUnready, text + "\n"};
  const nlohmann::ordered_json health = {{"status", "unready"},
                                         {"reasons", {{{"code", "no_answer"}, {"text", text}}}}};
  return {HealthExit::kUnready, health.dump() + "\n"};
}

}  // namespace

const Command& HealthCommand() {
  static const Command command = {
      .name = "health",
      .meaning = "asks ternd whether it does its work; for containers and scripts",
      .options = {{.name = "--http",
                   .value = "ADDRESS[:PORT]",
                   .meaning = "where ternd serves HTTP (http.listen); 127.0.0.1:9530 when it is "
                              "not given"},
                  {.name = "--token-file",
                   .value = "FILE",
                   .meaning = "the file of http.token_file",
                   .expected = "the path of a file",
                   .offer = Offer::kFiles},
                  {.name = "--strict", .meaning = "being degraded is a failure too"},
                  {.name = "--json", .meaning = "print what ternd says, a JSON object"},
                  {.name = "--timeout",
                   .value = "DURATION",
                   .meaning = "how long to wait, such as 800ms; 2s when it is not given"}},
  };
  return command;
}

absl::StatusOr<HealthOptions> ParseHealthOptions(std::span<const std::string> words) {
  const auto read = ReadCommand(HealthCommand(), words);
  if (!read.ok()) return read.status();
  HealthOptions options;
  options.help = read->help;
  const std::string_view server = read->Value("--http").value_or("127.0.0.1");
  const auto endpoint = Endpoint::Parse(server, kHttpPort);
  if (!endpoint) {
    return absl::InvalidArgumentError(
        Concat("--http: expected an address with a port, found ", Quoted(server)));
  }
  options.server = *endpoint;
  options.token_file = read->Value("--token-file").value_or("");
  options.json = read->Has("--json");
  options.strict = read->Has("--strict");
  if (const auto text = read->Value("--timeout")) {
    const auto timeout = ParseDuration(*text);
    if (!timeout || timeout->count() == 0) {
      return absl::InvalidArgumentError(
          Concat("--timeout: expected a duration such as 800ms or 2s, found ", Quoted(*text)));
    }
    options.timeout = *timeout;
  }
  return options;
}

std::string FetchHealth(const HealthOptions& options, std::string_view token) {
  const auto deadline = ClientSocket::Clock::now() + options.timeout;
  ClientSocket server(options.server, SOCK_STREAM);
  std::string request = "GET /health HTTP/1.0\r\n";
  if (!token.empty()) request += Concat("Authorization: Bearer ", token, "\r\n");
  if (server.error() != 0 || !server.SendAll(request + "\r\n", deadline)) return "";
  std::string all;
  uint8_t piece[4096];
  while (all.size() <= kHealthOctetsMax) {
    const ssize_t octets = server.Receive(piece, deadline);
    if (octets == 0) return all;
    if (octets < 0) return "";
    all.append(reinterpret_cast<const char*>(piece), static_cast<size_t>(octets));
  }
  return "";
}

HealthReport ReadHealth(const HealthOptions& options, std::string_view response) {
  const size_t body = response.find("\r\n\r\n");
  if (body == std::string_view::npos) {
    return Unready(options, Concat("no answer from ", options.server.ToText(),
                                   "; is http.listen set, and does ternd run?"));
  }
  const std::string_view content = response.substr(body + 4);
  const auto health = NestsDeeper(content, kHealthDepthMax)
                          ? nlohmann::json()
                          : nlohmann::json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (!health.is_object() || !health.contains("status") || !health["status"].is_string()) {
    const std::string_view status = response.substr(0, response.find('\r'));
    if (status.find(" 401 ") != std::string_view::npos) {
      return Unready(options, options.token_file.empty()
                                  ? "a token is needed (http.token_file): give --token-file"
                                  : "the token is not that of http.token_file");
    }
    return Unready(options,
                   Concat("not the answer of ternd: ", HarmlessText(status.substr(0, 80))));
  }
  HealthReport report;
  const std::string status = health["status"];
  if (status == "ok") report.exit = HealthExit::kReady;
  if (status == "degraded") {
    report.exit = options.strict ? HealthExit::kDegraded : HealthExit::kReady;
  }
  report.text = options.json ? health.dump(-1, ' ', /*ensure_ascii=*/true,
                                           nlohmann::json::error_handler_t::replace) +
                                   "\n"
                             : HealthText(health);
  return report;
}

}  // namespace tern::resolver::tool
