#include "resolver/config/secret_files.h"

#include <algorithm>

#include "resolver/base/text_file.h"
#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::resolver::config {
namespace {

constexpr size_t kFileOctetsMax = 4096;
constexpr size_t kTokenOctetsMin = 16;
constexpr size_t kTokenOctetsMax = 256;
constexpr size_t kAddressKeyOctets = 16;

// What the file holds, without white space at its end.
absl::StatusOr<std::string> ReadWord(const std::string& path) {
  auto text = ReadTextFile(path, kFileOctetsMax);
  if (!text.ok()) return text.status();
  const size_t end = text->find_last_not_of(" \t\r\n");
  return text->substr(0, end == std::string::npos ? 0 : end + 1);
}

}  // namespace

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  auto token = ReadWord(path);
  if (!token.ok()) return token.status();
  const bool is_word =
      std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!is_word || token->size() < kTokenOctetsMin || token->size() > kTokenOctetsMax) {
    return absl::InvalidArgumentError(Concat("expected a file with one word of ", kTokenOctetsMin,
                                             " to ", kTokenOctetsMax, " letters, digits or signs"));
  }
  return token;
}

absl::StatusOr<std::string> ReadAddressKey(const std::string& path) {
  const auto word = ReadWord(path);
  if (!word.ok()) return word.status();
  auto octets = wire::FromHex(*word);
  if (!octets || octets->size() != kAddressKeyOctets) {
    return absl::InvalidArgumentError("expected a file with 32 hexadecimal digits");
  }
  return *std::move(octets);
}

}  // namespace tern::resolver::config
