#include "resolver/tool/control_flush.h"

#include <string>

#include "resolver/tool/control_words.h"

namespace tern::resolver::tool {

Command FlushCommand() {
  return {
      .name = "flush",
      .meaning = "has ternd forget what its cache holds of a name",
      .words = {{.name = "NAME", .meaning = "a domain name", .may_be_missing = true}},
      .options = {{.name = "--type", .value = "TYPE", .meaning = "forget this record type only"},
                  {.name = "--below", .meaning = "forget all names below it too"},
                  {.name = "--negative",
                   .meaning = "forget only that names or types do not exist, and failures"},
                  {.name = "--all", .meaning = "forget everything; then there is no NAME"}}};
}

absl::Status FillFlush(const CommandWords& read, nlohmann::ordered_json* request) {
  const bool all = read.Has("--all");
  if (all == !read.words.empty()) {
    return absl::InvalidArgumentError("flush: expected either a NAME or --all");
  }
  const bool narrows = read.Has("--type") || read.Has("--below") || read.Has("--negative");
  if (all && narrows) {
    return absl::InvalidArgumentError("--all: expected without --type, --below and --negative");
  }
  if (all) {
    (*request)["all"] = true;
    return absl::OkStatus();
  }
  absl::Status status = FillName(read.words[0], "name", request);
  if (const auto type = read.Value("--type"); type && status.ok())
    status = FillType(*type, "--type: ", request);
  if (!status.ok()) return status;
  if (read.Has("--below")) (*request)["below"] = true;
  if (read.Has("--negative")) (*request)["negative"] = true;
  return absl::OkStatus();
}

}  // namespace tern::resolver::tool
