// The part of RecursiveService for queries that ask for a trace of their resolution
// (resolver/README.md). It is not on the hot path.
#include <memory>
#include <new>
#include <string_view>

#include "resolver/answer/kept_request.h"
#include "resolver/answer/reply.h"
#include "resolver/resolution/replay.h"
#include "resolver/service/recursive_service.h"
#include "resolver/service/trace_account.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/text_encoding.h"

namespace tern::resolver::service {

// A client on this machine that asked for a trace of its resolution.
class RecursiveService::TracedClient final : public resolution::Waiter, public ListNode<Traced> {
 public:
  TracedClient(RecursiveService* service, const io::ReturnPath& path,
               std::span<const uint8_t> query, const answer::Request& request)
      : account(service->worker_, service->worker_->Now()),
        service_(service),
        path_(path),
        received_(service->worker_->Now()),
        request_(query, request) {}

  void OnAnswer(const answer::Answer& answer) override {
    const std::unique_ptr<TracedClient> self(this);
    service_->traced_clients_.Remove(this);
    // PutOpt writes the OPT, because it holds the trace.
    answer::Request request = request_.request();
    request.has_edns = false;
    const std::span<uint8_t> reply = service_->scratch();
    size_t octets = answer::ComposeReply(request_.query(), request, answer.Parts(),
                                         service_->recursor_.StoreNow(), service_->rotation_.Next(),
                                         kScratchOctets - kAccountOctetsMax - 256, reply);
    service_->CountResolved(request, answer, reply.first(octets), received_);
    if (octets == 0) return;
    octets += PutOpt(answer, reply.data() + octets);
    wire::StoreU16(reply.data() + 10, 1);
    service_->Send(path_, reply.first(octets));
    if (service_->IsSeen()) {
      service_->TellLate(path_, request_.query(), request_.request(), SourceOf(answer),
                         reply.first(octets), received_, received_);
    }
  }

  TraceAccount account;
  resolution::Replay replay;

 private:
  // The options of OPT take at most kAccountOctetsMax + 256 octets.
  size_t PutOpt(const answer::Answer& answer, uint8_t* out) const {
    wire::OptWriter opt({.payload_octets = wire::kEdnsPayloadDefault}, out);
    answer::AnswerParts parts = answer.Parts();
    parts.exempt_zones = &service_->configuration_.view.settings->dnssec.negative_anchors;
    const answer::ToldError told = answer::ErrorToTell(parts);
    opt.AddExtendedError(told.error, told.text);
    opt.AddExtendedError(parts.second_error, parts.second_text);
    const answer::RequestCookie& cookie = request_.request().cookie;
    if (cookie.IsChecked()) opt.AddOption(wire::EdnsOption::kCookie, cookie.reply);
    const std::string_view lines = account.lines();
    opt.AddOption(wire::EdnsOption::kTernTrace,
                  {reinterpret_cast<const uint8_t*>(lines.data()), lines.size()});
    return opt.Finish().size();
  }

  RecursiveService* service_;
  io::ReturnPath path_;
  Time received_;
  answer::KeptRequest request_;
};

namespace {

bool AsksFor(std::string_view what, const wire::Edns& edns) {
  const auto content = wire::FindOption(edns, wire::EdnsOption::kTernTrace);
  return content && wire::AsText(*content) == what;
}

bool AsksForReplay(const wire::Edns& edns) { return AsksFor(wire::kReplayRequest, edns); }

bool AsksForTrace(const wire::Edns& edns) {
  return AsksFor(wire::kTraceRequest, edns) || AsksForReplay(edns);
}

}  // namespace

bool RecursiveService::MayBeTraced(const io::ReturnPath& path,
                                   const answer::ParsedQuery& parsed) const {
  const answer::Request& request = parsed.request;
  return configuration_.trace && path.peer.address.IsLoopback() &&
         parsed.verdict == answer::RequestVerdict::kResolve && request.has_edns &&
         request.type != wire::RRType::kANY && request.recursion_desired() &&
         AsksForTrace(request.edns);
}

void RecursiveService::ResolveTraced(const io::ReturnPath& path, std::span<const uint8_t> query,
                                     const answer::ParsedQuery& parsed) {
  const answer::Request& request = parsed.request;
  if (IsSeen()) TellQuery(path, query, request);
  std::unique_ptr<TracedClient> client(new (std::nothrow) TracedClient(this, path, query, request));
  if (client == nullptr) return SendFailure(path, query, request, worker_->Now());
  traced_clients_.PushBack(client.get());
  resolution::Replay* const replay = AsksForReplay(request.edns) ? &client->replay : nullptr;
  if (recursor_.AskTraced(request.name, request.type, client.get(), &client->account, replay)) {
    (void)client.release();  // it deletes itself when its answer comes
  } else {
    traced_clients_.Remove(client.get());
    SendFailure(path, query, request, worker_->Now());
  }
}

void RecursiveService::EndTracedClients() {
  while (TracedClient* client = traced_clients_.PopFront()) delete client;
}

}  // namespace tern::resolver::service
