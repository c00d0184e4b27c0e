// Whether a mail server with DANE (RFC 7672) would authenticate an exchanger, and by which TLSA
// records.
//
// Only a resolver that validates can say so: it sets AD in answers that are secure.
//
// Thread: the tool's main one. Bounded by the questions of the AnswerBook.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/questions.h"
#include "wire/name.h"

namespace tern::resolver::tool {

enum class DaneState : uint8_t {
  kSecure,    // usable TLSA records: mail goes to nobody else
  kUnusable,  // TLSA records, and none of them usable: TLS without authentication
  kNone,      // it is secure that there is no TLSA
  kInsecure,  // MX, addresses or TLSA are not secure: no DANE
  kBogus,     // the signatures are wrong: mail waits
  kFailed,    // the TLSA question failed: mail waits
};
// `secure`, `unusable`, `none`, `insecure`, `bogus` or `failed`.
std::string_view StateText(DaneState state);

struct TlsaRecord {
  uint8_t usage = 0;
  uint8_t selector = 0;
  uint8_t matching = 0;
  std::string association;  // hexadecimal
  bool usable = false;      // RFC 7672 section 3.1: DANE-TA(2) or DANE-EE(3)
};
// `3 1 1 (DANE-EE, SPKI, SHA2-256)`, with the acronyms of RFC 7218.
std::string RecordText(const TlsaRecord& record);

struct Dane {
  DaneState state = DaneState::kInsecure;
  std::string name;    // of the TLSA records
  std::string reason;  // why it is insecure, bogus or failed
  std::vector<TlsaRecord> records;
};

// Whether the resolver says that all of the answer is secure.
bool IsSecure(const Answer& answer);

// The names at which TLSA counts for `host`: at the end of its alias, then at its own name (RFC
// 7672 section 2.2). None if its addresses are not secure. They are in the book already.
std::vector<wire::Name> TlsaNames(const wire::Name& host, AnswerBook* book);

// `mx_is_secure`: the answer that names the host. Asks what is not in the book yet.
Dane FindDane(const wire::Name& host, bool mx_is_secure, AnswerBook* book);

}  // namespace tern::resolver::tool
