#include "resolver/control/verb_flush.h"

#include "absl/status/statusor.h"
#include "resolver/base/error_text.h"
#include "resolver/control/flush_wish.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

absl::StatusOr<FlushWish> ReadFlushWish(const ControlRequest& request) {
  FlushWish wish;
  if (request.Has("all")) {
    if (request.arguments.size() > 1) {
      return absl::InvalidArgumentError("all: expected alone, because nothing is left beside it");
    }
    wish.below = true;
    return wish;
  }
  const auto name = wire::ParseName(request.Text("name"));
  if (request.Text("name").empty() || !name.ok()) {
    return absl::InvalidArgumentError(
        Concat("name: expected a domain name, found ", Quoted(request.Text("name"))));
  }
  wish.name = *name;
  wish.below = request.Has("below");
  wish.negative = request.Has("negative");
  if (!request.Has("type")) return wish;
  wish.type = wire::ParseType(request.Text("type"));
  if (wish.type) return wish;
  return absl::InvalidArgumentError(
      Concat("type: expected a record type, found ", Quoted(request.Text("type"))));
}

}  // namespace

VerbResult AnswerFlush(const ControlSources& sources, const ControlRequest& request) {
  const auto wish = ReadFlushWish(request);
  if (!wish.ok()) return wish.status();
  const auto count = sources.steered->Flush(*wish);
  if (!count.ok()) return count.status();
  return VerbJson{{"entries", *count}};
}

}  // namespace tern::resolver::control
