#pragma once

#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

#include "trainer/config.h"

namespace owt::trainer {

// While it lives, matrix products on `device` run in `precision` on this thread; parameters stay
// fp32. Wrap the forward pass only: backward follows what was recorded. Does nothing for kFp32.
class Autocast {
 public:
  Autocast(Precision precision, c10::DeviceType device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  c10::DeviceType device_;
  bool was_enabled_;
  c10::ScalarType old_type_;
};

}  // namespace owt::trainer
