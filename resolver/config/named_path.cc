#include "resolver/config/named_path.h"

#include <filesystem>
#include <system_error>

#include "wire/concat.h"

namespace tern::resolver::config {

std::string NamedPath(const std::string& path, const std::string& configuration) {
  if (path.starts_with('/')) return path;
  const std::string named = Concat(configuration.substr(0, configuration.rfind('/') + 1), path);
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(named, error);
  return error ? named : absolute.string();
}

}  // namespace tern::resolver::config
