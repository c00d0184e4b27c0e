#include "resolver/service/trace_account.h"

#include "wire/presentation.h"

namespace tern::resolver::service {
namespace {

// RFC 8259 section 7. The text is ASCII: names come in presentation format.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + "\"";
}

void AddText(std::string* line, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  *line += ",\"";
  *line += key;
  *line += "\":" + Quoted(text);
}

}  // namespace

void TraceAccount::Add(const Step& step) {
  if (full_) return;
  const auto elapsed = environment_->Now() - start_;
  std::string line = "{\"step\":" + std::to_string(++count_) +
                     ",\"t_us\":" + std::to_string(elapsed.count()) +
                     ",\"kind\":" + Quoted(step.kind);
  if (step.zone != nullptr) AddText(&line, "zone", wire::ToText(step.zone->view()));
  if (step.server != nullptr) {
    AddText(&line, "server", step.server->ToText());
    AddText(&line, "transport", step.transport == Transport::kUdp ? "udp" : "tcp");
  }
  if (step.question != nullptr) {
    AddText(&line, "question", wire::ToText(step.question->view()) + " " + wire::ToText(step.type));
  }
  if (step.rtt.count() != 0) line += ",\"rtt_us\":" + std::to_string(step.rtt.count());
  AddText(&line, "outcome", step.outcome);
  AddText(&line, "learnt", step.learnt);
  line += "}\n";
  if (lines_.size() + line.size() > kAccountOctetsMax) {
    full_ = true;
    line = "{\"kind\":\"more\",\"outcome\":\"further steps are left out\"}\n";
  }
  lines_ += line;
}

}  // namespace tern::resolver::service
