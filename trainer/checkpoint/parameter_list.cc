#include "trainer/checkpoint/parameter_list.h"

#include <fmt/format.h>

namespace owt::trainer {

std::vector<ParameterShape> ListParameters(const ModelConfig& config) {
  const int64_t c = config.hidden;
  std::vector<ParameterShape> list = {{"transformer.wte.weight", {config.vocab, c}},
                                      {"transformer.wpe.weight", {config.positions, c}}};
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string h = fmt::format("transformer.h.{}.", i);
    list.push_back({h + "ln_1.weight", {c}});
    list.push_back({h + "ln_1.bias", {c}});
    list.push_back({h + "attn.c_attn.weight", {c, 3 * c}});
    list.push_back({h + "attn.c_attn.bias", {3 * c}});
    list.push_back({h + "attn.c_proj.weight", {c, c}});
    list.push_back({h + "attn.c_proj.bias", {c}});
    list.push_back({h + "ln_2.weight", {c}});
    list.push_back({h + "ln_2.bias", {c}});
    list.push_back({h + "mlp.c_fc.weight", {c, 4 * c}});
    list.push_back({h + "mlp.c_fc.bias", {4 * c}});
    list.push_back({h + "mlp.c_proj.weight", {4 * c, c}});
    list.push_back({h + "mlp.c_proj.bias", {c}});
  }
  list.push_back({"transformer.ln_f.weight", {c}});
  list.push_back({"transformer.ln_f.bias", {c}});
  return list;
}

}  // namespace owt::trainer
