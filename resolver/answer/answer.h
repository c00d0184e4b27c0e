// The answer of a resolution that is under way: copies of cache entries, in order.
//
// Bounded: at most AnswerParts::kPartsMax entries, each of at most 64 KiB and a header. When
// cleared, it keeps its memory for the next resolution, up to a limit.
//
// Thread: one worker's.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "resolver/answer/reply.h"

namespace tern::resolver::answer {

class Answer {
 public:
  // The server that said the last part of the answer.
  struct Source {
    uint64_t server = 0;     // upstream::ServerKey; 0: it is not known, or nobody was asked
    size_t zone_labels = 0;  // of the zone that was asked, which is at or above the part's name
  };

  // The labels of the zone whose servers were asked when it failed, if the zone is at or above the
  // question's name. 0: it is not, or it is not known.
  void SetFailedZone(size_t labels) { failed_zone_labels_ = labels; }
  size_t failed_zone_labels() const { return failed_zone_labels_; }

  void Clear() {
    words_.clear();
    if (words_.capacity() > kWordsKept) words_.shrink_to_fit();
    count_ = 0;
    rcode_ = wire::Rcode::kNoError;
    error_ = wire::ExtendedError::kNone;
    error_text_ = "";
    own_text_size_ = 0;
    note_ = wire::ExtendedError::kNone;
    note_text_ = "";
    stale_ttl_ = 0;
    source_ = {};
    failed_zone_labels_ = 0;
  }

  void SetSource(Source source) { source_ = source; }
  const Source& source() const { return source_; }

  // The memory that it holds, used or kept.
  size_t held_octets() const { return words_.capacity() * sizeof(words_[0]); }

  // False when there is no room for another entry of the chain, or no memory.
  [[nodiscard]] bool Add(cache::EntryView entry) {
    if (count_ == AnswerParts::kPartsMax) return false;
    const size_t offset = words_.size();
    try {
      words_.resize(offset + entry.size() / 8);
    } catch (const std::bad_alloc&) {
      return false;
    }
    offsets_[count_++] = static_cast<uint32_t>(offset);
    entry.CopyTo(reinterpret_cast<uint8_t*>(words_.data() + offset));
    if (cache::SaysNxDomain(at(count_ - 1).kind())) rcode_ = wire::Rcode::kNXDomain;
    return true;
  }
  [[nodiscard]] bool Add(std::span<const uint8_t> entry) {
    return Add(cache::EntryView(entry.data()));
  }

  void SetRcode(wire::Rcode rcode) { rcode_ = rcode; }
  // `text` is a literal.
  void SetFailure(wire::ExtendedError error, const char* text) {
    rcode_ = wire::Rcode::kServFail;
    error_ = error;
    error_text_ = text;
    own_text_size_ = 0;
  }
  // The same with a text that is copied, and cut to cache::kFailureTextMax octets.
  void SetFailureWithText(wire::ExtendedError error, std::string_view text) {
    SetFailure(error, "");
    own_text_size_ = std::min(text.size(), cache::kFailureTextMax);
    *std::copy_n(text.begin(), own_text_size_, own_text_.begin()) = '\0';
  }
  // The answer becomes what its parts say.
  void ClearFailure() {
    rcode_ = wire::Rcode::kNoError;
    for (size_t i = 0; i < count_; ++i) {
      if (cache::SaysNxDomain(at(i).kind())) rcode_ = wire::Rcode::kNXDomain;
    }
    error_ = wire::ExtendedError::kNone;
    error_text_ = "";
    own_text_size_ = 0;
  }
  // Call it when parts of the answer are past their TTL. They go out with a TTL of `stale_ttl`
  // seconds, and the client is told (RFC 8914 sections 4.4 and 4.20).
  void SetStale(uint32_t stale_ttl) {
    stale_ttl_ = stale_ttl;
    error_ = rcode_ == wire::Rcode::kNXDomain ? wire::ExtendedError::kStaleNXDomainAnswer
                                              : wire::ExtendedError::kStaleAnswer;
    error_text_ = "";
    own_text_size_ = 0;
  }
  // What the client is told beside an answer that is no failure. If it is stale, that is told too.
  // `text` is a literal.
  void SetNote(wire::ExtendedError note, const char* text) {
    note_ = note;
    note_text_ = text;
  }
  wire::Rcode rcode() const { return rcode_; }
  wire::ExtendedError error() const { return error_; }
  // Valid until the answer changes.
  const char* error_text() const { return own_text_size_ > 0 ? own_text_.data() : error_text_; }

  size_t count() const { return count_; }
  cache::EntryView at(size_t i) const {
    return cache::EntryView(reinterpret_cast<const uint8_t*>(words_.data() + offsets_[i]));
  }

  // Sets what validation has found out about a part (cache::Stamp).
  void Stamp(size_t i, cache::Security security, uint32_t ttl_max, cache::Instant now,
             cache::WhyInsecure why = cache::WhyInsecure::kUnsigned) {
    cache::Stamp(reinterpret_cast<uint8_t*>(words_.data() + offsets_[i]), security, ttl_max, now,
                 why);
  }
  std::span<const uint8_t> octets_at(size_t i) const {
    return {reinterpret_cast<const uint8_t*>(words_.data() + offsets_[i]), at(i).size()};
  }

  // The RRset that the answer ends with. Empty when there is none: the answer is a denial or a
  // failure, or ends with a denial.
  cache::EntryView EndRRset() const {
    if (rcode_ != wire::Rcode::kNoError || count_ == 0) return {};
    const cache::EntryView end = at(count_ - 1);
    return end.kind() == cache::EntryKind::kRRset ? end : cache::EntryView();
  }

  // Whether one of the links leads away from `name`. A chain that comes back there is a loop.
  bool HasAliasAt(wire::NameView name) const {
    for (size_t i = 0; i < count_; ++i) {
      if (at(i).type() == wire::RRType::kCNAME && at(i).name().Equals(name)) return true;
    }
    return false;
  }

  // Views that are valid until the answer changes. A failure has no parts.
  AnswerParts Parts() const {
    AnswerParts parts;
    if (rcode_ != wire::Rcode::kServFail) {
      for (size_t i = 0; i < count_; ++i) (void)parts.Add(at(i));
    }
    parts.rcode = rcode_;
    const bool has_note = error_ == wire::ExtendedError::kNone;
    parts.error = has_note ? note_ : error_;
    parts.error_text = has_note ? note_text_ : error_text();
    parts.stale_ttl = stale_ttl_;
    if (stale_ttl_ != 0 && !has_note) {
      parts.second_error = note_;
      parts.second_text = note_text_;
    }
    return parts;
  }

 private:
  static constexpr size_t kWordsKept = 512;  // 4 KiB

  std::vector<uint64_t> words_;
  uint32_t offsets_[AnswerParts::kPartsMax] = {};
  size_t count_ = 0;
  wire::Rcode rcode_ = wire::Rcode::kNoError;
  wire::ExtendedError error_ = wire::ExtendedError::kNone;
  const char* error_text_ = "";
  wire::ExtendedError note_ = wire::ExtendedError::kNone;
  const char* note_text_ = "";
  std::array<char, cache::kFailureTextMax + 1> own_text_ = {};
  size_t own_text_size_ = 0;
  uint32_t stale_ttl_ = 0;
  Source source_;
  size_t failed_zone_labels_ = 0;
};

}  // namespace tern::resolver::answer
