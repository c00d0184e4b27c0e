#include "resolver/dnssec/reason.h"

#include <cstdio>
#include <ctime>

#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::dnssec {
namespace {

using wire::ExtendedError;

// As in the presentation form of an RRSIG (RFC 4034 section 3.2).
std::string TimeText(uint32_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm utc = {};
  if (gmtime_r(&time, &utc) == nullptr) return std::to_string(seconds);
  char text[32];
  (void)std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc);
  return text;
}

std::string RRsetText(const Problem& problem) {
  if (problem.type == wire::RRType::kNone) return wire::ToText(problem.owner.view());
  return Concat(wire::ToText(problem.owner.view()), " ", wire::ToText(problem.type));
}

std::string SignatureText(const Problem& problem) {
  return Concat("RRSIG of ", RRsetText(problem), " by key ", problem.key_tag, " of ",
                wire::ToText(problem.zone.view()));
}

}  // namespace

ExtendedError ErrorOf(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return ExtendedError::kNone;
    case Reason::kNoSignature:
      return ExtendedError::kRrsigsMissing;
    case Reason::kExpired:
      return ExtendedError::kSignatureExpired;
    case Reason::kNotYetValid:
      return ExtendedError::kSignatureNotYetValid;
    case Reason::kExpiresBeforeInception:
      return ExtendedError::kSignatureExpiredBeforeValid;
    case Reason::kNoMatchingKey:
    case Reason::kNoKeyForDs:
    case Reason::kNoKeys:
    case Reason::kServersFail:
      return ExtendedError::kDnskeyMissing;
    case Reason::kNoZoneKey:
      return ExtendedError::kNoZoneKeyBitSet;
    case Reason::kNoProof:
      return ExtendedError::kNsecMissing;
    case Reason::kWrongSigner:
    case Reason::kBadLabels:
    case Reason::kBadSignature:
    case Reason::kRevokedKey:
    case Reason::kBadKey:
    case Reason::kBadAnchor:
    case Reason::kBadProof:
    case Reason::kBudget:
      return ExtendedError::kDnssecBogus;
    case Reason::kNoMeans:
    case Reason::kKeysGone:
      return ExtendedError::kNotReady;
    case Reason::kUnsupportedAlgorithm:
      return ExtendedError::kUnsupportedDnskeyAlgorithm;
    case Reason::kUnsupportedDigest:
      return ExtendedError::kUnsupportedDsDigestType;
    case Reason::kTooManyIterations:
      return ExtendedError::kUnsupportedNsec3Iterations;
    case Reason::kNegativeTrustAnchor:
      return ExtendedError::kNegativeTrustAnchor;
  }
  return ExtendedError::kNone;
}

cache::WhyInsecure WhyInsecureOf(Reason reason) {
  switch (reason) {
    case Reason::kUnsupportedAlgorithm:
      return cache::WhyInsecure::kAlgorithm;
    case Reason::kUnsupportedDigest:
      return cache::WhyInsecure::kDigest;
    case Reason::kTooManyIterations:
      return cache::WhyInsecure::kIterations;
    case Reason::kNegativeTrustAnchor:
      return cache::WhyInsecure::kExempt;
    default:
      return cache::WhyInsecure::kUnsigned;
  }
}

bool IsBogus(ExtendedError error) {
  switch (error) {
    case ExtendedError::kDnssecBogus:
    case ExtendedError::kSignatureExpired:
    case ExtendedError::kSignatureNotYetValid:
    case ExtendedError::kDnskeyMissing:
    case ExtendedError::kRrsigsMissing:
    case ExtendedError::kNoZoneKeyBitSet:
    case ExtendedError::kNsecMissing:
    case ExtendedError::kSignatureExpiredBeforeValid:
      return true;
    default:
      return false;
  }
}

Problem ProblemAt(Reason reason, wire::NameView owner, wire::RRType type, wire::NameView zone,
                  const char* detail) {
  Problem problem;
  problem.reason = reason;
  problem.owner = owner;
  problem.type = type;
  problem.zone = zone;
  problem.detail = detail;
  return problem;
}

std::string Describe(const Problem& problem) {
  switch (problem.reason) {
    case Reason::kNone:
      return "";
    case Reason::kNoSignature:
      return Concat("no RRSIG of ", RRsetText(problem), ", and ", wire::ToText(problem.zone.view()),
                    " is signed");
    case Reason::kWrongSigner:
      return Concat(SignatureText(problem), ": that zone may not sign it");
    case Reason::kBadLabels:
      return Concat(SignatureText(problem), " has a wrong number of labels");
    case Reason::kExpired:
      return Concat(SignatureText(problem), " expired ", TimeText(problem.expiration),
                    ", valid from ", TimeText(problem.inception));
    case Reason::kNotYetValid:
      return Concat(SignatureText(problem), " is valid from ", TimeText(problem.inception), " to ",
                    TimeText(problem.expiration));
    case Reason::kExpiresBeforeInception:
      return Concat(SignatureText(problem), " expires ", TimeText(problem.expiration),
                    ", before it begins ", TimeText(problem.inception));
    case Reason::kBadSignature:
      return Concat(SignatureText(problem), " does not verify");
    case Reason::kNoMatchingKey:
      return Concat(SignatureText(problem), ": the zone has no such key");
    case Reason::kNoZoneKey:
      return Concat(SignatureText(problem), ": that is no zone key");
    case Reason::kRevokedKey:
      return Concat(SignatureText(problem), ": that key is revoked");
    case Reason::kBadKey:
      return Concat(SignatureText(problem), ": that key cannot be read");
    case Reason::kBadAnchor:
      return Concat("no trust anchor of ", wire::ToText(problem.zone.view()), " can be used here");
    case Reason::kNoKeyForDs:
      return Concat("no DNSKEY of ", wire::ToText(problem.zone.view()), " matches its DS ",
                    problem.key_tag);
    case Reason::kServersFail:
      return Concat("no ", wire::ToText(problem.type), " of ", wire::ToText(problem.owner.view()),
                    ": its servers fail");
    case Reason::kNoKeys:
      return Concat("no ", wire::ToText(problem.type), " of ", wire::ToText(problem.owner.view()),
                    problem.detail[0] == '\0' ? "" : ": ", problem.detail);
    case Reason::kNoProof:
    case Reason::kBadProof:
      return Concat("the absence of ", RRsetText(problem), " is not proven: ", problem.detail);
    case Reason::kBudget:
      return Concat("validation budget: ", RRsetText(problem), " needs too many checks");
    case Reason::kNoMeans:
      return "out of memory";
    case Reason::kKeysGone:
      return Concat("the keys of ", wire::ToText(problem.zone.view()),
                    " had to make room for others");
    case Reason::kUnsupportedAlgorithm:
      return Concat("no DS of ", wire::ToText(problem.zone.view()),
                    " has an algorithm that is supported here");
    case Reason::kUnsupportedDigest:
      return Concat("no DS of ", wire::ToText(problem.zone.view()),
                    " has a digest that is supported here");
    case Reason::kTooManyIterations:
      return Concat(wire::ToText(problem.zone.view()), " has too many NSEC3 iterations");
    case Reason::kNegativeTrustAnchor:
      return Concat(wire::ToText(problem.zone.view()), " is a negative trust anchor",
                    problem.detail[0] == '\0' ? "" : ": ", problem.detail);
  }
  return "";
}

}  // namespace tern::resolver::dnssec
