// Makes names and entries for the store's tests.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "wire/name.h"

namespace tern::cache {

// From "www.example.test". Labels are not escaped. "" gives the root.
inline wire::Name MakeName(std::string_view text) {
  wire::Name name;
  while (!text.empty()) {
    const size_t dot = text.rfind('.');
    const std::string_view label = dot == text.npos ? text : text.substr(dot + 1);
    if (!name.Prepend(label)) std::abort();
    text = dot == text.npos ? std::string_view() : text.substr(0, dot);
  }
  return name;
}

// Owns an entry's octets, aligned as the store wants them.
class OwnedEntry {
 public:
  explicit OwnedEntry(std::span<const uint8_t> bytes) : words_((bytes.size() + 7) / 8) {
    if (!bytes.empty()) std::memcpy(words_.data(), bytes.data(), bytes.size());
    size_ = bytes.size();
  }
  std::span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(words_.data()), size_};
  }
  std::span<uint8_t> writable() { return {reinterpret_cast<uint8_t*>(words_.data()), size_}; }
  EntryView view() const { return EntryView(bytes().data()); }

 private:
  std::vector<uint64_t> words_;
  size_t size_;
};

struct RRsetSpec {
  wire::RRType type = wire::RRType::kA;
  Rank rank = Rank::kAnswerAuthoritative;
  uint32_t ttl = 300;
  Instant now{1};
};

inline OwnedEntry MakeRRset(wire::NameView name, std::string_view rdata, RRsetSpec spec = {}) {
  alignas(8) static thread_local uint8_t buffer[kEntryOctetsMax];
  EntryBuilder builder(buffer);
  if (!builder.StartRRset(name, spec.type, spec.ttl, spec.now, spec.rank) ||
      !builder.AddRecord({reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()})) {
    std::abort();
  }
  return OwnedEntry(builder.Finish());
}

inline std::string FirstRecord(EntryView entry) {
  RecordCursor records = entry.Records();
  std::span<const uint8_t> rdata;
  if (!records.Next(&rdata)) return "(none)";
  return std::string(rdata.begin(), rdata.end());
}

}  // namespace tern::cache
