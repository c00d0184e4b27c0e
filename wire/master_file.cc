#include "wire/master_file.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "wire/concat.h"
#include "wire/harmless_text.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

constexpr uint32_t kTtlMax = 0x7fffffff;  // RFC 2181 section 8

// One record or directive: the fields of a line, or of several lines within parentheses.
struct Entry {
  std::vector<std::string> fields;  // quotes removed, escapes kept
  bool owner_omitted = false;       // the line starts with a blank
  int line = 0;
};

// Cuts the text into entries.
class EntryScanner {
 public:
  explicit EntryScanner(std::string_view text) : text_(text) {}

  // Gives an entry without fields at the end of the text.
  absl::Status Next(Entry* entry);
  int line() const { return line_; }

 private:
  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }
  static bool EndsField(char c) {
    return IsBlank(c) || c == '\n' || c == ';' || c == '(' || c == ')';
  }

  absl::Status ScanField(std::string* field);
  bool AtEnd() const { return at_ == text_.size(); }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
};

// A field that starts with a quote ends with one. Quotes further in (`alpn="h2"`) only protect the
// text between them.
absl::Status EntryScanner::ScanField(std::string* field) {
  const bool starts_quoted = text_[at_] == '"';
  bool quoted = false;
  while (!AtEnd() && (quoted || !EndsField(text_[at_]))) {
    const char c = text_[at_];
    if (c == '\n') break;
    ++at_;
    if (c == '"') {
      quoted = !quoted;
      if (starts_quoted && !quoted) break;
      continue;
    }
    field->push_back(c);
    if (c == '\\' && !AtEnd() && text_[at_] != '\n') field->push_back(text_[at_++]);
  }
  if (quoted) return absl::InvalidArgumentError("expected a closing quote before the line's end");
  return absl::OkStatus();
}

absl::Status EntryScanner::Next(Entry* entry) {
  *entry = Entry{};
  bool in_parentheses = false;
  bool at_line_start = true;
  while (!AtEnd()) {
    const char c = text_[at_];
    if (entry->fields.empty() && !in_parentheses) {
      entry->line = line_;
      if (at_line_start) entry->owner_omitted = IsBlank(c);
    }
    at_line_start = false;
    if (c == '\n') {
      ++at_;
      ++line_;
      if (!in_parentheses && !entry->fields.empty()) return absl::OkStatus();
      at_line_start = true;
    } else if (c == ';') {
      while (!AtEnd() && text_[at_] != '\n') ++at_;
    } else if (c == '(' || c == ')') {
      if (in_parentheses == (c == '(')) {
        return absl::InvalidArgumentError(
            Concat("expected ", in_parentheses ? "`)` before another `(`" : "`(` before `)`"));
      }
      in_parentheses = !in_parentheses;
      ++at_;
    } else if (IsBlank(c)) {
      ++at_;
    } else {
      entry->fields.emplace_back();
      const absl::Status status = ScanField(&entry->fields.back());
      if (!status.ok()) return status;
    }
  }
  if (in_parentheses) return absl::InvalidArgumentError("expected `)` before the end");
  return absl::OkStatus();
}

// Seconds, or numbers with units: `1h30m`.
std::optional<uint32_t> ParseTtl(std::string_view text) {
  const std::optional<uint32_t> plain = ParseDecimal(text, kTtlMax);
  if (plain) return plain;
  if (text.empty()) return std::nullopt;
  uint64_t total = 0;
  while (!text.empty()) {
    size_t digits = 0;
    while (digits < text.size() && IsDigit(text[digits])) ++digits;
    if (digits == text.size()) return std::nullopt;
    const std::optional<uint32_t> count = ParseDecimal(text.substr(0, digits), kTtlMax);
    uint64_t unit = 0;
    switch (text[digits] | 0x20) {
      case 's':
        unit = 1;
        break;
      case 'm':
        unit = 60;
        break;
      case 'h':
        unit = 3600;
        break;
      case 'd':
        unit = 86400;
        break;
      case 'w':
        unit = 604800;
        break;
    }
    if (!count || unit == 0) return std::nullopt;
    total += *count * unit;
    if (total > kTtlMax) return std::nullopt;
    text.remove_prefix(digits + 1);
  }
  return static_cast<uint32_t>(total);
}

// What an entry leaves for the entries after it.
class ZoneReader {
 public:
  ZoneReader(NameView origin, uint32_t default_ttl) : origin_(origin), ttl_(default_ttl) {}

  absl::Status Read(const Entry& entry);
  std::vector<MasterRecord> TakeRecords() { return std::move(records_); }

 private:
  absl::Status ReadDirective(const Entry& entry);
  absl::Status ReadTtlAndClass(std::span<const std::string>* fields, MasterRecord* record);

