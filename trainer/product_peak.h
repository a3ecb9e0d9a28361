#pragma once

#include <c10/core/Device.h>

#include "trainer/config.h"

namespace owt::trainer {

// Side of the square matrices that are multiplied.
int64_t PeakProductSize(c10::Device device);

// The speed of the device's matrix products in operations a second, two for each product of
// numbers: the best of those that fit into 0.3 s. What a step can be measured against where no
// table knows the device. Changes no random state.
double MeasureProductPeak(c10::Device device, Precision precision);

}  // namespace owt::trainer
