#include "resolver/control/reload_report.h"

#include "wire/concat.h"

namespace tern::resolver::control {

std::vector<ReportLine> LinesOf(const ReloadReport& report) {
  std::vector<ReportLine> lines;
  for (const config::KeyChange& change : report.changes) lines.push_back({ToText(change)});
  if (lines.empty()) lines.push_back({"nothing changed"});
  for (const config::KeyChange& change : report.waiting) {
    lines.push_back({Concat(ToText(change), ": changes only when ternd is started anew"), true});
  }
  for (const config::KeyChange& change : report.dropped) {
    lines.push_back({Concat("a command had changed this, the file does not say it: ",
                            ToText(change), ": no longer so"),
                     true});
  }
  for (const EventFile& file : report.unopened) lines.push_back({TextOf(file), true});
  lines.push_back({Concat("generation ", report.generation, " is in force; the cache is kept")});
  return lines;
}

}  // namespace tern::resolver::control
