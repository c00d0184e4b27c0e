#include "resolver/tool/socket_rights.h"

#include <grp.h>
#include <sys/stat.h>

#include <string_view>

#include "resolver/base/control_socket.h"
#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kRootOnly = "only root and the user of ternd may use it";

}  // namespace

std::string WhoMayUse(const std::string& socket) {
  struct stat there;
  if (stat(socket.c_str(), &there) != 0) return "root and the group of ternd may use it";
  const bool has_group = (there.st_mode & S_IWGRP) != 0 && there.st_gid != kNoGroup;
  if (!has_group || there.st_gid == 0) return std::string(kRootOnly);
  const ::group* const group = getgrgid(there.st_gid);
  if (group == nullptr) return Concat("root and the group ", there.st_gid, " may use it");
  const std::string name = HarmlessText(group->gr_name);
  return Concat("root and the group ", name, " may use it: `usermod -aG ", name,
                " USER` makes USER a member, from the next login on");
}

}  // namespace tern::resolver::tool
