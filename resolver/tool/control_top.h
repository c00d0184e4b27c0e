// The screen of `tern top`: what a running ternd does, from two looks at it (the verb `top`).
//
// Thread: any. A pure function. Whatever the looks hold, its texts are harmless, and a value that
// is missing or of another type is shown as `-` or left out. Bounded by the size of the screen.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "resolver/tool/screen_line.h"

namespace tern::resolver::tool {

// At most size.rows lines, none of more than size.columns columns. It shows the same as the page
// (../control/page/page.js), and its rates and percentiles are of the time between the looks.
// - `before` is null when there was no look before, so there are no rates.
// - `trouble`: ternd did not answer after `now`; a sentence about that. Empty: it did.
std::vector<ScreenLine> TopScreen(const nlohmann::ordered_json& before,
                                  const nlohmann::ordered_json& now, ScreenSize size,
                                  const std::string& trouble = "");

}  // namespace tern::resolver::tool
