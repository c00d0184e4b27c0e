#include "tests/resolver/config/documents.h"

#include <cctype>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "resolver/config/key_text.h"
#include "resolver/config/keys.h"
#include "wire/concat.h"

namespace tern::resolver::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kColumns = 100;
constexpr std::string_view kFixedSentence =
    "A change takes effect only when ternd is started anew.";

// At the spaces, but not at those inside `...`.
std::vector<std::string_view> WordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  bool quoted = false;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '`') quoted = !quoted;
    if (i < text.size() && (text[i] != ' ' || quoted)) continue;
    if (i > start) words.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  return words;
}

// Lines of at most kColumns, each with `prefix` before it.
std::string Wrapped(std::string_view text, std::string_view prefix) {
  std::string wrapped;
  std::string line(prefix);
  for (const std::string_view word : WordsOf(text)) {
    const bool is_first = line.size() == prefix.size();
    if (!is_first && line.size() + 1 + word.size() > kColumns) {
      wrapped += line + "\n";
      line = prefix;
    }
    if (line.size() > prefix.size()) line += ' ';
    line += word;
  }
  return line.size() > prefix.size() ? wrapped + line + "\n" : wrapped;
}

std::string Sentence(std::string text) {
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + ".";
}

std::string Joined(std::initializer_list<std::string_view> sentences) {
  std::string text;
  for (const std::string_view sentence : sentences) {
    if (!text.empty() && !sentence.empty()) text += ' ';
    text += sentence;
  }
  return text;
}

// `zone`, `to` and `first`.
std::string Marked(std::span<const std::string_view> words, std::string_view last) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string before = i == 0 ? "" : i + 1 < words.size() ? ", " : Concat(" ", last, " ");
    text += Concat(before, "`", words[i], "`");
  }
  return text;
}

bool IsList(KeyKind kind) {
  return kind == KeyKind::kListen || kind == KeyKind::kHttpListen || kind == KeyKind::kEndpoints ||
         kind == KeyKind::kAddresses || kind == KeyKind::kPrefixes || kind == KeyKind::kNames ||
         kind == KeyKind::kLocalData;
}

bool IsListOfMaps(KeyKind kind) {
  return kind == KeyKind::kForwardZones || kind == KeyKind::kStubZones ||
         kind == KeyKind::kBlockLists || kind == KeyKind::kNegativeAnchors;
}

std::string ItemsPath(const KeySpec& key) { return Concat(key.path, "[]"); }

std::string ListText(const KeySpec& key) {
  const ValueSpec& spec = key.value;
  const std::string count =
      spec.min == 0 ? Concat("up to ", spec.max) : Concat(spec.min, " to ", spec.max);
  if (IsList(spec.kind)) return Concat("a list of ", count, " ", ManyItems(spec.kind));
  std::vector<std::string_view> names;
  for (const KeySpec* item : KeysInside(ItemsPath(key))) names.push_back(NameOf(*item));
  const std::string_view items =
      spec.kind == KeyKind::kNegativeAnchors ? " domain names or maps" : " maps";
  return Concat("a list of ", count, items, " with the keys ", Marked(names, "and"));
}

// What the key takes, as a sentence; empty for maps.
std::string ValueSentence(const KeySpec& key) {
  const ValueSpec& spec = key.value;
  std::string text = Expectation(key);
  if (spec.kind == KeyKind::kMap) return "";
  if (spec.kind == KeyKind::kFlag) text = "`true` or `false`";
  if (spec.kind == KeyKind::kAutoOrNumber) text.replace(0, 4, "`auto`");
  if (spec.kind == KeyKind::kChoice) text = Marked(spec.choices, "or");
  if (spec.kind == KeyKind::kTtl) {
    const bool any = spec.min == 0 && spec.max == kTtlMax;
    text = any ? "a duration in whole seconds" : Concat(text, ", in whole seconds");
  }
  if (spec.kind == KeyKind::kRootHints || spec.kind == KeyKind::kTrustAnchors) {
    text.replace(0, 7, "`builtin`");
  }
  if (IsList(spec.kind) || IsListOfMaps(spec.kind)) text = ListText(key);
  if (!key.not_below.empty()) text += Concat(", at least `", key.not_below, "`");
  if (!key.not_above.empty()) text += Concat(", and at most `", key.not_above, "`");
  return Sentence(text);
}

// Where the default shows well enough what is taken, the example does not say it again.
bool ExampleSaysValue(KeyKind kind) {
  switch (kind) {
    case KeyKind::kNumber:
    case KeyKind::kAutoOrNumber:
    case KeyKind::kOctets:
    case KeyKind::kDuration:
    case KeyKind::kTtl:
    case KeyKind::kChoice:
      return true;
    default:
      return false;
  }
}

