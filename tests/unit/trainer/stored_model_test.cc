#include "trainer/checkpoint/stored_model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "formats/gpt2_vocab.h"
#include "formats/tensor_view.h"
#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/torch_file_bytes.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/hugging_face_folder.h"
#include "trainer/checkpoint/llmc_model.h"
#include "trainer/checkpoint/parameter_list.h"

namespace owt::trainer {
namespace {

using namespace tests;

using Numbers = std::vector<float>;

// Element i of a parameter; every one differs from every other.
float NumberAt(size_t parameter, size_t i) {
  return static_cast<float>(parameter) + static_cast<float>(i) / 65536;
}

Numbers NumbersOf(size_t parameter, const std::vector<int64_t>& shape) {
  uint64_t count = 0;
  formats::CountElements(shape, &count);
  Numbers numbers(count);
  for (size_t i = 0; i < count; ++i) numbers[i] = NumberAt(parameter, i);
  return numbers;
}

std::string BytesOf(const Numbers& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

Numbers TransposeOf(const Numbers& numbers, int64_t rows, int64_t columns) {
  Numbers result(numbers.size());
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      result[static_cast<size_t>(j * rows + i)] = numbers[static_cast<size_t>(i * columns + j)];
    }
  }
  return result;
}

// Checks that `model` has the numbers that NumbersOf gives, in Hugging Face's order.
void ExpectNumbers(const StoredModel& model, const std::set<std::string>& zeros = {}) {
  const std::vector<ParameterShape> list = ListParameters(model.config);
  for (size_t i = 0; i < list.size(); ++i) {
    Numbers expected = NumbersOf(i, list[i].shape);
    if (zeros.contains(list[i].name)) expected.assign(expected.size(), 0);
    Numbers read(expected.size());
    ReadParameter(model, list[i].name, list[i].shape, read);
    EXPECT_EQ(read, expected) << list[i].name;
  }
}

bool IsProduct(const std::string& name) {
  return name.ends_with(".weight") &&
         (name.find(".attn.") != std::string::npos || name.find(".mlp.") != std::string::npos);
}

// A state dict: entries of tensors, and their storages.
struct StateDict {
  PickleEntries entries;
  ZipFiles storages;

  void Add(const std::string& name, const Numbers& numbers, const std::vector<int64_t>& shape) {
    const std::string key = std::to_string(storages.size());
    const std::vector<int64_t> strides =
        shape.size() == 2 ? std::vector<int64_t>{shape[1], 1} : std::vector<int64_t>{1};
    entries.emplace_back(
        name,
        PickleTensor(key, "FloatStorage", static_cast<int64_t>(numbers.size()), 0, shape, strides));
    storages.emplace_back(key, BytesOf(numbers));
  }

