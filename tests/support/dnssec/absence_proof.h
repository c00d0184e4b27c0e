// What NSEC and NSEC3 records prove, plainly, from RFC 4035 section 5.4, RFC 5155 section 8 and RFC
// 6840 section 4. The signatures of the records were checked before.
//
// Thread: any. Values.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/sim/plain_message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

enum class Absence : uint8_t {
  kNotProven,
  kProven,
  kInsecure,  // proven by a range with opt-out, or by records with too many iterations
};

struct AbsenceQuestion {
  wire::Name zone;
  wire::Name name;
  wire::RRType type = wire::RRType::kNone;
  bool name_error = false;  // the name is not there; otherwise it has not the type
  uint16_t iterations_max = 50;
};

Absence ProveByNsec(const AbsenceQuestion& question, const std::vector<PlainRecord>& records);
Absence ProveByNsec3(const AbsenceQuestion& question, const std::vector<PlainRecord>& records);

// Whether no name below the ancestor of `encloser_labels` labels leads to the name, so that a
// wildcard right below that ancestor stands for it.
Absence ProveNoNearerByNsec(const AbsenceQuestion& question, size_t encloser_labels,
                            const std::vector<PlainRecord>& records);
Absence ProveNoNearerByNsec3(const AbsenceQuestion& question, size_t encloser_labels,
                             const std::vector<PlainRecord>& records);

// Whether the parent proves that a delegation has no DS.
Absence ProveInsecureCut(const AbsenceQuestion& question, const std::vector<PlainRecord>& nsec,
                         const std::vector<PlainRecord>& nsec3);

}  // namespace tern::sim
