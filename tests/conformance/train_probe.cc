// train_probe: answers train_megatron.py; a request a line on stdin, an answer a line on stdout.
//   schedule STYLE WSD_STYLE WSD_ITERS LR MIN INIT FRACTION WARMUP_ITERS WARMUP_SAMPLES DECAY_ITERS
//            BATCH SAMPLES...          the learning rates after these numbers of samples
//   scale INITIAL MIN WINDOW HYSTERESIS BITS     the loss scale after each step; 1 is an overflow
//   documents END POSITIONS ATTENTION LOSS ROWS TOKENS...
//            of each input its position, the first position that it sees, whether it predicts
#include <fmt/format.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "trainer/data/document_marks.h"
#include "trainer/optim/loss_scale.h"
#include "trainer/optim/schedule.h"

namespace {

using namespace owt::trainer;

std::string AnswerSchedule(std::istream& in) {
  TrainConfig config;
  int style = 0, wsd_style = 0;
  in >> style >> wsd_style >> config.wsd_decay_iterations >> config.learning_rate >>
      config.min_learning_rate >> config.warmup_init >> config.warmup_fraction >>
      config.warmup_iterations >> config.warmup_samples >> config.decay_iterations >>
      config.global_batch;
  config.micro_batch = 1;
  config.decay_style = static_cast<DecayStyle>(style);
  config.wsd_decay_style = static_cast<WsdDecayStyle>(wsd_style);
  Validate(config);
  const Schedule schedule(config);
  std::string answer;
  for (int64_t samples = 0; in >> samples;) {
    answer += fmt::format("{} ", schedule.LearningRate(samples));
  }
  return answer;
}

std::string AnswerScale(std::istream& in) {
  TrainConfig config;
  config.precision = Precision::kFp16;
  std::string bits, answer;
  in >> config.initial_loss_scale >> config.min_loss_scale >> config.loss_scale_window >>
      config.hysteresis >> bits;
  LossScale scale(config);
  for (const char bit : bits) {
    scale.Update(bit == '1');
    answer += fmt::format("{} ", scale.scale());
  }
  return answer;
}

std::string AnswerDocuments(std::istream& in) {
  DocumentOptions options;
  int64_t rows = 0;
  in >> options.end_token >> options.reset_positions >> options.reset_attention >>
      options.mask_loss >> rows;
  std::vector<int64_t> tokens;
  for (int64_t token = 0; in >> token;) tokens.push_back(token);
  const DocumentMarks marks = MarkDocuments(tokens, rows, options);
  const int64_t length = static_cast<int64_t>(tokens.size()) / rows - 1;
  std::vector<int64_t> positions = marks.positions, first(static_cast<size_t>(rows * length), 0),
                       predicts(first.size(), options.mask_loss ? 0 : 1);
  if (!options.reset_positions) {
    for (int64_t i = 0; i < rows * length; ++i) positions.push_back(i % length);
  }
  for (const DocumentSpan& span : marks.spans) {
    for (int64_t row = span.row; row < span.row + span.rows; ++row) {
      for (int64_t i = span.begin; i < span.begin + span.length; ++i) {
        first[static_cast<size_t>(row * length + i)] = span.begin;
      }
    }
  }
  for (const int64_t i : marks.predicted) predicts[static_cast<size_t>(i)] = 1;
  return fmt::format("{} {} {}", fmt::join(positions, " "), fmt::join(first, " "),
                     fmt::join(predicts, " "));
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    std::string what;
    in >> what;
    const std::string answer = what == "schedule" ? AnswerSchedule(in)
                               : what == "scale"  ? AnswerScale(in)
                                                  : AnswerDocuments(in);
    std::cout << answer << "\n";
  }
  return 0;
}
