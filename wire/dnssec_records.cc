#include "wire/dnssec_records.h"

#include "wire/message.h"
#include "wire/rdata.h"

namespace tern::wire {
namespace {

// Takes fields from the front of RDATA, one after the other. When one does not fit, nothing more is
// taken, and Whole gives nothing.
class FieldReader {
 public:
  explicit FieldReader(std::span<const uint8_t> rdata)
      : left_(rdata), ok_(rdata.size() <= kRdataOctetsMax) {}

  uint8_t U8() { return Has(1) ? Take(1)[0] : uint8_t{0}; }
  uint16_t U16() { return Has(2) ? LoadU16(Take(2).data()) : uint16_t{0}; }
  uint32_t U32() { return Has(4) ? LoadU32(Take(4).data()) : 0; }
  NameView ReadName() {
    const std::optional<NameView> name = NameView::FromWire(left_);
    if (!name) ok_ = false;
    if (!ok_) return NameView();
    left_ = left_.subspan(name->size());
    return *name;
  }
  // A length octet, then so many octets.
  std::span<const uint8_t> Counted(size_t octets_min) {
    const size_t octets = U8();
    if (octets < octets_min) ok_ = false;
    return Has(octets) ? Take(octets) : std::span<const uint8_t>();
  }
  std::span<const uint8_t> Rest() { return Take(left_.size()); }
  TypeBitmap Types() {
    const std::optional<TypeBitmap> types = TypeBitmap::FromWire(Rest());
    if (!types) ok_ = false;
    return types.value_or(TypeBitmap());
  }

  // `view` if every field was there and nothing is left.
  template <typename View>
  std::optional<View> Whole(const View& view) const {
    if (!ok_ || !left_.empty()) return std::nullopt;
    return view;
  }

 private:
  bool Has(size_t octets) { return ok_ = ok_ && left_.size() >= octets; }
  std::span<const uint8_t> Take(size_t octets) {
    const std::span<const uint8_t> taken = left_.first(octets);
    left_ = left_.subspan(octets);
    return taken;
  }

  std::span<const uint8_t> left_;
  bool ok_;
};

}  // namespace

uint16_t DnskeyView::KeyTag() const {
  uint32_t sum = 0;  // at most 32,768 words, so it does not overflow
  size_t at = 0;
  for (; at + 1 < rdata.size(); at += 2) sum += LoadU16(rdata.data() + at);
  if (at < rdata.size()) sum += uint32_t{rdata[at]} << 8;
  sum += sum >> 16;
  return static_cast<uint16_t>(sum);
}

std::optional<DnskeyView> ReadDnskey(std::span<const uint8_t> rdata) {
  FieldReader reader(rdata);
  DnskeyView view;
  view.flags = reader.U16();
  view.protocol = reader.U8();
  view.algorithm = static_cast<SecurityAlgorithm>(reader.U8());
  view.public_key = reader.Rest();
  view.rdata = rdata;
  return reader.Whole(view);
}

std::optional<DsView> ReadDs(std::span<const uint8_t> rdata) {
  FieldReader reader(rdata);
  DsView view;
  view.key_tag = reader.U16();
  view.algorithm = static_cast<SecurityAlgorithm>(reader.U8());
  view.digest_type = static_cast<DigestType>(reader.U8());
  view.digest = reader.Rest();
  return reader.Whole(view);
}

std::optional<RrsigView> ReadRrsig(std::span<const uint8_t> rdata) {
  FieldReader reader(rdata);
  RrsigView view;
  view.type_covered = static_cast<RRType>(reader.U16());
  view.algorithm = static_cast<SecurityAlgorithm>(reader.U8());
  view.labels = reader.U8();
  view.original_ttl = reader.U32();
  view.expiration = reader.U32();
  view.inception = reader.U32();
  view.key_tag = reader.U16();
  view.signer = reader.ReadName();
  view.signature = reader.Rest();
  view.rdata = rdata;
  return reader.Whole(view);
}

std::optional<NsecView> ReadNsec(std::span<const uint8_t> rdata) {
  FieldReader reader(rdata);
  NsecView view;
  view.next = reader.ReadName();
  view.types = reader.Types();
  return reader.Whole(view);
}

std::optional<Nsec3View> ReadNsec3(std::span<const uint8_t> rdata) {
  FieldReader reader(rdata);
  Nsec3View view;
  view.hash_algorithm = reader.U8();
  view.flags = reader.U8();
  view.iterations = reader.U16();
  view.salt = reader.Counted(0);
  view.next_hash = reader.Counted(1);
  view.types = reader.Types();
  return reader.Whole(view);
}

std::optional<Nsec3ParamView> ReadNsec3Param(std::span<const uint8_t> rdata) {
  FieldReader reader(rdata);
  Nsec3ParamView view;
  view.hash_algorithm = reader.U8();
  view.flags = reader.U8();
  view.iterations = reader.U16();
  view.salt = reader.Counted(0);
  return reader.Whole(view);
}

}  // namespace tern::wire
