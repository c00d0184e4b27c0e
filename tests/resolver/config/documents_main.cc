// Writes what is printed from the table of keys into the project's folder deploy:
//   tern_config_documents deploy
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/resolver/config/documents.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tern_config_documents FOLDER\n";
    return 2;
  }
  for (const auto& document : tern::resolver::config::kDocuments) {
    const std::string path = std::string(argv[1]) + "/" + std::string(document.path);
    std::ifstream file(path);
    const std::string present(std::istreambuf_iterator<char>(file), {});
    const std::string text = document.text(present);
    if (text.empty() || !(std::ofstream(path) << text)) {
      std::cerr << "tern_config_documents: cannot write " << path << "\n";
      return 1;
    }
  }
  return 0;
}