  Name origin_;
  // From $TTL (RFC 2308 section 4), or from the record before (RFC 1035 section 5.1).
  uint32_t ttl_;
  bool ttl_directive_ = false;
  std::optional<Name> last_owner_;
  RRClass last_class_ = RRClass::kIN;
  std::vector<MasterRecord> records_;
};

absl::Status ZoneReader::ReadDirective(const Entry& entry) {
  const std::string& directive = entry.fields[0];
  if (EqualTexts(directive, "$INCLUDE")) {
    return absl::InvalidArgumentError("$INCLUDE is not allowed");
  }
  const bool sets_origin = EqualTexts(directive, "$ORIGIN");
  if (!sets_origin && !EqualTexts(directive, "$TTL")) {
    return absl::InvalidArgumentError(Concat("expected $ORIGIN or $TTL, found `", directive, "`"));
  }
  if (entry.fields.size() != 2) {
    return absl::InvalidArgumentError(Concat("expected one field behind ", directive));
  }
  if (sets_origin) {
    const absl::StatusOr<Name> origin = ParseName(entry.fields[1], origin_);
    if (!origin.ok()) return origin.status();
    origin_ = *origin;
    return absl::OkStatus();
  }
  const std::optional<uint32_t> ttl = ParseTtl(entry.fields[1]);
  if (!ttl) {
    return absl::InvalidArgumentError(
        Concat("expected a TTL behind $TTL, found `", entry.fields[1], "`"));
  }
  ttl_ = *ttl;
  ttl_directive_ = true;
  return absl::OkStatus();
}

// They come in either order, and both may be missing (RFC 1035 section 5.1).
absl::Status ZoneReader::ReadTtlAndClass(std::span<const std::string>* fields,
                                         MasterRecord* record) {
  bool has_ttl = false;
  bool has_class = false;
  for (; !fields->empty(); *fields = fields->subspan(1)) {
    const std::string& field = fields->front();
    if (!has_ttl && !field.empty() && IsDigit(field[0])) {
      const std::optional<uint32_t> ttl = ParseTtl(field);
      if (!ttl) {
        return absl::InvalidArgumentError(Concat("expected a TTL, found `", field, "`"));
      }
      record->ttl = *ttl;
      if (!ttl_directive_) ttl_ = *ttl;
      has_ttl = true;
      continue;
    }
    const std::optional<RRClass> rrclass = ParseClass(field);
    // ANY is a class and a type. In a zone it is neither.
    if (has_class || !rrclass) break;
    record->rrclass = last_class_ = *rrclass;
    has_class = true;
  }
  return absl::OkStatus();
}

absl::Status ZoneReader::Read(const Entry& entry) {
  std::span<const std::string> fields = entry.fields;
  if (!entry.owner_omitted && fields[0].starts_with('$')) return ReadDirective(entry);
  if (!entry.owner_omitted) {
    const absl::StatusOr<Name> owner = ParseName(fields[0], origin_);
    if (!owner.ok()) return owner.status();
    last_owner_ = *owner;
    fields = fields.subspan(1);
  }
  if (!last_owner_) {
    return absl::InvalidArgumentError("expected an owner, as there is no record before");
  }
  MasterRecord record;
  record.owner = *last_owner_;
  record.ttl = ttl_;
  record.rrclass = last_class_;
  record.line = entry.line;
  const absl::Status status = ReadTtlAndClass(&fields, &record);
  if (!status.ok()) return status;
  if (fields.empty()) return absl::InvalidArgumentError("expected a record type");
  const std::optional<RRType> type = ParseType(fields[0]);
  if (!type || IsMetaType(*type)) {
    return absl::InvalidArgumentError(Concat("expected a record type, found `", fields[0], "`"));
  }
  record.type = *type;
  absl::StatusOr<std::vector<uint8_t>> rdata = ParseRdata(*type, fields.subspan(1), origin_);
  if (!rdata.ok()) return rdata.status();
  record.rdata = *std::move(rdata);
  records_.push_back(std::move(record));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<MasterRecord>> ParseMasterFile(std::string_view text,
                                                          std::string_view file_name,
                                                          NameView origin, uint32_t default_ttl) {
  EntryScanner scanner(text);
  ZoneReader zone(origin, default_ttl);
  const auto located = [&](int line, const absl::Status& status) {
    return absl::InvalidArgumentError(
        Concat(file_name, ":", line, ": ",
               HarmlessText({status.message().data(), status.message().size()})));
  };
  while (true) {
    Entry entry;
    absl::Status status = scanner.Next(&entry);
    if (!status.ok()) return located(scanner.line(), status);
    if (entry.fields.empty()) return zone.TakeRecords();
    status = zone.Read(entry);
    if (!status.ok()) return located(entry.line, status);
  }
}

}  // namespace tern::wire
