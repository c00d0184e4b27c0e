#include "resolver/service/trace_account.h"

#include <new>
#include <nlohmann/json.hpp>

#include "wire/presentation.h"

namespace tern::resolver::service {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMore =
    "{\"kind\":\"more\",\"outcome\":\"further steps are left out\"}\n";

void AddText(std::string_view text, const char* key, Json* line) {
  if (!text.empty()) (*line)[key] = text;
}

}  // namespace

void TraceAccount::Add(const Step& step) {
  if (full_) return;
  try {
    const std::string line = LineOf(step);
    full_ = lines_.size() + line.size() > kAccountOctetsMax;
    lines_ += full_ ? kMore : line;
  } catch (const std::bad_alloc&) {
    // There is no memory for this step. The trace ends, because the answer matters more.
    full_ = true;
  }
}

std::string TraceAccount::LineOf(const Step& step) {
  Json line;
  line["step"] = ++count_;
  line["t_us"] = (environment_->Now() - start_).count();
  line["kind"] = step.kind;
  if (step.zone != nullptr) line["zone"] = wire::ToText(step.zone->view());
  if (step.server != nullptr) {
    line["server"] = step.server->ToText();
    line["transport"] = step.transport == Transport::kUdp ? "udp" : "tcp";
  }
  if (step.question != nullptr) {
    line["question"] = wire::ToText(step.question->view()) + " " + wire::ToText(step.type);
  }
  if (step.rtt.count() != 0) line["rtt_us"] = step.rtt.count();
  AddText(step.outcome, "outcome", &line);
  AddText(step.learnt, "learnt", &line);
  AddText(step.security, "security", &line);
  if (step.expiration != 0) {
    line["signature_inception"] = step.inception;
    line["signature_expiration"] = step.expiration;
  }
  return line.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

}  // namespace tern::resolver::service
