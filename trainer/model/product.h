#pragma once

#include <ATen/core/Tensor.h>

namespace owt::trainer {

// sum = scale a b, or sum += scale a b with `add`; sum is fp32 whatever the factors are.
void ProductInto(const at::Tensor& a, const at::Tensor& b, bool add, at::Tensor& sum,
                 double scale = 1);

// to = value, or to += value with `add`.
void SetOrAdd(const at::Tensor& value, bool add, at::Tensor& to);

}  // namespace owt::trainer
