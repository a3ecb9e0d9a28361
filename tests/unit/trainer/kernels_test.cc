// What kernels compute on a GPU, beside their references for the CPU; and the references beside
// autograd. The kernels' half is skipped where there is no GPU.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "trainer/model/attention.h"
#include "trainer/model/embedding.h"
#include "trainer/model/gelu.h"
#include "trainer/model/head_loss.h"
#include "trainer/model/layer_norm.h"

namespace owt::trainer {
namespace {

double RelativeError(const at::Tensor& actual, const at::Tensor& expected) {
  const at::Tensor a = actual.to(at::kCPU, at::kDouble), e = expected.to(at::kCPU, at::kDouble);
  return (a - e).norm().item<double>() / std::max(e.norm().item<double>(), 1e-30);
}

// Types of the residual stream and of the products, and how far apart two ways may be.
struct Types {
  at::ScalarType stream, product;
  double bound;
};

const Types kTypes[] = {{at::kFloat, at::kFloat, 2e-6},
                        {at::kFloat, at::kBFloat16, 3e-3},
                        {at::kBFloat16, at::kBFloat16, 3e-3}};

// Results by name, in order.
using Results = std::vector<std::pair<std::string, at::Tensor>>;

void ExpectClose(const Results& actual, const Results& expected, double bound,
                 const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_LT(RelativeError(actual[i].second, expected[i].second), bound)
        << what << " " << actual[i].first;
  }
}

#define SKIP_WITHOUT_GPU() \
  if (!at::hasCUDA()) GTEST_SKIP() << "no GPU here"

// One LayerNorm with and without a branch, forward and backward, gradients set and then added to.
struct NormCase {
  at::Tensor residual, branch, branch_bias, weight, bias, out_gradient, above;

  NormCase(int64_t rows, int64_t width) {
    at::manual_seed(rows * 31 + width);
    residual = at::randn({rows, width}).mul(2).add(0.3);
    branch = at::randn({rows, width});
    branch_bias = at::randn({width});
    weight = at::randn({width}).add(1);
    bias = at::randn({width});
    out_gradient = at::randn({rows, width});
    above = at::randn({rows, width});
  }

  Results Run(const Types& types, at::Device device, bool with_branch) const {
    const auto stream = [&](const at::Tensor& x) { return x.to(device, types.stream); };
    const auto product = [&](const at::Tensor& x) { return x.to(device, types.product); };
    Branch added;
    if (with_branch) added = {product(branch), branch_bias.to(device)};
    const WeightAndBias norm = {weight.to(device), bias.to(device)};
    const NormOutput out = ResidualNorm(stream(residual), added, norm, types.product);
    const auto poison = [&] { return at::full({weight.size(0)}, NAN).to(device); };
    WeightAndBias gradients = {poison(), poison()};
    at::Tensor branch_bias_gradient = poison();
    ResidualGradient first;
    ResidualNormBackward(product(out_gradient), out, norm, false, &first, &gradients,
                         with_branch ? &branch_bias_gradient : nullptr);
    ResidualGradient second = {stream(above), product(above)};
    if (types.stream == types.product) second.branch_NC = second.stream_NC;
    ResidualNormBackward(product(out_gradient), out, norm, true, &second, &gradients,
                         with_branch ? &branch_bias_gradient : nullptr);
    Results results = {{"sum", out.sum_NC},
                       {"out", out.out_NC},
                       {"first stream", first.stream_NC},
                       {"first branch", first.branch_NC},
                       {"second stream", second.stream_NC},
                       {"second branch", second.branch_NC},
                       {"weight", gradients.weight},
                       {"bias", gradients.bias}};
    if (with_branch) results.emplace_back("branch bias", branch_bias_gradient);
    return results;
  }

