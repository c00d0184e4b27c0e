// A question that the mail path asks ahead of the mail server.
//
// A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::mail {

// What is done with the answer, which is in the store afterwards in any case.
enum class Purpose : uint8_t {
  kKeep,              // nothing more
  kFollowSpf,         // a TXT answer: what its SPF record refers to is asked for as well
  kFollowExchangers,  // an MX answer: the addresses of its exchangers are asked for as well
  kFollowHost,        // an address of an exchanger: TLSA is asked for as well, if it is secure
};

struct Question {
  wire::Name name;
  wire::RRType type = wire::RRType::kNone;
  Purpose purpose = Purpose::kKeep;
};

// One fan-out asks so many questions at most: two addresses and one TLSA for each of 16 exchangers,
// two policies, and some more for aliases. What an SPF record refers to is another fan-out.
inline constexpr size_t kQuestionsMax = 64;
using Questions = std::vector<Question>;

// Adds the question unless it is there already, or the list is full. Throws std::bad_alloc.
inline void AddQuestion(wire::NameView name, wire::RRType type, Purpose purpose,
                        Questions* questions) {
  if (questions->size() >= kQuestionsMax) return;
  for (const Question& known : *questions) {
    if (known.type == type && known.name.view().Equals(name)) return;
  }
  questions->push_back({wire::Name(name), type, purpose});
}

}  // namespace tern::resolver::mail
