#include "resolver/config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <utility>

#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::config {
namespace {

Position PositionOf(const YAML::Mark& mark) {
  if (mark.line < 0) return {};
  return {mark.line + 1, mark.column + 1};
}

// Builds the tree from the parser's events. After it has refused something, it ignores further
// events.
class TreeBuilder : public YAML::EventHandler {
 public:
  struct Refusal {
    Position position;
    std::string message;
  };

  const std::optional<Refusal>& refusal() const { return refusal_; }
  ConfigNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) Refuse(PositionOf(mark), "expected a single YAML document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Open(ConfigNode::Kind::kNothing, mark, "", anchor, "");
    Close();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(PositionOf(mark), "YAML aliases are not supported here");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Open(ConfigNode::Kind::kScalar, mark, tag, anchor, value);
    Close();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(ConfigNode::Kind::kList, mark, tag, anchor, "");
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(ConfigNode::Kind::kMap, mark, tag, anchor, "");
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    ConfigNode node;
    // For a map: its key was read, but the key's value was not.
    bool has_key = false;
    std::string key;
    Position key_position;
  };

  void Refuse(Position position, std::string_view message) {
    if (!refusal_) refusal_ = Refusal{position, std::string(message)};
  }

  void Open(ConfigNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor, const std::string& value) {
    if (refusal_) return;
    const Position position = PositionOf(mark);
    // The parser gives plain scalars and collections the tag "?" or none, and quoted scalars "!".
    if (!tag.empty() && tag != "?" && tag != "!") {
      return Refuse(position, "YAML tags are not supported here");
    }
    if (anchor != YAML::NullAnchor) {
      return Refuse(position, "YAML anchors are not supported here");
    }
    if (++nodes_ > kConfigNodesMax) {
      return Refuse(position, Concat("expected at most ", kConfigNodesMax, " values"));
    }
    if (levels_.size() >= kConfigDepthMax) {
      return Refuse(position, Concat("expected at most ", kConfigDepthMax, " levels of nesting"));
    }
    Level& level = levels_.emplace_back();
    level.node.kind = kind;
    level.node.text = value;
    level.node.quoted = tag == "!";
    level.node.position = position;
  }

  void Close() {
    if (refusal_) return;
    ConfigNode node = std::move(levels_.back().node);
    levels_.pop_back();
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& parent = levels_.back();
    if (parent.node.kind == ConfigNode::Kind::kMap && !parent.has_key) {
      if (node.kind != ConfigNode::Kind::kScalar) {
        return Refuse(node.position, "expected a key");
      }
      parent.has_key = true;
      parent.key = std::move(node.text);
      parent.key_position = node.position;
      return;
    }
    if (parent.has_key) {
      node.key = std::move(parent.key);
      node.key_position = parent.key_position;
      // For a missing value the parser gives the position of what follows.
      if (node.kind == ConfigNode::Kind::kNothing) node.position = node.key_position;
      parent.has_key = false;
    }
    parent.node.children.push_back(std::move(node));
  }

  ConfigNode root_;
  std::vector<Level> levels_;
  size_t nodes_ = 0;
  int documents_ = 0;
  std::optional<Refusal> refusal_;
};

// What the parser's message means to the author of the file. It names the place at which the parser
// gave up, which is often behind the mistake.
std::string InWords(std::string_view message) {
  struct Meaning {
    std::string_view message;
    std::string_view words;
  };
  static constexpr Meaning kMeanings[] = {
      {"illegal map value", "expected `key: value`; is a line too far to the right?"},
      {"end of map not found",
       "expected a key as far to the right as the keys above it; is this line's indentation "
       "right?"},
      {"end of sequence not found",
       "expected an item as far to the right as those above it; is this line's indentation right?"},
      {"end of sequence flow not found", "expected ] to end the list that begins above or here"},
      {"end of map flow not found", "expected } to end the map that begins above or here"},
      {"illegal EOF in scalar", "expected a quote to end the text that begins above or here"},
      {"illegal flow end", "expected [ or { before its end"},
  };
  for (const Meaning& meaning : kMeanings) {
    if (meaning.message == message) return std::string(meaning.words);
  }
  return Concat("expected YAML: ", message);
}

// YAML forbids tabs as indentation, and parsers treat them differently.
absl::Status RefuseTabs(std::string_view yaml, std::string_view file_name) {
  Position position{1, 1};
  bool indentation = true;
  for (const char c : yaml) {
    if (c == '\t' && indentation) {
      return ErrorInFile(file_name, position, "expected spaces as indentation, found a tab");
    }
    ++position.column;
    indentation = indentation && c == ' ';
    if (c == '\n') {
      position = {position.line + 1, 1};
      indentation = true;
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string PlaceInFile(std::string_view file_name, Position position) {
  if (position.line == 0) return std::string(file_name);
  return Concat(file_name, ":", position.line, ":", position.column);
}

absl::Status ErrorInFile(std::string_view file_name, Position position, std::string_view message) {
  // Messages repeat what stands in the file, and go to logs and terminals.
  return absl::InvalidArgumentError(
      Concat(PlaceInFile(file_name, position), ": ", HarmlessText(message)));
}

absl::StatusOr<ConfigNode> ReadYamlTree(std::string_view yaml, std::string_view file_name) {
  if (yaml.size() > kConfigOctetsMax) {
    return ErrorInFile(file_name, {}, Concat("expected at most ", kConfigOctetsMax, " octets"));
  }
  if (const absl::Status status = RefuseTabs(yaml, file_name); !status.ok()) return status;
  TreeBuilder builder;
  std::istringstream stream{std::string(yaml)};
  try {
    YAML::Parser parser(stream);
    while (!builder.refusal() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    if (!builder.refusal()) {
      return ErrorInFile(file_name, PositionOf(exception.mark), InWords(exception.msg));
    }
  }
  if (builder.refusal()) {
    return ErrorInFile(file_name, builder.refusal()->position, builder.refusal()->message);
  }
  return builder.TakeRoot();
}

}  // namespace tern::resolver::config
