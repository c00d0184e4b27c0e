// A configuration for ternd that is made from another resolver's, and what had to be left out.
//
// Thread: any. Bound: what is put in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tern::resolver::tool {

// What became of an option.
enum class ImportGrade : uint8_t {
  kCarriedOver,
  kNotNeeded,  // ternd does so without being told, or needs nothing like it
  kElsewhere,  // it is set outside of tern.yaml
  kMissing,    // ternd cannot do it, so the operator must decide
};

struct ImportedZone {
  std::string name;
  std::vector<std::string> to;  // addresses with ports
  bool first = false;
};

struct ImportNote {
  ImportGrade grade = ImportGrade::kMissing;
  std::string place;  // `unbound.conf:12`
  std::string option;
  std::string text;  // why
};

// A key in which ternd's default differs from that of the other resolver.
struct ImportedDifference {
  std::string key;
  std::string value;  // with which ternd does what the other one did
  std::string text;   // what ternd does without it
};

class ImportedConfiguration {
 public:
  // REQUIRES, of all three: tern.yaml has the key, and kKeys in the source file too.
  // A number, a duration or a word. The last one counts.
  void Set(std::string_view key, std::string value);
  // A text, which is put in quotes.
  void SetText(std::string_view key, std::string_view text);
  // One item of a list of texts.
  void Add(std::string_view key, std::string_view item);

  bool Has(std::string_view key) const { return values_.contains(std::string(key)); }
  void Forward(ImportedZone zone) { forward_.push_back(std::move(zone)); }
  void Stub(ImportedZone zone) { stub_.push_back(std::move(zone)); }
  void Note(ImportNote note) { notes_.push_back(std::move(note)); }
  void Differ(ImportedDifference difference) { differences_.push_back(std::move(difference)); }

  const std::vector<ImportNote>& notes() const { return notes_; }
  size_t Count(ImportGrade grade) const;
  // A file for ternd. It begins with the notes as comments, those about what is missing first, and
  // ends with the differences.
  std::string ToYaml(std::string_view source) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, std::vector<std::string>, std::less<>> lists_;
  std::vector<ImportedZone> forward_;
  std::vector<ImportedZone> stub_;
  std::vector<ImportNote> notes_;
  std::vector<ImportedDifference> differences_;
};

}  // namespace tern::resolver::tool
