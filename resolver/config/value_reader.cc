#include "resolver/config/value_reader.h"

#include <algorithm>

namespace tern::resolver::config {

namespace {

// A wrong key is any text: shown as it is only where that is harmless.
std::string ShownKey(std::string_view key) {
  constexpr size_t kOctetsMax = 64;
  const bool plain =
      !key.empty() && key.size() <= kOctetsMax && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
      });
  return plain ? std::string(key) : Quoted(key);
}

}  // namespace

std::string Found(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::kNothing:
      return "nothing";
    case ConfigNode::Kind::kScalar:
      return Quoted(node.text);
    case ConfigNode::Kind::kList:
      return "a list";
    case ConfigNode::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

absl::Status ValueReader::Error(const ValuePlace& place, std::string_view message) const {
  if (place.path.empty()) return ErrorInFile(file_name_, place.node->position, message);
  return ErrorInFile(file_name_, place.node->position, Concat(place.path, ": ", message));
}

absl::Status ValueReader::ErrorAtKey(std::initializer_list<std::string_view> paths,
                                     std::string_view message) const {
  for (const std::string_view path : paths) {
    const auto found = seen_.find(std::string(path));
    if (found == seen_.end()) continue;
    return ErrorInFile(file_name_, found->second, Concat(path, ": ", message));
  }
  return ErrorInFile(file_name_, {}, Concat(*paths.begin(), ": ", message));
}

absl::Status ValueReader::ReadMap(const ValuePlace& place, std::vector<Key> keys) {
  if (place.node->kind != ConfigNode::Kind::kMap) return Expected(place, "a map of keys");
  const std::string prefix = place.path.empty() ? "" : place.path + ".";
  for (const ConfigNode& value : place.node->children) {
    const std::string path = prefix + value.key;
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [&](const Key& known) { return known.name == value.key; });
    if (key == keys.end()) {
      std::vector<std::string_view> names;
      for (const Key& known : keys) names.push_back(known.name);
      const std::string_view nearest = NearestWord(value.key, names);
      std::string hint = nearest.empty() ? "expected" : Concat("did you mean ", nearest, "?");
      for (size_t i = 0; nearest.empty() && i < names.size(); ++i) {
        hint += Concat(i == 0 ? " " : i + 1 < names.size() ? ", " : " or ", names[i]);
      }
      return ErrorInFile(file_name_, value.key_position,
                         Concat(prefix, ShownKey(value.key), ": unknown key; ", hint));
    }
    const auto [seen, is_new] = seen_.try_emplace(path, value.key_position);
    if (!is_new) {
      return ErrorInFile(
          file_name_, value.key_position,
          Concat(path, ": expected once, but found in line ", seen->second.line, " too"));
    }
    if (const absl::Status status = key->read({&value, path}); !status.ok()) return status;
  }
  for (const Key& key : keys) {
    if (key.required && !seen_.contains(Concat(prefix, key.name))) {
      return Error(place, Concat("expected the key ", key.name));
    }
  }
  return absl::OkStatus();
}

ValueReader::Read ValueReader::Map(std::function<std::vector<Key>()> keys) {
  return [=, this](const ValuePlace& place) { return ReadMap(place, keys()); };
}

ValueReader::Read ValueReader::Flag(bool* value) {
  return [=, this](const ValuePlace& place) -> absl::Status {
    if (!IsPlain(*place.node) || (place.node->text != "true" && place.node->text != "false")) {
      return Expected(place, "true or false");
    }
    *value = place.node->text == "true";
    return absl::OkStatus();
  };
}

ValueReader::Read ValueReader::Number(uint64_t min, uint64_t max,
                                      std::function<void(uint64_t)> store) {
  return [=, this](const ValuePlace& place) -> absl::Status {
    const auto number =
        IsPlain(*place.node) ? ParseNumber(place.node->text) : std::optional<uint64_t>();
    if (!number || *number < min || *number > max) {
      return Expected(place, Concat("a number from ", min, " to ", max));
    }
    store(*number);
    return absl::OkStatus();
  };
}

ValueReader::Read ValueReader::Octets(uint64_t min, uint64_t max,
                                      std::function<void(uint64_t)> store) {
  return [=, this](const ValuePlace& place) -> absl::Status {
    const auto octets = place.node->kind == ConfigNode::Kind::kScalar
                            ? ParseOctets(place.node->text)
                            : std::optional<uint64_t>();
    if (!octets) return Expected(place, "an amount of memory such as 256MiB or 1GiB");
    if (*octets < min || *octets > max) {
      return Expected(
          place, Concat("an amount of memory from ", OctetsToText(min), " to ", OctetsToText(max)));
    }
    store(*octets);
    return absl::OkStatus();
  };
}

ValueReader::Read ValueReader::Duration(std::chrono::milliseconds min,
                                        std::chrono::milliseconds max,
                                        std::function<void(std::chrono::milliseconds)> store) {
  return [=, this](const ValuePlace& place) -> absl::Status {
    const auto duration = place.node->kind == ConfigNode::Kind::kScalar
                              ? ParseDuration(place.node->text)
                              : std::optional<std::chrono::milliseconds>();
    if (!duration) return Expected(place, "a duration such as 7s, 1800ms or 1d");
    if (*duration < min || *duration > max) {
      return Expected(place,
                      Concat("a duration from ", DurationToText(min), " to ", DurationToText(max)));
    }
    store(*duration);
    return absl::OkStatus();
  };
}

ValueReader::Read ValueReader::Ttl(uint32_t* seconds) {
  return [=, this](const ValuePlace& place) -> absl::Status {
    constexpr std::chrono::seconds kMax(0x7fffffff);
    std::chrono::milliseconds duration(0);
    const Read read = Duration(std::chrono::seconds(0), kMax, [&](auto d) { duration = d; });
    if (const absl::Status status = read(place); !status.ok()) return status;
    if (duration.count() % 1000 != 0) return Expected(place, "whole seconds");
    *seconds = static_cast<uint32_t>(duration.count() / 1000);
    return absl::OkStatus();
  };
}

ValueReader::Read ValueReader::Text(std::string* value) {
  return [=, this](const ValuePlace& place) -> absl::Status {
    if (place.node->kind != ConfigNode::Kind::kScalar) return Expected(place, "text");
    *value = place.node->text;
    return absl::OkStatus();
  };
}

}  // namespace tern::resolver::config