  // A parameter of ours, as torch.nn.Linear has it where it is a product's.
  void AddLinear(const std::string& name, size_t index, const ParameterShape& parameter) {
    Numbers numbers = NumbersOf(index, parameter.shape);
    std::vector<int64_t> shape = parameter.shape;
    if (IsProduct(parameter.name)) {
      numbers = TransposeOf(numbers, shape[0], shape[1]);
      std::swap(shape[0], shape[1]);
    }
    Add(name, numbers, shape);
  }
};

const ModelConfig kSizes = {2, 16, 2, 8, 50, 0.0, true};

std::string NanoGptBytes(bool biases, const std::string& prefix) {
  StateDict state;
  const std::vector<ParameterShape> list = ListParameters(kSizes);
  for (size_t i = 0; i < list.size(); ++i) {
    if (biases || !list[i].name.ends_with(".bias")) {
      state.AddLinear(prefix + list[i].name, i, list[i]);
    }
  }
  state.entries.emplace_back(prefix + "lm_head.weight", state.entries[0].second);
  return TorchFileBytes(PickleDict({{"model", PickleDict(state.entries)},
                                    {"optimizer", "cposix\nsystem\n)R"},
                                    {"model_args", PickleDict({{"n_layer", PickleInteger(2)},
                                                               {"n_head", PickleInteger(2)},
                                                               {"bias", PickleFlag(biases)}})},
                                    {"iter_num", PickleInteger(5)}}),
                        state.storages);
}

std::string NoConfig() { throw Error(ErrorKind::kInput, "no config.json", "config.json"); }

StoredModel ReadBytes(const std::string& bytes) {
  StoredModel model;
  ReadModelBytes(bytes, "model.pt", NoConfig, &model);
  return model;
}

std::string ReadRefusal(const std::string& bytes) {
  try {
    ReadBytes(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_EQ(error.file(), "model.pt");
    return error.message();
  }
  return "";
}

TEST(StoredModelTest, NanoGpt) {
  for (const std::string prefix : {"", "_orig_mod."}) {
    const std::string bytes = NanoGptBytes(true, prefix);
    const StoredModel model = ReadBytes(bytes);
    EXPECT_EQ(model.config, kSizes);
    ExpectNumbers(model);
  }
}

TEST(StoredModelTest, NanoGptWithoutBiases) {
  const std::string bytes = NanoGptBytes(false, "");
  const StoredModel model = ReadBytes(bytes);
  std::set<std::string> zeros;
  for (const ParameterShape& parameter : ListParameters(kSizes)) {
    if (parameter.name.ends_with(".bias")) zeros.insert(parameter.name);
  }
  ExpectNumbers(model, zeros);
}

TEST(StoredModelTest, AnOutputLayerOfItsOwnIsRefused) {
  StateDict state;
  const std::vector<ParameterShape> list = ListParameters(kSizes);
  for (size_t i = 0; i < list.size(); ++i) state.AddLinear(list[i].name, i, list[i]);
  state.Add("lm_head.weight", NumbersOf(99, list[0].shape), list[0].shape);
  EXPECT_EQ(ReadRefusal(TorchFileBytes(
                PickleDict({{"model", PickleDict(state.entries)},
                            {"model_args", PickleDict({{"n_head", PickleInteger(2)}})}}),
                state.storages)),
            "its output layer is not the token embedding, as owt's GPT-2 has it");
}

// Row r of q, k and v together, in the order of a version: the row of Hugging Face's order.
int64_t RowOfVersion(int version, int64_t r, int64_t heads, int64_t width) {
  const int64_t c = heads * width;
  if (version == 0) return r;
  if (version == 1) return r % 3 * c + r / 3;
  return r / width % 3 * c + r / (3 * width) * width + r % width;
}

struct MegatronLayout {
  int version = 3;
  std::string stack = "encoder", attention = "self_attention";
  PickleEntries more_args;
  bool with_args = true;
};

std::string MegatronBytes(const MegatronLayout& layout, const ModelConfig& sizes) {
  StateDict state;
  const std::vector<ParameterShape> list = ListParameters(sizes);
  const std::pair<std::string, std::string> names[] = {{"ln_1.", "input_layernorm."},
                                                       {"attn.c_attn.", "A.query_key_value."},
                                                       {"attn.c_proj.", "A.dense."},
                                                       {"ln_2.", "post_attention_layernorm."},
                                                       {"mlp.c_fc.", "mlp.dense_h_to_4h."},
                                                       {"mlp.c_proj.", "mlp.dense_4h_to_h."},
                                                       {"transformer.ln_f.", "final_layernorm."},
                                                       {"transformer.h.", "layers."}};
  for (size_t i = 2; i < list.size(); ++i) {
    std::string name = list[i].name;
    for (const auto& [from, to] : names) {
      if (const size_t at = name.find(from); at != std::string::npos) {
        name.replace(at, from.size(), to);
      }
    }
    if (const size_t at = name.find("A."); at != std::string::npos) {
      name.replace(at, 1, layout.attention);
    }
    if (name.find("query_key_value") == std::string::npos) {
      state.AddLinear(name, i, list[i]);
      continue;
    }
    const int64_t c = sizes.hidden;
    const bool is_weight = name.ends_with("weight");
    const int64_t columns = is_weight ? c : 1;
    Numbers ours = NumbersOf(i, list[i].shape), theirs(ours.size());
    if (is_weight) ours = TransposeOf(ours, c, 3 * c);
    for (int64_t r = 0; r < 3 * c; ++r) {
      const int64_t from = RowOfVersion(layout.version, r, sizes.heads, c / sizes.heads);
      std::copy_n(ours.begin() + from * columns, columns, theirs.begin() + r * columns);
    }
    state.Add(name, theirs, is_weight ? std::vector{3 * c, c} : std::vector{3 * c});
  }
  StateDict embedding = {{}, state.storages};
  for (size_t i : {0, 1}) embedding.Add("weight", NumbersOf(i, list[i].shape), list[i].shape);
  const std::string model = PickleDict(
      {{"language_model",
        PickleDict({{"embedding",
                     PickleDict({{"word_embeddings", PickleDict({embedding.entries[0]})},
                                 {"position_embeddings", PickleDict({embedding.entries[1]})}})},
                    {layout.stack, PickleDict(state.entries)}})}});
  PickleEntries args = {{"num_attention_heads", PickleInteger(sizes.heads)},
                        {"tensor_model_parallel_size", PickleInteger(1)},
                        {"bias_gelu_fusion", PickleFlag(true)}};
  args.insert(args.end(), layout.more_args.begin(), layout.more_args.end());
  PickleEntries root = {{"iteration", PickleInteger(1000)}, {"model", model}};
  if (layout.version > 0) root.emplace_back("checkpoint_version", PickleReal(layout.version));
  if (layout.with_args) root.emplace_back("args", PickleNamespace(args));
  return TorchFileBytes(PickleDict(root), embedding.storages);
}

TEST(StoredModelTest, MegatronOfEveryVersion) {
  const ModelConfig sizes = {2, 24, 3, 8, 64, 0.0, false};
  for (const int version : {0, 1, 2, 3}) {
    for (const std::string stack : {"transformer", "encoder"}) {
      const std::string bytes = MegatronBytes(
          {version, stack, stack == "encoder" ? "self_attention" : "attention", {}, true}, sizes);
      const StoredModel model = ReadBytes(bytes);
      EXPECT_EQ(model.config, sizes);
      ExpectNumbers(model);
    }
  }
}

TEST(StoredModelTest, MegatronWithoutArgumentsHasHeadsOf64) {
  const ModelConfig sizes = {1, 128, 2, 8, 64, 0.0, false};
  const std::string bytes = MegatronBytes({0, "transformer", "attention", {}, false}, sizes);
  const StoredModel model = ReadBytes(bytes);
  EXPECT_EQ(model.config, sizes);
  ExpectNumbers(model);
}

TEST(StoredModelTest, OtherModelsOfMegatronAreRefused) {
  const ModelConfig sizes = {1, 16, 2, 8, 64, 0.0, false};
  const auto refusal = [&](const std::string& key, const std::string& value) {
    return ReadRefusal(
        MegatronBytes({3, "encoder", "self_attention", {{key, value}}, true}, sizes));
  };
  const std::string rest = ", which owt's GPT-2 does not compute";
  EXPECT_EQ(refusal("unknown", PickleFlag(true)), "");
  EXPECT_EQ(refusal("swiglu", PickleFlag(true)), "its swiglu is True" + rest);
  EXPECT_EQ(refusal("normalization", PickleText("RMSNorm")), "its normalization is RMSNorm" + rest);
  EXPECT_EQ(refusal("position_embedding_type", PickleText("rope")),
            "its position_embedding_type is rope" + rest);
  EXPECT_EQ(refusal("layernorm_epsilon", PickleReal(1e-6)),
            "its layernorm_epsilon is 1e-06" + rest);
  EXPECT_EQ(refusal("pipeline_model_parallel_size", PickleInteger(2)),
            "its pipeline_model_parallel_size is 2, so it is a part of a model; let Megatron-LM's "
            "tools/checkpoint/convert.py write it with sizes of 1 first");
  const std::string bytes = MegatronBytes(
      {3, "encoder", "self_attention", {{"bias_gelu_fusion", PickleFlag(false)}}, true}, sizes);
  EXPECT_TRUE(ReadBytes(bytes).config.exact_gelu);
}

TEST(StoredModelTest, WhatIsNoModelIsRefused) {
  EXPECT_EQ(ReadRefusal(TorchFileBytes(PickleDict({{"epoch", PickleInteger(1)}}), {})),
            "it holds no GPT-2 of nanoGPT, Megatron-LM or Hugging Face; it has 'epoch'");
  EXPECT_EQ(ReadRefusal(TorchFileBytes(PickleInteger(1), {})),
            "it holds no GPT-2 of nanoGPT, Megatron-LM or Hugging Face; it has no dict with names");
  EXPECT_NE(ReadRefusal("hello"), "");
  EXPECT_NE(ReadRefusal(""), "");
  // A dict in itself, however often.
  const std::string deep = "}q\5" + PickleText("model") + "h\5s";
  EXPECT_EQ(ReadRefusal(TorchFileBytes(deep, {})), "its dicts are nested too deep, or too large");
}

// A folder that transformers loads, and llm.c's file, from a model of nanoGPT and back.
TEST(StoredModelTest, FoldersAndLlmcFilesRoundTrip) {
  const ScratchFolder scratch;
  const ModelConfig sizes = {2, 24, 3, 8, 64, 0.0, false};
  WriteAll(scratch.File("model_optim_rng.pt"), MegatronBytes({}, sizes));
  const StoredModel model = OpenStoredModel(ResolveCheckpoint(scratch.File("")));
  WriteHuggingFaceFolder(model, Precision::kFp32, nullptr, scratch.File("hf"));
  const StoredModel again = OpenStoredModel(ResolveCheckpoint(scratch.File("hf")));
  EXPECT_EQ(again.config, sizes);
  ExpectNumbers(again);
  for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
    WriteLlmcModel(again, precision, scratch.File("first.bin"));
    const StoredModel first = OpenStoredModel(ResolveCheckpoint(scratch.File("first.bin")));
    EXPECT_EQ(first.config, sizes);
    if (precision == Precision::kFp32) ExpectNumbers(first);
    WriteLlmcModel(first, precision, scratch.File("second.bin"));
    EXPECT_EQ(ReadAll(scratch.File("first.bin")), ReadAll(scratch.File("second.bin")));
  }
  EXPECT_THROW(WriteHuggingFaceFolder(model, Precision::kFp32, nullptr, scratch.File("hf")), Error)
      << "it is there already";
  const std::vector<std::string> names = scratch.Names();
  EXPECT_EQ(names,
            (std::vector<std::string>{"first.bin", "hf", "model_optim_rng.pt", "second.bin"}));
}

TEST(StoredModelTest, DamagedLlmcFilesAreRefused) {
  const ScratchFolder scratch;
  const std::string bytes = MegatronBytes({}, {1, 16, 2, 8, 64, 0.0, false});
  WriteLlmcModel(ReadBytes(bytes), Precision::kFp32, scratch.File("m.bin"));
  const std::string whole = ReadAll(scratch.File("m.bin"));
  EXPECT_EQ(ReadRefusal(whole), "");
  EXPECT_EQ(ReadRefusal(whole.substr(0, whole.size() - 1)),
            fmt::format("no model of llm.c that can be read: it has {} bytes, its header asks for "
                        "{}; it is cut short or damaged",
                        whole.size() - 1, whole.size()));
  std::string other = whole;
  other[4] = 1;
  EXPECT_EQ(ReadRefusal(other),
            "no model of llm.c that can be read: its version is 1, not 3 (fp32) or 5 (bf16); write "
            "it with a newer llm.c");
  EXPECT_NE(ReadRefusal(whole.substr(0, 1024)), "");
  for (size_t number = 2; number < 8; ++number) {
    for (const int32_t value : {0, -1, INT32_MAX}) {
      other = whole;
      other.replace(4 * number, 4, LittleEndian(value));
      EXPECT_THROW(ReadBytes(other), Error) << number << " " << value;
    }
  }
}

TEST(StoredModelTest, SmallFilesThatClaimMuchAreRefused) {
  const ScratchFolder scratch;
  StateDict state;
  const ModelConfig sizes = {1, 1024, 2, 8, 64, 0.0, true};
  state.storages.emplace_back("0", LittleEndian(1.0f));
  for (ParameterShape& parameter : ListParameters(sizes)) {
    if (IsProduct(parameter.name)) std::swap(parameter.shape[0], parameter.shape[1]);
    state.entries.emplace_back(parameter.name,
                               PickleTensor("0", "FloatStorage", 1, 0, parameter.shape,
                                            std::vector<int64_t>(parameter.shape.size(), 0)));
  }
  WriteAll(scratch.File("ckpt.pt"),
           TorchFileBytes(PickleDict({{"model", PickleDict(state.entries)},
                                      {"model_args", PickleDict({{"n_head", PickleInteger(2)}})}}),
                          state.storages));
  EXPECT_THROW(OpenStoredModel(scratch.File("ckpt.pt")), Error);
}

TEST(StoredModelTest, WhatUsersName) {
  namespace fs = std::filesystem;
  const ScratchFolder scratch;
  const std::string save = scratch.File("save"),
                    file = save + "/release/mp_rank_00/model_optim_rng.pt";
  fs::create_directories(save + "/release/mp_rank_00");
  WriteAll(file, "x");
  EXPECT_THROW(ResolveCheckpoint(save), Error) << "without a tracker";
  WriteAll(save + "/latest_checkpointed_iteration.txt", "release\n");
  EXPECT_EQ(ResolveCheckpoint(save), file);
  EXPECT_EQ(ResolveCheckpoint(save + "/release"), file);
  EXPECT_EQ(ResolveCheckpoint(save + "/release/mp_rank_00"), file);
  EXPECT_EQ(ResolveCheckpoint(file), file);
  WriteAll(save + "/latest_checkpointed_iteration.txt", "../release\n");
  EXPECT_THROW(ResolveCheckpoint(save), Error) << "no path comes from a file";
  fs::create_directories(save + "/iter_0005000/mp_rank_00_000");
  WriteAll(save + "/iter_0005000/mp_rank_00_000/model_optim_rng.pt", "x");
  WriteAll(save + "/latest_checkpointed_iteration.txt", "5000");
  EXPECT_EQ(ResolveCheckpoint(save), save + "/iter_0005000/mp_rank_00_000/model_optim_rng.pt");
  fs::create_directories(save + "/iter_0005000/mp_rank_00_001");
  EXPECT_THROW(ResolveCheckpoint(save), Error) << "one part of two";
}

TEST(StoredModelTest, TokenizerFiles) {
  const ScratchFolder scratch;
  const auto files = WriteTokenizerFiles(formats::Gpt2Vocab::Embedded(), 1024, scratch.File(""));
  ASSERT_EQ(files.size(), std::size(kTokenizerFiles));
  for (size_t i = 0; i < files.size(); ++i) EXPECT_EQ(files[i].name, kTokenizerFiles[i]);
  EXPECT_TRUE(ModelTokenizer("", 50257));
  EXPECT_TRUE(ModelTokenizer("", 50304));
  EXPECT_FALSE(ModelTokenizer("", 50256));
  EXPECT_TRUE(ModelTokenizer(scratch.File("tokenizer.json"), 50258));
  EXPECT_THROW(ModelTokenizer(scratch.File("tokenizer.json"), 50256), Error);
}

}  // namespace
}  // namespace owt::trainer
