#include "resolver/dnssec/aggressive_answer.h"

#include <algorithm>
#include <cstring>

#include "wire/check.h"

namespace tern::resolver::dnssec {

void AggressiveAnswer::Start(AggressiveKind kind, const wire::Name& zone,
                             const wire::Name& wildcard) {
  kind_ = kind;
  count_ = 0;
  used_ = 0;
  if (kind == AggressiveKind::kNone) return;
  zone_ = zone;
  if (kind == AggressiveKind::kWildcard) wildcard_ = wildcard;
}

void AggressiveAnswer::Add(const KeptRange& range) {
  const wire::NameView owner = range.owner();
  const std::span<const uint8_t> octets = range.records();
  TERN_CHECK_OR(count_ < kRecordsMax, kind_ = AggressiveKind::kNone; return );
  uint8_t* const at = octets_.data() + used_;
  std::memcpy(at, owner.data(), owner.size());
  std::memcpy(at + owner.size(), octets.data(), octets.size());
  used_ += owner.size() + octets.size();
  expiry_ = count_ == 0 ? range.expiry() : std::min(expiry_, range.expiry());
  records_[count_++] = {wire::NameView::FromValid(at, owner.size()),
                        range.type(),
                        range.expiry(),
                        {at + owner.size(), octets.size()},
                        range.signature_count()};
}

}  // namespace tern::resolver::dnssec
