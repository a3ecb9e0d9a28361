#include "trainer/checkpoint/hugging_face_folder.h"

#include <fmt/format.h>

#include <filesystem>

#include "formats/safetensors.h"
#include "formats/tokenizer_files.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/config_json.h"
#include "trainer/checkpoint/number_writer.h"
#include "trainer/checkpoint/parameter_list.h"

namespace owt::trainer {
namespace {

namespace fs = std::filesystem;

std::string InFolder(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

CheckpointFile WriteText(const std::string& folder, const char* name, std::string_view text) {
  OutputFile file(InFolder(folder, name));
  file.Write(text);
  file.Commit();
  return {name, file.bytes(), file.xxh3()};
}

void WriteSafetensors(const StoredModel& model, Precision precision, const std::string& path) {
  const std::vector<ParameterShape> parameters = ListParameters(model.config);
  std::vector<formats::TensorInfo> infos;
  for (const ParameterShape& parameter : parameters) {
    infos.push_back(
        {parameter.name,
         precision == Precision::kFp32 ? formats::TensorType::kF32 : formats::TensorType::kBF16,
         parameter.shape, 0, 0});
  }
  OutputFile file(path);
  file.Write(formats::MakeSafetensorsHeader(infos, {{"format", "pt"}}));
  NumberWriter writer(model, precision, &file);
  for (const ParameterShape& parameter : parameters) {
    writer.Write(parameter.name, parameter.shape, false);
  }
  file.Commit();
}

// A folder under a hidden name, that goes away where it is not published.
class PartialFolder {
 public:
  explicit PartialFolder(const std::string& path)
      : path_(fs::path(path).lexically_normal()), partial_(path_) {
    if (!path_.has_filename()) path_ = path_.parent_path();  // it ended in '/'
    partial_ = path_.parent_path() / ("." + path_.filename().string() + ".owt-partial");
    if (fs::exists(path_)) {
      throw Error(ErrorKind::kOutput, "it is there already; name a new folder", path_.string());
    }
    std::error_code error;
    fs::remove_all(partial_, error);  // of a run that was killed
    fs::create_directories(partial_, error);
    Check(error, "make this folder");
  }

  ~PartialFolder() {
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
  }

  PartialFolder(const PartialFolder&) = delete;
  PartialFolder& operator=(const PartialFolder&) = delete;

  std::string path() const { return partial_.string(); }

  void Publish() {
    std::error_code error;
    fs::rename(partial_, path_, error);
    Check(error, "rename the finished folder");
    SyncFolderOf(path_.string());
  }

 private:
  void Check(const std::error_code& error, const char* what) const {
    if (!error) return;
    throw Error(ErrorKind::kOutput, fmt::format("cannot {}: {}", what, error.message()),
                partial_.string());
  }

  fs::path path_, partial_;
};

}  // namespace

std::optional<formats::Gpt2Vocab> ModelTokenizer(const std::string& path, int64_t vocab) {
  constexpr int64_t kSize = formats::Gpt2Vocab::kGpt2Size;
  if (path.empty() && vocab != kSize && vocab != PaddedVocab(kSize)) return std::nullopt;
  formats::Gpt2Vocab tokenizer = formats::ReadTokenizer(path);
  if (tokenizer.size() > vocab) {
    throw Error(ErrorKind::kUsage,
                fmt::format("it has {} ids, but the model {}; it is not this model's tokenizer",
                            tokenizer.size(), vocab),
                path);
  }
  return tokenizer;
}

std::vector<CheckpointFile> WriteTokenizerFiles(const formats::Gpt2Vocab& tokenizer,
                                                int64_t positions, const std::string& folder) {
  const std::string config = fmt::format(
      "{{\n  \"tokenizer_class\": \"GPT2Tokenizer\",\n  \"model_max_length\": {},\n"
      "  \"add_prefix_space\": false,\n  \"clean_up_tokenization_spaces\": false,\n"
      "  \"bos_token\": \"{}\",\n  \"eos_token\": \"{}\",\n  \"unk_token\": \"{}\"\n}}\n",
      positions, formats::Gpt2Vocab::kEndOfText, formats::Gpt2Vocab::kEndOfText,
      formats::Gpt2Vocab::kEndOfText);
  return {WriteText(folder, kTokenizerFiles[0], formats::TokenizerJson(tokenizer, {})),
          WriteText(folder, kTokenizerFiles[1], config),
          WriteText(folder, kTokenizerFiles[2], formats::VocabJson(tokenizer, {})),
          WriteText(folder, kTokenizerFiles[3], formats::MergesText(tokenizer))};
}

void WriteHuggingFaceFolder(const StoredModel& model, Precision precision,
                            const formats::Gpt2Vocab* tokenizer, const std::string& path) {
  PartialFolder folder(path);
  WriteSafetensors(model, precision, InFolder(folder.path(), kModelFile));
  ConfigOptions options;
  options.precision = precision;
  if (tokenizer != nullptr) {
    options.end_of_text = tokenizer->end_of_text();
    WriteTokenizerFiles(*tokenizer, model.config.positions, folder.path());
  }
  WriteText(folder.path(), kConfigFile, MakeConfigJson(model.config, options));
  folder.Publish();
}

}  // namespace owt::trainer
