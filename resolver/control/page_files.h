// The files of the page (page/), as the build has put them into the program (embed_page.py).
//
// Thread: any; constants.
#pragma once

#include <span>
#include <string_view>

namespace tern::resolver::control {

struct PageFile {
  std::string_view path;  // `/` for index.html
  std::string_view content_type;
  std::string_view content;
};

std::span<const PageFile> PageFiles();

}  // namespace tern::resolver::control