  // The same by autograd in double.
  Results Oracle() const {
    const auto leaf = [](const at::Tensor& x) { return x.to(at::kDouble).requires_grad_(true); };
    const at::Tensor x = leaf(branch), w = leaf(weight), b = leaf(bias);
    const at::Tensor sum = residual.to(at::kDouble) + x + branch_bias;
    const at::Tensor out = at::layer_norm(sum, {weight.size(0)}, w, b, kLayerNormEpsilon);
    out.backward(out_gradient.to(at::kDouble));
    const at::Tensor dx = x.grad(), both = dx + above;
    return {{"sum", sum.detach()},    {"out", out.detach()},   {"first stream", dx},
            {"first branch", dx},     {"second stream", both}, {"second branch", both},
            {"weight", w.grad() * 2}, {"bias", b.grad() * 2},  {"branch bias", (dx + both).sum(0)}};
  }
};

TEST(ResidualNormTest, ReferenceEqualsAutograd) {
  for (const auto& [rows, width] : {std::pair<int64_t, int64_t>{5, 24}, {33, 768}}) {
    const NormCase norm(rows, width);
    const Results oracle = norm.Oracle();
    for (const Types& types : kTypes) {
      const double bound = types.product == at::kFloat ? 2e-6 : 8e-3;
      ExpectClose(norm.Run(types, at::kCPU, true), oracle, bound, std::to_string(width));
    }
  }
}

TEST(ResidualNormTest, KernelEqualsReference) {
  SKIP_WITHOUT_GPU();
  for (const int64_t rows : {1, 3, 1333}) {
    for (const int64_t width : {8, 48, 256, 768, 1024, 1600, 4096}) {
      const NormCase norm(rows, width);
      for (const Types& types : kTypes) {
        for (const bool branch : {false, true}) {
          const Results kernel = norm.Run(types, at::kCUDA, branch);
          ExpectClose(kernel, norm.Run(types, at::kCPU, branch), types.bound,
                      std::to_string(rows) + " x " + std::to_string(width));
          const Results again = norm.Run(types, at::kCUDA, branch);
          for (size_t i = 0; i < kernel.size(); ++i) {
            EXPECT_TRUE(at::equal(kernel[i].second, again[i].second)) << kernel[i].first;
          }
        }
      }
    }
  }
}

Results RunGelu(const at::Tensor& in, const at::Tensor& bias, const at::Tensor& gradient,
                at::ScalarType type, at::Device device) {
  const at::Tensor x = in.to(device, type), b = bias.to(device);
  at::Tensor dx = gradient.to(device, type).clone(), db = at::full({bias.size(0)}, NAN).to(device);
  const at::Tensor out = BiasGelu(x, b);
  BiasGeluBackward(x, b, false, &dx, &db);
  at::Tensor twice = gradient.to(device, type).clone(), added = db.clone();
  BiasGeluBackward(x, b, true, &twice, &added);
  return {{"out", out}, {"in", dx}, {"bias", db}, {"in again", twice}, {"bias added", added}};
}

TEST(BiasGeluTest, ReferenceEqualsAutograd) {
  const at::Tensor in = at::randn({7, 40}).mul(3), gradient = at::randn({7, 40});
  const at::Tensor bias = at::randn({40});
  const at::Tensor x = in.to(at::kDouble).requires_grad_(true);
  const at::Tensor out = at::gelu(x + bias, "tanh");
  out.backward(gradient.to(at::kDouble));
  const at::Tensor sum = x.grad().sum(0);
  const Results oracle = {{"out", out.detach()},
                          {"in", x.grad()},
                          {"bias", sum},
                          {"in again", x.grad()},
                          {"bias added", sum * 2}};
  ExpectClose(RunGelu(in, bias, gradient, at::kFloat, at::kCPU), oracle, 1e-6, "fp32");
  ExpectClose(RunGelu(in, bias, gradient, at::kBFloat16, at::kCPU), oracle, 1e-2, "bf16");
}

TEST(BiasGeluTest, KernelEqualsReference) {
  SKIP_WITHOUT_GPU();
  for (const int64_t rows : {1, 6, 5000}) {
    for (const int64_t columns : {8, 200, 3072}) {
      const at::Tensor in = at::randn({rows, columns}).mul(4),
                       gradient = at::randn({rows, columns});
      const at::Tensor bias = at::randn({columns});
      for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        ExpectClose(RunGelu(in, bias, gradient, type, at::kCUDA),
                    RunGelu(in, bias, gradient, type, at::kCPU), type == at::kFloat ? 3e-6 : 3e-3,
                    std::to_string(rows) + " x " + std::to_string(columns));
      }
    }
  }
}