std::string ExampleItems(const KeySpec& key, const std::string& indent) {
  const std::string_view what =
      key.value.kind == KeyKind::kNegativeAnchors ? "a domain name or a map" : "a map";
  std::string text = Concat(indent, "# Each item is ", what, " with these keys:\n");
  for (const KeySpec* item : KeysInside(ItemsPath(key))) {
    text += Wrapped(Concat(NameOf(*item), ": ", item->summary), indent + "#   ");
  }
  return text + Concat(indent, "# For example:\n", indent, "#   - ", key.sample_item, "\n");
}

std::string ExampleKey(const KeySpec& key, const std::string& indent) {
  std::string text = indent.empty() ? "\n" : "";
  text += Wrapped(Joined({key.summary, ExampleSaysValue(key.value.kind) ? ValueSentence(key) : "",
                          key.fixed != nullptr ? kFixedSentence : ""}),
                  indent + "# ");
  if (IsListOfMaps(key.value.kind)) text += ExampleItems(key, indent);
  text +=
      Concat(indent, NameOf(key), key.default_text.empty() ? ":" : ": ", key.default_text, "\n");
  if (key.value.kind != KeyKind::kMap) return text;
  for (const KeySpec* inner : KeysInside(key.path)) text += ExampleKey(*inner, indent + "  ");
  return text;
}

// `word` in bold, and `page(5)` with the page in bold.
std::string Roff(std::string_view text) {
  std::string roff;
  bool bold = false;
  for (const char c : text) {
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '`') {
      roff += bold ? "\\fR" : "\\fB";
      bold = !bold;
    } else {
      roff += c;
    }
  }
  return roff;
}

std::string ManualKey(const KeySpec& key) {
  if (key.value.kind == KeyKind::kMap && key.summary.empty()) return "";
  const std::string initial =
      key.default_text.empty() ? "" : Concat("The default is `", key.default_text, "`.");
  const std::string text =
      Wrapped(Joined({key.summary, key.details, ValueSentence(key), initial,
                      key.required ? "This key must be there." : "",
                      key.value.kind == KeyKind::kMap ? "Its keys follow." : "",
                      key.fixed != nullptr ? kFixedSentence : ""}),
              "");
  return Concat(".TP\n.B ", key.path, "\n", Roff(text));
}

Json SchemaOfMap(std::string_view map, std::string_view description);

constexpr std::string_view kAddressPattern = "^[0-9A-Fa-f:.]+(%[^\\]\\s]+)?$";

Json SchemaOfItem(KeyKind kind) {
  Json schema = {{"type", "string"}};
  if (kind == KeyKind::kAddresses) schema["pattern"] = kAddressPattern;
  if (kind == KeyKind::kPrefixes) schema["pattern"] = "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$";
  if (kind == KeyKind::kListen || kind == KeyKind::kHttpListen || kind == KeyKind::kEndpoints) {
    schema["pattern"] = "^(\\[[0-9A-Fa-f:.]+(%[^\\]\\s]+)?\\]|[0-9A-Fa-f:.]+)(:[0-9]{1,5})?$";
  }
  return schema;
}

Json SchemaOfChoice(std::span<const std::string_view> words) {
  Json values = Json::array();
  for (const std::string_view word : words) {
    values.push_back(word);
    // YAML reads these words as truth values when they have no quotes.
    if (word == "true" || word == "false") values.push_back(word == "true");
  }
  return {{"enum", values}};
}

Json IntegerSchema(const ValueSpec& spec) {
  return {{"type", "integer"}, {"minimum", spec.min}, {"maximum", spec.max}};
}

Json SchemaOfList(const ValueSpec& spec) {
  Json schema = {{"type", "array"}, {"items", SchemaOfItem(spec.kind)}};
  if (spec.min > 0) schema["minItems"] = spec.min;
  schema["maxItems"] = spec.max;
  if (spec.kind == KeyKind::kListen || spec.kind == KeyKind::kHttpListen)
    schema["uniqueItems"] = true;
  return schema;
}

