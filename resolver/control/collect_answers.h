// The families of metrics of queries and answers (base/answer_counts.h).
//
// Thread: any. Bound: the families.
#pragma once

#include <vector>

#include "resolver/base/answer_counts.h"
#include "resolver/control/metric.h"

namespace tern::resolver::control {

void CollectAnswers(const AnswerCounts<uint64_t>& counts, std::vector<Family>* families);

}  // namespace tern::resolver::control
