#include "resolver/control/verb_log_reopen.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "resolver/control/event_file.h"
#include "resolver/control/steered.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

absl::Status NotAllOpened(const std::vector<EventFile>& files) {
  std::string lines;
  for (const EventFile& file : files) lines += Concat(lines.empty() ? "" : "\n", TextOf(file));
  return absl::UnavailableError(lines);
}

}  // namespace

VerbResult AnswerLogReopen(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto files = sources.steered->ReopenFiles();
  if (!files.ok()) return files.status();
  if (!std::all_of(files->begin(), files->end(),
                   [](const EventFile& file) { return file.IsOpen(); })) {
    return NotAllOpened(*files);
  }
  VerbJson items = VerbJson::array();
  VerbJson lines = VerbJson::array();
  for (const EventFile& file : *files) {
    const bool was_opened = file.state == EventFile::State::kOpened;
    items.push_back({{"key", file.key}, {"path", file.path}, {"opened", was_opened}});
    lines.push_back(TextOf(file));
  }
  if (lines.empty()) lines.push_back("nothing is written to a file (query_log.file, dnstap.file)");
  return VerbJson{{"files", std::move(items)}, {"lines", std::move(lines)}};
}

}  // namespace tern::resolver::control