TEST(BiasGeluTest, KernelReachesBothEnds) {
  SKIP_WITHOUT_GPU();
  const at::Tensor in = at::linspace(-100, 100, 4096).view({8, 512});
  const at::Tensor bias = at::zeros({512});
  ExpectClose(RunGelu(in, bias, at::ones_like(in), at::kFloat, at::kCUDA),
              RunGelu(in, bias, at::ones_like(in), at::kFloat, at::kCPU), 1e-6, "wide");
}

Results RunAttention(const at::Tensor& qkv, const at::Tensor& gradient, int64_t batch,
                     int64_t heads, at::ScalarType type, at::Device device) {
  const at::Tensor x = qkv.to(device, type);
  at::Tensor bias = at::full({qkv.size(1)}, NAN).to(device);
  const AttentionOutput out = CausalAttention(x, batch, heads);
  const at::Tensor dx =
      CausalAttentionBackward(gradient.to(device, type), x, out, batch, heads, false, &bias);
  return {{"out", out.out_NC}, {"qkv", dx}, {"bias", bias}};
}

TEST(CausalAttentionTest, ReferenceEqualsSoftmaxOfAllScores) {
  const int64_t batch = 2, length = 11, heads = 3, head = 8, width = heads * head;
  const at::Tensor qkv = at::randn({batch * length, 3 * width});
  const at::Tensor gradient = at::randn({batch * length, width});
  const at::Tensor x = qkv.to(at::kDouble).requires_grad_(true);
  const at::Tensor parts = x.view({batch, length, 3, heads, head}).permute({2, 0, 3, 1, 4});
  const at::Tensor mask = at::full({length, length}, -INFINITY, at::kDouble).triu(1);
  const at::Tensor scores = at::matmul(parts[0], parts[1].transpose(2, 3)) / std::sqrt(8.0) + mask;
  const at::Tensor out =
      at::matmul(scores.softmax(-1), parts[2]).transpose(1, 2).reshape({batch * length, width});
  out.backward(gradient.to(at::kDouble));
  ExpectClose(RunAttention(qkv, gradient, batch, heads, at::kFloat, at::kCPU),
              {{"out", out.detach()}, {"qkv", x.grad()}, {"bias", x.grad().sum(0)}}, 2e-6, "fp32");
}

TEST(CausalAttentionTest, OnTheGpuEqualsReference) {
  SKIP_WITHOUT_GPU();
  for (const int64_t length : {1, 33, 64, 1000, 1024}) {
    for (const int64_t head : {8, 64, 128}) {
      const at::Tensor qkv = at::randn({3 * length, 3 * 2 * head});
      const at::Tensor gradient = at::randn({3 * length, 2 * head});
      for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        // Both round what they multiply; the reference is then computed in fp32.
        const Results reference =
            RunAttention(qkv.to(type), gradient.to(type), 3, 2, at::kFloat, at::kCPU);
        ExpectClose(RunAttention(qkv, gradient, 3, 2, type, at::kCUDA), reference,
                    type == at::kFloat ? 1e-5 : 2e-2,
                    std::to_string(length) + " heads of " + std::to_string(head));
      }
    }
  }
}

