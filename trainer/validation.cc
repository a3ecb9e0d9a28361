#include "trainer/validation.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "trainer/data/batch.h"
#include "trainer/model/autocast.h"

namespace owt::trainer {

double ValidationLoss(const TrainConfig& config, const Gpt2& model, const BlendedDataset& data,
                      int64_t first, int64_t count) {
  const at::NoGradGuard no_grad;
  double sum = 0;
  int64_t predicted = 0;
  for (int64_t done = 0; done < count; done += config.micro_batch) {
    const TokenBatch batch =
        LoadBatch(data, first + done, std::min(config.micro_batch, count - done),
                  config.sequence_length, model.device(), config.documents);
    if (batch.num_predicted == 0) continue;
    const Autocast autocast(config.precision, model.device().type());
    sum += model.Loss(batch.inputs_BT, batch.targets_BT, batch.documents).item<double>() *
           static_cast<double>(batch.num_predicted);
    predicted += batch.num_predicted;
  }
  return predicted > 0 ? sum / static_cast<double>(predicted) : std::nan("");
}

}  // namespace owt::trainer
