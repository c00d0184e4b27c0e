// NSEC and NSEC3 records from text, for tests of proofs.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/dnssec/denial.h"
#include "wire/name.h"
#include "wire/parse_presentation.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

inline wire::Name NameOf(std::string_view text) {
  const auto name = wire::ParseName(text);
  EXPECT_TRUE(name.ok()) << text;
  return name.ok() ? *name : wire::Name();
}

inline std::vector<uint8_t> RdataOf(wire::RRType type, std::string_view text) {
  std::istringstream words{std::string(text)};
  std::vector<std::string> tokens;
  for (std::string word; words >> word;) tokens.push_back(word);
  const auto rdata = wire::ParseRdata(type, tokens);
  EXPECT_TRUE(rdata.ok()) << text;
  return rdata.ok() ? *rdata : std::vector<uint8_t>();
}

// Owns what its records borrow.
class RecordList {
 public:
  RecordList() = default;
  RecordList(const RecordList&) = delete;
  RecordList& operator=(const RecordList&) = delete;

  void Add(wire::NameView owner, wire::RRType type, std::vector<uint8_t> rdata) {
    owners_.emplace_back(owner);
    rdatas_.push_back(std::move(rdata));
    records_.push_back({owners_.back(), type, rdatas_.back()});
  }
  // `text` has the next name and the types.
  RecordList& Nsec(std::string_view owner, std::string_view text) {
    Add(NameOf(owner), wire::RRType::kNSEC, RdataOf(wire::RRType::kNSEC, text));
    return *this;
  }

  std::span<const DenialRecord> records() const { return records_; }
  // NOLINTNEXTLINE(google-explicit-constructor): a list is its records.
  operator std::span<const DenialRecord>() const { return records_; }

 private:
  std::deque<wire::Name> owners_;  // which do not move
  std::deque<std::vector<uint8_t>> rdatas_;
  std::vector<DenialRecord> records_;
};

}  // namespace tern::resolver::dnssec
