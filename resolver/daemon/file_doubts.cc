#include "resolver/daemon/file_doubts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "resolver/base/control_socket.h"
#include "resolver/config/at_key.h"
#include "resolver/daemon/beside_file.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr std::string_view kStartsAnyway = "ternd starts all the same, and writes nothing there";
constexpr std::string_view kDoesNotStart = "if that is so at the start, ternd does not start";

struct WrittenFile {
  std::string_view key;
  std::string path;
  bool is_made = true;  // in its folder each time; otherwise a file that is there is appended to
  std::string_view then = kStartsAnyway;
};

std::vector<WrittenFile> FilesOf(const config::Settings& settings) {
  std::vector<WrittenFile> files;
  const auto add = [&files](WrittenFile file, bool is_wanted) {
    if (is_wanted && !file.path.empty()) files.push_back(std::move(file));
  };
  const std::string& socket = settings.control.socket;
  add({.key = "control.socket", .path = socket, .then = kDoesNotStart}, socket != kControlSocket);
  const std::string& log = settings.query_log.file;
  add({.key = "query_log.file", .path = log, .is_made = false}, log != kStandardError);
  add({.key = "dnstap.file", .path = settings.dnstap.file}, true);
  add({.key = "cache.file", .path = settings.cache_file.path}, true);
  const std::string& state = settings.dnssec.state_file;
  const bool keeps_state = settings.dnssec.validation != Validation::kOff;
  add({.key = "dnssec.state_file", .path = state},
      keeps_state && state != config::DnssecSettings().state_file);
  return files;
}

std::string Reason(const std::string& path, int error) {
  const bool is_missing = error == ENOENT || error == ENOTDIR;
  return Concat(is_missing ? "a file in a folder that is there"
                           : Concat("a place where user ", geteuid(), " may write"),
                ", found ", path, ": ", std::generic_category().message(error));
}

// What was expected, and what was found. Empty: the file can be written.
std::string WhyNotWritten(const WrittenFile& file) {
  struct stat there;
  const bool is_there = stat(file.path.c_str(), &there) == 0;
  if (is_there && S_ISDIR(there.st_mode)) return Concat("a file, found the folder ", file.path);
  // Pipes and devices are opened as they are.
  if (is_there && (!file.is_made || !(S_ISREG(there.st_mode) || S_ISSOCK(there.st_mode)))) {
    const bool may = faccessat(AT_FDCWD, file.path.c_str(), W_OK, AT_EACCESS) == 0;
    return may ? "" : Reason(file.path, errno);
  }
  const std::string folder = FolderOf(file.path);
  const int error = WhyNoFilesIn(folder);
  return error == 0 ? "" : Reason(Concat(file.path, ": ", folder), error);
}

}  // namespace

std::vector<std::string> FileDoubts(const config::Settings& settings) {
  std::vector<std::string> doubts;
  for (const WrittenFile& file : FilesOf(settings)) {
    const std::string why = WhyNotWritten(file);
    if (why.empty()) continue;
    doubts.push_back(
        config::AtKey(settings, std::string(file.key), Concat("expected ", why, "; ", file.then)));
  }
  return doubts;
}

}  // namespace tern::resolver::daemon
