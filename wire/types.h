// The protocol's numbers: record types, classes, response codes, opcodes and extended error codes,
// as the registries have them. An enum value made from any 16-bit number is valid, even if it has
// no name here (RFC 3597).
//
// Thread: any. Everything here is a value.
#pragma once

#include <cstdint>

namespace tern::wire {

enum class RRType : uint16_t {
  kNone = 0,
  kA = 1,
  kNS = 2,
  kCNAME = 5,
  kSOA = 6,
  kPTR = 12,
  kHINFO = 13,
  kMX = 15,
  kTXT = 16,
  kAAAA = 28,
  kSRV = 33,
  kNAPTR = 35,
  kDNAME = 39,
  kOPT = 41,
  kDS = 43,
  kRRSIG = 46,
  kNSEC = 47,
  kDNSKEY = 48,
  kNSEC3 = 50,
  kNSEC3PARAM = 51,
  kTLSA = 52,
  kSVCB = 64,
  kHTTPS = 65,
  kSPF = 99,
  kNXNAME = 128,  // in a bitmap: the name does not exist (RFC 9824)
  kTKEY = 249,
  kTSIG = 250,
  kIXFR = 251,
  kAXFR = 252,
  kMAILB = 253,
  kMAILA = 254,
  kANY = 255,
  kCAA = 257,
};

enum class RRClass : uint16_t { kIN = 1, kCH = 3, kHS = 4, kNONE = 254, kANY = 255 };

// The 12-bit code. The header has the low bits, EDNS the high ones (RFC 6891 section 6.1.3).
enum class Rcode : uint16_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNXDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kYXDomain = 6,
  kBadVers = 16,
  kBadCookie = 23,
};

enum class Opcode : uint8_t { kQuery = 0, kIQuery = 1, kStatus = 2, kNotify = 4, kUpdate = 5 };

// Extended DNS errors, RFC 8914 section 4.
enum class ExtendedError : uint16_t {
  kOther = 0,
  kUnsupportedDnskeyAlgorithm = 1,
  kUnsupportedDsDigestType = 2,
  kStaleAnswer = 3,
  kForgedAnswer = 4,
  kDnssecIndeterminate = 5,
  kDnssecBogus = 6,
  kSignatureExpired = 7,
  kSignatureNotYetValid = 8,
  kDnskeyMissing = 9,
  kRrsigsMissing = 10,
  kNoZoneKeyBitSet = 11,
  kNsecMissing = 12,
  kNotReady = 14,
  kBlocked = 15,
  kProhibited = 18,
  kStaleNXDomainAnswer = 19,
  kNotAuthoritative = 20,
  kNotSupported = 21,
  kNoReachableAuthority = 22,
  kNetworkError = 23,
  kInvalidData = 24,
  kSignatureExpiredBeforeValid = 25,
  kUnsupportedNsec3Iterations = 27,
  kNegativeTrustAnchor = 33,
  kNone = 0xffff,  // no extended error to report; never sent
};

// How a DNSKEY signs: the DNS security algorithm numbers that a resolver may meet (RFC 8624 section
// 3.1). RFC 5155 section 2 gave RSA with SHA-1 its second number.
enum class SecurityAlgorithm : uint8_t {
  kRsaMd5 = 1,
  kDsaSha1 = 3,
  kRsaSha1 = 5,
  kDsaNsec3Sha1 = 6,
  kRsaSha1Nsec3Sha1 = 7,
  kRsaSha256 = 8,
  kRsaSha512 = 10,
  kEccGost = 12,
  kEcdsaP256Sha256 = 13,
  kEcdsaP384Sha384 = 14,
  kEd25519 = 15,
  kEd448 = 16,
};

// How a DS names a key (RFC 8624 section 3.3).
enum class DigestType : uint8_t { kSha1 = 1, kSha256 = 2, kGost = 3, kSha384 = 4 };

// Types that mean something only in a question (RFC 6895 section 3.1), and OPT.
constexpr bool IsMetaType(RRType type) {
  const auto value = static_cast<uint16_t>(type);
  return type == RRType::kNone || type == RRType::kOPT || (value >= 128 && value <= 255);
}

}  // namespace tern::wire
