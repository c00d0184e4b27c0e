#include "resolver/crypto/known_signatures.h"

namespace tern::resolver::crypto {
namespace {

// Made with OpenSSL's program:
//
//     printf Tern >octets
//     openssl genrsa -out rsa.pem 2048
//     openssl dgst -sha1 -sign rsa.pem octets         # and -sha256, -sha512
//     openssl ecparam -name P-256 -genkey -noout -out p256.pem
//     openssl dgst -sha256 -sign p256.pem octets      # P-384 with -sha384
//     openssl genpkey -algorithm ed25519 -out ed25519.pem
//     openssl pkeyutl -sign -rawin -inkey ed25519.pem -in octets    # and ed448
//
// The two numbers of an ECDSA signature were then put side by side (RFC 6605 section 4).

// The key of all four RSA algorithms.
constexpr std::string_view kKnownRsaKey =
    "AwEAAZ4QCFifw0uIcZV862lBC73uK3Zo32lpk+Q0AHLHqYhlwN7PL311c4QpyHH9V5dNSZsyuGHqp/Fpf0SWgHImHzPa"
    "eUbfIv4NxeKTSIOLk6gW1yZEYd3TMFotn3V6wrCc99m2mfcKkzzqfSp8DERjWmCdT1qaLN9RsZsdGgd6CXKXS10B2gMW"
    "PZr3QLYPdcVx7VRY+l2nZvNcAHb7ecKKaotPyc4B8QDSjXJ5OcIZn1W8MYf7A0yyktYqtKhbKxSb/fleeRkIayLWASfz"
    "HJ4LIiiw1TPPuXbpPURpMHM6njq9CV9cGyU9W+QfXs8bFnVKGpOOIBfeiS9PaXpoRCERT5c=";
constexpr std::string_view kKnownRsaSha1Signature =
    "kH0HX4vtnksPKSD5ULYQn0uVYWz5blrhZSZ32E2rouVLbGxq67iL8PFUqWiQROxKuZleNq7G/umzgZXdt9kOpTcqwDj3"
    "sLXIr6PJzdoFObIbIIEZ9v4RdGO2pD1rVzD0w/mZnFz4Mr2nxKzpoHC8HPMtKP2vNssW5LAG02qxOqAqngP7IHqH9bqF"
    "0YAwnMi+CYWHki6gjhgNoMeiCCLfe7OHUMoDwtxG7aYFxJA1OTZKFAUyJkbxSS5SmwxhMMmMMrTt6AvcSqcGMi971RI9"
    "ZwpIbFKkFu1bg4O5XY6RbE6xdhvb0rqCUTjNSMtfreUMClWEE5bScgLfVfYpwIzScQ==";

constexpr KnownSignature kKnownSignatures[] = {
    {wire::SecurityAlgorithm::kRsaSha1, kKnownRsaKey, kKnownRsaSha1Signature},
    {wire::SecurityAlgorithm::kRsaSha1Nsec3Sha1, kKnownRsaKey, kKnownRsaSha1Signature},
    {wire::SecurityAlgorithm::kRsaSha256, kKnownRsaKey,
     "WgDtY9UcrIfZUEk7Vk3xYTV2+3veUSDgnCCt617mxq+iBqiykdIEj4E64dS4VjIbdNcD3gvvA2RMmv7KC/5XtnYJDAd"
     "g4OE1v8eo1bGtb+a3uF9QwnpY7QWujBQmg8nbewomkN3HA7edPuF0y3N8rki+G37LLzV1YPALJr74ymKI1P1fdKly5u"
     "mxOy156mhP6uNcgGG0c1qhx7Up2q2np8uo+qyLDkE4KOAPzv6/oHd1vn79zcnBTGk6ND076eJxj+S28249NQUtKG/4B"
     "uKSweVK/AOaVeloIs9LDm512t5OWxjAT2eGtFX95Y8/8qp56uM8j1isKGRISSRRGxLtVQ=="},
    {wire::SecurityAlgorithm::kRsaSha512, kKnownRsaKey,
     "ZNqBgTqdwmqz3CoYB+HgFot6KEWGsfrZeQayzUE3JVeQSJAv6do6EH8fyWXJGud8J3rfcDX10BCZZ9cEToIztyQb8Rm"
     "ZH6lEzhoZ9cOarJMhrVUiSsvv9A7STD488S6iRNbrWrkwhWZKV+HVMZE4KPIFAKR6X3YGx3Msw6OTPbcJBhkF2bJuMy"
     "TU2tLRWvtKutSvBP7ko/eZJjZIv7Qh9L7KHwR3+QhI/z8j2FNC6Q6u4JIgMAj10avQHkRBN2uZzDxLM6lS6BbzVPoB8"
     "qpr7EvgPxpF/TsJ6w4XryEuJ7kxvaQzi+2QqyZc5+qLT2xbSak/bp9YYIibvoOFMGInkg=="},
    {wire::SecurityAlgorithm::kEcdsaP256Sha256,
     "DtxpVSGelleoJFFXxqbnk/HBguIUTW7KrioK+JP44PPMtIQSwD7GkBGbgFNpuPblJHzDWPfSXVj7dQ70oMC4Vw==",
     "PkR/mel7iOkb1nTd588nBbeKosUp3z+3DjPeLr8tJSsWzHmlKUOcPjV3ExTc7W1ll0lkDBcWIjB+x3Zv/4nAHg=="},
    {wire::SecurityAlgorithm::kEcdsaP384Sha384,
     "0MVj31uuzzz64ffFl6yhi6B6jyED1kBYXmYJc8PNMhPMoMT3g3Rus7Ri4g5oxoE/attgSEbUOYw6sz/LUvYhX6p6SQi"
     "u9TJOW89s3sQN+b7E50gpXh43qbmGWbKz5cG2",
     "WoPQjSnL6u4KTFeJLDggz3HUQwENRBuN4i6q2AiIiI/rgJ+DaEAIW9rzhLs4MLJLtOegRsqXLeWtBn9/Mf+EFYOKeiu"
     "5F4n7UF7C65a0OEFWp0n0mltuA/8rpaeFzgDY"},
    {wire::SecurityAlgorithm::kEd25519, "hJkvjrVRKGOjUXataHiw3Iw1KVRG1pwl6GlkbErPu8o=",
     "SDWMFNG073KED97QYZ2OnogVewcE2V7ghc6TIOMGr4kcHt61eE+XtIWqriNfgZ6qugBJJCiyh1Z+2VzkdT61BA=="},
    {wire::SecurityAlgorithm::kEd448,
     "MzSXWKKpJ1VFRvNh7f+C3MvWx1l9xtNWXpDcAYE90BPb+hRSNWGCGDLgtZiqcVEucyoynOzmD32A",
     "PqmIAsafdoIR26+/I+8Uh0SQz+8kYI4i6mLLp4zcitdRB8MxQ6Ly28rHiXdpbbUzpWQ+sPnIwiyA4JD8fCeyHCt3Q18"
     "Z+BDH5kLROMbe9HcltBpRPnA//XddHgwGHGj9agkCbuSjfvqbcPC7xOs8gxIA"},
};

}  // namespace

std::span<const KnownSignature> KnownSignatures() { return kKnownSignatures; }

}  // namespace tern::resolver::crypto
