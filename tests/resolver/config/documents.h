// The documents that are printed from the table of keys (resolver/config/keys.h): the example file,
// the part KEYS of tern.yaml(5) and the JSON schema. The program tern_config_documents writes them
// into deploy/, and documents_test.cc compares.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace tern::resolver::config {

// A document is a file of deploy/. Its text may take parts of the file as it stands.
struct Document {
  std::string_view path;
  std::string (*text)(std::string_view present);
};

inline constexpr std::string_view kExamplePath = "examples/tern.yaml";
inline constexpr std::string_view kManualPath = "man/tern.yaml.5";
inline constexpr std::string_view kSchemaPath = "schema/tern.schema.json";

// Every key with its default, and its help as comments.
std::string ExampleFile();
// The page with its part KEYS made new. What stands before and after it is written by hand.
std::string ManualPage(std::string_view present);
// JSON Schema, draft 2020-12. It accepts all that the loader accepts, and cannot tell whether an
// amount of memory, a duration or an address is within its bounds.
std::string SchemaFile();

inline constexpr Document kDocuments[] = {
    {kExamplePath, [](std::string_view) { return ExampleFile(); }},
    {kManualPath, ManualPage},
    {kSchemaPath, [](std::string_view) { return SchemaFile(); }},
};

}  // namespace tern::resolver::config
