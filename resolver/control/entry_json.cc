#include "resolver/control/entry_json.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/use_mark.h"
#include "resolver/base/endpoint.h"
#include "wire/concat.h"
#include "wire/extended_error_name.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using cache::EntryKind;
using cache::EntryView;
using Json = nlohmann::ordered_json;

std::string_view WordOf(EntryKind kind) {
  switch (kind) {
    case EntryKind::kRRset:
      return "records";
    case EntryKind::kNoData:
      return "no data";
    case EntryKind::kNxDomain:
      return "no such name";
    case EntryKind::kDelegation:
      return "delegation";
    case EntryKind::kFailure:
      return "failure";
    case EntryKind::kNxDomainOfType:
      break;
  }
  return "no such name for the type";
}

std::string_view WordOf(cache::Rank rank) {
  switch (rank) {
    case cache::Rank::kAdditional:
      return "additional section";
    case cache::Rank::kAuthority:
      return "authority section of a referral";
    case cache::Rank::kAnswerNotAuthoritative:
      return "answer without authority";
    case cache::Rank::kAuthorityAuthoritative:
      return "authority section";
    case cache::Rank::kAnswerAuthoritative:
      return "answer";
    case cache::Rank::kLocal:
      break;
  }
  return "configuration";
}

// The words of RFC 4033 section 5. Nobody has tried to validate what is indeterminate.
std::string_view WordOf(cache::Security security) {
  switch (security) {
    case cache::Security::kBogus:
      return "bogus";
    case cache::Security::kPlain:
      return "indeterminate, asked for without signatures";
    case cache::Security::kUnchecked:
      return "indeterminate";
    case cache::Security::kInsecure:
      return "insecure";
    case cache::Security::kSecure:
      break;
  }
  return "secure";
}

std::string_view WordOf(cache::WhyInsecure why) {
  switch (why) {
    case cache::WhyInsecure::kUnsigned:
      return "its zone is not signed";
    case cache::WhyInsecure::kAlgorithm:
      return "no algorithm of its zone is supported";
    case cache::WhyInsecure::kDigest:
      return "no digest of its zone's DS is supported";
    case cache::WhyInsecure::kIterations:
      return "NSEC3 with too many iterations";
    case cache::WhyInsecure::kExempt:
      break;
  }
  return "exempt by a negative trust anchor";
}

Json RecordTexts(cache::RecordCursor cursor, wire::RRType type) {
  Json texts = Json::array();
  std::span<const uint8_t> rdata;
  while (cursor.Next(&rdata)) texts.push_back(wire::RdataToText(type, rdata));
  return texts;
}

void AddProofs(EntryView entry, Json* json) {
  if (entry.proof_count() == 0) return;
  Json proofs = Json::array();
  cache::ProofCursor cursor = entry.Proofs();
  cache::ProofView proof;
  while (cursor.Next(&proof)) {
    proofs.push_back(Concat(wire::ToText(proof.owner), " ", wire::ToText(proof.type), " ",
                            wire::RdataToText(proof.type, proof.rdata)));
  }
  (*json)["proofs"] = std::move(proofs);
}

void AddAddresses(std::span<const uint8_t> octets, size_t size, Json* addresses) {
  for (size_t at = 0; at < octets.size(); at += size) {
    addresses->push_back(IpAddress::FromOctets(octets.subspan(at, size)).ToText());
  }
}

void AddNameServers(EntryView entry, Json* json) {
  Json servers = Json::array();
  cache::NameServerCursor cursor = entry.NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    Json addresses = Json::array();
    AddAddresses(server.ipv4, 4, &addresses);
    AddAddresses(server.ipv6, 16, &addresses);
    servers.push_back({{"name", wire::ToText(server.name)}, {"glue", std::move(addresses)}});
  }
  (*json)["name_servers"] = std::move(servers);
}

// Not every failure was kept with a text. Then the name of its extended error is the reason.
void AddReason(EntryView entry, Json* json) {
  if (entry.Error() == wire::ExtendedError::kNone) {
    (*json)["reason"] = entry.ErrorText().empty() ? "no reason was kept" : entry.ErrorText();
    return;
  }
  const auto code = static_cast<uint16_t>(entry.Error());
  (*json)["extended_error"] = code;
  (*json)["reason"] = entry.ErrorText().empty() ? wire::ExtendedErrorName(code) : entry.ErrorText();
}

// What only this kind of entry has.
void AddContent(EntryView entry, Json* json) {
  switch (entry.kind()) {
    case EntryKind::kRRset:
      (*json)["records"] = RecordTexts(entry.Records(), entry.type());
      if (entry.signature_count() > 0) {
        (*json)["signatures"] = RecordTexts(entry.Signatures(), wire::RRType::kRRSIG);
      }
      AddProofs(entry, json);
      return;
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      if (entry.count() > 0) {
        (*json)["zone"] = wire::ToText(entry.SoaOwner());
        (*json)["soa"] = RecordTexts(entry.Records(), wire::RRType::kSOA);
      }
      AddProofs(entry, json);
      return;
    case EntryKind::kDelegation:
      AddNameServers(entry, json);
      return;
    case EntryKind::kFailure:
      AddReason(entry, json);
      (*json)["failures_in_a_row"] = entry.FailuresInARow();
      return;
    case EntryKind::kNxDomainOfType:
      return;
  }
}

}  // namespace

Json EntryJson(EntryView entry, cache::Instant now) {
  Json json = {{"name", wire::ToText(entry.name())}, {"kind", WordOf(entry.kind())}};
  if (entry.type() != wire::RRType::kNone) json["type"] = wire::ToText(entry.type());
  json["ttl"] = entry.IsFresh(now) ? entry.Remaining(now) : 0;
  if (!entry.IsFresh(now)) json["stale_for"] = now - entry.expiry();
  json["original_ttl"] = entry.ttl();
  if (entry.kind() != EntryKind::kDelegation && entry.kind() != EntryKind::kFailure) {
    json["security"] = WordOf(entry.security());
    if (entry.security() == cache::Security::kInsecure) {
      json["why_insecure"] = WordOf(entry.why_insecure());
    }
    json["learnt_from"] = WordOf(entry.rank());
  }
  AddContent(entry, &json);
  json["octets"] = entry.size();
  json["uses"] = cache::Used(entry.bytes());  // at most kUsedMax, then nobody counts
  return json;
}

}  // namespace tern::resolver::control
