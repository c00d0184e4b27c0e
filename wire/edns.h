// EDNS(0): the OPT pseudo record and its options (RFC 6891). Only this file writes OPT and walks
// its options.
//
// Thread: any. Views borrow the packet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "wire/check.h"
#include "wire/message.h"
#include "wire/types.h"

namespace tern::wire {

inline constexpr uint16_t kEdnsPayloadDefault = 1232;  // octets; DNS flag day 2020
inline constexpr uint16_t kEdnsPayloadMin = 512;       // RFC 6891 section 6.2.3

inline constexpr size_t kOptOctets = 11;        // OPT without options: root, fixed fields, RDLENGTH
inline constexpr size_t kOptionHeadOctets = 4;  // code, length
// An extended error's text is cut after this many octets, so the option has at most 128 octets.
inline constexpr size_t kExtendedErrorTextMax = 122;

enum class EdnsOption : uint16_t {
  kNSID = 3,
  kClientSubnet = 8,
  kCookie = 10,
  kTcpKeepalive = 11,
  kPadding = 12,
  kExtendedError = 15,
  kReportChannel = 18,  // RFC 9567
  // Asks for a trace of a resolution, step by step; the operator's tool sends it. The number is
  // from the range for local use (RFC 6891 section 9). See resolver/service.
  kTernTrace = 65001,
};

// The content of the option that asks for a trace. Others use the same number for other things, for
// example dnsmasq for a client's MAC address. Only an option with exactly this content is ours.
inline constexpr std::string_view kTraceRequest = "tern:trace-steps";
// The same, and the chain of trust is asked for anew.
inline constexpr std::string_view kReplayRequest = "tern:trace-again";

struct Edns {
  uint16_t payload_octets = kEdnsPayloadMin;  // never below 512
  uint8_t extended_rcode = 0;                 // the upper eight bits
  uint8_t version = 0;
  bool dnssec_ok = false;
  std::span<const uint8_t> options = {};  // checked by ReadEdns
};

// kBadRecord when the owner is not the root, or when an option does not fit (RFC 6891 section
// 6.1.2).
// REQUIRES: record.type == kOPT.
[[nodiscard]] ParseError ReadEdns(const RecordView& record, Edns* edns);

struct EdnsOptionView {
  EdnsOption code;
  std::span<const uint8_t> content;
};

// Walks options. Each is code, length, content; the next one follows (RFC 6891 section 6.1.2).
class OptionCursor {
 public:
  explicit OptionCursor(std::span<const uint8_t> options) : left_(options) {}

  // False at the end, and at an option that does not fit.
  [[nodiscard]] bool Next(EdnsOptionView* option) {
    if (left_.size() < kOptionHeadOctets) return false;
    const size_t octets = LoadU16(left_.data() + 2);
    if (left_.size() - kOptionHeadOctets < octets) return false;
    option->code = static_cast<EdnsOption>(LoadU16(left_.data()));
    option->content = left_.subspan(kOptionHeadOctets, octets);
    left_ = left_.subspan(kOptionHeadOctets + octets);
    return true;
  }
  // Whether every octet belonged to an option. Call it after Next was false.
  [[nodiscard]] bool IsAtEnd() const { return left_.empty(); }

 private:
  std::span<const uint8_t> left_;
};

// Whether OPT's RDATA consists of whole options (RFC 6891 section 6.1.2).
bool AreSoundOptions(std::span<const uint8_t> options);

// The first option with that code.
std::optional<std::span<const uint8_t>> FindOption(const Edns& edns, EdnsOption code);

// Writes one OPT record and its options. Inline, because it is part of every cached answer.
// REQUIRES: the buffer has room for kOptOctets, and for each option kOptionHeadOctets and its
// content. All options together have at most 65535 octets.
class OptWriter {
 public:
  // Writes OPT with the options that `edns` holds.
  OptWriter(const Edns& edns, uint8_t* out) : out_(out), end_(out + kOptOctets) {
    out[0] = 0;  // RFC 6891 section 6.1.2: the root
    StoreU16(out + 1, static_cast<uint16_t>(RRType::kOPT));
    StoreU16(out + 3,
             edns.payload_octets < kEdnsPayloadMin ? kEdnsPayloadMin : edns.payload_octets);
    out[5] = edns.extended_rcode;
    out[6] = edns.version;
    StoreU16(out + 7, edns.dnssec_ok ? kFlagDO : 0);
    if (!edns.options.empty()) Put(edns.options);
  }
  OptWriter(const OptWriter&) = delete;
  OptWriter& operator=(const OptWriter&) = delete;

  void AddOption(EdnsOption code, std::span<const uint8_t> content) {
    PutHead(code, content.size());
    Put(content);
  }
  // RFC 8914 section 2. Writes nothing for kNone. A text longer than kExtendedErrorTextMax is cut.
  void AddExtendedError(ExtendedError error, std::string_view text);

  // What was written so far. Finish gives the whole record, after the last option. options() gives
  // its options alone.
  std::span<const uint8_t> Finish() {
    TERN_REQUIRE(options().size() <= 65535);
    StoreU16(out_ + 9, static_cast<uint16_t>(options().size()));
    return {out_, end_};
  }
  std::span<const uint8_t> options() const { return {out_ + kOptOctets, end_}; }

 private:
  static constexpr uint16_t kFlagDO = 0x8000;  // RFC 6891 section 6.1.4

  void PutHead(EdnsOption code, size_t octets) {
    StoreU16(end_, static_cast<uint16_t>(code));
    StoreU16(end_ + 2, static_cast<uint16_t>(octets));
    end_ += kOptionHeadOctets;
  }
  void Put(std::span<const uint8_t> octets) {
    end_ = std::copy(octets.begin(), octets.end(), end_);
  }

  uint8_t* out_;
  uint8_t* end_;
};

}  // namespace tern::wire
