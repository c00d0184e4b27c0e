// How deep a JSON text nests. The JSON library recurses when it copies, writes or destroys a value,
// so a text of a stranger is asked before a value is built from it.
//
// Thread: any. Bound: no memory, one pass over the text.
#pragma once

#include <cstddef>
#include <string_view>

namespace tern::resolver {

// Whether arrays and objects lie inside each other deeper than `depth_max`. A flat object has depth
// 1. The text may be no JSON at all.
bool NestsDeeper(std::string_view text, size_t depth_max);

}  // namespace tern::resolver