Results RunEmbedding(const at::Tensor& tokens, int64_t length, int64_t vocab, int64_t width,
                     at::ScalarType type, at::Device device) {
  at::manual_seed(17);
  const at::Tensor table = at::randn({vocab, width}), positions = at::randn({length + 5, width});
  const at::Tensor gradient = at::randn({tokens.size(0), width});
  at::Tensor table_gradient = table.to(device).clone();  // to be added to
  at::Tensor position_gradient = positions.to(device).clone();
  const at::Tensor there = tokens.to(device);
  const at::Tensor out = Embed(there, length, table.to(device), positions.to(device), type);
  EmbedBackward(gradient.to(device, type), there, length, &table_gradient, &position_gradient);
  return {{"out", out}, {"tokens", table_gradient}, {"positions", position_gradient}};
}

// Each token once, all the same, runs of all lengths.
std::vector<at::Tensor> TokenSets(int64_t rows) {
  const at::Tensor count = at::arange(rows, at::kLong);
  return {at::randperm(rows, at::kLong),
          at::full({rows}, 3, at::kLong),
          count.to(at::kDouble).mul(2).sqrt().to(at::kLong),
          at::div(count, 32, "floor"),
          at::div(count + 5, 64, "floor"),
          at::randint(0, 7, {rows}, at::kLong)};
}

TEST(EmbeddingTest, ReferenceEqualsAutograd) {
  const at::Tensor tokens = at::randint(0, 7, {12}, at::kLong);
  const Results actual = RunEmbedding(tokens, 4, 9, 8, at::kFloat, at::kCPU);
  at::manual_seed(17);
  const at::Tensor table = at::randn({9, 8}).requires_grad_(true);
  const at::Tensor positions = at::randn({9, 8}).requires_grad_(true);
  const at::Tensor gradient = at::randn({12, 8});
  const at::Tensor out = at::embedding(table, tokens) + positions.slice(0, 0, 4).repeat({3, 1});
  out.backward(gradient);
  ExpectClose(actual,
              {{"out", out.detach()},
               {"tokens", table.detach() + table.grad()},
               {"positions", positions.detach() + positions.grad()}},
              1e-6, "");
}

TEST(EmbeddingTest, KernelEqualsReference) {
  SKIP_WITHOUT_GPU();
  for (const int64_t rows : {1, 32, 64, 96, 3000}) {
    for (const at::Tensor& tokens : TokenSets(rows)) {
      for (const int64_t width : {8, 768, 2056}) {
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
          const int64_t length = rows % 4 == 0 ? rows / 4 : rows;
          const Results kernel = RunEmbedding(tokens, length, rows + 8, width, type, at::kCUDA);
          ExpectClose(kernel, RunEmbedding(tokens, length, rows + 8, width, type, at::kCPU), 1e-5,
                      std::to_string(rows) + " x " + std::to_string(width));
          const Results again = RunEmbedding(tokens, length, rows + 8, width, type, at::kCUDA);
          EXPECT_TRUE(at::equal(kernel[1].second, again[1].second));
        }
      }
    }
  }
}

TEST(HeadLossTest, KernelEqualsReference) {
  SKIP_WITHOUT_GPU();
  for (const int64_t vocab : {8, 1001, 50304}) {
    const at::Tensor hidden = at::randn({300, 64}), weight = at::randn({vocab, 64}).mul(0.3);
    const at::Tensor targets = at::randint(0, vocab, {300}, at::kLong);
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const auto run = [&](at::Device device, at::ScalarType as) {
        at::Tensor dhidden, dweight = at::full({vocab, 64}, NAN).to(device);
        const at::Tensor loss =
            HeadLossInto(hidden.to(type).to(device, as), weight.to(type).to(device, as),
                         targets.to(device), 0.5, false, &dhidden, &dweight);
        return Results{{"loss", loss}, {"hidden", dhidden}, {"weight", dweight}};
      };
      ExpectClose(run(at::kCUDA, type), run(at::kCPU, at::kFloat), type == at::kFloat ? 1e-5 : 1e-2,
                  std::to_string(vocab));
    }
  }
}

}  // namespace
}  // namespace owt::trainer
