#include "trainer/model/product.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

namespace owt::trainer {

void ProductInto(const at::Tensor& a, const at::Tensor& b, bool add, at::Tensor& sum,
                 double scale) {
  const double beta = add ? 1.0 : 0.0;
  if (a.scalar_type() == at::kFloat) {
    sum.addmm_(a, b, beta, scale);
  } else if (a.is_cuda()) {
    at::addmm_out(sum, sum, a, b, at::kFloat, beta, scale);  // the library has it for CUDA only
  } else {
    SetOrAdd(scale == 1 ? at::mm(a, b) : at::mm(a, b).mul_(scale), add, sum);
  }
}

void SetOrAdd(const at::Tensor& value, bool add, at::Tensor& to) {
  if (add) {
    to.add_(value);
  } else {
    to.copy_(value);
  }
}

}  // namespace owt::trainer
