#include "resolver/tool/control_cache_load.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "resolver/base/error_text.h"
#include "resolver/tool/control_cache.h"
#include "resolver/tool/control_fields.h"
#include "wire/concat.h"
#include "wire/master_file.h"

namespace tern::resolver::tool {
namespace {

// What has a name's lines is this long at most, and a piece twice that. As JSON it may be twice as
// long again, which a request's line has room for.
constexpr size_t kOwnerOctetsMax = size_t{14} << 10;

struct Loading {
  int64_t loaded = 0;
  int64_t known = 0;
  int64_t left_out = 0;
  bool is_whole = false;
};

// Collects lines until they are as many as fit into a request. The lines of a name stay together,
// because half an RRset would be taken for a whole one.
class PieceMaker {
 public:
  // Whether the piece must be sent before this line.
  bool IsFull(std::string_view line) const {
    return OwnerOf(line) != owner_ && piece_.size() + of_owner_.size() > kOwnerOctetsMax;
  }
  void Add(std::string_view line, Loading* loading) {
    if (OwnerOf(line) != owner_) {
      EndOwner(loading);
      owner_ = OwnerOf(line);
    }
    if (of_owner_.size() <= kOwnerOctetsMax) of_owner_ += Concat(line, "\n");
  }
  // The piece, which is then begun anew.
  std::string Take(Loading* loading) {
    EndOwner(loading);
    owner_.clear();
    return std::exchange(piece_, "");
  }

 private:
  static std::string_view OwnerOf(std::string_view line) {
    return line.substr(0, line.find_first_of(" \t"));
  }
  void EndOwner(Loading* loading) {
    if (of_owner_.size() <= kOwnerOctetsMax) {
      piece_ += of_owner_;
    } else {
      ++loading->left_out;
    }
    of_owner_.clear();
  }

  std::string piece_;
  std::string owner_;
  std::string of_owner_;
};

// Empty when the line is a record.
std::string MistakeIn(const std::string& line) {
  if (line.starts_with('{')) {
    return "expected the text of tern cache dump, found JSON; dump it without --json";
  }
  const bool begins_with_name =
      !line.starts_with('$') && !line.starts_with(' ') && !line.starts_with('\t');
  if (begins_with_name) {
    const auto records = wire::ParseMasterFile(line, "", {}, 0);
    if (records.ok() && records->size() == 1) return "";
    if (!records.ok()) {
      const std::string why(records.status().message());
      return why.starts_with(":1: ") ? why.substr(4) : why;
    }
  }
  return Concat("expected a record, found ", Quoted(line));
}

}  // namespace

Command CacheLoadCommand() {
  return {
      .name = "cache load",
      .meaning =
          "puts the records of a dump into ternd's cache, to be validated when they are "
          "asked for",
      .words = {{.name = "FILE",
                 .meaning = "what tern cache dump wrote; the standard input when it is not given",
                 .may_be_missing = true}}};
}

ControlReply LoadCache(
    ControlOptions options, std::istream& from, std::string_view file,
    const std::function<absl::StatusOr<std::string>(const ControlOptions&)>& ask) {
  Loading loading;
  PieceMaker pieces;
  ControlReply reply{.exit = ControlExit::kOk, .text = "", .error = "", .json = ""};
  const auto send = [&] {
    const std::string piece = pieces.Take(&loading);
    if (piece.empty()) return true;
    const ControlJson request = {{"verb", "cache load"}, {"records", piece}};
    options.request =
        request.dump(-1, ' ', /*ensure_ascii=*/true, ControlJson::error_handler_t::replace) + "\n";
    const auto line = ask(options);
    if (!line.ok()) {
      reply = NoAnswerReply(line.status());
      return false;
    }
    ControlJson result;
    reply = ReadControlResult(*line, &result);
    loading.loaded += NumberOf(result, "loaded");
    loading.known += NumberOf(result, "known");
    loading.left_out += NumberOf(result, "left_out");
    return reply.exit == ControlExit::kOk;
  };
  int64_t number = 0;
  for (std::string line; std::getline(from, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    loading.is_whole = line.starts_with(kDumpIsWhole);
    if (line.empty() || line.starts_with(';')) continue;
    if (const std::string mistake = MistakeIn(line); !mistake.empty()) {
      if (!send()) return reply;
      return FailedReply(ControlExit::kFailure,
                         Concat(file, ":", number, ": ", mistake, "; ",
                                CountText(loading.loaded, "RRset", "RRsets"), " loaded before it"));
    }
    if (pieces.IsFull(line) && !send()) return reply;
    pieces.Add(line, &loading);
  }
  if (!send()) return reply;
  reply.text = Concat(CountText(loading.loaded, "RRset", "RRsets"), " loaded, ", loading.known,
                      " known better already, ", loading.left_out, " left out\n");
  const ControlJson result = {{"loaded", loading.loaded},
                              {"known", loading.known},
                              {"left_out", loading.left_out},
                              {"whole", loading.is_whole}};
  reply.json = ControlJson{{"ok", true}, {"result", result}}.dump() + "\n";
  if (!loading.is_whole) {
    reply.error = Concat("tern: ", file, " does not end as a whole dump does\n");
  }
  return reply;
}

}  // namespace tern::resolver::tool
