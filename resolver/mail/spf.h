// The terms of an SPF record that cost look-ups (RFC 7208 section 4.6.4). Tern does not judge
// senders: it only reads which names a mail server is going to ask for.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cache/entry.h"
#include "wire/name.h"

namespace tern::resolver::mail {

inline constexpr int kSpfLookupsMax = 10;     // RFC 7208 section 4.6.4
inline constexpr int kSpfVoidLookupsMax = 2;  // the same
// RFC 7208 section 3.4 recommends less than 512. A longer record than this is not read.
inline constexpr size_t kSpfOctetsMax = 4096;

struct SpfTerm {
  enum class Kind : uint8_t {
    kRecord,      // include: and redirect=, the record of another domain
    kHost,        // a
    kExchangers,  // mx
    kOther,       // it costs a look-up whose name depends on the sender: macros, exists:, ptr
  };
  Kind kind = Kind::kOther;
  wire::Name domain;
};

// The terms of the one SPF record of the TXT RRset, in their order, at most kSpfLookupsMax. None if
// there is no SPF record, or more than one (RFC 7208 section 4.5). Throws std::bad_alloc.
// REQUIRES: `txt` is a TXT RRset.
std::vector<SpfTerm> ReadSpf(cache::EntryView txt);

}  // namespace tern::resolver::mail
