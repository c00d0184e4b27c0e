// The settings of the query log and of dnstap.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/events.h"
#include "wire/name.h"

namespace tern::resolver {

// How clients' addresses are shown.
enum class AddressForm : uint8_t {
  kFull,
  kPrefix,     // the network: 24 bits of an IPv4 address, 48 of an IPv6 address
  kEncrypted,  // ipcrypt-deterministic: the key tells the address
};

struct AddressSettings {
  AddressForm form = AddressForm::kFull;
  std::string key_file = {};
  std::string key = {};  // 16 octets of the file; empty: none
  friend bool operator==(const AddressSettings&, const AddressSettings&) = default;
};

struct DnstapSettings {
  std::string socket = {};  // empty: none
  std::string file = {};    // empty: none
  int sample = 1;
  bool clients = true;
  bool servers = true;
  std::string identity = {};  // empty: the name of the machine
  AddressSettings addresses = {};

  bool IsOn() const { return !socket.empty() || !file.empty(); }
  friend bool operator==(const DnstapSettings&, const DnstapSettings&) = default;
};

// In place of a file.
inline constexpr std::string_view kStandardError = "stderr";

struct QueryLogSettings {
  std::string file = {};  // empty: none
  QueryLogFilter filter = {};
  int sample = 1;
  AddressSettings addresses = {};

  bool IsOn() const { return !file.empty(); }
  friend bool operator==(const QueryLogSettings&, const QueryLogSettings&) = default;
};

}  // namespace tern::resolver
