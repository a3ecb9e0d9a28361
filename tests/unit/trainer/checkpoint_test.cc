#include "trainer/checkpoint/checkpoint.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "formats/safetensors.h"
#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/model/init.h"

namespace owt::trainer {
namespace {

using tests::ReadAll;
using tests::ScratchFolder;
using tests::WriteAll;

const ModelConfig kSaved = {2, 32, 4, 16, 100, 0.0};

struct TrainedModel {
  explicit TrainedModel(const ModelConfig& sizes = kSaved)
      : model(sizes, at::kCPU), optimizer(model.parameters(), TrainConfig{}) {}

  Gpt2 model;
  AdamW optimizer;
};

// A run with something in every part of its state.
void Fill(TrainedModel& run) {
  InitParameters(run.model, 77);
  for (const Parameter& parameter : run.model.parameters()) {
    at::Tensor value = parameter.value;
    value.mutable_grad() = at::randn(value.sizes());
  }
  run.optimizer.Step(0.01);
}

void ExpectEqual(const TrainedModel& a, const TrainedModel& b) {
  for (size_t i = 0; i < a.model.parameters().size(); ++i) {
    EXPECT_TRUE(at::equal(a.model.parameters()[i].value, b.model.parameters()[i].value));
    EXPECT_TRUE(at::equal(a.optimizer.mean()[i], b.optimizer.mean()[i]));
    EXPECT_TRUE(at::equal(a.optimizer.square()[i], b.optimizer.square()[i]));
  }
  EXPECT_EQ(a.optimizer.steps(), b.optimizer.steps());
}

TEST(CheckpointTest, RoundTripOfEverything) {
  const ScratchFolder scratch;
  TrainedModel saved, loaded;
  Fill(saved);
  TrainState state;
  state.iteration = 7;
  state.consumed_samples = 56;
  state.scheduled_samples = 48;
  state.total_samples = 8000;
  state.updates = 1;  // as Fill made
  const std::string path =
      SaveCheckpoint(scratch.File("save"), saved.model, saved.optimizer, state);
  const at::Tensor next = at::randn({5});  // from the random state that was saved
  EXPECT_EQ(ReadModelConfig(path), kSaved);
  LoadParameters(path, loaded.model);
  EXPECT_EQ(LoadTrainState(path, loaded.model, &loaded.optimizer), state);
  ExpectEqual(saved, loaded);
  EXPECT_TRUE(at::equal(at::randn({5}), next));
}

std::string Refusal(const std::string& path, const TrainedModel& run) {
  try {
    LoadParameters(path, run.model);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.message();
  }
  return "";
}

TEST(CheckpointTest, AnotherModelIsRefused) {
  const ScratchFolder scratch;
  TrainedModel saved;
  Fill(saved);
  const std::string path = SaveCheckpoint(scratch.File("save"), saved.model, saved.optimizer, {});
  EXPECT_EQ(Refusal(path, TrainedModel({3, 32, 4, 16, 100, 0.0})),
            "it has no tensor 'transformer.h.2.ln_1.weight'");
  EXPECT_EQ(Refusal(path, TrainedModel({2, 32, 4, 16, 128, 0.0})),
            "'transformer.wte.weight' is F32 [100, 32], but the model has F32 [128, 32]");
}

// Hugging Face's base model leaves the prefix out. The heads, of 32, show in config.json alone.
TEST(CheckpointTest, ReadsNamesWithoutPrefix) {
  const ScratchFolder scratch;
  const ModelConfig sizes = {1, 128, 4, 16, 50, 0.0};
  TrainedModel saved(sizes), loaded(sizes);
  Fill(saved);
  std::vector<formats::TensorInfo> infos;
  std::string data;
  for (const Parameter& parameter : saved.model.parameters()) {
    infos.push_back({parameter.name.substr(std::string("transformer.").size()),
                     formats::TensorType::kF32, parameter.value.sizes().vec(), 0, 0});
    data.append(static_cast<const char*>(parameter.value.const_data_ptr()),
                parameter.value.nbytes());
  }
  WriteAll(scratch.File(kModelFile), formats::MakeSafetensorsHeader(infos, {}) + data);
  EXPECT_THROW(ReadModelConfig(scratch.File("")), Error) << "without config.json";
  WriteAll(scratch.File(kConfigFile), R"({"n_head": 4})");
  const std::string path = ResolveCheckpoint(scratch.File(""));
  EXPECT_EQ(ReadModelConfig(path), sizes);
  LoadParameters(path, loaded.model);
  EXPECT_TRUE(at::equal(saved.model.parameters()[3].value, loaded.model.parameters()[3].value));
}

// A tiny file whose shapes describe a huge model must not make us allocate it.
TEST(CheckpointTest, ShapesAreNotBelieved) {
  const ScratchFolder scratch;
  std::vector<formats::TensorInfo> infos = {
      {"wte.weight", formats::TensorType::kF32, {1, 100000}, 0, 0},
      {"wpe.weight", formats::TensorType::kF32, {1, 1}, 0, 0}};
  for (int i = 0; i < 500; ++i) {
    infos.push_back(
        {"h." + std::to_string(i) + ".ln_1.weight", formats::TensorType::kF32, {}, 0, 0});
  }
  const std::string header = formats::MakeSafetensorsHeader(infos, {});
  uint64_t bytes = 0;
  for (const formats::TensorInfo& info : infos) bytes += info.bytes;
  WriteAll(scratch.File(kModelFile), header + std::string(bytes, '\0'));
  WriteAll(scratch.File(kConfigFile), R"({"n_head": 1})");
  EXPECT_THROW(ReadModelConfig(scratch.File("")), Error);
}

TEST(CheckpointTest, DamagedStateIsRefused) {
  const ScratchFolder scratch;
  TrainedModel run;
  Fill(run);
  const std::string path = SaveCheckpoint(scratch.File("save"), run.model, run.optimizer, {});
  const std::string file = path + "/" + kOptimizerFile, whole = ReadAll(file);
  const size_t key = whole.find("\"updates\":\"1\"");
  ASSERT_NE(key, std::string::npos);
  std::string other = whole;
  other.replace(key, 13, "\"updates\":\"x\"");
  WriteAll(file, other);
  EXPECT_THROW(LoadTrainState(path, run.model, &run.optimizer), Error);
  WriteAll(file, whole.substr(0, whole.size() - 1));
  EXPECT_THROW(LoadTrainState(path, run.model, &run.optimizer), Error);
}

}  // namespace
}  // namespace owt::trainer
