// The part of RecursiveService that resolves a question for those who watch (look_up.h). It is not
// on the hot path.
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "resolver/answer/reply.h"
#include "resolver/resolution/replay.h"
#include "resolver/service/look_up.h"
#include "resolver/service/recursive_service.h"
#include "resolver/service/trace_account.h"
#include "wire/extended_error_name.h"
#include "wire/presentation.h"

namespace tern::resolver::service {
namespace {

using Json = nlohmann::ordered_json;

Json RecordsJson(const answer::AnswerParts& parts, cache::Instant now) {
  Json array = Json::array();
  for (size_t i = 0; i < parts.count; ++i) {
    const cache::EntryView part = parts.parts[i];
    if (part.kind() != cache::EntryKind::kRRset) continue;
    const uint32_t ttl = part.IsFresh(now) ? part.Remaining(now) : parts.stale_ttl;
    cache::RecordCursor records = part.Records();
    std::span<const uint8_t> rdata;
    while (records.Next(&rdata)) {
      array.push_back({{"name", wire::ToText(part.name())},
                       {"ttl", ttl},
                       {"type", wire::ToText(part.type())},
                       {"data", wire::RdataToText(part.type(), rdata)}});
    }
  }
  return array;
}

void AddError(wire::ExtendedError error, std::string_view text, Json* errors) {
  if (error == wire::ExtendedError::kNone) return;
  const auto code = static_cast<uint16_t>(error);
  errors->push_back({{"code", code}, {"name", wire::ExtendedErrorName(code)}, {"text", text}});
}

// The trace's lines are JSON objects (trace_account.h).
std::string AsArray(std::string lines) {
  if (!lines.empty()) lines.pop_back();
  for (char& c : lines) {
    if (c == '\n') c = ',';
  }
  return "[" + lines + "]";
}

}  // namespace

class RecursiveService::LookedUp final : public resolution::Waiter, public ListNode<ForWatchers> {
 public:
  LookedUp(RecursiveService* service, const wire::Name& name, wire::RRType type,
           std::function<void(std::string)> done)
      : account(service->worker_, service->worker_->Now()),
        service_(service),
        name_(name),
        type_(type),
        began_(service->worker_->Now()),
        done_(std::move(done)) {}

  void OnAnswer(const answer::Answer& answer) override {
    const std::unique_ptr<LookedUp> self(this);
    service_->looked_up_.Remove(this);
    try {
      done_(ToJson(answer));
    } catch (const std::bad_alloc&) {
      // It is told that nothing comes when `done_` is destroyed.
    }
  }

  TraceAccount account;
  resolution::Replay replay;

 private:
  std::string ToJson(const answer::Answer& answer) const {
    const cache::Instant now = service_->recursor_.StoreNow();
    answer::AnswerParts parts = answer.Parts();
    parts.exempt_zones = &service_->configuration_.view.settings->dnssec.negative_anchors;
    Json json;
    json["name"] = wire::ToText(name_.view());
    json["type"] = wire::ToText(type_);
    json["status"] = wire::ToText(answer.rcode());
    json["secure"] = answer::IsSecure(parts, now);
    json["time_us"] = (service_->worker_->Now() - began_).count();
    Json errors = Json::array();
    const answer::ToldError told = answer::ErrorToTell(parts);
    AddError(told.error, told.text, &errors);
    AddError(parts.second_error, parts.second_text, &errors);
    json["extended_errors"] = std::move(errors);
    json["answer"] = RecordsJson(parts, now);
    std::string text = json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
    text.pop_back();
    return text + ",\"trace\":" + AsArray(account.lines()) + "}\n";
  }

  RecursiveService* service_;
  wire::Name name_;
  wire::RRType type_;
  Time began_;
  std::function<void(std::string)> done_;
};

void RecursiveService::LookUp(const wire::Name& name, wire::RRType type, LookUpFrom from,
                              std::function<void(std::string)> done) {
  std::unique_ptr<LookedUp> asked(new (std::nothrow) LookedUp(this, name, type, std::move(done)));
  if (asked == nullptr) return;
  looked_up_.PushBack(asked.get());
  resolution::Replay* const replay = from == LookUpFrom::kServers ? &asked->replay : nullptr;
  if (recursor_.AskTraced(name, type, asked.get(), &asked->account, replay)) {
    (void)asked.release();  // it deletes itself when its answer comes
  } else {
    looked_up_.Remove(asked.get());
  }
}

void RecursiveService::EndLookUps() {
  while (LookedUp* const looked_up = looked_up_.PopFront()) delete looked_up;
}

}  // namespace tern::resolver::service
