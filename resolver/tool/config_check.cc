#include "resolver/tool/config_check.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

// ternd --check ends with it when the file has mistakes.
constexpr int kMistakesFound = 1;

// All that comes from `from`, up to the bound. The rest is read and dropped, so that the writer
// does not wait for ever.
std::string ReadAll(int from) {
  std::string text;
  char piece[4096];
  for (;;) {
    const ssize_t octets = read(from, piece, sizeof piece);
    if (octets < 0 && errno == EINTR) continue;
    if (octets <= 0) return text;
    text.append(piece, std::min(static_cast<size_t>(octets), kCheckOctetsMax - text.size()));
  }
}

// What the program writes to stderr. False when it cannot be run.
bool Run(const std::string& program, const std::string& file, std::string* log, int* exit_code) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::string words[] = {program, "--check", "--config", file};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed == 0) *log = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  if (failed != 0) return false;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return true;
}

// Without the time that a line of the log starts with.
std::string_view WithoutTime(std::string_view line) {
  const size_t space = line.find(' ');
  const bool has_time = space != std::string_view::npos && space > 0 && line[space - 1] == 'Z';
  return has_time ? line.substr(space + 1) : line;
}

}  // namespace

Command ConfigCheckCommand() {
  return {.name = "config check",
          .meaning = "says what is wrong with a configuration file, without a running ternd",
          .words = {{.name = "FILE",
                     .meaning = "the file; /etc/tern/tern.yaml when it is not given",
                     .may_be_missing = true}},
          .options = {{.name = "--json", .meaning = "print one JSON object"}}};
}

absl::StatusOr<CheckOptions> ParseCheckOptions(std::span<const std::string> words) {
  const auto read = ReadCommand(ConfigCheckCommand(), words);
  if (!read.ok()) return read.status();
  CheckOptions options;
  options.help = read->help;
  options.json = read->Has("--json");
  if (!read->words.empty()) options.file = read->words[0];
  if (options.file.empty()) return absl::InvalidArgumentError("FILE: expected the path of a file");
  return options;
}

std::vector<std::string> PlacesOfTernd(std::string_view own_folder) {
  std::vector<std::string> places;
  if (!own_folder.empty()) {
    places = {Concat(own_folder, "/ternd"), Concat(own_folder, "/../sbin/ternd")};
  }
  places.insert(places.end(), {"/usr/sbin/ternd", "/usr/local/sbin/ternd"});
  return places;
}

CheckReport CheckConfiguration(const std::vector<std::string>& programs, const std::string& file) {
  for (const std::string& program : programs) {
    std::string log;
    int exit_code = 0;
    if (access(program.c_str(), X_OK) != 0 || !Run(program, file, &log, &exit_code)) continue;
    return ReadCheck(log, exit_code);
  }
  CheckReport report;
  report.errors.emplace_back("there is no ternd beside tern, in /usr/sbin or in /usr/local/sbin");
  return report;
}

CheckReport ReadCheck(std::string_view log, int exit_code) {
  CheckReport report;
  report.exit = exit_code == 0 ? CheckExit::kGood : CheckExit::kMistakes;
  while (!log.empty()) {
    const size_t end = std::min(log.find('\n'), log.size());
    std::string_view line = WithoutTime(log.substr(0, end));
    log.remove_prefix(std::min(end + 1, log.size()));
    constexpr std::string_view kError = "error: ";
    constexpr std::string_view kWarning = "warning: ";
    if (line.starts_with(kError)) {
      report.errors.push_back(HarmlessText(line.substr(kError.size())));
    } else if (line.starts_with(kWarning)) {
      report.warnings.push_back(HarmlessText(line.substr(kWarning.size())));
    }
  }
  if (exit_code != 0 && exit_code != kMistakesFound) {
    report.errors.emplace_back("ternd --check did not come to an end");
  }
  return report;
}

std::string CheckText(const CheckOptions& options, const CheckReport& report) {
  std::string text;
  for (const std::string& error : report.errors) text += error + "\n";
  for (const std::string& warning : report.warnings) text += Concat("warning: ", warning, "\n");
  if (report.exit == CheckExit::kGood) text += HarmlessText(options.file) + ": good\n";
  return text;
}

std::string CheckJson(const CheckOptions& options, const CheckReport& report) {
  using Json = nlohmann::ordered_json;
  const Json json = {
      {"ok", report.exit == CheckExit::kGood},
      {"result",
       {{"file", options.file}, {"errors", report.errors}, {"warnings", report.warnings}}}};
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

}  // namespace tern::resolver::tool
