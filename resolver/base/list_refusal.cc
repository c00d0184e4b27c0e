#include "resolver/base/list_refusal.h"

namespace tern::resolver {

ListRefusalWords WordsOfListRefusal(uint8_t code) {
  switch (code) {
    case 252:
      return {"the list has no zone of this name", "Correct the name of the zone."};
    case 254:
      return {"the list does not answer public or shared resolvers",
              "Ask the list from a resolver of your own that does not forward, at an address of "
              "your own."};
    case 255:
      return {"this resolver asks the list too often",
              "Ask less, or get an account or a copy of the list from its operator."};
    default:
      return {"the list does not answer this resolver",
              "Ask the list from a resolver of your own that does not forward, at an address of "
              "your own. If it is one, see the list's documents."};
  }
}

}  // namespace tern::resolver
