// Queries that ask for an account of their resolution, see ARCHITECTURE.md: a part of
// RecursiveService that is none of its hot path.
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/answer/reply.h"
#include "resolver/service/recursive_service.h"
#include "resolver/service/trace_account.h"
#include "wire/edns.h"
#include "wire/message.h"

namespace tern::resolver::service {
namespace {

using wire::ExtendedError;
using wire::Rcode;

}  // namespace

// A client on this machine that asked for an account of the resolution.
class RecursiveService::TracedClient final : public resolution::Waiter {
 public:
  TracedClient(RecursiveService* service, const io::ReturnPath& path,
               std::span<const uint8_t> query, const answer::RequestCookie& cookie)
      : account(service->worker_, service->worker_->Now()),
        service_(service),
        path_(path),
        query_(query.begin(), query.end()),
        cookie_(cookie) {}

  void OnAnswer(const answer::Answer& answer) override {
    std::unique_ptr<TracedClient> self(this);
    answer::Request request;
    Rcode rcode = Rcode::kNoError;
    (void)answer::ParseRequest(query_, &request, &rcode);
    // OPT is written here, with the account in it.
    request.has_edns = false;
    const std::span<uint8_t> reply = service_->scratch();
    size_t octets = answer::ComposeReply(query_, request, answer.Parts(),
                                         service_->recursor_.StoreNow(), ++service_->rotation_,
                                         kScratchOctets - kAccountOctetsMax - 256, reply);
    if (octets == 0) return;
    octets += PutOpt(answer, reply.subspan(octets));
    wire::StoreU16(reply.data() + 10, 1);
    service_->Send(path_, reply.first(octets));
  }

  TraceAccount account;

 private:
  static uint8_t* PutOption(wire::EdnsOption option, std::string_view octets, uint8_t* at) {
    wire::StoreU16(at, static_cast<uint16_t>(option));
    wire::StoreU16(at + 2, static_cast<uint16_t>(octets.size()));
    std::memcpy(at + 4, octets.data(), octets.size());
    return at + 4 + octets.size();
  }

  // The extended error's text is one of ours, some tens of octets.
  size_t PutOpt(const answer::Answer& answer, std::span<uint8_t> out) const {
    static constexpr uint8_t kOpt[9] = {0, 0, 41, 4, 0xd0, 0, 0, 0, 0};
    std::memcpy(out.data(), kOpt, sizeof kOpt);
    uint8_t* const options = out.data() + 11;
    uint8_t* at = options;
    if (answer.error() != ExtendedError::kNone) {
      const auto code = static_cast<uint16_t>(answer.error());
      const std::string error = {static_cast<char>(code >> 8), static_cast<char>(code)};
      at = PutOption(wire::EdnsOption::kExtendedError,
                     error + std::string(answer.error_text()).substr(0, 120), at);
    }
    if (cookie_.IsChecked()) {
      const auto* octets = reinterpret_cast<const char*>(cookie_.reply.data());
      at = PutOption(wire::EdnsOption::kCookie, {octets, cookie_.reply.size()}, at);
    }
    at = PutOption(wire::EdnsOption::kTernTrace, account.lines(), at);
    wire::StoreU16(out.data() + 9, static_cast<uint16_t>(at - options));
    return static_cast<size_t>(at - out.data());
  }

  RecursiveService* service_;
  io::ReturnPath path_;
  std::vector<uint8_t> query_;
  answer::RequestCookie cookie_;
};

bool RecursiveService::ResolveTraced(const io::ReturnPath& path, std::span<const uint8_t> query,
                                     const answer::QueryRead& read) {
  const answer::Request& request = read.request;
  if (!path.peer.address.IsLoopback() || read.verdict != answer::RequestVerdict::kResolve ||
      !request.has_edns || request.type == wire::RRType::kANY || !request.recursion_desired() ||
      !wire::FindOption(request.edns, wire::EdnsOption::kTernTrace)) {
    return false;
  }
  auto client = std::make_unique<TracedClient>(this, path, query, request.cookie);
  if (recursor_.AskTraced(request.name, request.type, client.get(), &client->account)) {
    (void)client.release();  // frees itself when its answer comes
  } else {
    SendFailure(path, query, request);
  }
  return true;
}

}  // namespace tern::resolver::service
