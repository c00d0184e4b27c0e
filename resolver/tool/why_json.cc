#include "resolver/tool/why_json.h"

#include <nlohmann/json.hpp>

#include "resolver/tool/why.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

Json LinkJson(const TrustLink& link) {
  Json object;
  object["question"] = link.question;
  object["security"] = link.security;
  object["outcome"] = link.outcome;
  if (!link.zone.empty()) object["zone"] = link.zone;
  if (!link.server.empty()) object["server"] = link.server;
  if (link.signature_expiration != 0) {
    object["signature_inception"] = link.signature_inception;
    object["signature_expiration"] = link.signature_expiration;
  }
  return object;
}

}  // namespace

std::string WhyJson(const LookupOptions& options, const LookupReply& reply,
                    const ChainOfTrust& chain) {
  Json object;
  object["name"] = wire::ToText(options.name);
  object["type"] = wire::ToText(options.type);
  object["server"] = options.server.ToText();
  object["verdict"] = VerdictName(chain.verdict);
  object["exit"] = static_cast<int>(ExitOf(chain));
  object["status"] = wire::ToText(reply.rcode);
  if (!chain.reason.empty()) object["reason"] = chain.reason;
  if (chain.deciding >= 0) {
    object["link"] = LinkJson(chain.links[static_cast<size_t>(chain.deciding)]);
  }
  object["chain"] = Json::array();
  for (const TrustLink& link : chain.links) object["chain"].push_back(LinkJson(link));
  return object.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

}  // namespace tern::resolver::tool
