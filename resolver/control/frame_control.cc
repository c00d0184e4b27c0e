#include "resolver/control/frame_control.h"

#include <fstrm.h>

#include <array>
#include <memory>

#include "resolver/control/dnstap_message.h"
#include "wire/check.h"
#include "wire/message.h"

namespace tern::resolver::control {
namespace {

struct ControlFree {
  void operator()(fstrm_control* control) const { fstrm_control_destroy(&control); }
};
using ControlObject = std::unique_ptr<fstrm_control, ControlFree>;

// When memory is short, the library itself ends the process.
ControlObject MakeObject() { return ControlObject(fstrm_control_init()); }

// What fails only when we use the library wrongly.
void Require(fstrm_res result) { TERN_REQUIRE(result == fstrm_res_success); }

fstrm_control_type TypeOf(FrameControl control) {
  switch (control) {
    case FrameControl::kReady:
      return FSTRM_CONTROL_READY;
    case FrameControl::kAccept:
      return FSTRM_CONTROL_ACCEPT;
    case FrameControl::kStart:
      return FSTRM_CONTROL_START;
    case FrameControl::kStop:
      return FSTRM_CONTROL_STOP;
    case FrameControl::kFinish:
      return FSTRM_CONTROL_FINISH;
  }
  return FSTRM_CONTROL_STOP;
}

bool HasContentType(fstrm_control_type type) {
  return type != FSTRM_CONTROL_STOP && type != FSTRM_CONTROL_FINISH;
}

const uint8_t* ContentType() { return reinterpret_cast<const uint8_t*>(kDnstapContentType.data()); }

}  // namespace

std::vector<uint8_t> MakeFrameControl(FrameControl control) {
  const ControlObject object = MakeObject();
  size_t octets = 0;
  Require(fstrm_control_set_type(object.get(), TypeOf(control)));
  if (HasContentType(TypeOf(control))) {
    Require(fstrm_control_add_field_content_type(object.get(), ContentType(),
                                                 kDnstapContentType.size()));
  }
  Require(fstrm_control_encoded_size(object.get(), &octets, FSTRM_CONTROL_FLAG_WITH_HEADER));
  std::vector<uint8_t> frame(octets);
  Require(
      fstrm_control_encode(object.get(), frame.data(), &octets, FSTRM_CONTROL_FLAG_WITH_HEADER));
  frame.resize(octets);
  return frame;
}

FrameRead ReadFrameControl(std::span<const uint8_t> octets) {
  constexpr size_t kHead = 2 * kFrameHeadOctets;
  if (octets.size() < kHead) return {};
  const size_t content = wire::LoadU32(octets.data() + kFrameHeadOctets);
  if (wire::LoadU32(octets.data()) != 0 || content > FSTRM_CONTROL_FRAME_LENGTH_MAX) {
    return {.octets = octets.size(), .control = std::nullopt};
  }
  if (octets.size() < kHead + content) return {};
  FrameRead read = {.octets = kHead + content, .control = std::nullopt};
  const ControlObject object = MakeObject();
  fstrm_control_type type = FSTRM_CONTROL_STOP;
  if (fstrm_control_decode(object.get(), octets.data(), read.octets,
                           FSTRM_CONTROL_FLAG_WITH_HEADER) != fstrm_res_success ||
      fstrm_control_get_type(object.get(), &type) != fstrm_res_success ||
      (HasContentType(type) &&
       fstrm_control_match_field_content_type(object.get(), ContentType(),
                                              kDnstapContentType.size()) != fstrm_res_success)) {
    return read;
  }
  for (const FrameControl control :
       {FrameControl::kReady, FrameControl::kAccept, FrameControl::kStart, FrameControl::kStop,
        FrameControl::kFinish}) {
    if (TypeOf(control) == type) read.control = control;
  }
  return read;
}

void AppendFrame(std::span<const uint8_t> content, std::vector<uint8_t>* out) {
  std::array<uint8_t, kFrameHeadOctets> head{};
  wire::StoreU32(head.data(), static_cast<uint32_t>(content.size()));
  out->insert(out->end(), head.begin(), head.end());
  out->insert(out->end(), content.begin(), content.end());
}

}  // namespace tern::resolver::control
