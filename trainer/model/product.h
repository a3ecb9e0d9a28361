#pragma once

#include <ATen/core/Tensor.h>

namespace owt::trainer {

// sum = a b, or sum += a b with `add`; sum is fp32 whatever the factors are.
void ProductInto(const at::Tensor& a, const at::Tensor& b, bool add, at::Tensor& sum);

// to = value, or to += value with `add`.
void SetOrAdd(const at::Tensor& value, bool add, at::Tensor& to);

}  // namespace owt::trainer
