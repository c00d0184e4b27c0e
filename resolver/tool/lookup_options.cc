#include "resolver/tool/lookup_options.h"

#include <optional>
#include <vector>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "resolver/base/nearest_word.h"
#include "resolver/base/reverse_name.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

constexpr uint16_t kDnsPort = 53;
constexpr std::chrono::milliseconds kTimeoutMax = std::chrono::minutes(10);

absl::Status UsageError(const std::string& message) { return absl::InvalidArgumentError(message); }

// Takes `--name=value` or `--name value` apart as the words go by.
class OptionWords {
 public:
  explicit OptionWords(std::span<const std::string> words) : words_(words) {}

  // The next word; an option's name without its value. False at the end.
  bool Next(std::string_view* word, bool* is_option) {
    if (at_ == words_.size()) return false;
    *word = words_[at_++];
    value_.reset();
    *is_option = !only_words_ && word->size() > 1 && word->starts_with('-');
    if (*is_option && *word == "--") {
      only_words_ = true;
      return Next(word, is_option);
    }
    const size_t equals = word->find('=');
    if (*is_option && equals != std::string_view::npos) {
      value_ = word->substr(equals + 1);
      *word = word->substr(0, equals);
    }
    return true;
  }

  // The value of the option that was read last.
  std::optional<std::string_view> Value() {
    if (value_) return value_;
    if (at_ == words_.size()) return std::nullopt;
    return words_[at_++];
  }
  bool has_own_value() const { return value_.has_value(); }

 private:
  std::span<const std::string> words_;
  size_t at_ = 0;
  bool only_words_ = false;
  std::optional<std::string_view> value_;
};

absl::Status ReadServer(std::string_view value, LookupOptions* options) {
  const auto server = Endpoint::Parse(value, kDnsPort);
  if (!server || server->port == 0) {
    return UsageError(
        Concat("--server: expected an address such as 127.0.0.1, 127.0.0.1:5353 or "
               "[::1]:5353, found ",
               Quoted(value)));
  }
  options->server = *server;
  return absl::OkStatus();
}

absl::Status ReadTimeout(std::string_view value, LookupOptions* options) {
  const auto timeout = ParseDuration(value);
  if (!timeout || timeout->count() == 0 || *timeout > kTimeoutMax) {
    return UsageError(Concat("--timeout: expected a duration such as 5s or 800ms, at most ",
                             DurationToText(kTimeoutMax), ", found ", Quoted(value)));
  }
  options->timeout = *timeout;
  return absl::OkStatus();
}

absl::Status ReadOption(std::string_view option, OptionWords* words, LookupOptions* options) {
  static constexpr std::string_view kOptions[] = {"--server", "--tcp",     "--json",
                                                  "--trace",  "--timeout", "--help"};
  if (option == "--server" || option == "--timeout") {
    const auto value = words->Value();
    if (!value) return UsageError(Concat(option, ": expected a value"));
    return option == "--server" ? ReadServer(*value, options) : ReadTimeout(*value, options);
  }
  bool* const flag = option == "--tcp"                      ? &options->tcp
                     : option == "--json"                   ? &options->json
                     : option == "--trace"                  ? &options->trace
                     : option == "--help" || option == "-h" ? &options->help
                                                            : nullptr;
  if (flag == nullptr) {
    const std::string_view nearest = NearestWord(option, kOptions);
    return UsageError(Concat("unknown option ", Quoted(option),
                             nearest.empty() ? "" : Concat("; did you mean ", nearest, "?")));
  }
  if (words->has_own_value()) return UsageError(Concat(option, ": expected no value"));
  *flag = true;
  return absl::OkStatus();
}

absl::Status ReadQuestion(const std::vector<std::string_view>& plain, LookupOptions* options) {
  if (plain.empty()) return UsageError("expected a name to look up");
  if (plain.size() > 2) return UsageError(Concat("unexpected word ", Quoted(plain[2])));
  if (const auto address = IpAddress::Parse(plain[0])) {
    options->name = ReverseName(*address);
    options->type = wire::RRType::kPTR;
  } else {
    const auto name = wire::ParseName(plain[0]);
    if (!name.ok()) return UsageError(std::string(name.status().message()));
    options->name = *name;
  }
  if (plain.size() == 2) {
    const auto type = wire::ParseType(plain[1]);
    if (!type) {
      return UsageError(
          Concat("expected a record type such as A, MX or TYPE65280, found ", Quoted(plain[1])));
    }
    options->type = *type;
  }
  return absl::OkStatus();
}

}  // namespace

Endpoint DefaultServer(std::string_view resolv_conf) {
  constexpr std::string_view kBlanks = " \t\r";
  while (!resolv_conf.empty()) {
    const size_t end = resolv_conf.find('\n');
    std::string_view line = resolv_conf.substr(0, end);
    resolv_conf.remove_prefix(end == std::string_view::npos ? resolv_conf.size() : end + 1);
    const size_t keyword_end = line.find_first_of(kBlanks);
    if (keyword_end == std::string_view::npos || line.substr(0, keyword_end) != "nameserver") {
      continue;
    }
    const size_t start = line.find_first_not_of(kBlanks, keyword_end);
    if (start == std::string_view::npos) continue;
    line = line.substr(start);
    if (const auto address = IpAddress::Parse(line.substr(0, line.find_first_of(kBlanks)))) {
      return {*address, kDnsPort};
    }
  }
  return {*IpAddress::Parse("127.0.0.1"), kDnsPort};
}

absl::StatusOr<LookupOptions> ParseLookupOptions(std::span<const std::string> words,
                                                 std::string_view resolv_conf) {
  LookupOptions options;
  options.server = DefaultServer(resolv_conf);
  OptionWords reader(words);
  std::vector<std::string_view> plain;
  std::string_view word;
  bool is_option;
  while (reader.Next(&word, &is_option)) {
    if (!is_option) {
      plain.push_back(word);
      continue;
    }
    if (const absl::Status status = ReadOption(word, &reader, &options); !status.ok()) {
      return status;
    }
    if (options.help) return options;
  }
  if (const absl::Status status = ReadQuestion(plain, &options); !status.ok()) return status;
  return options;
}

}  // namespace tern::resolver::tool
