#include "resolver/resolution/trace_text.h"

#include <optional>

#include "wire/presentation.h"

namespace tern::resolver::resolution {
namespace {

// A trace is for people to read. Beyond this number, records are counted and not shown.
constexpr size_t kShownMax = 8;

void AddAddresses(std::span<const uint8_t> octets, size_t size, std::string* text) {
  for (size_t at = 0; at < octets.size(); at += size) {
    *text += " " + IpAddress::FromOctets(octets.subspan(at, size)).ToText();
  }
}

void AddRecord(const wire::RecordView& record, std::string* text) {
  const std::optional<std::string> rdata = wire::RdataToText(record);
  if (!rdata) return;
  if (!text->empty()) *text += "; ";
  *text += wire::ToText(record.owner) + " " + wire::ToText(record.type) + " " + *rdata;
}

}  // namespace

std::string_view Describe(upstream::ReplyClass reply_class) {
  switch (reply_class) {
    case upstream::ReplyClass::kAnswer:
      return "answer";
    case upstream::ReplyClass::kAlias:
      return "alias";
    case upstream::ReplyClass::kReferral:
      return "referral";
    case upstream::ReplyClass::kNxDomain:
      return "no such name";
    case upstream::ReplyClass::kYxDomain:
      return "a name too long";
    case upstream::ReplyClass::kNoData:
    case upstream::ReplyClass::kEmpty:
      return "no such type";
    case upstream::ReplyClass::kBare:
    case upstream::ReplyClass::kLame:
    case upstream::ReplyClass::kServerFailure:
    case upstream::ReplyClass::kFormatError:
    case upstream::ReplyClass::kTruncated:
      break;
  }
  return "nothing";
}

std::string DescribeServers(const upstream::ZoneServers& servers) {
  std::string text = "NS";
  const cache::EntryView delegation = servers.delegation();
  if (!delegation) return "";
  cache::NameServerCursor cursor = delegation.NameServers();
  cache::NameServerView server;
  const char* separator = " ";
  while (cursor.Next(&server)) {
    text += separator + wire::ToText(server.name);
    AddAddresses(server.ipv4, 4, &text);
    AddAddresses(server.ipv6, 16, &text);
    separator = ", ";
  }
  return text;
}

std::string DescribeRecords(const upstream::ReplyRecords& records) {
  std::string text;
  size_t shown = 0;
  for (const wire::RecordView& record : records.answer()) {
    if (++shown <= kShownMax) AddRecord(record, &text);
  }
  if (shown > kShownMax) text += "; and " + std::to_string(shown - kShownMax) + " more";
  if (shown > 0) return text;
  for (const wire::RecordView& record : records.authority()) {
    if (record.type == wire::RRType::kSOA) AddRecord(record, &text);
  }
  return text;
}

}  // namespace tern::resolver::resolution
