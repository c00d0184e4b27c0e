// Feeds every file of the directories (or the files) given to the fuzz target that it is linked
// with, so that the corpora run as tests where libFuzzer is not there.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size);

namespace {

// False when the file cannot be read.
bool Replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    return false;
  }
  std::fprintf(stderr, "%s\n", path.c_str());  // the last line names the input that fails
  // Of exact size on the heap, so that a sanitizer sees a step behind the end.
  const auto octets = std::make_unique<uint8_t[]>(content.size());
  std::copy(content.begin(), content.end(), octets.get());
  LLVMFuzzerTestOneInput(octets.get(), content.size());
  return true;
}

}  // namespace

int main(int argument_count, char** arguments) {
  size_t replayed = 0;
  for (int i = 1; i < argument_count; ++i) {
    std::vector<std::filesystem::path> paths;
    if (std::filesystem::is_directory(arguments[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
        if (entry.is_regular_file()) paths.push_back(entry.path());
      }
    } else {
      paths.emplace_back(arguments[i]);
    }
    for (const std::filesystem::path& path : paths) {
      if (!Replay(path)) return 1;
      ++replayed;
    }
  }
  std::fprintf(stderr, "%zu inputs replayed\n", replayed);
  // An empty corpus tests nothing, and so is a failure.
  return replayed == 0 ? 1 : 0;
}
