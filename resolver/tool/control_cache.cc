#include "resolver/tool/control_cache.h"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "resolver/tool/control_fields.h"
#include "resolver/tool/control_words.h"
#include "resolver/tool/entry_text.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kHead =
    "; The cache of a running ternd. What was learnt or moved meanwhile may be missing, or be here "
    "twice.\n; The last line says whether this is whole.\n";

class Dump {
 public:
  Dump(bool json, const std::function<bool(std::string_view)>& write)
      : json_(json), write_(write) {}

  bool Begin() { return json_ || write_(kHead); }
  bool Take(const ControlJson& entries) {
    std::string text;
    for (const ControlJson& entry : entries) {
      text += json_ ? entry.dump(-1, ' ', true, ControlJson::error_handler_t::replace) + "\n"
                    : EntryText(entry);
      ++count_;
    }
    return text.empty() || write_(text);
  }
  bool End() {
    return write_(json_ ? Concat("{\"whole\":true,\"entries\":", count_, "}\n")
                        : Concat(kDumpIsWhole, ": ", CountText(count_, "entry", "entries"), ".\n"));
  }

 private:
  const bool json_;
  const std::function<bool(std::string_view)>& write_;
  int64_t count_ = 0;
};

ControlReply NotWritten() {
  return FailedReply(ControlExit::kFailure, Concat("the dump cannot be written: ",
                                                   std::generic_category().message(errno)));
}

}  // namespace

Command CacheLookCommand() {
  return {.name = "cache look",
          .meaning = "shows all that ternd's cache holds of a name",
          .words = {{.name = "NAME", .meaning = "a domain name"},
                    {.name = "TYPE",
                     .meaning = "only what says something of this record type",
                     .may_be_missing = true}}};
}

absl::Status FillCacheLook(const CommandWords& read, ControlJson* request) {
  const absl::Status status = FillName(read.words[0], "name", request);
  return status.ok() && read.words.size() > 1 ? FillType(read.words[1], "", request) : status;
}

std::string CacheLookText(const ControlJson& result) {
  std::string text;
  for (const ControlJson& entry : ListOf(result, "entries")) text += EntryText(entry);
  if (text.empty()) return Concat("; nothing is known of ", TextOf(result, "name"), "\n");
  return text;
}

Command CacheDumpCommand() {
  return {.name = "cache dump",
          .meaning = "writes all that ternd's cache holds as text, or with --json as lines of JSON",
          .words = {{.name = "FILE",
                     .meaning = "where to; the standard output when it is not given",
                     .may_be_missing = true}}};
}

ControlReply DumpCache(ControlOptions options,
                       const std::function<absl::StatusOr<std::string>(const ControlOptions&)>& ask,
                       const std::function<bool(std::string_view)>& write) {
  Dump dump(options.json, write);
  if (!dump.Begin()) return NotWritten();
  for (;;) {
    const auto line = ask(options);
    if (!line.ok()) return NoAnswerReply(line.status());
    ControlJson piece;
    ControlReply reply = ReadControlResult(*line, &piece);
    if (reply.exit != ControlExit::kOk) return reply;
    if (!dump.Take(ListOf(piece, "entries"))) return NotWritten();
    if (!HasField(piece, "next")) break;
    const ControlJson request = {{"verb", "cache dump"}, {"from", TextOf(piece, "next")}};
    options.request = request.dump() + "\n";
  }
  if (!dump.End()) return NotWritten();
  return {.exit = ControlExit::kOk, .text = "", .error = "", .json = ""};
}

}  // namespace tern::resolver::tool