Json TextSchema(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

Json SchemaOfValue(const KeySpec& key) {
  const ValueSpec& spec = key.value;
  switch (spec.kind) {
    case KeyKind::kMap:
      return SchemaOfMap(key.path, key.summary);
    case KeyKind::kFlag:
      return {{"type", "boolean"}};
    case KeyKind::kNumber:
      return IntegerSchema(spec);
    case KeyKind::kAutoOrNumber:
      return {{"anyOf", {{{"const", "auto"}}, IntegerSchema(spec)}}};
    case KeyKind::kOctets:
      return {{"anyOf", {TextSchema("^[0-9]+([KMGT]iB)?$"), IntegerSchema(spec)}}};
    case KeyKind::kDuration:
      return TextSchema("^[0-9]+(ms|[smhdw])$");
    case KeyKind::kTtl:
      return TextSchema("^([0-9]+[smhdw]|([0-9]*000|0{1,2})ms)$");
    case KeyKind::kChoice:
      return SchemaOfChoice(spec.choices);
    case KeyKind::kHttpListen:
      return {{"anyOf", {{{"const", ""}}, SchemaOfList(spec)}}};
    case KeyKind::kListen:
    case KeyKind::kEndpoints:
    case KeyKind::kAddresses:
    case KeyKind::kPrefixes:
    case KeyKind::kNames:
    case KeyKind::kLocalData:
      return SchemaOfList(spec);
    case KeyKind::kRootHints:
    case KeyKind::kTrustAnchors:
      return {{"type", "string"}, {"minLength", 1}};
    case KeyKind::kHostsFile:
    case KeyKind::kStateFile:
    case KeyKind::kCacheFile:
    case KeyKind::kTokenFile:
    case KeyKind::kSocketPath:
    case KeyKind::kEventSocket:
    case KeyKind::kEventFile:
    case KeyKind::kAddressKey:
      return {{"type", "string"}};
    case KeyKind::kIdentity:
      return TextSchema(Concat("^[ -~]{0,", kIdentityOctetsMax, "}$"));
    case KeyKind::kCookieSecret:
      return TextSchema("^([0-9A-Fa-f]{32})?$");
    case KeyKind::kForwardZones:
    case KeyKind::kStubZones:
    case KeyKind::kBlockLists:
      return {
          {"type", "array"}, {"maxItems", spec.max}, {"items", SchemaOfMap(ItemsPath(key), "")}};
    case KeyKind::kNegativeAnchors: {
      // The keys are for items that are maps.
      Json schema = SchemaOfMap(ItemsPath(key), "");
      schema["type"] = {"string", "object"};
      schema["minLength"] = 1;
      return {{"type", "array"}, {"maxItems", spec.max}, {"items", schema}};
    }
    case KeyKind::kTime:
      return TextSchema("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$");
    case KeyKind::kReason:
      return TextSchema(Concat("^[ -~]{0,", kReasonOctetsMax, "}$"));
    case KeyKind::kExemptZone:
    case KeyKind::kZoneName:
    case KeyKind::kListName:
      return {{"type", "string"}, {"minLength", 1}};
  }
  return {};
}

// The default is JSON where YAML and JSON write it alike, and text otherwise.
Json DefaultOf(const KeySpec& key) {
  return Json::accept(key.default_text) ? Json::parse(key.default_text) : Json(key.default_text);
}

Json SchemaOfKey(const KeySpec& key) {
  if (key.value.kind == KeyKind::kMap) return SchemaOfValue(key);
  Json schema = {{"description", Joined({key.summary, ValueSentence(key),
                                         key.fixed != nullptr ? kFixedSentence : ""})}};
  schema.update(SchemaOfValue(key));
  if (!key.default_text.empty()) schema["default"] = DefaultOf(key);
  return schema;
}

Json SchemaOfMap(std::string_view map, std::string_view description) {
  Json schema = Json::object();
  if (!description.empty()) schema["description"] = description;
  schema["type"] = "object";
  schema["additionalProperties"] = false;
  for (const KeySpec* key : KeysInside(map)) {
    if (key->required) schema["required"].push_back(NameOf(*key));
  }
  for (const KeySpec* key : KeysInside(map)) schema["properties"][NameOf(*key)] = SchemaOfKey(*key);
  return schema;
}

}  // namespace

std::string ExampleFile() {
  std::string text =
      "# The configuration of ternd: every key, with its default. A file need only hold what\n"
      "# differs. See tern.yaml(5). Check a file with: ternd --check --config FILE\n"
      "# Made from resolver/config/keys.cc.\n";
  for (const KeySpec* key : KeysInside("")) text += ExampleKey(*key, "");
  return text;
}

std::string ManualPage(std::string_view present) {
  constexpr std::string_view kStart = ".SH KEYS\n";
  constexpr std::string_view kEnd = ".SH EXAMPLE\n";
  const size_t start = present.find(kStart);
  const size_t end = present.find(kEnd);
  if (start == std::string_view::npos || end == std::string_view::npos || end < start) return "";
  std::string text(present.substr(0, start + kStart.size()));
  text += ".\\\" Made from resolver/config/keys.cc by tern_config_documents, up to EXAMPLE.\n";
  for (const KeySpec& key : Keys()) text += ManualKey(key);
  return text + std::string(present.substr(end));
}

std::string SchemaFile() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"$comment", "Made from resolver/config/keys.cc by tern_config_documents."},
                 {"title", "tern.yaml, the configuration of ternd"}};
  schema.update(SchemaOfMap("", ""));
  schema["type"] = {"object", "null"};  // an empty file
  return schema.dump(2) + "\n";
}

}  // namespace tern::resolver::config
